// The concepts of dates and times, with their canonical arguments. Formats are strftime's (time_formats.h), units bare words or strings.
// A dialect's row brings its own order into this one, and back:
//   {"DATEADD", "date_add_step", 3, 3, …, "date_add", "ARG3, ARG2, UNIT(ARG1)", "DATEADD(UNIT(ARG3), ARG2, ARG1)"}
//   {"TO_CHAR", "time_to_str", 2, 2, …, {}, "ARG1, FORMAT(ARG2)", "TO_CHAR(ARG1, FORMAT(ARG2))"}
// Distances that count crossed boundaries are date_diff_boundaries, those that count whole units date_diff_elapsed.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kFunctions[] = {
    // Steps: (value, count, unit). ts_or_ds_…: of a date that may be a text, as Hive's family does.
    Spelled("DATE_ADD", "date_add_step", 2, 3, TypeRule::kFirst,
            {.read = "ARG1, ARG2, UNIT(ARG3)", .write = "DATE_ADD(ARG1, ARG2, 'ARG3')", .family = "date_add"}),
    {"DATEADD", "date_add_step", 2, 2, TypeRule::kFirst, kPure, true, "date_add"},
    Read("DATEADD", "date_add_step", 3, 3, TypeRule::kFirst,
         {.read = "ARG1, ARG2, UNIT(ARG3)", .when_read = "ARG2:number", .family = "date_add"}),
    {"DATE_SUB", "date_sub_step", 2, 3, TypeRule::kFirst, kPure, false, "date_sub"},
    {"TS_OR_DS_ADD", "ts_or_ds_add", 2, 3, TypeRule::kDate, kPure, false, "date_add"},
    {"TIMESTAMP_ADD", "timestamp_add", 2, 3, TypeRule::kFirst, kPure, false, "date_add"},
    {"TIMESTAMP_SUB", "timestamp_sub", 2, 3, TypeRule::kFirst, kPure, false, "date_sub"},
    {"DATETIME_ADD", "datetime_add", 2, 3, TypeRule::kFirst, kPure, false, "date_add"},
    {"DATETIME_SUB", "datetime_sub", 2, 3, TypeRule::kFirst, kPure, false, "date_sub"},
    {"TIME_ADD", "time_add", 2, 3, TypeRule::kFirst, kPure, false, "date_add"},
    {"TIME_SUB", "time_sub", 2, 3, TypeRule::kFirst, kPure, false, "date_sub"},
    {"ADD_MONTHS", "add_months", 2, 2, TypeRule::kDate},
    {"MONTHS_BETWEEN", "months_between", 2, 3, TypeRule::kFloat64},
    {"NEXT_DAY", "next_day", 2, 2, TypeRule::kDate},
    {"LAST_DAY", "last_day", 1, 2, TypeRule::kDate},
    // Distances: (end, start, unit).
    Written("date_diff_zone", 4, 4, TypeRule::kInt64, "DATEDIFF(ARG1, ARG2, ARG3, ARG4)", {}, "date_diff"),
    Written("timestamp_add_interval", 2, 2, TypeRule::kFirst, "TIMESTAMP_ADD(ARG1, ARG2)", {}, "date_add"),
    Written("timestamp_add_ch", 3, 3, TypeRule::kFirst, "TIMESTAMP_ADD(ARG1, ARG2, ARG3)", {}, "date_add"),
    Written("timestamp_sub_interval", 2, 2, TypeRule::kFirst, "TIMESTAMP_SUB(ARG1, ARG2)", {}, "date_sub"),
    Written("timestamp_sub_ch", 3, 3, TypeRule::kFirst, "TIMESTAMP_SUB(ARG1, ARG2, ARG3)", {}, "date_sub"),
    {"DATEDIFF", "date_diff_step", 2, 3, TypeRule::kInt64, kPure, false, "date_diff"},
    {"DATE_DIFF", "date_diff_step", 2, 3, TypeRule::kInt64, kPure, true, "date_diff"},
    Written("ts_or_ds_diff", 2, 2, TypeRule::kInt64, "DATEDIFF(ARG1, ARG2)",
            "ARG1:call_TS_OR_DS_TO_DATE;ARG2:call_TS_OR_DS_TO_DATE", "date_diff"),
    Written("timestampdiff", 3, 3, TypeRule::kInt64, "TIMESTAMPDIFF(ARG1, ARG2, ARG3)", {}, "date_diff"),
    Written("datediff_days", 2, 3, TypeRule::kInt64, "DATEDIFF(ARG1, ARG2)", {}, "date_diff"),
    Written("timestamp_add_call", 3, 3, TypeRule::kFirst, "TIMESTAMP_ADD(ARG1, ARG2, ARG3)", {}, "date_add"),
    {"TS_OR_DS_DIFF", "ts_or_ds_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff"},
    {"TIMESTAMPDIFF", "timestamp_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff"},
    {"TIMESTAMP_DIFF", "timestamp_diff", 2, 3, TypeRule::kInt64, kPure, true, "date_diff"},
    {"DATETIME_DIFF", "datetime_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff"},
    {"TIME_DIFF", "time_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff"},
    // Cuts: (value, unit, zone).
    Spelled("DATE_TRUNC", "date_trunc_date", 2, 3, TypeRule::kSecond,
            {.read = "ARG2, UNIT(ARG1), ARG3", .write = "DATE_TRUNC('ARG2', ARG1, ARG3)", .family = "date_trunc"}),
    Spelled("TIMESTAMP_TRUNC", "timestamp_trunc", 2, 3, TypeRule::kFirst,
            {.read = "ARG1, UNIT(ARG2), ARG3", .write = "TIMESTAMP_TRUNC(ARG1, ARG2, ARG3)", .family = "date_trunc"}),
    Written("date_trunc", 2, 3, TypeRule::kFirst, "TIMESTAMP_TRUNC(ARG1, ARG2, ARG3)", {}, "date_trunc"),
    Written("date_trunc_duckdb", 2, 3, TypeRule::kFirst, "DATE_TRUNC('ARG2', ARG1)", {}, "date_trunc"),
    Written("date_trunc_keeping", 2, 3, TypeRule::kFirst, "TIMESTAMP_TRUNC(ARG1, ARG2, ARG3)", {}, "date_trunc"),
    Spelled("DATETIME_TRUNC", "datetime_trunc", 2, 3, TypeRule::kFirst,
            {.read = "ARG1, UNIT(ARG2), ARG3", .write = "DATETIME_TRUNC(ARG1, ARG2, ARG3)", .family = "date_trunc"}),
    Spelled("TIME_TRUNC", "time_trunc", 2, 3, TypeRule::kFirst,
            {.read = "ARG1, UNIT(ARG2), ARG3", .write = "TIME_TRUNC(ARG1, ARG2, ARG3)", .family = "date_trunc"}),
    // Texts and values: (value, format, zone).
    {"STR_TO_DATE", "str_to_date_format", 1, 2, TypeRule::kDate, kPure, false, "str_to_date"},
    {"STR_TO_TIME", "str_to_time", 2, 3, TypeRule::kTimestamp},
    {"TIME_TO_STR", "time_to_str", 2, 3, TypeRule::kString},
    {"STR_TO_UNIX", "str_to_unix", 1, 2, TypeRule::kInt64},
    {"UNIX_TO_STR", "unix_to_str", 1, 2, TypeRule::kString},
    {"UNIX_TO_TIME", "unix_to_time", 1, 2, TypeRule::kTimestamp},  // (seconds, decimal digits of the unit)
    {"UNIX_TO_TIME_STR", "unix_to_time_str", 1, 1, TypeRule::kString},
    {"TIME_TO_UNIX", "time_to_unix", 1, 1, TypeRule::kInt64},
    {"TIME_STR_TO_DATE", "time_str_to_date", 1, 1, TypeRule::kDate},
    {"TIME_STR_TO_TIME", "time_str_to_time", 1, 2, TypeRule::kTimestamp},
    {"TIME_STR_TO_UNIX", "time_str_to_unix", 1, 1, TypeRule::kInt64},
    Spelled("TIME_TO_TIME_STR", "time_to_time_str", 1, 1, TypeRule::kString, {.write = "CAST(ARG1 AS TEXT)"}),
    Spelled("TS_OR_DS_TO_DATE", "ts_or_ds_to_date", 1, 1, TypeRule::kDate, {.write = "CAST(ARG1 AS DATE)"}),
    Spelled("TS_OR_DS_TO_DATE", "ts_or_ds_to_date", 2, 2, TypeRule::kDate, {.write = "CAST(STR_TO_TIME(ARG1, ARG2) AS DATE)"}),
    Written("to_date_or_null", 2, 2, TypeRule::kDate, "TRY_CAST(ARG1 AS DATE)", "ARG2=%Y-%mstrict-%dstrict", "ts_or_ds_to_date"),
    Written("to_date_or_null", 2, 2, TypeRule::kDate, "CAST(STR_TO_TIME(ARG1, ARG2) AS DATE)", {}, "ts_or_ds_to_date"),
    Spelled("TS_OR_DS_TO_DATE_STR", "ts_or_ds_to_date_str", 1, 1, TypeRule::kString,
            {.write = "SUBSTRING(CAST(ARG1 AS TEXT), 1, 10)"}),
    {"TS_OR_DI_TO_DI", "ts_or_di_to_di", 1, 1, TypeRule::kInt32},
    {"DATE_TO_DI", "date_to_di", 1, 1, TypeRule::kInt32},
    {"DI_TO_DATE", "di_to_date", 1, 1, TypeRule::kDate},
    {"DATE_STR_TO_DATE", "date_str_to_date", 1, 1, TypeRule::kDate},
    Spelled("DATE_FROM_UNIX_DATE", "date_from_unix_date", 1, 1, TypeRule::kDate,
            {.write = "DATE_ADD(CAST('1970-01-01' AS DATE), ARG1, 'DAY')"}),
    Spelled("UNIX_DATE", "unix_date", 1, 1, TypeRule::kInt64, {.write = "DATEDIFF(ARG1, CAST('1970-01-01' AS DATE), DAY)"}),
    Spelled("UNIX_SECONDS", "unix_seconds", 1, 1, TypeRule::kInt64,
            {.write = "TIMESTAMPDIFF(ARG1, CAST('1970-01-01 00:00:00+00' AS TIMESTAMPTZ), SECONDS)"}),
    {"UNIX_MILLIS", "unix_millis", 1, 1, TypeRule::kInt64},
    {"UNIX_MICROS", "unix_micros", 1, 1, TypeRule::kInt64},
    {"TO_CHAR", "to_char_any", 1, 3, TypeRule::kString, kPure, false, "to_char"},
    // Parts.
    {"YEAR", "year", 1, 1, TypeRule::kInt64},
    {"QUARTER", "quarter", 1, 1, TypeRule::kInt64},
    {"MONTH", "month", 1, 1, TypeRule::kInt64},
    {"WEEK_OF_YEAR", "week_iso", 1, 1, TypeRule::kInt64},
    {"WEEKOFYEAR", "week_iso", 1, 1, TypeRule::kInt64, kPure, true},
    {"WEEK", "week", 1, 2, TypeRule::kInt64},
    {"YEAR_OF_WEEK", "year_of_week", 1, 1, TypeRule::kInt64},
    {"YEAR_OF_WEEK_ISO", "year_of_week_iso", 1, 1, TypeRule::kInt64},
    {"DAY_OF_YEAR", "dayofyear", 1, 1, TypeRule::kInt64},
    {"DAYOFYEAR", "dayofyear", 1, 1, TypeRule::kInt64, kPure, true},
    {"DAY", "day", 1, 1, TypeRule::kInt64},
    {"DAY_OF_MONTH", "day_of_month", 1, 1, TypeRule::kInt64, kPure, false, "day"},
    {"DAYOFMONTH", "day_of_month", 1, 1, TypeRule::kInt64, kPure, true, "day"},
    {"DAY_OF_WEEK", "dow_sunday1", 1, 1, TypeRule::kInt64},  // Sunday is 1
    {"DAYOFWEEK", "dow_sunday1", 1, 1, TypeRule::kInt64, kPure, true},
    {"DAYOFWEEK_ISO", "dow_monday1", 1, 1, TypeRule::kInt64},  // Monday is 1
    {"ISODOW", "dow_monday1", 1, 1, TypeRule::kInt64, kPure, true},
    {"HOUR", "hour", 1, 1, TypeRule::kInt64},
    {"MINUTE", "minute", 1, 1, TypeRule::kInt64},
    {"SECOND", "second", 1, 1, TypeRule::kInt64},
    {"MONTHNAME", "monthname", 1, 1, TypeRule::kString},
    {"DAYNAME", "dayname", 1, 1, TypeRule::kString},
    {"DATE", "date", 1, 3, TypeRule::kDate},
    // Made of parts, and the moment.
    {"DATE_FROM_PARTS", "make_date", 3, 3, TypeRule::kDate},
    {"DATEFROMPARTS", "make_date", 3, 3, TypeRule::kDate, kPure, true},
    {"TIME_FROM_PARTS", "make_time", 3, 5, TypeRule::kTime},
    {"TIMESTAMP_FROM_PARTS", "make_timestamp", 2, 8, TypeRule::kTimestamp},
    // ([from], to, value)
    Spelled("CONVERT_TIMEZONE", "convert_timezone", 2, 2, TypeRule::kTimestamp, {.write = "ARG2 AT TIME ZONE ARG1"}),
    Spelled("CONVERT_TIMEZONE", "convert_timezone", 3, 3, TypeRule::kTimestamp,
            {.write = "CAST(ARG3 AS TIMESTAMPNTZ) AT TIME ZONE ARG1 AT TIME ZONE ARG2"}),
};

constexpr Dialect kDates = {.name = "dates", .functions = kFunctions};

}  // namespace

const Dialect& NeutralDates() {
  static const Dialect kWithParent = [] {
    Dialect d = kDates;
    d.parent = &CoreSql();
    return d;
  }();
  return kWithParent;
}

}  // namespace dvt::sql
