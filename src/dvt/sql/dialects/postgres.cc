#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using F = Feature;

constexpr std::string_view kAliases[] = {"postgresql", "pg"};

constexpr FeatureSet kFeatures = {
    F::kLocaleTextOrder, F::kLikeBackslash, F::kSymmetricBetween, F::kSmallSums, F::kEStrings, F::kDollarStrings, F::kNestedComments, F::kBitStrings, F::kHexNumbers, F::kUnderscoreNumbers, F::kDollarParameters, F::kPipesConcat,
    F::kCaretIsPower, F::kHashIsXor, F::kDoubleColonCast, F::kArrowJson, F::kHashJson, F::kJsonContainment, F::kTildeRegex, F::kIlike, F::kSimilarTo,
    F::kNotNullPostfix, F::kDistinctOn, F::kGroupingSets, F::kLateral, F::kFullJoin, F::kNaturalJoin, F::kFetch, F::kNullsOrdering, F::kMaterializedCte,
    F::kValuesTable, F::kTableStatement, F::kWindowFrameGroups, F::kFilterClause, F::kWithinGroup, F::kNamedWindows, F::kTableSample,
    F::kIntersectExceptAll, F::kDerivedTableNeedsAlias, F::kAliasInGroupBy, F::kOrdinality, F::kArrayBrackets, F::kArrayKeyword, F::kListSlices,
    F::kBooleanLiterals, F::kBooleanType, F::kIntervalType, F::kIntervalString, F::kOverlay, F::kExtract, F::kPositionFunction, F::kSubstringFrom,
    F::kTrimFrom, F::kRowConstructor, F::kCollateClause, F::kAtTimeZone, F::kNamedArguments, F::kSlashIsInteger, F::kConcatNullIsEmpty,
    F::kGreatestIgnoresNull, F::kTransactionalDdl, F::kReturning, F::kOnConflict, F::kMerge, F::kDeleteUsing, F::kUpdateFrom};

constexpr Precedence kPrecedence = MakePrecedence(
    {{Op::kOr, 1}, {Op::kAnd, 2}, {Op::kEq, 5}, {Op::kNeq, 5}, {Op::kLt, 5}, {Op::kLe, 5}, {Op::kGt, 5}, {Op::kGe, 5}, {Op::kDistinctFrom, 4},
     {Op::kNotDistinctFrom, 4}, {Op::kBitOr, 7}, {Op::kBitXor, 7}, {Op::kBitAnd, 7}, {Op::kShiftLeft, 7}, {Op::kShiftRight, 7}, {Op::kConcat, 7},
     {Op::kJsonGet, 7}, {Op::kJsonGetText, 7}, {Op::kJsonPath, 7}, {Op::kJsonPathText, 7}, {Op::kContains, 7}, {Op::kContainedBy, 7}, {Op::kHasKey, 7},
     {Op::kHasAny, 7}, {Op::kHasAll, 7}, {Op::kOverlaps, 7}, {Op::kRegexMatch, 7}, {Op::kRegexNoMatch, 7}, {Op::kRegexIMatch, 7},
     {Op::kRegexINoMatch, 7}, {Op::kCustom, 7}, {Op::kAdd, 8}, {Op::kSub, 8}, {Op::kMul, 9}, {Op::kDiv, 9}, {Op::kMod, 9}, {Op::kPow, 10}},
    3, 4, 6, 13, 12, 11);

constexpr std::string_view kReserved[] = {
    "ALL", "ANALYSE", "ANALYZE", "AND", "ANY", "ARRAY", "AS", "ASC", "ASYMMETRIC", "AUTHORIZATION", "BINARY", "BOTH", "CASE", "CAST", "CHECK", "COLLATE",
    "COLLATION", "COLUMN", "CONCURRENTLY", "CONSTRAINT", "CREATE", "CROSS", "CURRENT_CATALOG", "CURRENT_DATE", "CURRENT_ROLE", "CURRENT_SCHEMA",
    "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "DEFAULT", "DEFERRABLE", "DESC", "DISTINCT", "DO", "ELSE", "END", "EXCEPT", "FALSE", "FETCH",
    "FOR", "FOREIGN", "FREEZE", "FROM", "FULL", "GRANT", "GROUP", "HAVING", "ILIKE", "IN", "INITIALLY", "INNER", "INTERSECT", "INTO", "IS", "ISNULL",
    "JOIN", "LATERAL", "LEADING", "LEFT", "LIKE", "LIMIT", "LOCALTIME", "LOCALTIMESTAMP", "NATURAL", "NOT", "NOTNULL", "NULL", "OFFSET", "ON", "ONLY", "OR",
    "ORDER", "OUTER", "OVERLAPS", "PLACING", "PRIMARY", "REFERENCES", "RETURNING", "RIGHT", "SELECT", "SESSION_USER", "SIMILAR", "SOME", "SYMMETRIC",
    "TABLE", "TABLESAMPLE", "THEN", "TO", "TRAILING", "TRUE", "UNION", "UNIQUE", "USER", "USING", "VARIADIC", "VERBOSE", "WHEN", "WHERE", "WINDOW", "WITH"};

constexpr FunctionSpec kFunctions[] = {
    {"LENGTH", "char_length", 1, 1, TypeRule::kInt32},
    {"CHAR_LENGTH", "char_length", 1, 1, TypeRule::kInt32, kPure, true},
    {"CHARACTER_LENGTH", "char_length", 1, 1, TypeRule::kInt32, kPure, true},
    {"OCTET_LENGTH", "octet_length", 1, 1, TypeRule::kInt32},
    {"LOWER", "lower", 1, 1, TypeRule::kString},
    {"UPPER", "upper", 1, 1, TypeRule::kString},
    {"SUBSTRING", "substring_pg", 2, 3, TypeRule::kString},
    {"SUBSTR", "substring_pg", 2, 3, TypeRule::kString, kPure, true},
    {"REPLACE", "replace", 3, 3, TypeRule::kString},
    {"STRPOS", "strpos", 2, 2, TypeRule::kInt32},
    {"LEFT", "left", 2, 2, TypeRule::kString},
    {"RIGHT", "right", 2, 2, TypeRule::kString},
    {"REVERSE", "reverse", 1, 1, TypeRule::kString},
    {"REPEAT", "repeat", 2, 2, TypeRule::kString},
    {"LPAD", "lpad", 2, 3, TypeRule::kString},
    {"RPAD", "rpad", 2, 3, TypeRule::kString},
    {"CONCAT", "concat_skip_null", 1, -1, TypeRule::kString},
    {"CONCAT_WS", "concat_ws", 1, -1, TypeRule::kString},
    {"SPLIT_PART", "split_part", 3, 3, TypeRule::kString},
    {"MD5", "md5", 1, 1, TypeRule::kString},
    {"INITCAP", "initcap", 1, 1, TypeRule::kString},
    {"BTRIM", "trim", 1, 1, TypeRule::kString, kPure, true},
    {"GREATEST", "greatest_skip_null", 1, -1, TypeRule::kCommon, kTextCompare},
    {"LEAST", "least_skip_null", 1, -1, TypeRule::kCommon, kTextCompare},
    {"ROUND", "round", 1, 2, TypeRule::kRound},
    {"TRUNC", "trunc", 1, 1, TypeRule::kRound},
    {"SIGN", "sign", 1, 1, TypeRule::kUnknown},
    {"AVG", "avg_numeric", 1, 1, TypeRule::kAvg, kAggregate},
    {"MOD", "mod", 2, 2, TypeRule::kCommon},
    {"POWER", "power", 2, 2, TypeRule::kUnknown},
    {"POW", "power", 2, 2, TypeRule::kUnknown, kPure, true},
    {"LOG", "log10", 1, 1, TypeRule::kUnknown},
    {"ATAN2", "atan2", 2, 2, TypeRule::kFloat64},
    {"DATE_TRUNC", "date_trunc", 2, 2, TypeRule::kSecond},
    {"DATE_PART", "date_part", 2, 2, TypeRule::kFloat64},
    {"TO_CHAR", "to_char", 2, 2, TypeRule::kString},
    {"TO_DATE", "to_date", 2, 2, TypeRule::kDate},
    {"TO_TIMESTAMP", "to_timestamp", 1, 2, TypeRule::kTimestampTz},
    {"MAKE_DATE", "make_date", 3, 3, TypeRule::kDate},
    {"AGE", "age", 1, 2, TypeRule::kInterval, kStable},
    {"NOW", "now", 0, 0, TypeRule::kTimestampTz, kStable},
    {"CURRENT_TIMESTAMP", "now", 0, 1, TypeRule::kTimestampTz, kStable | kNoParentheses},
    {"CURRENT_DATE", "current_date", 0, 0, TypeRule::kDate, kStable | kNoParentheses},
    {"CURRENT_TIME", "current_time", 0, 1, TypeRule::kUnknown, kStable | kNoParentheses},
    {"LOCALTIMESTAMP", "localtimestamp", 0, 1, TypeRule::kTimestamp, kStable | kNoParentheses},
    {"CURRENT_USER", "current_user", 0, 0, TypeRule::kString, kSession | kNoParentheses},
    {"SESSION_USER", "session_user", 0, 0, TypeRule::kString, kSession | kNoParentheses},
    {"CURRENT_SCHEMA", "current_schema", 0, 0, TypeRule::kString, kSession},
    {"CURRENT_DATABASE", "current_database", 0, 0, TypeRule::kString, kSession},
    {"VERSION", "version", 0, 0, TypeRule::kString, kSession},
    {"CLOCK_TIMESTAMP", "clock_timestamp", 0, 0, TypeRule::kTimestampTz, kVolatile},
    {"RANDOM", "random", 0, 0, TypeRule::kFloat64, kVolatile},
    {"GEN_RANDOM_UUID", "uuid", 0, 0, TypeRule::kUuid, kVolatile},
    {"NEXTVAL", "nextval", 1, 1, TypeRule::kInt64, kVolatile},
    {"PG_SLEEP", "sleep", 1, 1, TypeRule::kUnknown, kVolatile},
    {"STRING_AGG", "string_agg", 2, 2, TypeRule::kString, kAggregate},
    {"ARRAY_AGG", "array_agg", 1, 1, TypeRule::kList, kAggregate},
    {"BOOL_AND", "bool_and", 1, 1, TypeRule::kBool, kAggregate},
    {"EVERY", "bool_and", 1, 1, TypeRule::kBool, kAggregate, true},
    {"BOOL_OR", "bool_or", 1, 1, TypeRule::kBool, kAggregate},
    {"STDDEV", "stddev_samp", 1, 1, TypeRule::kUnknown, kAggregate, true},
    {"STDDEV_SAMP", "stddev_samp", 1, 1, TypeRule::kUnknown, kAggregate},
    {"STDDEV_POP", "stddev_pop", 1, 1, TypeRule::kUnknown, kAggregate},
    {"VARIANCE", "var_samp", 1, 1, TypeRule::kUnknown, kAggregate, true},
    {"VAR_SAMP", "var_samp", 1, 1, TypeRule::kUnknown, kAggregate},
    {"VAR_POP", "var_pop", 1, 1, TypeRule::kUnknown, kAggregate},
    {"CORR", "corr", 2, 2, TypeRule::kFloat64, kAggregate},
    {"PERCENTILE_CONT", "percentile_cont", 1, 1, TypeRule::kUnknown, kAggregate},
    {"PERCENTILE_DISC", "percentile_disc", 1, 1, TypeRule::kUnknown, kAggregate},
    {"MODE", "mode", 0, 0, TypeRule::kUnknown, kAggregate},
    {"JSON_AGG", "json_agg", 1, 1, TypeRule::kJson, kAggregate},
    {"JSONB_AGG", "jsonb_agg", 1, 1, TypeRule::kJson, kAggregate},
    {"REGEXP_REPLACE", "regexp_replace_pg", 3, 4, TypeRule::kString},
    {"GENERATE_SERIES", "generate_series", 2, 3, TypeRule::kFirst, kTableValued},
    {"UNNEST", "unnest", 1, 1, TypeRule::kElement, kTableValued},
    {"ARRAY_LENGTH", "array_length_pg", 2, 2, TypeRule::kInt32},
    {"CARDINALITY", "cardinality", 1, 1, TypeRule::kInt32},
    {"GROUPING", "grouping", 1, -1, TypeRule::kInt32},
};

constexpr TypeSpec kTypes[] = {
    {"BOOLEAN", TypeKind::kBool}, {"BOOL", TypeKind::kBool, 0, 0, 0, false, true},
    {"SMALLINT", TypeKind::kInt16}, {"INT2", TypeKind::kInt16, 0, 0, 0, false, true},
    {"INTEGER", TypeKind::kInt32}, {"INT", TypeKind::kInt32, 0, 0, 0, false, true}, {"INT4", TypeKind::kInt32, 0, 0, 0, false, true},
    {"SERIAL", TypeKind::kInt32, 0, 0, 0, false, true}, {"BIGSERIAL", TypeKind::kInt64, 0, 0, 0, false, true},
    {"BIGINT", TypeKind::kInt64}, {"INT8", TypeKind::kInt64, 0, 0, 0, false, true},
    {"REAL", TypeKind::kFloat32}, {"FLOAT4", TypeKind::kFloat32, 0, 0, 0, false, true},
    {"DOUBLE PRECISION", TypeKind::kFloat64}, {"FLOAT8", TypeKind::kFloat64, 0, 0, 0, false, true}, {"FLOAT", TypeKind::kFloat64, 1, 0, 0, false, true},
    {"NUMERIC", TypeKind::kDecimal, 2}, {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, true}, {"DEC", TypeKind::kDecimal, 2, 0, 0, false, true},
    {"TEXT", TypeKind::kString}, {"VARCHAR", TypeKind::kString, 1}, {"CHARACTER VARYING", TypeKind::kString, 1, 0, 0, false, true},
    {"CHAR", TypeKind::kString, 1, 0, 0, true}, {"CHARACTER", TypeKind::kString, 1, 0, 0, true, true}, {"BPCHAR", TypeKind::kString, 1, 0, 0, true, true},
    {"NAME", TypeKind::kString, 0, 0, 0, false, true}, {"CITEXT", TypeKind::kUnknown, 0, 0, 0, false, true},
    {"BYTEA", TypeKind::kBinary}, {"DATE", TypeKind::kDate}, {"TIME", TypeKind::kTime, 1}, {"TIME WITHOUT TIME ZONE", TypeKind::kTime, 1, 0, 0, false, true},
    {"TIMESTAMP", TypeKind::kTimestamp, 1}, {"TIMESTAMP WITHOUT TIME ZONE", TypeKind::kTimestamp, 1, 0, 0, false, true},
    {"TIMESTAMPTZ", TypeKind::kTimestampTz, 1}, {"TIMESTAMP WITH TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, true},
    {"INTERVAL", TypeKind::kInterval}, {"UUID", TypeKind::kUuid}, {"JSONB", TypeKind::kJson}, {"JSON", TypeKind::kJson, 0, 0, 0, false, true},
    {"SMALLINT", TypeKind::kInt8}, {"SMALLINT", TypeKind::kUInt8}, {"INTEGER", TypeKind::kUInt16}, {"BIGINT", TypeKind::kUInt32},
};

constexpr Dialect kDialect = {.name = "postgres", .aliases = kAliases, .quote = '"', .folding = Folding::kLower, .table_folding = Folding::kLower,
                              .features = kFeatures, .reserved = kReserved, .functions = kFunctions, .types = kTypes, .precedence = &kPrecedence,
                              .default_schema = "public", .unlimited_text = "TEXT"};

}  // namespace

const Dialect& Postgres() {
  static const Dialect kWithParent = [] { Dialect d = kDialect; d.parent = &CoreSql(); return d; }();
  return kWithParent;
}

}  // namespace dvt::sql
