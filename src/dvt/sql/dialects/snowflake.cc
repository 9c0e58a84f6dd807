#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/snowflake_functions.h"
#include "dvt/sql/dialects/standard_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FeatureSet kFeatures = kWarehouseFeatures
                                     .With({F::kPathsWithoutWildcards,
                                            F::kTypedLambdas,
                                            F::kTrimArguments,
                                            F::kFetchAsWritten,
                                            F::kTop,
                                            F::kConnectBy,
                                            F::kOuterMarks,
                                            F::kArrowJson,
                                            F::kIlike,
                                            F::kQualify,
                                            F::kSemiAntiJoin,
                                            F::kAliasInWhere,
                                            F::kAliasInGroupBy,
                                            F::kAliasInHaving,
                                            F::kLateralAlias,
                                            F::kTryCast,
                                            F::kMapBraces,
                                            F::kListSlices,
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
                                            F::kNthFromEnd,
                                            F::kLowerCaseHex,
                                            F::kValueWindows,
                                            F::kLimitNumbers,
                                            F::kOrderWithin,
                                            F::kFilterFolded,
                                            F::kBitFunctions,
                                            F::kPivotLiteralNames,
                                            F::kDecimalDefaults,
                                            F::kBackslashQuote,
                                            F::kEscapedControls,
                                            F::kHexStrings,
                                            F::kUnquotedKeywords,
                                            F::kTextTryCast,
                                            F::kTruthItself,
                                            F::kOffsetNeedsLimit,
                                            F::kSessionVariables,
                                            F::kModifyIsAlter,
                                            F::kNotInIsAll,
                                            F::kAutoincrement})
                                     .Without({F::kIntervalUnitOutside, F::kNamedWindows});

}  // namespace

const Dialect& Snowflake() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "snowflake";
    d.parent = &CoreSql();
    d.aliases = {};
    d.folding = d.table_folding = Folding::kUpper;
    d.features = kFeatures;
    d.precedence = &kStandardPrecedence;
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
