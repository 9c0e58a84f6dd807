#include "dvt/sql/dialects/bigquery_tables.h"
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr std::string_view kReserved[] = {
    "ALL",      "AND",     "ANY",      "ARRAY",     "AS",        "ASC",         "ASSERT_ROWS_MODIFIED",
    "AT",       "BETWEEN", "BY",       "CASE",      "CAST",      "COLLATE",     "CONTAINS",
    "CREATE",   "CROSS",   "CUBE",     "CURRENT",   "DEFAULT",   "DEFINE",      "DESC",
    "DISTINCT", "ELSE",    "END",      "ENUM",      "ESCAPE",    "EXCEPT",      "EXCLUDE",
    "EXISTS",   "EXTRACT", "FALSE",    "FETCH",     "FOLLOWING", "FOR",         "FROM",
    "FULL",     "GROUP",   "GROUPING", "GROUPS",    "HASH",      "HAVING",      "IF",
    "IGNORE",   "IN",      "INNER",    "INTERSECT", "INTERVAL",  "INTO",        "IS",
    "JOIN",     "LATERAL", "LEFT",     "LIKE",      "LIMIT",     "LOOKUP",      "MERGE",
    "NATURAL",  "NEW",     "NO",       "NOT",       "NULL",      "NULLS",       "OF",
    "ON",       "OR",      "ORDER",    "OUTER",     "OVER",      "PARTITION",   "PRECEDING",
    "PROTO",    "QUALIFY", "RANGE",    "RECURSIVE", "RESPECT",   "RIGHT",       "ROLLUP",
    "ROWS",     "SELECT",  "SET",      "SOME",      "STRUCT",    "TABLESAMPLE", "THEN",
    "TO",       "TREAT",   "TRUE",     "UNBOUNDED", "UNION",     "UNNEST",      "USING",
    "WHEN",     "WHERE",   "WINDOW",   "WITH",      "WITHIN"};

constexpr FeatureSet kFeatures = {F::kPipeSyntax,
                                  F::kTrimArguments,
                                  F::kAliasInHaving,
                                  F::kHexNumbers,
                                  F::kHexNumbersKept,
                                  F::kSetDistinctWord,
                                  F::kSingularUnits,
                                  F::kUnderscoreNumbers,
                                  F::kDollarParameters,
                                  F::kPipesConcat,
                                  F::kJsonContainment,
                                  F::kSimilarTo,
                                  F::kLambdaArrow,
                                  F::kQualify,
                                  F::kGroupByAll,
                                  F::kGroupingSets,
                                  F::kLateral,
                                  F::kAsofJoin,
                                  F::kSemiAntiJoin,
                                  F::kFullJoin,
                                  F::kNaturalJoin,
                                  F::kLimitPercent,
                                  F::kNullsOrdering,
                                  F::kByNameUnion,
                                  F::kStarExcept,
                                  F::kStarReplace,
                                  F::kMaterializedCte,
                                  F::kValuesTable,
                                  F::kTableStatement,
                                  F::kWindowFrameGroups,
                                  F::kFilterClause,
                                  F::kWithinGroup,
                                  F::kIgnoreNulls,
                                  F::kNamedWindows,
                                  F::kTableSample,
                                  F::kPivot,
                                  F::kIntersectExceptAll,
                                  F::kTrailingCommas,
                                  F::kAliasInGroupBy,
                                  F::kOrdinality,
                                  F::kTryCast,
                                  F::kArrayBrackets,
                                  F::kArrayKeyword,
                                  F::kBooleanLiterals,
                                  F::kBooleanType,
                                  F::kIntervalType,
                                  F::kIntervalUnitOutside,
                                  F::kIntervalString,
                                  F::kExtract,
                                  F::kPositionFunction,
                                  F::kSubstringFrom,
                                  F::kRowConstructor,
                                  F::kCollateClause,
                                  F::kAtTimeZone,
                                  F::kNamedArguments,
                                  F::kReturning,
                                  F::kOnConflict,
                                  F::kMerge,
                                  F::kDeleteUsing,
                                  F::kUpdateFrom,
                                  F::kTransactionWords,
                                  F::kCreateOrReplace,
                                  F::kBackslashEscapes,
                                  F::kBacktickIdentifiers,
                                  F::kDoubleQuotedStrings,
                                  F::kHashComments,
                                  F::kRawStrings,
                                  F::kBytesStrings,
                                  F::kTripleQuotes,
                                  F::kCodeEscapes,
                                  F::kBackslashQuote,
                                  F::kEscapedControls,
                                  F::kDashedNames,
                                  F::kUnnestOffset,
                                  F::kUnnestOnDots,
                                  F::kAliasKeysGrouping,
                                  F::kSelectAsStruct,
                                  F::kSidedSetOperators,
                                  F::kModelArguments,
                                  F::kCallClauses,
                                  F::kModFunction,
                                  F::kBareCasts,
                                  F::kExceptStar,
                                  F::kBareJoin,
                                  F::kSafeCast,
                                  F::kScripts,
                                  F::kNullsInCall,
                                  F::kAliasedArguments,
                                  F::kCastFormat,
                                  F::kTypedLiterals,
                                  F::kAngleTypes,
                                  F::kAtVariables,
                                  F::kNullsLow};

constexpr Precedence kPrecedence = MakePrecedence(
    {{Op::kOr, 1},       {Op::kAnd, 2},        {Op::kEq, 5},           {Op::kNeq, 5},          {Op::kLt, 5},
     {Op::kLe, 5},       {Op::kGt, 5},         {Op::kGe, 5},           {Op::kDistinctFrom, 4}, {Op::kNotDistinctFrom, 4},
     {Op::kBitOr, 7},    {Op::kBitXor, 7},     {Op::kBitAnd, 7},       {Op::kShiftLeft, 7},    {Op::kShiftRight, 7},
     {Op::kConcat, 7},   {Op::kJsonGet, 7},    {Op::kJsonGetText, 7},  {Op::kContains, 7},     {Op::kContainedBy, 7},
     {Op::kOverlaps, 7}, {Op::kRegexMatch, 7}, {Op::kRegexNoMatch, 7}, {Op::kCustom, 7},       {Op::kAdd, 8},
     {Op::kSub, 8},      {Op::kMul, 9},        {Op::kDiv, 9},          {Op::kIntDiv, 9},       {Op::kMod, 9},
     {Op::kPow, 10}},
    3, 4, 6, 13, 12, 11);

}  // namespace

const Dialect& Bigquery() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "bigquery";
    d.parent = &CoreSql();
    d.aliases = {};
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.features = kFeatures.With({F::kOrderInside});
    d.precedence = &kPrecedence;
    d.reserved = kReserved;
    d.functions = BigqueryFunctions();
    d.types = BigqueryTypes();
    d.unlimited_text = "STRING";
    d.nested = {.literal = "["};
    d.time_format = "bigquery";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
