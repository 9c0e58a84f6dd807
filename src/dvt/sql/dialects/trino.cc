#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr std::string_view kAliases[] = {"presto", "athena"};

constexpr FeatureSet kFeatures = {F::kFetchAsWritten,     F::kSingularUnits,    F::kAliasedArguments,
                                  F::kUnderscoreNumbers,  F::kDollarParameters, F::kPipesConcat,
                                  F::kDoubleColonCast,    F::kJsonContainment,  F::kSimilarTo,
                                  F::kNotNullPostfix,     F::kLambdaArrow,      F::kGroupByAll,
                                  F::kGroupingSets,       F::kLateral,          F::kAsofJoin,
                                  F::kSemiAntiJoin,       F::kFullJoin,         F::kNaturalJoin,
                                  F::kLimitPercent,       F::kNullsOrdering,    F::kByNameUnion,
                                  F::kStarExcept,         F::kStarReplace,      F::kMaterializedCte,
                                  F::kValuesTable,        F::kTableStatement,   F::kWindowFrameGroups,
                                  F::kFilterClause,       F::kWithinGroup,      F::kIgnoreNulls,
                                  F::kNamedWindows,       F::kTableSample,      F::kPivot,
                                  F::kIntersectExceptAll, F::kTrailingCommas,   F::kAliasInWhere,
                                  F::kAliasInGroupBy,     F::kOrdinality,       F::kTryCast,
                                  F::kArrayBrackets,      F::kArrayKeyword,     F::kStructBraces,
                                  F::kMapBraces,          F::kListSlices,       F::kBooleanLiterals,
                                  F::kBooleanType,        F::kIntervalType,     F::kIntervalUnitOutside,
                                  F::kIntervalString,     F::kExtract,          F::kPositionFunction,
                                  F::kSubstringFrom,      F::kTrimFrom,         F::kRowConstructor,
                                  F::kCollateClause,      F::kAtTimeZone,       F::kNamedArguments,
                                  F::kReturning,          F::kOnConflict,       F::kMerge,
                                  F::kDeleteUsing,        F::kUpdateFrom,       F::kCreateOrReplace,
                                  F::kNullsAlwaysLast,    F::kBareJoin,         F::kBareValues,
                                  F::kTypedLiterals,      F::kMatchRecognize};

constexpr Precedence kPrecedence = MakePrecedence(
    {{Op::kOr, 1},       {Op::kAnd, 2},        {Op::kEq, 5},           {Op::kNeq, 5},          {Op::kLt, 5},
     {Op::kLe, 5},       {Op::kGt, 5},         {Op::kGe, 5},           {Op::kDistinctFrom, 4}, {Op::kNotDistinctFrom, 4},
     {Op::kBitOr, 7},    {Op::kBitXor, 7},     {Op::kBitAnd, 7},       {Op::kShiftLeft, 7},    {Op::kShiftRight, 7},
     {Op::kConcat, 7},   {Op::kJsonGet, 7},    {Op::kJsonGetText, 7},  {Op::kContains, 7},     {Op::kContainedBy, 7},
     {Op::kOverlaps, 7}, {Op::kRegexMatch, 7}, {Op::kRegexNoMatch, 7}, {Op::kCustom, 7},       {Op::kAdd, 8},
     {Op::kSub, 8},      {Op::kMul, 9},        {Op::kDiv, 9},          {Op::kIntDiv, 9},       {Op::kMod, 9},
     {Op::kPow, 10}},
    3, 4, 6, 13, 12, 11);

constexpr FunctionSpec kFunctions[] = {
    {"IF", "if", 2, 3, TypeRule::kSecond},
    // Dates.
    {"DATE_ADD", "date_add_step", 2, 3, TypeRule::kFirst, kPure, false, "date_add", "ARG3, ARG2, UNIT(ARG1)",
     "DATE_ADD('ARG3', INTEGER(ARG2), ARG1)"},
    {"",
     "ts_or_ds_add",
     2,
     3,
     TypeRule::kDate,
     kPure,
     false,
     "date_add",
     {},
     "DATE_ADD('ARG3', INTEGER(ARG2), CAST(CAST(ARG1 AS TIMESTAMP) AS DATE))"},
    {"", "date_sub_step", 2, 3, TypeRule::kFirst, kPure, false, "date_sub", {}, "DATE_ADD('ARG3', ARG2 * -1, ARG1)"},
    {"DATE_DIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", "ARG3, ARG2, UNIT(ARG1)",
     "DATE_DIFF('ARG3', ARG2, ARG1)"},
    {"",
     "date_diff_boundaries",
     2,
     3,
     TypeRule::kInt64,
     kPure,
     false,
     "date_diff",
     {},
     "DATE_DIFF('ARG3', DATE_TRUNC('ARG3', MOMENT(ARG2)), DATE_TRUNC('ARG3', MOMENT(ARG1)))"},
    {"", "ts_or_ds_diff", 2, 3, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATE_DIFF('ARG3', ARG2, ARG1)"},
    {"DATE_TRUNC", "date_trunc_date", 2, 3, TypeRule::kSecond, kPure, false, "date_trunc", "ARG2, UNIT(ARG1)",
     "DATE_TRUNC('ARG2', ARG1)"},
    {"LAST_DAY_OF_MONTH", "last_day", 1, 2, TypeRule::kDate, kPure, false, {}, {}, "LAST_DAY_OF_MONTH(ARG1)"},
    {"", "add_months", 2, 2, TypeRule::kDate, kPure, false, {}, {}, "DATE_ADD('MONTH', ARG2, STAMP(ARG1))"},
    {"", "time_to_str", 2, 2, TypeRule::kString, kPure, false, {}, {}, "DATE_FORMAT(STAMP(ARG1), FORMAT(ARG2))"},
    {"DATE_FORMAT", "date_format_trino", 2, 2, TypeRule::kString, kPure, false, "time_to_str", "ARG1, FORMAT(ARG2)",
     "DATE_FORMAT(ARG1, FORMAT(ARG2))"},
    {"TO_CHAR", "date_format_trino", 2, 2, TypeRule::kString, kPure, true, "time_to_str", "ARG1, FORMAT(ARG2, 'teradata')"},
    {"DATE_PARSE",
     "str_to_time",
     2,
     3,
     TypeRule::kTimestamp,
     kPure,
     false,
     {},
     "ARG1, PARSE_FORMAT(ARG2)",
     "DATE_PARSE(ARG1, PARSE_FORMAT(ARG2))"},
    {"",
     "str_to_date_format",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "str_to_date",
     {},
     "CAST(DATE_PARSE(ARG1, PARSE_FORMAT(ARG2)) AS DATE)"},
    {"",
     "to_date_or_null",
     2,
     2,
     TypeRule::kDate,
     kPure,
     false,
     "ts_or_ds_to_date",
     {},
     "CAST(DATE_PARSE(ARG1, PARSE_FORMAT(ARG2)) AS DATE)"},
    {"", "ts_or_ds_to_date", 2, 2, TypeRule::kDate, kPure, false, {}, {}, "CAST(DATE_PARSE(ARG1, PARSE_FORMAT(ARG2)) AS DATE)"},
    {"", "ts_or_ds_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(CAST(ARG1 AS TIMESTAMP) AS DATE)"},
    {"",
     "str_to_unix",
     1,
     2,
     TypeRule::kInt64,
     kPure,
     false,
     {},
     {},
     "TO_UNIXTIME(COALESCE(TRY(DATE_PARSE(CAST(ARG1 AS VARCHAR), PARSE_FORMAT(ARG2))), PARSE_DATETIME(DATE_FORMAT(STAMP(ARG1), "
     "PARSE_FORMAT(ARG2)), FORMAT(ARG2, 'joda'))))"},
    {"", "unix_to_str", 2, 2, TypeRule::kString, kPure, false, {}, {}, "DATE_FORMAT(FROM_UNIXTIME(ARG1), FORMAT(ARG2))"},
    {"FROM_UNIXTIME", "unix_to_time", 1, 1, TypeRule::kTimestampTz},
    {"FROM_UNIXTIME", "from_unixtime_zone", 2, 3, TypeRule::kTimestampTz},
    {"", "unix_to_time", 2, 2, TypeRule::kTimestamp, kPure, false, {}, {}, "FROM_UNIXTIME(ARG1)", {}, "ARG2=0"},
    {"", "unix_to_time", 2, 2, TypeRule::kTimestamp, kPure, false, {}, {}, "FROM_UNIXTIME(CAST(ARG1 AS DOUBLE) / POW(10, ARG2))"},
    {"", "unix_to_time_str", 1, 1, TypeRule::kString, kPure, false, {}, {}, "CAST(FROM_UNIXTIME(ARG1) AS VARCHAR)"},
    {"TO_UNIXTIME", "time_to_unix", 1, 1, TypeRule::kFloat64},
    {"", "time_str_to_unix", 1, 1, TypeRule::kFloat64, kPure, false, {}, {}, "TO_UNIXTIME(DATE_PARSE(ARG1, '%Y-%m-%d %T'))"},
    {"", "time_str_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"", "date_str_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"", "time_str_to_time", 2, 2, TypeRule::kTimestampTz, kPure, false, {}, {}, "CAST(ARG1 AS TIMESTAMP WITH TIME ZONE)"},
    {"", "time_str_to_time", 1, 1, TypeRule::kTimestamp, kPure, false, {}, {}, "CAST(ARG1 AS TIMESTAMP)"},
    {"", "time_to_time_str", 1, 1, TypeRule::kString, kPure, false, {}, {}, "CAST(ARG1 AS VARCHAR)"},
    {"", "ts_or_ds_to_date_str", 1, 1, TypeRule::kString, kPure, false, {}, {}, "SUBSTR(CAST(ARG1 AS VARCHAR), 1, 10)"},
    {"",
     "ts_or_di_to_di",
     1,
     1,
     TypeRule::kInt32,
     kPure,
     false,
     {},
     {},
     "CAST(SUBSTR(REPLACE(CAST(ARG1 AS VARCHAR), '-', ''), 1, 8) AS INT)"},
    {"", "date_to_di", 1, 1, TypeRule::kInt32, kPure, false, {}, {}, "CAST(DATE_FORMAT(ARG1, '%Y%m%d') AS INT)"},
    {"", "di_to_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(DATE_PARSE(CAST(ARG1 AS VARCHAR), '%Y%m%d') AS DATE)"},
    {"", "date_from_unix_date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "DATE_ADD('DAY', ARG1, CAST('1970-01-01' AS DATE))"},
    {"YEAR", "year", 1, 1, TypeRule::kInt64},
    {"QUARTER", "quarter", 1, 1, TypeRule::kInt64},
    {"MONTH", "month", 1, 1, TypeRule::kInt64},
    {"WEEK_OF_YEAR", "week_iso", 1, 1, TypeRule::kInt64},
    {"DAY", "day", 1, 1, TypeRule::kInt64},
    {"DAY_OF_YEAR", "dayofyear", 1, 1, TypeRule::kInt64},
    {"DAY_OF_WEEK", "dow_monday1", 1, 1, TypeRule::kInt64},
    {"HOUR", "hour", 1, 1, TypeRule::kInt64},
    {"MINUTE", "minute", 1, 1, TypeRule::kInt64},
    {"SECOND", "second", 1, 1, TypeRule::kInt64},
    {"DAY_OF_MONTH", "day_of_month", 1, 1, TypeRule::kInt64, kPure, false, "day"},
    {"WEEK", "week_iso", 1, 1, TypeRule::kInt64, kPure, true},
    {"DOW", "dow_monday1", 1, 1, TypeRule::kInt64, kPure, true},
    {"DOY", "dayofyear", 1, 1, TypeRule::kInt64, kPure, true},
    {"YEAR_OF_WEEK", "year_of_week_iso", 1, 1, TypeRule::kInt64},
    {"", "dow_sunday1", 1, 1, TypeRule::kInt64, kPure, false, {}, {}, "(DAY_OF_WEEK(ARG1) % 7) + 1"},
    {"DATE", "date", 1, 1, TypeRule::kDate, kPure, false, {}, "=CAST(ARG1 AS DATE)"},
    {"", "date", 1, 1, TypeRule::kDate, kPure, false, {}, {}, "CAST(ARG1 AS DATE)"},
    {"CURRENT_DATE", "current_date", 0, 0, TypeRule::kDate, kStable | kNoParentheses},
    {"CURRENT_TIME", "current_time", 0, 1, TypeRule::kTime, kStable | kNoParentheses},
    {"CURRENT_TIMESTAMP", "now", 0, 1, TypeRule::kTimestampTz, kStable | kNoParentheses},
    {"LOCALTIMESTAMP", "localtimestamp", 0, 1, TypeRule::kTimestamp, kStable | kNoParentheses},
    {"LOCALTIME", "localtime", 0, 1, TypeRule::kTime, kStable | kNoParentheses},
    {"NOW", "now", 0, 0, TypeRule::kTimestampTz, kStable, true},
};

}  // namespace

const Dialect& Trino() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "trino";
    d.parent = &CoreSql();
    d.aliases = kAliases;
    d.folding = d.table_folding = Folding::kInsensitive;
    d.features = kFeatures.Without({F::kAliasInWhere, F::kAliasInGroupBy});
    d.precedence = &kPrecedence;
    d.nested = {.structure = "ROW", .open = '(', .literal = "ARRAY["};
    d.functions = kFunctions;
    d.time_format = "mysql";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
