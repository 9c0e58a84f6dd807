#include "dvt/sql/parse/tree_builder.h"

namespace dvt::sql {

Node* TreeBuilder::New(Kind kind, std::initializer_list<Node*> children, std::string_view text, Op op) {
  Node* node = NewNode(arena_, kind, children, text, op);
  node->begin = Cur().begin;
  return node;
}

Node* TreeBuilder::NewAt(uint32_t begin, Kind kind, std::initializer_list<Node*> children, std::string_view text, Op op) {
  Node* node = NewNode(arena_, kind, children, text, op);
  node->begin = begin;
  return node;
}

Node* TreeBuilder::Slots(Kind kind, uint32_t slots) {
  Node* node = NewSlots(arena_, kind, slots);
  node->begin = Cur().begin;
  return node;
}

std::string_view TreeBuilder::SourceOf(uint32_t begin, uint32_t end) const { return ast_.source.substr(begin, end - begin); }

Node* TreeBuilder::Word(std::string_view text) { return New(Kind::kWord, {}, arena_.Copy(text)); }

Node* TreeBuilder::Phrase(std::string_view tag, std::initializer_list<Node*> pieces) {
  Node* phrase = New(Kind::kPhrase, {}, tag);
  for (Node* piece : pieces) Add(phrase, piece);
  return phrase;
}

}  // namespace dvt::sql
