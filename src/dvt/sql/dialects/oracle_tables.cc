// Functions and types of Oracle.
#include "dvt/sql/dialects/oracle_tables.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using R = TypeRule;

constexpr FunctionSpec kFunctions[] = {
    // Texts. The empty text is NULL.
    {"LENGTH", "length_oracle", 1, 1, R::kInt64, kPure, false, "length"},
    {"LENGTHB", "octet_length_oracle", 1, 1, R::kInt64, kPure, false, "byte_length"},
    {"LOWER", "lower", 1, 1, R::kString},
    {"UPPER", "upper", 1, 1, R::kString},
    {"SUBSTR", "substring_oracle", 2, 3, R::kString, kPure, false, "substring"},
    {"SUBSTRING", "substring_oracle", 2, 3, R::kString, kPure, true, "substring"},
    {"REPLACE", "replace_oracle", 2, 3, R::kString, kPure, false, "replace"},
    {"REVERSE", "reverse", 1, 1, R::kString},
    {"INSTR", "instr_oracle", 2, 4, R::kInt64, kPure, false, "str_position"},
    {"LPAD", "lpad", 2, 3, R::kString},
    {"RPAD", "rpad", 2, 3, R::kString},
    {"LTRIM", "ltrim_set", 2, 2, R::kString, kPure, false, "ltrim"},
    {"RTRIM", "rtrim_set", 2, 2, R::kString, kPure, false, "rtrim"},
    {"CONCAT", "concat_oracle", 2, 2, R::kString, kPure, false, "concat"},
    {"CHR", "chr", 1, 1, R::kString},
    {"ASCII", "ascii", 1, 1, R::kInt64},
    {"INITCAP", "initcap", 1, 1, R::kString},
    {"SOUNDEX", "soundex", 1, 1, R::kString},
    {"TRANSLATE", "translate", 3, 3, R::kString},
    Written("contains_lower", 2, 2, R::kBool, "CONTAINS(LOWER(ARG1), LOWER(ARG2))"),
    {"REGEXP_LIKE", "regexp_like_oracle", 2, 3, R::kBool, kPure, false, "regexp_like"},
    {"REGEXP_REPLACE", "regexp_replace_oracle", 2, 6, R::kString, kPure, false, "regexp_replace"},
    {"REGEXP_SUBSTR", "regexp_substr_oracle", 2, 6, R::kString, kPure, false, "regexp_extract"},
    {"LISTAGG", "string_agg", 2, 2, R::kString, kAggregate, false, "group_concat"},
    {"LISTAGG", "string_agg_empty", 1, 1, R::kString, kAggregate, false, "group_concat"},
    // Choices.
    {"NVL", "nvl", 2, 2, R::kCommon, kPure, false, "coalesce"},
    {"COALESCE", "coalesce", 2, -1, R::kCommon},
    {"NVL2", "nvl2", 3, 3, R::kSecond},
    {"DECODE", "decode", 3, -1, R::kUnknown},
    {"GREATEST", "greatest_null", 1, -1, R::kCommon, kTextCompare},
    {"LEAST", "least_null", 1, -1, R::kCommon, kTextCompare},
    // Numbers.
    {"LN", "ln", 1, 1, R::kFloat64},
    {"LOG", "log_base_first", 2, 2, R::kFloat64, kPure, false, "log"},
    {"POWER", "power_oracle", 2, 2, R::kFloat64, kPure, false, "power"},
    Written("square", 1, 1, R::kFloat64, "POWER(ARG1, 2)"),
    {"SIGN", "sign", 1, 1, R::kInt32},
    {"MOD", "mod", 2, 2, R::kCommon},
    {"ROUND", "round_away", 1, 2, R::kRound, kPure, false, "round"},
    {"ATAN2", "atan2", 2, 2, R::kFloat64},
    {"BITAND", "bitand", 2, 2, R::kCommon},
    {"TO_NUMBER", "to_number", 1, 3, R::kUnknown},
    {"DBMS_RANDOM.VALUE", "random", 0, 0, R::kFloat64, kVolatile, false, "rand"},
    {"DBMS_RANDOM.VALUE", "random_between", 2, 2, R::kFloat64, kVolatile, false, "rand"},
    {"SYS_GUID", "uuid_bytes", 0, 0, R::kBinary, kVolatile, false, "uuid"},
    // Aggregates.
    {"AVG", "avg_numeric", 1, 1, R::kAvg, kAggregate, false, "avg"},
    {"MEDIAN", "median", 1, 1, R::kUnknown, kAggregate},
    {"STDDEV", "stddev", 1, 1, R::kFloat64, kAggregate},
    {"STDDEV_POP", "stddev_pop", 1, 1, R::kFloat64, kAggregate},
    {"STDDEV_SAMP", "stddev_samp", 1, 1, R::kFloat64, kAggregate},
    {"VARIANCE", "variance", 1, 1, R::kFloat64, kAggregate},
    {"VAR_POP", "var_pop", 1, 1, R::kFloat64, kAggregate, false, "variance_pop"},
    {"VAR_SAMP", "var_samp", 1, 1, R::kFloat64, kAggregate, false, "variance"},
    {"ANY_VALUE", "any_value", 1, 1, R::kFirst, kAggregate},
    {"APPROX_COUNT_DISTINCT", "approx_count_distinct", 1, 1, R::kInt64, kAggregate, false, "approx_distinct"},
    {"PERCENTILE_CONT", "percentile_cont", 1, 1, R::kUnknown, kAggregate},
    {"PERCENTILE_DISC", "percentile_disc", 1, 1, R::kUnknown, kAggregate},
    // Dates, which hold a time of day.
    {"SYSDATE", "sysdate_oracle", 0, 0, R::kTimestamp, kStable | kNoParentheses, false, "current_timestamp"},
    {"SYSTIMESTAMP", "systimestamp", 0, 0, R::kTimestampTz, kStable | kNoParentheses},
    {"CURRENT_TIMESTAMP", "now", 0, 1, R::kTimestampTz, kStable | kNoParentheses, false, "current_timestamp"},
    {"CURRENT_DATE", "current_date", 0, 0, R::kDate, kStable | kNoParentheses},
    {"LOCALTIMESTAMP", "localtimestamp", 0, 1, R::kTimestamp, kStable | kNoParentheses},
    {"TO_CHAR", "to_char_any", 1, 1, R::kString, kPure, false, "to_char"},
    Spelled("TO_CHAR", "time_to_str", 2, 3, R::kString,
            {.read = "ARG1, FORMAT(ARG2), ARG3", .write = "TO_CHAR(ARG1, FORMAT(ARG2), ARG3)", .family = "to_char"}),
    Spelled(
        "TO_DATE", "to_date_oracle", 2, 3, R::kDate,
        {.read = "ARG1, PARSE_FORMAT(ARG2), ARG3", .write = "TO_DATE(ARG1, PARSE_FORMAT(ARG2), ARG3)", .family = "str_to_date"}),
    Spelled("TO_TIMESTAMP", "str_to_time", 2, 3, R::kTimestamp,
            {.read = "ARG1, PARSE_FORMAT(ARG2), ARG3", .write = "TO_TIMESTAMP(ARG1, PARSE_FORMAT(ARG2), ARG3)"}),
    {"ADD_MONTHS", "add_months", 2, 2, R::kDate},
    {"MONTHS_BETWEEN", "months_between", 2, 2, R::kFloat64},
    {"LAST_DAY", "last_day", 1, 1, R::kDate},
    {"NEXT_DAY", "next_day", 2, 2, R::kDate},
    Written("date_trunc_date", 2, 2, R::kFirst, "TRUNC(ARG1, 'ARG2')", {}, "date_trunc"),
    Spelled("TRUNC", "date_trunc_date", 2, 2, R::kFirst, {.when_read = "ARG2:string", .family = "date_trunc"}),
    {"TRUNC", "trunc_digits", 2, 2, R::kRound, kPure, false, "trunc"},
    Read("TRUNC", "date_trunc_date", 1, 1, R::kFirst,
         {.read = "ARG1, DAY", .when_read = "ARG1:date|timestamp", .family = "date_trunc"}),
    {"TRUNC", "trunc", 1, 1, R::kRound},
    Written("date_str_to_date", 1, 1, R::kDate, "TO_DATE(ARG1, 'YYYY-MM-DD')"),
    Written("time_str_to_time", 1, 2, R::kTimestamp, "TO_TIMESTAMP(ARG1, 'YYYY-MM-DD HH24:MI:SS.FF6')"),
    Written("ts_or_ds_to_date", 1, 1, R::kDate, "TO_DATE(ARG1, 'YYYY-MM-DD')"),
    // The session.
    {"USER", "current_user", 0, 0, R::kString, kSession | kNoParentheses},
    {"UID", "user_number", 0, 0, R::kInt64, kSession | kNoParentheses},
};

constexpr TypeSpec kTypes[] = {
    {"NUMBER", TypeKind::kDecimal, 2, 0, 0, false, false, "DECIMAL"},
    {"NUMERIC", TypeKind::kDecimal, 2, 0, 0, false, true, "DECIMAL"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, true, "DECIMAL"},
    {"INT", TypeKind::kDecimal, 0, 38, 0},
    {"INT", TypeKind::kInt64, 0, 0, 0, false, false, "BIGINT"},
    {"INTEGER", TypeKind::kDecimal, 0, 38, 0, false, true, "INT"},
    {"SMALLINT", TypeKind::kDecimal, 0, 38, 0},
    {"SMALLINT", TypeKind::kInt8, 0, 0, 0, false, false, "TINYINT"},
    {"FLOAT", TypeKind::kFloat64, 1},
    {"REAL", TypeKind::kFloat64, 0, 0, 0, false, true, "FLOAT"},
    {"DOUBLE PRECISION", TypeKind::kFloat64, 0, 0, 0, false, false, "DOUBLE"},
    {"BINARY_DOUBLE", TypeKind::kFloat64, 0, 0, 0, false, true, "DOUBLE"},
    {"BINARY_FLOAT", TypeKind::kFloat32, 0, 0, 0, false, true, "FLOAT"},
    {"VARCHAR2", TypeKind::kString, 1, 0, 0, false, false, "VARCHAR"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, true, "VARCHAR"},
    {"CHARACTER VARYING", TypeKind::kString, 1, 0, 0, false, true, "VARCHAR"},
    {"NVARCHAR2", TypeKind::kString, 1, 0, 0, false, false, "NVARCHAR"},
    {"CHAR", TypeKind::kString, 1, 0, 0, true},
    {"NCHAR", TypeKind::kString, 1, 0, 0, true},
    {"CLOB", TypeKind::kString, 1, 0, 0, false, false, "TEXT"},
    {"TEXT", TypeKind::kString, 1, 0, 0, false, true, "TEXT"},
    {"NCLOB", TypeKind::kString, 0, 0, 0, false, true, "TEXT"},
    {"LONG", TypeKind::kString, 0, 0, 0, false, true, "TEXT"},
    {"BLOB", TypeKind::kBinary, 1, 0, 0, false, false, "BINARY"},
    {"BLOB", TypeKind::kBinary, 1, 0, 0, false, false, "VARBINARY"},
    {"BLOB", TypeKind::kBinary, 1},
    {"RAW", TypeKind::kBinary, 1},
    {"BFILE", TypeKind::kUnknown},
    {"DATE", TypeKind::kTimestamp},
    {"TIMESTAMP", TypeKind::kTimestamp, 1},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, false, "DATETIME"},
    {"TIMESTAMP WITH TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, false, "TIMESTAMPTZ"},
    {"TIMESTAMP WITH LOCAL TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, false, "TIMESTAMPLTZ"},
    {"ROWID", TypeKind::kUnknown},
    {"XMLTYPE", TypeKind::kUnknown, 0, 0, 0, false, false, "XML"},
    {"JSON", TypeKind::kJson},
};

}  // namespace

std::span<const FunctionSpec> OracleFunctions() { return kFunctions; }
std::span<const TypeSpec> OracleTypes() { return kTypes; }

}  // namespace dvt::sql
