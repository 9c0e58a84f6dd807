#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::FromList() {
  Node* list = New(Kind::kList);
  do {
    if (list->count > 0 && Has(Feature::kTrailingCommas) && (Is(Kw::kWHERE) || AtEnd() || IsSymbol(")"))) break;
    Node* table = TableExpression();
    if (list->count > 0 && (Has(Feature::kUnnestOnDots) || Has(Feature::kCommaIsCross)))
      list->children[0] = CrossJoined(list->children[0], table);
    else
      Add(list, table);
  } while (EatSymbol(","));
  return list;
}

// Reads the words of a join up to and with JOIN into `join`; false (nothing eaten) if there is none.
bool Parser::JoinHead(Node* join) {
  size_t start = at_;
  join->op = Op::kInner;
  if (Eat(Kw::kNATURAL)) join->Set(kNatural);
  if (Has(Feature::kAsofJoin) && Eat(Kw::kASOF)) join->Set(kAsof);
  if (Has(Feature::kStraightJoin) && Eat(Kw::kSTRAIGHT_JOIN)) return join->Set(kStraight), true;
  if (Eat(Kw::kINNER))
    join->Set(kInnerWord);
  else if (Eat(Kw::kCROSS))
    join->op = Op::kCross;
  else if (Eat(Kw::kLEFT))
    join->op = Op::kLeft;
  else if (Eat(Kw::kRIGHT))
    join->op = Op::kRight;
  else if (Eat(Kw::kFULL))
    join->op = Op::kFull;
  else if (Has(Feature::kPositionalJoin) && Eat(Kw::kPOSITIONAL))
    join->op = Op::kPositional;
  const Op side = join->op;
  if (Has(Feature::kSemiAntiJoin)) {
    if (Eat(Kw::kSEMI))
      join->op = Op::kSemi;
    else if (Eat(Kw::kANTI))
      join->op = Op::kAnti;
  }
  if (Has(Feature::kLateralView)) join->Set(kLeftWord, side == Op::kLeft && join->op != side);
  if (Has(Feature::kCanonicalNames)) {  // whatever was said is kept
    if (side == Op::kLeft && Eat(Kw::kINNER)) join->op = Op::kInner, join->Set(kInnerWord);
    join->Set(kLeftWord, side == Op::kLeft && join->op != side);
    join->Set(kRightWord, side == Op::kRight && join->op != side);
  }
  if (Eat(Kw::kOUTER)) join->Set(kOuterWord);
  if (Has(Feature::kDirectedJoin) && IsWord("DIRECTED") && IsAhead(1, Kw::kJOIN)) {
    Next();
    join->text = "DIRECTED";
  }
  const bool hinted = at_ != start && Has(Feature::kJoinHints) && IsAhead(1, Kw::kJOIN);
  if (hinted && (IsWord("LOOP") || IsWord("HASH") || IsWord("REMOTE") || Is(Kw::kMERGE)))
    join->text = arena_.Copy(ToUpper(Next().text));
  if (Eat(Kw::kJOIN)) {
    if (Has(Feature::kJoinByType) && Is(Kw::kBY) && SymbolAhead(1, "(")) JoinByType(join);
    return true;
  }
  if (at_ != start) Unexpected("JOIN");
  return false;
}

Node* Parser::TableExpression() {
  Depth depth(*this);
  return Joins(TablePrimary());
}

// CROSS APPLY f(…), OUTER APPLY (…)
Node* Parser::ApplyJoin(Node* left) {
  Node* join = Slots(Kind::kJoin, 4);
  join->op = Is(Kw::kOUTER) ? Op::kLeft : Op::kCross;
  join->Set(kApplied);
  at_ += 2;
  join->children[0] = left;
  join->children[1] = TablePrimary(true);
  return join;
}

// a JOIN b JOIN c ON … ON …: the inner join's condition comes first.
void Parser::NestedJoin(Node* join) {
  if (!Is(Kw::kON) && !Is(Kw::kUSING) && join->op != Op::kCross && !join->Has(kNatural) && join->op != Op::kPositional &&
      (Is(Kw::kJOIN) || Is(Kw::kLEFT) || Is(Kw::kINNER) || Is(Kw::kRIGHT) || Is(Kw::kFULL)) && !Has(Feature::kStraightJoin)) {
    const size_t start = at_;
    Node* inner = Joins(join->children[1]);
    if (Is(Kw::kON) || Is(Kw::kUSING) || !Has(Feature::kBareJoin)) {
      join->children[1] = New(Kind::kParenTable, {nullptr, inner});
      join->children[1]->Set(kNoParens);
    } else {
      at_ = start;  // joins without conditions, one behind the other
    }
  }
}

// MATCH_CONDITION (…), ON, USING, or the lack of them.
void Parser::JoinCondition(Node* join) {
  if (Has(Feature::kMatchCondition) && IsWord("MATCH_CONDITION")) {
    Next();
    ExpectSymbol("(");
    SetChild(arena_, join, 4, Expression());
    ExpectSymbol(")");
  }
  if (Has(Feature::kNearestJoin) && (IsWord("NEAREST") || IsWord("APPROX"))) SetChild(arena_, join, 5, Nearest());
  if (Eat(Kw::kON))
    join->children[2] = Expression();
  else if (Eat(Kw::kUSING))
    join->children[3] = UsingColumns();
  else if (join->op != Op::kCross && !join->Has(kNatural) && join->op != Op::kPositional && !Has(Feature::kStraightJoin) &&
           !Has(Feature::kDynamicTyping) && !Has(Feature::kBareJoin) && join->Child(4) == nullptr && join->Child(5) == nullptr) {
    Unexpected("ON or USING");
  } else if (Has(Feature::kCommaIsCross) && !Has(Feature::kBareJoin) && join->op != Op::kCross && !join->Has(kNatural)) {
    join->children[2] = New(Kind::kBoolean, {}, {}, Op::kTrue);
  }
}

Node* Parser::Joins(Node* left) {
  while (true) {
    if ((Has(Feature::kApply) || Has(Feature::kFlashback)) && (Is(Kw::kCROSS) || Is(Kw::kOUTER)) && IsWord("APPLY", 1)) {
      left = ApplyJoin(left);
      continue;
    }
    const bool strict = StrictJoinAhead();
    if (SidesAhead()) return left;
    switch (strict ? Kw::kJOIN : Cur().kw) {
      case Kw::kJOIN:
      case Kw::kINNER:
      case Kw::kCROSS:
      case Kw::kLEFT:
      case Kw::kRIGHT:
      case Kw::kFULL:
      case Kw::kNATURAL: break;
      case Kw::kSTRAIGHT_JOIN:
        if (!Has(Feature::kStraightJoin)) return left;
        break;
      case Kw::kOUTER:
        if (!Has(Feature::kCanonicalNames) || !IsAhead(1, Kw::kJOIN)) return left;
        break;
      case Kw::kASOF:
        if (!Has(Feature::kAsofJoin)) return left;
        break;
      case Kw::kSEMI:
      case Kw::kANTI:
        if (!Has(Feature::kSemiAntiJoin)) return left;
        break;
      case Kw::kLATERAL:
        if (!LateralViewAhead()) return Pivots(left);
        left = LateralView(left);
        continue;
      case Kw::kPOSITIONAL:
        if (!Has(Feature::kPositionalJoin)) return left;
        break;
      default: return Pivots(left);
    }
    Node* join = Slots(Kind::kJoin, 4);
    size_t first = at_;
    if (strict)
      StrictJoinHead(join);
    else
      JoinHead(join);
    AddComments(left, CommentsSince(first, false));
    join->children[0] = left;
    if (join->op == Op::kArrayJoin) {
      left = ArrayJoin(join);
      continue;
    }
    join->children[1] = TablePrimary();
    NestedJoin(join);
    JoinCondition(join);
    TakeComments(join, first);
    left = join;
  }
}

// Table aliases: AS name, name, AS name(a, b), AS (a int, b text).
Node* Parser::TableAlias(bool with_columns, bool plain) {
  bool as = Is(Kw::kAS);
  if (!as && !IsImplicitAlias(true)) return nullptr;
  Node* alias = New(Kind::kTableAlias, {nullptr, nullptr});
  if (as) Next();
  if (!(as && IsSymbol("("))) alias->children[0] = AnyWord("an alias");
  if (!with_columns || !IsSymbol("(") || (plain && TableHintsAhead())) return alias;
  Node* columns = New(Kind::kList);
  Next();
  do {
    Node* name = AnyWord("a column name");
    if (!IsSymbol(",") && !IsSymbol(")")) name = NewAt(name->begin, Kind::kColumnDef, {name, TypeName()});
    Add(columns, name);
  } while (EatSymbol(","));
  ExpectSymbol(")");
  alias->children[1] = columns;
  return alias;
}

Node* Parser::ParenthesisedTable() {
  uint32_t begin = Cur().begin;
  const bool statement = IsAhead(1, Kw::kDESCRIBE) || IsWord("SUMMARIZE", 1) || IsWord("SHOW", 1);
  if (PivotStatementAhead(1)) {
    Next();
    Node* pivot = PivotStatement();
    ExpectSymbol(")");
    return NewAt(begin, Kind::kParenTable, {nullptr, pivot});
  }
  if (statement && Has(Feature::kFromFirst) && Ahead(2).type == Tok::kWord) {
    Next();
    Node* raw = RawParenthesised();
    ExpectSymbol(")");
    return NewAt(begin, Kind::kParenTable, {nullptr, raw});
  }
  if (QueryAhead(1)) {
    // "(" may open a query or a join whose first operand is one: look behind the matching parenthesis of ((SELECT …) …).
    size_t n = 1;
    while (SymbolAhead(n, "(")) ++n;
    if (n > 1) {
      int open = 1;
      size_t m = 2;
      for (; open > 0 && Ahead(m).type != Tok::kEnd; ++m) open += SymbolAhead(m, "(") ? 1 : SymbolAhead(m, ")") ? -1 : 0;
      const Token& after = Ahead(m);
      bool query = after.kw == Kw::kUNION || after.kw == Kw::kEXCEPT || after.kw == Kw::kINTERSECT || after.kw == Kw::kORDER ||
                   after.kw == Kw::kLIMIT || after.kw == Kw::kOFFSET || SymbolAhead(m, ")") ||
                   (after.kw == Kw::kAS && (IsAhead(m + 2, Kw::kUNION) || IsAhead(m + 2, Kw::kEXCEPT)));
      if (!query) {
        Next();
        Node* inner = TableExpression();
        ExpectSymbol(")");
        return NewAt(begin, Kind::kParenTable, {nullptr, inner});
      }
    }
    const size_t open = at_;
    Node* sub = Subquery();
    if (open < comments_.size() && comments_[open] != nullptr) {  // (/* of the query */ SELECT …
      auto* last = const_cast<Comment*>(comments_[open]);
      for (auto* c = last; c != nullptr; c = const_cast<Comment*>(c->next)) c->before = true, last = c;
      last->next = sub->Child(kInnerSlot)->comments;
      sub->Child(kInnerSlot)->comments = comments_[open];
      comments_[open] = nullptr;
    }
    return NewAt(begin, Kind::kDerivedTable, {nullptr, sub});
  }
  Next();
  Node* inner = TableExpression();
  if (IsSymbol(",")) {
    while (EatSymbol(",")) {
      Node* join = Slots(Kind::kJoin, 4);
      join->op = Has(Feature::kCanonicalNames) ? Op::kComma : Op::kCross;
      join->children[0] = inner;
      join->children[1] = TableExpression();
      inner = join;
    }
  }
  ExpectSymbol(")");
  return NewAt(begin, Kind::kParenTable, {nullptr, inner});
}

// alias: table
Node* Parser::PrefixAliased() {
  const size_t first = at_;
  Node* name = Identifier("a name");
  Next();
  const Comment* before = comments_.empty() ? nullptr : CommentsSince(first, false);
  Node* named = TablePrimary();
  if (named->Child(0) == nullptr) named->children[0] = New(Kind::kTableAlias, {name, nullptr});
  const Comment* own = std::exchange(named->comments, before);
  AddComments(named, own);
  TakeComments(named, first);
  return named;
}

// VALUES('a Int32', (1), (2)): rows behind their structure.
Node* Parser::StructuredValues(uint32_t begin) {
  Next();
  ExpectSymbol("(");
  Node* rows = ExpressionList();
  rows->kind = Kind::kTuple;
  ExpectSymbol(")");
  return NewAt(begin, Kind::kTableFunction, {nullptr, NewAt(begin, Kind::kPhrase, {Word("VALUES"), rows}, "VALUES")});
}

// A table by its name, or a function that gives one.
Node* Parser::NamedTable(uint32_t begin, bool applied) {
  Node* name = New(Kind::kName);
  if (Cur().type == Tok::kParameter && Has(Feature::kProcedural)) {
    Add(name, Primary());
  } else {
    const bool table_name =
        (Is(Kw::kTABLE) && !SymbolAhead(1, "(")) || NameAfterAll() || (Is(Kw::kIN) && Has(Feature::kUnquotedKeywords));
    if (!NameAhead() && !Is(Kw::kUNNEST) && !table_name) Unexpected("a table");
    Add(name, TablePart());
  }
  while (EatSymbol(".")) Add(name, IsSymbol(".") ? EmptyName() : TablePart());
  if (IsSymbol("(") && (applied || !TableHintsAhead()) &&
      !(name->count == 1 && name->children[0]->Has(kQuoted) && !Has(Feature::kHashJson))) {
    return NewAt(begin, Kind::kTableFunction, {nullptr, Call(name)});
  }
  Node* table = NewAt(begin, Kind::kTable, {nullptr, name, nullptr});
  if (Has(Feature::kTableStatement)) EatSymbol("*");  // t*: with the tables that inherit, as is meant without
  return table;
}

// `applied`: behind CROSS APPLY, where parentheses always hold arguments.
Node* Parser::TablePrimary(bool applied) {
  Depth depth(*this);
  size_t first = at_;
  uint32_t begin = Cur().begin;
  if (PrefixAliasAhead()) return PrefixAliased();
  bool lateral = Has(Feature::kLateral) && Eat(Kw::kLATERAL);
  Node* table = nullptr;
  if (Node* stream = StreamTable()) return stream;
  if ((table = OddTable()) != nullptr) {
  } else if (IsSymbol("(")) {
    table = ParenthesisedTable();
  } else if (Is(Kw::kVALUES) && SymbolAhead(1, "(") && Ahead(2).type == Tok::kString && Has(Feature::kTupleValues)) {
    table = StructuredValues(begin);
  } else if (Is(Kw::kVALUES) && SymbolAhead(1, "(")) {
    table = New(Kind::kDerivedTable, {nullptr, QueryPrimary()});
  } else if (Cur().type == Tok::kString && Has(Feature::kFromFirst)) {
    Node* name = New(Kind::kName);
    Node* file = New(Kind::kIdentifier, {}, Cur().text);
    file->Set(kQuoted);
    Add(name, file);
    Next();
    table = NewAt(begin, Kind::kTable, {nullptr, name, nullptr});
  } else if (Has(Feature::kStagedFiles) && (IsSymbol("@") || (Cur().type == Tok::kString && Cur().text.starts_with('@')))) {
    table = StagedFile();
  } else if (Has(Feature::kTableKeyword) && Is(Kw::kTABLE) && SymbolAhead(1, "(")) {
    table = NewAt(begin, Kind::kTableFunction, {nullptr, Call(New(Kind::kName, {AnyWord("TABLE")}))});
  } else if (Has(Feature::kSemanticView) && IsWord("SEMANTIC_VIEW") && SymbolAhead(1, "(")) {
    table = NewAt(begin, Kind::kTableFunction, {nullptr, SemanticView()});
  } else if (Is(Kw::kONLY) && NameAhead(1)) {
    Next();  // FROM ONLY t: without the tables that inherit
    table = New(Kind::kTable, {nullptr, DottedName(), nullptr});
    table->Set(kByName);
  } else {
    table = NamedTable(begin, applied);
  }
  if (lateral) table->Set(kLateral);
  TableSuffix(table);
  if (Has(Feature::kMatchRecognize) && IsWord("MATCH_RECOGNIZE") && SymbolAhead(1, "(")) table = MatchRecognize(table);
  table = Pivots(table);
  TakeComments(table, first > 0 && tokens_[first - 1].kw == Kw::kFROM ? first - 1 : first);
  return table;
}

void Parser::TableSuffix(Node* table) {
  if (table->Is(Kind::kTableFunction) && Is(Kw::kWITH) && IsAhead(1, Kw::kORDINALITY)) {
    at_ += 2;
    table->Set(kWithOrdinality);
  }
  auto raw = [&](bool keep) {
    uint32_t begin = Cur().begin;
    while (!IsSymbol("(")) {
      if (AtEnd()) Unexpected("'('");
      Next();
    }
    SkipBalanced();
    if (keep && table->Is(Kind::kTable)) {
      if (table->Child(2) != nullptr) begin = table->Child(2)->begin;
      table->children[2] = NewAt(begin, Kind::kSample, {}, SourceOf(begin, tokens_[at_ - 1].end), Op::kCustom);
    } else {
      Fail("hints are only supported on tables");
    }
  };
  const bool plain = table->Is(Kind::kTable);
  if (!plain && Has(Feature::kForXml) && Is(Kw::kWITH) && SymbolAhead(1, "("))
    SetChild(arena_, table, kTableHintsSlot, RowColumns());
  if (plain && PartitionAhead()) Partition(table);
  if (TimeTravelAhead()) SetChild(arena_, table, 3, TimeTravel());
  if (VersionAhead()) SetChild(arena_, table, 3, Version());
  Sampled(table);
  if (Node* travel = AsOf()) SetChild(arena_, table, 3, travel);
  if (plain && TableHintsAhead()) TableHints(table);
  Node* alias = TableAlias(true, plain);
  if (alias != nullptr) table->children[0] = alias;
  if (plain && TableHintsAhead()) TableHints(table);
  while (Has(Feature::kIndexHints) && (Is(Kw::kUSE) || Is(Kw::kFORCE) || Is(Kw::kIGNORE)) &&
         (IsAhead(1, Kw::kINDEX) || IsAhead(1, Kw::kKEY)))
    raw(true);
  if (TimeTravelAhead()) SetChild(arena_, table, 3, TimeTravel());
  if (Node* travel = AsOf(); travel != nullptr && plain) SetChild(arena_, table, 3, travel);
  Sampled(table);
  FinalAndSample(table);
  UnnestOffset(table);
  UnnestPlace(table);
  if (table->Is(Kind::kTable)) InformationSchema(table);
}

}  // namespace dvt::sql
