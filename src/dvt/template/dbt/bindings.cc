#include "dvt/template/dbt/bindings.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::tmpl {
namespace {

std::string Literal(const Object& value) {
  if (value.is_none() || value.is_undefined()) return "null";
  if (value.is_bool()) return value.Truth() ? "true" : "false";
  if (value.is_number()) return value.Str();
  return "'" + ReplaceAll(value.Str(), "'", "''") + "'";
}

size_t CountOf(const std::string& text, const std::string& mark) {
  size_t count = 0;
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) ++count;
  return count;
}

}  // namespace

Result<std::string> WithBindings(const std::string& sql, const Object& bindings) {
  if (!bindings.is_list() && !bindings.is_tuple()) return sql;
  const ObjectList& values = bindings.list();
  if (values.empty()) return sql;
  const std::string mark = CountOf(sql, "%s") > 0 ? "%s" : "?";
  const size_t places = CountOf(sql, mark);
  if (places != values.size()) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("the statement has {} placeholder{} '{}' for {} values", places,
                                                          places == 1 ? "" : "s", mark, values.size()));
  }
  std::string out;
  size_t from = 0;
  for (const auto& value : values) {
    const size_t at = sql.find(mark, from);
    out += sql.substr(from, at - from) + Literal(value);
    from = at + mark.size();
  }
  return out + sql.substr(from);
}

}  // namespace dvt::tmpl
