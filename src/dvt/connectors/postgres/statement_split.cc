#include "dvt/connectors/postgres/statement_split.h"

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::connectors::postgres {

namespace {

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || (c & 0x80) != 0;
}

size_t SkipQuoted(std::string_view sql, size_t at, bool escapes) {
  const char quote = sql[at++];
  while (at < sql.size()) {
    if (escapes && sql[at] == '\\') {
      at += 2;
    } else if (sql[at++] == quote) {
      if (at >= sql.size() || sql[at] != quote) return at;
      ++at;
    }
  }
  return sql.size();
}

size_t SkipBlockComment(std::string_view sql, size_t at) {
  int depth = 0;
  while (at < sql.size()) {
    if (sql.substr(at, 2) == "/*") {
      ++depth;
      at += 2;
    } else if (sql.substr(at, 2) == "*/") {
      at += 2;
      if (--depth == 0) return at;
    } else {
      ++at;
    }
  }
  return sql.size();
}

// Past a $tag$ … $tag$ string, or just past the dollar if this is none.
size_t SkipDollar(std::string_view sql, size_t at) {
  size_t end = at + 1;
  while (end < sql.size() && sql[end] != '$' && IsWord(sql[end])) ++end;
  if (end >= sql.size() || sql[end] != '$' || (end > at + 1 && sql[at + 1] >= '0' && sql[at + 1] <= '9')) return at + 1;
  const auto tag = sql.substr(at, end - at + 1);
  const size_t close = sql.find(tag, end + 1);
  return close == std::string_view::npos ? sql.size() : close + tag.size();
}

// Past the token at `at`; sets `comment` if it was a comment or a blank.
size_t SkipToken(std::string_view sql, size_t at, bool& comment) {
  const char c = sql[at];
  comment = true;
  if (sql.substr(at, 2) == "--") return std::min(sql.find('\n', at), sql.size());
  if (sql.substr(at, 2) == "/*") return SkipBlockComment(sql, at);
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') return at + 1;
  comment = false;
  if (c == '\'' || c == '"') return SkipQuoted(sql, at, false);
  if (c == '$') return SkipDollar(sql, at);
  if (!IsWord(c)) return at + 1;
  const size_t begin = at;
  while (at < sql.size() && IsWord(sql[at])) ++at;
  if (at < sql.size() && sql[at] == '\'' && at == begin + 1 && (c == 'e' || c == 'E')) return SkipQuoted(sql, at, true);
  return at;
}

}  // namespace

std::vector<std::string> SplitStatements(std::string_view sql) {
  std::vector<std::string> statements;
  size_t begin = 0, at = 0;
  bool any = false;
  const auto finish = [&](size_t end) {
    if (any) statements.emplace_back(TrimView(sql.substr(begin, end - begin)));
    any = false;
  };
  while (at < sql.size()) {
    if (sql[at] == ';') {
      finish(at);
      begin = ++at;
      continue;
    }
    bool comment = false;
    at = SkipToken(sql, at, comment);
    any = any || !comment;
  }
  finish(sql.size());
  return statements;
}

std::string FirstWord(std::string_view sql) {
  size_t at = 0;
  while (at < sql.size()) {
    bool comment = false;
    const size_t end = SkipToken(sql, at, comment);
    if (!comment && sql[at] != '(') return ToLower(sql.substr(at, end - at));
    at = end;
  }
  return {};
}

}  // namespace dvt::connectors::postgres
