// ALTER TABLE and its kin: a list of actions. What cannot be read is kept as written.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

constexpr std::string_view kAlterable[] = {"TABLE", "VIEW", "SESSION", "SEQUENCE", "INDEX", "SCHEMA", "DATABASE"};

}  // namespace

// ALTER [COLUMN] name …: types, defaults, NOT NULL, comments.
Node* Parser::AlterColumn() {
  Node* action = Phrase("ALTER COLUMN", {Word("ALTER COLUMN")});
  Node* name = New(Kind::kName, {AnyWord("a column name")});
  while (EatSymbol(".")) Add(name, AnyWord("a name after '.'"));
  Add(action, name);
  if (Is(Kw::kSET) && EqualsIgnoreCase(Ahead(1).text, "DATA") && EqualsIgnoreCase(Ahead(2).text, "TYPE")) at_ += 2;
  if (EatWord("TYPE")) {
    action->text = "ALTER COLUMN TYPE";
    Add(action, Word("SET DATA TYPE"));
    Add(action, TypeName());
    if (Eat(Kw::kCOLLATE)) Add(action, Phrase("COLLATE", {Word("COLLATE"), DottedName()}));
    if (Eat(Kw::kUSING)) Add(action, Phrase("USING", {Word("USING"), Expression()}));
    return action;
  }
  if (Is(Kw::kSET) && IsAhead(1, Kw::kDEFAULT)) {
    at_ += 2;
    Add(action, Word("SET DEFAULT"));
    Add(action, Expression());
    return action;
  }
  if (Is(Kw::kSET) && Has(Feature::kStagedFiles) && (IsWord("MASKING", 1) || IsWord("PROJECTION", 1) || IsWord("TAG", 1)))
    Fail("policies are kept as written");
  const bool place = Has(Feature::kLateralView) && (IsWord("FIRST") || IsWord("AFTER"));
  if (Is(Kw::kSET) || Is(Kw::kDROP) || IsWord("COMMENT") || place) {
    while (!AtEnd() && !IsSymbol(",") && !IsSymbol(";")) Add(action, PhrasePiece());
    return action;
  }
  if (IsWord("UNSET")) Fail("settings are kept as written");
  if (NameAhead() && !Is(Kw::kDROP)) {  // ALTER COLUMN b INTEGER NOT NULL
    action->text = "ALTER COLUMN TYPE";
    if (FindType(d_, ToUpper(Cur().text)) != nullptr || Has(Feature::kProceduralDdl)) Add(action, Word("SET DATA TYPE"));
    Add(action, TypeName());
    while (Node* each = ColumnConstraint()) Add(action, each);
    if (action->count > 4 && !Has(Feature::kProceduralDdl)) Fail("constraints behind a new type are kept as written");
    return action;
  }
  Unexpected("TYPE, SET or DROP");
}

// SET key = value key = value, SET TAG a = 'b', c = 'd'; nullptr for anything else.
Node* Parser::AlterSettings() {
  const size_t start = at_;
  const bool tag = IsWord("TAG", 1);
  Node* action = Phrase("SET", {Word(tag ? "SET TAG" : "SET")});
  at_ += tag ? 2 : 1;
  if (tag) {
    std::string text;
    do {
      const std::string key(SourceOf(Cur().begin, Cur().end));
      Next();
      if (!EatSymbol("=") || Cur().type != Tok::kString) return at_ = start, nullptr;
      text += (text.empty() ? "" : ", ") + key + " = " + std::string(SourceOf(Cur().begin, Cur().end));
      Next();
    } while (EatSymbol(","));
    Add(action, Word(text));
    return action;
  }
  while (Cur().type == Tok::kWord && SymbolAhead(1, "=") && !SymbolAhead(2, "(")) {
    const std::string_view key = arena_.Copy(ToUpper(Next().text));
    Next();
    Add(action, New(Kind::kSetting, {Word(key), PhrasePiece()}, key));
  }
  if (action->count == 1 || (!AtEnd() && !IsSymbol(";"))) return at_ = start, nullptr;
  return action;
}

// Whether ADD goes on with one more column behind a comma.
bool Parser::MoreColumnsAhead(const Node* last) const {
  return Has(Feature::kProceduralDdl) && last->text == "ADD COLUMN" && NameAhead() && !IsWord("ADD") && !Is(Kw::kDROP) &&
         !Is(Kw::kALTER) && (Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName);
}

// SET …: settings, options, properties; nullptr (nothing eaten) for a default.
Node* Parser::AlterSet() {
  if (!Is(Kw::kSET)) return nullptr;
  if (Has(Feature::kStagedFiles)) {
    if (Node* settings = AlterSettings()) return settings;
  }
  if (SymbolAhead(1, "(") && Has(Feature::kProceduralDdl)) {
    Next();
    return Phrase("SET", {Word("SET"), SettingTuple()});
  }
  if (Has(Feature::kScripts) && IsWord("OPTIONS", 1)) {
    Next();
    return Phrase("SET", {Word("SET"), Options()});
  }
  if (Has(Feature::kLateralView) && IsWord("TBLPROPERTIES", 1) && SymbolAhead(2, "(")) {
    Next();
    return Phrase("SET PROPERTIES", {Word("SET"), Property()});
  }
  if (!IsAhead(1, Kw::kDEFAULT)) return RestPhrase(false);
  return nullptr;
}

// Behind ADD: constraints and columns.
Node* Parser::AlterAdd() {
  if (TableConstraintAhead()) return Phrase("ADD CONSTRAINT", {Word("ADD"), TableConstraint()});
  if (IsSymbol("(")) {
    Node* columns = CreateColumns();
    columns->kind = Kind::kTuple;
    return Phrase("ADD COLUMNS", {Word("ADD"), columns});
  }
  if (IsWord("COLUMNS") && SymbolAhead(1, "(")) {
    Next();
    Node* columns = CreateColumns();
    columns->kind = Kind::kTuple;
    return Phrase("ADD COLUMNS", {Word("ADD COLUMNS"), columns});
  }
  if (Is(Kw::kPARTITION) || (Is(Kw::kIF) && IsAhead(3, Kw::kPARTITION))) Fail("partitions are kept as written");
  Eat(Kw::kCOLUMN);
  Node* action = Phrase("ADD COLUMN", {Word(!Has(Feature::kAddWithoutColumn) ? "ADD COLUMN" : "ADD")});
  if (Is(Kw::kIF) && IsAhead(1, Kw::kNOT)) {
    at_ += 3;
    Add(action, Word("IF NOT EXISTS"));
  }
  Add(action, ColumnDef());
  return action;
}

// Behind DROP: columns, indexes, constraints.
Node* Parser::AlterDrop() {
  if ((Is(Kw::kPARTITION) || IsAhead(2, Kw::kPARTITION)) && Has(Feature::kInsertOverwrite))
    Fail("partitions are kept as written");
  const bool other = IsWord("CONSTRAINT") || Is(Kw::kINDEX) || Is(Kw::kKEY) || (IsWord("PRIMARY") && IsAhead(1, Kw::kKEY)) ||
                     (IsWord("FOREIGN") && IsAhead(1, Kw::kKEY)) || Is(Kw::kPARTITION) || IsWord("CHECK") || IsWord("ROW") ||
                     (IsWord("PERIOD") && IsAhead(1, Kw::kFOR)) || IsWord("COLUMNS") ||
                     (IsWord("CLUSTERING") && IsAhead(1, Kw::kKEY));
  if (IsWord("COLUMNS") && Has(Feature::kUsingFormat) && NameAhead(1)) {  // DROP COLUMNS a, b
    Next();
    Node* names = New(Kind::kTuple);
    do Add(names, DottedName());
    while (EatSymbol(","));
    return Phrase("DROP COLUMNS", {Word("DROP COLUMNS"), names});
  }
  if (Has(Feature::kKeyIsIndex) && !IsAhead(1, Kw::kIF) && (Eat(Kw::kKEY) || Eat(Kw::kINDEX)))
    return Phrase("DROP", {Word("DROP INDEX"), Identifier("a name")});
  Node* action = Phrase("DROP", {Word("DROP")});
  if (!other) {
    const bool word = Eat(Kw::kCOLUMN);
    action = Phrase("DROP COLUMN",
                    {Word(word || !(Has(Feature::kStagedFiles) || Has(Feature::kPrefixAliases)) ? "DROP COLUMN" : "DROP")});
    if (Eat(Kw::kIF, Kw::kEXISTS)) Add(action, Word("IF EXISTS"));
    Add(action, DottedName());
  }
  while (!AtEnd() && !IsSymbol(",") && !IsSymbol(";")) Add(action, PhrasePiece());
  return action;
}

// RENAME COLUMN a TO b, RENAME INDEX a TO b, RENAME TO t.
Node* Parser::AlterRename() {
  if (IsAhead(1, Kw::kKEY) && Has(Feature::kKeyIsIndex)) {
    at_ += 2;
    return Phrase("RENAME INDEX", {Word("RENAME INDEX"), RestPhrase(true)});
  }
  if (IsAhead(1, Kw::kINDEX) || IsAhead(1, Kw::kKEY)) return RestPhrase(true);
  Next();
  if (Eat(Kw::kCOLUMN)) {
    Node* action = Phrase("RENAME COLUMN", {Word("RENAME COLUMN"), DottedName()});
    Expect(Kw::kTO, "TO");
    Add(action, Word("TO"));
    Add(action, DottedName());
    return action;
  }
  if (!Eat(Kw::kTO)) Eat(Kw::kAS);
  return Phrase("RENAME TO", {Word("RENAME TO"), DottedName()});
}

// MODIFY [COLUMN] name …, CHANGE [COLUMN] name name …: a column is defined anew.
Node* Parser::AlterModify() {
  if (IsWord("MODIFY") && Has(Feature::kModifyIsAlter)) {
    Next();
    Eat(Kw::kCOLUMN);
    return AlterColumn();
  }
  if (Has(Feature::kDatabasesOnly) && IsWord("TTL", 1)) {
    Next(), Next();
    return Phrase("MODIFY TTL", {Word("MODIFY TTL"), Expression()});
  }
  const std::string verb = ToUpper(Next().text);
  const bool word = Eat(Kw::kCOLUMN) || !Has(Feature::kAddWithoutColumn);
  if (!word && IsWord("CONSTRAINT")) Fail("what becomes of a constraint is kept as written");
  if (Has(Feature::kDatabasesOnly) && verb == "MODIFY") {
    const size_t start = at_;
    Node* name = New(Kind::kName, {AnyWord("a column name")});
    if (NameAhead()) {
      Node* type = TypeName();
      if (AtEnd() || IsSymbol(",") || IsSymbol(";"))
        return Phrase("ALTER COLUMN TYPE", {Word("ALTER COLUMN"), name, Word("TYPE"), type});
    }
    at_ = start;
  }
  Node* action = Phrase(verb == "MODIFY" ? "MODIFY COLUMN" : "CHANGE COLUMN", {Word(verb + (word ? " COLUMN" : ""))});
  if (verb == "CHANGE") Add(action, AnyWord("a column name"));
  Add(action, ColumnDef());
  return action;
}

// One action of ALTER TABLE.
Node* Parser::AlterAction() {
  if (OpenActionAhead()) Fail("this action is kept as written");
  if (Is(Kw::kALTER) && (IsAhead(1, Kw::kINDEX) || EqualsIgnoreCase(Ahead(1).text, "DISTSTYLE"))) return RestPhrase(true);
  if (Node* set = AlterSet()) return set;
  if (Eat(Kw::kALTER)) {
    Eat(Kw::kCOLUMN);
    return AlterColumn();
  }
  if (EatWord("ADD")) return AlterAdd();
  if (Eat(Kw::kDROP)) return AlterDrop();
  if (Is(Kw::kRENAME)) return AlterRename();
  if ((IsWord("MODIFY") || IsWord("CHANGE")) && Ahead(1).type != Tok::kSymbol) return AlterModify();
  if (Has(Feature::kKeyIsIndex) && IsWord("CONVERT")) Fail("conversions are kept as written");
  return Property();
}

Node* Parser::Alter() {
  const size_t start = at_;
  Node* alter = New(Kind::kAlter, {nullptr, nullptr, nullptr});
  Next();
  const bool iceberg = IsWord("ICEBERG") && IsAhead(1, Kw::kTABLE);
  if (iceberg) Next();
  bool known = false;
  for (const auto kind : kAlterable) known = known || (Cur().type == Tok::kWord && EqualsIgnoreCase(Cur().text, kind));
  if (!known || !(Is(Kw::kTABLE) || Is(Kw::kVIEW))) return at_ = start, Command();
  alter->text = arena_.Copy((iceberg ? "ICEBERG " : "") + ToUpper(Next().text));
  if (Eat(Kw::kIF, Kw::kEXISTS)) alter->Set(kIfExists);
  try {
    if (Eat(Kw::kONLY)) alter->Set(kByName);
    alter->children[0] = DottedName();
    Node* actions = New(Kind::kList);
    if (alter->text == "VIEW" && Eat(Kw::kAS)) {
      Add(actions, Phrase("AS", {Word("AS"), Query()}));
    } else {
      Node* settings = New(Kind::kList);  // table options stand behind the other actions
      do {
        do {
          const bool more = actions->count > 0 && MoreColumnsAhead(actions->children[actions->count - 1]);
          Node* action = more ? Phrase("ADD COLUMN", {Word("ADD COLUMN"), ColumnDef()}) : AlterAction();
          const bool setting = Has(Feature::kKeyIsIndex) && action->Is(Kind::kSetting);
          Add(setting ? settings : actions, action);
          if (!setting) break;
        } while (!IsSymbol(",") && !AtEnd() && !IsSymbol(";"));
      } while (EatSymbol(","));
      for (Node* each : settings->Children()) Add(actions, each);
    }
    alter->children[1] = actions;
    if (AtEnd() || IsSymbol(";")) return alter;
  } catch (const ParseFailure& failure) {
    if (IsIncomplete(failure)) throw;
    // Actions are as open-ended as products: the statement is kept as written.
  }
  at_ = start;
  return Command();
}

}  // namespace dvt::sql
