// What DuckDB says for functions of other systems: BigQuery's calendar and JSON, the lists and texts of Hive's family. Rows are written only.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

// The same in the common case.
constexpr FunctionSpec Near(std::string_view family, int8_t least, int8_t most, std::string_view write,
                            std::string_view when = {}) {
  return Written("duckdb_near", least, most, TypeRule::kUnknown, write, when, family);
}
// The same meaning.
constexpr FunctionSpec Same(std::string_view meaning, int8_t least, int8_t most, std::string_view write,
                            std::string_view when = {}) {
  return Written(meaning, least, most, TypeRule::kUnknown, write, when);
}
// The nearest for exactly that function, which is taken before its family's.
constexpr FunctionSpec Nearest(std::string_view meaning, int8_t least, int8_t most, std::string_view write,
                               std::string_view when = {}) {
  return Written(meaning, least, most, TypeRule::kUnknown, write, when, "approximate");
}

constexpr FunctionSpec kFunctions[] = {
    // Conversions between moments, dates and texts; two arguments: in a time zone.
    Near("datetime", 1, 1, "CAST(ARG1 AS TIMESTAMP)"),
    Near("datetime", 2, 2, "CAST(CAST(ARG1 AS DATE) + ARG2 AS TIMESTAMP)", "ARG2:time"),
    Near("datetime", 2, 2, "CAST(CAST(ARG1 AS TIMESTAMPTZ) AT TIME ZONE ARG2 AS TIMESTAMP)"),
    Near("datetime", 6, 6, "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6)"),
    Near("time", 1, 1, "CAST(ARG1 AS TIME)"),
    Near("time", 2, 2, "CAST(CAST(ARG1 AS TIMESTAMPTZ) AT TIME ZONE ARG2 AS TIME)"),
    Near("time", 3, 3, "MAKE_TIME(ARG1, ARG2, ARG3)"),
    Nearest("timestamp_with_zone", 1, 1, "CAST(ARG1 AS TIMESTAMPTZ)"),
    Nearest("timestamp_with_zone", 2, 2, "CAST(ARG1 AS TIMESTAMP) AT TIME ZONE ARG2"),
    Near("timestamp", 1, 1, "CAST(ARG1 AS TIMESTAMP)"),
    Near("date", 1, 1, "CAST(ARG1 AS DATE)"),
    Near("date", 2, 2, "CAST(CAST(ARG1 AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE ARG2 AS DATE)"),
    Near("date", 3, 3, "MAKE_DATE(ARG1, ARG2, ARG3)"),
    Near("string_of", 1, 1, "CAST(ARG1 AS TEXT)"),
    Near("string_of", 2, 2, "CAST(CAST(ARG1 AS TIMESTAMP) AT TIME ZONE 'UTC' AT TIME ZONE ARG2 AS TEXT)"),
    Near("current_date", 1, 1, "CAST(CURRENT_TIMESTAMP AT TIME ZONE ARG1 AS DATE)"),
    Near("current_time", 1, 1, "CAST(CURRENT_TIMESTAMP AT TIME ZONE ARG1 AS TIME)", "ARG1:string"),
    Near("current_datetime", 0, 0, "CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"),
    Near("current_datetime", 1, 1, "CURRENT_TIMESTAMP AT TIME ZONE ARG1"),
    {"CURRENT_TIMESTAMP", "duckdb_current_timestamp", 0, 0, TypeRule::kTimestampTz, kStable | kNoParentheses, false,
     "current_timestamp"},
    Near("unix_seconds", 1, 1, "CAST(EPOCH(MOMENT_TZ(ARG1)) AS BIGINT)"),
    Near("unix_millis", 1, 1, "EPOCH_MS(MOMENT_TZ(ARG1))"),
    Near("unix_micros", 1, 1, "EPOCH_US(MOMENT_TZ(ARG1))"),
    // Texts are read after a year, so that those without one are of 1970.
    Nearest("parse_date_1970", 2, 3, "CAST(STRPTIME('1970 ' || ARG1, '%Y ' || PARSE_FORMAT(ARG2)) AS DATE)"),
    Nearest("parse_datetime", 2, 3, "STRPTIME('1970 ' || ARG1, '%Y ' || PARSE_FORMAT(ARG2))"),
    Nearest("parse_datetime_local", 2, 3, "STRPTIME('1970 ' || ARG1, '%Y ' || PARSE_FORMAT(ARG2))"),
    Nearest("parse_time", 2, 3, "CAST(STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIME)"),
    Nearest("format_datetime", 2, 3, "STRFTIME(STAMP(ARG1), FORMAT(ARG2))"),
    Nearest("format_timestamp", 2, 3, "STRFTIME(CAST(MOMENT_TZ(ARG1) AS TIMESTAMP), FORMAT(ARG2))"),
    Near("unix_to_str", 2, 2, "STRFTIME(TO_TIMESTAMP(ARG1), FORMAT(ARG2))"),
    // Weeks that start on a day that is said.
    Nearest("week_trunc_date", 2, 2, "DATE_TRUNC('WEEK', ARG1)", "ARG2:monday_week"),
    Nearest("week_trunc_date", 2, 2,
            "CAST(DATE_TRUNC('WEEK', ARG1 + INTERVAL WEEK_START(ARG2) DAY) + INTERVAL WEEK_BACK(ARG2) DAY AS DATE)"),
    Nearest("week_trunc_timestamp", 2, 2, "DATE_TRUNC('WEEK', ARG1)", "ARG2:monday_week"),
    Nearest("week_trunc_timestamp", 2, 2,
            "DATE_TRUNC('WEEK', ARG1 + INTERVAL WEEK_START(ARG2) DAY) + INTERVAL WEEK_BACK(ARG2) DAY"),
    Nearest("week_trunc_timestamp", 3, 3, "DATE_TRUNC('WEEK', ARG1 AT TIME ZONE ARG3) AT TIME ZONE ARG3", "ARG2:monday_week"),
    Nearest("week_trunc_timestamp", 3, 3,
            "(DATE_TRUNC('WEEK', ARG1 AT TIME ZONE ARG3 + INTERVAL WEEK_START(ARG2) DAY) + INTERVAL WEEK_BACK(ARG2) DAY) AT "
            "TIME ZONE ARG3"),
    Nearest("week_trunc_datetime", 2, 2, "DATE_TRUNC('WEEK', CAST(ARG1 AS TIMESTAMP))", "ARG2:monday_week"),
    Nearest("week_trunc_datetime", 2, 2,
            "DATE_TRUNC('WEEK', CAST(ARG1 AS TIMESTAMP) + INTERVAL WEEK_START(ARG2) DAY) + INTERVAL WEEK_BACK(ARG2) DAY"),
    Nearest("week_diff", 3, 3, "DATE_DIFF('WEEK', DATE_TRUNC('WEEK', MOMENT(ARG2)), DATE_TRUNC('WEEK', MOMENT(ARG1)))",
            "ARG3:monday_week"),
    Nearest("week_diff", 3, 3,
            "DATE_DIFF('WEEK', DATE_TRUNC('WEEK', MOMENT(ARG2) + INTERVAL WEEK_START(ARG3) DAY), DATE_TRUNC('WEEK', MOMENT(ARG1) "
            "+ INTERVAL WEEK_START(ARG3) DAY))"),
    Nearest("week_last_day", 2, 2, "CAST(ARG1 + INTERVAL ((WEEK_END(ARG2) - EXTRACT(DAYOFWEEK FROM ARG1)) % 7) DAY AS DATE)"),
    Nearest("timestamp_trunc", 3, 3, "DATE_TRUNC('ARG2', ARG1 AT TIME ZONE ARG3) AT TIME ZONE ARG3",
            "ARG2=DAY|WEEK|WEEKISO|MONTH|QUARTER|YEAR"),
    Nearest("datetime_trunc", 2, 2, "DATE_TRUNC('ARG2', ARG1)", "ARG1:timestamp"),
    Nearest("datetime_trunc", 2, 2, "DATE_TRUNC('ARG2', CAST(ARG1 AS TIMESTAMP))"),
    Nearest("last_day", 2, 2, "CAST(ARG1 + INTERVAL ((7 - EXTRACT(DAYOFWEEK FROM ARG1)) % 7) DAY AS DATE)", "ARG2=WEEKISO"),
    Nearest("time_diff", 3, 3, "DATE_DIFF('ARG3', CAST(ARG2 AS TIME), CAST(ARG1 AS TIME))"),
    // Ranges.
    Near("generate_date_array", 2, 2, "CAST(GENERATE_SERIES(MOMENT(ARG1), MOMENT(ARG2), INTERVAL '1' DAY) AS DATE[])"),
    Near("generate_date_array", 3, 3, "CAST(GENERATE_SERIES(MOMENT(ARG1), MOMENT(ARG2), ARG3) AS DATE[])"),
    Near("generate_timestamp_array", 3, 3, "GENERATE_SERIES(STAMP(ARG1), STAMP(ARG2), ARG3)"),
    // Dates of Hive's family, which may be texts.
    Nearest("ts_or_ds_add", 3, 3, "CAST(ARG1 AS DATE) + INTERVAL ARG2 ARG3"),
    Nearest("ts_or_ds_diff", 2, 2, "DATE_DIFF('DAY', ARG2, ARG1)"),
    Nearest("to_date_or_null", 1, 1, "TRY_CAST(ARG1 AS DATE)"),
    Nearest("to_date_or_null", 2, 2, "TRY_CAST(ARG1 AS DATE)", "ARG2=%Y-%m-%d|%Y-%mstrict-%dstrict"),
    Nearest("to_date_or_null", 2, 2, "CAST(CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP) AS DATE)"),
    // Texts.
    {"STRPOS", "duckdb_str_position", 2, 2, TypeRule::kInt64, kPure, false, "str_position"},
    Near("str_position", 3, 3,
         "CASE WHEN STRPOS(SUBSTRING(ARG1, ARG3), ARG2) = 0 THEN 0 ELSE STRPOS(SUBSTRING(ARG1, ARG3), ARG2) + ARG3 - 1 END"),
    Nearest("contains_ignore_case", 2, 3, "CONTAINS(LOWER(ARG1), LOWER(ARG2))"),
    Nearest("hex_lower", 1, 1, "LOWER(HEX(ARG1))"),
    Nearest("sha256_digest", 1, 1, "UNHEX(SHA256(ARG1))"),
    Nearest("sha1_digest", 1, 1, "UNHEX(SHA1(ARG1))"),
    Near("encode", 1, 2, "ENCODE(ARG1)"),
    Near("decode_text", 1, 2, "DECODE(ARG1)"),
    Nearest("regexp_extract_grouped", 2, 2, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, 1), 1)"),
    Nearest("regexp_extract_grouped", 3, 3, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, 1), 1)", "ARG3=1"),
    Nearest("regexp_extract_grouped", 3, 3, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2, 1), 1)"),
    Nearest("regexp_extract_grouped", 4, 4, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, 1), ARG4)", "ARG3=1"),
    Nearest("regexp_extract_grouped", 4, 4,
            "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2, 1), ARG4)"),
    Nearest("regexp_extract_all_grouped", 2, 2, "REGEXP_EXTRACT_ALL(ARG1, ARG2, 1)"),
    Same("regexp_extract_group", 6, 6, "REGEXP_EXTRACT(ARG1, ARG2)", "ARG6=0"),
    Same("regexp_extract_group", 6, 6, "REGEXP_EXTRACT(ARG1, ARG2, ARG6)", "ARG3=1;ARG4=1"),
    Nearest("regexp_full_match", 2, 3, "REGEXP_FULL_MATCH(ARGS)"),
    Near("regexp_like", 2, 3, "REGEXP_MATCHES(ARGS)"),
    Near("number_to_str", 2, 2, "FORMAT(JOINED('{:,.', ARG2, 'f}'), ARG1)", "ARG2:number"),
    Nearest("concat_ws_arrays", 2, -1, "CONCAT_WS(ARG1, ARRAY_TO_STRING(TEXT_LIST(ARGS), ARG1))", "ARGS:array"),
    Near("array_to_string", 3, 3, "ARRAY_TO_STRING(LIST_TRANSFORM(ARG1, LAMBDA x : COALESCE(CAST(x AS TEXT), ARG3)), ARG2)"),
    Nearest("concat_null", 2, -1, "CONCATENATED(ARGS)"),
    // Conditions and numbers.
    Nearest("round_unlimited", 2, 2, "ROUND(UNCAST(ARG1), ARG2)"),
    Near("round", 3, 3, "ROUND_EVEN(ARG1, ARG2)", "ARG3=ROUND_HALF_EVEN"),
    Near("round", 3, 3, "ROUND(ARG1, ARG2)"),
    Same("in_array", 2, 2,
         "CASE WHEN ARG2 IS NULL OR ARRAY_LENGTH(ARG2) = 0 THEN FALSE WHEN ARRAY_CONTAINS(ARG2, ARG1) THEN TRUE WHEN ARG1 IS "
         "NULL OR ARRAY_LENGTH(ARG2) <> LIST_COUNT(ARG2) THEN NULL ELSE FALSE END"),
    Same("decode", 3, -1, "DECODED(ARGS)"),
    Near("safe_divide", 2, 2, "CASE WHEN ARG2 <> 0 THEN ARG1 / ARG2 ELSE NULL END"),
    Near("div", 2, 2, "ARG1 // ARG2"),
    {"BIT_COUNT", "duckdb_bit_count", 1, 1, TypeRule::kInt64, kPure, false, "bitwise_count"},
    // Aggregates.
    Near("approx_quantiles", 2, 2, "APPROX_QUANTILE(ARG1, FRACTIONS(ARG2))", "ARG2:number"),
    Near("array_concat_agg", 1, 1, "FLATTEN(ARRAY_AGG(ARG1) FILTER(WHERE NOT ARG1 IS NULL))"),
    Same("collect_list", 1, 1, "ARRAY_AGG(ARG1)", "ARG1:constant"),
    {"LISTAGG", "duckdb_listagg", 1, 2, TypeRule::kString, kAggregate, false, "group_concat"},
    Same("collect_list", 1, 1, "ARRAY_AGG(ARG1) FILTER(WHERE ARG1 IS NOT NULL)"),
    {"QUANTILE_CONT", "duckdb_quantile_cont", 2, 2, TypeRule::kUnknown, kAggregate, false, "percentile_cont"},
    {"QUANTILE_DISC", "duckdb_quantile_disc", 2, 2, TypeRule::kUnknown, kAggregate, false, "percentile_disc"},
    {"ARG_MIN_NULL", "arg_min_null", 2, 2, TypeRule::kFirst, kAggregate},
    {"ARG_MAX_NULL", "arg_max_null", 2, 2, TypeRule::kFirst, kAggregate},
    {"ANY_VALUE", "first_skip_null", 1, 1, TypeRule::kFirst, kAggregate},
    // Lists and maps.
    Near("sort_array", 2, 2, "ARRAY_REVERSE_SORT(ARG1)", "ARG2:false"),
    Near("sort_array", 1, 2, "LIST_SORT(ARG1, 'ASC', 'NULLS FIRST')"),
    Nearest("array_insert_one", 3, 3, "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT([ARG3], ARG1) END", "ARG2=1"),
    Nearest("array_insert_one", 3, 3,
            "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT(ARG1[1:ADD(ARG2, -1)], [ARG3], ARG1[ARG2:]) END",
            "ARG2:number;ARG2!:negative"),
    Near("array_insert", 3, 4, "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT([ARG3], ARG1) END", "ARG2=0"),
    Near("array_insert", 3, 4, "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT(ARG1[1:ARG2], [ARG3], ARG1[ADD(ARG2, 1):]) END",
         "ARG2:number;ARG2!:negative"),
    Near("array_slice", 3, 3, "ARRAY_SLICE(ARG1, ARG2, ADD(ADD(ARG2, ARG3), -1))", "ARG2:number;ARG2!:negative;ARG3:number"),
    Near("array_slice", 3, 3, "ARRAY_SLICE(ARG1, ARG2, (ARG2 + CAST(ARG3 AS BIGINT)) - 1)", "ARG2:number;ARG2!:negative"),
    Near("array_slice", 3, 3,
         "ARRAY_SLICE(ARG1, CASE WHEN ARG2 < -ARRAY_LENGTH(ARG1) THEN ARRAY_LENGTH(ARG1) + 1 WHEN ARG2 < 0 THEN "
         "ARRAY_LENGTH(ARG1) + ARG2 + 1 ELSE ARG2 END, (CASE WHEN ARG2 < -ARRAY_LENGTH(ARG1) THEN ARRAY_LENGTH(ARG1) + 1 WHEN "
         "ARG2 < 0 THEN ARRAY_LENGTH(ARG1) + ARG2 + 1 ELSE ARG2 END + CAST(ARG3 AS BIGINT)) - 1)"),
    Nearest("date_format_hive", 2, 2, "STRFTIME(CASTED(ARG1, 'TIMESTAMP'), FORMAT(ARG2))"),
    Near("element_at_or_null", 2, 2, "ARG1[ARG2]"),
    Near("var_map", 0, -1, "MAP(KEYS_OF(ARGS), VALUES_OF(ARGS))"),
    {"UNNEST", "duckdb_unnest", 1, 1, TypeRule::kElement, kTableValued, false, "explode"},
    // JSON.
    Near("json_value_array", 2, 2, "CAST(JSON_ARROW(ARG1, ARG2) AS TEXT[])"),
    Near("json_extract_array", 2, 2, "CAST(JSON_ARROW(ARG1, ARG2) AS JSON[])"),
};

constexpr Dialect kConversions = {.name = "duckdb conversions", .functions = kFunctions};

}  // namespace

const Dialect& DuckdbConversions() {
  static const Dialect kWithParent = [] {
    Dialect d = kConversions;
    d.parent = &DuckdbCustomary();
    return d;
  }();
  return kWithParent;
}

}  // namespace dvt::sql
