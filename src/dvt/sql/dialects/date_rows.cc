// How the other systems say the dates of Hive's family and of the neutral dialect; asked after their own tables.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kDuckdb[] = {
    Written("ts_or_ds_add", 2, 3, TypeRule::kDate, "CAST(ARG1 AS DATE) + INTERVAL ARG2 ARG3"),
    Written("ts_or_ds_diff", 2, 3, TypeRule::kInt64, "DATE_DIFF('ARG3', ARG2, ARG1)", {}, "date_diff"),
    Written("ts_or_ds_diff_unit", 2, 3, TypeRule::kInt64, "DATE_DIFF('ARG3', ARG2, ARG1)", {}, "date_diff"),
    Written("ts_or_ds_to_date", 1, 1, TypeRule::kDate, "ARG1", "ARG1:date"),
    Written("ts_or_ds_to_date", 1, 1, TypeRule::kDate, "CAST(ARG1 AS DATE)"),
    Written("to_date_or_null", 1, 1, TypeRule::kDate, "TRY_CAST(ARG1 AS DATE)", {}, "ts_or_ds_to_date"),
    Written("to_date_or_null", 2, 2, TypeRule::kDate, "TRY_CAST(ARG1 AS DATE)", "ARG2=%Y-%mstrict-%dstrict", "ts_or_ds_to_date"),
    Written("to_date_or_null", 2, 2, TypeRule::kDate, "CAST(CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP) AS DATE)",
            {}, "ts_or_ds_to_date"),
    Written("str_to_unix", 1, 2, TypeRule::kInt64, "EPOCH(STRPTIME(ARG1, PARSE_FORMAT(ARG2)))"),
    Written("unix_to_str", 2, 2, TypeRule::kString, "STRFTIME(TO_TIMESTAMP(ARG1), FORMAT(ARG2))"),
    Written("date_str_to_date", 1, 1, TypeRule::kDate, "CAST(ARG1 AS DATE)"),
    Written("time_str_to_date", 1, 1, TypeRule::kDate, "CAST(ARG1 AS DATE)"),
    Written("time_str_to_time", 1, 1, TypeRule::kTimestamp, "CAST(ARG1 AS TIMESTAMP)"),
    Written("time_str_to_time", 2, 2, TypeRule::kTimestampTz, "CAST(ARG1 AS TIMESTAMPTZ)"),
    Written("unix_to_time", 1, 1, TypeRule::kTimestampTz, "TO_TIMESTAMP(ARG1)"),
    Written("unix_to_time_str", 1, 1, TypeRule::kString, "CAST(TO_TIMESTAMP(ARG1) AS TEXT)"),
    Written("time_to_unix", 1, 1, TypeRule::kInt64, "EPOCH(ARG1)"),
    Written("di_to_date", 1, 1, TypeRule::kDate, "CAST(STRPTIME(CAST(ARG1 AS TEXT), '%Y%m%d') AS DATE)"),
    Written("ts_or_di_to_di", 1, 1, TypeRule::kInt32, "CAST(SUBSTR(REPLACE(CAST(ARG1 AS TEXT), '-', ''), 1, 8) AS INT)"),
    Written("date_to_di", 1, 1, TypeRule::kInt32, "CAST(STRFTIME(ARG1, '%Y%m%d') AS INT)"),
};

constexpr FunctionSpec kBigquery[] = {
    Written("ts_or_ds_add", 2, 3, TypeRule::kDate, "DATE_ADD(CAST(CAST(ARG1 AS DATETIME) AS DATE), INTERVAL ARG2 ARG3)", {},
            "date_add"),
    Written("ts_or_ds_diff", 2, 3, TypeRule::kInt64, "DATE_DIFF(ARG1, ARG2, DAY)", "ARG3=DAY", "date_diff"),
    Written("ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, "DATE_DIFF(ARG1, ARG2, UNIT(ARG3))", {}, "date_diff"),
    Written("ts_or_ds_to_date", 1, 1, TypeRule::kDate, "CAST(ARG1 AS DATE)"),
};

constexpr FunctionSpec kSnowflake[] = {
    Written("ts_or_ds_add", 2, 2, TypeRule::kDate, "DATEADD(DAY, ARG2, CAST(CAST(ARG1 AS TIMESTAMP) AS DATE))", {}, "date_add"),
    Written("ts_or_ds_add", 3, 3, TypeRule::kDate, "DATEADD(UNIT(ARG3), ARG2, CAST(CAST(ARG1 AS TIMESTAMP) AS DATE))", {},
            "date_add"),
    Written("ts_or_ds_diff", 2, 2, TypeRule::kInt64, "DATEDIFF(DAY, ARG2, ARG1)", {}, "date_diff"),
    Written("ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)", {}, "date_diff"),
    Written("to_date_or_null", 2, 2, TypeRule::kDate, "TRY_TO_DATE(ARG1, PARSE_FORMAT(ARG2))", {}, "ts_or_ds_to_date"),
};

constexpr FunctionSpec kRedshift[] = {
    Written("ts_or_ds_add", 2, 2, TypeRule::kDate, "DATEADD(DAY, ARG2, ARG1)", {}, "date_add"),
    Written("ts_or_ds_add", 3, 3, TypeRule::kDate, "DATEADD(UNIT(ARG3), ARG2, ARG1)", {}, "date_add"),
    Written("ts_or_ds_diff", 2, 2, TypeRule::kInt64, "DATEDIFF(DAY, ARG2, ARG1)", {}, "date_diff"),
    Written("ts_or_ds_diff_unit", 3, 3, TypeRule::kInt64, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)", {}, "date_diff"),
};

constexpr FunctionSpec kTsql[] = {
    Written("ts_or_ds_add", 2, 2, TypeRule::kDate, "DATEADD(DAY, ARG2, CAST(CAST(ARG1 AS DATETIME2) AS DATE))", {}, "date_add"),
    Written("ts_or_ds_add", 3, 3, TypeRule::kDate, "DATEADD(UNIT(ARG3), ARG2, CAST(CAST(ARG1 AS DATETIME2) AS DATE))", {},
            "date_add"),
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
