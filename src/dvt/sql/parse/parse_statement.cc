#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::AtStatement() const {
  if ((AtQuery() && !(IsSymbol("("))) || MultiInsertAhead() || ProceduralAhead()) return true;
  if (IsSymbol("(")) return AtQuery();
  if (StageCommandAhead() || CacheAhead() || DescAhead()) return true;
  if (IsWord("EXCHANGE") && (IsWord("TABLES", 1) || IsWord("DICTIONARIES", 1))) return true;
  if (Has(Feature::kSettingsClause) && IsWord("SYSTEM") && Ahead(1).type == Tok::kWord) return true;
  static constexpr std::string_view kVerbs[] = {
      "INSERT",   "UPDATE",  "DELETE",     "CREATE",  "DROP",      "ALTER",    "MERGE",     "TRUNCATE", "EXPLAIN", "DESCRIBE",
      "SHOW",     "SET",     "USE",        "BEGIN",   "COMMIT",    "ROLLBACK", "GRANT",     "REVOKE",   "COPY",    "VACUUM",
      "ANALYZE",  "PRAGMA",  "ATTACH",     "DETACH",  "INSTALL",   "LOAD",     "CALL",      "START",    "COMMENT", "LOCK",
      "EXPORT",   "IMPORT",  "CHECKPOINT", "RESET",   "SUMMARIZE", "PIVOT",    "UNPIVOT",   "KILL",     "REPLACE", "DO",
      "EXECUTE",  "PREPARE", "DEALLOCATE", "LISTEN",  "NOTIFY",    "RENAME",   "SAVEPOINT", "RELEASE",  "REINDEX", "REFRESH",
      "OPTIMIZE", "FORCE",   "UNLOCK",     "DECLARE", "FLUSH",     "ABORT",    "END"};
  if (PivotStatementAhead() && (SymbolAhead(1, "(") || IsWord("PIVOT_WIDER"))) return SymbolAhead(1, "(") ? QueryAhead(1) : true;
  if (IsWord("CONNECT") && Has(Feature::kPrefixAliases) && (Ahead(1).type == Tok::kString || Ahead(1).type == Tok::kWord))
    return true;
  if (Is(Kw::kSET) &&
      (SymbolAhead(1, "-") || ((Has(Feature::kScripts) || Has(Feature::kSessionVariables)) && SymbolAhead(1, "("))))
    return true;  // SET -v, SET (a, b) = …
  if (IsWord("COPY") && SymbolAhead(1, "(") && Has(Feature::kPrefixAliases)) return QueryAhead(2);
  if (IsWord("EXPLAIN") && SymbolAhead(1, "(") && QueryAhead(BehindParenthesis(1))) return true;
  // EXPLAIN (ANALYZE) …, COPY (…) TO …, FETCH NEXT FROM c: commands whose second token tells them from calls and names.
  if (Has(Feature::kTildeRegex) && Has(Feature::kTransactionalDdl) && Cur().type == Tok::kWord) {
    const size_t behind = SymbolAhead(1, "(") ? BehindParenthesis(1) : 0;
    if (behind > 0 && (IsWord("EXPLAIN") || IsWord("VACUUM") || IsWord("ANALYZE"))) return Ahead(behind).type != Tok::kEnd;
    if (behind > 0 && (IsWord("COPY") || IsWord("UNLOAD"))) return IsAhead(behind, Kw::kTO);
    if (Is(Kw::kFETCH) || IsWord("MOVE") || IsWord("DISCARD"))
      return Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kNumber;
  }
  if (Cur().type != Tok::kWord || SymbolAhead(1, "(") || SymbolAhead(1, ".")) return false;
  if (Is(Kw::kDESC) && Has(Feature::kShowCommands)) return Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName;
  for (std::string_view verb : kVerbs) {
    if (IsWord(verb)) return Ahead(1).type != Tok::kSymbol;
  }
  return ScriptAhead() || LakeCommandAhead();
}

// (SELECT 1) + 1: a query that is only a part of an expression.
bool Parser::OperandAhead() const {
  if (!Has(Feature::kCanonicalNames) || !IsSymbol("(")) return false;
  const Token& behind = Ahead(BehindParenthesis(0));
  constexpr std::string_view kOperators[] = {"+", "-", "*", "/", "=", "<", ">", "<=", ">=", "<>", "||"};
  return behind.type == Tok::kSymbol &&
         std::find(std::begin(kOperators), std::end(kOperators), behind.text) != std::end(kOperators);
}

Node* Parser::Statement() {
  size_t first = at_;
  Node* statement = nullptr;
  if (ProceduralAhead())
    statement = Procedural();
  else if (InsertAllAhead())
    statement = InsertAll();
  else if (StageCommandAhead())
    statement = StageCommand();
  else if (CacheAhead())
    statement = Cache();
  else if ((statement = Export()) != nullptr)
    ;
  else if (DescAhead())
    statement = Desc();
  else if ((Has(Feature::kStagedFiles) && IsWord("COPY") && IsAhead(1, Kw::kINTO)) ||
           (Has(Feature::kPrefixAliases) && IsWord("COPY") && !IsAhead(1, Kw::kFROM) &&
            (SymbolAhead(1, "(") || Ahead(1).type != Tok::kSymbol)))
    statement = CopyInto();
  else if (Has(Feature::kStagedFiles) && IsWord("SHOW") && Ahead(1).type == Tok::kWord && !IsWord("GRANTS", 1) &&
           !IsWord("PARAMETERS", 1))
    statement = Show();
  else if (MultiInsertAhead())
    statement = MultiInsert();
  else if (VariableAhead())
    statement = DeclareVariable();
  else if (Has(Feature::kScripts) && IsWord("DECLARE") && Ahead(1).type == Tok::kWord)
    statement = DeclareVariables();
  else if (PivotStatementAhead() && (statement = PivotCommand()) != nullptr)
    ;
  else if (OperandAhead())
    statement = TopExpression();
  else if (AtQuery())
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
  else if (Is(Kw::kALTER))
    statement = Alter();
  else if (Is(Kw::kMERGE) && !SymbolAhead(1, "("))
    statement = Merge(nullptr);
  else if (IsWord("TRUNCATE") && Ahead(1).type == Tok::kWord)
    statement = Truncate();
  else if ((statement = ServerCopy()) != nullptr)
    ;
  else if (AtStatement())
    (statement = KnownCommand()) != nullptr ? statement : (statement = Command());
  else
    Unexpected("a statement");
  TakeComments(statement, first);
  return statement;
}

// A pivot in its own terms, else as written.
Node* Parser::PivotCommand() {
  const size_t start = at_;
  try {
    Node* pivot = PivotStatement();
    if (AtEnd() || IsSymbol(";")) return pivot;
  } catch (const ParseFailure&) {
    // Its clauses are open-ended.
  }
  at_ = start;
  return Is(Kw::kPIVOT) ? Command() : nullptr;
}

Node* Parser::Command() {
  Node* command = New(Kind::kCommand);
  const size_t start = at_;
  command->text = RawUntilStatementEnd(Cur().begin);
  CheckEnd(start);
  if (Has(Feature::kInsertOverwrite) && !EqualsIgnoreCase(command->text.substr(0, 4), "SHOW"))
    command->text = PlainPartitions(command->text);
  return command;
}

}  // namespace dvt::sql
