// What only the neutral dialect reads: names inside of parentheses, numbers as aliases, IF … THEN … END, types as values.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// (a AS x, b AS y), ((a, b) AS c)
Node* Parser::AliasedElement() {
  Node* value = Expression();
  if (!Has(Feature::kCanonicalNames) || !Is(Kw::kAS)) return value;
  Next();
  return NewAt(value->begin, Kind::kAlias, {value, NumberAlias()});
}

// x AS 1: the number is a name.
Node* Parser::NumberAlias() {
  if (!Has(Feature::kCanonicalNames) || Cur().type != Tok::kNumber) return AnyWord("an alias");
  Node* name = New(Kind::kIdentifier, {}, Next().text);
  name->Set(kQuoted);
  return name;
}

// IF a THEN b [ELSE c] END as CASE; nullptr if IF is something else.
Node* Parser::IfThen() {
  if (!Has(Feature::kCanonicalNames) || !Is(Kw::kIF) || SymbolAhead(1, "(")) return nullptr;
  bool then = false;
  for (size_t n = 1; !then && Ahead(n).type != Tok::kEnd && !SymbolAhead(n, ";"); ++n) {
    if (IsAhead(n, Kw::kFROM) || IsAhead(n, Kw::kSELECT) || IsAhead(n, Kw::kCASE)) break;
    then = IsAhead(n, Kw::kTHEN);
  }
  if (!then) return nullptr;
  Node* choice = New(Kind::kCase, {nullptr, nullptr});
  Next();
  Node* condition = Expression();
  Expect(Kw::kTHEN, "THEN");
  Add(choice, NewAt(condition->begin, Kind::kWhen, {condition, Expression()}));
  if (Eat(Kw::kELSE)) choice->children[1] = Expression();
  Expect(Kw::kEND, "END of IF");
  return choice;
}

// ARRAY<TEXT>, STRUCT<a INT>, and INT 1, which is a cast
bool Parser::TypeValueAhead() const {
  if (!Has(Feature::kCanonicalNames) || Cur().type != Tok::kWord) return false;
  if (SymbolAhead(1, "<")) {
    const size_t n = BehindAngles(1);
    const Token& behind = Ahead(n);
    return n > 0 && FindType(d_, ToUpper(Cur().text)) != nullptr && (behind.type == Tok::kEnd || behind.type == Tok::kSymbol);
  }
  return Ahead(1).type == Tok::kNumber && FindType(d_, ToUpper(Cur().text)) != nullptr;
}

Node* Parser::TypeValue() {
  Node* type = TypeName();
  if (Cur().type != Tok::kNumber) return type;
  return NewAt(type->begin, Kind::kCast, {Primary(), type});
}

// Whether a chain of dots goes on to a call: a.b.c.d.e(x)
bool Parser::DottedCallAhead() const {
  if (!Has(Feature::kCanonicalNames)) return false;
  size_t n = 0;
  while (SymbolAhead(n, ".") && (Ahead(n + 1).type == Tok::kWord || Ahead(n + 1).type == Tok::kQuotedName)) n += 2;
  return n > 0 && SymbolAhead(n, "(");
}

}  // namespace dvt::sql
