// How DuckDB says what others call by one name: asked before DuckDB's own names, which would agree in fewer cases.
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

constexpr FunctionSpec kForms[] = {
    // Texts of SQL Server: what is no text is made one.
    Written("len_text", 1, 1, TypeRule::kInt64, "LENGTH(ARG1)", "ARG1:string|cast", "approximate"),
    Written("len_text", 1, 1, TypeRule::kInt64, "LENGTH(CAST(ARG1 AS TEXT))", {}, "approximate"),
    Written("left_tsql", 2, 2, TypeRule::kString, "LEFT(ARG1, ARG2)", "ARG1:string|cast", "approximate"),
    Written("left_tsql", 2, 2, TypeRule::kString, "LEFT(CAST(ARG1 AS TEXT), ARG2)", {}, "approximate"),
    Written("right_tsql", 2, 2, TypeRule::kString, "RIGHT(ARG1, ARG2)", "ARG1:string|cast", "approximate"),
    Written("right_tsql", 2, 2, TypeRule::kString, "RIGHT(CAST(ARG1 AS TEXT), ARG2)", {}, "approximate"),
    // Regular expressions: text, pattern, where to begin, which match, options, which group.
    Nearest("regexp_replace_pg", 3, 3, "REGEXP_REPLACE(ARG1, ARG2, ARG3)"),
    Nearest("regexp_replace_pg", 4, 4, "REGEXP_REPLACE(ARG1, ARG2, ARG3, ARG4)"),
    Near("regexp_replace", 2, 2, "REGEXP_REPLACE(ARG1, ARG2, '', 'g')"),
    Near("regexp_replace", 3, 3, "REGEXP_REPLACE(ARG1, ARG2, ARG3, 'g')"),
    Near("regexp_replace", 4, 4, "REGEXP_REPLACE(ARG1, ARG2, ARG3, 'g')", "ARG4=1"),
    Near("regexp_replace", 4, 4, "SUBSTRING(ARG1, 1, ADD(ARG4, -1)) || REGEXP_REPLACE(SUBSTRING(ARG1, ARG4), ARG2, ARG3, 'g')"),
    Near("regexp_replace", 5, 5, "REGEXP_REPLACE(ARG1, ARG2, ARG3, 'g')", "ARG4=1;ARG5=0"),
    Near("regexp_replace", 5, 5, "REGEXP_REPLACE(ARG1, ARG2, ARG3)", "ARG4=1"),
    Near("regexp_replace", 5, 5, "SUBSTRING(ARG1, 1, ADD(ARG4, -1)) || REGEXP_REPLACE(SUBSTRING(ARG1, ARG4), ARG2, ARG3, 'g')",
         "ARG5=0"),
    Near("regexp_replace", 5, 5, "SUBSTRING(ARG1, 1, ADD(ARG4, -1)) || REGEXP_REPLACE(SUBSTRING(ARG1, ARG4), ARG2, ARG3)"),
    Near("regexp_replace", 6, 6, "REGEXP_REPLACE(ARG1, ARG2, ARG3, JOINED(ARG6, 'g'))", "ARG4=1;ARG5=0"),
    Near("regexp_replace", 6, 6, "REGEXP_REPLACE(ARG1, ARG2, ARG3, ARG6)", "ARG4=1"),
    Near("regexp_replace", 6, 6,
         "SUBSTRING(ARG1, 1, ADD(ARG4, -1)) || REGEXP_REPLACE(SUBSTRING(ARG1, ARG4), ARG2, ARG3, JOINED(ARG6, 'g'))", "ARG5=0"),
    Near("regexp_replace", 6, 6, "SUBSTRING(ARG1, 1, ADD(ARG4, -1)) || REGEXP_REPLACE(SUBSTRING(ARG1, ARG4), ARG2, ARG3, ARG6)"),
    Near("regexp_extract_all", 2, 2, "REGEXP_EXTRACT_ALL(ARG1, ARG2)"),
    Near("regexp_extract_all", 3, 3, "REGEXP_EXTRACT_ALL(ARG1, ARG2)", "ARG3=1"),
    Near("regexp_extract_all", 3, 3, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2)"),
    Near("regexp_extract_all", 4, 5, "REGEXP_EXTRACT_ALL(ARG1, ARG2)", "ARG3=1;ARG4=1;ARG5:missing"),
    Near("regexp_extract_all", 4, 5, "REGEXP_EXTRACT_ALL(ARG1, ARG2)[ARG4:]", "ARG3=1;ARG5:missing"),
    Near("regexp_extract_all", 4, 5, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2)", "ARG4=1;ARG5:missing"),
    Near("regexp_extract_all", 4, 5, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2)[ARG4:]", "ARG5:missing"),
    Near("regexp_extract_all", 5, 5, "REGEXP_EXTRACT_ALL(ARG1, ARG2, 1)", "ARG3=1;ARG4=1;ARG5=e"),
    Near("regexp_extract_all", 5, 5, "REGEXP_EXTRACT_ALL(ARG1, ARG2, 1)[ARG4:]", "ARG3=1;ARG5=e"),
    Near("regexp_extract_all", 5, 5, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2, 1)[ARG4:]", "ARG5=e"),
    Near("regexp_extract_all", 5, 5, "REGEXP_EXTRACT_ALL(ARG1, ARG2, 0, ARG5)", "ARG3=1;ARG4=1"),
    Near("regexp_extract_all", 5, 5, "REGEXP_EXTRACT_ALL(ARG1, ARG2, 0, ARG5)[ARG4:]", "ARG3=1"),
    Near("regexp_extract_all", 5, 5, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2, 0, ARG5)[ARG4:]"),
    Near("regexp_extract_all", 6, 6, "REGEXP_EXTRACT_ALL(ARG1, ARG2)", "ARG3=1;ARG4=1;ARG5=e;ARG6=0"),
    Near("regexp_extract_all", 6, 6, "REGEXP_EXTRACT_ALL(ARG1, ARG2, ARG6, REST_OF_OPTIONS(ARG5))", "ARG3=1;ARG4=1"),
    Near("regexp_extract_all", 6, 6, "REGEXP_EXTRACT_ALL(ARG1, ARG2, ARG6, REST_OF_OPTIONS(ARG5))[ARG4:]", "ARG3=1"),
    Near("regexp_extract_all", 6, 6, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2, ARG6, REST_OF_OPTIONS(ARG5))", "ARG4=1"),
    Near("regexp_extract_all", 6, 6, "REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2, ARG6, REST_OF_OPTIONS(ARG5))[ARG4:]"),
    // What does not match is NULL there, the empty text in DuckDB: the first of all matches is NULL, too.
    Nearest("regexp_substr", 2, 2, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2), 1)"),
    Nearest("regexp_substr", 3, 3, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2), 1)", "ARG3=1"),
    Nearest("regexp_substr", 3, 3, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2), 1)"),
    Nearest("regexp_substr", 4, 4, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2), ARG4)", "ARG3=1"),
    Nearest("regexp_substr", 4, 4, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2), ARG4)"),
    Nearest("regexp_substr", 5, 5,
            "ARRAY_EXTRACT(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, ARG2, 1), LAMBDA x : COALESCE(x, '')), ARG4)",
            "ARG3=1;ARG5=e"),
    Nearest("regexp_substr", 5, 5,
            "ARRAY_EXTRACT(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2, 1), LAMBDA x : COALESCE(x, "
            "'')), ARG4)",
            "ARG5=e"),
    Nearest("regexp_substr", 5, 5, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, 0, ARG5), ARG4)", "ARG3=1"),
    Nearest("regexp_substr", 5, 5, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2, 0, ARG5), ARG4)"),
    Nearest("regexp_substr", 6, 6, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2), ARG4)", "ARG3=1;ARG5=e;ARG6=0"),
    Nearest("regexp_substr", 6, 6, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2), ARG4)",
            "ARG5=e;ARG6=0"),
    Nearest("regexp_substr", 6, 6, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, 0, REST_OF_OPTIONS(ARG5)), ARG4)",
            "ARG3=1;ARG6=0"),
    Nearest("regexp_substr", 6, 6,
            "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2, 0, REST_OF_OPTIONS(ARG5)), ARG4)",
            "ARG6=0"),
    Nearest("regexp_substr", 6, 6,
            "ARRAY_EXTRACT(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, ARG2, ARG6, REST_OF_OPTIONS(ARG5)), LAMBDA x : COALESCE(x, "
            "'')), ARG4)",
            "ARG3=1"),
    Nearest("regexp_substr", 6, 6,
            "ARRAY_EXTRACT(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(NULLIF(SUBSTRING(ARG1, ARG3), ''), ARG2, ARG6, "
            "REST_OF_OPTIONS(ARG5)), LAMBDA x : COALESCE(x, '')), ARG4)"),
    Near("regexp_extract", 2, 2, "REGEXP_EXTRACT(ARG1, ARG2)"),
    Near("regexp_extract", 3, 3, "REGEXP_EXTRACT(ARG1, ARG2)", "ARG3=1"),
    Near("regexp_extract", 3, 3, "REGEXP_EXTRACT(SUBSTRING(ARG1, ARG3), ARG2)"),
    Near("regexp_extract", 4, 4, "REGEXP_EXTRACT(ARG1, ARG2)", "ARG3=1;ARG4=1"),
    Near("regexp_extract", 4, 4, "REGEXP_EXTRACT(SUBSTRING(ARG1, ARG3), ARG2)", "ARG4=1"),
    Near("regexp_extract", 4, 4, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2), ARG4)", "ARG3=1"),
    Near("regexp_extract", 4, 4, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2), ARG4)"),
    Near("regexp_extract", 5, 5, "REGEXP_EXTRACT(ARG1, ARG2, REST_OF_OPTIONS(ARG5))", "ARG3=1;ARG4=1"),
    Near("regexp_extract", 5, 5, "REGEXP_EXTRACT(SUBSTRING(ARG1, ARG3), ARG2, REST_OF_OPTIONS(ARG5))", "ARG4=1"),
    Near("regexp_extract", 5, 5, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, 0, REST_OF_OPTIONS(ARG5)), ARG4)", "ARG3=1"),
    Near("regexp_extract", 5, 5,
         "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2, 0, REST_OF_OPTIONS(ARG5)), ARG4)"),
    Near("regexp_extract", 6, 6, "REGEXP_EXTRACT(ARG1, ARG2, ARG6, REST_OF_OPTIONS(ARG5))", "ARG3=1;ARG4=1"),
    Near("regexp_extract", 6, 6, "REGEXP_EXTRACT(SUBSTRING(ARG1, ARG3), ARG2, ARG6, REST_OF_OPTIONS(ARG5))", "ARG4=1"),
    Near("regexp_extract", 6, 6, "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(ARG1, ARG2, ARG6, REST_OF_OPTIONS(ARG5)), ARG4)", "ARG3=1"),
    Near("regexp_extract", 6, 6,
         "ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(SUBSTRING(ARG1, ARG3), ARG2, ARG6, REST_OF_OPTIONS(ARG5)), ARG4)"),
    Nearest("regexp_extract_all_group", 3, 3, "REGEXP_EXTRACT_ALL(ARG1, ARG2, ARG3)"),
    // Lists in an order: ascending or not, NULLs first or not.
    Same("array_sort", 1, 3, "LIST_SORT(ARG1)", "ARG2!:lambda;ARG2:missing|true;ARG3:missing|false"),
    Same("array_sort", 3, 3, "LIST_SORT(ARG1, 'ASC', 'NULLS FIRST')", "ARG2:true;ARG3:true"),
    Same("array_sort", 3, 3, "ARRAY_REVERSE_SORT(ARG1)", "ARG2:false;ARG3:false"),
    Same("array_sort", 2, 3, "LIST_SORT(ARG1, 'DESC', 'NULLS FIRST')", "ARG2:false;ARG3:missing|true"),
    Nearest("array_sort", 2, 3, "LIST_SORT(ARG1)"),
    // Moments.
    Same("date_add_step", 3, 3, "MAKE_TIMESTAMP_NS(EPOCH_NS(CAST(ARG1 AS TIMESTAMP_NS)) + ARG2)", "ARG3=NANOSECOND"),
    Same("date_add_step", 2, 3, "MOMENT(ARG1) + INTERVAL ARG2 ARG3", "ARG2!:interval"),
    Near("date_add", 2, 2, "MOMENT(ARG1) + ARG2", "ARG2:interval"),
    Near("date_add", 2, 3, "MOMENT(ARG1) + INTERVAL ARG2 ARG3"),
    Near("date_sub", 2, 2, "MOMENT(ARG1) - ARG2", "ARG2:interval"),
    Near("date_sub", 2, 3, "MOMENT(ARG1) - INTERVAL ARG2 ARG3"),
    Nearest("timestamp_add_call", 3, 3, "STAMP(ARG1) + INTERVAL ARG2 ARG3"),
    Nearest("dateadd", 3, 3, "CASTED(ARG1, 'TIMESTAMP') + INTERVAL ARG2 ARG3"),
    Nearest("datediff", 3, 3, "DATE_DIFF('ARG3', CASTED(ARG2, 'TIMESTAMP'), CASTED(ARG1, 'TIMESTAMP'))"),
    Nearest("to_date_snowflake", 2, 2, "CAST(STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS DATE)"),
    Nearest("from_iso8601_timestamp", 1, 1, "CAST(ARG1 AS TIMESTAMPTZ)"),
    Nearest("from_iso8601_date", 1, 1, "CAST(ARG1 AS DATE)"),
    Same("time_slice", 5, 5, "TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST(ARG5 AS DATE))", "ARG4!=END"),
    Same("time_slice", 5, 5, "CAST(TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST(ARG5 AS DATE)) + INTERVAL (ARG2) ARG3 AS DATE)",
         "ARG1:date"),
    Same("time_slice", 5, 5, "TIME_BUCKET(INTERVAL (ARG2) ARG3, ARG1, CAST(ARG5 AS DATE)) + INTERVAL (ARG2) ARG3"),
    Nearest("safe_parsed_date", 2, 2, "CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS DATE)"),
    Nearest("safe_parsed_timestamp", 2, 2, "CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP)"),
    Nearest("safe_parsed_datetime", 2, 2, "CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIMESTAMP)"),
    Nearest("safe_parsed_time", 2, 2, "CAST(TRY_STRPTIME(ARG1, PARSE_FORMAT(ARG2)) AS TIME)"),
    Nearest("from_utc_timestamp", 2, 2, "ARG1 AT TIME ZONE ARG2"),
    Nearest("to_utc_timestamp", 2, 2, "ARG1 AT TIME ZONE ARG2 AT TIME ZONE 'UTC'"),
    // Numbers.
    Nearest("round_snowflake", 2, 2, "ROUND(ARG1, WHOLE(ARG2))"),
    Nearest("round_mode", 3, 3, "ROUND_EVEN(ARG1, WHOLE(ARG2))", "ARG3=HALF_TO_EVEN"),
    Nearest("round_mode", 3, 3, "ROUND(ARG1, WHOLE(ARG2))", "ARG3:string"),
    Same("bit_and_agg", 1, 1, "BIT_AND(CAST(ARG1 AS INT))", "ARG1:decimal;ARG1!:number"),
    Same("bit_or_agg", 1, 1, "BIT_OR(CAST(ARG1 AS INT))", "ARG1:decimal;ARG1!:number"),
    Same("bit_xor_agg", 1, 1, "BIT_XOR(CAST(ARG1 AS INT))", "ARG1:decimal;ARG1!:number"),
    Same("bit_and_agg", 1, 1, "BIT_AND(CAST(ROUND(ARG1) AS INT))", "ARG1:float|fraction"),
    Same("bit_or_agg", 1, 1, "BIT_OR(CAST(ROUND(ARG1) AS INT))", "ARG1:float|fraction"),
    Same("bit_xor_agg", 1, 1, "BIT_XOR(CAST(ROUND(ARG1) AS INT))", "ARG1:float|fraction"),
    Same("var_samp", 1, 1, "VARIANCE(ARG1)"),
    // Rows.
    Nearest("generate_series_set_rows", 2, 3, "UNNEST(GENERATE_SERIES(ARGS))"),
    Nearest("posexplode_place", 1, 1, "GENERATE_SUBSCRIPTS(ARG1, 1) - 1"),
    Nearest("posexplode_value", 1, 1, "UNNEST(ARG1)"),
    Nearest("make_interval", 1, 7, "INTERVAL_TEXT(ARGS)"),
    Nearest("boolxor", 2, 2, "(ARG1 AND (NOT ARG2)) OR ((NOT ARG1) AND ARG2)"),
    Nearest("json_value_tsql", 2, 2, "JSON_VALUE(ARG1, ARG2) ->> '$'"),
    // Texts.
    Near("format", 2, 2, "FORMAT(JOINED('{}'), ARG2)", "ARG1=%s"),
    Nearest("group_concat", 1, -1, "LISTAGG(CONCATENATED(ARGS), ',')"),
    Nearest("date_format_mysql", 2, 2, "STRFTIME(CASTED(ARG1, 'TIMESTAMP'), FORMAT(ARG2))"),
    Nearest("hex_decode_binary", 1, 1, "UNHEX(ARG1)"),
    Nearest("hex_decode_string", 1, 1, "DECODE(UNHEX(ARG1))"),
    Nearest("decode_text_replacing", 2, 2, "DECODE(ARG1)"),
    Nearest("split_trino", 2, 3, "STR_SPLIT(ARG1, ARG2)"),
    // Structures and JSON.
    Near("array", 1, 1, "ARRAY(ARG1)", "ARG1:query"),
    Nearest("get_variant", 2, 2, "ARG1 -> JSON_PATH_OF(ARG2)", "ARG2:name"),
    Nearest("get_variant", 2, 2, "ARG1[ADD(ARG2, 1)]", "ARG1:list|array"),
    Nearest("get_variant", 2, 2, "ARG1 -> ARG2"),
    Nearest("json_query_tsql", 2, 2, "ARG1 -> ARG2"),
    Nearest("json_literal", 1, 1, "JSON(ARG1)"),
    Nearest("json_int64", 1, 1, "CAST(ARG1 AS BIGINT)"),
    Same("to_variant", 1, 1, "CAST(ARG1 AS VARIANT)"),
    Nearest("json_value", 2, 2, "JSON_VALUE(ARG1, ARG2) ->> '$'"),
    Nearest("json_value", 1, 1, "JSON_VALUE(ARG1, '$') ->> '$'"),
    Nearest("jsonb_exists", 2, 2, "JSON_EXISTS(ARG1, JSON_PATH_OF(ARG2))", "ARG2:name"),
    Nearest("jsonb_exists", 2, 2, "JSON_EXISTS(ARG1, KEY_PATH(ARG2))", "ARG2:string"),
    Nearest("jsonb_exists", 2, 2, "JSON_EXISTS(ARG1, ARG2)"),
    Nearest("map_insert", 3, 4, "MAP_CONCAT(ARG1, MAP {ARG2: MAP_VALUE(ARG3, ARG1)})"),
    Nearest("object_construct", 2, -1, "FIELDS(ARGS)", "ARG1:string"),
    Nearest("object_insert", 3, 4, "STRUCT_PACK(NAMED(ARG2, ARG3))", "ARG1:bare;ARG2:string"),
    Nearest("object_insert", 3, 4, "STRUCT_INSERT(ARG1, NAMED(ARG2, ARG3))", "ARG2:string"),
};

}  // namespace

std::span<const FunctionSpec> DuckdbForms() { return kForms; }

}  // namespace dvt::sql
