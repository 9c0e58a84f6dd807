// The conditions of rows in function tables.
#include <algorithm>
#include <charconv>
#include <numeric>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"

namespace dvt::sql {

namespace {

using columnar::DataType;
using columnar::TypeKind;
using Types = std::function<DataType(const Node*)>;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool IsOf(std::string_view text, std::string_view letters) { return text.find_first_not_of(letters) == std::string_view::npos; }

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

// "$.a.b": members only, whose names need no quotes.
bool IsMemberPath(std::string_view path) {
  if (path == "$") return true;
  if (!path.starts_with("$.") || path.ends_with('.') || path.find("..") != std::string_view::npos) return false;
  return IsOf(path.substr(1), std::string(kNameLetters) + ".");
}

// "{b,1,c}": names and places that need no quotes.
bool IsArrayPath(std::string_view path) {
  if (path.size() < 3 || path.front() != '{' || path.back() != '}') return false;
  path = path.substr(1, path.size() - 2);
  if (path.front() == ',' || path.back() == ',' || path.find(",,") != std::string_view::npos || EqualsIgnoreCase(path, "null"))
    return false;
  return IsOf(path, std::string(kNameLetters) + ",");
}

// A whole number as a literal.
bool IsWhole(const Node* arg, std::string_view shape) {
  arg = Unparen(arg);
  const bool negative = arg->Is(Kind::kUnary, Op::kNeg);
  const Node* number = negative ? Unparen(arg->Child(0)) : arg;
  const bool digits = number->Is(Kind::kNumber) && number->text.size() < 10 &&
                      number->text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || (negative && shape != "whole")) return false;
  return shape != "positive" || number->text.find_first_not_of('0') != std::string_view::npos;
}

// 2024-02-29, or 2024-02-29 23:59:59, perhaps with a fraction.
bool IsIsoMoment(std::string_view text, bool date) {
  static constexpr std::string_view kShape = "0000-00-00 00:00:00";
  if (date ? text.size() != 10 : text.size() != 10 && text.size() < 19) return false;
  for (size_t i = 0; i < std::min(text.size(), kShape.size()); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return false;
  }
  const std::string_view fraction = text.size() > 19 ? text.substr(19) : std::string_view();
  if (!fraction.empty() && (fraction[0] != '.' || fraction.size() > 7 || fraction.size() < 2 ||
                            fraction.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return false;
  const auto two = [&](size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (two(5) < 1 || two(5) > 12 || two(8) < 1 || text.substr(0, 4) == "0000") return false;
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = two(0) * 100 + two(2);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (two(8) > kDays[two(5) - 1] + (leap && two(5) == 2 ? 1 : 0)) return false;
  return text.size() == 10 || (two(11) < 24 && two(14) < 60 && two(17) < 60);
}

// A literal pattern with a group that captures.
bool HasGroup(const Node* pattern) {
  if (!pattern->Is(Kind::kString)) return false;
  const std::string_view text = pattern->text;
  bool set = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (set) {
      set = text[i] != ']';
    } else if (text[i] == '[') {
      set = true;
    } else if (text[i] == '(' && (i + 1 == text.size() || text[i + 1] != '?' || text.substr(i, 4) == "(?P<")) {
      return true;
    }
  }
  return false;
}

// No column anywhere.
bool IsConstant(const Node* value) {
  bool constant = true;
  Visit(value, [&](const Node* node) {
    constant = constant && !node->Is(Kind::kColumn);
    return constant;
  });
  return constant;
}

// How many digits follow the seconds of a moment's text.
size_t FractionDigits(const Node* arg) {
  if (!arg->Is(Kind::kString, Op::kPlain)) return 0;
  const size_t point = arg->text.find('.');
  if (point == std::string_view::npos || arg->text.find(':') > point) return 0;
  return std::min(arg->text.find_first_not_of("0123456789", point + 1), arg->text.size()) - point - 1;
}

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
  if (shape == "array") return IsArray(arg);
  if (shape == "week") return !WeekDay(arg).empty();
  if (shape == "monday_week") return WeekDay(arg) == "MONDAY";
  if (shape == "grouped") return HasGroup(arg);
  if (shape.starts_with("call_")) return arg->Is(Kind::kFunction) && EqualsIgnoreCase(arg->text, shape.substr(5));
  if (shape == "bare") return arg->Is(Kind::kFunction) && (arg->Child(kArgsSlot) == nullptr || arg->Child(kArgsSlot)->count == 0);
  if (shape == "negative") return arg->Is(Kind::kUnary, Op::kNeg) && arg->Child(0)->Is(Kind::kNumber);
  if (shape == "fraction") return arg->Is(Kind::kNumber) && arg->text.find('.') != std::string_view::npos;
  if (shape == "true") return arg->Is(Kind::kBoolean, Op::kTrue);
  if (shape == "false") return arg->Is(Kind::kBoolean, Op::kFalse);
  if (shape == "portion") return PortionOf(arg).has_value();
  if (shape == "thousandths") return FractionDigits(arg) > 0 && FractionDigits(arg) < 4;
  if (shape == "millionths") return FractionDigits(arg) > 3;
  if (shape == "constant") return IsConstant(arg);
  if (shape == "column") return arg->Is(Kind::kColumn);
  // A format of dates and times rather than of numbers: it names a part of a date.
  if (shape == "time_format") return !arg->Is(Kind::kString) || arg->text.find_first_of("dDmMyYhHstT") != std::string_view::npos;
  if (shape == "positive" || shape == "natural" || shape == "whole") return IsWhole(arg, shape);
  if (shape == "iso_date" || shape == "iso_moment")
    return arg->Is(Kind::kString, Op::kPlain) && IsIsoMoment(arg->text, shape == "iso_date");
  if (shape == "nonempty") return arg->Is(Kind::kString) && !arg->text.empty();
  if (shape == "character") return arg->Is(Kind::kString) && arg->text.size() == 1;
  if (shape == "ascii") return arg->Is(Kind::kString) && IsAscii(arg->text);
  if (shape == "caseless")
    return arg->Is(Kind::kString) && IsAscii(arg->text) && ToUpper(arg->text) == ToLower(arg->text) && !arg->text.empty();
  if (shape == "hex")
    return arg->Is(Kind::kString, Op::kPlain) && arg->text.size() % 2 == 0 && IsOf(arg->text, "0123456789abcdefABCDEF");
  if (shape == "code") return IsWhole(arg, "positive") && arg->text.size() < 4 && (arg->text.size() < 3 || arg->text < "128");
  if (shape == "year") return IsWhole(arg, "positive") && arg->text.size() == 4 && arg->text[0] != '0';
  if (shape == "iso_time")
    return arg->Is(Kind::kString, Op::kPlain) && arg->text.size() == 8 &&
           IsIsoMoment("2000-01-01 " + std::string(arg->text), false);
  if (shape == "member_path") return arg->Is(Kind::kString) && IsMemberPath(arg->text);
  if (shape == "json_key")
    return arg->Is(Kind::kString) && arg->text.find_first_of("\"\\") == std::string_view::npos && !arg->text.empty();
  if (shape == "array_path") return arg->Is(Kind::kString) && IsArrayPath(arg->text);
  if (shape == "name") return arg->Is(Kind::kString) && !arg->text.empty() && IsOf(arg->text, kNameLetters);
  if (shape == "plain_text") return arg->Is(Kind::kString) && arg->text.find('\\') == std::string_view::npos;
  if (shape == "short_text")
    return arg->Is(Kind::kString) && arg->text.find('\\') == std::string_view::npos && arg->text.size() < 57;
  const DataType data = type(arg);
  const TypeKind kind = data.kind;
  if (shape == "datetime") return kind == TypeKind::kDate || kind == TypeKind::kTimestamp;
  if (shape == "datetime_local") return kind == TypeKind::kTimestamp;
  if (shape == "decimal") return kind == TypeKind::kDecimal;
  if (shape == "exact") return kind == TypeKind::kDecimal || data.is_integer();
  if (shape == "float") return kind == TypeKind::kFloat64 || kind == TypeKind::kFloat32;
  if (shape == "numeric") return data.is_numeric() && kind != TypeKind::kBool;
  if (shape == "bool") return kind == TypeKind::kBool;
  if (shape == "json") return kind == TypeKind::kJson;
  if (shape == "binary") return kind == TypeKind::kBinary;
  if (shape == "days") return kind == TypeKind::kInterval;
  if (shape == "small") return data.is_integer() && kind != TypeKind::kInt64 && kind != TypeKind::kUInt64;
  if (shape == "double") return kind == TypeKind::kFloat64;
  if (shape == "fixed_decimal") return kind == TypeKind::kDecimal && (data.precision > 0 || arg->Is(Kind::kNumber));
  const TypeKind element = kind == TypeKind::kList && !data.children.empty() ? data.children[0].type.kind : TypeKind::kUnknown;
  if (shape == "flat_list") return element != TypeKind::kUnknown && element != TypeKind::kList;
  if (shape == "list_of_texts")
    return element == TypeKind::kString ||
           (kind == TypeKind::kList && !data.children.empty() && data.children[0].type.is_integer());
  if (shape == "list_of_numbers") return kind == TypeKind::kList && !data.children.empty() && data.children[0].type.is_integer();
  if (shape == "date") return kind == TypeKind::kDate;
  if (shape == "timestamp") return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampTz;
  if (shape == "timestamptz") return kind == TypeKind::kTimestampTz;
  if (shape == "time") return kind == TypeKind::kTime;
  if (shape == "text") return kind == TypeKind::kString && !arg->Is(Kind::kNull);
  if (shape == "binary") return kind == TypeKind::kBinary;
  if (shape == "integer") return type(arg).is_integer();
  if (shape == "list") return kind == TypeKind::kList;
  return false;
}

// A unit's word, or the text of a string.
bool IsWord(const Node* arg, std::string_view word) {
  if (arg == nullptr) return word == "DAY";  // the unit that is meant where none is said
  if (arg->Is(Kind::kBoolean)) return word == (arg->op == Op::kTrue ? "TRUE" : "FALSE");
  if ((arg->Is(Kind::kString) || arg->Is(Kind::kNumber)) && arg->text == word) return true;
  if (!word.empty() && word[0] == '-' && arg->Is(Kind::kUnary, Op::kNeg) && arg->Child(0)->Is(Kind::kNumber))
    return arg->Child(0)->text == word.substr(1);
  return UnitWord(arg) == word;
}

bool Holds(std::string_view term, std::span<Node* const> args, const Types& type) {
  if (term.substr(0, 4) == "ARGS") {  // any of them
    std::string each(term);
    for (each[3] = '1'; static_cast<size_t>(each[3] - '1') < args.size() && each[3] <= '9'; ++each[3]) {
      if (Holds(each, args, type)) return true;
    }
    return false;
  }
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

bool IsArray(const Node* value) {
  if (value->Is(Kind::kCast)) return value->Child(1)->op == Op::kArrayType || EqualsIgnoreCase(value->Child(1)->text, "ARRAY");
  return value->Is(Kind::kArray) || (value->Is(Kind::kFunction) && EqualsIgnoreCase(value->text, "ARRAY"));
}

std::string WeekDay(const Node* unit) {
  if (unit->Is(Kind::kFunction) && EqualsIgnoreCase(unit->text, "WEEK") && unit->Child(kArgsSlot) != nullptr &&
      unit->Child(kArgsSlot)->count == 1)
    return UnitWord(unit->Child(kArgsSlot)->Child(0));
  return UnitWord(unit) == "WEEK" ? std::string("SUNDAY") : std::string();
}

std::optional<std::pair<int64_t, int64_t>> PortionOf(const Node* node) {
  constexpr int64_t kMostParts = 100000;
  if (!node->Is(Kind::kNumber) || node->text.size() > 12) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(node->text.data(), node->text.data() + node->text.size(), value);
  if (read.ec != std::errc() || value < 0 || value > 1) return std::nullopt;
  constexpr int64_t kScale = 10000000000;  // ten digits tell whether the fraction is short enough
  const double scaled = value * static_cast<double>(kScale);
  const auto whole = static_cast<int64_t>(scaled + 0.5);
  const int64_t common = std::gcd(whole, kScale);
  if (kScale / common > kMostParts) return std::nullopt;
  return std::pair(whole / common, kScale / common);
}

bool Fulfils(std::string_view condition, std::span<Node* const> args, const Types& type) {
  while (!condition.empty()) {
    const size_t end = std::min(condition.find(';'), condition.size());
    if (end < 6 || !Holds(condition.substr(0, end), args, type)) return false;
    condition.remove_prefix(std::min(end + 1, condition.size()));
  }
  return true;
}

}  // namespace dvt::sql
