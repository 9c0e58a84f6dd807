#pragma once

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// What nearly every dialect has: a dialect's own set says what it adds and lacks.
inline constexpr FeatureSet kStandardFeatures = {Feature::kUnderscoreNumbers, Feature::kDollarParameters,
                                                 Feature::kPipesConcat,       Feature::kDoubleColonCast,
                                                 Feature::kJsonContainment,   Feature::kSimilarTo,
                                                 Feature::kNotNullPostfix,    Feature::kGroupingSets,
                                                 Feature::kLateral,           Feature::kFullJoin,
                                                 Feature::kNaturalJoin,       Feature::kNullsOrdering,
                                                 Feature::kMaterializedCte,   Feature::kValuesTable,
                                                 Feature::kTableStatement,    Feature::kWindowFrameGroups,
                                                 Feature::kFilterClause,      Feature::kWithinGroup,
                                                 Feature::kNamedWindows,      Feature::kTableSample,
                                                 Feature::kOrdinality,        Feature::kArrayBrackets,
                                                 Feature::kArrayKeyword,      Feature::kBooleanLiterals,
                                                 Feature::kBooleanType,       Feature::kIntervalType,
                                                 Feature::kIntervalString,    Feature::kExtract,
                                                 Feature::kPositionFunction,  Feature::kSubstringFrom,
                                                 Feature::kTrimFrom,          Feature::kRowConstructor,
                                                 Feature::kCollateClause,     Feature::kAtTimeZone,
                                                 Feature::kNamedArguments,    Feature::kReturning,
                                                 Feature::kOnConflict,        Feature::kMerge,
                                                 Feature::kDeleteUsing,       Feature::kUpdateFrom};

/// … and what analytical dialects read beside it.
inline constexpr FeatureSet kWarehouseFeatures = kStandardFeatures.With(
    {Feature::kLambdaArrow, Feature::kGroupByAll, Feature::kAsofJoin, Feature::kLimitPercent, Feature::kByNameUnion,
     Feature::kStarExcept, Feature::kStarReplace, Feature::kIgnoreNulls, Feature::kPivot, Feature::kTrailingCommas,
     Feature::kIntervalUnitOutside, Feature::kAliasedArguments, Feature::kCreateOrReplace});

/// How tightly operators bind in most dialects.
inline constexpr Precedence kStandardPrecedence = MakePrecedence({{Op::kOr, 1},
                                                                  {Op::kAnd, 2},
                                                                  {Op::kEq, 5},
                                                                  {Op::kNullSafeEq, 5},
                                                                  {Op::kNeq, 5},
                                                                  {Op::kLt, 5},
                                                                  {Op::kLe, 5},
                                                                  {Op::kGt, 5},
                                                                  {Op::kGe, 5},
                                                                  {Op::kDistinctFrom, 4},
                                                                  {Op::kNotDistinctFrom, 4},
                                                                  {Op::kBitOr, 7},
                                                                  {Op::kBitXor, 7},
                                                                  {Op::kBitAnd, 7},
                                                                  {Op::kShiftLeft, 7},
                                                                  {Op::kShiftRight, 7},
                                                                  {Op::kConcat, 7},
                                                                  {Op::kJsonGet, 7},
                                                                  {Op::kJsonGetText, 7},
                                                                  {Op::kJsonPath, 7},
                                                                  {Op::kJsonPathText, 7},
                                                                  {Op::kContains, 7},
                                                                  {Op::kContainedBy, 7},
                                                                  {Op::kOverlaps, 7},
                                                                  {Op::kRegexMatch, 7},
                                                                  {Op::kRegexNoMatch, 7},
                                                                  {Op::kCustom, 7},
                                                                  {Op::kAdd, 8},
                                                                  {Op::kSub, 8},
                                                                  {Op::kMul, 9},
                                                                  {Op::kDiv, 9},
                                                                  {Op::kIntDiv, 9},
                                                                  {Op::kMod, 9},
                                                                  {Op::kPow, 10}},
                                                                 3, 4, 6, 13, 12, 11);

}  // namespace dvt::sql
