#include "dvt/sql/dialects/clickhouse_tables.h"
#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/standard_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FeatureSet kFeatures = kWarehouseFeatures
                                     .With({F::kSemiJoinWords,
                                            F::kPathsWithoutWildcards,
                                            F::kTrimOneSided,
                                            F::kOrderInside,
                                            F::kIntervalParens,
                                            F::kNullSafeEquals,
                                            F::kNullSafeWords,
                                            F::kDoubleEquals,
                                            F::kRegexpCall,
                                            F::kEscapedControls,
                                            F::kCommaIsCross,
                                            F::kEscapedNames,
                                            F::kColumnTransformers,
                                            F::kSubcolumnTypes,
                                            F::kInsertFunctions,
                                            F::kTrimSides,
                                            F::kAlterTypeWithoutSetData,
                                            F::kHashComments,
                                            F::kFetchAsWritten,
                                            F::kBareSetsKeepAll,
                                            F::kFetchNeedsOrder,
                                            F::kTailsInBranches,
                                            F::kAliasInHaving,
                                            F::kHexNumbers,
                                            F::kHexNumbersKept,
                                            F::kAliasFirst,
                                            F::kLateralAlias,
                                            F::kSetDistinctWord,
                                            F::kSingularUnits,
                                            F::kIlike,
                                            F::kDistinctOn,
                                            F::kQualify,
                                            F::kSemiAntiJoin,
                                            F::kSampleWord,
                                            F::kIntersectExceptAll,
                                            F::kAliasInWhere,
                                            F::kAliasInGroupBy,
                                            F::kListSlices,
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
                                            F::kTypedArguments,
                                            F::kKeepTypeCase,
                                            F::kKeepFunctionCase,
                                            F::kWordOperators,
                                            F::kDollarStrings,
                                            F::kNullsAlwaysLast})
                                     .Without({F::kPivot, F::kJsonContainment, F::kPositionFunction, F::kValuesTable});

}  // namespace

const Dialect& Clickhouse() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "clickhouse";
    d.parent = &CoreSql();
    d.aliases = {};
    d.folding = d.table_folding = Folding::kSensitive;
    d.features = kFeatures;
    d.precedence = &kStandardPrecedence;
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
