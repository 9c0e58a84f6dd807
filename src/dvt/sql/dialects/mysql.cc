#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using F = Feature;

constexpr std::string_view kAliases[] = {"mariadb"};

constexpr FeatureSet kFeatures = {
    F::kLikeBackslash, F::kUnsignedBits, F::kQuotientDigits, F::kBackslashEscapes, F::kHashComments, F::kDashCommentNeedsSpace, F::kVersionComments, F::kDoubleQuotedStrings, F::kBacktickIdentifiers, F::kHexStrings,
    F::kBitStrings, F::kAdjacentStrings, F::kAtVariables, F::kDoublePipeIsOr, F::kDoubleAmpIsAnd, F::kXorOperator, F::kDivOperator, F::kModOperator,
    F::kNullSafeEquals, F::kArrowJson, F::kRegexpOperator, F::kBangNot, F::kWithRollup, F::kLateral, F::kStraightJoin, F::kNaturalJoin, F::kLimitComma,
    F::kFetch, F::kIgnoreNulls, F::kNamedWindows, F::kIndexHints, F::kIntersectExceptAll, F::kDerivedTableNeedsAlias, F::kAliasInGroupBy, F::kBooleanLiterals,
    F::kIntervalType, F::kIntervalUnitOutside, F::kExtract, F::kPositionFunction, F::kSubstringFrom, F::kTrimFrom, F::kRowConstructor, F::kCollateClause, F::kCharsetIntroducer,
    F::kDatePartKeywords, F::kMatchAgainst, F::kSlashNullOnZero, F::kNullsLow, F::kCaseInsensitiveText, F::kBlankPadCompare, F::kImplicitStringCasts,
    F::kLikeIgnoresCase, F::kOnDuplicateKey, F::kReturning, F::kCreateOrReplace};

constexpr Precedence kPrecedence = MakePrecedence(
    {{Op::kOr, 1}, {Op::kXor, 2}, {Op::kAnd, 3}, {Op::kEq, 6}, {Op::kNeq, 6}, {Op::kLt, 6}, {Op::kLe, 6}, {Op::kGt, 6}, {Op::kGe, 6},
     {Op::kNullSafeEq, 6}, {Op::kBitOr, 7}, {Op::kBitAnd, 8}, {Op::kShiftLeft, 9}, {Op::kShiftRight, 9}, {Op::kAdd, 10}, {Op::kSub, 10}, {Op::kMul, 11},
     {Op::kDiv, 11}, {Op::kIntDiv, 11}, {Op::kMod, 11}, {Op::kBitXor, 12}, {Op::kJsonGet, 14}, {Op::kJsonGetText, 14}},
    4, 6, 6, 13, 15, 14);

constexpr std::string_view kReserved[] = {
    "ACCESSIBLE", "ADD", "ALL", "ALTER", "ANALYZE", "AND", "AS", "ASC", "BEFORE", "BETWEEN", "BIGINT", "BINARY", "BLOB", "BOTH", "BY", "CALL", "CASCADE",
    "CASE", "CHANGE", "CHAR", "CHARACTER", "CHECK", "COLLATE", "COLUMN", "CONDITION", "CONSTRAINT", "CONTINUE", "CONVERT", "CREATE", "CROSS", "CUBE",
    "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "CURSOR", "DATABASE", "DATABASES", "DEC", "DECIMAL", "DECLARE", "DEFAULT",
    "DELAYED", "DELETE", "DENSE_RANK", "DESC", "DESCRIBE", "DISTINCT", "DISTINCTROW", "DIV", "DOUBLE", "DROP", "DUAL", "EACH", "ELSE", "EMPTY", "ENCLOSED",
    "ESCAPED", "EXCEPT", "EXISTS", "EXIT", "EXPLAIN", "FALSE", "FETCH", "FIRST_VALUE", "FLOAT", "FOR", "FORCE", "FOREIGN", "FROM", "FULLTEXT", "FUNCTION",
    "GENERATED", "GRANT", "GROUP", "GROUPING", "GROUPS", "HAVING", "IF", "IGNORE", "IN", "INDEX", "INNER", "INSERT", "INT", "INTEGER", "INTERSECT",
    "INTERVAL", "INTO", "IS", "JOIN", "JSON_TABLE", "KEY", "KEYS", "KILL", "LAG", "LAST_VALUE", "LATERAL", "LEAD", "LEADING", "LEAVE", "LEFT", "LIKE",
    "LIMIT", "LINEAR", "LINES", "LOAD", "LOCALTIME", "LOCALTIMESTAMP", "LOCK", "LONG", "LOOP", "MATCH", "MOD", "NATURAL", "NOT", "NTH_VALUE", "NTILE",
    "NULL", "NUMERIC", "OF", "ON", "OPTIMIZE", "OPTION", "OR", "ORDER", "OUT", "OUTER", "OVER", "PARTITION", "PERCENT_RANK", "PRECISION", "PRIMARY",
    "PROCEDURE", "RANGE", "RANK", "READ", "READS", "REAL", "RECURSIVE", "REFERENCES", "REGEXP", "RELEASE", "RENAME", "REPEAT", "REPLACE", "REQUIRE",
    "RESTRICT", "RETURN", "REVOKE", "RIGHT", "RLIKE", "ROW", "ROWS", "ROW_NUMBER", "SCHEMA", "SELECT", "SEPARATOR", "SET", "SHOW", "SMALLINT", "SQL",
    "SSL", "STARTING", "STRAIGHT_JOIN", "SYSTEM", "TABLE", "TERMINATED", "THEN", "TO", "TRAILING", "TRIGGER", "TRUE", "UNDO", "UNION", "UNIQUE", "UNLOCK",
    "UNSIGNED", "UPDATE", "USAGE", "USE", "USING", "VALUES", "VARCHAR", "VARYING", "WHEN", "WHERE", "WHILE", "WINDOW", "WITH", "WRITE", "XOR", "ZEROFILL"};

constexpr FunctionSpec kFunctions[] = {
    {"LENGTH", "octet_length", 1, 1, TypeRule::kInt64},
    {"OCTET_LENGTH", "octet_length", 1, 1, TypeRule::kInt64, kPure, true},
    {"CHAR_LENGTH", "char_length", 1, 1, TypeRule::kInt64},
    {"CHARACTER_LENGTH", "char_length", 1, 1, TypeRule::kInt64, kPure, true},
    {"LOWER", "lower", 1, 1, TypeRule::kString},
    {"LCASE", "lower", 1, 1, TypeRule::kString, kPure, true},
    {"UPPER", "upper", 1, 1, TypeRule::kString},
    {"UCASE", "upper", 1, 1, TypeRule::kString, kPure, true},
    {"SUBSTRING", "substring_mysql", 2, 3, TypeRule::kString},
    {"SUBSTR", "substring_mysql", 2, 3, TypeRule::kString, kPure, true},
    {"MID", "substring_mysql", 3, 3, TypeRule::kString, kPure, true},
    {"REPLACE", "replace", 3, 3, TypeRule::kString},
    {"LEFT", "left_nonnegative", 2, 2, TypeRule::kString},
    {"RIGHT", "right_nonnegative", 2, 2, TypeRule::kString},
    {"REVERSE", "reverse", 1, 1, TypeRule::kString},
    {"REPEAT", "repeat", 2, 2, TypeRule::kString},
    {"LPAD", "lpad_mysql", 3, 3, TypeRule::kString},
    {"RPAD", "rpad_mysql", 3, 3, TypeRule::kString},
    {"CONCAT", "concat_null", 1, -1, TypeRule::kString},
    {"CONCAT_WS", "concat_ws", 2, -1, TypeRule::kString},
    {"INSTR", "instr_ci", 2, 2, TypeRule::kInt64, kTextCompare},
    {"LOCATE", "locate_ci", 2, 3, TypeRule::kInt64, kTextCompare},
    {"MD5", "md5", 1, 1, TypeRule::kString},
    {"IFNULL", "coalesce", 2, 2, TypeRule::kCommon, kPure, true},
    {"IF", "if_number", 3, 3, TypeRule::kUnknown},
    {"GREATEST", "greatest_null", 2, -1, TypeRule::kCommon, kTextCompare},
    {"LEAST", "least_null", 2, -1, TypeRule::kCommon, kTextCompare},
    {"ROUND", "round_mysql", 1, 2, TypeRule::kRound},
    {"TRUNCATE", "trunc_digits", 2, 2, TypeRule::kRound},
    {"SIGN", "sign", 1, 1, TypeRule::kInt64},
    {"AVG", "avg_digits", 1, 1, TypeRule::kAvg, kAggregate},
    {"DAYOFWEEK", "dow_sunday1", 1, 1, TypeRule::kInt64},
    {"WEEKDAY", "dow_monday0", 1, 1, TypeRule::kInt64},
    {"WEEKOFYEAR", "week_iso", 1, 1, TypeRule::kInt64},
    {"DAYNAME", "dayname", 1, 1, TypeRule::kString},
    {"MONTHNAME", "monthname", 1, 1, TypeRule::kString},
    {"ISNULL", "is_null", 1, 1, TypeRule::kBool},
    {"NVL", "coalesce", 2, 2, TypeRule::kCommon, kPure, true},
    {"MOD", "mod_null", 2, 2, TypeRule::kCommon},
    {"POWER", "power_float", 2, 2, TypeRule::kFloat64},
    {"POW", "power_float", 2, 2, TypeRule::kFloat64, kPure, true},
    {"LOG10", "log10_float", 1, 1, TypeRule::kFloat64},
    {"LOG2", "log2", 1, 1, TypeRule::kFloat64},
    {"ATAN2", "atan2", 2, 2, TypeRule::kFloat64},
    {"YEAR", "year", 1, 1, TypeRule::kInt64},
    {"MONTH", "month", 1, 1, TypeRule::kInt64},
    {"DAY", "day", 1, 1, TypeRule::kInt64},
    {"DAYOFMONTH", "day", 1, 1, TypeRule::kInt64, kPure, true},
    {"HOUR", "hour", 1, 1, TypeRule::kInt64},
    {"MINUTE", "minute", 1, 1, TypeRule::kInt64},
    {"SECOND", "second", 1, 1, TypeRule::kInt64},
    {"QUARTER", "quarter", 1, 1, TypeRule::kInt64},
    {"DAYOFYEAR", "dayofyear", 1, 1, TypeRule::kInt64},
    {"DATE", "to_date_of_timestamp", 1, 1, TypeRule::kDate},
    {"DATEDIFF", "datediff_days", 2, 2, TypeRule::kInt64},
    {"DATE_ADD", "date_add", 2, 2, TypeRule::kUnknown},
    {"ADDDATE", "date_add", 2, 2, TypeRule::kUnknown, kPure, true},
    {"DATE_SUB", "date_sub", 2, 2, TypeRule::kUnknown},
    {"SUBDATE", "date_sub", 2, 2, TypeRule::kUnknown, kPure, true},
    {"DATE_FORMAT", "date_format_mysql", 2, 2, TypeRule::kString},
    {"STR_TO_DATE", "str_to_date", 2, 2, TypeRule::kUnknown},
    {"LAST_DAY", "last_day", 1, 1, TypeRule::kDate},
    {"TIMESTAMPDIFF", "timestampdiff", 3, 3, TypeRule::kInt64},
    {"TIMESTAMPADD", "timestampadd", 3, 3, TypeRule::kUnknown},
    {"NOW", "now_local", 0, 1, TypeRule::kTimestamp, kStable},
    {"CURRENT_TIMESTAMP", "now_local", 0, 1, TypeRule::kTimestamp, kStable | kNoParentheses},
    {"LOCALTIMESTAMP", "now_local", 0, 1, TypeRule::kTimestamp, kStable | kNoParentheses, true},
    {"CURRENT_DATE", "current_date", 0, 0, TypeRule::kDate, kStable | kNoParentheses},
    {"CURDATE", "current_date", 0, 0, TypeRule::kDate, kStable, true},
    {"CURRENT_TIME", "current_time", 0, 1, TypeRule::kTime, kStable | kNoParentheses},
    {"UTC_TIMESTAMP", "utc_timestamp", 0, 1, TypeRule::kTimestamp, kStable | kNoParentheses},
    {"CURRENT_USER", "current_user", 0, 0, TypeRule::kString, kSession | kNoParentheses},
    {"DATABASE", "current_database", 0, 0, TypeRule::kString, kSession},
    {"VERSION", "version", 0, 0, TypeRule::kString, kSession},
    {"SYSDATE", "clock_timestamp", 0, 1, TypeRule::kTimestamp, kVolatile},
    {"RAND", "random", 0, 1, TypeRule::kFloat64, kVolatile},
    {"UUID", "uuid", 0, 0, TypeRule::kString, kVolatile},
    {"SLEEP", "sleep", 1, 1, TypeRule::kInt64, kVolatile},
    {"LAST_INSERT_ID", "last_insert_id", 0, 1, TypeRule::kInt64, kVolatile},
    {"GROUP_CONCAT", "group_concat", 1, -1, TypeRule::kString, kAggregate},
    {"STDDEV_SAMP", "stddev_samp_rounded", 1, 1, TypeRule::kFloat64, kAggregate},
    {"STDDEV_POP", "stddev_pop_rounded", 1, 1, TypeRule::kFloat64, kAggregate},
    {"STD", "stddev_pop_rounded", 1, 1, TypeRule::kFloat64, kAggregate, true},
    {"STDDEV", "stddev_pop_rounded", 1, 1, TypeRule::kFloat64, kAggregate, true},
    {"VAR_SAMP", "var_samp_rounded", 1, 1, TypeRule::kFloat64, kAggregate},
    {"VAR_POP", "var_pop_rounded", 1, 1, TypeRule::kFloat64, kAggregate},
    {"VARIANCE", "var_pop_rounded", 1, 1, TypeRule::kFloat64, kAggregate, true},
    {"BIT_AND", "bit_and_agg", 1, 1, TypeRule::kInt64, kAggregate},
    {"BIT_OR", "bit_or_agg", 1, 1, TypeRule::kInt64, kAggregate},
    {"BIT_XOR", "bit_xor_agg", 1, 1, TypeRule::kInt64, kAggregate},
    {"JSON_ARRAYAGG", "json_agg", 1, 1, TypeRule::kJson, kAggregate},
    {"JSON_OBJECTAGG", "json_object_agg", 2, 2, TypeRule::kJson, kAggregate},
    {"JSON_EXTRACT", "json_extract_mysql", 2, -1, TypeRule::kJson},
    {"JSON_UNQUOTE", "json_unquote", 1, 1, TypeRule::kString},
    {"JSON_VALUE", "json_value", 2, 2, TypeRule::kString},
    {"VALUES", "values_of_insert", 1, 1, TypeRule::kFirst},
};

constexpr TypeSpec kTypes[] = {
    {"TINYINT", TypeKind::kInt8, 1}, {"BOOLEAN", TypeKind::kBool}, {"BOOL", TypeKind::kBool, 0, 0, 0, false, true},
    {"SMALLINT", TypeKind::kInt16, 1}, {"MEDIUMINT", TypeKind::kInt32, 1, 0, 0, false, true}, {"INT", TypeKind::kInt32, 1},
    {"INTEGER", TypeKind::kInt32, 1, 0, 0, false, true}, {"BIGINT", TypeKind::kInt64, 1}, {"SIGNED", TypeKind::kInt64, 0, 0, 0, false, true},
    {"TINYINT UNSIGNED", TypeKind::kUInt8}, {"SMALLINT UNSIGNED", TypeKind::kUInt16}, {"INT UNSIGNED", TypeKind::kUInt32},
    {"INTEGER UNSIGNED", TypeKind::kUInt32, 0, 0, 0, false, true}, {"BIGINT UNSIGNED", TypeKind::kUInt64}, {"UNSIGNED", TypeKind::kUInt64, 0, 0, 0, false, true},
    {"FLOAT", TypeKind::kFloat32, 2}, {"DOUBLE", TypeKind::kFloat64, 2}, {"DOUBLE PRECISION", TypeKind::kFloat64, 0, 0, 0, false, true},
    {"REAL", TypeKind::kFloat64, 0, 0, 0, false, true}, {"DECIMAL", TypeKind::kDecimal, 2, 10}, {"NUMERIC", TypeKind::kDecimal, 2, 10, 0, false, true},
    {"DEC", TypeKind::kDecimal, 2, 10, 0, false, true}, {"VARCHAR", TypeKind::kString, 1}, {"CHAR", TypeKind::kString, 1, 0, 0, true},
    {"NCHAR", TypeKind::kString, 1, 0, 0, true, true}, {"TEXT", TypeKind::kString, 1, 0, 0, false, true}, {"TINYTEXT", TypeKind::kString, 0, 0, 0, false, true},
    {"MEDIUMTEXT", TypeKind::kString, 0, 0, 0, false, true}, {"LONGTEXT", TypeKind::kString, 0, 0, 0, false, true}, {"ENUM", TypeKind::kString, 0, 0, 0, false, true},
    {"SET", TypeKind::kString, 0, 0, 0, false, true}, {"LONGBLOB", TypeKind::kBinary}, {"BLOB", TypeKind::kBinary, 0, 0, 0, false, true},
    {"BINARY", TypeKind::kBinary, 1, 0, 0, true, true}, {"VARBINARY", TypeKind::kBinary, 1, 0, 0, false, true}, {"DATE", TypeKind::kDate},
    {"TIME", TypeKind::kTime, 1}, {"DATETIME", TypeKind::kTimestamp, 1}, {"TIMESTAMP", TypeKind::kTimestampTz, 1}, {"YEAR", TypeKind::kInt16, 1, 0, 0, false, true},
    {"JSON", TypeKind::kJson}, {"UUID", TypeKind::kUuid},
};

constexpr Dialect kDialect = {.name = "mysql", .aliases = kAliases, .quote = '`', .folding = Folding::kInsensitive, .table_folding = Folding::kSensitive,
                              .features = kFeatures, .reserved = kReserved, .functions = kFunctions, .types = kTypes, .precedence = &kPrecedence,
                              .default_schema = "", .unlimited_text = "LONGTEXT"};

}  // namespace

const Dialect& Mysql() {
  static const Dialect kWithParent = [] { Dialect d = kDialect; d.parent = &CoreSql(); return d; }();
  return kWithParent;
}

}  // namespace dvt::sql
