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

bool IsText(const Node* arg) { return arg->Is(Kind::kString); }
bool IsWritten(const Node* arg) { return arg->Is(Kind::kString, Op::kPlain); }

// Shapes that are seen.
struct Shape {
  std::string_view name;
  bool (*holds)(const Node* arg);
};

constexpr Shape kShapes[] = {
    {"string", IsText},
    {"number", [](const Node* a) { return (a->Is(Kind::kUnary, Op::kNeg) ? a->Child(0) : a)->Is(Kind::kNumber); }},
    {"interval", [](const Node* a) { return a->Is(Kind::kInterval); }},
    {"null", [](const Node* a) { return a->Is(Kind::kNull); }},
    {"cast", [](const Node* a) { return a->Is(Kind::kCast); }},
    {"lambda", [](const Node* a) { return a->Is(Kind::kLambda); }},
    {"query", [](const Node* a) { return a->IsQuery(); }},
    {"array", IsArray},
    {"week", [](const Node* a) { return !WeekDay(a).empty(); }},
    {"monday_week", [](const Node* a) { return WeekDay(a) == "MONDAY"; }},
    {"grouped", HasGroup},
    {"bare",
     [](const Node* a) { return a->Is(Kind::kFunction) && (a->Child(kArgsSlot) == nullptr || a->Child(kArgsSlot)->count == 0); }},
    {"negative", [](const Node* a) { return a->Is(Kind::kUnary, Op::kNeg) && a->Child(0)->Is(Kind::kNumber); }},
    {"fraction", [](const Node* a) { return a->Is(Kind::kNumber) && a->text.find('.') != std::string_view::npos; }},
    {"true", [](const Node* a) { return a->Is(Kind::kBoolean, Op::kTrue); }},
    {"false", [](const Node* a) { return a->Is(Kind::kBoolean, Op::kFalse); }},
    {"portion", [](const Node* a) { return PortionOf(a).has_value(); }},
    {"thousandths", [](const Node* a) { return FractionDigits(a) > 0 && FractionDigits(a) < 4; }},
    {"millionths", [](const Node* a) { return FractionDigits(a) > 3; }},
    {"constant", IsConstant},
    {"column", [](const Node* a) { return a->Is(Kind::kColumn); }},
    // A format of dates and times rather than of numbers: it names a part of a date.
    {"time_format", [](const Node* a) { return !IsText(a) || a->text.find_first_of("dDmMyYhHstT") != std::string_view::npos; }},
    {"positive", [](const Node* a) { return IsWhole(a, "positive"); }},
    {"natural", [](const Node* a) { return IsWhole(a, "natural"); }},
    {"whole", [](const Node* a) { return IsWhole(a, "whole"); }},
    {"iso_date", [](const Node* a) { return IsWritten(a) && IsIsoMoment(a->text, true); }},
    {"iso_moment", [](const Node* a) { return IsWritten(a) && IsIsoMoment(a->text, false); }},
    {"iso_time",
     [](const Node* a) {
       return IsWritten(a) && a->text.size() == 8 && IsIsoMoment("2000-01-01 " + std::string(a->text), false);
     }},
    {"nonempty", [](const Node* a) { return IsText(a) && !a->text.empty(); }},
    {"character", [](const Node* a) { return IsText(a) && a->text.size() == 1; }},
    {"ascii", [](const Node* a) { return IsText(a) && IsAscii(a->text); }},
    {"caseless",
     [](const Node* a) { return IsText(a) && IsAscii(a->text) && ToUpper(a->text) == ToLower(a->text) && !a->text.empty(); }},
    {"hex", [](const Node* a) { return IsWritten(a) && a->text.size() % 2 == 0 && IsOf(a->text, "0123456789abcdefABCDEF"); }},
    {"code",
     [](const Node* a) { return IsWhole(a, "positive") && a->text.size() < 4 && (a->text.size() < 3 || a->text < "128"); }},
    {"year", [](const Node* a) { return IsWhole(a, "positive") && a->text.size() == 4 && a->text[0] != '0'; }},
    {"member_path", [](const Node* a) { return IsText(a) && IsMemberPath(a->text); }},
    {"json_key",
     [](const Node* a) { return IsText(a) && a->text.find_first_of("\"\\") == std::string_view::npos && !a->text.empty(); }},
    {"array_path", [](const Node* a) { return IsText(a) && IsArrayPath(a->text); }},
    {"name", [](const Node* a) { return IsText(a) && !a->text.empty() && IsOf(a->text, kNameLetters); }},
    {"plain_text", [](const Node* a) { return IsText(a) && a->text.find('\\') == std::string_view::npos; }},
    {"short_text",
     [](const Node* a) { return IsText(a) && a->text.find('\\') == std::string_view::npos && a->text.size() < 57; }},
};

// The type of a list's elements.
const DataType* ElementOf(const DataType& type) {
  return type.kind == TypeKind::kList && !type.children.empty() ? &type.children[0].type : nullptr;
}

// Shapes that an argument's type tells.
struct TypeShape {
  std::string_view name;
  bool (*holds)(const DataType& type, const Node* arg);
};

constexpr TypeShape kTypeShapes[] = {
    {"datetime", [](const DataType& t, const Node*) { return t.kind == TypeKind::kDate || t.kind == TypeKind::kTimestamp; }},
    {"datetime_local", [](const DataType& t, const Node*) { return t.kind == TypeKind::kTimestamp; }},
    {"decimal", [](const DataType& t, const Node*) { return t.kind == TypeKind::kDecimal; }},
    {"exact", [](const DataType& t, const Node*) { return t.kind == TypeKind::kDecimal || t.is_integer(); }},
    {"float", [](const DataType& t, const Node*) { return t.kind == TypeKind::kFloat64 || t.kind == TypeKind::kFloat32; }},
    {"numeric", [](const DataType& t, const Node*) { return t.is_numeric() && t.kind != TypeKind::kBool; }},
    {"bool", [](const DataType& t, const Node*) { return t.kind == TypeKind::kBool; }},
    {"json", [](const DataType& t, const Node*) { return t.kind == TypeKind::kJson; }},
    {"binary", [](const DataType& t, const Node*) { return t.kind == TypeKind::kBinary; }},
    {"days", [](const DataType& t, const Node*) { return t.kind == TypeKind::kInterval; }},
    {"small",
     [](const DataType& t, const Node*) { return t.is_integer() && t.kind != TypeKind::kInt64 && t.kind != TypeKind::kUInt64; }},
    {"double", [](const DataType& t, const Node*) { return t.kind == TypeKind::kFloat64; }},
    {"fixed_decimal",
     [](const DataType& t, const Node* a) { return t.kind == TypeKind::kDecimal && (t.precision > 0 || a->Is(Kind::kNumber)); }},
    {"flat_list",
     [](const DataType& t, const Node*) {
       const DataType* element = ElementOf(t);
       return element != nullptr && element->kind != TypeKind::kUnknown && element->kind != TypeKind::kList;
     }},
    {"list_of_texts",
     [](const DataType& t, const Node*) {
       const DataType* element = ElementOf(t);
       return element != nullptr && (element->kind == TypeKind::kString || element->is_integer());
     }},
    {"list_of_numbers", [](const DataType& t, const Node*) { return ElementOf(t) != nullptr && ElementOf(t)->is_integer(); }},
    {"date", [](const DataType& t, const Node*) { return t.kind == TypeKind::kDate; }},
    {"timestamp",
     [](const DataType& t, const Node*) { return t.kind == TypeKind::kTimestamp || t.kind == TypeKind::kTimestampTz; }},
    {"timestamptz", [](const DataType& t, const Node*) { return t.kind == TypeKind::kTimestampTz; }},
    {"time", [](const DataType& t, const Node*) { return t.kind == TypeKind::kTime; }},
    {"text", [](const DataType& t, const Node* a) { return t.kind == TypeKind::kString && !a->Is(Kind::kNull); }},
    {"integer", [](const DataType& t, const Node*) { return t.is_integer(); }},
    {"list", [](const DataType& t, const Node*) { return t.kind == TypeKind::kList; }},
};

bool HasShape(const Node* arg, std::string_view shape, const Types& type) {
  if (shape == "missing") return arg == nullptr;
  if (arg == nullptr) return false;
  if (shape.starts_with("call_")) return arg->Is(Kind::kFunction) && EqualsIgnoreCase(arg->text, shape.substr(5));
  for (const Shape& each : kShapes) {
    if (each.name == shape) return each.holds(arg);
  }
  for (const TypeShape& each : kTypeShapes) {
    if (each.name == shape) return each.holds(type(arg), arg);
  }
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
