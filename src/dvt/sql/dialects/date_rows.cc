// How the other systems say the dates of Hive's family and of the neutral dialect; asked after their own tables.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kDuckdb[] = {
    {"", "ts_or_ds_add", 2, 3, TypeRule::kDate, kPure, false, "date_add", {}, "CAST(ARG1 AS DATE) + INTERVAL ARG2 ARG3"},
    {"", "ts_or_ds_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATE_DIFF('ARG3', ARG2, ARG1)"},
    {"", "ts_or_ds_diff_unit", 2, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATE_DIFF('ARG3', ARG2, ARG1)"},
    {"", "ts_or_ds_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"", "to_date_or_null", 1, 1, TypeRule::kDate, kPure, false, "ts_or_ds_to_date", {}, "TRY_CAST(ARG1 AS DATE)"},
    {"",
     "to_date_or_null",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "ts_or_ds_to_date",
     {},
     "TRY_CAST(ARG1 AS DATE)",
     {},
     "ARG2=%Y-%mstrict-%dstrict"},
    {"",
     "to_date_or_null",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "ts_or_ds_to_date",
     {},
     "CAST(CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP) AS DATE)"},
    {"", "str_to_unix", 1, 2, TypeRule::kInt64, kPure, false, {}, {}, "EPOCH(STRPTIME(ARG1, PARSE_FORMAT(ARG2)))"},
    {"", "unix_to_str", 2, 2, TypeRule::kString, kPure, false, {}, {}, "STRFTIME(TO_TIMESTAMP(ARG1), FORMAT(ARG2))"},
    {"", "date_str_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"", "time_str_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"", "time_str_to_time", 1, 1, TypeRule::kTimestamp, kPure, false, {}, {}, "CAST(ARG1 AS TIMESTAMP)"},
    {"", "time_str_to_time", 2, 2, TypeRule::kTimestampTz, kPure, false, {}, {}, "CAST(ARG1 AS TIMESTAMPTZ)"},
    {"", "unix_to_time", 1, 1, TypeRule::kTimestampTz, kPure, false, {}, {}, "TO_TIMESTAMP(ARG1)"},
    {"", "unix_to_time_str", 1, 1, TypeRule::kString, kPure, false, {}, {}, "CAST(TO_TIMESTAMP(ARG1) AS TEXT)"},
    {"", "time_to_unix", 1, 1, TypeRule::kInt64, kPure, false, {}, {}, "EPOCH(ARG1)"},
    {"", "di_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(STRPTIME(CAST(ARG1 AS TEXT), '%Y%m%d') AS DATE)"},
    {"",
     "ts_or_di_to_di",
     1,
     1,
     TypeRule::kInt32,
     kPure,
     false,
     {},
     {},
     "CAST(SUBSTR(REPLACE(CAST(ARG1 AS TEXT), '-', ''), 1, 8) AS INT)"},
    {"", "date_to_di", 1, 1, TypeRule::kInt32, kPure, false, {}, {}, "CAST(STRFTIME(ARG1, '%Y%m%d') AS INT)"},
};

constexpr FunctionSpec kBigquery[] = {
    {"",
     "ts_or_ds_add",
     2,
     3,
     TypeRule::kDate,
     kPure,
     false,
     "date_add",
     {},
     "DATE_ADD(CAST(CAST(ARG1 AS DATETIME) AS DATE), INTERVAL ARG2 ARG3)"},
    {"", "ts_or_ds_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATE_DIFF(ARG1, ARG2, DAY)", {}, "ARG3=DAY"},
    {"", "ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATE_DIFF(ARG1, ARG2, UNIT(ARG3))"},
    {"", "ts_or_ds_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
};

constexpr FunctionSpec kSnowflake[] = {
    {"",
     "ts_or_ds_add",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "date_add",
     {},
     "DATEADD(DAY, ARG2, CAST(CAST(ARG1 AS TIMESTAMP) AS DATE))"},
    {"",
     "ts_or_ds_add",
     3,
     3,
     TypeRule::kDate,
     kPure,
     false,
     "date_add",
     {},
     "DATEADD(UNIT(ARG3), ARG2, CAST(CAST(ARG1 AS TIMESTAMP) AS DATE))"},
    {"", "ts_or_ds_diff", 2, 2, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATEDIFF(DAY, ARG2, ARG1)"},
    {"", "ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)"},
    {"", "to_date_or_null", 2, 2, TypeRule::kDate, kPure, false, "ts_or_ds_to_date", {}, "TRY_TO_DATE(ARG1, PARSE_FORMAT(ARG2))"},
};

constexpr FunctionSpec kRedshift[] = {
    {"", "ts_or_ds_add", 2, 2, TypeRule::kDate, kPure, false, "date_add", {}, "DATEADD(DAY, ARG2, ARG1)"},
    {"", "ts_or_ds_add", 3, 3, TypeRule::kDate, kPure, false, "date_add", {}, "DATEADD(UNIT(ARG3), ARG2, ARG1)"},
    {"", "ts_or_ds_diff", 2, 2, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATEDIFF(DAY, ARG2, ARG1)"},
    {"", "ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)"},
};

constexpr FunctionSpec kTsql[] = {
    {"",
     "ts_or_ds_add",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "date_add",
     {},
     "DATEADD(DAY, ARG2, CAST(CAST(ARG1 AS DATETIME2) AS DATE))"},
    {"",
     "ts_or_ds_add",
     3,
     3,
     TypeRule::kDate,
     kPure,
     false,
     "date_add",
     {},
     "DATEADD(UNIT(ARG3), ARG2, CAST(CAST(ARG1 AS DATETIME2) AS DATE))"},
};

}  // namespace

std::span<const FunctionSpec> MoreDateFunctions(std::string_view dialect) {
  if (dialect == "duckdb") return kDuckdb;
  if (dialect == "bigquery") return kBigquery;
  if (dialect == "snowflake") return kSnowflake;
  if (dialect == "redshift") return kRedshift;
  if (dialect == "tsql") return kTsql;
  return {};
}

}  // namespace dvt::sql
