// Clauses of a SELECT that some systems alone have: TOP, INTO, START WITH … CONNECT BY.
#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// Whether the current word, which is no keyword of the table, begins a clause here and is no alias.
bool Parser::ClauseWordAhead(bool table) const {
  if (QueryOptionsAhead()) return true;
  if (Has(Feature::kConnectBy) && ((IsWord("START") && IsAhead(1, Kw::kWITH)) || (IsWord("CONNECT") && IsAhead(1, Kw::kBY))))
    return true;
  if (Has(Feature::kSelectInto) && IsWord("BULK") && IsWord("COLLECT", 1)) return true;
  return table && PartitionAhead();
}

// SELECT HIGH_PRIORITY STRAIGHT_JOIN SQL_NO_CACHE a: words that change how a query runs, before its items.
void Parser::SelectModifiers(Node* select) {
  static constexpr std::string_view kWords[] = {"HIGH_PRIORITY",     "STRAIGHT_JOIN", "SQL_SMALL_RESULT",    "SQL_BIG_RESULT",
                                                "SQL_BUFFER_RESULT", "SQL_CACHE",     "SQL_CALC_FOUND_ROWS", "SQL_NO_CACHE"};
  std::string text;
  while (Cur().type == Tok::kWord && !AtEnd()) {
    const bool known = std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) { return IsWord(word); });
    const Token& next = Ahead(1);
    const bool item = next.type == Tok::kSymbol ? SymbolAhead(1, "*") || SymbolAhead(1, "(") || SymbolAhead(1, "-")
                                                : next.type != Tok::kEnd && !IsAhead(1, Kw::kFROM) && !IsAhead(1, Kw::kAS);
    if (!known || !item) break;
    text += (text.empty() ? "" : " ") + ToUpper(Next().text);
  }
  if (!text.empty()) select->text = arena_.Copy(text);
}

// TOP 10, TOP (x + 1) PERCENT WITH TIES; nullptr if TOP is a name here.
Node* Parser::Top() {
  const Token& next = Ahead(1);
  if (next.type != Tok::kNumber && next.type != Tok::kParameter && !SymbolAhead(1, "(")) return nullptr;
  Node* limit = New(Kind::kLimit);
  Next();
  if (EatSymbol("(")) {
    Add(limit, Expression());
    ExpectSymbol(")");
  } else {
    Add(limit, Primary());
  }
  if (Eat(Kw::kPERCENT)) limit->Set(kPercent);
  if (Is(Kw::kWITH) && IsAhead(1, Kw::kTIES)) {
    at_ += 2;
    limit->Set(kWithTies);
  }
  return limit;
}

// INTO t, INTO TEMPORARY t, BULK COLLECT INTO a, b; nullptr if there is none.
Node* Parser::Into() {
  if (!Has(Feature::kSelectInto)) return nullptr;
  const bool bulk = IsWord("BULK") && IsWord("COLLECT", 1);
  if (!bulk && !Is(Kw::kINTO)) return nullptr;
  Node* into = New(Kind::kInto);
  if (bulk) {
    at_ += 2;
    into->text = "BULK COLLECT";
  }
  Expect(Kw::kINTO, "INTO");
  if (Is(Kw::kTEMPORARY) || Is(Kw::kTEMP)) {
    Next();
    into->text = "TEMPORARY";
  } else if (IsWord("UNLOGGED") && (NameAhead(1) || IsAhead(1, Kw::kTABLE))) {
    Next();
    into->text = "UNLOGGED";
  }
  if (Is(Kw::kTABLE)) Next();
  do {
    Add(into, Cur().type == Tok::kParameter ? Primary() : DottedName());
  } while (EatSymbol(","));
  return into;
}

// START WITH … CONNECT BY …, in either order; nullptr if there is none.
Node* Parser::Connect() {
  Node* connect = nullptr;
  while (true) {
    const bool start = IsWord("START") && IsAhead(1, Kw::kWITH);
    if (!start && !(IsWord("CONNECT") && IsAhead(1, Kw::kBY))) return connect;
    if (connect == nullptr) connect = New(Kind::kConnect, {nullptr, nullptr});
    if (connect->children[start ? 0 : 1] != nullptr) Fail("this clause stands here already");
    at_ += 2;
    if (!start && EatWord("NOCYCLE")) connect->Set(kNoCycle);
    connect->children[start ? 0 : 1] = Expression();
  }
}

// t PARTITION(p1), t SUBPARTITION(sp1).
bool Parser::PartitionAhead() const {
  return Has(Feature::kTablePartitions) && (Is(Kw::kPARTITION) || IsWord("SUBPARTITION")) && SymbolAhead(1, "(");
}

void Parser::Partition(Node* table) {
  Node* part = New(Kind::kCommand);
  std::string text = ToUpper(Next().text);
  ExpectSymbol("(");
  const uint32_t begin = Cur().begin;
  uint32_t end = begin;
  while (!IsSymbol(")") && !AtEnd()) end = Next().end;
  ExpectSymbol(")");
  text.append("(").append(SourceOf(begin, end)).append(")");
  part->text = arena_.Copy(text);
  SetChild(arena_, table, kPartitionSlot, part);
}

// t AS OF TIMESTAMP x, t AS OF SCN x, t FOR SYSTEM_TIME AS OF x; nullptr if there is none.
Node* Parser::AsOf() {
  const bool system = Is(Kw::kFOR) && IsWord("SYSTEM_TIME", 1) && IsAhead(2, Kw::kAS) && IsWord("OF", 3);
  const bool flashback = Has(Feature::kFlashback) && Is(Kw::kAS) && IsWord("OF", 1);
  if (!system && Has(Feature::kForXml) && Is(Kw::kFOR) && IsWord("SYSTEM_TIME", 1)) return SystemTime();
  if (!system && !flashback) return nullptr;
  Node* travel = New(Kind::kTimeTravel, {nullptr, nullptr, nullptr});
  at_ += system ? 4 : 2;
  travel->text = system ? "SYSTEM_TIME" : IsWord("SCN") ? "VERSION" : "TIMESTAMP";
  if (flashback) Next();
  travel->children[0] = Expression();
  return travel;
}

// FOR SYSTEM_TIME ALL | BETWEEN a AND b | FROM a TO b | CONTAINED IN (a, b)
Node* Parser::SystemTime() {
  Node* travel = New(Kind::kTimeTravel, {nullptr, nullptr, nullptr});
  at_ += 2;
  if (Eat(Kw::kALL)) return travel->text = "SYSTEM_TIME ALL", travel;
  if (EatWord("CONTAINED")) {
    Expect(Kw::kIN, "IN");
    travel->text = "SYSTEM_TIME CONTAINED IN";
    travel->children[0] = Primary();
    return travel;
  }
  const bool between = Is(Kw::kBETWEEN);
  travel->text = between ? "SYSTEM_TIME BETWEEN" : "SYSTEM_TIME FROM";
  if (!between && !Is(Kw::kFROM)) Unexpected("AS OF, BETWEEN, FROM, CONTAINED IN or ALL");
  Next();
  travel->children[0] = Primary();
  Expect(between ? Kw::kAND : Kw::kTO, between ? "AND" : "TO");
  travel->children[1] = Primary();
  return travel;
}

// SCOPE_RESOLUTION(type, member): how the neutral dialect says type::member.
Node* Parser::ScopeCall() {
  Node* scope = New(Kind::kScope, {nullptr, nullptr});
  ExpectSymbol("(");
  Node* first = Expression();
  if (EatSymbol(",")) {
    scope->children[0] = first;
    first = Expression();
  }
  scope->children[1] = first;
  ExpectSymbol(")");
  return scope;
}

// OPENJSON(@j) WITH (name type 'path' AS JSON, …): the columns of rows that are read from a text.
Node* Parser::RowColumns() {
  Node* columns = New(Kind::kList);
  Next();
  ExpectSymbol("(");
  do {
    Node* column = Phrase("COLUMN", {AnyWord("a column name")});
    Add(column, TypeName());
    if (Cur().type == Tok::kString) Add(column, StringLiteral());
    if (Is(Kw::kAS) && IsWord("JSON", 1)) {
      at_ += 2;
      Add(column, Word("AS JSON"));
    }
    Add(columns, column);
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return columns;
}

// NEXT VALUE FOR db.sequence; nullptr if these are names here.
Node* Parser::NextValue() {
  if (!Is(Kw::kNEXT) || !IsWord("VALUE", 1) || !IsAhead(2, Kw::kFOR)) return nullptr;
  at_ += 3;
  Node* value = Phrase("NEXT VALUE FOR", {Word("NEXT VALUE FOR"), DottedName()});
  if (!Is(Kw::kOVER) || !SymbolAhead(1, "(")) return value;
  Next();
  Add(value, Word("OVER"));
  Add(value, WindowSpec());
  return value;
}

// The member behind type:: or ::, a name or a call whose name keeps its case.
Node* Parser::Scope(Node* type) {
  Node* scope = New(Kind::kScope, {type, nullptr});
  if (type != nullptr) scope->begin = type->begin;
  ExpectSymbol("::");
  Node* name = AnyWord("a member");
  scope->children[1] = IsSymbol("(") ? Call(NewAt(name->begin, Kind::kName, {name})) : NewAt(name->begin, Kind::kColumn, {name});
  return scope;
}

}  // namespace dvt::sql
