// CREATE of tables, views, indexes, schemas, sequences and routines; what else is created is kept as written.
#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

constexpr std::string_view kModifiers[] = {"GLOBAL",      "LOCAL",     "EXTERNAL", "UNLOGGED",  "TRANSIENT",    "MATERIALIZED",
                                           "RECURSIVE",   "UNIQUE",    "VOLATILE", "MULTISET",  "SECURE",       "HYBRID",
                                           "DYNAMIC",     "ICEBERG",   "FOREIGN",  "STREAMING", "CLUSTERED",    "FORCE",
                                           "FULLTEXT",    "SPATIAL",   "BITMAP",   "PRIVATE",   "NONCLUSTERED", "EDITIONABLE",
                                           "COLUMNSTORE", "AGGREGATE", "LIVE",     "PUBLIC",    "INTERACTIVE",  "SCOPED"};
constexpr std::string_view kKinds[] = {"TABLE", "VIEW",     "SCHEMA",    "DATABASE", "NAMESPACE", "SEQUENCE",
                                       "INDEX", "FUNCTION", "PROCEDURE", "PROC",     "MACRO",     "DICTIONARY"};

bool In(std::span<const std::string_view> words, std::string_view word) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) { return EqualsIgnoreCase(each, word); });
}

}  // namespace

// CREATE [OR REPLACE] [modifiers] kind [IF NOT EXISTS]; false if it creates something that is not read.
bool Parser::CreateHead(Node* create) {
  Next();
  const bool altering = IsAhead(1, Kw::kALTER) && Has(Feature::kProceduralDdl);
  if (Is(Kw::kOR) && (IsAhead(1, Kw::kREPLACE) || altering)) create->Set(kOrReplace), at_ += 2;
  std::string what;
  while (true) {
    if (Eat(Kw::kTEMPORARY) || Eat(Kw::kTEMP)) {
      if (what.empty() || (what == "GLOBAL " && Has(Feature::kGlobalTemporary)))
        create->Set(kTemporary), what.clear();
      else
        what += "TEMPORARY ";
    } else if (Cur().type == Tok::kWord && In(kModifiers, Cur().text)) {
      what += ToUpper(Next().text) + " ";
    } else {
      break;
    }
  }
  if (Cur().type != Tok::kWord || !(In(kKinds, Cur().text) || (IsWord("MODEL") && Has(Feature::kModelArguments)))) return false;
  if (what == "COLUMNSTORE ") what = "NONCLUSTERED COLUMNSTORE ";  // the default
  create->text = arena_.Copy(what + ToUpper(Next().text));
  if (EatWord("CONCURRENTLY")) create->text = arena_.Copy(std::string(create->text) + " CONCURRENTLY");
  if (Is(Kw::kIF) && IsAhead(1, Kw::kNOT) && IsAhead(2, Kw::kEXISTS)) create->Set(kIfNotExists), at_ += 3;
  return true;
}

// Whether the body of the definition begins here.
bool Parser::BodyAhead() const {
  if (Is(Kw::kWITH) && Has(Feature::kStagedFiles) && IsWord("TAG", 1) && SymbolAhead(4, "=")) return false;
  if (Is(Kw::kWITH)) return !SymbolAhead(1, "(") && (IsAhead(2, Kw::kAS) || SymbolAhead(2, "(") || IsAhead(1, Kw::kRECURSIVE));
  return QueryAhead(0) && (!Is(Kw::kTABLE) || tokens_[at_ - 1].kw == Kw::kAS);
}

// AS query, a query without AS, an expression or a text.
void Parser::CreateBody(Node* create) {
  const bool as = Eat(Kw::kAS);
  if (as && PivotStatementAhead()) {
    create->children[kCreateBody] = PivotStatement();
  } else if (BodyAhead()) {
    create->children[kCreateBody] = Query();
  } else if (as) {
    create->children[kCreateBody] = NameAhead() && !IsSymbol("(") && Cur().type != Tok::kString && !SymbolAhead(1, "(")
                                        ? New(Kind::kTable, {nullptr, DottedName(), nullptr})
                                        : Expression();
  }
}

// CREATE INDEX name ON table USING method (columns) INCLUDE (…) WHERE …
bool Parser::CreateIndex(Node* create) {
  if (!Is(Kw::kON)) create->children[kCreateName] = DottedName();
  if (!Eat(Kw::kON)) return false;
  Eat(Kw::kONLY);
  if (NameAhead(1)) Eat(Kw::kTABLE);
  create->children[kCreateOn] = New(Kind::kTable, {nullptr, DottedName(), nullptr});
  Node* properties = New(Kind::kList);
  if (Eat(Kw::kUSING)) Add(properties, Phrase("USING", {Word("USING"), AnyWord("an index method")}));
  create->children[kCreateProperties] = properties;
  if (IsSymbol("(")) create->children[kCreateKeys] = KeyColumns();
  Node* tail = New(Kind::kList);
  if (Has(Feature::kKeyIsIndex) && !AtEnd() && !IsSymbol(";")) return false;  // options of indexes are kept as written
  while (!AtEnd() && !IsSymbol(";")) {
    if (Eat(Kw::kWHERE)) {
      Add(tail, Phrase("WHERE", {Word("WHERE"), Expression()}));
    } else if (Is(Kw::kWITH) && SymbolAhead(1, "(")) {
      Next();
      Add(tail, Phrase("WITH", {Word("WITH"), SettingTuple()}));
    } else {
      const bool known = IsWord("INCLUDE") || IsWord("TABLESPACE") || (tail->count > 0 && !Is(Kw::kNULLS));
      if (!known && (Has(Feature::kTildeRegex) || Has(Feature::kFlashback))) return false;
      Add(tail, PhrasePiece());
    }
  }
  if (tail->count > 0) create->children[kCreateTail] = tail;
  return true;
}

// HANDLER = 'f' and COMMENT='x' of a routine; what else is set stands behind all.
void Parser::RoutineSetting(Node* properties, Node* late) {
  const std::string_view key = arena_.Copy(ToUpper(Next().text));
  Next();
  const bool handler = key == "HANDLER";
  const bool early = handler || key == "COMMENT";
  Add(early ? properties : late, Word(std::string(key) + (handler ? " = " : "=") + TightValue(false)));
}

// The body of a routine as a text, which stays between dollars.
Node* Parser::RoutineText() {
  const bool dollar =
      Has(Feature::kTildeRegex) && ast_.source[Cur().begin] == '$' && Cur().text.find("$$") == std::string_view::npos;
  Node* body = Primary();
  if (body->Is(Kind::kString)) body->Set(kDollarQuoted, dollar);
  return body;
}

// (a INT, OUT b TEXT)
Node* Parser::RoutineParameters() {
  Next();
  Node* parameters = New(Kind::kList);
  while (!IsSymbol(")")) {
    const bool typed = NameAhead() && (Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName) &&
                       !EqualsIgnoreCase(Cur().text, "IN") && !EqualsIgnoreCase(Cur().text, "OUT") &&
                       !EqualsIgnoreCase(Cur().text, "INOUT") && !EqualsIgnoreCase(Cur().text, "VARIADIC");
    Node* parameter = typed ? ColumnDef() : RestPhrase(true);
    Add(parameters, parameter);
    if (!EatSymbol(",")) break;
  }
  ExpectSymbol(")");
  return parameters;
}

// Behind RETURNS: a type or TABLE (…).
Node* Parser::Returns() {
  Node* returns = Phrase("RETURNS", {Word("RETURNS")});
  if (Eat(Kw::kTABLE)) {
    Add(returns, Word("TABLE"));
    if (IsSymbol("(")) {
      Node* columns = CreateColumns();
      columns->kind = Kind::kTuple;
      Add(returns, columns);
    }
  } else {
    Add(returns, TypeName());
  }
  return returns;
}

// Functions and procedures: parameters, then clauses in any order, then the body.
bool Parser::CreateRoutine(Node* create) {
  create->children[kCreateName] = DottedName();
  if (IsSymbol("(")) {
    create->children[kCreateColumns] = RoutineParameters();
  }
  Node* properties = New(Kind::kList);
  Node* late = New(Kind::kList);
  while (!AtEnd() && !IsSymbol(";") &&
         (!Is(Kw::kAS) || (Ahead(1).type == Tok::kString && EqualsIgnoreCase(Ahead(2).text, "LANGUAGE"))) && !Is(Kw::kBEGIN)) {
    if (Is(Kw::kSET)) return false;
    CheckRoutineClause();
    if (Is(Kw::kAS) && Ahead(1).type == Tok::kString && create->children[kCreateBody] == nullptr &&
        EqualsIgnoreCase(Ahead(2).text, "LANGUAGE")) {
      Next();
      create->children[kCreateBody] = RoutineText();
    } else if (IsWord("RETURNS")) {
      Next();
      if (Has(Feature::kTildeRegex) && (IsWord("SETOF") || IsWord("TRIGGER"))) return false;
      Add(properties, Returns());
    } else if (IsWord("EXECUTE") && IsAhead(1, Kw::kAS) && Has(Feature::kStagedFiles)) {
      at_ += 2;
      Add(properties, Word("EXECUTE AS " + ToUpper(Next().text)));
    } else if (Has(Feature::kStagedFiles) && Cur().type == Tok::kWord && SymbolAhead(1, "=")) {
      RoutineSetting(properties, late);
    } else if (IsWord("LANGUAGE")) {
      Add(properties, Word(ToUpper(Next().text)));
    } else if (IsWord("RETURN")) {
      Next();
      Add(properties, Phrase("RETURN", {Word("RETURN"), BodyAhead() ? Query() : Expression()}));
    } else {
      Add(properties, OptionsAhead() ? Options() : PhrasePiece());
    }
  }
  for (Node* each : late->Children()) Add(properties, each);
  create->children[kCreateProperties] = properties;
  if (Is(Kw::kBEGIN)) return false;
  if (Is(Kw::kAS) && IsAhead(1, Kw::kBEGIN)) return false;
  if (Is(Kw::kAS) && (IsAhead(1, Kw::kTABLE) || EqualsIgnoreCase(Ahead(1).text, "RETURN"))) {
    Next();
    Node* body = Phrase("BODY", {Word("AS " + ToUpper(Next().text))});
    Add(body, BodyAhead() ? Query() : Expression());
    create->children[kCreateTail] = New(Kind::kList, {body});
    return true;
  }
  if (Is(Kw::kAS) && Ahead(1).type == Tok::kString && create->children[kCreateBody] == nullptr &&
      (Ahead(2).type == Tok::kEnd || SymbolAhead(2, ";"))) {
    Next();
    create->children[kCreateBody] = RoutineText();
    return true;
  }
  CreateBody(create);
  return true;
}

bool Parser::CreateRest(Node* create) {
  const std::string_view what = create->text;
  if (what.find("INDEX") != std::string_view::npos) return !what.starts_with("BITMAP") && CreateIndex(create);
  if (Has(Feature::kProcedural) && (what.ends_with("FUNCTION") || what.ends_with("PROCEDURE") || what.ends_with("PROC")))
    return ProceduralRoutine(create);
  if (what.ends_with("FUNCTION") || what.ends_with("PROCEDURE") || what.ends_with("PROC") || what.ends_with("MACRO"))
    return CreateRoutine(create);
  if (!NameAhead() || (what == "DICTIONARY" && !Has(Feature::kSettingsClause))) return false;
  if (IsWord("AUTHORIZATION") && Ahead(1).type == Tok::kWord) return false;
  create->children[kCreateName] = DottedName();
  if (what.ends_with("SEQUENCE")) {
    create->children[kCreateProperties] = SequenceOptions();
    return true;
  }
  if (IsSymbol("(") && !QueryAhead(0)) create->children[kCreateColumns] = CreateColumns();
  Node* properties = Properties(create->children[kCreateColumns] == nullptr && Has(Feature::kStagedFiles));
  if (properties != nullptr && IsSymbol("(") && !QueryAhead(0)) {  // columns may follow
    create->children[kCreateColumns] = CreateColumns();
    if (const Node* more = Properties()) {
      for (Node* each : more->Children()) Add(properties, each);
    }
  }
  create->children[kCreateProperties] = properties;
  CreateBody(create);
  const Node* body = create->Child(kCreateBody);
  if (AtEnd() || IsSymbol(";")) return true;
  const bool like = body != nullptr && body->Is(Kind::kTable) && properties == nullptr && Has(Feature::kSettingsClause);
  create->children[like ? kCreateProperties : kCreateTail] = Properties();
  return true;
}

// How many tokens it is to the one behind the END of the block that begins there; 0 without one.
size_t Parser::BlockEnd(size_t n) const {
  int open = 0;
  for (; Ahead(n).type != Tok::kEnd; ++n) {
    if (IsAhead(n, Kw::kBEGIN) || IsAhead(n, Kw::kCASE)) ++open;
    if (!IsAhead(n, Kw::kEND)) continue;
    static constexpr std::string_view kOthers[] = {"IF", "LOOP", "WHILE", "REPEAT", "FOR"};
    if (In(kOthers, Ahead(n + 1).text)) continue;
    if (--open == 0) return n + 1;
    if (IsAhead(n + 1, Kw::kCASE)) ++n;
  }
  return 0;
}

// A routine whose body is a block of statements, BEGIN … END, is kept as written; nullptr for anything else.
Node* Parser::RoutineBlock() {
  if (Has(Feature::kScripts) || Has(Feature::kProcedural)) return nullptr;
  const uint32_t begin = Cur().begin;
  bool routine = false;
  size_t n = 1;
  for (; !(routine && IsAhead(n, Kw::kBEGIN)); ++n) {
    if (Ahead(n).type == Tok::kEnd || SymbolAhead(n, ";")) return nullptr;
    routine = routine || IsWord("FUNCTION", n) || IsWord("PROCEDURE", n) || IsWord("TRIGGER", n);
  }
  const size_t length = BlockEnd(n);
  if (length == 0) return nullptr;
  const size_t end = at_ + length;
  while (at_ < end) Next();
  if (Cur().type == Tok::kWord || Cur().type == Tok::kQuotedName) Next();  // END name
  return NewAt(begin, Kind::kCommand, {}, SourceOf(begin, tokens_[at_ - 1].end));
}

Node* Parser::Create() {
  const size_t start = at_;
  if (const std::string_view kind = StagedKind(); !kind.empty()) return CreateStage(kind);
  if (Node* read = ServerCreate()) return read;
  Node* create = Slots(Kind::kCreate, kCreateSlots);
  bool read = CreateHead(create);
  if (read) {
    // An open-ended grammar: what cannot be read in its own terms is kept as written.
    try {
      read = CreateRest(create);
    } catch (const ParseFailure& failure) {
      if (failure.final || IsIncomplete(failure)) throw;
      read = false;
    }
  }
  if (read && (AtEnd() || IsSymbol(";"))) return create;
  at_ = start;
  Node* command = RoutineBlock();
  if (command == nullptr) command = Command();
  CheckStage(start);
  return command;
}

}  // namespace dvt::sql
