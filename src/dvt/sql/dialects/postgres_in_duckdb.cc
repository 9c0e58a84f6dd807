// What PostgreSQL's expressions are in DuckDB, value for value. Checked against PostgreSQL by tests/suites/meaning.py.
#include "dvt/sql/dialects/exact_forms.h"

namespace dvt::sql {

namespace {

constexpr ExactForm kForms[] = {
    // texts
    {"ASCII(ARG1)", "CASE WHEN ARG1 = '' THEN 0 ELSE UNICODE(ARG1) END", "ARG1:text"},
    {"CHR(ARG1)", "CHR(ARG1)", "ARG1:positive"},
    {"INITCAP(ARG1)",
     "ARRAY_TO_STRING(LIST_TRANSFORM(REGEXP_EXTRACT_ALL(ARG1, '[\\pL\\pN]+|[^\\pL\\pN]+'), w -> UPPER(LEFT(w, 1)) || "
     "LOWER(SUBSTRING(w, 2))), '')",
     "ARG1:text"},
    {"LPAD(ARG1, ARG2, '')", "LEFT(ARG1, CASE WHEN ARG2 < 0 THEN 0 ELSE ARG2 END)", "ARG1:text;ARG2:small"},
    {"RPAD(ARG1, ARG2, '')", "LEFT(ARG1, CASE WHEN ARG2 < 0 THEN 0 ELSE ARG2 END)", "ARG1:text;ARG2:small"},
    {"LPAD(ARG1, ARG2, ARG3)", "LPAD(ARG1, CASE WHEN ARG2 < 0 THEN 0 ELSE ARG2 END, ARG3)",
     "ARG1:text;ARG2:small;ARG2!:number;ARG3:nonempty"},
    {"RPAD(ARG1, ARG2, ARG3)", "RPAD(ARG1, CASE WHEN ARG2 < 0 THEN 0 ELSE ARG2 END, ARG3)",
     "ARG1:text;ARG2:small;ARG2!:number;ARG3:nonempty"},
    {"LEFT(ARG1, ARG2)", "LEFT(ARG1, ARG2)", "ARG1:text;ARG2:small"},
    {"RIGHT(ARG1, ARG2)", "RIGHT(ARG1, ARG2)", "ARG1:text;ARG2:small"},
    {"SUBSTRING(ARG1, ARG2)", "SUBSTRING(ARG1, GREATEST(ARG2, 1))", "ARG1:text;ARG2:whole;ARG2!:positive"},
    {"SUBSTR(ARG1, ARG2)", "SUBSTRING(ARG1, GREATEST(ARG2, 1))", "ARG1:text;ARG2:whole;ARG2!:positive"},
    {"SUBSTRING(ARG1, ARG2, ARG3)", "SUBSTRING(ARG1, GREATEST(ARG2, 1), GREATEST(LEAST(ARG3, ARG2 + ARG3 - 1), 0))",
     "ARG1:text;ARG2:whole;ARG3:natural;ARG2!:positive"},
    {"SUBSTR(ARG1, ARG2, ARG3)", "SUBSTRING(ARG1, GREATEST(ARG2, 1), GREATEST(LEAST(ARG3, ARG2 + ARG3 - 1), 0))",
     "ARG1:text;ARG2:whole;ARG3:natural;ARG2!:positive"},
    {"SUBSTRING(ARG1, ARG2, 0)", "LEFT(ARG1, 0)", "ARG1:text;ARG2:positive"},
    {"SUBSTR(ARG1, ARG2, 0)", "LEFT(ARG1, 0)", "ARG1:text;ARG2:positive"},
    {"TO_HEX(ARG1)", "LOWER(HEX(ARG1))", "ARG1:natural"},
    {"TO_HEX(ARG1)", "LOWER(HEX(CASE WHEN ARG1 < 0 THEN CAST(ARG1 AS BIGINT) + 4294967296 ELSE ARG1 END))", "ARG1:small"},
    {"TO_HEX(ARG1)", "LOWER(HEX(CAST(ARG1 AS BIGINT)))", "ARG1:integer"},
    {"DECODE(ARG1, 'hex')", "UNHEX(ARG1)", "ARG1:hex"},
    {"CONVERT_FROM(DECODE(ARG1, 'hex'), 'UTF8')", "DECODE(UNHEX(ARG1))", "ARG1:hex"},
    {"CONVERT_TO(ARG1, 'UTF8')", "ENCODE(ARG1)", "ARG1:text"},
    {"ENCODE(CONVERT_TO(ARG1, 'UTF8'), 'hex')", "LOWER(HEX(ARG1))", "ARG1:text"},
    {"ENCODE(CAST(ARG1 AS BYTEA), 'hex')", "LOWER(HEX(ARG1))", "ARG1:plain_text"},
    {"ENCODE(CAST(ARG1 AS BYTEA), 'base64')", "TO_BASE64(ENCODE(ARG1))", "ARG1:short_text"},
    {"ENCODE(CONVERT_TO(ARG1, 'UTF8'), 'base64')", "TO_BASE64(ENCODE(ARG1))", "ARG1:short_text"},
    {"BIT_LENGTH(ARG1)", "(STRLEN(ARG1) * 8)", "ARG1:text"},
    {"REVERSE(ARG1)", "ARRAY_TO_STRING(LIST_REVERSE(STRING_SPLIT(ARG1, '')), '')", "ARG1:text"},
    {"QUOTE_LITERAL(ARG1)",
     "((CASE WHEN CONTAINS(ARG1, CHR(92)) THEN 'E' ELSE '' END) || '''' || REPLACE(REPLACE(ARG1, '''', ''''''), CHR(92), CHR(92) "
     "|| "
     "CHR(92)) || '''')",
     "ARG1:text"},
    {"OVERLAY(ARG1 PLACING ARG2 FROM ARG3 FOR ARG4)", "LEFT(ARG1, ARG3 - 1) || ARG2 || SUBSTRING(ARG1, ARG3 + ARG4)",
     "ARG1:text;ARG2:text;ARG3:positive;ARG4:natural"},
    {"OVERLAY(ARG1 PLACING ARG2 FROM ARG3)", "LEFT(ARG1, ARG3 - 1) || ARG2 || SUBSTRING(ARG1, ARG3 + LENGTH(ARG2))",
     "ARG1:text;ARG2:text;ARG3:positive"},
    {"GENERATE_SERIES(ARG1, ARG2)", "UNNEST(GENERATE_SERIES(ARG1, ARG2))", "ARG1:integer;ARG2:integer"},
    {"GENERATE_SERIES(ARG1, ARG2, ARG3)", "UNNEST(GENERATE_SERIES(ARG1, ARG2, ARG3))", "ARG1:integer;ARG2:integer;ARG3:integer"},
    {"NORMALIZE(ARG1)", "NFC_NORMALIZE(ARG1)", "ARG1:text"},
    {"STRING_TO_ARRAY(ARG1, ARG2)", "CASE WHEN ARG1 = '' THEN CAST([] AS VARCHAR[]) ELSE STRING_SPLIT(ARG1, ARG2) END",
     "ARG1:text;ARG2:nonempty"},
    {"STRING_TO_ARRAY(ARG1, ARG2, ARG3)",
     "CASE WHEN ARG1 = '' THEN CAST([] AS VARCHAR[]) ELSE LIST_TRANSFORM(STRING_SPLIT(ARG1, ARG2), w -> NULLIF(w, ARG3)) END",
     "ARG1:text;ARG2:nonempty;ARG3:string"},
    {"ARRAY_TO_STRING(ARG1, ARG2)", "ARRAY_TO_STRING(ARG1, ARG2)", "ARG1:list_of_texts;ARG2:string"},
    {"ARRAY_TO_STRING(ARG1, ARG2, ARG3)", "ARRAY_TO_STRING(LIST_TRANSFORM(ARG1, w -> COALESCE(CAST(w AS VARCHAR), ARG3)), ARG2)",
     "ARG1:list_of_texts;ARG2:string;ARG3:string"},
    {"SHA256(CONVERT_TO(ARG1, 'UTF8'))", "UNHEX(SHA256(ARG1))", "ARG1:text"},
    {"ENCODE(SHA256(CAST(ARG1 AS BYTEA)), 'hex')", "SHA256(ARG1)", "ARG1:plain_text"},
    {"CONCAT_WS(ARG1, ARG2)", "CONCAT_WS(ARG1, ARG2)", "ARG1:string;ARG2:text"},
    // numbers
    {"FACTORIAL(ARG1)", "FACTORIAL(ARG1)", "ARG1:natural"},
    {"LOG(ARG1, ARG2)", "LOG(ARG1, ARG2)", "default;ARG1:numeric;ARG2:numeric"},
    {"TRUNC(ARG1, ARG2)", "TRUNC(ARG1, ARG2)", "ARG1:decimal;ARG2:natural"},
    {"CAST(ARG1 AS TEXT)", "CAST(ARG1 AS VARCHAR)", "ARG1:bool|fixed_decimal|datetime|null"},
    {"CAST(ARG1 AS VARCHAR)", "CAST(ARG1 AS VARCHAR)", "ARG1:bool|fixed_decimal|datetime|null"},
    {"CAST(ARG1 AS TEXT)", "CAST(ARG1 AS VARCHAR)", "default;ARG1:timestamptz"},
    {"CAST(ARG1 AS TEXT)",
     "CASE WHEN ISNAN(ARG1) THEN 'NaN' WHEN ISINF(ARG1) THEN CASE WHEN ARG1 > 0 THEN 'Infinity' ELSE '-Infinity' END WHEN "
     "ABS(ARG1) "
     "< 1e15 THEN REGEXP_REPLACE(CAST(ARG1 AS VARCHAR), '\\.0$', '') WHEN ABS(ARG1) >= 1e16 THEN CAST(ARG1 AS VARCHAR) WHEN ARG1 "
     "< "
     "0 THEN REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(CAST(ARG1 AS VARCHAR), '\\.([0-9]+)$', '\\1'), '^-([0-9])0*$', "
     "'-\\1'), "
     "'^-([0-9])([0-9]+?)0*$', '-\\1.\\2') || 'e+15' ELSE REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(CAST(ARG1 AS VARCHAR), "
     "'\\.([0-9]+)$', '\\1'), '^([0-9])0*$', '\\1'), '^([0-9])([0-9]+?)0*$', '\\1.\\2') || 'e+15' END",
     "ARG1:double"},
    // dates
    {"EXTRACT(MICROSECONDS FROM ARG1)", "EXTRACT(MICROSECONDS FROM ARG1)", "ARG1:datetime_local"},
    {"EXTRACT(MICROSECOND FROM ARG1)", "EXTRACT(MICROSECONDS FROM ARG1)", "ARG1:datetime_local"},
    {"EXTRACT(MILLISECONDS FROM ARG1)", "(EXTRACT(MICROSECONDS FROM ARG1) / 1000.0)", "ARG1:datetime_local"},
    {"EXTRACT(MILLISECOND FROM ARG1)", "(EXTRACT(MICROSECONDS FROM ARG1) / 1000.0)", "ARG1:datetime_local"},
    {"EXTRACT(JULIAN FROM ARG1)", "JULIAN(ARG1)", "ARG1:date"},
    {"EXTRACT(JULIAN FROM ARG1)", "JULIAN(ARG1)", "default;ARG1:datetime_local"},
    {"EXTRACT(TIMEZONE FROM ARG1)", "EXTRACT(TIMEZONE FROM ARG1)", "default;ARG1:timestamptz"},
    {"EXTRACT(TIMEZONE_HOUR FROM ARG1)", "EXTRACT(TIMEZONE_HOUR FROM ARG1)", "default;ARG1:timestamptz"},
    {"EXTRACT(TIMEZONE_MINUTE FROM ARG1)", "EXTRACT(TIMEZONE_MINUTE FROM ARG1)", "default;ARG1:timestamptz"},
    {"ARG1 - ARG2", "(TIMEZONE('UTC', ARG1) - TIMEZONE('UTC', ARG2))", "ARG1:timestamptz;ARG2:timestamptz"},
    {"EXTRACT(EPOCH FROM ARG1 - ARG2)", "EPOCH(TIMEZONE('UTC', ARG1) - TIMEZONE('UTC', ARG2))",
     "ARG1:timestamptz;ARG2:timestamptz"},
    {"EXTRACT(DAY FROM ARG1 - ARG2)", "EXTRACT(DAY FROM TIMEZONE('UTC', ARG1) - TIMEZONE('UTC', ARG2))",
     "ARG1:timestamptz;ARG2:timestamptz"},
    {"EXTRACT(HOUR FROM ARG1 - ARG2)", "EXTRACT(HOUR FROM TIMEZONE('UTC', ARG1) - TIMEZONE('UTC', ARG2))",
     "ARG1:timestamptz;ARG2:timestamptz"},
    {"EXTRACT(EPOCH FROM ARG1 - ARG2)", "EPOCH(ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"EXTRACT(DAY FROM ARG1 - ARG2)", "EXTRACT(DAY FROM ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"EXTRACT(DAYS FROM ARG1 - ARG2)", "EXTRACT(DAY FROM ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"EXTRACT(HOUR FROM ARG1 - ARG2)", "EXTRACT(HOUR FROM ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"EXTRACT(MINUTE FROM ARG1 - ARG2)", "EXTRACT(MINUTE FROM ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"EXTRACT(SECOND FROM ARG1 - ARG2)", "(EXTRACT(MICROSECONDS FROM ARG1 - ARG2) / 1000000.0)",
     "ARG1:datetime_local;ARG2:datetime_local"},
    {"DATE_PART('epoch', ARG1 - ARG2)", "EPOCH(ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"DATE_PART('day', ARG1 - ARG2)", "EXTRACT(DAY FROM ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"DATE_PART('hour', ARG1 - ARG2)", "EXTRACT(HOUR FROM ARG1 - ARG2)", "ARG1:datetime_local;ARG2:datetime_local"},
    {"TO_TIMESTAMP(ARG1)", "TO_TIMESTAMP(ARG1)", "ARG1:numeric"},
    {"TIMEZONE(ARG1, ARG2)", "TIMEZONE(ARG1, ARG2)", "ARG1:string;ARG2:timestamp"},
    {"MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6)", "MAKE_TIMESTAMP(ARG1, ARG2, ARG3, ARG4, ARG5, ARG6)",
     "ARG1:positive;ARG2:positive;ARG3:positive;ARG4:integer;ARG5:integer;ARG6:numeric"},
    {"MAKE_TIME(ARG1, ARG2, ARG3)", "MAKE_TIME(ARG1, ARG2, ARG3)", "ARG1:natural;ARG2:natural;ARG3:numeric"},
    {"DATE_BIN(ARG1, ARG2, ARG3)", "TIME_BUCKET(ARG1, ARG2, ARG3)", "ARG1:interval;ARG2:datetime_local;ARG3:datetime_local"},
    {"ISFINITE(ARG1)", "ISFINITE(ARG1)", "ARG1:datetime"},
    // JSON
    {"ARG1 ->> ARG2", "JSON_EXTRACT_STRING(ARG1, KEY_PATH(ARG2))", "ARG1:json;ARG2:json_key"},
    {"ARG1 -> ARG2", "JSON_EXTRACT(ARG1, KEY_PATH(ARG2))", "ARG1:json;ARG2:json_key"},
    {"ARG1 ->> 0", "CASE WHEN JSON_TYPE(ARG1) IN ('ARRAY', 'OBJECT') THEN ARG1 ->> 0 ELSE ARG1 ->> '$' END", "ARG1:json"},
    {"ARG1 -> 0", "CASE WHEN JSON_TYPE(ARG1) IN ('ARRAY', 'OBJECT') THEN ARG1 -> 0 ELSE ARG1 END", "ARG1:json"},
    {"ARG1 ->> ARG2", "(ARG1 ->> ARG2)", "ARG1:json;ARG2:positive"},
    {"ARG1 -> ARG2", "(ARG1 -> ARG2)", "ARG1:json;ARG2:positive"},
    {"ARG1 #> ARG2", "JSON_EXTRACT(ARG1, POINTER(ARG2))", "ARG1:json;ARG2:array_path"},
    {"ARG1 #>> ARG2", "JSON_EXTRACT_STRING(ARG1, POINTER(ARG2))", "ARG1:json;ARG2:array_path"},
    {"JSONB_ARRAY_LENGTH(ARG1)", "JSON_ARRAY_LENGTH(ARG1)", "ARG1:json"},
    {"JSON_ARRAY_LENGTH(ARG1)", "JSON_ARRAY_LENGTH(ARG1)", "ARG1:json"},
    {"JSONB_TYPEOF(ARG1)",
     "CASE JSON_TYPE(ARG1) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' "
     "THEN "
     "'boolean' WHEN 'NULL' THEN 'null' WHEN 'BIGINT' THEN 'number' WHEN 'UBIGINT' THEN 'number' WHEN 'HUGEINT' THEN 'number' "
     "WHEN 'DOUBLE' THEN 'number' END",
     "ARG1:json"},
    {"JSON_TYPEOF(ARG1)",
     "CASE JSON_TYPE(ARG1) WHEN 'OBJECT' THEN 'object' WHEN 'ARRAY' THEN 'array' WHEN 'VARCHAR' THEN 'string' WHEN 'BOOLEAN' "
     "THEN "
     "'boolean' WHEN 'NULL' THEN 'null' WHEN 'BIGINT' THEN 'number' WHEN 'UBIGINT' THEN 'number' WHEN 'HUGEINT' THEN 'number' "
     "WHEN 'DOUBLE' THEN 'number' END",
     "ARG1:json"},
    {"CAST(TO_JSON(ARG1) AS TEXT)", "CAST(TO_JSON(ARG1) AS VARCHAR)", "ARG1:integer|bool"},
    {"CAST(TO_JSONB(ARG1) AS TEXT)", "CAST(TO_JSON(ARG1) AS VARCHAR)", "ARG1:integer|bool"},
    {"TO_JSON(ARG1)", "TO_JSON(ARG1)", "ARG1:integer|bool|text"},
    {"TO_JSONB(ARG1)", "TO_JSON(ARG1)", "ARG1:integer|bool|text"},
    {"TO_JSONB(ARG1)", "TO_JSON(ARG1)", "ARG1:list_of_numbers"},
    {"JSONB_BUILD_OBJECT(ARG1, ARG2)", "JSON_OBJECT(ARG1, ARG2)", "ARG1:string;ARG2:integer|text|bool|json"},
    {"JSON_BUILD_OBJECT(ARG1, ARG2)", "JSON_OBJECT(ARG1, ARG2)", "ARG1:string;ARG2:integer|text|bool|json"},
    {"JSONB_BUILD_OBJECT(ARG1, ARG2, ARG3, ARG4)", "JSON_OBJECT(ARG1, ARG2, ARG3, ARG4)",
     "ARG1:string;ARG2:integer|text|bool|json;ARG3:string;ARG4:integer|text|bool|json"},
    {"JSON_BUILD_OBJECT(ARG1, ARG2, ARG3, ARG4)", "JSON_OBJECT(ARG1, ARG2, ARG3, ARG4)",
     "ARG1:string;ARG2:integer|text|bool|json;ARG3:string;ARG4:integer|text|bool|json"},
    {"JSONB_BUILD_ARRAY(ARG1, ARG2)", "JSON_ARRAY(ARG1, ARG2)",
     "ARG1:integer|text|bool|null|json;ARG2:integer|text|bool|null|json"},
    {"JSON_BUILD_ARRAY(ARG1, ARG2)", "JSON_ARRAY(ARG1, ARG2)",
     "ARG1:integer|text|bool|null|json;ARG2:integer|text|bool|null|json"},
    {"JSONB_BUILD_ARRAY(ARG1, ARG2, ARG3)", "JSON_ARRAY(ARG1, ARG2, ARG3)",
     "ARG1:integer|text|bool|null|json;ARG2:integer|text|bool|null|json;ARG3:integer|text|bool|null|json"},
    {"JSON_AGG(ARG1)", "CASE WHEN COUNT(*) > 0 THEN JSON_GROUP_ARRAY(ARG1) END", "ARG1:integer|text|bool"},
    {"JSONB_AGG(ARG1)", "CASE WHEN COUNT(*) > 0 THEN JSON_GROUP_ARRAY(ARG1) END", "ARG1:integer|text|bool"},
    {"JSONB_ARRAY_ELEMENTS(ARG1)", "UNNEST(JSON_EXTRACT(ARG1, '$[*]'))", "ARG1:json"},
    {"JSONB_ARRAY_ELEMENTS_TEXT(ARG1)", "UNNEST(JSON_EXTRACT_STRING(ARG1, '$[*]'))", "ARG1:json"},
    {"ARG1 ? ARG2",
     "CASE JSON_TYPE(ARG1) WHEN 'OBJECT' THEN JSON_EXISTS(ARG1, KEY_PATH(ARG2)) WHEN 'ARRAY' THEN "
     "LIST_CONTAINS(JSON_EXTRACT(ARG1, "
     "'$[*]'), TO_JSON(ARG2)) ELSE ARG1 = TO_JSON(ARG2) END",
     "ARG1:json;ARG2:json_key"},
    // arrays
    {"ARG1 || ARG2", "CASE WHEN ARG1 IS NOT NULL OR ARG2 IS NOT NULL THEN LIST_CONCAT(ARG1, ARG2) END", "ARG1:list;ARG2:list"},
    {"ARG1 || ARG2", "LIST_APPEND(ARG1, ARG2)", "ARG1:list;ARG2:integer"},
    {"ARG1 || ARG2", "LIST_PREPEND(ARG1, ARG2)", "ARG1:integer;ARG2:list"},
    {"ARRAY_CAT(ARG1, ARG2)", "CASE WHEN ARG1 IS NOT NULL OR ARG2 IS NOT NULL THEN LIST_CONCAT(ARG1, ARG2) END",
     "ARG1:list;ARG2:list"},
    {"ARRAY_APPEND(ARG1, ARG2)", "LIST_APPEND(ARG1, ARG2)", "ARG1:list"},
    {"ARRAY_PREPEND(ARG1, ARG2)", "LIST_PREPEND(ARG1, ARG2)", "ARG2:list"},
    {"ARRAY_POSITION(ARG1, ARG2)", "LIST_POSITION(ARG1, ARG2)", "ARG1:list;ARG2:integer|text"},
    {"ARRAY_REMOVE(ARG1, ARG2)", "LIST_FILTER(ARG1, e -> e IS DISTINCT FROM ARG2)", "ARG1:list"},
    {"ARRAY_REPLACE(ARG1, ARG2, ARG3)", "LIST_TRANSFORM(ARG1, e -> CASE WHEN e IS NOT DISTINCT FROM ARG2 THEN ARG3 ELSE e END)",
     "ARG1:list"},
    {"ARRAY_LENGTH(ARG1, 1)", "NULLIF(LEN(ARG1), 0)", "ARG1:flat_list"},
    {"ARRAY_UPPER(ARG1, 1)", "NULLIF(LEN(ARG1), 0)", "ARG1:flat_list"},
    {"ARRAY_LOWER(ARG1, 1)", "CASE WHEN LEN(ARG1) > 0 THEN 1 END", "ARG1:flat_list"},
    {"ARRAY_NDIMS(ARG1)", "CASE WHEN LEN(ARG1) > 0 THEN 1 END", "ARG1:flat_list"},
    {"CARDINALITY(ARG1)", "LEN(ARG1)", "ARG1:flat_list"},
    {"ARRAY_DIMS(ARG1)", "CASE WHEN LEN(ARG1) > 0 THEN '[1:' || LEN(ARG1) || ']' END", "ARG1:flat_list"},
    {"ARG1 @> ARG2", "(LIST_HAS_ALL(ARG1, ARG2) AND LEN(ARG2) = LIST_COUNT(ARG2))", "ARG1:flat_list;ARG2:flat_list"},
    {"ARG1 <@ ARG2", "(LIST_HAS_ALL(ARG2, ARG1) AND LEN(ARG1) = LIST_COUNT(ARG1))", "ARG1:flat_list;ARG2:flat_list"},
    {"ARG1 && ARG2", "LIST_HAS_ANY(ARG1, ARG2)", "ARG1:flat_list;ARG2:flat_list"},
    {"ARG1[ARG2:ARG3]", "ARG1[ARG2:ARG3]", "ARG1:flat_list;ARG2:positive;ARG3:positive"},
    {"ARG1[ARG2:]", "ARG1[ARG2:]", "ARG1:flat_list;ARG2:positive"},
    {"ARG1[:ARG2]", "ARG1[:ARG2]", "ARG1:flat_list;ARG2:positive"},
    {"ARG1 = ANY(ARG2)",
     "CASE WHEN LEN(ARG2) = 0 THEN FALSE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL WHEN LIST_CONTAINS(ARG2, ARG1) THEN TRUE "
     "WHEN "
     "LIST_COUNT(ARG2) = LEN(ARG2) THEN FALSE END",
     "ARG1:integer|text;ARG2:flat_list;ARG2:column"},
    {"ARG1 <> ALL(ARG2)",
     "CASE WHEN LEN(ARG2) = 0 THEN TRUE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL WHEN LIST_CONTAINS(ARG2, ARG1) THEN FALSE "
     "WHEN "
     "LIST_COUNT(ARG2) = LEN(ARG2) THEN TRUE END",
     "ARG1:integer|text;ARG2:flat_list;ARG2:column"},
    {"TRIM_ARRAY(ARG1, ARG2)", "ARG1[:LEN(ARG1) - ARG2]", "ARG1:flat_list;ARG2:positive"},
};

}  // namespace

std::span<const ExactForm> PostgresInDuckdb() { return kForms; }

}  // namespace dvt::sql
