// Commands on staged files, and SHOW: words in upper case, places named.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view each) { return EqualsIgnoreCase(word, each); });
}

}  // namespace

// LIST @stage, GET @stage file://…, PUT file://… @stage, REMOVE @stage, UNDROP TABLE t, DESC kind name
bool Parser::StageCommandAhead() const {
  if (!Has(Feature::kStagedFiles) || Cur().type != Tok::kWord) return false;
  const std::string_view word = Cur().text;
  const bool stage = SymbolAhead(1, "@") || Ahead(1).type == Tok::kString;
  if (IsOneOf(word, {"LIST", "LS", "GET", "REMOVE", "RM"})) return stage;
  if (EqualsIgnoreCase(word, "PUT")) return Ahead(1).type == Tok::kString || EqualsIgnoreCase(Ahead(1).text, "file");
  if (EqualsIgnoreCase(word, "UNDROP")) return Ahead(1).type == Tok::kWord;
  return Is(Kw::kDESC) && Ahead(1).type == Tok::kWord;
}

Node* Parser::StageCommand() {
  Node* command = New(Kind::kCommand);
  std::string verb = ToUpper(Cur().text);
  if (verb == "LS") verb = "LIST";
  if (verb == "DESC") verb = "DESCRIBE";
  Next();
  if (AtEnd()) {
    command->text = arena_.Copy(verb);
    return command;
  }
  const size_t start = at_;
  std::string rest(RawUntilStatementEnd(Cur().begin));
  if (verb == "PUT" || verb == "GET")  // the // of a path is no comment
    rest = TrimView(SourceOf(tokens_[start].begin, AtEnd() ? Cur().end : Cur().begin));
  for (size_t token = start; (verb == "LIST" || verb == "REMOVE") && token < at_; ++token) {  // PATTERN = '…'
    if (tokens_[token].type != Tok::kWord || !EqualsIgnoreCase(tokens_[token].text, "PATTERN")) continue;
    const bool sign = token + 2 < tokens_.size() && tokens_[token + 1].symbol == Symbol("=");
    if (sign && tokens_[token + 2].type == Tok::kString) continue;
    at_ = std::min(token + (sign ? 2 : 1), tokens_.size() - 1);
    Unexpected(sign ? "a pattern" : "'='");
  }
  if (verb == "PUT" && rest.starts_with("file:")) {
    const size_t blank = std::min(rest.find(' '), rest.size());
    rest = QuoteString(d_, rest.substr(0, blank)) + rest.substr(blank);
  }
  if (verb == "LIST") {
    const std::string upper = ToUpper(rest);
    const size_t pattern = upper.find(" PATTERN");
    const size_t sign = pattern == std::string::npos ? pattern : rest.find('=', pattern);
    if (pattern != std::string::npos && (sign == std::string::npos || TrimView(rest).back() == '='))
      Fail("a pattern is written PATTERN = '…'");
    if (sign != std::string::npos)
      rest = rest.substr(0, pattern) + " PATTERN = " + std::string(TrimView(std::string_view(rest).substr(sign + 1)));
  }
  command->text = arena_.Copy(verb + " " + rest);
  return command;
}

// SHOW [TERSE] kind [LIKE '…'] [IN [SCHEMA] place] [STARTS WITH '…'] [LIMIT n FROM '…']: the kind of the place is always named.
Node* Parser::Show() {
  Node* command = New(Kind::kCommand);
  std::string text = "SHOW", kinds;
  Next();
  while (!AtEnd() && !IsSymbol(";")) {
    const Token& t = Cur();
    if (Is(Kw::kIN)) {
      Next();
      text += " IN";
      const bool kind = IsOneOf(Cur().text, {"ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW", "APPLICATION", "CLASS", "MODEL",
                                             "FAILOVER", "SHARE", "USER", "ROLE", "WAREHOUSE", "COMPUTE"}) &&
                        Cur().type == Tok::kWord && !SymbolAhead(1, ".");
      const bool table = kinds.find("PRIMARY KEYS") != std::string::npos || kinds.find("UNIQUE KEYS") != std::string::npos ||
                         kinds.find("COLUMNS") != std::string::npos;
      if (kind) text += " " + ToUpper(Next().text);
      if (kind && text.ends_with("APPLICATION") && EatWord("PACKAGE")) text += " PACKAGE";
      if (!kind) text += table ? " TABLE" : " SCHEMA";
      const bool name =
          Cur().type == Tok::kQuotedName || (Cur().type == Tok::kWord && !IsOneOf(Cur().text, {"STARTS", "LIMIT", "LIKE"}));
      if (!AtEnd() && name) {
        const uint32_t begin = Cur().begin;
        uint32_t end = Next().end;
        while (IsSymbol(".")) {
          Next();
          end = Next().end;
        }
        text += " " + std::string(SourceOf(begin, end));
      }
      continue;
    }
    const std::string word = t.type == Tok::kWord ? ToUpper(t.text) : std::string(SourceOf(t.begin, t.end));
    const bool tight = t.type == Tok::kSymbol || SourceOf(tokens_[at_ - 1].begin, tokens_[at_ - 1].end) == ".";
    text += (tight ? "" : " ") + word;
    kinds += " " + word;
    Next();
  }
  command->text = arena_.Copy(text);
  return command;
}

}  // namespace dvt::sql
