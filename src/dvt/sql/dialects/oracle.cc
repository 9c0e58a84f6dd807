#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/oracle_tables.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FeatureSet kFeatures = {F::kFetchAsWritten,
                                  F::kOffsetRows,
                                  F::kAliasedArguments,
                                  F::kUnderscoreNumbers,
                                  F::kDollarParameters,
                                  F::kPipesConcat,
                                  F::kQuoteStrings,
                                  F::kOptimizerHints,
                                  F::kNoLimit,
                                  F::kSelectInto,
                                  F::kConnectBy,
                                  F::kOuterMarks,
                                  F::kBareTableAliases,
                                  F::kTablePartitions,
                                  F::kFlashback,
                                  F::kRawCalls,
                                  F::kUnquotedKeywords,
                                  F::kImplicitRecursion,
                                  F::kDoubleColonCast,
                                  F::kJsonContainment,
                                  F::kSimilarTo,
                                  F::kNotNullPostfix,
                                  F::kLambdaArrow,
                                  F::kGroupByAll,
                                  F::kGroupingSets,
                                  F::kLateral,
                                  F::kAsofJoin,
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
                                  F::kSampleSeed,
                                  F::kSampleWord,
                                  F::kPivot,
                                  F::kIntersectExceptAll,
                                  F::kTrailingCommas,
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
                                  F::kColonParameters};

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

const Dialect& Oracle() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "oracle";
    d.parent = &CoreSql();
    d.aliases = {};
    d.folding = d.table_folding = Folding::kUpper;
    d.features = kFeatures;
    d.precedence = &kPrecedence;
    d.functions = OracleFunctions();
    d.types = OracleTypes();
    d.unlimited_text = "CLOB";
    d.time_format = "oracle";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
