#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using F = Feature;

constexpr std::string_view kAliases[] = {"sqlite3"};

constexpr FeatureSet kFeatures = {F::kSmallSums,           F::kFlatSetOperators,   F::kDoubleQuotedFallback,
                                  F::kBacktickIdentifiers, F::kBracketIdentifiers, F::kHexStrings,
                                  F::kHexNumbers,          F::kAtVariables,        F::kColonParameters,
                                  F::kDollarParameters,    F::kPipesConcat,        F::kDoubleEquals,
                                  F::kArrowJson,           F::kRegexpOperator,     F::kGlobOperator,
                                  F::kIsAnything,          F::kNotNullPostfix,     F::kFullJoin,
                                  F::kNaturalJoin,         F::kLimitComma,         F::kNullsOrdering,
                                  F::kMaterializedCte,     F::kWindowFrameGroups,  F::kFilterClause,
                                  F::kNamedWindows,        F::kAliasInWhere,       F::kAliasInGroupBy,
                                  F::kAliasInHaving,       F::kUsingInPlace,       F::kBooleanLiterals,
                                  F::kRowConstructor,      F::kCollateClause,      F::kSlashIsInteger,
                                  F::kSlashNullOnZero,     F::kNullsLow,           F::kDynamicTyping,
                                  F::kImplicitStringCasts, F::kLikeIgnoresCase,    F::kTransactionalDdl,
                                  F::kReturning,           F::kOnConflict,         F::kUpdateFrom,
                                  F::kFrameExclude};

constexpr Precedence kPrecedence = MakePrecedence({{Op::kOr, 1},
                                                   {Op::kAnd, 2},
                                                   {Op::kEq, 4},
                                                   {Op::kNeq, 4},
                                                   {Op::kIsOp, 4},
                                                   {Op::kDistinctFrom, 4},
                                                   {Op::kNotDistinctFrom, 4},
                                                   {Op::kLt, 5},
                                                   {Op::kLe, 5},
                                                   {Op::kGt, 5},
                                                   {Op::kGe, 5},
                                                   {Op::kBitOr, 7},
                                                   {Op::kBitAnd, 7},
                                                   {Op::kShiftLeft, 7},
                                                   {Op::kShiftRight, 7},
                                                   {Op::kAdd, 8},
                                                   {Op::kSub, 8},
                                                   {Op::kMul, 9},
                                                   {Op::kDiv, 9},
                                                   {Op::kMod, 9},
                                                   {Op::kConcat, 10},
                                                   {Op::kJsonGet, 10},
                                                   {Op::kJsonGetText, 10}},
                                                  3, 4, 4, 12, 11, 11);

constexpr std::string_view kReserved[] = {
    "ADD",     "ALL",     "ALTER",      "AND",    "AS",      "AUTOINCREMENT", "BETWEEN", "CASE",       "CHECK",
    "COLLATE", "COMMIT",  "CONSTRAINT", "CREATE", "DEFAULT", "DEFERRABLE",    "DELETE",  "DISTINCT",   "DROP",
    "ELSE",    "ESCAPE",  "EXCEPT",     "EXISTS", "FOREIGN", "FROM",          "GROUP",   "HAVING",     "IN",
    "INDEX",   "INSERT",  "INTERSECT",  "INTO",   "IS",      "ISNULL",        "JOIN",    "LIMIT",      "NOT",
    "NOTHING", "NOTNULL", "NULL",       "ON",     "OR",      "ORDER",         "PRIMARY", "REFERENCES", "RETURNING",
    "SELECT",  "SET",     "TABLE",      "THEN",   "TO",      "TRANSACTION",   "UNION",   "UNIQUE",     "UPDATE",
    "USING",   "VALUES",  "WHEN",       "WHERE"};

constexpr FunctionSpec kFunctions[] = {
    {"LENGTH", "char_length_dynamic", 1, 1, TypeRule::kInt64},
    {"LOWER", "lower_ascii", 1, 1, TypeRule::kString},
    {"UPPER", "upper_ascii", 1, 1, TypeRule::kString},
    {"SUBSTR", "substring_sqlite", 2, 3, TypeRule::kString},
    {"SUBSTRING", "substring_sqlite", 2, 3, TypeRule::kString, kPure, true},
    {"REPLACE", "replace", 3, 3, TypeRule::kString},
    {"INSTR", "strpos", 2, 2, TypeRule::kInt64},
    {"IFNULL", "coalesce", 2, 2, TypeRule::kCommon, kPure, true},
    {"IIF", "if", 3, 3, TypeRule::kUnknown},
    {"LTRIM", "ltrim_set", 2, 2, TypeRule::kString},
    {"RTRIM", "rtrim_set", 2, 2, TypeRule::kString},
    {"MIN", "least_null", 2, -1, TypeRule::kCommon, kTextCompare},
    {"MAX", "greatest_null", 2, -1, TypeRule::kCommon, kTextCompare},
    {"ROUND", "round_float", 1, 2, TypeRule::kFloat64},
    {"SIGN", "sign", 1, 1, TypeRule::kInt64},
    {"MOD", "mod_float", 2, 2, TypeRule::kFloat64},
    {"POWER", "power_float", 2, 2, TypeRule::kFloat64},
    {"POW", "power_float", 2, 2, TypeRule::kFloat64, kPure, true},
    {"LOG10", "log10_float", 1, 1, TypeRule::kFloat64},
    {"LOG2", "log2", 1, 1, TypeRule::kFloat64},
    {"ATAN2", "atan2", 2, 2, TypeRule::kFloat64},
    {"AVG", "avg_float", 1, 1, TypeRule::kFloat64, kAggregate},
    {"CONCAT", "concat_skip_null", 1, -1, TypeRule::kString, kPure, true},
    {"CONCAT_WS", "concat_ws", 2, -1, TypeRule::kString, kPure, true},
    {"PRINTF", "printf", 1, -1, TypeRule::kString},
    {"FORMAT", "printf", 1, -1, TypeRule::kString, kPure, true},
    {"HEX", "hex", 1, 1, TypeRule::kString},
    {"TYPEOF", "typeof_sqlite", 1, 1, TypeRule::kString},
    {"UNICODE", "unicode", 1, 1, TypeRule::kInt64},
    {"QUOTE", "quote_sqlite", 1, 1, TypeRule::kString},
    {"DATE", "date_sqlite", 0, -1, TypeRule::kString, kVolatile},
    {"TIME", "time_sqlite", 0, -1, TypeRule::kString, kVolatile},
    {"DATETIME", "datetime_sqlite", 0, -1, TypeRule::kString, kVolatile},
    {"STRFTIME", "strftime_sqlite", 1, -1, TypeRule::kString, kVolatile},
    {"JULIANDAY", "julianday", 0, -1, TypeRule::kFloat64, kVolatile},
    {"UNIXEPOCH", "unixepoch", 0, -1, TypeRule::kInt64, kVolatile},
    {"CURRENT_TIMESTAMP", "utc_text_now", 0, 0, TypeRule::kString, kStable | kNoParentheses},
    {"CURRENT_DATE", "utc_text_today", 0, 0, TypeRule::kString, kStable | kNoParentheses},
    {"CURRENT_TIME", "utc_text_time", 0, 0, TypeRule::kString, kStable | kNoParentheses},
    {"RANDOM", "random_int64", 0, 0, TypeRule::kInt64, kVolatile},
    {"RANDOMBLOB", "randomblob", 1, 1, TypeRule::kBinary, kVolatile},
    {"GROUP_CONCAT", "string_agg_comma", 1, 1, TypeRule::kString, kAggregate},
    {"GROUP_CONCAT", "string_agg", 2, 2, TypeRule::kString, kAggregate},
    {"STRING_AGG", "string_agg", 2, 2, TypeRule::kString, kAggregate, true},
    {"TOTAL", "total", 1, 1, TypeRule::kFloat64, kAggregate},
    {"JSON_GROUP_ARRAY", "json_agg_sqlite", 1, 1, TypeRule::kJson, kAggregate},
    {"JSON_EXTRACT", "json_extract_sqlite", 2, -1, TypeRule::kUnknown},
    {"LAST_INSERT_ROWID", "last_insert_id", 0, 0, TypeRule::kInt64, kVolatile},
    {"CHANGES", "changes", 0, 0, TypeRule::kInt64, kVolatile},
};

constexpr TypeSpec kTypes[] = {
    {"INTEGER", TypeKind::kInt64},
    {"BIGINT", TypeKind::kInt64, 0, 0, 0, false, true},
    {"INT", TypeKind::kInt64, 1, 0, 0, false, true},
    {"TINYINT", TypeKind::kInt64, 1, 0, 0, false, true},
    {"SMALLINT", TypeKind::kInt64, 1, 0, 0, false, true},
    {"MEDIUMINT", TypeKind::kInt64, 1, 0, 0, false, true},
    {"BOOLEAN", TypeKind::kBool},
    {"BOOL", TypeKind::kBool, 0, 0, 0, false, true},
    {"REAL", TypeKind::kFloat64},
    {"DOUBLE", TypeKind::kFloat64, 0, 0, 0, false, true},
    {"DOUBLE PRECISION", TypeKind::kFloat64, 0, 0, 0, false, true},
    {"FLOAT", TypeKind::kFloat64, 0, 0, 0, false, true},
    {"REAL", TypeKind::kFloat32},
    {"DECIMAL", TypeKind::kDecimal, 2},
    {"NUMERIC", TypeKind::kDecimal, 2, 0, 0, false, true},
    {"TEXT", TypeKind::kString},
    {"VARCHAR", TypeKind::kString, 1},
    {"CHARACTER", TypeKind::kString, 1, 0, 0, true, true},
    {"CHAR", TypeKind::kString, 1, 0, 0, true},
    {"NVARCHAR", TypeKind::kString, 1, 0, 0, false, true},
    {"CLOB", TypeKind::kString, 0, 0, 0, false, true},
    {"BLOB", TypeKind::kBinary},
    {"DATE", TypeKind::kDate},
    {"TIME", TypeKind::kTime, 1},
    {"DATETIME", TypeKind::kTimestamp, 1},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, true},
    {"JSON", TypeKind::kJson},
    {"INTEGER", TypeKind::kInt8},
    {"INTEGER", TypeKind::kInt16},
    {"INTEGER", TypeKind::kInt32},
    {"INTEGER", TypeKind::kUInt8},
    {"INTEGER", TypeKind::kUInt16},
    {"INTEGER", TypeKind::kUInt32},
    {"TEXT", TypeKind::kUuid},
    {"TEXT", TypeKind::kTimestampTz},
};

constexpr Dialect kDialect = {.name = "sqlite",
                              .aliases = kAliases,
                              .quote = '"',
                              .folding = Folding::kInsensitive,
                              .table_folding = Folding::kInsensitive,
                              .features = kFeatures,
                              .reserved = kReserved,
                              .functions = kFunctions,
                              .types = kTypes,
                              .precedence = &kPrecedence,
                              .default_schema = "main",
                              .unlimited_text = "TEXT"};

}  // namespace

const Dialect& Sqlite() {
  static const Dialect kWithParent = [] {
    Dialect d = kDialect;
    d.parent = &CoreSql();
    return d;
  }();
  return kWithParent;
}

}  // namespace dvt::sql
