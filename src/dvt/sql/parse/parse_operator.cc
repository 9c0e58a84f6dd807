// Operators that are read as something else, or are spelled with words: ~~ is LIKE, ^@ is STARTS_WITH, a SOUNDS LIKE b.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// The operator at the current token with its right side, or nullptr if there is none of these.
Node* Parser::SpecialOperator(Node* left, int power) {
  const Precedence& p = *d_.precedence;
  const bool marks =
      Cur().type == Tok::kParameter && Cur().text == "?" && Ahead(1).type == Tok::kParameter && Ahead(1).text == "?";
  if (marks && Has(Feature::kCanonicalNames) && p[Op::kConcat] > power) {  // a ?? b
    at_ += 2;
    return MakeFunction(arena_, "COALESCE", {left, Expression(p[Op::kConcat])});
  }
  if (Cur().type == Tok::kSymbol) {
    const std::string_view text = Cur().text;
    if (text == "~~" || text == "~~*" || text == "!~~" || text == "!~~*" || text == "~~~") {
      if (p.range <= power) return nullptr;
      Node* like = NewAt(left->begin, Kind::kLike, {left}, {},
                         text == "~~~"        ? Op::kGlob
                         : text.back() == '*' ? Op::kIlikeOp
                                              : Op::kLikeOp);
      like->Set(kNot, text.front() == '!');
      Next();
      Add(like, Comparand(p.range));
      return like;
    }
    if (text == "^@" && p[Op::kCustom] > power) {
      Next();
      Node* right = Expression(p[Op::kCustom]);
      return MakeFunction(arena_, "STARTS_WITH", {left, right});
    }
    if (text == ":=" && Has(Feature::kAtVariables) && left->Is(Kind::kParameter) && power == 0) {
      Next();
      return NewAt(left->begin, Kind::kBinary, {left, Expression()}, ":=", Op::kCustom);
    }
    return nullptr;
  }
  const bool operand = Ahead(1).type != Tok::kSymbol && Ahead(1).type != Tok::kEnd && !IsAhead(1, Kw::kFROM);
  if (IsWord("OVERLAPS") && (left->Is(Kind::kRow) || (Has(Feature::kCanonicalNames) && operand)) && p.range > power) {
    Next();
    return NewAt(left->begin, Kind::kBinary, {left, Expression(p.range)}, "OVERLAPS", Op::kCustom);
  }
  if (Has(Feature::kMatchAgainst) && p.range > power) {
    if (Is(Kw::kSOUNDS) && IsAhead(1, Kw::kLIKE)) {
      at_ += 2;
      Node* right = Expression(p.range);
      return MakeBinary(arena_, Op::kEq, MakeFunction(arena_, "SOUNDEX", {left}), MakeFunction(arena_, "SOUNDEX", {right}));
    }
    if (IsWord("MEMBER") && EqualsIgnoreCase(Ahead(1).text, "OF") && SymbolAhead(2, "(")) {
      at_ += 3;
      Node* right = Expression();
      ExpectSymbol(")");
      return NewAt(left->begin, Kind::kBinary, {left, NewAt(right->begin, Kind::kParen, {right})}, "MEMBER OF", Op::kCustom);
    }
  }
  return nullptr;
}

// A reserved word that is a function without parentheses: CURRENT_CATALOG; nullptr if it is none.
Node* Parser::BareCall() {
  if (SymbolAhead(1, "(") || SymbolAhead(1, ".") || !IsReserved(d_, Cur().text)) return nullptr;
  const FunctionSpec* spec = FindFunction(d_, Cur().text, 0);
  if (spec == nullptr || (spec->flags & kNoParentheses) == 0) return nullptr;
  Node* call = New(Kind::kFunction, {New(Kind::kList)}, Cur().text);
  call->Set(kNoParens);
  Next();
  return call;
}

// Calls with a grammar of their own inside: XMLTABLE(… PASSING … COLUMNS …), JSON_VALUE(… RETURNING …). They are kept as written. Asked behind
// the opening parenthesis.
bool Parser::HasRawArguments(const Node* call) const {
  static constexpr std::string_view kAlways[] = {"XMLTABLE", "XMLELEMENT", "XMLFOREST", "XMLPI", "XMLSERIALIZE", "XMLPARSE"};
  static constexpr std::string_view kPerhaps[] = {"JSON_VALUE", "JSON_TABLE", "JSON_QUERY", "JSON_EXISTS", "WEIGHT_STRING"};
  static constexpr std::string_view kWords[] = {"RETURNING", "COLUMNS", "PASSING", "AS", "ON", "ERROR"};
  if (!Has(Feature::kRawCalls)) return false;
  for (const auto name : kAlways) {
    if (EqualsIgnoreCase(call->text, name)) return !IsSymbol(")");
  }
  bool perhaps = false;
  for (const auto name : kPerhaps) perhaps = perhaps || EqualsIgnoreCase(call->text, name);
  if (!perhaps) return false;
  int open = 0;
  for (size_t n = 0; Ahead(n).type != Tok::kEnd; ++n) {
    if (SymbolAhead(n, "(")) ++open;
    if (SymbolAhead(n, ")") && --open < 0) return false;
    if (open > 0 || Ahead(n).type != Tok::kWord) continue;
    for (const auto word : kWords) {
      if (EqualsIgnoreCase(Ahead(n).text, word)) return true;
    }
  }
  return false;
}

}  // namespace dvt::sql
