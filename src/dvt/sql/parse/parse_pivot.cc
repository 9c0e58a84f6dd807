// PIVOT and UNPIVOT behind a table.
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::Pivots(Node* table) {
  while (Has(Feature::kPivot) && (Is(Kw::kPIVOT) || Is(Kw::kUNPIVOT))) {
    const bool nulls = Is(Kw::kUNPIVOT) && (IsWord("INCLUDE", 1) || IsWord("EXCLUDE", 1) || IsAhead(1, Kw::kEXCLUDE)) &&
                       IsAhead(2, Kw::kNULLS) && SymbolAhead(3, "(");
    if (!nulls && !SymbolAhead(1, "(")) return table;
    table = Pivot(table);
  }
  return table;
}

// PIVOT(SUM(x) AS s, … FOR c IN (1 AS one, 2) FOR … [DEFAULT ON NULL (0)] [GROUP BY …]) [AS p], UNPIVOT(v FOR n IN (a, b))
Node* Parser::Pivot(Node* table) {
  Depth depth(*this);
  Node* pivot = NewAt(table->begin, Kind::kPivot, {nullptr, table, nullptr, nullptr, nullptr, nullptr});
  pivot->Set(kUnpivot, Is(Kw::kUNPIVOT));
  Next();
  if (!IsSymbol("(")) {
    pivot->Set(IsWord("INCLUDE") ? kIncludeNulls : kExcludeNulls);
    at_ += 2;
  }
  ExpectSymbol("(");
  if (pivot->Has(kUnpivot)) {
    pivot->children[2] = New(Kind::kList, {UnpivotColumns()});
  } else {
    Node* values = New(Kind::kList);
    const bool no_in = std::exchange(no_in_, false);
    do {
      Node* value = Expression();
      const bool call = value->Is(Kind::kFunction) || (values->count > 0 && !value->Is(Kind::kColumn));
      if (!call) Fail("PIVOT expects an aggregate such as SUM(x)");
      if (Eat(Kw::kAS) || (NameAhead() && !Is(Kw::kFOR))) value = NewAt(value->begin, Kind::kAlias, {value, AnyWord("an alias")});
      Add(values, value);
    } while (EatSymbol(","));
    no_in_ = no_in;
    pivot->children[2] = values;
  }
  Expect(Kw::kFOR, "FOR");
  Node* fields = New(Kind::kList);
  do Add(fields, PivotField());
  while (Eat(Kw::kFOR) || (!IsSymbol(")") && NameAhead() && (IsAhead(1, Kw::kIN) || SymbolAhead(1, "."))));
  pivot->children[3] = fields;
  if (Is(Kw::kDEFAULT) && IsAhead(1, Kw::kON)) {
    at_ += 3;
    ExpectSymbol("(");
    pivot->children[4] = Expression();
    ExpectSymbol(")");
  }
  if (Eat(Kw::kGROUP, Kw::kBY)) pivot->children[5] = ExpressionList();
  ExpectSymbol(")");
  pivot->children[0] = TableAlias();
  return pivot;
}

Node* Parser::ExpressionList() {
  Node* list = New(Kind::kList);
  do Add(list, Expression());
  while (EatSymbol(","));
  return list;
}

// A column, or several in parentheses.
Node* Parser::UnpivotColumns() {
  if (!IsSymbol("(")) return NewAt(Cur().begin, Kind::kColumn, {AnyWord("a column")});
  Node* row = New(Kind::kRow);
  Next();
  do Add(row, NewAt(Cur().begin, Kind::kColumn, {AnyWord("a column")}));
  while (EatSymbol(","));
  ExpectSymbol(")");
  return row;
}

// column IN (values), IN (SELECT …), IN (ANY [ORDER BY …]), IN enum
Node* Parser::PivotField() {
  const bool no_in = std::exchange(no_in_, true);
  Node* column = Expression(d_.precedence->range);
  no_in_ = no_in;
  if (column->Is(Kind::kColumn) && column->count > 1)
    column = NewAt(column->begin, Kind::kColumn, {column->Child(column->count - 1)});
  Node* in = NewAt(column->begin, Kind::kIn, {column, nullptr});
  Expect(Kw::kIN, "IN");
  if (!IsSymbol("(")) {
    in->children[1] = NewAt(Cur().begin, Kind::kColumn, {AnyWord("a list of values")});
    return in;
  }
  if (QueryAhead(1)) {
    in->children[1] = Subquery();
    return in;
  }
  Next();
  Node* list = New(Kind::kList);
  if (Is(Kw::kANY)) {
    Next();
    Node* any = Phrase("ANY", {Word("ANY")});
    if (Eat(Kw::kORDER, Kw::kBY)) {
      Add(any, Word("ORDER BY"));
      Add(any, OrderList());
    }
    Add(list, any);
  } else {
    do Add(list, PivotValue());
    while (EatSymbol(","));
  }
  ExpectSymbol(")");
  in->children[1] = list;
  return in;
}

// PIVOT t ON c …, not behind a table.
bool Parser::PivotStatementAhead(size_t n) const {
  if (!Has(Feature::kPivotStatements) || !(IsAhead(n, Kw::kPIVOT) || IsWord("PIVOT_WIDER", n))) return false;
  return SymbolAhead(n + 1, "(") || Ahead(n + 1).type != Tok::kSymbol;
}

// PIVOT table ON columns [IN (values)] [USING aggregates] [GROUP BY columns]
Node* Parser::PivotStatement() {
  Depth depth(*this);
  Next();
  Node* pivot = Phrase("PIVOT", {Word("PIVOT"), TablePrimary()});
  auto list = [&](std::string_view word, bool aliases) {
    Node* items = New(Kind::kList);
    do {
      Node* item = Expression();
      if (aliases && (Eat(Kw::kAS) || (NameAhead() && !Is(Kw::kGROUP))))
        item = NewAt(item->begin, Kind::kAlias, {item, AnyWord("an alias")});
      Add(items, item);
    } while (EatSymbol(","));
    Add(pivot, Word(word));
    Add(pivot, items);
  };
  if (Eat(Kw::kON)) list("ON", false);
  if (Eat(Kw::kUSING)) list("USING", true);
  if (Eat(Kw::kGROUP, Kw::kBY)) list("GROUP BY", false);
  return pivot;
}

// A value of a pivot's list, perhaps with the name of its column: 'Q1' AS one, (a, b) AS 'x'.
Node* Parser::PivotValue() {
  Node* value = Expression();
  if (!Eat(Kw::kAS) && !NameAhead()) return value;
  const Token& t = Cur();
  Node* name = t.type == Tok::kWord || t.type == Tok::kQuotedName ? AnyWord("an alias") : Primary();
  if ((Has(Feature::kScripts) || Has(Feature::kOuterMarks)) &&
      name->Is(Kind::kString)) {  // AS 'text': what the value becomes, not a name
    Node* alias = MakeIdentifier(arena_, name->text, false);
    value = NewAt(value->begin, Kind::kAlias, {value, alias});
    value->text = "TEXT";
    return value;
  }
  return NewAt(value->begin, Kind::kAlias, {value, name});
}

}  // namespace dvt::sql
