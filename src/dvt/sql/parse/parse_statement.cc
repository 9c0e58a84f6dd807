#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::AtStatement() const {
  if (AtQuery() && !(IsSymbol("("))) return true;
  if (IsSymbol("(")) return AtQuery();
  static constexpr std::string_view kVerbs[] = {
      "INSERT",   "UPDATE",  "DELETE",     "CREATE",  "DROP",      "ALTER",    "MERGE",     "TRUNCATE", "EXPLAIN", "DESCRIBE",
      "SHOW",     "SET",     "USE",        "BEGIN",   "COMMIT",    "ROLLBACK", "GRANT",     "REVOKE",   "COPY",    "VACUUM",
      "ANALYZE",  "PRAGMA",  "ATTACH",     "DETACH",  "INSTALL",   "LOAD",     "CALL",      "START",    "COMMENT", "LOCK",
      "EXPORT",   "IMPORT",  "CHECKPOINT", "RESET",   "SUMMARIZE", "PIVOT",    "UNPIVOT",   "KILL",     "REPLACE", "DO",
      "EXECUTE",  "PREPARE", "DEALLOCATE", "LISTEN",  "NOTIFY",    "RENAME",   "SAVEPOINT", "RELEASE",  "REINDEX", "REFRESH",
      "OPTIMIZE", "FORCE",   "UNLOCK",     "DECLARE", "FLUSH",     "ABORT",    "END"};
  if (Cur().type != Tok::kWord || SymbolAhead(1, "(") || SymbolAhead(1, ".")) return false;
  for (std::string_view verb : kVerbs) {
    if (IsWord(verb)) return Ahead(1).type != Tok::kSymbol;
  }
  return false;
}

Node* Parser::Statement() {
  size_t first = at_;
  Node* statement = nullptr;
  if (AtQuery())
    statement = Query();
  else if (Is(Kw::kINSERT) || (Is(Kw::kREPLACE) && IsAhead(1, Kw::kINTO)))
    statement = Insert(nullptr);
  else if (Is(Kw::kUPDATE))
    statement = Update(nullptr);
  else if (Is(Kw::kDELETE))
    statement = Delete(nullptr);
  else if (Is(Kw::kCREATE))
    statement = Create();
  else if (Is(Kw::kDROP))
    statement = Drop();
  else if (AtStatement())
    statement = Command();
  else
    Unexpected("a statement");
  TakeComments(statement, first);
  return statement;
}

Node* Parser::Command() {
  Node* command = New(Kind::kCommand);
  command->text = RawUntilStatementEnd(Cur().begin);
  return command;
}

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
      target = New(Kind::kColumn);
      Add(target, AnyWord("a column"));
      while (EatSymbol(".")) Add(target, AnyWord("a column"));
      target = Postfix(target);
    }
    if (!EatSymbol("=") && !EatSymbol(":=")) Unexpected("'='");
    Node* value = nullptr;
    if (Is(Kw::kDEFAULT) && !SymbolAhead(1, "(")) {
      value = New(Kind::kDefault);
      Next();
    } else {
      value = Expression();
    }
    Add(list, NewAt(target->begin, Kind::kBinary, {target, value}, {}, Op::kEq));
  } while (EatSymbol(","));
  return list;
}

Node* Parser::Returning() { return Eat(Kw::kRETURNING) ? SelectItems() : nullptr; }

Node* Parser::OnConflict() {
  if (Is(Kw::kON) && IsAhead(1, Kw::kDUPLICATE)) {
    Node* node = New(Kind::kOnConflict, {nullptr, nullptr, nullptr});
    at_ += 2;
    Expect(Kw::kKEY, "KEY");
    Expect(Kw::kUPDATE, "UPDATE");
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
    if (Is(Kw::kWHERE)) Fail("a WHERE in the conflict target is not supported");
  } else if (Eat(Kw::kON)) {
    Fail("ON CONFLICT ON CONSTRAINT is not supported");
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

Node* Parser::Insert(Node* with) {
  Node* insert = Slots(Kind::kInsert, kInsertSlots);
  insert->children[kInsertWith] = with;
  std::string verb = ToUpper(Next().text);
  if (verb == "INSERT" && Eat(Kw::kOR)) verb += " OR " + ToUpper(Next().text);
  while (Is(Kw::kIGNORE) || IsWord("LOW_PRIORITY") || IsWord("HIGH_PRIORITY") || IsWord("DELAYED"))
    verb += " " + ToUpper(Next().text);
  insert->text = arena_.Copy(verb);
  Eat(Kw::kINTO);
  Node* table = New(Kind::kTable, {nullptr, DottedName(), nullptr});
  if (Eat(Kw::kAS)) table->children[0] = New(Kind::kTableAlias, {Identifier("an alias"), nullptr});
  insert->children[kInsertTable] = table;
  if (IsSymbol("(") && !QueryAhead(0)) insert->children[kInsertColumns] = NameList();
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
    if (Is(Kw::kBY) || IsWord("OVERRIDING")) Fail("this form of INSERT is not supported");
    if (!QueryAhead(0)) Unexpected("VALUES or a query");
    insert->children[kInsertSource] = Query();
  }
  insert->children[kInsertConflict] = OnConflict();
  insert->children[kInsertReturning] = Returning();
  return insert;
}

Node* Parser::Update(Node* with) {
  Node* update = Slots(Kind::kUpdate, 8);
  update->children[0] = with;
  Next();
  update->children[1] = TableExpression();
  Expect(Kw::kSET, "SET");
  update->children[2] = Assignments();
  if (Eat(Kw::kFROM)) update->children[3] = FromList();
  if (Eat(Kw::kWHERE)) update->children[4] = Expression();
  update->children[5] = Returning();
  if (Eat(Kw::kORDER, Kw::kBY)) update->children[6] = OrderList();
  if (Eat(Kw::kLIMIT)) update->children[7] = New(Kind::kLimit, {Expression()});
  return update;
}

Node* Parser::Delete(Node* with) {
  Node* node = Slots(Kind::kDelete, 7);
  node->children[0] = with;
  Next();
  Expect(Kw::kFROM, "FROM");
  node->children[1] = TablePrimary();
  if (Eat(Kw::kUSING)) node->children[2] = FromList();
  if (Eat(Kw::kWHERE)) node->children[3] = Expression();
  node->children[4] = Returning();
  if (Eat(Kw::kORDER, Kw::kBY)) node->children[5] = OrderList();
  if (Eat(Kw::kLIMIT)) node->children[6] = New(Kind::kLimit, {Expression()});
  return node;
}

// Column definitions if every entry is "name type …"; constraints and options stay as written.
Node* Parser::CreateColumns() {
  Node* list = New(Kind::kList);
  ExpectSymbol("(");
  do {
    uint32_t begin = Cur().begin;
    bool constraint = IsWord("CONSTRAINT") || IsWord("PRIMARY") || IsWord("FOREIGN") || IsWord("CHECK") || Is(Kw::kUNIQUE) ||
                      Is(Kw::kINDEX) || Is(Kw::kKEY) || Is(Kw::kLIKE) || IsWord("FULLTEXT") || IsWord("SPATIAL") ||
                      IsWord("PERIOD");
    Node* column = NewAt(begin, Kind::kColumnDef, {nullptr, nullptr});
    uint32_t rest = begin;
    if (!constraint) {
      column->children[0] = AnyWord("a column name");
      if ((Cur().type == Tok::kWord || Cur().type == Tok::kQuotedName) && !IsStructural(Cur().kw))
        column->children[1] = TypeName();
      rest = Cur().begin;
    }
    uint32_t end = rest;
    while (!AtEnd() && !IsSymbol(",") && !IsSymbol(")")) {
      if (IsSymbol("("))
        SkipBalanced();
      else
        Next();
      end = tokens_[at_ - 1].end;
    }
    column->text = SourceOf(rest, end);
    Add(list, column);
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return list;
}

// CREATE TABLE and VIEW are read; whatever else is created is kept as written.
Node* Parser::Create() {
  size_t start = at_;
  Node* create = Slots(Kind::kCreate, 3);
  Next();
  if (Is(Kw::kOR) && IsAhead(1, Kw::kREPLACE)) create->Set(kOrReplace), at_ += 2;
  if (Eat(Kw::kTEMPORARY) || Eat(Kw::kTEMP)) create->Set(kTemporary);
  std::string what;
  if (Is(Kw::kMATERIALIZED) && IsAhead(1, Kw::kVIEW)) Next(), what = "MATERIALIZED ";
  if (!Is(Kw::kTABLE) && !Is(Kw::kVIEW)) {
    at_ = start;
    return Command();
  }
  what += ToUpper(Next().text);
  create->text = arena_.Copy(what);
  if (Is(Kw::kIF) && IsAhead(1, Kw::kNOT) && IsAhead(2, Kw::kEXISTS)) create->Set(kIfNotExists), at_ += 3;
  if (!NameAhead()) Unexpected("a name");
  create->children[0] = DottedName();
  if (IsSymbol("(") && !QueryAhead(0)) {
    create->children[1] = CreateColumns();
  }
  bool as = Eat(Kw::kAS);
  if (QueryAhead(0))
    create->children[2] = Query();
  else if (as)
    Unexpected("a query");
  if (Is(Kw::kWITH) && IsAhead(1, Kw::kNO)) {
    at_ = start;
    return Command();
  }
  if (!AtEnd() && !IsSymbol(";")) {  // storage options and the like
    at_ = start;
    return Command();
  }
  return create;
}

Node* Parser::Drop() {
  size_t start = at_;
  Node* drop = New(Kind::kDrop);
  Next();
  std::string what;
  if (Is(Kw::kMATERIALIZED)) what = "MATERIALIZED ", Next();
  if (!Is(Kw::kTABLE) && !Is(Kw::kVIEW) && !IsWord("SCHEMA")) {
    at_ = start;
    return Command();
  }
  what += ToUpper(Next().text);
  drop->text = arena_.Copy(what);
  if (Is(Kw::kIF) && IsAhead(1, Kw::kEXISTS)) drop->Set(kIfExists), at_ += 2;
  Node* names = New(Kind::kList);
  do Add(names, DottedName());
  while (EatSymbol(","));
  Add(drop, names);
  if (Eat(Kw::kCASCADE))
    drop->op = Op::kCascade;
  else if (Eat(Kw::kRESTRICT))
    drop->op = Op::kRestrict;
  return drop;
}

}  // namespace dvt::sql
