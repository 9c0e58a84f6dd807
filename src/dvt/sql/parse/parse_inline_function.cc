// WITH FUNCTION f(…) RETURNS … in front of a query. The routine is read to its end and kept as written.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::InlineFunctionAhead() const {
  return Has(Feature::kInlineFunctions) && IsWord("FUNCTION") && Ahead(1).type == Tok::kWord && SymbolAhead(2, "(");
}

// Whether the current word begins a block of a routine that END closes.
bool Parser::RoutineBlockAhead(bool statement_begins) const {
  if (Is(Kw::kCASE) || IsWord("BEGIN")) return true;
  return statement_begins && (Is(Kw::kIF) || IsWord("LOOP") || IsWord("REPEAT") || IsWord("WHILE"));
}

// The tokens up to the end of the routine's only statement: RETURN … or BEGIN … END.
void Parser::SkipRoutineBody() {
  int open = 0;
  bool begins = true;
  while (!AtEnd()) {
    if (open == 0 && !begins && (IsSymbol(",") || QueryAhead(0))) return;
    const bool closes = Is(Kw::kEND);
    if (closes) --open;
    if (!closes && RoutineBlockAhead(begins)) ++open;
    static constexpr std::string_view kOpeners[] = {"BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT"};
    begins = IsSymbol(";") || IsSymbol(":");
    for (const std::string_view word : kOpeners) begins = begins || IsWord(word);
    if (IsSymbol("(")) {
      SkipBalanced();
      continue;
    }
    Next();
    if (closes && (Is(Kw::kIF) || Is(Kw::kCASE) || IsWord("LOOP") || IsWord("REPEAT") || IsWord("WHILE"))) Next();
    if (closes && open == 0) return;
  }
}

Node* Parser::InlineFunction() {
  const uint32_t begin = Cur().begin;
  Next();
  Node* name = AnyWord("a function's name");
  SkipBalanced();
  while (!AtEnd() && !IsWord("RETURN") && !IsWord("BEGIN")) {
    if (IsSymbol("("))
      SkipBalanced();
    else
      Next();
  }
  if (IsWord("RETURN")) {
    Next();
    Expression();
  } else {
    SkipRoutineBody();
  }
  Node* routine = NewAt(begin, Kind::kCommand, {}, SourceOf(begin, tokens_[at_ - 1].end));
  return NewAt(begin, Kind::kCte, {New(Kind::kTableAlias, {name, nullptr}), routine});
}

// ARRAY(1, 2) is a constructor, as ARRAY[1, 2].
Node* Parser::ArrayOf(Node* call) {
  Node* array = NewAt(call->begin, Kind::kArray);
  for (Node* element : call->children[kArgsSlot]->Children()) Add(array, element);
  return array;
}

}  // namespace dvt::sql
