#include "dvt/sql/dialects/clickhouse_tables.h"
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FeatureSet kFeatures = {F::kSemiJoinWords,
                                  F::kAliasInHaving,
                                  F::kHexNumbers,
                                  F::kHexNumbersKept,
                                  F::kAliasFirst,
                                  F::kLateralAlias,
                                  F::kSetDistinctWord,
                                  F::kSingularUnits,
                                  F::kUnderscoreNumbers,
                                  F::kDollarParameters,
                                  F::kPipesConcat,
                                  F::kDoubleColonCast,
                                  F::kIlike,
                                  F::kSimilarTo,
                                  F::kNotNullPostfix,
                                  F::kLambdaArrow,
                                  F::kDistinctOn,
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
                                  F::kSampleWord,
                                  F::kPivot,
                                  F::kIntersectExceptAll,
                                  F::kTrailingCommas,
                                  F::kAliasInWhere,
                                  F::kAliasInGroupBy,
                                  F::kOrdinality,
                                  F::kArrayBrackets,
                                  F::kArrayKeyword,
                                  F::kListSlices,
                                  F::kBooleanLiterals,
                                  F::kBooleanType,
                                  F::kIntervalType,
                                  F::kIntervalUnitOutside,
                                  F::kIntervalString,
                                  F::kExtract,
                                  F::kSubstringFrom,
                                  F::kTrimFrom,
                                  F::kRowConstructor,
                                  F::kCollateClause,
                                  F::kAtTimeZone,
                                  F::kNamedArguments,
                                  F::kReturning,
                                  F::kOnConflict,
                                  F::kMerge,
                                  F::kDeleteUsing,
                                  F::kUpdateFrom,
                                  F::kCreateOrReplace,
                                  F::kBackslashEscapes,
                                  F::kBacktickIdentifiers,
                                  F::kBraceParameters,
                                  F::kDashedNames,
                                  F::kTernary,
                                  F::kGlobalIn,
                                  F::kPrewhere,
                                  F::kFinalTables,
                                  F::kJoinStrictness,
                                  F::kLimitBy,
                                  F::kSettingsClause,
                                  F::kWithExpression,
                                  F::kWithFill,
                                  F::kNullableTypes,
                                  F::kNotInParens,
                                  F::kTupleValues,
                                  F::kDatabasesOnly,
                                  F::kArraysFromOne,
                                  F::kExceptStar,
                                  F::kBareJoin,
                                  F::kUnquotedKeywords,
                                  F::kParametricCalls,
                                  F::kAliasedArguments,
                                  F::kTypedArguments,
                                  F::kKeepTypeCase,
                                  F::kKeepFunctionCase,
                                  F::kWordOperators,
                                  F::kDollarStrings,
                                  F::kNullsAlwaysLast};

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

const Dialect& Clickhouse() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "clickhouse";
    d.parent = &CoreSql();
    d.aliases = {};
    d.folding = d.table_folding = Folding::kSensitive;
    d.features = kFeatures;
    d.precedence = &kPrecedence;
    d.functions = ClickhouseFunctions();
    d.types = ClickhouseTypes();
    d.unlimited_text = "String";
    d.nested = {.array = "Array", .structure = "Tuple", .map = "Map", .open = '(', .literal = "["};
    d.time_format = "clickhouse";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
