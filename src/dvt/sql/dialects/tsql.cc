#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/tsql_tables.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr std::string_view kAliases[] = {"sqlserver", "mssql"};

constexpr FeatureSet kFeatures = {F::kFetchAsWritten,
                                  F::kOffsetRows,
                                  F::kSingularUnits,
                                  F::kAliasedArguments,
                                  F::kUnderscoreNumbers,
                                  F::kDollarParameters,
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
                                  F::kOrdinality,
                                  F::kTryCast,
                                  F::kArrayKeyword,
                                  F::kBooleanLiterals,
                                  F::kBooleanType,
                                  F::kIntervalType,
                                  F::kIntervalUnitOutside,
                                  F::kIntervalString,
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
                                  F::kPathKeysBehindDots,
                                  F::kCreateOrReplace,
                                  F::kBracketIdentifiers,
                                  F::kAtVariables,
                                  F::kHashNames,
                                  F::kNoLimit,
                                  F::kOffsetNeedsOrder,
                                  F::kTop,
                                  F::kApply,
                                  F::kJoinHints,
                                  F::kTableHints,
                                  F::kForXml,
                                  F::kQueryOptions,
                                  F::kSelectInto,
                                  F::kEqualsAlias,
                                  F::kImplicitRecursion,
                                  F::kOutputsNeedNames,
                                  F::kPlainSetBranches,
                                  F::kConditionsOnly,
                                  F::kScopeOperator,
                                  F::kDoubleColonCast,
                                  F::kProcedural,
                                  F::kRawCalls,
                                  F::kOutputClause,
                                  F::kNullsLow,
                                  F::kCaseInsensitiveText,
                                  F::kSlashIsInteger};

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

const Dialect& Tsql() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "tsql";
    d.parent = &CoreSql();
    d.aliases = kAliases;
    d.quote = '[';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.features = kFeatures;
    d.precedence = &kPrecedence;
    d.functions = TsqlFunctions();
    d.types = TsqlTypes();
    d.unlimited_text = "VARCHAR(MAX)";
    d.time_format = "dotnet";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
