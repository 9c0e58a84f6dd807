#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::NameAhead(size_t n) const {
  const Token& t = Ahead(n);
  if (t.type == Tok::kQuotedName) return true;
  return t.type == Tok::kWord && !IsStructural(t.kw);
}

Node* Parser::Identifier(std::string_view expected) {
  if (!NameAhead()) Unexpected(expected);
  return AnyWord(expected);
}

Node* Parser::AnyWord(std::string_view expected) {
  const Token& t = Cur();
  if (t.type != Tok::kQuotedName && t.type != Tok::kWord) {
    const bool string_name =
        (t.type == Tok::kString && (Has(Feature::kDoubleQuotedStrings) || Has(Feature::kDoubleQuotedFallback) ||
                                    Has(Feature::kEqualsAlias) || Has(Feature::kSpreadColumns)));
    if (!string_name) Unexpected(expected);
  }
  Node* node = New(Kind::kIdentifier, {}, t.text);
  node->Set(kQuoted, t.type != Tok::kWord);
  Next();
  return node;
}

Node* Parser::DottedName() {
  Node* name = New(Kind::kName);
  Add(name, IsSymbol("{") && Has(Feature::kBraceParameters) ? BraceParameter() : Identifier("a name"));
  while (EatSymbol(".")) Add(name, IsSymbol(".") ? EmptyName() : AnyWord("a name after '.'"));
  return name;
}

Node* Parser::NameList() {
  Node* list = New(Kind::kList);
  ExpectSymbol("(");
  do {
    const size_t first = at_;
    Add(list, AnyWord("a column name"));
    if (IsSymbol(".") && Has(Feature::kSubcolumnTypes)) {  // a.b: a column of a nested structure
      Next();
      Node*& name = list->children[list->count - 1];
      name = MakeIdentifier(arena_, std::string(name->text) + "." + std::string(AnyWord("a column name")->text), false);
    }
    if (!comments_.empty()) AddComments(list->children[list->count - 1], CommentsSince(first, false));
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return list;
}

// Whether a query begins at the n-th token ahead: SELECT, WITH, VALUES, or parentheses around one.
bool Parser::QueryAhead(size_t n) const {
  if (SymbolAhead(n, "(")) {
    // Nested parentheses ask again at each level: the end of a run is found once.
    size_t token = at_ + n;
    if (token < paren_begin_ || token >= paren_end_) {
      paren_begin_ = paren_end_ = token;
      while (paren_end_ < tokens_.size() && tokens_[paren_end_].symbol == Symbol("(")) ++paren_end_;
    }
    n = paren_end_ - at_;
  }
  switch (Ahead(n).kw) {
    case Kw::kSELECT: return true;
    case Kw::kWITH: return true;
    case Kw::kVALUES:
      return SymbolAhead(n + 1, "(") ||
             (Has(Feature::kBareValues) && Ahead(n + 1).type != Tok::kSymbol && Ahead(n + 1).type != Tok::kEnd) ||
             (IsAhead(n + 1, Kw::kROW) && SymbolAhead(n + 2, "("));
    case Kw::kFROM: return Has(Feature::kFromFirst) || Has(Feature::kPipeSyntax) || Has(Feature::kInsertOverwrite);
    case Kw::kTABLE: return Has(Feature::kTableStatement) && Ahead(n + 1).type != Tok::kSymbol && Ahead(n + 1).type != Tok::kEnd;
    default: return false;
  }
}

Node* Parser::Query() {
  Depth depth(*this);
  size_t first = at_;
  Node* with = Is(Kw::kWITH) ? With() : nullptr;
  if (with != nullptr && !QueryAhead(0)) {
    if (Is(Kw::kINSERT)) return Insert(with);
    if (Is(Kw::kUPDATE)) return Update(with);
    if (Is(Kw::kDELETE)) return Delete(with);
    if (Is(Kw::kMERGE)) return Merge(with);
    Unexpected("SELECT after the WITH clause");
  }
  const bool from_first = Is(Kw::kFROM);
  Node* query = SetExpression(0);
  if (with != nullptr) {
    if (query->Child(kWithSlot) != nullptr) {
      Node* outer = Slots(Kind::kSubquery, kInnerSlots);
      outer->children[kInnerSlot] = query;
      query = outer;
    }
    query->children[kWithSlot] = with;
  }
  // Settings and formats of the last operand are the whole's.
  Node* last = query;
  while (Has(Feature::kTailsInBranches) && last->Is(Kind::kSetOperation)) last = last->children[kRightSlot];
  if (last != query) std::swap(query->children[kLockSlot], last->children[kLockSlot]);
  Clause([&] { QueryTail(query); });
  if (IsSymbol("|>")) query = PipeOperators(query, from_first);
  TakeComments(query, first);
  return query;
}

bool Parser::TailAhead() const {
  return Is(Kw::kORDER) || Is(Kw::kLIMIT) || Is(Kw::kOFFSET) || Is(Kw::kFETCH) || Is(Kw::kFOR) || QueryOptionsAhead();
}

Node* Parser::With() {
  Node* with = New(Kind::kWith);
  Next();
  with->Set(kRecursive, Eat(Kw::kRECURSIVE));
  do {
    if (with->count > 0 && Is(Kw::kWITH)) Next();
    Add(with, InlineFunctionAhead() ? InlineFunction() : Cte());
  } while (EatSymbol(","));
  return with;
}

Node* Parser::Cte() {
  if (Has(Feature::kWithExpression)) {
    if (Node* scalar = ScalarCte()) return scalar;
  }
  Node* cte = New(Kind::kCte);
  const size_t first = at_;
  const bool odd = Has(Feature::kUnquotedKeywords) && Cur().type == Tok::kWord && IsAhead(1, Kw::kAS);  // WITH in AS (…)
  Node* name = odd ? AnyWord("a name") : Identifier("the name of a common table expression");
  Node* alias = New(Kind::kTableAlias, {name, nullptr});
  if (IsSymbol("(") && !QueryAhead(0)) alias->children[1] = NameList();
  Node* keys = nullptr;
  if (Is(Kw::kUSING) && IsAhead(1, Kw::kKEY) && SymbolAhead(2, "(")) {
    at_ += 2;
    keys = Phrase("USING KEYS", {Word("USING KEY"), KeyColumns()});
  }
  if (!IsSymbol("(")) Expect(Kw::kAS, "AS");
  AddComments(alias, CommentsSince(first, false));
  if (Is(Kw::kNOT) && IsAhead(1, Kw::kMATERIALIZED)) {
    at_ += 2;
    cte->Set(kNotMaterialized);
  } else if (Eat(Kw::kMATERIALIZED)) {
    cte->Set(kMaterialized);
  }
  ExpectSymbol("(");
  const bool raw = Has(Feature::kFromFirst) && (Is(Kw::kUNPIVOT) || IsWord("SUMMARIZE") || Is(Kw::kDESCRIBE));
  Node* body = raw ? RawParenthesised() : QueryAhead(0) ? Query() : PivotStatementAhead() ? PivotStatement() : Statement();
  ExpectSymbol(")");
  Add(cte, alias);
  Add(cte, body);
  if (keys != nullptr) SetChild(arena_, cte, 3, keys);
  if ((IsWord("SEARCH") || IsWord("CYCLE")) && Has(Feature::kMaterializedCte)) {
    // SEARCH DEPTH FIRST BY … SET …, CYCLE … SET … USING …: kept as written
    const uint32_t begin = Cur().begin;
    while (!AtEnd() && !IsSymbol(",") && !QueryAhead(0) && !IsSymbol(")")) Next();
    Add(cte, RawSince(begin));
  }
  return cte;
}

// UNION and EXCEPT bind alike, INTERSECT tighter.
Node* Parser::SetExpression(int power) {
  Depth depth(*this);
  Node* left = QueryPrimary();
  if (Has(Feature::kTailsInBranches) && left->Is(Kind::kSelect))
    Clause([&] { QueryTail(left); });
  else if (power == 0)
    BranchTail(left);
  OperandAlias(left);
  int links = 0;
  while (true) {
    Op op = Op::kNone;
    int mine = 1;
    const std::string_view sides = SidesAhead() ? SetSides() : std::string_view{};
    if (Is(Kw::kUNION))
      op = Op::kUnion;
    else if (Is(Kw::kEXCEPT) || IsWord("MINUS"))
      op = Op::kExcept;
    else if (Is(Kw::kINTERSECT))
      op = Op::kIntersect, mine = Has(Feature::kFlatSetOperators) || Has(Feature::kFlashback) ? 1 : 2;  // from the left
    if (op == Op::kNone || mine <= power) return links > 0 ? BalanceChain(left) : left;
    ++links;
    Node* set = Slots(Kind::kSetOperation, kSetSlots);
    set->begin = left->begin;
    set->op = op;
    const size_t word = at_;
    Next();
    if (Eat(Kw::kALL))
      set->Set(kAll);
    else if (Eat(Kw::kDISTINCT))
      set->Set(kDistinctSet, Has(Feature::kSetDistinctWord));
    else if (op != Op::kUnion && Has(Feature::kBareSetsKeepAll))
      set->Set(kAll);
    set->text = sides;
    if (Has(Feature::kByNameUnion)) SetByName(set);
    AddComments(left, CommentsSince(word, false));
    set->children[kLeftSlot] = left;
    if (!QueryAhead(0)) Unexpected("a query");
    set->children[kRightSlot] = Is(Kw::kWITH) ? Query() : SetExpression(mine);
    left = set;
  }
}

Node* Parser::QueryPrimary() {
  if (IsSymbol("(")) return Subquery();
  if (Is(Kw::kVALUES)) {
    Node* values = Slots(Kind::kValues, kInnerSlots);
    Next();
    values->children[kInnerSlot] = ValuesRows();
    return values;
  }
  if (Is(Kw::kTABLE)) {
    Node* select = Slots(Kind::kSelect, kSelectSlots);
    Next();
    Node* items = New(Kind::kList);
    Add(items, New(Kind::kStar));
    select->children[kItemsSlot] = items;
    const bool only = Eat(Kw::kONLY);
    const bool parens = only && EatSymbol("(");
    Node* table = New(Kind::kTable, {nullptr, DottedName(), nullptr});
    table->Set(kByName, only);
    if (parens) ExpectSymbol(")");
    if (Has(Feature::kTildeRegex)) EatSymbol("*");  // with those that inherit
    select->children[kFromSlot] = New(Kind::kList, {table});
    return select;
  }
  return Select();
}

Node* Parser::Subquery() {
  Node* sub = Slots(Kind::kSubquery, kInnerSlots);
  ExpectSymbol("(");
  sub->children[kInnerSlot] = Query();
  ExpectSymbol(")");
  return sub;
}

Node* Parser::ValuesRows() {
  Node* rows = New(Kind::kList);
  do {
    Node* row = New(Kind::kRow);
    if (!IsSymbol("(") && !Is(Kw::kROW)) {
      if (rows->count > 0 && Has(Feature::kTrailingCommas) && !Has(Feature::kBareValues)) break;
      if (!Has(Feature::kBareValues)) Unexpected("'('");
      Add(row, Expression());
      Add(rows, row);
      continue;
    }
    Eat(Kw::kROW);
    ExpectSymbol("(");
    if (!IsSymbol(")")) {
      do {
        if (Is(Kw::kDEFAULT)) {
          Node* value = New(Kind::kDefault);
          Add(row, Has(Feature::kTupleValues) ? NewAt(value->begin, Kind::kParen, {value}) : value);
          Next();
        } else {
          Node* value = Expression();
          Add(row, Has(Feature::kTupleValues) && !value->Is(Kind::kParen) ? NewAt(value->begin, Kind::kParen, {value}) : value);
        }
      } while (EatSymbol(","));
    }
    ExpectSymbol(")");
    Add(rows, row);
  } while (EatSymbol(","));
  return rows;
}

Node* Parser::Select() {
  Node* select = Slots(Kind::kSelect, kSelectSlots);
  if (Is(Kw::kFROM) && (Has(Feature::kFromFirst) || Has(Feature::kPipeSyntax) || Has(Feature::kInsertOverwrite))) {
    Next();
    select->children[kFromSlot] = FromList();
    if (!Is(Kw::kSELECT) && (Has(Feature::kFromFirst) || Has(Feature::kPipeSyntax))) {
      Node* items = New(Kind::kList);
      Add(items, New(Kind::kStar));
      select->children[kItemsSlot] = items;
      SelectTail(select);
      return select;
    }
  }
  size_t first = at_;
  Expect(Kw::kSELECT, "SELECT");
  select->children[kHintSlot] = OptimizerHint();
  if (Is(Kw::kDISTINCT) || Is(Kw::kDISTINCTROW) || (Is(Kw::kUNIQUE) && Has(Feature::kConnectBy))) {
    Node* distinct = New(Kind::kDistinct);
    Next();
    if (Is(Kw::kON) && SymbolAhead(1, "(")) {
      at_ += 2;
      do {
        Add(distinct, Expression());
      } while (EatSymbol(","));
      ExpectSymbol(")");
    }
    select->children[kDistinctSlot] = distinct;
  } else if (!SymbolAhead(1, ".") && !SymbolAhead(1, ",")) {  // SELECT all.a, SELECT all, b
    Eat(Kw::kALL);
  }
  TakeComments(select, first);
  if (Has(Feature::kSelectModifiers)) SelectModifiers(select);
  if (Has(Feature::kSelectAsStruct) && Is(Kw::kAS) && (IsWord("STRUCT", 1) || IsWord("VALUE", 1))) {
    select->text = IsWord("STRUCT", 1) ? "AS STRUCT" : "AS VALUE";
    at_ += 2;
  }
  if (Has(Feature::kTop) && IsWord("TOP")) select->children[kLimitSlot] = Top();
  const bool bare = select->children[kLimitSlot] != nullptr && AtEnd();
  select->children[kItemsSlot] = New(Kind::kList);
  if (!bare) Clause([&] { select->children[kItemsSlot] = SelectItems(); });
  ExcludeBehind(select);
  select->children[kIntoSlot] = Into();
  if (select->children[kFromSlot] == nullptr && Eat(Kw::kFROM)) Clause([&] { select->children[kFromSlot] = FromList(); });
  SelectTail(select);
  return select;
}

void Parser::SelectTail(Node* select) {
  if (Has(Feature::kPrewhere) && EatWord("PREWHERE")) select->children[kPrewhereSlot] = Expression();
  if (Eat(Kw::kWHERE)) Clause([&] { select->children[kWhereSlot] = Expression(); });
  if (Has(Feature::kConnectBy)) Clause([&] { select->children[kConnectSlot] = Connect(); });
  if (Eat(Kw::kGROUP, Kw::kBY)) Clause([&] { select->children[kGroupSlot] = GroupBy(); });
  if (Eat(Kw::kHAVING)) Clause([&] { select->children[kHavingSlot] = Expression(); });
  if (Is(Kw::kWINDOW)) select->children[kWindowSlot] = NamedWindows();
  if ((Has(Feature::kQualify) || Has(Feature::kLateralView)) && Eat(Kw::kQUALIFY)) select->children[kQualifySlot] = Expression();
  if (Is(Kw::kWINDOW)) select->children[kWindowSlot] = NamedWindows();
  if (Node* sample = SampleClause()) select->children[kSampleClauseSlot] = sample;
}

Node* Parser::NamedWindows() {
  Node* list = New(Kind::kList);
  Next();
  do {
    Node* name = Identifier("a window name");
    Expect(Kw::kAS, "AS");
    Add(list, NewAt(name->begin, Kind::kNamedWindow, {name, WindowSpec()}));
  } while (EatSymbol(","));
  return list;
}

Node* Parser::SelectItems() {
  Node* items = New(Kind::kList);
  if (Is(Kw::kFROM) || AtEnd() || IsSymbol(")") || IsSymbol(";")) {
    if (!Is(Kw::kFROM) || Has(Feature::kBackslashEscapes)) Unexpected("an expression");
    return items;
  }
  do {
    if (items->count > 0 && Has(Feature::kTrailingCommas) && (Is(Kw::kFROM) || AtEnd() || IsSymbol(")"))) break;
    Add(items, SelectItem());
  } while (EatSymbol(","));
  return items;
}

Node* Parser::SelectItem(bool alone) {
  size_t first = at_;
  Node* item = nullptr;
  if (IsSymbol("*")) {
    item = SpreadAhead() ? Spread() : Star(nullptr);
  } else if (PrefixAliasAhead()) {
    Node* name = Identifier("a name");  // a: expression
    Next();
    if (!comments_.empty()) AddComments(name, CommentsSince(first, false));
    Node* value = Expression();
    item = NewAt(name->begin, Kind::kAlias, {value, name});
    AddComments(item, std::exchange(name->comments, nullptr));
    AddComments(item, std::exchange(value->comments, nullptr));
  } else if (Has(Feature::kEqualsAlias) && !alone && NameAhead() && SymbolAhead(1, "=")) {
    Node* name = Identifier("a name");
    Next();
    item = NewAt(name->begin, Kind::kAlias, {Expression(), name});
  } else {
    item = Transformed(Expression());
  }
  const size_t as = at_;
  Node* value = item;
  const bool named = item->Is(Kind::kAlias);
  if (!named && Eat(Kw::kAS)) {
    item = NewAt(item->begin, Kind::kAlias, {item, IsSymbol("(") ? NameList() : NumberAlias()});
  } else if (!named && IsImplicitAlias(false)) {
    item = NewAt(item->begin, Kind::kAlias, {item, AnyWord("an alias")});
  }
  if (item != value && !comments_.empty()) {
    AddComments(item, CommentsSince(as, false));
    // A comment between a value and its alias moves behind both.
    if (item->comments == nullptr && !value->IsQuery() && !value->Is(Kind::kBinary)) std::swap(item->comments, value->comments);
  }
  TakeComments(item, first);
  return item;
}

Node* Parser::TopExpression() { return SelectItem(true); }

Node* Parser::GroupBy() {
  Node* group = New(Kind::kGroupBy);
  const bool alone = Ahead(1).type == Tok::kEnd || Ahead(1).type == Tok::kSymbol || IsAhead(1, Kw::kORDER) ||
                     IsAhead(1, Kw::kHAVING) || IsAhead(1, Kw::kLIMIT) || IsAhead(1, Kw::kUNION);
  if (Is(Kw::kALL) && (Has(Feature::kGroupByAll) || (alone && !SymbolAhead(1, "(")))) {
    Next();
    group->Set(kAll);
    return group;
  }
  Eat(Kw::kALL);
  do {
    if (group->count > 0 && Has(Feature::kTrailingCommas) && (AtEnd() || IsSymbol(")") || IsSymbol(";"))) break;
    Add(group, GroupItem());
  } while (EatSymbol(","));
  if (Is(Kw::kGROUPING) && IsAhead(1, Kw::kSETS)) {  // behind the keys
    Node* sets = GroupItem();
    sets->Set(kBehindKeys);
    Add(group, sets);
  }
  const auto totals = [&] {
    if (!Has(Feature::kLimitBy) || !Is(Kw::kWITH) || !IsWord("TOTALS", 1)) return;
    at_ += 2;
    group->text = "WITH TOTALS";
  };
  totals();
  if (Is(Kw::kWITH) && (IsAhead(1, Kw::kROLLUP) || IsAhead(1, Kw::kCUBE))) {
    group->Set(IsAhead(1, Kw::kCUBE) ? kWithCube : kWithRollup);
    at_ += 2;
  }
  totals();
  return group;
}

Node* Parser::GroupItem() {
  Depth depth(*this);
  if ((Is(Kw::kROLLUP) || Is(Kw::kCUBE)) && SymbolAhead(1, "(")) {
    Node* set = New(Is(Kw::kCUBE) ? Kind::kCube : Kind::kRollup);
    at_ += 2;
    do {
      Add(set, Expression());
    } while (EatSymbol(","));
    ExpectSymbol(")");
    return set;
  }
  if (Is(Kw::kGROUPING) && IsAhead(1, Kw::kSETS)) {
    Node* sets = New(Kind::kGroupingSets);
    at_ += 2;
    ExpectSymbol("(");
    do {
      if (IsSymbol("(")) {
        Node* row = New(Kind::kRow);
        Next();
        if (!IsSymbol(")")) {
          do {
            Add(row, Expression());
          } while (EatSymbol(","));
        }
        ExpectSymbol(")");
        Add(sets, row);
      } else {
        Add(sets, GroupItem());
      }
    } while (EatSymbol(","));
    ExpectSymbol(")");
    return sets;
  }
  if (IsSymbol("(") && SymbolAhead(1, ")")) {
    Node* row = New(Kind::kRow);
    at_ += 2;
    return row;
  }
  return Expression();
}

Node* Parser::OrderItem() {
  size_t first = at_;
  Node* item = New(Kind::kOrderItem);
  Add(item, Expression());
  OrderWords(item);
  if (Has(Feature::kWithFill) && Is(Kw::kWITH) && IsWord("FILL", 1)) SetChild(arena_, item, 1, WithFill());
  TakeComments(item, first);
  return item;
}

void Parser::OrderWords(Node* item) {
  if (Eat(Kw::kASC))
    item->Set(kAsc);
  else if (Eat(Kw::kDESC))
    item->Set(kDesc);
  if (Is(Kw::kNULLS) && IsAhead(1, Kw::kFIRST))
    item->Set(kNullsFirst), at_ += 2;
  else if (Is(Kw::kNULLS) && IsAhead(1, Kw::kLAST))
    item->Set(kNullsLast), at_ += 2;
}

Node* Parser::OrderList() {
  Node* list = New(Kind::kList);
  do {
    Add(list, OrderItem());
  } while (EatSymbol(","));
  return list;
}

}  // namespace dvt::sql
