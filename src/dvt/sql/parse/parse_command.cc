// Statements of a few words that are brought to one spelling; the others are kept as written.
#include <algorithm>
#include <span>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

struct Rewording {
  std::string_view from;  ///< words that begin the statement
  std::string_view to;
};

constexpr Rewording kTransactions[] = {{"BEGIN TRANSACTION", "BEGIN"},
                                       {"BEGIN WORK", "BEGIN"},
                                       {"START TRANSACTION", "BEGIN"},
                                       {"END TRANSACTION", "COMMIT"},
                                       {"END WORK", "COMMIT"},
                                       {"END", "COMMIT"},
                                       {"COMMIT WORK", "COMMIT"},
                                       {"COMMIT TRANSACTION", "COMMIT"},
                                       {"ROLLBACK WORK", "ROLLBACK"},
                                       {"ROLLBACK TRANSACTION", "ROLLBACK"},
                                       {"ROLLBACK TO SAVEPOINT", "ROLLBACK TO"}};
constexpr Rewording kAttachments[] = {{"DESCRIBE TABLE", "DESCRIBE"},
                                      {"ATTACH DATABASE", "ATTACH"},
                                      {"DETACH IF EXISTS", "DETACH DATABASE IF EXISTS"},
                                      {"DETACH DATABASE IF EXISTS", "DETACH DATABASE IF EXISTS"},
                                      {"DETACH DATABASE", "DETACH"}};
constexpr Rewording kShows[] = {{"SHOW SESSION STATUS", "SHOW STATUS"},
                                {"SHOW SESSION VARIABLES", "SHOW VARIABLES"},
                                {"SHOW LOCAL VARIABLES", "SHOW VARIABLES"},
                                {"SHOW CHARSET", "SHOW CHARACTER SET"},
                                {"SHOW MASTER LOGS", "SHOW BINARY LOGS"},
                                {"SHOW SCHEMAS", "SHOW DATABASES"},
                                {"SHOW STORAGE ENGINES", "SHOW ENGINES"},
                                {"SHOW SLAVE STATUS", "SHOW REPLICA STATUS"},
                                {"SHOW SLAVE HOSTS", "SHOW REPLICAS"},
                                {"SHOW TABLES IN", "SHOW TABLES FROM"},
                                {"SHOW TRIGGERS IN", "SHOW TRIGGERS FROM"},
                                {"SHOW EVENTS IN", "SHOW EVENTS FROM"},
                                {"DESC", "DESCRIBE"},
                                {"EXPLAIN", "DESCRIBE"}};

constexpr Rewording kDescriptions[] = {{"DESCRIBE TABLE", "DESCRIBE"}};
constexpr Rewording kSavepoints[] = {{"ROLLBACK TO SAVEPOINT", "ROLLBACK TO"}};
constexpr Rewording kVariables[] = {{"SET VAR", "SET VARIABLE"}};

}  // namespace

// How many tokens the words are, if the statement goes on with them; else 0.
size_t Parser::WordsAhead(std::string_view words) const {
  size_t n = 0;
  for (const auto& word : Split(words, ' ')) {
    if (Ahead(n).type != Tok::kWord || !EqualsIgnoreCase(Ahead(n).text, word)) return 0;
    ++n;
  }
  return n;
}

// SHOW … IN db, SHOW CREATE TABLE a FROM db, SHOW INDEX FROM db.a
Node* Parser::ShowNames(Node* command) {
  std::string text(command->text);
  if (const size_t n = WordsAhead("SHOW CREATE TABLE"); n > 0 && Ahead(n + 1).kw == Kw::kFROM && Ahead(n + 3).type == Tok::kEnd) {
    text = "SHOW CREATE TABLE " + std::string(SourceOf(Ahead(n + 2).begin, Ahead(n + 2).end)) + "." +
           std::string(SourceOf(Ahead(n).begin, Ahead(n).end));
    at_ += n + 3;
  } else if (const size_t m = WordsAhead("SHOW INDEX FROM"); m > 0 && SymbolAhead(m + 1, ".") && Ahead(m + 3).type == Tok::kEnd) {
    text = "SHOW INDEX FROM " + std::string(SourceOf(Ahead(m + 2).begin, Ahead(m + 2).end)) + " FROM " +
           std::string(SourceOf(Ahead(m).begin, Ahead(m).end));
    at_ += m + 3;
  } else if (const size_t k = WordsAhead("SHOW FULL TABLES IN"); k > 0) {
    at_ += k;
    text = "SHOW FULL TABLES FROM " + std::string(RawUntilStatementEnd(Cur().begin));
  } else {
    return nullptr;
  }
  command->text = arena_.Copy(text);
  return command;
}

// COMMENT ON kind name IS 'text'
Node* Parser::CommentOn() {
  const size_t start = at_;
  at_ += 2;
  std::string text = "COMMENT ON";
  while (!AtEnd() && !IsSymbol(";") && !(Is(Kw::kIS) && Ahead(1).type == Tok::kString)) {
    const std::string_view before = SourceOf(Cur().begin - 1, Cur().begin);
    const bool tight = IsSymbol(".") || IsSymbol(",") || IsSymbol("(") || IsSymbol(")") || before == "." || before == "(";
    text += (tight ? "" : " ") + std::string(SourceOf(Cur().begin, Cur().end));
    Next();
  }
  if (!Eat(Kw::kIS)) return at_ = start, nullptr;
  Node* command = New(Kind::kPhrase, {Word(text + " IS"), StringLiteral()}, "COMMENT ON");
  if (!AtEnd() && !IsSymbol(";")) return at_ = start, nullptr;
  return command;
}

void Parser::Refuse(std::string message) { throw ParseFailure{Cur().begin, std::move(message), true}; }

// CALLED ON NULL INPUT is the only clause of a routine that begins with this word, and none begins with PARTITION alone.
void Parser::CheckRoutineClause() {
  if (IsWord("CALLED") && !IsAhead(1, Kw::kON)) Next(), Refuse("expected ON NULL INPUT behind CALLED");
  if (Is(Kw::kPARTITION) && !IsAhead(1, Kw::kBY)) Next(), Refuse("expected BY behind PARTITION");
}

// Whether a statement fails because it ends, or a list does, before all is said: then it is no statement of a grammar that is not known.
bool Parser::IsIncomplete(const ParseFailure& failure) const {
  size_t token = at_;
  while (token > 0 && tokens_[token].begin > failure.offset) --token;
  while (token + 1 < tokens_.size() && tokens_[token].begin < failure.offset) ++token;
  const Token& at = tokens_[token];
  return at.type == Tok::kEnd || (at.type == Tok::kSymbol && (at.symbol == Symbol(";") || at.symbol == Symbol(")")));
}

// What is kept as written names what it is about, and does not end where something must follow.
void Parser::CheckEnd(size_t start) {
  static constexpr std::string_view kVerbs[] = {"CREATE", "DROP",   "ALTER", "TRUNCATE", "USE",    "GRANT",
                                                "REVOKE", "KILL",   "COPY",  "EXECUTE",  "EXEC",   "CALL",
                                                "LOAD",   "ATTACH", "CACHE", "PREPARE",  "COMMENT"};
  static constexpr std::string_view kJoints[] = {"INTO", "IS", "AS", "LIKE", "BY", "RENAME", "CLONE"};
  static constexpr std::string_view kObjects[] = {"TABLE", "VIEW", "SCHEMA", "INDEX", "SEQUENCE", "PROCEDURE", "FUNCTION"};
  const auto any = [&](std::span<const std::string_view> words, const Token& token) {
    return token.type == Tok::kWord &&
           std::any_of(words.begin(), words.end(), [&](std::string_view word) { return EqualsIgnoreCase(word, token.text); });
  };
  if (at_ <= start) return;
  const Token& last = tokens_[at_ - 1];
  const bool bare = at_ == start + 1 && any(kVerbs, tokens_[start]);
  const bool nameless = at_ == start + 2 && any(kVerbs, tokens_[start]) && any(kObjects, last);
  const bool open = at_ > start + 1 && (any(kJoints, last) || (last.type == Tok::kSymbol && last.symbol == Symbol("=")));
  if (bare || nameless || open) Unexpected("more of the statement");
}

// What is kept as written has its parentheses in pairs, at least.
void Parser::CheckBalance(size_t start) {
  int open = 0;
  for (size_t token = start; token < at_; ++token) {
    if (tokens_[token].type != Tok::kSymbol) continue;
    if (tokens_[token].symbol == Symbol("(")) ++open;
    if (tokens_[token].symbol == Symbol(")") && --open < 0) at_ = token, Unexpected("an opening parenthesis before it");
  }
  if (open > 0) Unexpected("')'");
}

// CREATE STAGE … FILE_FORMAT = name, text or (…)
void Parser::CheckStage(size_t start) {
  if (!Has(Feature::kStagedFiles)) return;
  for (size_t token = start; token + 2 < at_; ++token) {
    const bool format = tokens_[token].type == Tok::kWord && EqualsIgnoreCase(tokens_[token].text, "FILE_FORMAT");
    if (format && tokens_[token + 1].symbol == Symbol("=") && tokens_[token + 2].type == Tok::kNumber)
      at_ = token + 2, Unexpected("the name of a file format");
  }
}

// GRANT SELECT(a, b) ON t TO u, GRANT EXECUTE ON FUNCTION F(int) TO u; nullptr where no parentheses stand.
Node* Parser::Grant() {
  const size_t start = at_;
  for (size_t n = 1; Ahead(n).type != Tok::kEnd && !SymbolAhead(n, ";") && !IsAhead(n, Kw::kTO); ++n) {
    if (!IsAhead(n, Kw::kON)) continue;
    at_ += n;
    if (n == 1 || tokens_[at_ - 1].symbol == Symbol(",")) Unexpected("a privilege");
    at_ = start;
    break;
  }
  if (!Has(Feature::kTildeRegex)) return nullptr;
  std::string text;
  bool columns = true, any = false, routine = false;
  for (; !AtEnd() && !IsSymbol(";"); Next()) {
    if (columns && Is(Kw::kON)) columns = false, routine = IsWord("FUNCTION", 1) || IsWord("PROCEDURE", 1);
    if (Is(Kw::kTO) || Is(Kw::kFROM)) routine = false;
    const bool open = IsSymbol("("), called = routine && SymbolAhead(1, "(");
    any = any || open;
    const bool tight =
        text.empty() || IsSymbol(")") || IsSymbol(",") || IsSymbol(".") || open || text.back() == '(' || text.back() == '.';
    const std::string_view source = SourceOf(Cur().begin, Cur().end);
    text += (tight ? "" : " ") + (called && Cur().type == Tok::kWord ? ToUpper(source) : std::string(source));
  }
  if (!any) return at_ = start, nullptr;
  return NewAt(tokens_[start].begin, Kind::kCommand, {}, arena_.Copy(text));
}

// DESC t is DESCRIBE t.
bool Parser::DescAhead() const {
  if (!Is(Kw::kDESC) || Has(Feature::kProcedural) || IsAhead(1, Kw::kAS)) return false;
  return Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName;
}

Node* Parser::Desc() {
  Node* command = New(Kind::kCommand);
  Next();
  if (Is(Kw::kTABLE) && NameAhead(1)) Next();
  command->text = arena_.Copy("DESCRIBE " + std::string(RawUntilStatementEnd(Cur().begin)));
  return command;
}

// ADD JAR '/x.jar', MSCK REPAIR TABLE t, LIST FILES
bool Parser::LakeCommandAhead() const {
  if (!Has(Feature::kInsertOverwrite) || Ahead(1).type != Tok::kWord) return false;
  if (IsWord("MSCK")) return IsWord("REPAIR", 1) || IsAhead(1, Kw::kTABLE);
  if (!IsWord("ADD") && !IsWord("LIST") && !IsWord("DELETE")) return false;
  static constexpr std::string_view kResources[] = {"JAR", "JARS", "FILE", "FILES", "ARCHIVE", "ARCHIVES"};
  return std::any_of(std::begin(kResources), std::end(kResources), [&](std::string_view word) { return IsWord(word, 1); });
}

// PARTITION (a=1) in a statement that is kept as written: PARTITION(a = 1).
std::string_view Parser::PlainPartitions(std::string_view text) {
  constexpr std::string_view kWord = "PARTITION";
  std::string out;
  char quote = 0;
  int inside = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (inside == 0) {
      const bool begins =
          i == 0 || !(((text[i - 1] | 32) >= 'a' && (text[i - 1] | 32) <= 'z') || text[i - 1] == '_' || text[i - 1] == '.');
      size_t open = i + kWord.size();
      while (open < text.size() && text[open] == ' ') ++open;
      if (begins && open < text.size() && text[open] == '(' && EqualsIgnoreCase(text.substr(i, kWord.size()), kWord)) {
        out += "PARTITION(";
        i = open;
        inside = 1;
        continue;
      }
    } else if (c == '(') {
      ++inside;
    } else if (c == ')') {
      --inside;
    } else if (c == '=' && i > 0 && std::string_view("<>!=").find(text[i - 1]) == std::string_view::npos) {
      while (out.back() == ' ') out.pop_back();
      out += " = ";
      while (i + 1 < text.size() && text[i + 1] == ' ') ++i;
      continue;
    } else if (c == ',') {
      out += ", ";
      while (i + 1 < text.size() && text[i + 1] == ' ') ++i;
      continue;
    }
    out += c;
  }
  return arena_.Copy(out);
}

// A statement known by its first words, or nullptr.
Node* Parser::KnownCommand() {
  if (IsWord("GRANT") || IsWord("REVOKE")) {
    if (Node* grant = Grant()) return grant;
  }
  if (WordsAhead("COMMENT ON") > 0) return CommentOn();
  auto reworded = [&](std::span<const Rewording> table) -> Node* {
    for (const auto& [from, to] : table) {
      const size_t n = WordsAhead(from);
      if (from.starts_with("END") && Has(Feature::kCanonicalNames)) continue;  // of a block, perhaps
      if (n == 0 || (Ahead(n).type == Tok::kSymbol && !SymbolAhead(n, ";"))) continue;
      if (from == "END" && Ahead(n).type == Tok::kWord && !IsAhead(n, Kw::kAND)) continue;  // of a block that has a name
      Node* command = New(Kind::kCommand);
      at_ += n;
      const std::string rest(AtEnd() || IsSymbol(";") ? std::string_view() : RawUntilStatementEnd(Cur().begin));
      command->text = arena_.Copy(std::string(to) + (rest.empty() ? "" : " " + rest));
      return command;
    }
    return nullptr;
  };
  if (!Has(Feature::kProcedural) && !Has(Feature::kTransactionWords) && !(Has(Feature::kShowCommands) && Is(Kw::kEND))) {
    if (Node* found = reworded(kTransactions)) return found;
  }
  if (Has(Feature::kCanonicalNames)) {
    if (Node* found = reworded(kSavepoints)) return found;
  }
  if (Has(Feature::kWithFill)) {
    if (Node* found = reworded(kDescriptions)) return found;
  }
  if (Has(Feature::kPrefixAliases)) {
    if (Node* found = reworded(kAttachments)) return found;
    if (IsWord("PRAGMA") && SymbolAhead(2, "(")) {
      Node* command = New(Kind::kCommand);
      Next();
      const std::string name = ToUpper(Next().text);
      command->text = arena_.Copy("PRAGMA " + name + std::string(RawUntilStatementEnd(Cur().begin)));
      return command;
    }
  }
  if (Has(Feature::kUsingFormat)) {
    if (Node* found = reworded(kVariables)) return found;
  }
  if (Has(Feature::kInsertOverwrite)) {
    if (Node* found = reworded(kDescriptions)) return found->text = PlainPartitions(found->text), found;
  }
  if (Has(Feature::kShowCommands)) {
    if (Node* found = reworded(kShows)) return found;
    if (Is(Kw::kNone) && IsWord("SHOW")) return ShowNames(New(Kind::kCommand));
  }
  const size_t to = IsWord("LOCAL", 1) || IsWord("SESSION", 1) ? 3 : 2;  // the values of a list keep the word
  if (Is(Kw::kSET) && Ahead(1).type != Tok::kSymbol && Ahead(1).type != Tok::kEnd &&
      (Ahead(to).kw == Kw::kTO || SymbolAhead(to, ":=")) && Ahead(to + 1).type != Tok::kEnd && !SymbolAhead(to + 2, ",")) {
    Node* command = New(Kind::kCommand);
    const std::string name(SourceOf(Ahead(1).begin, Ahead(to - 1).end));
    at_ += to + 1;
    command->text = arena_.Copy("SET " + name + " = " + std::string(RawUntilStatementEnd(Cur().begin)));
    return command;
  }
  return nullptr;
}

}  // namespace dvt::sql
