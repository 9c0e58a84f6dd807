#include "dvt/run/context/limited_relation.h"

#include <algorithm>
#include <cctype>

#include "dvt/base/text/text.h"
#include "dvt/run/context/sql_blank.h"

namespace dvt::run {
namespace {

// The alias waits in a comment behind the subquery.
constexpr std::string_view kMark = "/*dvt_alias:", kMarkEnd = "*/";

bool IsWordByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }

// Words that may follow a table in FROM; any other word is its alias.
bool FollowsTables(const std::string& word) {
  static constexpr std::string_view kWords[] = {
      "where", "join",    "inner",  "left",  "right",      "full",   "cross",     "natural",       "on",          "using",
      "group", "order",   "having", "limit", "union",      "except", "intersect", "minus",         "window",      "qualify",
      "fetch", "offset",  "for",    "asof",  "positional", "semi",   "anti",      "straight_join", "tablesample", "lateral",
      "pivot", "unpivot", "set",    "when",  "returning",  "select", "values",    "then",          "else",        "end"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

bool NamedAt(const std::string& sql, size_t at) {
  at = SkipBlank(sql, at);
  if (at >= sql.size()) return false;
  if (sql[at] == '"' || sql[at] == '`' || sql[at] == '[') return true;
  size_t end = at;
  while (end < sql.size() && IsWordByte(sql[end])) ++end;
  return end > at && !FollowsTables(ToLower(sql.substr(at, end - at)));
}

}  // namespace

std::string LimitedRelation(std::string_view relation, std::string_view predicate, std::string_view alias) {
  std::string text = "(select * from ";
  text.append(relation).append(" where ").append(predicate).append(") ");
  return text.append(kMark).append(alias).append(kMarkEnd);
}

std::string NameLimitedRelations(const std::string& sql) {
  size_t mark = sql.find(kMark);
  if (mark == std::string::npos) return sql;
  std::string out;
  size_t at = 0;
  for (; mark != std::string::npos; mark = sql.find(kMark, at)) {
    const size_t name = mark + kMark.size(), end = sql.find(kMarkEnd, name);
    if (end == std::string::npos) break;
    const size_t next = end + kMarkEnd.size();
    if (NamedAt(sql, next)) {
      out.append(sql, at, mark - at - 1);  // without the blank before the mark
    } else {
      out.append(sql, at, mark - at).append("as ").append(sql, name, end - name);
    }
    at = next;
  }
  return out.append(sql, at);
}

}  // namespace dvt::run
