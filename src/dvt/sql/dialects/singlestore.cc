// SingleStore: MySQL's dialect with functions and types of its own.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;

constexpr std::string_view kAliases[] = {"memsql"};

constexpr FunctionSpec kFunctions[] = {
    {"APPROX_COUNT_DISTINCT", "approx_count_distinct", 1, 1, TypeRule::kInt64, kAggregate, false, "approx_distinct"},
    {"MEDIAN", "median", 1, 1, TypeRule::kFloat64, kAggregate},
    {"PERCENTILE_CONT", "percentile_cont", 1, 1, TypeRule::kFloat64, kAggregate},
    {"PERCENTILE_DISC", "percentile_disc", 1, 1, TypeRule::kUnknown, kAggregate},
    Spelled("DATE_TRUNC", "date_trunc", 2, 2, TypeRule::kSecond,
            {.read = "ARG2, UNIT(ARG1)", .write = "DATE_TRUNC('ARG2', ARG1)", .family = "date_trunc"}),
    Written("date_trunc_date", 2, 3, TypeRule::kDate, "DATE_TRUNC('ARG2', ARG1)", {}, "approximate"),
    Written("timestamp_trunc", 2, 3, TypeRule::kTimestamp, "DATE_TRUNC('ARG2', ARG1)", {}, "approximate"),
    Spelled("TIMESTAMPDIFF", "timestampdiff", 3, 3, TypeRule::kInt64,
            {.read = "ARG3, ARG2, UNIT(ARG1)", .write = "TIMESTAMPDIFF(UNIT(ARG3), ARG2, ARG1)", .family = "date_diff"}),
    {"SPLIT", "split", 2, 2, TypeRule::kUnknown},
    {"INITCAP", "initcap", 1, 1, TypeRule::kString},
    {"TRUNC", "trunc", 1, 2, TypeRule::kRound},
    {"NVL", "coalesce", 2, 2, TypeRule::kCommon, kPure, true},
    {"JSON_EXTRACT_STRING", "json_extract_keys_text", 2, -1, TypeRule::kString},
    {"JSON_EXTRACT_JSON", "json_extract_keys", 2, -1, TypeRule::kJson},
    {"JSON_EXTRACT_DOUBLE", "json_extract_keys_double", 2, -1, TypeRule::kFloat64},
    {"JSON_EXTRACT_BIGINT", "json_extract_keys_bigint", 2, -1, TypeRule::kInt64},
};

constexpr TypeSpec kTypes[] = {
    {"BSON", TypeKind::kBinary, 0, 0, 0, false, true},
    {"VECTOR", TypeKind::kUnknown, 2},
    {"GEOGRAPHY", TypeKind::kUnknown},
    {"GEOGRAPHYPOINT", TypeKind::kUnknown},
};

}  // namespace

const Dialect& Singlestore() {
  static const Dialect kDialect = [] {
    Dialect d = Mysql();  // what is not set here is as there
    d.name = "singlestore";
    d.parent = &Mysql();
    d.aliases = kAliases;
    d.functions = kFunctions;
    d.types = kTypes;
    d.reserved = {};
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
