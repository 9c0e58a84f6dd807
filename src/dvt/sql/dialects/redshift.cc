#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using columnar::TypeKind;
using F = Feature;

constexpr FeatureSet kFeatures = {F::kTop,
                                  F::kConnectBy,
                                  F::kOuterMarks,
                                  F::kSelectInto,
                                  F::kLateralAlias,
                                  F::kLocaleTextOrder,
                                  F::kLikeBackslash,
                                  F::kSymmetricBetween,
                                  F::kSmallSums,
                                  F::kEStrings,
                                  F::kDollarStrings,
                                  F::kNestedComments,
                                  F::kBitStrings,
                                  F::kHexNumbers,
                                  F::kUnderscoreNumbers,
                                  F::kDollarParameters,
                                  F::kPipesConcat,
                                  F::kCaretIsPower,
                                  F::kHashIsXor,
                                  F::kDoubleColonCast,
                                  F::kArrowJson,
                                  F::kHashJson,
                                  F::kJsonContainment,
                                  F::kTildeRegex,
                                  F::kIlike,
                                  F::kSimilarTo,
                                  F::kNotNullPostfix,
                                  F::kDistinctOn,
                                  F::kGroupingSets,
                                  F::kLateral,
                                  F::kFullJoin,
                                  F::kNaturalJoin,
                                  F::kFetch,
                                  F::kAlterTypeWithoutSetData,
                                  F::kRawCalls,
                                  F::kSubstringWords,
                                  F::kTrimOneSided,
                                  F::kNullsOrdering,
                                  F::kMaterializedCte,
                                  F::kValuesTable,
                                  F::kTableStatement,
                                  F::kFilterClause,
                                  F::kWithinGroup,
                                  F::kTableSample,
                                  F::kSamplePlain,
                                  F::kIntersectExceptAll,
                                  F::kDerivedTableNeedsAlias,
                                  F::kAliasInGroupBy,
                                  F::kNamesAfterCalls,
                                  F::kOrdinality,
                                  F::kArrayBrackets,
                                  F::kArrayKeyword,
                                  F::kListSlices,
                                  F::kBooleanLiterals,
                                  F::kBooleanType,
                                  F::kIntervalType,
                                  F::kIntervalString,
                                  F::kOverlay,
                                  F::kExtract,
                                  F::kPositionFunction,
                                  F::kSubstringFrom,
                                  F::kTrimFrom,
                                  F::kRowConstructor,
                                  F::kCollateClause,
                                  F::kAtTimeZone,
                                  F::kNamedArguments,
                                  F::kSlashIsInteger,
                                  F::kConcatNullIsEmpty,
                                  F::kGreatestIgnoresNull,
                                  F::kTransactionalDdl,
                                  F::kReturning,
                                  F::kOnConflict,
                                  F::kMerge,
                                  F::kDeleteUsing,
                                  F::kUpdateFrom,
                                  F::kQualify,
                                  F::kStarExcept};

constexpr TypeSpec kTypes[] = {
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, false, "INT"},
    {"VARBYTE", TypeKind::kBinary, 1, 0, 0, false, false, "VARBINARY"},
    {"BINARY", TypeKind::kBinary, 1, 0, 0, false, true, "VARBINARY"},
    {"BINARY VARYING", TypeKind::kBinary, 1, 0, 0, false, true, "VARBINARY"},
    {"VARBINARY", TypeKind::kBinary, 1, 0, 0, false, true, "VARBINARY"},
    {"TIMESTAMP WITH TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, false, "TIMESTAMPTZ"},
    {"TIME WITH TIME ZONE", TypeKind::kUnknown, 1, 0, 0, false, false, "TIMETZ"},
    {"SUPER", TypeKind::kUnknown},
    {"GEOMETRY", TypeKind::kUnknown},
    {"GEOGRAPHY", TypeKind::kUnknown},
    {"HLLSKETCH", TypeKind::kUnknown},
};

}  // namespace

const Dialect& Redshift() {
  static const Dialect kDialect = [] {
    Dialect d = Postgres();  // what is not set here is as there
    d.name = "redshift";
    d.parent = &Postgres();
    d.aliases = {};
    d.features = kFeatures;
    d.nested.literal = "ARRAY(";
    d.functions = {};
    d.types = kTypes;
    d.reserved = {};
    d.time_format = "postgres";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
