// Clauses of column stores: PREWHERE, FINAL, SAMPLE, LIMIT BY, ARRAY JOIN, strict joins, SETTINGS and FORMAT; ternaries and named parameters.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// Whether the current word begins a clause that this dialect has, so that it is no alias.
bool Parser::StoreClauseAhead(bool table) const {
  if (Has(Feature::kPrewhere) && IsWord("PREWHERE")) return true;
  if (Has(Feature::kSettingsClause) && ((IsWord("SETTINGS") && Ahead(1).type == Tok::kWord) ||
                                        (IsWord("FORMAT") && Ahead(1).type == Tok::kWord && !IsAhead(1, Kw::kFROM))))
    return true;
  if (Has(Feature::kGlobalIn) && IsWord("GLOBAL")) return true;
  if (!table) return false;
  if (Has(Feature::kFinalTables) && (IsWord("FINAL") || IsWord("SAMPLE"))) return true;
  return StrictJoinAhead();
}

// [GLOBAL] [LEFT …] [ANY | ALL | ASOF | SEMI | ANTI] JOIN and [LEFT] ARRAY JOIN, the words in any order.
bool Parser::StrictJoinAhead() const {
  if (!Has(Feature::kJoinStrictness)) return false;
  for (size_t n = 0; n < 5; ++n) {
    switch (Ahead(n).kw) {
      case Kw::kJOIN: return n > 0;
      case Kw::kANY:
      case Kw::kALL:
      case Kw::kASOF:
      case Kw::kSEMI:
      case Kw::kANTI:
      case Kw::kLEFT:
      case Kw::kRIGHT:
      case Kw::kFULL:
      case Kw::kINNER:
      case Kw::kCROSS:
      case Kw::kARRAY:
      case Kw::kOUTER: break;
      default:
        if (!IsWord("GLOBAL", n) && !IsWord("PASTE", n)) return false;
    }
  }
  return false;
}

void Parser::StrictJoinHead(Node* join) {
  join->op = Op::kInner;
  while (!Eat(Kw::kJOIN)) {
    switch (Cur().kw) {
      case Kw::kLEFT: join->op = join->op == Op::kArrayJoin ? Op::kArrayJoin : Op::kLeft; break;
      case Kw::kRIGHT: join->op = Op::kRight; break;
      case Kw::kFULL: join->op = Op::kFull; break;
      case Kw::kCROSS: join->op = Op::kCross; break;
      case Kw::kINNER: join->Set(kInnerWord); break;
      case Kw::kOUTER: join->Set(kOuterWord); break;
      case Kw::kARRAY:
        join->text = join->op == Op::kLeft ? "LEFT" : "";
        join->op = Op::kArrayJoin;
        break;
      default:
        if (IsWord("GLOBAL"))
          join->Set(kGlobal);
        else
          join->text = arena_.Copy(ToUpper(Cur().text));
    }
    Next();
  }
  if (join->text == "ASOF") join->Set(kAsof);
  const bool semi = join->text == "SEMI";
  if ((semi || join->text == "ANTI") && (join->op == Op::kLeft || join->op == Op::kInner)) {
    join->Set(kLeftWord, join->op == Op::kLeft);
    join->op = semi ? Op::kSemi : Op::kAnti;
    join->text = {};
  }
}

Node* Parser::ArrayJoin(Node* join) {
  Node* items = New(Kind::kList);
  do {
    Node* item = Expression();
    if (Eat(Kw::kAS)) item = NewAt(item->begin, Kind::kAlias, {item, AnyWord("an alias")});
    Add(items, item);
  } while (EatSymbol(","));
  join->children[1] = items;
  return join;
}

// LIMIT n [OFFSET m] BY keys: one limit for each value of the keys.
Node* Parser::LimitBy(Node* limit, Node* offset) {
  Node* phrase = NewAt(limit->begin, Kind::kPhrase, {}, "LIMIT BY");
  Add(phrase, limit->Child(0));
  if (offset != nullptr) {
    Add(phrase, New(Kind::kWord, {}, "OFFSET"));
    Add(phrase, offset);
  }
  Expect(Kw::kBY, "BY");
  Add(phrase, New(Kind::kWord, {}, "BY"));
  Add(phrase, ExpressionList());
  return phrase;
}

Node* Parser::WithFill() {
  Node* phrase = New(Kind::kPhrase, {New(Kind::kWord, {}, "WITH FILL")}, "WITH FILL");
  at_ += 2;
  while (Is(Kw::kFROM) || Is(Kw::kTO) || IsWord("STEP") || IsWord("STALENESS")) {
    Add(phrase, New(Kind::kWord, {}, arena_.Copy(ToUpper(Cur().text))));
    Next();
    Add(phrase, Expression());
  }
  if (EatWord("INTERPOLATE")) {
    Add(phrase, New(Kind::kWord, {}, "INTERPOLATE"));
    if (IsSymbol("(")) {
      Node* items = New(Kind::kTuple);
      Next();
      do {
        Node* item = Expression();
        if (Eat(Kw::kAS)) item = NewAt(item->begin, Kind::kPhrase, {item, New(Kind::kWord, {}, "AS"), Expression()});
        Add(items, item);
      } while (EatSymbol(","));
      ExpectSymbol(")");
      Add(phrase, items);
    }
  }
  return phrase;
}

// SETTINGS a = 1, b FORMAT Name
Node* Parser::Settings() {
  Node* clauses = New(Kind::kList);
  while ((IsWord("SETTINGS") || IsWord("FORMAT")) && Ahead(1).type == Tok::kWord) {
    const bool settings = IsWord("SETTINGS");
    Node* phrase = New(Kind::kPhrase, {New(Kind::kWord, {}, settings ? "SETTINGS" : "FORMAT")}, settings ? "SETTINGS" : "FORMAT");
    Next();
    if (settings) {
      Add(phrase, ExpressionList());
    } else {
      Add(phrase, New(Kind::kWord, {}, Cur().text));
      Next();
    }
    Add(clauses, phrase);
  }
  if (clauses->count == 2 && clauses->Child(0)->text == "FORMAT") std::swap(clauses->children[0], clauses->children[1]);
  return clauses;
}

void Parser::FinalAndSample(Node* table) {
  if (!Has(Feature::kFinalTables)) return;
  if (EatWord("FINAL")) table->Set(kFinal);
  if (!IsWord("SAMPLE")) return;
  Node* phrase = New(Kind::kPhrase, {New(Kind::kWord, {}, "SAMPLE")}, "SAMPLE");
  Next();
  Add(phrase, Expression());
  if (Eat(Kw::kOFFSET)) {
    Add(phrase, New(Kind::kWord, {}, "OFFSET"));
    Add(phrase, Expression());
  }
  SetChild(arena_, table, kRateSlot, phrase);
}

// 1_000 is 1000, and .5 is 0.5.
std::string_view Parser::PlainNumber(std::string_view text) {
  if (text.starts_with('.')) return PlainNumber(arena_.Copy("0" + std::string(text)));
  if (!Has(Feature::kWordOperators) || text.find('_') == std::string_view::npos) return text;
  std::string digits;
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  return arena_.Copy(digits);
}

// and(a, b, c), or(a, b): the operators as calls.
Node* Parser::WordOperator() {
  const bool exclusive = IsWord("XOR");
  if (!Has(Feature::kWordOperators) || !SymbolAhead(1, "(") || !(Is(Kw::kAND) || Is(Kw::kOR) || exclusive)) return nullptr;
  const Op op = Is(Kw::kAND) ? Op::kAnd : exclusive ? Op::kXor : Op::kOr;
  const uint32_t begin = Cur().begin;
  at_ += 2;
  auto operand = [&] {
    Node* value = Expression();
    const bool joined =
        exclusive && value->Is(Kind::kBinary) && (value->op == Op::kAnd || value->op == Op::kOr || value->op == Op::kXor);
    return joined ? NewAt(value->begin, Kind::kParen, {value}) : value;
  };
  Node* all = operand();
  while (EatSymbol(",")) all = NewAt(begin, Kind::kBinary, {all, operand()}, {}, op);
  ExpectSymbol(")");
  return exclusive ? all : NewAt(begin, Kind::kParen, {all});
}

// condition ? a : b
Node* Parser::Ternary(Node* condition) {
  Next();
  Node* yes = Expression();
  ExpectSymbol(":");
  Node* no = Expression();
  return NewAt(condition->begin, Kind::kCase, {nullptr, no, NewAt(condition->begin, Kind::kWhen, {condition, yes})});
}

// {name: Type}
Node* Parser::BraceParameter() {
  Node* parameter = New(Kind::kParameter);
  ExpectSymbol("{");
  Add(parameter, AnyWord("a parameter's name"));
  ExpectSymbol(":");
  Add(parameter, TypeName());
  ExpectSymbol("}");
  return parameter;
}

// {'a': 1, 'b': 2}: a call of map.
Node* Parser::BraceMap() {
  Node* call = MakeFunction(arena_, "map", {});
  call->begin = Cur().begin;
  ExpectSymbol("{");
  while (!IsSymbol("}")) {
    Add(call->children[kArgsSlot], Expression());
    ExpectSymbol(":");
    Add(call->children[kArgsSlot], Expression());
    if (!EatSymbol(",")) break;
  }
  ExpectSymbol("}");
  return call;
}

// WITH 1 + 1 AS x; nullptr if a common table expression follows.
Node* Parser::ScalarCte() {
  if (NameAhead()) {
    size_t n = 1;
    if (SymbolAhead(1, "(") && !QueryAhead(1)) {
      for (n = 2; Ahead(n).type == Tok::kWord || SymbolAhead(n, ","); ++n) {}
      if (SymbolAhead(n, ")")) ++n;
    }
    if (IsAhead(n, Kw::kAS) && SymbolAhead(n + 1, "(") && QueryAhead(n + 2)) return nullptr;
    if (IsAhead(n, Kw::kAS) && (IsAhead(n + 1, Kw::kMATERIALIZED) || IsAhead(n + 2, Kw::kMATERIALIZED))) return nullptr;
  }
  Node* value = Expression();
  Node* cte = NewAt(value->begin, Kind::kCte);
  Expect(Kw::kAS, "AS");
  Add(cte, New(Kind::kTableAlias, {Identifier("a name"), nullptr}));
  Add(cte, value);
  cte->Set(kScalar);
  return cte;
}

}  // namespace dvt::sql
