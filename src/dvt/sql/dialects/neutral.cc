#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr std::string_view kAliases[] = {"neutral"};

constexpr FeatureSet kFeatures = {F::kAliasInHaving,
                                  F::kLateralAlias,
                                  F::kFetchAsWritten,
                                  F::kUnquotedKeywords,
                                  F::kAliasInGroupBy,
                                  F::kAliasInWhere,
                                  F::kArrayBrackets,
                                  F::kArrayKeyword,
                                  F::kArrowJson,
                                  F::kAsofJoin,
                                  F::kAtTimeZone,
                                  F::kBitStrings,
                                  F::kBooleanLiterals,
                                  F::kBooleanType,
                                  F::kByNameUnion,
                                  F::kCollateClause,
                                  F::kColumnsExpression,
                                  F::kAngleTypes,
                                  F::kAliasedArguments,
                                  F::kCreateOrReplace,
                                  F::kDeleteUsing,
                                  F::kDistinctOn,
                                  F::kDollarParameters,
                                  F::kDoubleColonCast,
                                  F::kDoubleEquals,
                                  F::kEStrings,
                                  F::kExtract,
                                  F::kFetch,
                                  F::kFilterClause,
                                  F::kFromFirst,
                                  F::kFullJoin,
                                  F::kGlobOperator,
                                  F::kGroupByAll,
                                  F::kGroupingSets,
                                  F::kHashJson,
                                  F::kHexNumbers,
                                  F::kIgnoreNulls,
                                  F::kIlike,
                                  F::kIntersectExceptAll,
                                  F::kIntervalString,
                                  F::kIntervalType,
                                  F::kIntervalUnitOutside,
                                  F::kJsonContainment,
                                  F::kLambdaArrow,
                                  F::kLambdaKeyword,
                                  F::kLateral,
                                  F::kLikeBackslash,
                                  F::kLimitPercent,
                                  F::kListSlices,
                                  F::kMapBraces,
                                  F::kMaterializedCte,
                                  F::kMerge,
                                  F::kNamedArguments,
                                  F::kNamedWindows,
                                  F::kNaturalJoin,
                                  F::kNestedComments,
                                  F::kNotNullPostfix,
                                  F::kNullsOrdering,
                                  F::kOnConflict,
                                  F::kOrdinality,
                                  F::kOverlay,
                                  F::kPipesConcat,
                                  F::kPivot,
                                  F::kPositionFunction,
                                  F::kPositionalJoin,
                                  F::kQualify,
                                  F::kReturning,
                                  F::kRowConstructor,
                                  F::kSemiAntiJoin,
                                  F::kSimilarTo,
                                  F::kStarExcept,
                                  F::kStarReplace,
                                  F::kStructBraces,
                                  F::kSubstringFrom,
                                  F::kTableSample,
                                  F::kTableStatement,
                                  F::kTrailingCommas,
                                  F::kTrimFrom,
                                  F::kTryCast,
                                  F::kUnderscoreNumbers,
                                  F::kUpdateFrom,
                                  F::kValuesTable,
                                  F::kWindowFrameGroups,
                                  F::kWithinGroup,
                                  F::kNullSafeEquals,
                                  F::kDivOperator,
                                  F::kAtVariables,
                                  F::kOptimizerHints,
                                  F::kTableHints,
                                  F::kSelectInto,
                                  F::kXorOperator,
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

const Dialect& Neutral() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "";
    d.parent = &NeutralDates();
    d.aliases = kAliases;
    d.features = kFeatures;
    d.precedence = &kPrecedence;
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
