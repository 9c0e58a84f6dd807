// Columns as arguments, statements as tables, and joins by type or by nearness.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

size_t Parser::BehindParenthesis(size_t n) const {
  int open = 0;
  do {
    open += SymbolAhead(n, "(") ? 1 : SymbolAhead(n, ")") ? -1 : 0;
    ++n;
  } while (open > 0 && Ahead(n).type != Tok::kEnd);
  return n;
}

bool Parser::SpreadAhead() const {
  return Has(Feature::kSpreadColumns) && IsSymbol("*") && IsAhead(1, Kw::kCOLUMNS) && SymbolAhead(2, "(");
}

Node* Parser::Spread() {
  const uint32_t begin = Cur().begin;
  Next();
  return NewAt(begin, Kind::kUnary, {Primary()}, {}, Op::kSpread);
}

// x + 1 FOR x IN list IF x > 1, what a list is made of.
Node* Parser::Comprehension(Node* value) {
  Node* parts = Phrase("COMPREHENSION", {value, Word("FOR")});
  Next();
  Node* names = New(Kind::kList);
  do Add(names, AnyWord("a variable"));
  while (EatSymbol(","));
  Add(parts, names);
  Expect(Kw::kIN, "IN");
  Add(parts, Word("IN"));
  Add(parts, Expression());
  if (!Eat(Kw::kIF)) return parts;
  Add(parts, Word("IF"));
  Add(parts, Expression());
  return parts;
}

// * ILIKE '%id%', * NOT LIKE 'a%': the columns whose names match; nullptr if none is ahead.
Node* Parser::StarPattern() {
  if (!Has(Feature::kStarExcept) || !Has(Feature::kStarReplace)) return nullptr;
  const size_t n = Is(Kw::kNOT) ? 1 : 0;
  const bool similar = Has(Feature::kSpreadColumns) && IsWord("SIMILAR", n) && IsAhead(n + 1, Kw::kTO);
  const bool word = Has(Feature::kSpreadColumns) ? IsAhead(n, Kw::kLIKE) || IsAhead(n, Kw::kILIKE) || IsWord("GLOB", n) || similar
                                                 : n == 0 && Is(Kw::kILIKE) && Has(Feature::kObjectStar);
  if (!word || Ahead(n + (similar ? 2 : 1)).type != Tok::kString) return nullptr;
  std::string words = n == 1 ? "NOT " : "";
  at_ += n;
  words += ToUpper(Next().text);
  if (similar) words += " TO", Next();
  return Phrase("STAR PATTERN", {Word(words), StringLiteral()});
}

Node* Parser::RawParenthesised() {
  Node* command = New(Kind::kCommand);
  const uint32_t begin = Cur().begin;
  while (!IsSymbol(")")) {
    if (AtEnd()) Unexpected("')'");
    if (IsSymbol("("))
      SkipBalanced();
    else
      Next();
  }
  command->text = SourceOf(begin, tokens_[at_ - 1].end);
  return command;
}

// JOIN BY (TYPE RIGHT_ANTI): the plain kinds become plain joins.
void Parser::JoinByType(Node* join) {
  at_ += 2;
  if (!EatWord("TYPE")) Unexpected("TYPE");
  std::string type = ToUpper(Next().text);
  ExpectSymbol(")");
  if (type.ends_with("_JOIN")) type.resize(type.size() - 5);
  static constexpr std::pair<std::string_view, Op> kPlain[] = {{"LEFT", Op::kLeft},  {"RIGHT", Op::kRight}, {"FULL", Op::kFull},
                                                               {"OUTER", Op::kFull}, {"SEMI", Op::kSemi},   {"ANTI", Op::kAnti}};
  join->Set(kInnerWord, type == "INNER");
  for (const auto& [word, op] : kPlain) {
    if (type == word) join->op = op;
  }
  if (join->op == Op::kInner && type != "INNER") join->text = arena_.Copy(type);
}

// [APPROX] NEAREST n BY DISTANCE expression
Node* Parser::Nearest() {
  Node* phrase = New(Kind::kPhrase);
  if (EatWord("APPROX")) Add(phrase, New(Kind::kWord, {}, "APPROX"));
  if (!EatWord("NEAREST")) Unexpected("NEAREST");
  Add(phrase, New(Kind::kWord, {}, "NEAREST"));
  Add(phrase, Primary());
  Expect(Kw::kBY, "BY");
  if (!IsWord("DISTANCE") && !IsWord("SIMILARITY")) Unexpected("DISTANCE or SIMILARITY");
  Add(phrase, New(Kind::kWord, {}, "BY"));
  Add(phrase, New(Kind::kWord, {}, arena_.Copy(ToUpper(Next().text))));
  Add(phrase, Expression());
  return phrase;
}

}  // namespace dvt::sql
