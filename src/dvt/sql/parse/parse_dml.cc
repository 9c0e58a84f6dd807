// INSERT, UPDATE, DELETE, MERGE and TRUNCATE.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::Assignments() {
  Node* list = New(Kind::kList);
  do {
    Node* target = nullptr;
    if (IsSymbol("(")) {
      target = New(Kind::kRow);
      Next();
      do Add(target, NewAt(Cur().begin, Kind::kColumn, {AnyWord("a column")}));
      while (EatSymbol(","));
      ExpectSymbol(")");
    } else {
      if (Cur().type == Tok::kParameter && Has(Feature::kProcedural)) {
        Node* variable = Primary();  // SET @x = a
        ExpectSymbol("=");
        Add(list, NewAt(variable->begin, Kind::kBinary, {variable, Expression()}, {}, Op::kEq));
        continue;
      }
      target = New(Kind::kColumn);
      Add(target, AnyWord("a column"));
      while (EatSymbol(".")) Add(target, AnyWord("a column"));
      target = Postfix(target);
    }
    const bool compound = Has(Feature::kProcedural) && SymbolAhead(1, "=") && Cur().type == Tok::kSymbol && !IsSymbol("=");
    const std::string_view op = compound ? Next().text : std::string_view();  // a += 1
    if (!EatSymbol("=") && !EatSymbol(":=")) Unexpected("'='");
    Node* value = nullptr;
    if (Is(Kw::kDEFAULT) && !SymbolAhead(1, "(")) {
      value = New(Kind::kDefault);
      Next();
    } else {
      value = Expression();
    }
    Add(list, NewAt(target->begin, Kind::kBinary, {target, value}, op, Op::kEq));
  } while (EatSymbol(","));
  return list;
}

Node* Parser::Returning() {
  if (!Eat(Kw::kRETURNING)) return nullptr;
  Node* items = SelectItems();
  if (Node* into = Into()) Add(items, into);
  return items;
}

// OUTPUT inserted.a, deleted.b INTO t; nullptr if there is none.
Node* Parser::Output() {
  if (!Has(Feature::kOutputClause) || !EatWord("OUTPUT")) return nullptr;
  Node* items = SelectItems();
  if (Is(Kw::kINTO)) {
    Node* into = Into();
    if (IsSymbol("(")) into->children[0] = Phrase("INTO", {into->children[0], KeyColumns()});
    Add(items, into);
  }
  return items;
}

// t PARTITION(p) alias, before the columns.
void Parser::InsertSuffix(Node* table) {
  if (PartitionAhead()) Partition(table);
  const bool alias = Cur().type == Tok::kQuotedName ||
                     (NameAhead() && !Is(Kw::kVALUES) && !Is(Kw::kSELECT) && !Is(Kw::kDEFAULT) && !Is(Kw::kSET));
  if (alias && !Is(Kw::kWITH)) table->children[0] = New(Kind::kTableAlias, {Identifier("an alias"), nullptr});
}

Node* Parser::OnConflict() {
  if (Is(Kw::kON) && IsAhead(1, Kw::kDUPLICATE)) {
    Node* node = New(Kind::kOnConflict, {nullptr, nullptr, nullptr});
    at_ += 2;
    Expect(Kw::kKEY, "KEY");
    Expect(Kw::kUPDATE, "UPDATE");
    if (Has(Feature::kCanonicalNames)) Eat(Kw::kSET);
    node->Set(kDuplicateKey);
    node->children[1] = Assignments();
    return node;
  }
  if (!Is(Kw::kON) || !IsAhead(1, Kw::kCONFLICT)) return nullptr;
  Node* node = New(Kind::kOnConflict, {nullptr, nullptr, nullptr});
  at_ += 2;
  if (IsSymbol("(")) {
    Node* target = New(Kind::kList);
    Next();
    do Add(target, Expression());
    while (EatSymbol(","));
    ExpectSymbol(")");
    node->children[0] = target;
    if (Eat(Kw::kWHERE)) SetChild(arena_, node, 3, Expression());
  } else if (Eat(Kw::kON)) {
    if (!EatWord("CONSTRAINT")) Unexpected("CONSTRAINT");
    SetChild(arena_, node, 4, Identifier("a constraint's name"));
  }
  Expect(Kw::kDO, "DO");
  if (Eat(Kw::kNOTHING)) {
    node->Set(kDoNothing);
    return node;
  }
  Expect(Kw::kUPDATE, "UPDATE or NOTHING");
  Expect(Kw::kSET, "SET");
  node->children[1] = Assignments();
  if (Eat(Kw::kWHERE)) node->children[2] = Expression();
  return node;
}

// (a, t.b): names, those with dots as columns.
Node* Parser::InsertColumns() {
  Node* list = New(Kind::kList);
  ExpectSymbol("(");
  do {
    const size_t first = at_;
    Node* column = IsSymbol("*") && Has(Feature::kInsertFunctions) ? Star(nullptr) : AnyWord("a column name");
    if (IsSymbol(".")) {
      column = NewAt(column->begin, Kind::kColumn, {column});
      while (EatSymbol(".")) Add(column, AnyWord("a column name"));
    }
    Add(list, column);
    if (!comments_.empty()) AddComments(column, CommentsSince(first, false));
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return list;
}

// Columns and what is inserted.
void Parser::InsertSource(Node* insert) {
  if (SymbolAhead(0, "(") && SymbolAhead(1, ")") && Has(Feature::kOnDuplicateKey)) at_ += 2;  // INSERT INTO t () VALUES ()
  if (IsSymbol("(") && !QueryAhead(0)) insert->children[kInsertColumns] = InsertColumns();
  if (Has(Feature::kSettingsClause) && IsWord("FORMAT") && IsAhead(1, Kw::kVALUES)) Next();
  if (Node* output = Output()) insert->children[kInsertReturning] = output;
  if (Is(Kw::kDEFAULT) && IsAhead(1, Kw::kVALUES)) {
    at_ += 2;
    insert->children[kInsertSource] = New(Kind::kDefault);
  } else if (IsWord("VALUE") || (Is(Kw::kVALUES) && !QueryAhead(0))) {
    Node* values = Slots(Kind::kValues, kInnerSlots);
    Next();
    values->children[kInnerSlot] = ValuesRows();
    insert->children[kInsertSource] = values;
  } else if (Eat(Kw::kSET)) {
    Node* columns = New(Kind::kList);
    Node* row = New(Kind::kRow);
    Node* assignments = Assignments();
    for (Node* a : assignments->Children()) {
      Add(columns, a->children[0]->children[a->children[0]->count - 1]);
      Add(row, a->children[1]);
    }
    insert->children[kInsertColumns] = columns;
    Node* values = Slots(Kind::kValues, kInnerSlots);
    values->children[kInnerSlot] = New(Kind::kList, {row});
    insert->children[kInsertSource] = values;
  } else {
    if (Has(Feature::kByNameUnion) && Is(Kw::kBY) && IsWord("NAME", 1) && QueryAhead(2)) {
      at_ += 2;
      insert->Set(kByName);
    }
    if (Is(Kw::kBY) || IsWord("OVERRIDING")) Fail("this form of INSERT is not supported");
    if (!QueryAhead(0)) Unexpected("VALUES or a query");
    insert->children[kInsertSource] = Query();
  }
}

Node* Parser::Insert(Node* with) {
  Node* insert = Slots(Kind::kInsert, kInsertSlots);
  insert->children[kInsertWith] = with;
  std::string verb = ToUpper(Next().text);
  SetChild(arena_, insert, kInsertHint, OptimizerHint());
  if (verb == "INSERT" && Eat(Kw::kOR)) verb += " OR " + ToUpper(Next().text);
  while (Is(Kw::kIGNORE) || IsWord("LOW_PRIORITY") || IsWord("HIGH_PRIORITY") || IsWord("DELAYED"))
    verb += " " + ToUpper(Next().text);
  insert->text = arena_.Copy(verb);
  Eat(Kw::kINTO);
  if (Has(Feature::kInsertOverwrite) && IsWord("OVERWRITE") && (IsWord("LOCAL", 1) || IsWord("DIRECTORY", 1)))
    return InsertDirectory();
  InsertTarget(insert);
  const bool function = Has(Feature::kInsertFunctions) && IsWord("FUNCTION") && Ahead(1).type == Tok::kWord;
  const bool variable = Cur().type == Tok::kParameter && Has(Feature::kProcedural);
  const size_t named = at_;
  if (function) Next();
  auto target = [&] {
    return variable ? New(Kind::kName, {Primary()}) : Is(Kw::kTABLE) ? New(Kind::kName, {AnyWord("a table")}) : DottedName();
  };
  Node* table = New(function ? Kind::kTableFunction : Kind::kTable, {nullptr, target(), nullptr});
  if (function) {
    Node* call = NewAt(table->begin, Kind::kFunction, {nullptr}, table->Child(1)->Child(0)->text);
    Arguments(call);
    table->children[1] = call;
  }
  if (!comments_.empty()) AddComments(table, CommentsSince(named, false));
  if (Has(Feature::kTablePartitions) && !IsWord("VALUE")) InsertSuffix(table);
  if (Has(Feature::kInsertOverwrite) && Is(Kw::kPARTITION) && SymbolAhead(1, "(")) {
    Next();
    Node* part = New(Kind::kList);
    ExpectSymbol("(");
    do Add(part, Expression());
    while (EatSymbol(","));
    ExpectSymbol(")");
    SetChild(arena_, table, kPartitionSlot, part);
  }
  if (Has(Feature::kInsertOverwrite) && Is(Kw::kIF) && IsAhead(1, Kw::kEXISTS)) insert->Set(kIfExists), at_ += 2;
  InsertModifier(insert);
  if (Is(Kw::kWITH) && TableHintsAhead()) TableHints(table);
  if (Eat(Kw::kAS)) table->children[0] = New(Kind::kTableAlias, {Identifier("an alias"), nullptr});
  insert->children[kInsertTable] = table;
  InsertSource(insert);
  if (Is(Kw::kAS) && Has(Feature::kOnDuplicateKey) && NameAhead(1)) {
    Next();
    SetChild(arena_, insert, kInsertRowAlias, New(Kind::kTableAlias, {Identifier("an alias"), nullptr}));
    if (IsSymbol("(")) insert->children[kInsertRowAlias]->children[1] = NameList();
  }
  insert->children[kInsertConflict] = OnConflict();
  if (insert->children[kInsertReturning] == nullptr) insert->children[kInsertReturning] = Returning();
  return insert;
}

Node* Parser::Update(Node* with) {
  Node* update = Slots(Kind::kUpdate, 8);
  update->children[0] = with;
  Next();
  SetChild(arena_, update, 9, OptimizerHint());
  update->children[1] = TableExpression();
  while (Has(Feature::kMultiTableDelete) && EatSymbol(","))  // UPDATE t, u SET …
    update->children[1] = New(Kind::kJoin, {update->children[1], TableExpression(), nullptr, nullptr}, {}, Op::kComma);
  if (Eat(Kw::kFROM)) update->children[3] = FromList();
  Expect(Kw::kSET, "SET");
  update->children[2] = Assignments();
  update->children[5] = Output();
  if (update->children[3] == nullptr && Eat(Kw::kFROM)) update->children[3] = FromList();
  if (Eat(Kw::kWHERE)) update->children[4] = Expression();
  if (update->children[5] == nullptr) update->children[5] = Returning();
  if (Eat(Kw::kORDER, Kw::kBY)) update->children[6] = OrderList();
  if (Eat(Kw::kLIMIT)) update->children[7] = New(Kind::kLimit, {Expression()});
  if (QueryOptionsAhead()) SetChild(arena_, update, 8, QueryOptions());
  return update;
}

Node* Parser::Delete(Node* with) {
  Node* node = Slots(Kind::kDelete, 7);
  node->children[0] = with;
  Next();
  SetChild(arena_, node, 8, OptimizerHint());
  if (!Eat(Kw::kFROM)) {
    const bool bare = Has(Feature::kScripts) || Has(Feature::kOutputClause) || Has(Feature::kNoLimit) ||
                      Has(Feature::kMultiTableDelete) || Has(Feature::kTop) || Has(Feature::kCanonicalNames);
    if (!bare || !NameAhead()) Unexpected("FROM");
    node->Set(kWithoutFrom);  // DELETE t FROM t JOIN u …
  }
  node->children[1] = TablePrimary();
  if (IsSymbol(",") && (Has(Feature::kMultiTableDelete) ||
                        (Has(Feature::kCanonicalNames) && node->Has(kWithoutFrom)))) {  // DELETE FROM a, b USING …
    Node* more = New(Kind::kList);
    while (EatSymbol(",")) Add(more, TablePrimary());
    SetChild(arena_, node, 9, more);
  }
  node->children[4] = Output();
  if ((Has(Feature::kOutputClause) ||
       (node->Has(kWithoutFrom) && (Has(Feature::kMultiTableDelete) || Has(Feature::kCanonicalNames)))) &&
      Eat(Kw::kFROM))
    node->children[2] = FromList(), node->Set(kFromTables);
  else if (Eat(Kw::kUSING))
    node->children[2] = FromList();
  if (Eat(Kw::kWHERE)) node->children[3] = Expression();
  if (node->children[4] == nullptr) node->children[4] = Returning();
  if (Eat(Kw::kORDER, Kw::kBY)) node->children[5] = OrderList();
  if (Eat(Kw::kLIMIT)) node->children[6] = New(Kind::kLimit, {Expression()});
  if (QueryOptionsAhead()) SetChild(arena_, node, 7, QueryOptions());
  return node;
}

// (t.a, t.b)
Node* Parser::QualifiedColumns() {
  Node* columns = New(Kind::kList);
  ExpectSymbol("(");
  do {
    const uint32_t begin = Cur().begin;
    Node* name = DottedName();
    Node* column = NewAt(begin, Kind::kColumn);
    for (Node* part : name->Children()) Add(column, part);
    Add(columns, column);
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return columns;
}

// WHEN [NOT] MATCHED [BY SOURCE | BY TARGET] [AND condition] THEN action.
Node* Parser::MergeWhen() {
  Node* when = New(Kind::kMergeWhen, {nullptr, nullptr});
  Expect(Kw::kWHEN, "WHEN");
  std::string what = Eat(Kw::kNOT) ? "NOT MATCHED" : "MATCHED";
  Expect(Kw::kMATCHED, "MATCHED");
  if (Eat(Kw::kBY)) {
    if (!IsWord("TARGET")) what += " BY " + ToUpper(Cur().text);  // BY TARGET is what is meant without
    Next();
  }
  when->text = arena_.Copy(what);
  if (Eat(Kw::kAND)) when->children[0] = Expression();
  Expect(Kw::kTHEN, "THEN");
  if (Eat(Kw::kUPDATE)) {
    Node* update = Slots(Kind::kUpdate, 8);
    if (IsSymbol("*"))
      Next(), update->Set(kAll);
    else if (Is(Kw::kSET) && SymbolAhead(1, "*"))
      at_ += 2, update->Set(kAll), update->text = "SET";
    else if (Eat(Kw::kSET))
      update->children[2] = Assignments();
    else if (Is(Kw::kALL) && IsAhead(1, Kw::kBY))
      at_ += 3, update->Set(kByName);
    if (Eat(Kw::kWHERE)) update->children[4] = Expression();
    when->children[1] = update;
  } else if (Eat(Kw::kINSERT)) {
    Node* insert = Slots(Kind::kInsert, kInsertSlots);
    if (IsSymbol("*")) {
      Next();
    } else if (Is(Kw::kALL) && IsAhead(1, Kw::kBY)) {
      at_ += 3;
      insert->children[kInsertSource] = Word("ALL BY NAME");
    } else if (IsWord("ROW")) {
      Next();
      insert->children[kInsertSource] = Word("ROW");
    } else {
      if (Has(Feature::kPrefixAliases) && (AtEnd() || IsSymbol(";") || Is(Kw::kWHEN))) insert->children[kInsertSource] = Word("");
      if (insert->children[kInsertSource] != nullptr) return when->children[1] = insert, when;
      if (IsSymbol("(") && SymbolAhead(2, ".")) insert->children[kInsertColumns] = QualifiedColumns();
      InsertSource(insert);
      if (Eat(Kw::kWHERE)) SetChild(arena_, when, 2, Expression());
    }
    when->children[1] = insert;
  } else if (Eat(Kw::kDELETE)) {
    when->children[1] = Slots(Kind::kDelete, 7);
  } else if (Eat(Kw::kDO)) {
    Expect(Kw::kNOTHING, "NOTHING");
    when->children[1] = Word("DO NOTHING");
  } else {
    Unexpected("UPDATE, INSERT, DELETE or DO NOTHING");
  }
  return when;
}

Node* Parser::Merge(Node* with) {
  Node* merge = Slots(Kind::kMerge, 6);
  merge->children[0] = with;
  Next();
  Eat(Kw::kINTO);
  merge->children[1] = TablePrimary();
  Expect(Kw::kUSING, "USING");
  merge->children[2] = TableExpression();
  if (Is(Kw::kUSING)) {
    Next();
    merge->children[3] = KeyColumns();
  } else {
    Expect(Kw::kON, "ON or USING");
    merge->children[3] = Expression();
  }
  Node* whens = New(Kind::kList);
  while (Is(Kw::kWHEN)) Add(whens, MergeWhen());
  if (whens->count == 0) Unexpected("WHEN MATCHED or WHEN NOT MATCHED");
  merge->children[4] = whens;
  merge->children[5] = Has(Feature::kOutputClause) ? Output() : Returning();
  if (QueryOptionsAhead()) SetChild(arena_, merge, 6, QueryOptions());
  return merge;
}

Node* Parser::Truncate() {
  size_t start = at_;
  Node* node = New(Kind::kDrop, {nullptr, nullptr});
  Next();
  std::string what = "TRUNCATE";
  if (Is(Kw::kTABLE) || IsWord("DATABASE"))
    what += " " + ToUpper(Next().text);
  else
    what += " TABLE";
  node->text = arena_.Copy(what);
  if (Is(Kw::kIF) && IsAhead(1, Kw::kEXISTS)) node->Set(kIfExists), at_ += 2;
  Node* names = New(Kind::kList);
  do {
    const bool only = Is(Kw::kONLY) && NameAhead(1);
    if (only) Next();
    if (!NameAhead()) return at_ = start, Command();
    Node* name = DottedName();
    Add(names, only ? New(Kind::kTable, {nullptr, name, nullptr}) : name);
    names->children[names->count - 1]->Set(kByName, only);
    if (Has(Feature::kTableStatement)) EatSymbol("*");
  } while (EatSymbol(","));
  node->children[0] = names;
  if (!AtEnd() && !IsSymbol(";")) {
    if (Has(Feature::kInsertOverwrite) && Is(Kw::kPARTITION)) return at_ = start, Command();
    node->children[1] = RestPhrase(false);
  }
  return node;
}

Node* Parser::Drop() {
  static constexpr std::string_view kKinds[] = {"TABLE",    "VIEW",      "SCHEMA",  "DATABASE", "INDEX",      "SEQUENCE",
                                                "FUNCTION", "PROCEDURE", "TYPE",    "TRIGGER",  "DICTIONARY", "NAMESPACE",
                                                "STAGE",    "MACRO",     "CATALOG", "ROLE",     "USER",       "WAREHOUSE",
                                                "STREAM",   "TASK",      "PIPE",    "TAG",      "DOMAIN",     "EXTENSION"};
  size_t start = at_;
  Node* drop = New(Kind::kDrop, {nullptr, nullptr});
  Next();
  std::string what = "DROP";
  while (Is(Kw::kMATERIALIZED) || IsWord("EXTERNAL") || Is(Kw::kTEMPORARY) || IsWord("FOREIGN") || IsWord("ICEBERG"))
    what += " " + ToUpper(Next().text);
  bool known = false;
  for (const std::string_view kind : kKinds) known = known || (Cur().type == Tok::kWord && EqualsIgnoreCase(Cur().text, kind));
  if (!known) return at_ = start, Command();
  const bool routine = IsWord("FUNCTION") || IsWord("PROCEDURE") || IsWord("MACRO");
  what += " " + ToUpper(Next().text);
  if (IsWord("CONCURRENTLY") && !IsAhead(1, Kw::kON)) Next(), what += " CONCURRENTLY";
  drop->text = arena_.Copy(what);
  if (Is(Kw::kIF) && IsAhead(1, Kw::kEXISTS)) drop->Set(kIfExists), at_ += 2;
  if (Is(Kw::kIF) && Ahead(1).type == Tok::kWord) Next(), Unexpected("EXISTS");
  const auto types = [&] {  // (INT, TEXT); as written where names or modes stand among them
    const size_t open = at_;
    Node* tuple = New(Kind::kTuple);
    Next();
    try {
      while (!IsSymbol(")")) {
        Add(tuple, TypeName());
        if (!EatSymbol(",")) break;
      }
      ExpectSymbol(")");
      return tuple;
    } catch (const ParseFailure&) {
      at_ = open;
      return PhrasePiece();
    }
  };
  Node* names = New(Kind::kList);
  do {
    Node* name = DottedName();
    if (routine && IsSymbol("(")) name = Phrase("ROUTINE", {name, types()});
    Add(names, name);
  } while (EatSymbol(","));
  drop->children[0] = names;
  if (!AtEnd() && !IsSymbol(";")) {
    if (Is(Kw::kCASCADE) && (Ahead(1).type == Tok::kEnd || SymbolAhead(1, ";")))
      Next(), drop->op = Op::kCascade;
    else if (Is(Kw::kRESTRICT) && (Ahead(1).type == Tok::kEnd || SymbolAhead(1, ";")))
      Next(), drop->op = Op::kRestrict;
    else
      drop->children[1] = RestPhrase(false);
  }
  return drop;
}

}  // namespace dvt::sql
