#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using F = Feature;

constexpr FunctionSpec kFunctions[] = {
    Written("hex_literal", 1, 1, TypeRule::kInt64, "HEX_VALUE(ARG1)"),
    {"JSON_EXTRACT_PATH_TEXT", "json_text_by_keys", 2, -1, TypeRule::kString, kPure, false, "json_extract_scalar"},
    {"JSON_EXTRACT_PATH_TEXT", "redshift_json_by_keys", 2, -1, TypeRule::kString, kPure, false, "json_extract"},
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
    {"JSON_PARSE", "parse_json", 1, 1, TypeRule::kJson, kPure, false, "parse_json"},
    {"GET_ARRAY_LENGTH", "array_size", 1, 1, TypeRule::kInt64, kPure, false, "array_size"},
    {"ARRAY_CONCAT", "array_cat_null", 2, 2, TypeRule::kFirst, kPure, false, "array_concat"},
    Spelled("ARRAY_CONCAT", "array_concat", 3, 3, TypeRule::kFirst,
            {.write = "ARRAY_CONCAT(ARG1, ARRAY_CONCAT(ARG2, ARG3))", .family = "array_concat"}),
    {"STRTOL", "strtol", 2, 2, TypeRule::kInt64, kPure, false},
    Spelled("DATE_FROM_UNIX_DATE", "date_from_unix_date", 1, 1, TypeRule::kDate,
            {.write = "DATEADD(DAY, ARG1, CAST('1970-01-01' AS DATE))", .family = "date_from_unix_date"}),
    Read("REGEXP_SUBSTR", "regexp_extract_redshift", 2, 5, TypeRule::kString, {.family = "regexp_extract"}),
    {"TO_HEX", "hex", 1, 1, TypeRule::kString, kPure, false, "hex"},
};

constexpr TypeSpec kTypes[] = {
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, false, "INT"},
    {"VARBYTE", TypeKind::kBinary, 1, 0, 0, false, false, "VARBINARY"},
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
                     .With({F::kOwnTypesOnly, F::kIgnoreNulls, F::kExcludeBehind, F::kUnnestAt, F::kApproximateCalls,
                            F::kHashTables, F::kDatesByRecursion, F::kTop, F::kConnectBy, F::kOuterMarks, F::kLateralAlias,
                            F::kAlterTypeWithoutSetData, F::kQualify, F::kStarExcept})
                     .Without({F::kRowNullTests, F::kFetchAsWritten, F::kJoinNeedsCondition, F::kWindowFrameGroups,
                               F::kNamedWindows, F::kArraysFromOne, F::kKeepTypeCase, F::kOrderInside});
    d.nested.literal = "ARRAY(";
    d.functions = kFunctions;
    d.types = kTypes;
    d.reserved = {};
    d.time_format = "postgres";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
