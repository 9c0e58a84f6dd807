#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kFunctions[] = {
    // Dates.
    {"",
     "ts_or_ds_add",
     3,
     3,
     TypeRule::kUnknown,
     kPure,
     false,
     "date_add",
     {},
     "ARG1 + INTERVAL ARG2 ARG3",
     {},
     "ARG3!=DAY|WEEK|MONTH|QUARTER|YEAR"},
    {"DATE_ADD", "timestamp_add", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", "ARG3, ARG2, UNIT(ARG1)",
     "DATE_ADD(UNIT(ARG3), ARG2, ARG1)"},
    {"DATEADD", "timestamp_add", 3, 3, TypeRule::kTimestamp, kPure, true, "date_add", "ARG3, ARG2, UNIT(ARG1)"},
    {"TIMESTAMPADD", "timestamp_add", 3, 3, TypeRule::kTimestamp, kPure, true, "date_add", "ARG3, ARG2, UNIT(ARG1)"},
    {"", "timestamp_sub", 3, 3, TypeRule::kTimestamp, kPure, false, "date_sub", {}, "ARG1 - INTERVAL ARG2 ARG3"},
    {"", "datetime_sub", 3, 3, TypeRule::kTimestamp, kPure, false, "date_sub", {}, "ARG1 - INTERVAL ARG2 ARG3"},
    {"", "datetime_add", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", {}, "ARG1 + INTERVAL ARG2 ARG3"},
    {"DATEDIFF", "ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, kPure, false, "date_diff",
     "TS_OR_DS_TO_DATE(ARG3), TS_OR_DS_TO_DATE(ARG2), UNIT(ARG1)", "DATEDIFF(UNIT(ARG3), RAW(ARG2), RAW(ARG1))"},
    {"DATE_DIFF", "ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, kPure, true, "date_diff",
     "TS_OR_DS_TO_DATE(ARG3), TS_OR_DS_TO_DATE(ARG2), UNIT(ARG1)"},
    {"DATE_DIFF", "ts_or_ds_diff", 2, 2, TypeRule::kInt64, kPure, true, "date_diff",
     "TS_OR_DS_TO_DATE(ARG1), TS_OR_DS_TO_DATE(ARG2)"},
    {"TIMESTAMPDIFF", "timestamp_diff", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", "ARG3, ARG2, UNIT(ARG1)",
     "TIMESTAMPDIFF(UNIT(ARG3), ARG2, ARG1)"},
    {"MONTHS_BETWEEN", "months_between", 2, 3, TypeRule::kFloat64},
    {"DATE_TRUNC", "timestamp_trunc", 2, 3, TypeRule::kTimestamp, kPure, false, "date_trunc", "ARG2, UNIT(ARG1)",
     "DATE_TRUNC('ARG2', ARG1)"},
    {"", "datetime_trunc", 2, 3, TypeRule::kTimestamp, kPure, false, "date_trunc", {}, "DATE_TRUNC('ARG2', ARG1)"},
    {"",
     "str_to_date_format",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "str_to_date",
     {},
     "TO_DATE(ARG1)",
     {},
     "ARG2=%Y-%mstrict-%dstrict"},
    {"", "str_to_date_format", 2, 2, TypeRule::kDate, kPure, false, "str_to_date", {}, "TO_DATE(ARG1, PARSE_FORMAT(ARG2))"},
    {"TO_TIMESTAMP",
     "str_to_time",
     2,
     3,
     TypeRule::kTimestamp,
     kPure,
     false,
     {},
     "ARG1, FORMAT(ARG2)",
     "TO_TIMESTAMP(ARG1, PARSE_FORMAT(ARG2))"},
    {"TO_TIMESTAMP", "to_timestamp_cast", 1, 1, TypeRule::kTimestamp, kPure, false, {}, "=CAST(ARG1 AS TIMESTAMP)"},
    {"", "unix_to_time", 1, 1, TypeRule::kTimestamp, kPure, false, {}, {}, "CAST(FROM_UNIXTIME(ARG1) AS TIMESTAMP)"},
    {"", "unix_to_time", 2, 2, TypeRule::kTimestamp, kPure, false, {}, {}, "TIMESTAMP_SECONDS(ARG1)", {}, "ARG2=0"},
    {"", "unix_to_time", 2, 2, TypeRule::kTimestamp, kPure, false, {}, {}, "TIMESTAMP_MILLIS(ARG1)", {}, "ARG2=3"},
    {"", "unix_to_time", 2, 2, TypeRule::kTimestamp, kPure, false, {}, {}, "TIMESTAMP_MICROS(ARG1)", {}, "ARG2=6"},
    {"", "unix_to_time", 2, 2, TypeRule::kTimestamp, kPure, false, {}, {}, "TIMESTAMP_SECONDS(ARG1 / POWER(10, ARG2))"},
    {"TIMESTAMP_SECONDS", "unix_to_time", 1, 1, TypeRule::kTimestamp, kPure, true, {}, "ARG1, 0"},
    {"TIMESTAMP_MILLIS", "unix_to_time", 1, 1, TypeRule::kTimestamp, kPure, true, {}, "ARG1, 3"},
    {"TIMESTAMP_MICROS", "unix_to_time", 1, 1, TypeRule::kTimestamp, kPure, true, {}, "ARG1, 6"},
    {"UNIX_SECONDS", "unix_seconds", 1, 1, TypeRule::kInt64},
    {"UNIX_MILLIS", "unix_millis", 1, 1, TypeRule::kInt64},
    {"UNIX_MICROS", "unix_micros", 1, 1, TypeRule::kInt64},
    {"UNIX_DATE", "unix_date", 1, 1, TypeRule::kInt64},
    {"DATE_FROM_UNIX_DATE", "date_from_unix_date", 1, 1, TypeRule::kDate},
    {"DATE", "date", 1, 1, TypeRule::kDate, kPure, false, {}, "=CAST(ARG1 AS DATE)"},
    {"", "date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"", "dow_monday1", 1, 1, TypeRule::kInt64, kPure, false, {}, {}, "(DAYOFWEEK(ARG1) % 7) + 1"},
    {"MAKE_DATE", "make_date", 3, 3, TypeRule::kDate},
    {"MAKE_TIMESTAMP", "make_timestamp", 6, 7, TypeRule::kTimestamp},
};

}  // namespace

const Dialect& Spark() {
  static const Dialect kDialect = [] {
    Dialect d = Hive();  // what is not set here is as there
    d.name = "spark";
    d.parent = &Hive();
    d.aliases = {};
    d.features = Hive().features.With({Feature::kAliasInGroupBy, Feature::kAliasInHaving, Feature::kLateralAlias});
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.functions = kFunctions;
    d.types = {};
    d.reserved = {};
    d.time_format = "java";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
