// What DuckDB says by an expression where other systems have a function: rows without a name, only written.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

// The same meaning.
constexpr FunctionSpec Says(std::string_view meaning, int8_t least, int8_t most, std::string_view write,
                            std::string_view when = {}) {
  return Written(meaning, least, most, TypeRule::kUnknown, write, when);
}
// The same in the common case.
constexpr FunctionSpec Nearly(std::string_view family, int8_t least, int8_t most, std::string_view write,
                              std::string_view when = {}) {
  return Written("nearly", least, most, TypeRule::kUnknown, write, when, family);
}
constexpr FunctionSpec NearlyAggregate(std::string_view family, int8_t least, int8_t most, std::string_view name) {
  return {name, "nearly", least, most, TypeRule::kUnknown, kAggregate, false, family};
}
constexpr FunctionSpec Named(std::string_view name, std::string_view meaning, int8_t least, int8_t most,
                             TypeRule type = TypeRule::kUnknown, uint8_t flags = kPure) {
  return {name, meaning, least, most, type, flags};
}

constexpr FunctionSpec
    kFunctions[] =
        {
            Says("nvl2", 2, 2, "CASE WHEN NOT ARG1 IS NULL THEN ARG2 END"),
            Says("date_from_unix_date", 1, 1, "CAST('1970-01-01' AS DATE) + INTERVAL ARG1 DAY"),
            Says("ts_or_ds_to_date_str", 1, 1, "SUBSTRING(CAST(ARG1 AS TEXT), 1, 10)"),
            Says("array_any", 2, 2, "(ARRAY_LENGTH(ARG1) = 0 OR ARRAY_LENGTH(LIST_FILTER(ARG1, ARG2)) <> 0)"),
            Says("from_iso8601_timestamp_nanos", 1, 1, "CAST(ARG1 AS TIMESTAMPTZ)"),
            // What Snowflake's functions make of odd arguments
            Says("initcap_signs", 1, 1,
                 "ARRAY_TO_STRING(CASE WHEN REGEXP_MATCHES(LEFT(ARG1, 1), '[' || (' \t\n\r\f' || CHR(11) || "
                 "'!?@\"\\^#$&~_,.:;+\\\\\\-*%/|\\\\\\[\\\\\\](){}<>') || ']') THEN LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '([' "
                 "|| (' \t\n\r\f' || CHR(11) || '!?@\"\\^#$&~_,.:;+\\\\\\-*%/|\\\\\\[\\\\\\](){}<>') || ']+|[^' || (' \t\n\r\f' "
                 "|| CHR(11) || '!?@\"\\^#$&~_,.:;+\\\\\\-*%/|\\\\\\[\\\\\\](){}<>') || ']+)'), LAMBDA seg, idx : CASE WHEN idx "
                 "% 2 = 0 THEN UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END) ELSE "
                 "LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '([' || (' \t\n\r\f' || CHR(11) || "
                 "'!?@\"\\^#$&~_,.:;+\\\\\\-*%/|\\\\\\[\\\\\\](){}<>') || ']+|[^' || (' \t\n\r\f' || CHR(11) || "
                 "'!?@\"\\^#$&~_,.:;+\\\\\\-*%/|\\\\\\[\\\\\\](){}<>') || ']+)'), LAMBDA seg, idx : CASE WHEN idx % 2 = 1 THEN "
                 "UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END) END, '')"),
            Says("initcap_signs", 2, 2,
                 "ARRAY_TO_STRING(CASE WHEN REGEXP_MATCHES(LEFT(ARG1, 1), '[' || ARG2 || ']') THEN "
                 "LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '([' || ARG2 || ']+|[^' || ARG2 || ']+)'), LAMBDA seg, idx : CASE WHEN "
                 "idx % 2 = 0 THEN UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END) ELSE "
                 "LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '([' || ARG2 || ']+|[^' || ARG2 || ']+)'), LAMBDA seg, idx : CASE WHEN "
                 "idx % 2 = 1 THEN UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END) END, '')",
                 "ARG2:name"),
            Says("initcap_signs", 2, 2,
                 "ARRAY_TO_STRING(CASE WHEN REGEXP_MATCHES(LEFT(ARG1, 1), '[' || REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(ARG2, "
                 "'\\', '\\\\'), '-', '\\-'), '^', '\\^'), '[', '\\['), ']', '\\]') || ']') THEN "
                 "LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '([' || REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(ARG2, '\\', '\\\\'), "
                 "'-', '\\-'), '^', '\\^'), '[', '\\['), ']', '\\]') || ']+|[^' || REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(ARG2, "
                 "'\\', '\\\\'), '-', '\\-'), '^', '\\^'), '[', '\\['), ']', '\\]') || ']+)'), LAMBDA seg, idx : CASE WHEN idx % "
                 "2 = 0 THEN UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END) ELSE "
                 "LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '([' || REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(ARG2, '\\', '\\\\'), "
                 "'-', '\\-'), '^', '\\^'), '[', '\\['), ']', '\\]') || ']+|[^' || REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(ARG2, "
                 "'\\', '\\\\'), '-', '\\-'), '^', '\\^'), '[', '\\['), ']', '\\]') || ']+)'), LAMBDA seg, idx : CASE WHEN idx % "
                 "2 = 1 THEN UPPER(LEFT(seg, 1)) || LOWER(SUBSTRING(seg, 2)) ELSE seg END) END, '')",
                 "ARG2!:string"),
            Says("strpos_from_snowflake", 3, 3,
                 "CASE WHEN STRPOS(SUBSTRING(ARG1, CASE WHEN ARG3 <= 0 THEN 1 ELSE ARG3 END), ARG2) = 0 THEN 0 ELSE "
                 "STRPOS(SUBSTRING(ARG1, CASE WHEN ARG3 <= 0 THEN 1 ELSE ARG3 END), ARG2) + CASE WHEN ARG3 <= 0 THEN 1 ELSE ARG3 "
                 "END - 1 END"),
            Says("map_contains_key", 2, 2, "ARRAY_CONTAINS(MAP_KEYS(ARG1), ARG2)"),
            Says("array_size_variant", 1, 1, "ARRAY_LENGTH(ARG1)", "ARG1:array|list"),
            Says("array_position_zero", 2, 2, "ARRAY_POSITION(ARG1, ARG2) - 1"),
            Says("week_snowflake", 1, 1, "WEEK(ARG1)"),
            Says("day_of_month", 1, 1, "DAYOFMONTH(ARG1)"),
            Says("time_from_parts", 3, 3, "MAKE_TIME(ARG1, ARG2, ARG3)", "ARG1:number;ARG2:number;ARG3:number"),
            Says("time_from_parts", 3, 3, "CAST('00:00:00' AS TIME) + INTERVAL ((ARG1 * 3600) + (ARG2 * 60) + ARG3) SECOND"),
            Says("time_from_parts", 4, 4,
                 "CAST('00:00:00' AS TIME) + INTERVAL ((ARG1 * 3600) + (ARG2 * 60) + ARG3 + (ARG4 / 1000000000.0)) SECOND"),
            Says("make_timestamp_ltz", 6, 6, "CAST(MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6) AS TIMESTAMPTZ)"),
            Says("make_timestamp_tz", 6, 6, "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6)"),
            Says("make_timestamp_tz", 8, 8, "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6) AT TIME ZONE ARG8", "ARG7=0"),
            Says("convert_timezone", 3, 3, "ARG3 AT TIME ZONE ARG1 AT TIME ZONE ARG2", "ARG3:timestamp"),
            Says("convert_timezone", 3, 3, "CAST(ARG3 AS TIMESTAMP) AT TIME ZONE ARG1 AT TIME ZONE ARG2"),
            Says("now", 1, 1, "CURRENT_TIMESTAMP"),
            Says("current_time_local", 0, 1, "LOCALTIME"),
            Says("try_to_date_snowflake", 2, 2, "TRY_CAST(ARG1 AS DATE)", "ARG2=%Y-%m-%d"),
            Says("try_to_date_literal", 1, 1,
                 "CASE WHEN CONTAINS(ARG1, '/') THEN CAST(TRY_STRPTIME(ARG1, '%m/%d/%Y') AS DATE) WHEN REGEXP_MATCHES(ARG1, "
                 "'[A-Za-z]') THEN CAST(TRY_STRPTIME(ARG1, '%d-%b-%Y') AS DATE) ELSE TRY_CAST(ARG1 AS DATE) END"),
            Says("trunc_digits", 2, 2, "TRUNC(ARG1, ARG2)"),
            Says("grouping_id", 1, -1, "GROUPING_ID(ARGS)"),
            Says("array_reverse", 1, 1, "ARRAY_REVERSE(ARG1)"),
            Says("object_construct", 0, 0, "{}"),
            Says("substring_snowflake", 2, 2, R"sql(SUBSTRING(ARG1, CASE WHEN ARG2 = 0 THEN 1 ELSE ARG2 END))sql"),
            Says("substring_snowflake", 3, 3,
                 R"sql(SUBSTRING(ARG1, CASE WHEN ARG2 = 0 THEN 1 ELSE ARG2 END, CASE WHEN ARG3 < 0 THEN 0 ELSE ARG3 END))sql"),
            Says(
                "length_of_any", 1, 1,
                R"sql(CASE TYPEOF(ARG1) WHEN 'BLOB' THEN OCTET_LENGTH(CAST(ARG1 AS BLOB)) ELSE LENGTH(CAST(ARG1 AS TEXT)) END)sql"),
            Nearly("stuff", 4, 4, R"sql(SUBSTRING(ARG1, 1, ARG2 - 1) || ARG4 || SUBSTRING(ARG1, ARG2 + ARG3))sql"),
            Nearly(
                "months_between", 2, 2,
                R"sql(DATE_DIFF('MONTH', CAST(ARG2 AS DATE), CAST(ARG1 AS DATE)) + CASE WHEN DAY(CAST(ARG1 AS DATE)) = DAY(LAST_DAY(CAST(ARG1 AS DATE))) AND DAY(CAST(ARG2 AS DATE)) = DAY(LAST_DAY(CAST(ARG2 AS DATE))) THEN 0 ELSE (DAY(CAST(ARG1 AS DATE)) - DAY(CAST(ARG2 AS DATE))) / 31.0 END)sql"),
            Says(
                "strtok", 3, 3,
                R"sql(CASE WHEN ARG2 = '' AND ARG1 = '' THEN NULL WHEN ARG2 = '' AND ARG3 = 1 THEN ARG1 WHEN ARG2 = '' THEN NULL WHEN ARG3 < 0 THEN NULL WHEN ARG1 IS NULL OR ARG2 IS NULL OR ARG3 IS NULL THEN NULL ELSE LIST_FILTER(REGEXP_SPLIT_TO_ARRAY(ARG1, CASE WHEN ARG2 = '' THEN '' ELSE '[' || REGEXP_REPLACE(ARG2, '([\[\]^.\-*+?(){}|$\\])', '\\\1', 'g') || ']' END), LAMBDA x : NOT x = '')[ARG3] END)sql"),
            Says(
                "strtok_to_array", 2, 2,
                R"sql(CASE WHEN ARG2 IS NULL THEN NULL ELSE LIST_FILTER(REGEXP_SPLIT_TO_ARRAY(ARG1, CASE WHEN ARG2 = '' THEN '.^' ELSE '[' || REGEXP_REPLACE(ARG2, '([\[\]^.\-*+?(){}|$\\])', '\\\1', 'g') || ']' END), LAMBDA x : NOT x = '') END)sql"),
            Says("hex_encode", 1, 1, R"sql(HEX(ARG1))sql"),
            Says("hex_encode", 2, 2,
                 R"sql(CASE WHEN ARG2 IS NULL THEN NULL WHEN ARG2 = 0 THEN LOWER(HEX(ARG1)) ELSE HEX(ARG1) END)sql"),
            Nearly("uniform", 3, 3, R"sql(CAST(FLOOR(ARG1 + RANDOM() * (ARG2 - ARG1 + 1)) AS BIGINT))sql",
                   "ARG1:whole;ARG2:whole;ARG3:call_random"),
            Nearly("uniform", 3, 3,
                   R"sql(CAST(FLOOR(ARG1 + (ABS(HASH(ARG3)) % 1000000) / 1000000.0 * (ARG2 - ARG1 + 1)) AS BIGINT))sql",
                   "ARG1:whole;ARG2:whole"),
            Nearly("uniform", 3, 3, R"sql(ARG1 + RANDOM() * (ARG2 - ARG1))sql", "ARG3:call_random"),
            Says(
                "array_except_multiset", 2, 2,
                R"sql(CASE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL ELSE LIST_TRANSFORM(LIST_FILTER(LIST_ZIP(ARG1, GENERATE_SERIES(1, LENGTH(ARG1))), LAMBDA pair : (LENGTH(LIST_FILTER(ARG1[1:pair[2]], LAMBDA e : e IS NOT DISTINCT FROM pair[1])) > LENGTH(LIST_FILTER(ARG2, LAMBDA e : e IS NOT DISTINCT FROM pair[1])))), LAMBDA pair : pair[1]) END)sql"),
            Says(
                "array_intersect_multiset", 2, 2,
                R"sql(CASE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL ELSE LIST_TRANSFORM(LIST_FILTER(LIST_ZIP(ARG1, GENERATE_SERIES(1, LENGTH(ARG1))), LAMBDA pair : (LENGTH(LIST_FILTER(ARG1[1:pair[2]], LAMBDA e : e IS NOT DISTINCT FROM pair[1])) <= LENGTH(LIST_FILTER(ARG2, LAMBDA e : e IS NOT DISTINCT FROM pair[1])))), LAMBDA pair : pair[1]) END)sql"),
            Says(
                "array_except", 2, 2,
                R"sql(CASE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL ELSE LIST_FILTER(LIST_DISTINCT(ARG1), LAMBDA e : LENGTH(LIST_FILTER(ARG2, LAMBDA x : x IS NOT DISTINCT FROM e)) = 0) END)sql"),
            Says(
                "array_contains_variant", 2, 2,
                R"sql(CASE WHEN ARG2 IS NULL THEN NULLIF(ARRAY_LENGTH(ARG1) <> LIST_COUNT(ARG1), FALSE) ELSE ARRAY_CONTAINS(ARG1, ARG2) END)sql"),
            Says(
                "arrays_overlap_null", 2, 2,
                R"sql((ARG1 && ARG2) OR (ARRAY_LENGTH(ARG1) <> LIST_COUNT(ARG1) AND ARRAY_LENGTH(ARG2) <> LIST_COUNT(ARG2)))sql"),
            Nearly("reduce", 3, 3, R"sql(LIST_REDUCE(ARG1, ARG3, ARG2))sql"),
            Says("check_json", 1, 1,
                 R"sql(CASE WHEN ARG1 IS NULL OR ARG1 = '' OR JSON_VALID(ARG1) THEN NULL ELSE 'Invalid JSON' END)sql"),
            Says("is_null_value", 1, 1, R"sql(JSON_TYPE(ARG1) = 'NULL')sql"),
            Says("is_array_variant", 1, 1, R"sql(JSON_TYPE(ARG1) = 'ARRAY')sql"),
            Says(
                "map_cat", 2, 2,
                R"sql(CASE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL ELSE MAP_FROM_ENTRIES(LIST_FILTER(LIST_TRANSFORM(LIST_DISTINCT(LIST_CONCAT(MAP_KEYS(ARG1), MAP_KEYS(ARG2))), LAMBDA __k : STRUCT_PACK(key := __k, value := COALESCE(ARG2[__k], ARG1[__k]))), LAMBDA __x : NOT __x.value IS NULL)) END)sql"),
            Says("bitmap_construct_agg", 1, 1, R"sql((SELECT CASE WHEN l IS NULL OR LENGTH(l) = 0 THEN NULL WHEN LENGTH(l) <> LENGTH(LIST_FILTER(l, LAMBDA __v : __v BETWEEN 0 AND 32767)) THEN NULL WHEN LENGTH(l) < 5 THEN UNHEX(PRINTF('%04X', LENGTH(l)) || h || REPEAT('00', GREATEST(0, 4 - LENGTH(l)) * 2)) ELSE UNHEX('08000000000000000000' || h) END FROM (SELECT l, COALESCE(LIST_REDUCE(LIST_TRANSFORM(l, LAMBDA __x : PRINTF('%02X%02X', CAST(__x AS INT) & 255, (CAST(__x AS INT) >> 8) & 255)), LAMBDA __a, __b : __a || __b, ''), '') AS h FROM (SELECT LIST_SORT(LIST_DISTINCT(LIST(ARG1) FILTER(WHERE NOT ARG1 IS NULL))) AS l))))sql"),
            Says("unix_to_ntz", 1, 1, R"sql(TO_TIMESTAMP(ARG1) AT TIME ZONE 'UTC')sql"),
            Says("unix_to_ntz", 2, 2, R"sql(TO_TIMESTAMP(ARG1) AT TIME ZONE 'UTC')sql", "ARG2=0"),
            Says("unix_to_ntz", 2, 2, R"sql(EPOCH_MS(ARG1))sql", "ARG2=3"),
            Says("unix_to_ntz", 2, 2, R"sql(MAKE_TIMESTAMP(ARG1))sql", "ARG2=6"),
            Says("unix_to_ntz", 2, 2, R"sql(TO_TIMESTAMP(ARG1 / POWER(10, ARG2)) AT TIME ZONE 'UTC')sql"),
            Says("str_to_ntz", 2, 2, R"sql(STRPTIME(ARG1, PARSE_FORMAT(ARG2)))sql"),
            Says("to_timestamp_tz", 2, 2, R"sql(CAST(STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMPTZ))sql"),
            Says("str_to_ltz", 2, 2, R"sql(CAST(STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMPTZ))sql"),
            Says("to_char_any", 1, 1, R"sql(CAST(ARG1 AS TEXT))sql"),
            Says("make_time", 3, 3, R"sql(MAKE_TIME(ARG1, ARG2, ARG3))sql", "ARG1:number;ARG2:number;ARG3:number"),
            Says("extract_nanosecond", 1, 1, R"sql(CAST(STRFTIME(CAST(ARG1 AS TIMESTAMP_NS), '%n') AS BIGINT))sql"),
            Nearly("make_timestamp_ltz", 6, 6,
                   R"sql(CAST(MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6) AS TIMESTAMPTZ))sql"),
            // Conditions
            Says("nvl2", 3, 3, "CASE WHEN NOT ARG1 IS NULL THEN ARG2 ELSE ARG3 END"),
            Says("equal_null", 2, 2, "ARG1 IS NOT DISTINCT FROM ARG2"),
            Nearly("booland", 2, 2, "((ROUND(ARG1, 0)) AND (ROUND(ARG2, 0)))"),
            Nearly("boolor", 2, 2, "((ROUND(ARG1, 0)) OR (ROUND(ARG2, 0)))"),
            Nearly("logical_xor", 2, 2, "(ROUND(ARG1, 0) AND (NOT ROUND(ARG2, 0))) OR ((NOT ROUND(ARG1, 0)) AND ROUND(ARG2, 0))"),
            Nearly("boolnot", 1, 1, "NOT (ROUND(ARG1, 0))"),
            Says("greatest_null", 1, -1, "CASE WHEN ANY_NULL(ARGS) THEN NULL ELSE GREATEST(ARGS) END"),
            Says("least_null", 1, -1, "CASE WHEN ANY_NULL(ARGS) THEN NULL ELSE LEAST(ARGS) END"),
            // Aggregates
            Nearly("bool_and", 1, 1, "BOOL_AND(CAST(ARG1 AS BOOLEAN))"),
            Nearly("bool_or", 1, 1, "BOOL_OR(CAST(ARG1 AS BOOLEAN))"),
            Nearly("bool_xor", 1, 1, "COUNT_IF(CAST(ARG1 AS BOOLEAN)) = 1"),
            Says("string_agg_empty", 1, 1, "LISTAGG(ARG1, '')"),
            Says("array_agg_skip_null", 1, 1, "ARRAY_AGG(ARG1) FILTER(WHERE ARG1 IS NOT NULL)"),
            Says("array_unique_agg", 1, 1, "LIST(DISTINCT ARG1) FILTER(WHERE NOT ARG1 IS NULL)"),
            Says("array_union_agg", 1, 1, "LIST_DISTINCT(FLATTEN(LIST(ARG1)))"),
            Says("corr_null", 2, 2, "CASE WHEN ISNAN(CORR(ARG1, ARG2)) THEN NULL ELSE CORR(ARG1, ARG2) END"),
            Says("regr_valx", 2, 2, "CASE WHEN ARG1 IS NULL THEN CAST(NULL AS DOUBLE) ELSE ARG2 END"),
            Says("regr_valy", 2, 2, "CASE WHEN ARG2 IS NULL THEN CAST(NULL AS DOUBLE) ELSE ARG1 END"),
            Named("COVAR_POP", "covar_pop", 2, 2, TypeRule::kFloat64, kAggregate),
            Named("COVAR_SAMP", "covar_samp", 2, 2, TypeRule::kFloat64, kAggregate),
            Named("SKEWNESS", "skewness", 1, 1, TypeRule::kFloat64, kAggregate),
            Named("KURTOSIS", "kurtosis", 1, 1, TypeRule::kFloat64, kAggregate),
            NearlyAggregate("approx_quantile", 2, 2, "APPROX_QUANTILE"),
            Nearly("minhash", 2, 2,
                   "(SELECT JSON_OBJECT('state', LIST(min_h ORDER BY seed NULLS FIRST), 'type', 'minhash', 'version', 1) FROM "
                   "(SELECT seed, "
                   "LIST_MIN(LIST_TRANSFORM(vals, LAMBDA __v : HASH(CAST(__v AS TEXT) || CAST(seed AS TEXT)))) AS min_h FROM "
                   "(SELECT "
                   "LIST(ARG2) AS vals), RANGE(0, ARG1) AS t(seed)))"),
            Nearly(
                "minhash_combine", 1, 1,
                "(SELECT JSON_OBJECT('state', LIST(min_h ORDER BY idx NULLS FIRST), 'type', 'minhash', 'version', 1) FROM "
                "(SELECT pos AS "
                "idx, MIN(val) AS min_h FROM UNNEST(LIST(ARG1)) AS _(sig) JOIN UNNEST(CAST(sig -> '$.state' AS UBIGINT[])) WITH "
                "ORDINALITY AS t(val, pos) ON TRUE GROUP BY pos))"),
            Nearly("approximate_similarity", 1, 1,
                   "(SELECT CAST(SUM(CASE WHEN num_distinct = 1 THEN 1 ELSE 0 END) AS DOUBLE) / COUNT(*) FROM (SELECT pos, "
                   "COUNT(DISTINCT "
                   "h) "
                   "AS num_distinct FROM (SELECT h, pos FROM UNNEST(LIST(ARG1)) AS _(sig) JOIN UNNEST(CAST(sig -> '$.state' AS "
                   "UBIGINT[])) "
                   "WITH ORDINALITY AS s(h, pos) ON TRUE) GROUP BY pos))"),
            // Texts
            Says("replace_empty", 2, 2, "REPLACE(ARG1, ARG2, '')"),
            Says("space", 1, 1, "REPEAT(' ', CAST(ARG1 AS BIGINT))"),
            Says("left_snowflake", 2, 2, "CASE WHEN ARG2 < 0 THEN '' ELSE LEFT(ARG1, ARG2) END"),
            Says("right_snowflake", 2, 2, "CASE WHEN ARG2 < 0 THEN '' ELSE RIGHT(ARG1, ARG2) END"),
            Says("split_snowflake", 2, 2,
                 "CASE WHEN ARG2 IS NULL THEN NULL WHEN ARG2 = '' THEN [ARG1] ELSE STR_SPLIT(ARG1, ARG2) END"),
            Says("split_part_snowflake", 3, 3,
                 "CASE WHEN ARG2 = '' THEN (CASE WHEN (CASE WHEN ARG3 = 0 THEN 1 ELSE ARG3 END) = 1 OR (CASE WHEN ARG3 = 0 THEN "
                 "1 ELSE "
                 "ARG3 "
                 "END) = -1 THEN ARG1 ELSE '' END) ELSE SPLIT_PART(ARG1, ARG2, (CASE WHEN ARG3 = 0 THEN 1 ELSE ARG3 END)) END"),
            Says("concat_ws_null", 2, -1, "CASE WHEN ANY_NULL(ARGS) THEN NULL ELSE CONCAT_WS(ARGS) END"),
            Named("ENDS_WITH", "ends_with", 2, 2, TypeRule::kBool),
            Named("LEVENSHTEIN", "levenshtein", 2, 2, TypeRule::kInt64),
            Says("levenshtein_max", 3, 3,
                 "CASE WHEN LEVENSHTEIN(ARG1, ARG2) IS NULL OR ARG3 IS NULL THEN NULL ELSE LEAST(LEVENSHTEIN(ARG1, ARG2), ARG3) "
                 "END"),
            Nearly("jarowinkler_percent", 2, 2, "CAST(JARO_WINKLER_SIMILARITY(UPPER(ARG1), UPPER(ARG2)) * 100 AS INT)"),
            Named("CHR", "chr", 1, 1, TypeRule::kString),
            Named("ASCII", "ascii", 1, 1, TypeRule::kInt64),
            Says("unicode_zero", 1, 1, "CASE WHEN ARG1 = '' THEN 0 ELSE UNICODE(ARG1) END"),
            Named("REGEXP_FULL_MATCH", "regexp_full_match", 2, 3, TypeRule::kBool),
            Nearly("regexp_count", 2, 2, "CASE WHEN ARG2 = '' THEN 0 ELSE LENGTH(REGEXP_EXTRACT_ALL(ARG1, ARG2)) END"),
            Nearly("regexp_count", 3, 3,
                   "CASE WHEN ARG2 = '' THEN 0 ELSE LENGTH(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2)) END"),
            Nearly("regexp_count", 4, 4,
                   "CASE WHEN ARG2 = '' THEN 0 ELSE LENGTH(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), JOINED('(?', ARG4, ')') || "
                   "ARG2)) END"),
            Nearly(
                "regexp_instr", 2, 2,
                "CASE WHEN ANY_NULL(ARG1, ARG2) THEN NULL WHEN ARG2 = '' THEN 0 WHEN LENGTH(REGEXP_EXTRACT_ALL(ARG1, ARG2)) < 1 "
                "THEN "
                "0 ELSE 1 + "
                "COALESCE(LIST_SUM(LIST_TRANSFORM(STRING_SPLIT_REGEX(ARG1, ARG2)[1:1], LAMBDA x : LENGTH(x))), 0) + "
                "COALESCE(LIST_SUM(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, ARG2)[1:1 - 1], LAMBDA x : LENGTH(x))), 0) + 0 END"),
            Nearly("regexp_instr", 3, 3,
                   "CASE WHEN ANY_NULL(ARG1, ARG2, ARG3) THEN NULL WHEN ARG2 = '' THEN 0 WHEN "
                   "LENGTH(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, "
                   "ARG3), "
                   "ARG2)) < 1 THEN 0 ELSE 1 + COALESCE(LIST_SUM(LIST_TRANSFORM(STRING_SPLIT_REGEX(SUBSTRING(ARG1, ARG3), "
                   "ARG2)[1:1], "
                   "LAMBDA x : "
                   "LENGTH(x))), 0) + COALESCE(LIST_SUM(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2)[1:1 - 1], "
                   "LAMBDA x : "
                   "LENGTH(x))), 0) + ARG3 - 1 END"),
            Nearly(
                "regexp_instr", 5, 5,
                R"sql(CASE WHEN ANY_NULL(ARGS) THEN NULL WHEN ARG2 = '' THEN 0 WHEN LENGTH(REGEXP_EXTRACT_ALL(ARG1, ARG2)) < ARG4 THEN 0 ELSE 1 + COALESCE(LIST_SUM(LIST_TRANSFORM(STRING_SPLIT_REGEX(ARG1, ARG2)[1:ARG4], LAMBDA x : LENGTH(x))), 0) + COALESCE(LIST_SUM(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, ARG2)[1:ARG4 - 1], LAMBDA x : LENGTH(x))), 0) + 0 + COALESCE(LENGTH(REGEXP_EXTRACT_ALL(ARG1, ARG2)[ARG4]), 0) END)sql",
                "ARG3=1;ARG5=1"),
            Nearly(
                "regexp_instr", 4, 5,
                "CASE WHEN ANY_NULL(ARGS) THEN NULL WHEN ARG2 = '' THEN 0 WHEN LENGTH(REGEXP_EXTRACT_ALL(ARG1, ARG2)) < ARG4 "
                "THEN 0 ELSE 1 + COALESCE(LIST_SUM(LIST_TRANSFORM(STRING_SPLIT_REGEX(ARG1, ARG2)[1:ARG4], LAMBDA x : "
                "LENGTH(x))), 0) + "
                "COALESCE(LIST_SUM(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, ARG2)[1:ARG4 - 1], LAMBDA x : LENGTH(x))), 0) + 0 END",
                "ARG3=1"),
            Nearly("regexp_instr", 6, 6,
                   "CASE WHEN ANY_NULL(ARGS) THEN NULL WHEN ARG2 = '' THEN 0 WHEN LENGTH(REGEXP_EXTRACT_ALL(ARG1, JOINED('(?', "
                   "ARG6, "
                   "')') || "
                   "ARG2)) < ARG4 THEN 0 ELSE 1 + COALESCE(LIST_SUM(LIST_TRANSFORM(STRING_SPLIT_REGEX(ARG1, JOINED('(?', ARG6, "
                   "')') || "
                   "ARG2)[1:ARG4], LAMBDA x : LENGTH(x))), 0) + COALESCE(LIST_SUM(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, "
                   "JOINED('(?', "
                   "ARG6, "
                   "')') || ARG2)[1:ARG4 - 1], LAMBDA x : LENGTH(x))), 0) + 0 END",
                   "ARG3=1"),
            Named("SHA1", "sha", 1, 1, TypeRule::kString),
            Says("md5_digest", 1, 1, "UNHEX(MD5(ARG1))"),
            Says("sha1_digest", 1, 1, "UNHEX(SHA1(ARG1))"),
            Says("sha2", 1, 2, "SHA256(ARG1)", "ARG2=256|0|DAY"),
            Says("sha2_digest", 1, 2, "UNHEX(SHA256(ARG1))", "ARG2=256|0|DAY"),
            Written("sha2", 2, 2, TypeRule::kString, "SHA256(ARG1)", {}, "approximate"),
            Written("sha2_digest", 2, 2, TypeRule::kBinary, "UNHEX(SHA256(ARG1))", {}, "approximate"),
            Says("uuid_text", 0, 0, "CAST(UUID() AS TEXT)"),
            Says("base64_encode", 1, 1, "TO_BASE64(ARG1)"),
            Says("base64_encode", 2, 2,
                 "RTRIM(REGEXP_REPLACE(TO_BASE64(ARG1), JOINED('(.{', ARG2, '})'), '\\1' || CHR(10), 'g'), CHR(10))", "ARG2!=0"),
            Says("base64_encode", 2, 3, "TO_BASE64(ARG1)", "ARG2=0;ARG3=+/="),
            Says("base64_encode", 3, 3,
                 "RTRIM(REGEXP_REPLACE(TO_BASE64(ARG1), JOINED('(.{', ARG2, '})'), '\\1' || CHR(10), 'g'), CHR(10))",
                 "ARG2!=0;ARG3=+/="),
            Says("base64_encode", 3, 3, "TRANSLATE(TO_BASE64(ARG1), CHANGED('+/=', ARG3), CHANGED(ARG3, '+/='))", "ARG2=0"),
            Says("base64_decode_binary", 1, 1, "FROM_BASE64(ARG1)"),
            Says("base64_decode_binary", 2, 2, "FROM_BASE64(TRANSLATE(ARG1, CHANGED(ARG2, '+/='), CHANGED('+/=', ARG2)))"),
            Says("base64_decode_string", 1, 1, "DECODE(FROM_BASE64(ARG1))"),
            Says("base64_decode_string", 2, 2,
                 "DECODE(FROM_BASE64(TRANSLATE(ARG1, CHANGED(ARG2, '+/='), CHANGED('+/=', ARG2))))"),
            Says("to_binary", 2, 2, "UNHEX(ARG1)", "ARG2=HEX|hex|DAY"),
            Says("to_binary", 2, 2, "ENCODE(ARG1)", "ARG2=UTF-8|utf-8|UTF8"),
            Says("to_binary", 2, 2, "FROM_BASE64(ARG1)", "ARG2=BASE64|base64"),
            Says("try_to_binary", 1, 2, "TRY(UNHEX(ARG1))", "ARG2=HEX|hex|DAY"),
            Says("try_to_binary", 2, 2, "TRY(ENCODE(ARG1))", "ARG2=UTF-8|utf-8|UTF8"),
            Says("try_to_binary", 2, 2, "TRY(FROM_BASE64(ARG1))", "ARG2=BASE64|base64"),
            // Numbers
            Says("ceil_digits", 2, 2, "ROUND(CEIL((ARG1) * POWER(10, WHOLE(ARG2))) / POWER(10, WHOLE(ARG2)), WHOLE(ARG2))"),
            Says("floor_digits", 2, 2, "ROUND(FLOOR((ARG1) * POWER(10, WHOLE(ARG2))) / POWER(10, WHOLE(ARG2)), WHOLE(ARG2))"),
            Says("bitand", 2, 2, "(ARG1) & (ARG2)"),
            Says("bitor", 2, 2, "(ARG1) | (ARG2)"),
            Says("bitxor", 2, 2, "XOR(ARG1, ARG2)"),
            Says("bitnot", 1, 1, "~(ARG1)"),
            Nearly("bitshiftleft", 2, 2, "CAST(CAST(ARG1 AS BIT) << ARG2 AS BLOB)", "ARG1:binary"),
            Nearly("bitshiftleft", 2, 2, "CAST(ARG1 AS INT128) << ARG2"),
            Nearly("bitshiftright", 2, 2, "CAST(CAST(ARG1 AS BIT) >> ARG2 AS BLOB)", "ARG1:binary"),
            Nearly("bitshiftright", 2, 2, "CAST(ARG1 AS INT128) >> ARG2"),
            Says("getbit", 2, 2, "(ARG1 >> ARG2) & 1"),
            Says("bitmap_bucket_number", 1, 1, "CASE WHEN ARG1 > 0 THEN ((ARG1 - 1) // 32768) + 1 ELSE ARG1 // 32768 END"),
            Says("bitmap_bit_position", 1, 1, "(CASE WHEN ARG1 > 0 THEN ARG1 - 1 ELSE ABS(ARG1) END) % 32768"),
            Says("random_integer", 0, 1,
                 "CAST(-9.223372036854776E+18 + RANDOM() * (9.223372036854776e+18 - -9.223372036854776E+18) AS BIGINT)"),
            Nearly("normal", 3, 3, "ARG1 + (ARG2 * SQRT(-2 * LN(GREATEST(RANDOM(), 1e-10))) * COS(2 * PI() * RANDOM()))",
                   "ARG3:bare"),
            Nearly(
                "normal", 3, 3,
                "ARG1 + (ARG2 * SQRT(-2 * LN(GREATEST((ABS(HASH(SEED(ARG3))) % 1000000) / 1000000.0, 1e-10))) * COS(2 * PI() * "
                "((ABS(HASH(SEED(ARG3) + 1)) % 1000000) / 1000000.0)))"),
            Nearly("zipf", 3, 3,
                   "(WITH rand AS (SELECT RANDOM() AS r), weights AS (SELECT i, 1.0 / POWER(i, ARG1) AS w FROM RANGE(1, ARG2 + "
                   "1) AS t(i)), "
                   "cdf AS (SELECT i, SUM(w) OVER (ORDER BY i NULLS FIRST) / SUM(w) OVER () AS p FROM weights) SELECT MIN(i) "
                   "FROM cdf WHERE "
                   "p "
                   ">= (SELECT r FROM rand))",
                   "ARG3:bare"),
            Nearly(
                "zipf", 3, 3,
                "(WITH rand AS (SELECT (ABS(HASH(SEED(ARG3))) % 1000000) / 1000000.0 AS r), weights AS (SELECT i, 1.0 / POWER(i, "
                "ARG1) AS w "
                "FROM RANGE(1, ARG2 + 1) AS t(i)), cdf AS (SELECT i, SUM(w) OVER (ORDER BY i NULLS FIRST) / SUM(w) OVER () AS p "
                "FROM "
                "weights) SELECT MIN(i) FROM cdf WHERE p >= (SELECT r FROM rand))"),
            Nearly("randstr", 2, 2,
                   "(SELECT LISTAGG(SUBSTRING('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 1 + "
                   "CAST(FLOOR(random_value * "
                   "62) AS INT), 1), '') FROM (SELECT (ABS(HASH(i + SEED(ARG2))) % 1000) / 1000.0 AS random_value FROM "
                   "RANGE(ARG1) AS "
                   "t(i)))"),
            Nearly("seq1", 0, 1, "(ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 256", "ARG1!=1"),
            Nearly("seq2", 0, 1, "(ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 65536", "ARG1!=1"),
            Nearly("seq4", 0, 1, "(ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 4294967296", "ARG1!=1"),
            Nearly("seq8", 0, 1, "(ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 18446744073709551616", "ARG1!=1"),
            Nearly("seq1", 1, 1,
                   "(CASE WHEN (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 256 >= 128 THEN (ROW_NUMBER() OVER (ORDER BY 1 "
                   "NULLS "
                   "FIRST) "
                   "- 1) % 256 - 256 ELSE (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 256 END)"),
            Nearly("seq2", 1, 1,
                   "(CASE WHEN (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 65536 >= 32768 THEN (ROW_NUMBER() OVER (ORDER "
                   "BY 1 NULLS "
                   "FIRST) - 1) % 65536 - 65536 ELSE (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 65536 END)"),
            Nearly(
                "seq4", 1, 1,
                "(CASE WHEN (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 4294967296 >= 2147483648 THEN (ROW_NUMBER() OVER "
                "(ORDER BY 1 "
                "NULLS FIRST) - 1) % 4294967296 - 4294967296 ELSE (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 4294967296 "
                "END)"),
            Nearly(
                "seq8", 1, 1,
                "(CASE WHEN (ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 18446744073709551616 >= 9223372036854775808 THEN "
                "(ROW_NUMBER() OVER (ORDER BY 1 NULLS FIRST) - 1) % 18446744073709551616 - 18446744073709551616 ELSE "
                "(ROW_NUMBER() OVER "
                "(ORDER BY 1 NULLS FIRST) - 1) % 18446744073709551616 END)"),
            // Conversions
            Says("to_number", 1, 1, "CAST(ARG1 AS DECIMAL(38, 0))"),
            Says("to_number", 2, 2, "CAST(ARG1 AS DECIMAL(ARG2, 0))", "ARG2:number"),
            Says("to_number", 3, 3, "CAST(ARG1 AS DECIMAL(ARG2, ARG3))", "ARG2:number;ARG3:number"),
            Says("try_to_number", 1, 1, "TRY_CAST(ARG1 AS DECIMAL(38, 0))"),
            Says("try_to_number", 2, 2, "TRY_CAST(ARG1 AS DECIMAL(ARG2, 0))", "ARG2:number"),
            Says("try_to_number", 3, 3, "TRY_CAST(ARG1 AS DECIMAL(ARG2, ARG3))", "ARG2:number;ARG3:number"),
            Says("to_double", 1, 1, "CAST(ARG1 AS DOUBLE)"),
            Says("try_to_double", 1, 1, "TRY_CAST(ARG1 AS DOUBLE)"),
            Nearly("to_boolean", 1, 1,
                   "CASE WHEN UPPER(CAST(ARG1 AS TEXT)) = 'ON' THEN TRUE WHEN UPPER(CAST(ARG1 AS TEXT)) = 'OFF' THEN FALSE WHEN "
                   "ISNAN(TRY_CAST(ARG1 AS REAL)) OR ISINF(TRY_CAST(ARG1 AS REAL)) THEN ERROR('TO_BOOLEAN: Non-numeric values "
                   "NaN and "
                   "INF are "
                   "not supported') ELSE CAST(ARG1 AS BOOLEAN) END"),
            Nearly("try_to_boolean", 1, 1,
                   "CASE WHEN UPPER(CAST(ARG1 AS TEXT)) = 'ON' THEN TRUE WHEN UPPER(CAST(ARG1 AS TEXT)) = 'OFF' THEN FALSE ELSE "
                   "TRY_CAST(ARG1 "
                   "AS BOOLEAN) END"),
            Says("to_array", 1, 1, "ARG1", "ARG1:list"),
            Says("to_array", 1, 1, "CASE WHEN ARG1 IS NULL THEN NULL ELSE [ARG1] END"),
            // Arrays, structures, maps
            Says("array_construct_compact", 0, -1, "LIST_FILTER([ARGS], LAMBDA _u : NOT _u IS NULL)"),
            Named("LIST_APPEND", "array_append", 2, 2, TypeRule::kList),
            Says("array_append_null", 2, 2, "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_APPEND(ARG1, ARG2) END"),
            Says("array_prepend_null", 2, 2, "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_PREPEND(ARG2, ARG1) END"),
            Says("array_cat_null", 2, -1, "LIST_CONCAT(ARG1, ARG2)", "ARG1:array|list;ARG3:missing"),
            Says("array_cat_null", 2, -1, "CASE WHEN ANY_NULL(ARGS) THEN NULL ELSE LIST_CONCAT(ARGS) END"),
            Named("UNHEX", "hex_literal", 1, 1, TypeRule::kBinary),
            Says("array_compact", 1, 1, "LIST_FILTER(ARG1, LAMBDA _u : NOT _u IS NULL)"),
            Says("array_contains", 2, 2, "ARRAY_CONTAINS(ARG1, ARG2)"),
            Says("array_distinct_null", 1, 1,
                 "CASE WHEN ARRAY_LENGTH(ARG1) <> LIST_COUNT(ARG1) THEN LIST_APPEND(LIST_DISTINCT(LIST_FILTER(ARG1, LAMBDA _u : "
                 "NOT _u IS "
                 "NULL)), NULL) ELSE LIST_DISTINCT(ARG1) END"),
            Named("FLATTEN", "flatten", 1, 1, TypeRule::kList),
            Says("array_range", 2, 3, "RANGE(ARGS)"),
            Says("array_insert_zero", 3, 3, "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT([ARG3], ARG1) END", "ARG2=0"),
            Says("array_insert_zero", 3, 3,
                 "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT(ARG1[1:LENGTH(ARG1) + ARG2], [ARG3], ARG1[LENGTH(ARG1) + "
                 "ARG2 + 1:]) "
                 "END",
                 "ARG2:negative"),
            Says("array_insert_zero", 3, 3,
                 "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT(ARG1[1:ARG2], [ARG3], ARG1[ADD(ARG2, 1):]) END",
                 "ARG2:number"),
            Says("arrays_zip", 2, 2,
                 "CASE WHEN ANY_NULL(ARGS) THEN NULL WHEN LENGTH(ARG1) = 0 AND LENGTH(ARG2) = 0 THEN [{'$1': NULL, '$2': NULL}] "
                 "ELSE "
                 "LIST_TRANSFORM(RANGE(0, CASE WHEN LENGTH(ARG1) IS NULL OR LENGTH(ARG2) IS NULL THEN NULL ELSE "
                 "GREATEST(LENGTH(ARG1), "
                 "LENGTH(ARG2)) END), LAMBDA __i : {'$1': COALESCE(ARG1, [])[__i + 1], '$2': COALESCE(ARG2, [])[__i + 1]}) END"),
            Says(
                "arrays_zip", 3, 3,
                "CASE WHEN ANY_NULL(ARGS) THEN NULL WHEN LENGTH(ARG1) = 0 AND LENGTH(ARG2) = 0 AND LENGTH(ARG3) = 0 THEN [{'$1': "
                "NULL, "
                "'$2': NULL, '$3': NULL}] ELSE LIST_TRANSFORM(RANGE(0, CASE WHEN LENGTH(ARG1) IS NULL OR LENGTH(ARG2) IS NULL OR "
                "LENGTH(ARG3) IS NULL THEN NULL ELSE GREATEST(LENGTH(ARG1), LENGTH(ARG2), LENGTH(ARG3)) END), LAMBDA __i : "
                "{'$1': "
                "COALESCE(ARG1, [])[__i + 1], '$2': COALESCE(ARG2, [])[__i + 1], '$3': COALESCE(ARG3, [])[__i + 1]}) END"),
            Says("arrays_zip", 4, 4,
                 "CASE WHEN ANY_NULL(ARGS) THEN NULL WHEN LENGTH(ARG1) = 0 AND LENGTH(ARG2) = 0 AND LENGTH(ARG3) = 0 AND "
                 "LENGTH(ARG4) = "
                 "0 THEN [{'$1': NULL, '$2': NULL, '$3': NULL, '$4': NULL}] ELSE LIST_TRANSFORM(RANGE(0, CASE WHEN LENGTH(ARG1) "
                 "IS NULL "
                 "OR LENGTH(ARG2) IS NULL OR LENGTH(ARG3) IS NULL OR LENGTH(ARG4) IS NULL THEN NULL ELSE GREATEST(LENGTH(ARG1), "
                 "LENGTH(ARG2), LENGTH(ARG3), LENGTH(ARG4)) END), LAMBDA __i : {'$1': COALESCE(ARG1, [])[__i + 1], '$2': "
                 "COALESCE(ARG2, "
                 "[])[__i + 1], '$3': COALESCE(ARG3, [])[__i + 1], '$4': COALESCE(ARG4, [])[__i + 1]}) END"),
            Named("LIST_MAX", "array_max", 1, 1, TypeRule::kElement),
            Named("LIST_MIN", "array_min", 1, 1, TypeRule::kElement),
            Says("array_position_zero", 2, 2, "LIST_POSITION(ARG1, ARG2) - 1"),
            Says("array_remove", 2, 2, "LIST_FILTER(ARG1, LAMBDA _u : _u <> ARG2)"),
            Says("array_remove_at", 2, 2, "CASE WHEN ARG1 IS NULL THEN NULL ELSE ARG1[2:] END", "ARG2=0"),
            Says("array_remove_at", 2, 2, "CASE WHEN ARG1 IS NULL THEN NULL ELSE ARG1[1:LENGTH(ARG1) + -1] END", "ARG2=-1"),
            Says("array_remove_at", 2, 2,
                 "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT(ARG1[1:LENGTH(ARG1) + ARG2], ARG1[LENGTH(ARG1) + ARG2 + 2:]) "
                 "END",
                 "ARG2:negative"),
            Says("array_remove_at", 2, 2,
                 "CASE WHEN ARG1 IS NULL THEN NULL ELSE LIST_CONCAT(ARG1[1:ARG2], ARG1[ADD(ARG2, 2):]) END", "ARG2:number"),
            Says("array_size_variant", 1, 1, "CASE JSON_TYPE(ARG1) WHEN 'ARRAY' THEN JSON_ARRAY_LENGTH(ARG1) END"),
            Says("array_slice_zero", 3, 3,
                 "ARRAY_SLICE(ARG1, CASE WHEN ARG2 >= 0 THEN ARG2 + 1 ELSE ARG2 END, CASE WHEN ARG3 < 0 THEN ARG3 - 1 ELSE ARG3 "
                 "END)"),
            Says("array_to_string_null", 2, 2,
                 "CASE WHEN ARG2 IS NULL THEN NULL ELSE ARRAY_TO_STRING(LIST_TRANSFORM(ARG1, LAMBDA x : COALESCE(CAST(x AS "
                 "TEXT), '')), "
                 "ARG2) END"),
            Named("LIST_HAS_ANY", "array_overlaps", 2, 2, TypeRule::kBool),
            Named("LIST_TRANSFORM", "transform", 2, 2, TypeRule::kList),
            Named("LIST_FILTER", "array_filter", 2, 2, TypeRule::kList),
            Nearly("object_construct_keep_null", 0, -1, "JSON_OBJECT(ARGS)"),
            Says("map_delete", 2, -1, "MAP_FROM_ENTRIES(LIST_FILTER(MAP_ENTRIES(ARG1), LAMBDA x : NOT x.key IN (REST2(ARGS))))"),
            Says("map_pick", 2, -1, "MAP_FROM_ENTRIES(LIST_FILTER(MAP_ENTRIES(ARG1), LAMBDA x : x.key IN (REST2(ARGS))))"),
            Named("MAP_CONCAT", "map_cat", 2, 2),
            Named("CARDINALITY", "map_size", 1, 1, TypeRule::kInt64),
            Says("map_contains_key", 2, 2, "MAP_CONTAINS(ARG1, ARG2)"),
            Named("MAP_KEYS", "map_keys", 1, 1, TypeRule::kList),
            // Semi-structured values
            Says("parse_json", 1, 2, "JSON(ARG1)"),
            Says("json_extract_variant", 2, 2, "JSON_ARROW(ARG1, ARG2)"),
            Says("try_parse_json", 1, 2, "CASE WHEN JSON_VALID(ARG1) THEN CAST(ARG1 AS JSON) ELSE NULL END"),
            Named("JSON_KEYS", "json_keys", 1, 1, TypeRule::kList),
            Says("strip_null_value", 1, 1, "CASE WHEN JSON_TYPE(ARG1) = 'NULL' THEN NULL ELSE ARG1 END"),
            Named("TYPEOF", "typeof", 1, 1, TypeRule::kString),
            // Dates and times
            Says("date_diff_step", 3, 3, "EPOCH_NS(CAST(ARG1 AS TIMESTAMP_NS)) - EPOCH_NS(CAST(ARG2 AS TIMESTAMP_NS))",
                 "ARG3=NANOSECOND"),
            Says("date_diff_step", 3, 3, "DATE_DIFF('WEEK', DATE_TRUNC('WEEK', MOMENT(ARG2)), DATE_TRUNC('WEEK', MOMENT(ARG1)))",
                 "ARG3=WEEK"),
            Says("date_trunc_keeping", 2, 2, "CAST(DATE_TRUNC('ARG2', ARG1) AS DATE)", "ARG1:date"),
            Says("date_trunc_keeping", 2, 2, "CAST(DATE_TRUNC('ARG2', ARG1) AS TIMESTAMPTZ)", "ARG1:timestamptz"),
            Says("date_trunc_keeping", 2, 2, "CAST(DATE_TRUNC('ARG2', ARG1) AS TIMESTAMP)", "ARG1:timestamp"),
            Says("date_trunc_keeping", 2, 2, "CAST(DATE_TRUNC('ARG2', CAST('1970-01-01' AS DATE) + ARG1) AS TIME)", "ARG1:time"),
            Says("date_trunc_keeping", 2, 2, "DATE_TRUNC('ARG2', ARG1)"),
            Says("last_day", 2, 2, "LAST_DAY(ARG1)", "ARG2=MONTH"),
            Says("last_day", 2, 2, "MAKE_DATE(EXTRACT(YEAR FROM ARG1), 12, 31)", "ARG2=YEAR"),
            Says("last_day", 2, 2, "LAST_DAY(MAKE_DATE(EXTRACT(YEAR FROM ARG1), EXTRACT(QUARTER FROM ARG1) * 3, 1))",
                 "ARG2=QUARTER"),
            Says("last_day", 2, 2, "CAST(ARG1 + INTERVAL ((7 - EXTRACT(DAYOFWEEK FROM ARG1)) % 7) DAY AS DATE)", "ARG2=WEEK"),
            Nearly("add_months", 2, 2,
                   "CAST(CASE WHEN LAST_DAY(ARG1) = ARG1 THEN LAST_DAY(ARG1 + TO_MONTHS(CAST(ROUND(ARG2) AS INT))) ELSE ARG1 + "
                   "TO_MONTHS(CAST(ROUND(ARG2) AS INT)) END AS DATE)",
                   "ARG1:date;ARG2:fraction"),
            Nearly("add_months", 2, 2,
                   "CAST(CASE WHEN LAST_DAY(ARG1) = ARG1 THEN LAST_DAY(ARG1 + INTERVAL (ARG2) MONTH) ELSE ARG1 + INTERVAL (ARG2) "
                   "MONTH "
                   "END AS DATE)",
                   "ARG1:date"),
            Nearly("add_months", 2, 2,
                   "CAST(CASE WHEN LAST_DAY(ARG1) = ARG1 THEN LAST_DAY(ARG1 + TO_MONTHS(CAST(ROUND(ARG2) AS INT))) ELSE ARG1 + "
                   "TO_MONTHS(CAST(ROUND(ARG2) AS INT)) END AS TIMESTAMPTZ)",
                   "ARG1:timestamptz;ARG2:fraction"),
            Nearly("add_months", 2, 2,
                   "CAST(CASE WHEN LAST_DAY(ARG1) = ARG1 THEN LAST_DAY(ARG1 + INTERVAL (ARG2) MONTH) ELSE ARG1 + INTERVAL (ARG2) "
                   "MONTH "
                   "END AS TIMESTAMPTZ)",
                   "ARG1:timestamptz"),
            Nearly("add_months", 2, 2,
                   "CASE WHEN LAST_DAY(STAMP(ARG1)) = STAMP(ARG1) THEN LAST_DAY(STAMP(ARG1) + TO_MONTHS(CAST(ROUND(ARG2) AS "
                   "INT))) ELSE "
                   "STAMP(ARG1) + TO_MONTHS(CAST(ROUND(ARG2) AS INT)) END",
                   "ARG2:fraction"),
            Nearly("add_months", 2, 2,
                   "CASE WHEN LAST_DAY(STAMP(ARG1)) = STAMP(ARG1) THEN LAST_DAY(STAMP(ARG1) + INTERVAL (ARG2) MONTH) ELSE "
                   "STAMP(ARG1) + "
                   "INTERVAL (ARG2) MONTH END"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((1 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Monday|MONDAY|monday|Mon|MON|mon|Mo|MO|mo"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 1) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Monday|MONDAY|monday|Mon|MON|mon|Mo|MO|mo"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((2 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Tuesday|TUESDAY|tuesday|Tue|TUE|tue|Tu|TU|tu"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 2) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Tuesday|TUESDAY|tuesday|Tue|TUE|tue|Tu|TU|tu"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((3 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Wednesday|WEDNESDAY|wednesday|Wed|WED|wed|We|WE|we"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 3) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Wednesday|WEDNESDAY|wednesday|Wed|WED|wed|We|WE|we"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((4 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Thursday|THURSDAY|thursday|Thu|THU|thu|Th|TH|th"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 4) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Thursday|THURSDAY|thursday|Thu|THU|thu|Th|TH|th"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((5 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Friday|FRIDAY|friday|Fri|FRI|fri|Fr|FR|fr"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 5) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Friday|FRIDAY|friday|Fri|FRI|fri|Fr|FR|fr"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((6 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Saturday|SATURDAY|saturday|Sat|SAT|sat|Sa|SA|sa"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 6) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Saturday|SATURDAY|saturday|Sat|SAT|sat|Sa|SA|sa"),
            Nearly("next_day", 2, 2, "CAST(ARG1 + INTERVAL ((((7 - ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Sunday|SUNDAY|sunday|Sun|SUN|sun|Su|SU|su"),
            Nearly("previous_day", 2, 2, "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - 7) + 6) % 7) + 1) DAY AS DATE)",
                   "ARG2=Sunday|SUNDAY|sunday|Sun|SUN|sun|Su|SU|su"),
            Nearly("next_day", 2, 2,
                   "CAST(ARG1 + INTERVAL ((((CASE WHEN STARTS_WITH(UPPER(ARG2), 'MO') THEN 1 WHEN STARTS_WITH(UPPER(ARG2), 'TU') "
                   "THEN 2 "
                   "WHEN STARTS_WITH(UPPER(ARG2), 'WE') THEN 3 WHEN STARTS_WITH(UPPER(ARG2), 'TH') THEN 4 WHEN "
                   "STARTS_WITH(UPPER(ARG2), "
                   "'FR') THEN 5 WHEN STARTS_WITH(UPPER(ARG2), 'SA') THEN 6 WHEN STARTS_WITH(UPPER(ARG2), 'SU') THEN 7 END - "
                   "ISODOW(ARG1)) + 6) % 7) + 1) DAY AS DATE)"),
            Nearly("previous_day", 2, 2,
                   "CAST(ARG1 - INTERVAL ((((ISODOW(ARG1) - CASE WHEN STARTS_WITH(UPPER(ARG2), 'MO') THEN 1 WHEN "
                   "STARTS_WITH(UPPER(ARG2), 'TU') THEN 2 WHEN STARTS_WITH(UPPER(ARG2), 'WE') THEN 3 WHEN "
                   "STARTS_WITH(UPPER(ARG2), 'TH') "
                   "THEN 4 WHEN STARTS_WITH(UPPER(ARG2), 'FR') THEN 5 WHEN STARTS_WITH(UPPER(ARG2), 'SA') THEN 6 WHEN "
                   "STARTS_WITH(UPPER(ARG2), 'SU') THEN 7 END) + 6) % 7) + 1) DAY AS DATE)"),
            Says("time_slice", 3, 4, "TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST('1969-12-29' AS DATE))",
                 "ARG3=WEEK;ARG4!=END"),
            Says("time_slice", 4, 4,
                 "CAST(TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST('1969-12-29' AS DATE)) + INTERVAL (ARG2) ARG3 AS DATE)",
                 "ARG3=WEEK;ARG1:date"),
            Says("time_slice", 4, 4, "TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST('1969-12-29' AS DATE)) + INTERVAL (ARG2) ARG3",
                 "ARG3=WEEK"),
            Says("time_slice", 3, 4, "TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST('1970-01-01' AS DATE))", "ARG4!=END"),
            Says("time_slice", 4, 4,
                 "CAST(TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST('1970-01-01' AS DATE)) + INTERVAL (ARG2) ARG3 AS DATE)",
                 "ARG1:date"),
            Says("time_slice", 4, 4,
                 "TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST('1970-01-01' AS DATE)) + INTERVAL (ARG2) ARG3"),
            Named("WEEKOFYEAR", "week_iso", 1, 1, TypeRule::kInt64),
            Nearly("week", 1, 1, "WEEKOFYEAR(ARG1)"),
            Named("ISODOW", "dow_monday1", 1, 1, TypeRule::kInt64),
            Named("DAYOFWEEK", "dow_sunday0", 1, 1, TypeRule::kInt64),
            Nearly("day", 1, 1, "DAYOFMONTH(ARG1)"),
            Nearly("second", 1, 1, "SECOND(ARG1)"),
            Says("year_of_week", 1, 1, "EXTRACT(ISOYEAR FROM ARG1)"),
            Says("year_of_week_iso", 1, 1, "EXTRACT(ISOYEAR FROM ARG1)"),
            Says("dayname_short", 1, 1, "STRFTIME(ARG1, '%a')"),
            Says("monthname_short", 1, 1, "STRFTIME(ARG1, '%b')"),
            Says("make_date_overflow", 3, 3,
                 "CAST(MAKE_DATE(ARG1, 1, 1) + INTERVAL (ARG2 - 1) MONTH + INTERVAL (ARG3 - 1) DAY AS DATE)"),
            Says("make_time", 3, 3, "MAKE_TIME(ARG1, ARG2, ARG3)"),
            Says("make_time", 4, 4, "MAKE_TIME(ARG1, ARG2, ARG3 + (ARG4 / 1000000000.0))"),
            Says("make_timestamp", 2, 2, "ARG1 + ARG2"),
            Says("make_timestamp", 6, 6, "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6)"),
            Says("make_timestamp", 7, 7, "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6 + (ARG7 / 1000000000.0))"),
            Says("make_timestamp", 8, 8,
                 "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6 + (ARG7 / 1000000000.0)) AT TIME ZONE ARG8"),
            Nearly("make_timestamp", 6, 6, "CAST(MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6) AS TIMESTAMPTZ)"),
            Nearly("make_timestamp", 7, 7,
                   "CAST(MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6 + (ARG7 / 1000000000.0)) AS TIMESTAMPTZ)"),
            Nearly("make_timestamp", 8, 8,
                   "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6 + (ARG7 / 1000000000.0)) AT TIME ZONE ARG8"),
            Says("convert_timezone", 3, 3, "STAMP(ARG3) AT TIME ZONE ARG1 AT TIME ZONE ARG2"),
            Says("convert_timezone", 2, 2, "STAMP(ARG2) AT TIME ZONE ARG1"),
            Says("ts_or_ds_to_date", 1, 1, "CAST(ARG1 AS DATE)"),
            Nearly("ts_or_ds_to_date", 2, 2, "CAST(STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS DATE)"),
            Says("try_to_date_snowflake", 1, 1, "TRY_CAST(ARG1 AS DATE)"),
            Says("try_to_date_snowflake", 2, 2, "CAST(CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP) AS DATE)"),
            Says("str_to_time_or_null", 2, 2, "CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP)"),
            Says("unix_to_time", 1, 1, "TO_TIMESTAMP(ARG1)"),
            Says("unix_to_time", 2, 2, "TO_TIMESTAMP(ARG1)", "ARG2=0"),
            Says("unix_to_time", 2, 2, "EPOCH_MS(ARG1)", "ARG2=3"),
            Says("unix_to_time", 2, 2, "MAKE_TIMESTAMP(ARG1)", "ARG2=6"),
            Says("unix_to_time", 2, 2, "TO_TIMESTAMP(ARG1 / POWER(10, ARG2))"),
            Says("ts_or_ds_to_time", 1, 1, "CAST(ARG1 AS TIME)"),
            Says("ts_or_ds_to_time", 2, 2, "CAST(STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIME)"),
            Says("try_to_time", 1, 1, "TRY_CAST(ARG1 AS TIME)"),
            Says("try_to_time", 2, 2, "TRY_CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIME)"),
            // Fields of EXTRACT that have other names here, or none
            Says("extract_dayofmonth", 1, 1, "EXTRACT(DAY FROM ARG1)"),
            Says("extract_dayofweekiso", 1, 1, "EXTRACT(ISODOW FROM ARG1)"),
            Says("extract_weekiso", 1, 1, "CAST(STRFTIME(ARG1, '%V') AS INT)"),
            Says("extract_yearofweek", 1, 1, "CAST(STRFTIME(ARG1, '%G') AS INT)"),
            Says("extract_yearofweekiso", 1, 1, "CAST(STRFTIME(ARG1, '%G') AS INT)"),
            Says("extract_epoch_second", 1, 1, "CAST(EPOCH(ARG1) AS BIGINT)"),
            Says("extract_epoch_millisecond", 1, 1, "EPOCH_MS(ARG1)"),
            Says("extract_epoch_microsecond", 1, 1, "EPOCH_US(ARG1)"),
            Says("extract_epoch_nanosecond", 1, 1, "EPOCH_NS(ARG1)"),
            Says("extract_nanosecond", 1, 1, "EXTRACT(NANOSECOND FROM ARG1)"),
            // The moment and the session
            Says("current_schemas", 0, 0, "CURRENT_SCHEMAS(TRUE)"),
            Nearly("current_time", 0, 1, "LOCALTIME"),
            Says("sysdate_utc", 0, 0, "CURRENT_TIMESTAMP AT TIME ZONE 'UTC'"),
};

constexpr Dialect kExpressions = {.name = "duckdb expressions", .functions = kFunctions};

}  // namespace

const Dialect& DuckdbExpressions() {
  static const Dialect kWithParent = [] {
    Dialect d = kExpressions;
    d.parent = &CoreSql();
    return d;
  }();
  return kWithParent;
}

}  // namespace dvt::sql
