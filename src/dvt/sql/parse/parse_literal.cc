// String literals, and what begins an expression in few dialects: parameters of templates, roots as operators, words that are names after all.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::StringLiteral() {
  Node* node = New(Kind::kString, {}, Cur().text, Op::kPlain);
  node->Set(kEscapedString, Cur().type == Tok::kEString);
  Next();
  // Adjacent literals are one; in most dialects only across lines.
  std::string joined;
  while (Cur().type == Tok::kString &&
         (Has(Feature::kAdjacentStrings) || SourceOf(tokens_[at_ - 1].end, Cur().begin).find('\n') != std::string_view::npos)) {
    if (joined.empty()) joined = node->text;
    joined += Cur().text;
    Next();
    node->text = {};
  }
  if (!joined.empty() && node->text.empty()) node->text = arena_.Copy(joined);
  return node;
}

// ||/ x, |/ x, %s, %(name)s, :name; nullptr if none of them stands here.
Node* Parser::SymbolPrimary() {
  const uint32_t begin = Cur().begin;
  if (IsSymbol("||/") || IsSymbol("|/")) {
    const std::string_view root = IsSymbol("|/") ? "SQRT" : "CBRT";
    Next();
    return MakeFunction(arena_, root, {Expression((*d_.precedence)[Op::kCustom])});
  }
  const bool marker = IsSymbol("%") && Has(Feature::kFormatParameters);
  const bool named = marker && SymbolAhead(1, "(") && Ahead(2).type == Tok::kWord && SymbolAhead(3, ")") && IsWord("S", 4);
  if (named || (marker && IsWord("S", 1) && Ahead(1).begin == Cur().end)) {
    at_ += named ? 5 : 2;
    return NewAt(begin, Kind::kParameter, {}, SourceOf(begin, tokens_[at_ - 1].end));
  }
  if (IsSymbol(":") && Has(Feature::kBraceVariables) && Ahead(1).type == Tok::kWord && Ahead(1).begin == Cur().end) {
    at_ += 2;
    return NewAt(begin, Kind::kParameter, {}, SourceOf(begin, tokens_[at_ - 1].end));
  }
  return nullptr;
}

// A keyword that is a name, because nothing of what it begins follows.
bool Parser::NameAfterAll() const {
  if (!Has(Feature::kUnquotedKeywords)) return false;
  const bool ends = Ahead(1).type == Tok::kEnd || SymbolAhead(1, ")") || SymbolAhead(1, ",") || IsAhead(1, Kw::kFROM);
  switch (Cur().kw) {
    case Kw::kLIKE:
    case Kw::kIS: return ends;
    case Kw::kIN: return ends || IsAhead(1, Kw::kIN) || IsAhead(1, Kw::kNOT) || IsAhead(1, Kw::kAS);
    case Kw::kALL: return SymbolAhead(1, ".") || ends;
    default: return false;
  }
}

// Keywords that are names, MAP[…]; nullptr if there is none.
Node* Parser::OddWordPrimary() {
  if (NameAfterAll()) return ColumnOrCall();
  if (Is(Kw::kMAP) && SymbolAhead(1, "[")) {
    Node* word = Word(Next().text);
    Node* elements = ArrayElements("]");
    elements->kind = Kind::kList;
    return NewAt(word->begin, Kind::kSubscript,
                 {NewAt(word->begin, Kind::kColumn, {MakeIdentifier(arena_, word->text, false)}), elements});
  }
  return nullptr;
}

}  // namespace dvt::sql
