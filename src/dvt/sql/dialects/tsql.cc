#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/standard_sql.h"
#include "dvt/sql/dialects/tsql_tables.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr std::string_view kAliases[] = {"sqlserver", "mssql"};

constexpr FeatureSet kFeatures = kWarehouseFeatures
                                     .With({F::kPathsWithoutWildcards,
                                            F::kFetchAsWritten,
                                            F::kOffsetRows,
                                            F::kSingularUnits,
                                            F::kTryCast,
                                            F::kPathKeysBehindDots,
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
                                            F::kWithOnTop,
                                            F::kPlainSetBranches,
                                            F::kConditionsOnly,
                                            F::kScopeOperator,
                                            F::kProcedural,
                                            F::kRawCalls,
                                            F::kOutputClause,
                                            F::kNullsLow,
                                            F::kCaseInsensitiveText,
                                            F::kDatesByRecursion,
                                            F::kProceduralDdl,
                                            F::kHexStrings,
                                            F::kSlashIsInteger})
                                     .Without({F::kPipesConcat, F::kNullsOrdering, F::kArrayBrackets, F::kExtract});

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
    d.precedence = &kStandardPrecedence;
    d.functions = TsqlFunctions();
    d.types = TsqlTypes();
    d.unlimited_text = "VARCHAR(MAX)";
    d.time_format = "dotnet";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
