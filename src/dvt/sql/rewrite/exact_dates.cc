// Dates and times, value for value: steps by intervals, differences, formats.
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/exact_forms.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/moment_formats.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

struct Step {
  std::string text;  ///< " + INTERVAL '1' HOUR + INTERVAL '30' MINUTE"; empty: the interval is not understood
  bool in_days = true;
  bool in_seconds = true;  ///< no fraction of a second
};

struct Composite {
  std::string_view unit;
  std::string_view fields[5];  ///< from the right end on
};

constexpr Composite kComposites[] = {{"YEAR_MONTH", {"MONTH", "YEAR"}},
                                     {"DAY_HOUR", {"HOUR", "DAY"}},
                                     {"DAY_MINUTE", {"MINUTE", "HOUR", "DAY"}},
                                     {"DAY_SECOND", {"SECOND", "MINUTE", "HOUR", "DAY"}},
                                     {"HOUR_MINUTE", {"MINUTE", "HOUR"}},
                                     {"HOUR_SECOND", {"SECOND", "MINUTE", "HOUR"}},
                                     {"MINUTE_SECOND", {"SECOND", "MINUTE"}},
                                     {"SECOND_MICROSECOND", {"MICROSECOND", "SECOND"}},
                                     {"MINUTE_MICROSECOND", {"MICROSECOND", "SECOND", "MINUTE"}},
                                     {"HOUR_MICROSECOND", {"MICROSECOND", "SECOND", "MINUTE", "HOUR"}},
                                     {"DAY_MICROSECOND", {"MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY"}}};

bool IsDayUnit(std::string_view unit) {
  return unit == "DAY" || unit == "WEEK" || unit == "MONTH" || unit == "QUARTER" || unit == "YEAR";
}

bool IsTimeUnit(std::string_view unit) { return unit == "HOUR" || unit == "MINUTE" || unit == "SECOND" || unit == "MICROSECOND"; }

void AddField(Step& step, int64_t number, std::string_view unit, bool negative) {
  if (unit == "QUARTER") number *= 3, unit = "MONTH";
  step.text += std::string(negative ? " - " : " + ") + "INTERVAL '" + std::to_string(number) + "' " + std::string(unit);
  step.in_days = step.in_days && IsDayUnit(unit);
  step.in_seconds = step.in_seconds && unit != "MICROSECOND";
}

// '1:30' HOUR_MINUTE: numbers between any other characters; missing ones are missing in front.
Step CompositeStep(std::string_view text, const Composite& unit, bool negative) {
  Step step;
  text = TrimView(text);
  if (text.starts_with('-')) negative = !negative, text.remove_prefix(1);
  std::vector<std::string> numbers;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == i || end - i > 9) return step;
    numbers.emplace_back(text.substr(i, end - i));
    if (end < text.size() && std::string_view(":-. /").find(text[end]) == std::string_view::npos) return step;
    i = end + 1;
  }
  size_t fields = 0;
  while (fields < 5 && !unit.fields[fields].empty()) ++fields;
  if (numbers.empty() || numbers.size() > fields) return step;
  if (unit.unit == "YEAR_MONTH") {
    const int64_t months = std::stoll(numbers.back()) + (numbers.size() > 1 ? 12 * std::stoll(numbers.front()) : 0);
    AddField(step, months, "MONTH", negative);
    return step;
  }
  for (size_t i = numbers.size(); i-- > 0;) {
    const std::string_view field = unit.fields[i];
    std::string digits = numbers[numbers.size() - 1 - i];
    if (field == "MICROSECOND") {
      if (digits.size() > 6) return {};
      digits.append(6 - digits.size(), '0');
    }
    AddField(step, std::stoll(digits), field, negative);
  }
  return step;
}

Step LiteralStep(const Node* value, std::string_view unit, bool negative) {
  value = Unparen(value);
  if (value->Is(Kind::kUnary, Op::kNeg)) value = Unparen(value->Child(0)), negative = !negative;
  const bool literal = value->Is(Kind::kNumber) || value->Is(Kind::kString, Op::kPlain);
  if (!literal) return {};
  for (const Composite& composite : kComposites) {
    if (unit == composite.unit) return value->Is(Kind::kString) ? CompositeStep(value->text, composite, negative) : Step();
  }
  if (!IsDayUnit(unit) && !IsTimeUnit(unit)) return {};
  std::string_view digits = value->text;
  if (digits.starts_with('-')) digits.remove_prefix(1), negative = !negative;
  Step step;
  int64_t number = 0;
  const size_t point = unit == "SECOND" ? digits.find('.') : std::string_view::npos;
  const std::string_view whole = digits.substr(0, point);
  const auto parsed = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != whole.data() + whole.size() || whole.size() > 9) return {};
  AddField(step, number, unit, negative);
  if (point == std::string_view::npos) return step;
  std::string fraction(digits.substr(point + 1));
  if (fraction.empty() || fraction.size() > 6 || fraction.find_first_not_of("0123456789") != std::string::npos) return {};
  fraction.append(6 - fraction.size(), '0');
  AddField(step, std::stoll(fraction), "MICROSECOND", negative);
  return step;
}

// A computed number of one unit: ARG2.
Step ComputedStep(std::string_view unit, bool negative) {
  static constexpr std::pair<std::string_view, std::string_view> kCalls[] = {{"YEAR", "TO_YEARS(CAST(ARG2 AS INTEGER))"},
                                                                             {"QUARTER", "TO_MONTHS(3 * CAST(ARG2 AS INTEGER))"},
                                                                             {"MONTH", "TO_MONTHS(CAST(ARG2 AS INTEGER))"},
                                                                             {"WEEK", "TO_DAYS(7 * CAST(ARG2 AS INTEGER))"},
                                                                             {"DAY", "TO_DAYS(CAST(ARG2 AS INTEGER))"},
                                                                             {"HOUR", "TO_HOURS(ARG2)"},
                                                                             {"MINUTE", "TO_MINUTES(ARG2)"},
                                                                             {"SECOND", "TO_SECONDS(ARG2)"},
                                                                             {"MICROSECOND", "TO_MICROSECONDS(ARG2)"}};
  for (const auto& [name, call] : kCalls) {
    if (name == unit) return {std::string(negative ? " - " : " + ") + std::string(call), IsDayUnit(unit), unit != "MICROSECOND"};
  }
  return {};
}

}  // namespace

// A date, a moment or a text that is one, moved by `number` units.
Node* Rewriter::MovedMoment(Node* value, Node* number, std::string_view unit, bool back, const Node* source) {
  Step step = LiteralStep(number, unit, back);
  const bool computed = step.text.empty();
  if (computed && TypeOf(number).is_integer() && !Unparen(number)->Is(Kind::kNumber)) step = ComputedStep(unit, back);
  if (step.text.empty()) return nullptr;
  Node* args[] = {value};
  const auto is = [&](std::string_view condition) {
    return Fulfils(condition, args, [&](const Node* arg) { return TypeOf(arg); });
  };
  const TypeKind kind = TypeOf(value).kind;
  std::string text;
  if (kind == TypeKind::kDate && step.in_days) {
    text = "CAST(ARG1" + step.text + " AS DATE)";
  } else if (kind == TypeKind::kDate || kind == TypeKind::kTimestamp) {
    const std::string moved = "(ARG1" + step.text + ")";  // years have four digits there
    text = computed ? "CASE WHEN YEAR" + moved + " BETWEEN 0 AND 9999 THEN " + moved + " END" : moved;
  } else if (is("ARG1:iso_date") && step.in_days) {
    text = "CAST(CAST(CAST(ARG1 AS DATE)" + step.text + " AS DATE) AS VARCHAR)";
  } else if (is("ARG1:iso_moment") && Unparen(value)->text.size() <= 19) {
    text = "STRFTIME(CAST(ARG1 AS TIMESTAMP)" + step.text + ", '%Y-%m-%d %H:%M:%S" + (step.in_seconds ? "" : ".%f") + "')";
  } else {
    return nullptr;
  }
  return Compose(text, {value, number}, source);
}

// DATE_ADD and its kin, and + and - with an INTERVAL, where intervals are no values.
Node* Rewriter::ExactStep(Node* node) {
  if (node->Is(Kind::kBinary)) {
    if (node->op != Op::kAdd && node->op != Op::kSub) return nullptr;
    Node* left = node->Child(0);
    Node* right = node->Child(1);
    if (node->op == Op::kAdd && Unparen(left)->Is(Kind::kInterval)) std::swap(left, right);
    Node* interval = Unparen(right);
    if (!interval->Is(Kind::kInterval) || interval->text.empty()) return nullptr;
    return MovedMoment(left, interval->Child(0), interval->text, node->op == Op::kSub, node);
  }
  const std::string name = ToUpper(node->text);
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr) return nullptr;
  if (name == "TIMESTAMPADD" && args->count == 3)
    return MovedMoment(args->Child(2), args->Child(1), arena_.Copy(UnitWord(args->Child(0))), false, node);
  const bool add = name == "DATE_ADD" || name == "ADDDATE", sub = name == "DATE_SUB" || name == "SUBDATE";
  if ((!add && !sub) || args->count != 2) return nullptr;
  Node* interval = Unparen(args->Child(1));
  if (interval->Is(Kind::kInterval)) return MovedMoment(args->Child(0), interval->Child(0), interval->text, sub, node);
  return name == "ADDDATE" || name == "SUBDATE" ? MovedMoment(args->Child(0), interval, "DAY", sub, node) : nullptr;
}

// Whole months between two moments: a month counts when day and time of day have come again.
Node* Rewriter::ExactMonths(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr || args->count != 3) return nullptr;
  const std::string unit = UnitWord(args->Child(0));
  const int64_t months = unit == "MONTH" ? 1 : unit == "QUARTER" ? 3 : unit == "YEAR" ? 12 : 0;
  std::vector<Node*> moments = {args->Child(1), args->Child(2)};
  const bool known =
      Fulfils("ARG1:datetime|iso_moment;ARG2:datetime|iso_moment", moments, [&](const Node* arg) { return TypeOf(arg); });
  if (months == 0 || !known) return nullptr;
  const std::string a = "CAST(ARG1 AS TIMESTAMP)", b = "CAST(ARG2 AS TIMESTAMP)";
  const std::string in_a = a + " - DATE_TRUNC('month', " + a + ")", in_b = b + " - DATE_TRUNC('month', " + b + ")";
  std::string text = "(DATE_DIFF('month', " + a + ", " + b + ") - CASE WHEN " + a + " <= " + b + " AND " + in_b + " < " + in_a +
                     " THEN 1 WHEN " + a + " > " + b + " AND " + in_b + " > " + in_a + " THEN -1 ELSE 0 END)";
  if (months > 1) text = "(" + text + " // " + std::to_string(months) + ")";
  return Compose(text, {moments[0], moments[1]}, node);
}

// DATE_FORMAT, TO_CHAR, STR_TO_DATE, TO_DATE, TO_TIMESTAMP with a literal format.
Node* Rewriter::ExactFormat(Node* node) {
  const std::string name = ToUpper(node->text);
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr || args->count != 2 || !Unparen(args->Child(1))->Is(Kind::kString, Op::kPlain)) return nullptr;
  Node* value = Unparen(args->Child(0));
  const std::string_view format = Unparen(args->Child(1))->text;
  const TypeKind kind = TypeOf(value).kind;
  const bool percent = from_.Has(Feature::kQuotientDigits);
  Node* values[] = {value};
  const bool iso = Fulfils("ARG1:iso_moment", values, [&](const Node* arg) { return TypeOf(arg); });
  if (name == (percent ? "DATE_FORMAT" : "TO_CHAR")) {
    std::string moment = "ARG1";
    if (kind == TypeKind::kTimestampTz && default_settings())
      moment = "CAST(ARG1 AS TIMESTAMP)";
    else if (percent && iso)
      moment = "CAST(ARG1 AS TIMESTAMP)";
    else if (kind != TypeKind::kDate && kind != TypeKind::kTimestamp)
      return nullptr;
    const std::string text = percent ? MysqlMomentText(format, moment) : PostgresMomentText(format, moment);
    return text.empty() ? nullptr : Compose(text, {value}, node);
  }
  if (percent && name == "FROM_UNIXTIME" && default_settings() && TypeOf(value).is_integer()) {
    const std::string text = MysqlMomentText(format, "CAST(TO_TIMESTAMP(ARG1) AS TIMESTAMP)");
    return text.empty() ? nullptr : Compose("CASE WHEN ARG1 >= 0 THEN " + text + " END", {value}, node);
  }
  const bool to_date = !percent && name == "TO_DATE", to_stamp = !percent && name == "TO_TIMESTAMP" && default_settings();
  if ((!to_date && !to_stamp && !(percent && name == "STR_TO_DATE")) || !value->Is(Kind::kString, Op::kPlain)) return nullptr;
  const ReadMoment read = percent ? ReadByMysqlFormat(value->text, format) : ReadByPostgresFormat(value->text, format);
  if (to_date && read.has_date) return Compose("CAST('" + read.date + "' AS DATE)", {}, node);
  if (to_stamp && read.has_date) return Compose("CAST('" + read.date + " " + read.time + "' AS TIMESTAMPTZ)", {}, node);
  if (to_date || to_stamp) return nullptr;
  if (read.has_date && read.has_time) return Compose("CAST('" + read.date + " " + read.time + "' AS TIMESTAMP)", {}, node);
  if (read.has_date) return Compose("CAST('" + read.date + "' AS DATE)", {}, node);
  return read.has_time ? Compose("CAST('" + read.time + "' AS TIME)", {}, node) : nullptr;
}

// CONVERT_TZ(x, '+00:00', '+05:30'): a step.
Node* Rewriter::ZoneStep(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr || args->count != 3 || TypeOf(args->Child(0)).kind != TypeKind::kTimestamp) return nullptr;
  int minutes = 0;
  for (const uint32_t i : {1, 2}) {
    const Node* zone = Unparen(args->Child(i));
    const std::string_view text = zone->Is(Kind::kString) ? zone->text : std::string_view();
    const bool offset = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
                        text.find_first_not_of("0123456789:", 1) == std::string_view::npos;
    if (!offset) return nullptr;
    const int hours = (text[1] - '0') * 10 + text[2] - '0', rest = (text[4] - '0') * 10 + text[5] - '0';
    if (hours > 12 || rest > 59) return nullptr;
    minutes += (hours * 60 + rest) * (text[0] == '-' ? -1 : 1) * (i == 1 ? -1 : 1);
  }
  return Compose(
      "(ARG1" + std::string(minutes < 0 ? " - " : " + ") + "INTERVAL '" + std::to_string(std::abs(minutes)) + "' MINUTE)",
      {args->Child(0)}, node);
}

Node* Rewriter::ExactDates(Node* node) {
  const bool call = node->Is(Kind::kFunction);
  if (from_.Has(Feature::kQuotientDigits)) {
    if (call && EqualsIgnoreCase(node->text, "TIMESTAMPDIFF")) return ExactMonths(node);
    if (call && EqualsIgnoreCase(node->text, "CONVERT_TZ")) return ZoneStep(node);
    if (Node* step = call || node->Is(Kind::kBinary) ? ExactStep(node) : nullptr) return step;
  }
  return call ? ExactFormat(node) : nullptr;
}

}  // namespace dvt::sql
