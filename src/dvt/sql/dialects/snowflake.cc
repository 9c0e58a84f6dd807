#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/snowflake_functions.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FeatureSet kFeatures = {F::kTrimArguments,
                                  F::kFetchAsWritten,
                                  F::kAliasedArguments,
                                  F::kTop,
                                  F::kConnectBy,
                                  F::kOuterMarks,
                                  F::kUnderscoreNumbers,
                                  F::kDollarParameters,
                                  F::kPipesConcat,
                                  F::kDoubleColonCast,
                                  F::kArrowJson,
                                  F::kJsonContainment,
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
                                  F::kPivot,
                                  F::kTrailingCommas,
                                  F::kAliasInWhere,
                                  F::kAliasInGroupBy,
                                  F::kAliasInHaving,
                                  F::kLateralAlias,
                                  F::kOrdinality,
                                  F::kTryCast,
                                  F::kArrayBrackets,
                                  F::kArrayKeyword,
                                  F::kMapBraces,
                                  F::kListSlices,
                                  F::kBooleanLiterals,
                                  F::kBooleanType,
                                  F::kIntervalType,
                                  F::kIntervalUnitOutside,
                                  F::kIntervalString,
                                  F::kExtract,
                                  F::kPositionFunction,
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
                                  F::kDollarStrings,
                                  F::kBackslashEscapes,
                                  F::kSlashComments,
                                  F::kTableKeyword,
                                  F::kFlatten,
                                  F::kStagedFiles,
                                  F::kTimeTravel,
                                  F::kMatchRecognize,
                                  F::kSemanticView,
                                  F::kMatchCondition,
                                  F::kDirectedJoin,
                                  F::kBareJoin,
                                  F::kSampleWord,
                                  F::kSampleSeed,
                                  F::kSampleMethod,
                                  F::kSamplePlain,
                                  F::kColonPath,
                                  F::kModelCall,
                                  F::kObjectStar,
                                  F::kDatePartCall,
                                  F::kRegexpCall,
                                  F::kParametricCalls,
                                  F::kAddWithoutColumn,
                                  F::kLowerCaseHex,
                                  F::kValueWindows,
                                  F::kOrderWithin,
                                  F::kFilterFolded,
                                  F::kBitFunctions,
                                  F::kPivotLiteralNames,
                                  F::kDecimalDefaults,
                                  F::kBackslashQuote,
                                  F::kEscapedControls};

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

const Dialect& Snowflake() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "snowflake";
    d.parent = &CoreSql();
    d.aliases = {};
    d.folding = d.table_folding = Folding::kUpper;
    d.features = kFeatures;
    d.precedence = &kPrecedence;
    d.nested = {.structure = "OBJECT", .open = '(', .literal = "["};
    d.time_format = "snowflake";
    d.functions = SnowflakeFunctions();
    d.types = SnowflakeTypes();
    d.unlimited_text = "VARCHAR";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
