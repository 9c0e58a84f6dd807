// The conditions of rows in function tables.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"

namespace dvt::sql {

namespace {

using columnar::DataType;
using columnar::TypeKind;
using Types = std::function<DataType(const Node*)>;

bool HasShape(const Node* arg, std::string_view shape, const Types& type) {
  if (shape == "missing") return arg == nullptr;
  if (arg == nullptr) return false;
  if (shape == "string") return arg->Is(Kind::kString);
  if (shape == "number") {
    const Node* value = arg->Is(Kind::kUnary, Op::kNeg) ? arg->Child(0) : arg;
    return value->Is(Kind::kNumber);
  }
  if (shape == "interval") return arg->Is(Kind::kInterval);
  if (shape == "null") return arg->Is(Kind::kNull);
  if (shape == "cast") return arg->Is(Kind::kCast);
  if (shape == "lambda") return arg->Is(Kind::kLambda);
  if (shape == "query") return arg->IsQuery();
  if (shape == "column") return arg->Is(Kind::kColumn);
  // A format of dates and times rather than of numbers: it names a part of a date.
  if (shape == "time_format") return !arg->Is(Kind::kString) || arg->text.find_first_of("dDmMyYhHstT") != std::string_view::npos;
  const TypeKind kind = type(arg).kind;
  if (shape == "date") return kind == TypeKind::kDate;
  if (shape == "timestamp") return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz;
  if (shape == "timestamptz") return kind == TypeKind::kTimestampTz;
  if (shape == "time") return kind == TypeKind::kTime;
  if (shape == "text") return kind == TypeKind::kString && !arg->Is(Kind::kNull);
  if (shape == "integer") return type(arg).is_integer();
  if (shape == "list") return kind == TypeKind::kList;
  return false;
}

// A unit's word, or the text of a string.
bool IsWord(const Node* arg, std::string_view word) {
  if (arg == nullptr) return word == "DAY";  // the unit that is meant where none is said
  if ((arg->Is(Kind::kString) || arg->Is(Kind::kNumber)) && arg->text == word) return true;
  return UnitWord(arg) == word;
}

bool Holds(std::string_view term, std::span<Node* const> args, const Types& type) {
  const size_t index = static_cast<size_t>(term[3] - '1');
  const Node* arg = index < args.size() ? args[index] : nullptr;
  size_t at = 4;
  const bool negated = term[at] == '!';
  if (negated) ++at;
  const bool shape = term[at] == ':';
  std::string_view rest = term.substr(at + 1);
  while (true) {
    const size_t bar = std::min(rest.find('|'), rest.size());
    const std::string_view word = rest.substr(0, bar);
    if (shape ? HasShape(arg, word, type) : IsWord(arg, word)) return !negated;
    if (bar == rest.size()) return negated;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace

bool Fulfils(std::string_view condition, std::span<Node* const> args, const Types& type) {
  while (!condition.empty()) {
    const size_t end = std::min(condition.find(';'), condition.size());
    if (end < 6 || !Holds(condition.substr(0, end), args, type)) return false;
    condition.remove_prefix(std::min(end + 1, condition.size()));
  }
  return true;
}

}  // namespace dvt::sql
