// What can be said of an expression by its shape alone.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

namespace {

int ArgumentCount(const Node* function) {
  const Node* args = function->Child(kArgsSlot);
  return args == nullptr ? 0 : static_cast<int>(args->count);
}

bool IsAggregateCall(const Node* node, const Dialect& dialect) {
  if (!node->Is(Kind::kFunction) || node->Child(kOverSlot) != nullptr) return false;
  if (node->Child(kFilterSlot) != nullptr || node->Child(kWithinSlot) != nullptr) return true;
  const FunctionSpec* spec = FindFunction(dialect, node->text, ArgumentCount(node));
  if (spec == nullptr) spec = FindFunction(dialect, node->text);
  return spec != nullptr && (spec->flags & kAggregate) != 0;
}

}  // namespace

bool IsVolatile(const Node* expression, const Dialect& dialect) {
  return Contains(expression, [&](const Node* node) {
    if (!node->Is(Kind::kFunction)) return node->Is(Kind::kParameter);
    const FunctionSpec* spec = FindFunction(dialect, node->text, ArgumentCount(node));
    if (spec == nullptr) spec = FindFunction(dialect, node->text);
    return spec == nullptr || (spec->flags & kVolatile) != 0;
  });
}

bool HasAggregate(const Node* expression, const Dialect& dialect) {
  bool found = false;
  Visit(expression, [&](const Node* node) {
    if (found || (node != expression && node->IsQuery())) return false;
    found = IsAggregateCall(node, dialect);
    return !found;
  });
  return found;
}

bool HasWindow(const Node* expression) {
  bool found = false;
  Visit(expression, [&](const Node* node) {
    if (found || (node != expression && node->IsQuery())) return false;
    found = node->Is(Kind::kFunction) && node->Child(kOverSlot) != nullptr;
    return !found;
  });
  return found;
}

namespace {

bool IsUnitWord(std::string_view word) {
  static constexpr std::string_view kUnits[] = {
      "DAY",    "DAYS",    "DAYOFWEEK", "DAYOFYEAR", "DECADE",      "CENTURY",      "DOW",        "DOY",         "EPOCH",
      "HOUR",   "HOURS",   "ISOWEEK",   "ISOYEAR",   "MICROSECOND", "MICROSECONDS", "MILLENNIUM", "MILLISECOND", "MILLISECONDS",
      "MINUTE", "MINUTES", "MONTH",     "MONTHS",    "NANOSECOND",  "QUARTER",      "QUARTERS",   "SECOND",      "SECONDS",
      "WEEK",   "WEEKS",   "YEAR",      "YEARS",     "YY",          "YYYY",         "QQ",         "MM",          "DD",
      "DY",     "WK",      "HH",        "MI",        "SS",          "MS",           "MCS",        "NS",          "WEEKDAY"};
  const std::string upper = ToUpper(word);
  return std::find(std::begin(kUnits), std::end(kUnits), upper) != std::end(kUnits);
}

bool IsUnit(const Node* argument) {
  if (argument->Is(Kind::kFunction)) return EqualsIgnoreCase(argument->text, "WEEK") && argument->Child(kArgsSlot) != nullptr;
  return argument->Is(Kind::kColumn) && argument->count == 1 && !argument->Child(0)->Has(kQuoted) &&
         IsUnitWord(argument->Child(0)->text);
}

}  // namespace

// Of three arguments the first or, in the _DIFF functions, the last is a unit; of two the first, or what is truncated to.
bool IsDateUnit(const Node* function, uint32_t argument) {
  static constexpr std::string_view kOfThree[] = {"DATEADD",   "DATEDIFF",  "DATE_ADD",       "DATE_SUB",
                                                  "DATE_DIFF", "TIMEADD",   "TIMESTAMPADD",   "TIMESTAMPDIFF",
                                                  "TIMEDIFF",  "TIME_DIFF", "TIMESTAMP_DIFF", "DATETIME_DIFF"};
  static constexpr std::string_view kOfTwo[] = {"DATE_PART", "DATEPART", "DATENAME", "DATETRUNC", "DATE_TRUNC"};
  static constexpr std::string_view kBehind[] = {"DATE_TRUNC", "TIMESTAMP_TRUNC", "DATETIME_TRUNC",
                                                 "TIME_TRUNC", "TRUNC",           "LAST_DAY"};
  const std::string name = ToUpper(function->text);
  const auto is_one_of = [&](const auto& names) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  const Node* arguments = function->Child(kArgsSlot);
  if (arguments == nullptr || arguments->count < 2) return false;
  for (const Node* each : arguments->Children()) {
    if (each->Is(Kind::kString) && IsUnitWord(each->text)) return false;
  }
  const uint32_t last = arguments->count - 1;
  const bool three = last >= 2 && is_one_of(kOfThree);
  const bool behind = is_one_of(kBehind) || (three && name.ends_with("_DIFF"));
  if (behind && IsUnit(arguments->Child(last))) return argument == last;
  return argument == 0 && (three || is_one_of(kOfTwo)) && IsUnit(arguments->Child(0));
}

bool HasSubquery(const Node* expression) {
  return Contains(expression, [](const Node* node) { return node->IsQuery(); });
}

}  // namespace dvt::sql
