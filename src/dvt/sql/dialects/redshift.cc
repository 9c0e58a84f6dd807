#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using F = Feature;

constexpr FunctionSpec kFunctions[] = {
    Written("hex_literal", 1, 1, TypeRule::kInt64, "HEX_VALUE(ARG1)"),
    {"JSON_EXTRACT_PATH_TEXT", "json_text_by_keys", 2, -1, TypeRule::kString, kPure, false, "json_extract_scalar"},
    {"JSON_EXTRACT_PATH_TEXT", "redshift_json_by_keys", 2, -1, TypeRule::kString, kPure, false, "json_extract"},
    Written("date_diff_step", 3, 3, TypeRule::kInt64, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)", {}, "date_diff"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)", {}, "date_diff"),
    Written("date_diff", 3, 3, TypeRule::kInt64, "DATEDIFF(UNIT(ARG3), ARG2, ARG1)", {}, "date_diff"),
    Written("bytes_literal", 1, 1, TypeRule::kBinary, "FROM_HEX(ARG1)"),
    Written("number_of_digits", 1, 1, TypeRule::kInt64, "ARG1"),
    Written("unix_to_time", 1, 1, TypeRule::kTimestamp, "(TIMESTAMP 'epoch' + (ARG1) * INTERVAL '1 SECOND')", {}, "unix_to_time"),
    Written("unix_to_time", 2, 2, TypeRule::kTimestamp, "(TIMESTAMP 'epoch' + (ARG1) * INTERVAL '1 SECOND')", "ARG2=0",
            "unix_to_time"),
    Written("unix_to_time", 2, 2, TypeRule::kTimestamp, "(TIMESTAMP 'epoch' + ((ARG1) / POWER(10, ARG2)) * INTERVAL '1 SECOND')",
            "ARG2:number", "unix_to_time"),
    Written("array_append", 2, 2, TypeRule::kFirst, "ARRAY_APPEND(COALESCE(ARG1, ARRAY()), ARG2)"),
    Written("array_append_null", 2, 2, TypeRule::kFirst, "ARRAY_APPEND(ARG1, ARG2)", {}, "array_append"),
    Written("array_prepend_pg", 2, 2, TypeRule::kFirst, "ARRAY_PREPEND(ARG2, COALESCE(ARG1, ARRAY()))", {}, "array_prepend"),
    Written("array_prepend_null", 2, 2, TypeRule::kFirst, "ARRAY_PREPEND(ARG2, ARG1)", {}, "array_prepend"),
    Written("array_contains", 2, 2, TypeRule::kBool, "ARRAY_CONTAINS(ARG1, ARG2)"),
    Written("last_day", 1, 2, TypeRule::kDate, "LAST_DAY(ARG1)", "ARG2=MONTH|DAY"),
    {"LAST_DAY", "last_day", 1, 1, TypeRule::kDate, kPure, true},
    Read("DATE_PART", "date_part", 2, 2, TypeRule::kFloat64, {.read = "FIELD(ARG1), ARG2"}),
    Written("now", 0, 1, TypeRule::kTimestamp, "GETDATE()"),
    Written("current_timestamp", 0, 1, TypeRule::kTimestamp, "GETDATE()"),
    Written("starts_with", 2, 2, TypeRule::kBool, "ARG1 LIKE ARG2 || '%'", {}, "approximate"),
    Written("time_str_to_time", 2, 2, TypeRule::kTimestampTz, "CAST(ARG1 AS TIMESTAMP WITH TIME ZONE)"),
    {"JSON_EXTRACT_PATH_TEXT", "json_by_keys", 2, -1, TypeRule::kString, kPure, false, "json_extract"},
    {"SHA2", "sha2", 2, 2, TypeRule::kString},
    Written("sha2", 1, 1, TypeRule::kString, "SHA2(ARG1, 256)"),
    Written("duckdb_sha256", 1, 1, TypeRule::kString, "SHA2(ARG1, 256)", {}, "sha256"),
    Written("sha256_digest", 1, 1, TypeRule::kBinary, "SHA2(ARG1, 256)", {}, "approximate"),
    {"DECODE", "decode", 3, -1, TypeRule::kUnknown},
    Written("integer_quotient", 2, 2, TypeRule::kInt64, "CAST(TRUNC(CAST(ARG1 AS DOUBLE PRECISION) / ARG2) AS BIGINT)"),
    Written("concat_skip_null", 1, 1, TypeRule::kString, "ARG1", {}, "approximate"),
    Written("concat_skip_null", 2, -1, TypeRule::kString, "CONCATENATED(ARGS)", {}, "approximate"),
    Written("datediff_days", 2, 3, TypeRule::kInt64, "DATEDIFF(DAY, ARG2, ARG1)"),
    Written("ts_or_ds_to_date_str", 1, 1, TypeRule::kString, "SUBSTRING(CAST(ARG1 AS VARCHAR(MAX)), 1, 10)", {}, "approximate"),
    Written("time_to_time_str", 1, 1, TypeRule::kString, "CAST(ARG1 AS VARCHAR(MAX))", {}, "approximate"),
    Read("TEXTLEN", "char_length", 1, 1, TypeRule::kInt32, {}),
    Read("CHARINDEX", "strpos", 2, 2, TypeRule::kInt32, {.read = "ARG2, ARG1"}),
    Spelled("ADD_MONTHS", "add_months", 2, 2, TypeRule::kTimestamp, {.write = "DATEADD(MONTH, ARG2, ARG1)"}),
    Read("CURRENT_TIMESTAMP", "getdate", 0, 0, TypeRule::kTimestamp, {.family = "current_timestamp"}, kStable | kNoParentheses),
    {"CURRENT_SCHEMA", "current_schema", 0, 0, TypeRule::kString, kSession | kNoParentheses},
    {"NVL2", "nvl2", 2, 3, TypeRule::kCommon},
    {"MEDIAN", "median", 1, 1, TypeRule::kFloat64, kAggregate},
    Spelled("DATEADD", "dateadd", 3, 3, TypeRule::kTimestamp,
            {.read = "ARG3, ARG2, UNIT(ARG1)", .write = "DATEADD(UNIT(ARG3), ARG2, ARG1)", .family = "date_add"}),
    Read("DATE_ADD", "dateadd", 3, 3, TypeRule::kTimestamp, {.read = "ARG3, ARG2, UNIT(ARG1)", .family = "date_add"}),
    Spelled("DATEDIFF", "datediff", 3, 3, TypeRule::kInt64,
            {.read = "ARG3, ARG2, UNIT(ARG1)", .write = "DATEDIFF(UNIT(ARG3), ARG2, ARG1)", .family = "date_diff"}),
    Read("DATE_DIFF", "datediff", 3, 3, TypeRule::kInt64, {.read = "ARG3, ARG2, UNIT(ARG1)", .family = "date_diff"}),
    {"GETDATE", "getdate", 0, 0, TypeRule::kTimestamp, kStable, false, "current_timestamp"},
    {"SYSDATE", "sysdate", 0, 0, TypeRule::kTimestamp, kStable | kNoParentheses, false, "sysdate"},
    {"NVL", "coalesce", 2, -1, TypeRule::kCommon, kPure, true},
    {"IFNULL", "coalesce", 2, 2, TypeRule::kCommon, kPure, true},
    {"LEN", "char_length", 1, 1, TypeRule::kInt32, kPure, true},
    Read("CONVERT_TIMEZONE", "convert_timezone", 2, 2, TypeRule::kTimestamp,
         {.read = "'UTC', ARG1, ARG2", .family = "convert_timezone"}),
    {"CONVERT_TIMEZONE", "convert_timezone", 3, 3, TypeRule::kTimestamp, kPure, false, "convert_timezone"},
    Read("SPLIT_TO_ARRAY", "string_to_array", 1, 1, TypeRule::kUnknown, {.read = "ARG1, ','", .family = "string_to_array"}),
    {"SPLIT_TO_ARRAY", "string_to_array", 2, 2, TypeRule::kUnknown, kPure, false, "string_to_array"},
    Spelled("CONCAT", "concat2", 2, 2, TypeRule::kString, {.write = "ARG1 || ARG2", .family = "concat"}),
    Spelled("CONCAT", "concat3", 3, 3, TypeRule::kString, {.write = "ARG1 || ARG2 || ARG3", .family = "concat"}),
    {"FARMFINGERPRINT64", "farm_fingerprint", 1, 1, TypeRule::kInt64, kPure, false, "farm_fingerprint"},
    {"FARM_FINGERPRINT", "farm_fingerprint", 1, 1, TypeRule::kInt64, kPure, true, "farm_fingerprint"},
    {"LISTAGG", "group_concat_any", 1, 2, TypeRule::kString, kAggregate, false, "group_concat"},
    Written("string_agg", 1, 2, TypeRule::kString, "LISTAGG(ARGS)", {}, "group_concat"),
    Written("group_concat", 1, 1, TypeRule::kString, "LISTAGG(ARG1, ',')", {}, "approximate"),
    Written("string_agg_comma", 1, 2, TypeRule::kString, "LISTAGG(ARGS)", {}, "group_concat"),
    Written("string_agg_empty", 1, 1, TypeRule::kString, "LISTAGG(ARG1, '')", {}, "group_concat"),
    {"JSON_PARSE", "parse_json", 1, 1, TypeRule::kJson, kPure, false, "parse_json"},
    {"GET_ARRAY_LENGTH", "array_size", 1, 1, TypeRule::kInt64, kPure, false, "array_size"},
    Written("array_concat", 2, 2, TypeRule::kFirst, "ARRAY_CONCAT(ARG1, ARG2)", "ARG1:array;ARG2:array"),
    Written("array_concat", 2, 2, TypeRule::kFirst, "ARRAY_CONCAT(COALESCE(ARG1, ARRAY()), COALESCE(ARG2, ARRAY()))"),
    Written("array_concat", 3, 3, TypeRule::kFirst, "ARRAY_CONCAT(ARG1, ARRAY_CONCAT(ARG2, ARG3))",
            "ARG1:array;ARG2:array;ARG3:array"),
    Written("array_concat", 3, 3, TypeRule::kFirst,
            "ARRAY_CONCAT(COALESCE(ARG1, ARRAY()), ARRAY_CONCAT(COALESCE(ARG2, ARRAY()), COALESCE(ARG3, ARRAY())))"),
    {"ARRAY_CONCAT", "array_cat_null", 2, 2, TypeRule::kFirst, kPure, false, "array_concat"},
    {"STRTOL", "strtol", 2, 2, TypeRule::kInt64, kPure, false},
    Spelled("DATE_FROM_UNIX_DATE", "date_from_unix_date", 1, 1, TypeRule::kDate,
            {.write = "DATEADD(DAY, ARG1, CAST('1970-01-01' AS DATE))", .family = "date_from_unix_date"}),
    Read("REGEXP_SUBSTR", "regexp_extract_redshift", 2, 5, TypeRule::kString, {.family = "regexp_extract"}),
    Written("hex", 1, 1, TypeRule::kString, "UPPER(TO_HEX(ARG1))"),
    {"TO_HEX", "lower_hex", 1, 1, TypeRule::kString},
    {"ROUND", "round", 1, 2, TypeRule::kRound},
    {"ROUND", "round_away", 1, 2, TypeRule::kRound, kPure, false, "approximate"},
    Written("approx_quantile", 2, 2, TypeRule::kUnknown, "APPROXIMATE PERCENTILE_DISC(ARG2) WITHIN GROUP (ORDER BY ARG1)"),
    Written("approx_count_distinct", 1, 2, TypeRule::kInt64, "APPROXIMATE COUNT(DISTINCT ARG1)"),
    Written("regexp_extract", 2, 4, TypeRule::kString, "REGEXP_SUBSTR(ARG1, ARG2, ARG3, ARG4)"),
    Written("regexp_extract_grouped", 2, 4, TypeRule::kString, "REGEXP_SUBSTR(ARG1, ARG2, 1, 1, 'e')", "ARG3:missing",
            "regexp_extract"),
    Written("regexp_substr", 2, 6, TypeRule::kString, "REGEXP_SUBSTR(ARGS)", {}, "regexp_extract"),
};

constexpr TypeSpec kTypes[] = {
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, false, "INT"},
    {"VARCHAR(MAX)", TypeKind::kString, 0, 0, 0, false, false, "TEXT"},
    {"TEXT", TypeKind::kString, 1, 0, 0, false, true},
    {"NVARCHAR", TypeKind::kString, 1, 0, 0, false, true, "VARCHAR"},
    {"VARBYTE", TypeKind::kBinary, 1, 0, 0, false, false, "VARBINARY"},
    {"VARBYTE", TypeKind::kBinary, 1, 0, 0, false, false, "BINARY"},
    {"BINARY", TypeKind::kBinary, 1, 0, 0, false, true, "VARBINARY"},
    {"BINARY VARYING", TypeKind::kBinary, 1, 0, 0, false, true, "VARBINARY"},
    {"VARBINARY", TypeKind::kBinary, 1, 0, 0, false, true, "VARBINARY"},
    {"TIMESTAMP WITH TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, false, "TIMESTAMPTZ"},
    {"TIME WITH TIME ZONE", TypeKind::kUnknown, 1, 0, 0, false, false, "TIMETZ"},
    {"SUPER", TypeKind::kUnknown},
    {"GEOMETRY", TypeKind::kUnknown},
    {"GEOGRAPHY", TypeKind::kUnknown},
    {"HLLSKETCH", TypeKind::kUnknown},
};

}  // namespace

const Dialect& Redshift() {
  static const Dialect kDialect = [] {
    Dialect d = Postgres();  // what is not set here is as there
    d.name = "redshift";
    d.parent = &Postgres();
    d.aliases = {};
    d.features = d.features
                     .With({F::kOwnTypesOnly,
                            F::kIgnoreNulls,
                            F::kExcludeBehind,
                            F::kUnnestAt,
                            F::kApproximateCalls,
                            F::kHashTables,
                            F::kDatesByRecursion,
                            F::kTop,
                            F::kConnectBy,
                            F::kOuterMarks,
                            F::kLateralAlias,
                            F::kAlterTypeWithoutSetData,
                            F::kQualify,
                            F::kStarExcept,
                            F::kTryCast,
                            F::kUnnestNavigated,
                            F::kIdentityCall,
                            F::kBackslashEscapes,
                            F::kBackslashQuote,
                            F::kEscapedControls,
                            F::kPivot,
                            F::kGroupByAll,
                            F::kOrderWithin})
                     .Without({F::kRowNullTests, F::kFetchAsWritten, F::kJoinNeedsCondition, F::kEStrings, F::kIdentityGenerated,
                               F::kDistinctOneValue, F::kWindowFrameGroups, F::kNamedWindows, F::kBitStrings,
                               F::kSymmetricBetween, F::kValuesTable, F::kExceptStar, F::kAnyWordBehindDot, F::kArraysFromOne,
                               F::kKeepTypeCase, F::kOrderInside, F::kIntersectExceptAll});
    d.nested.literal = "ARRAY(";
    d.unlimited_text = "VARCHAR(MAX)";
    d.functions = kFunctions;
    d.types = kTypes;
    d.reserved = {};
    d.time_format = "postgres";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
