#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/oracle_tables.h"
#include "dvt/sql/dialects/standard_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FeatureSet kFeatures =
    kWarehouseFeatures
        .With({F::kModFunction,      F::kSamplePlain,       F::kGlobalTemporary, F::kFetchAsWritten, F::kOffsetRows,
               F::kQuoteStrings,     F::kOptimizerHints,    F::kNoLimit,         F::kSelectInto,     F::kConnectBy,
               F::kOuterMarks,       F::kBareTableAliases,  F::kTablePartitions, F::kFlashback,      F::kRawCalls,
               F::kUnquotedKeywords, F::kImplicitRecursion, F::kSampleSeed,      F::kSampleWord,     F::kIntersectExceptAll,
               F::kTryCast,          F::kColonParameters,   F::kTableKeyword,    F::kMatchRecognize, F::kHashNames,
               F::kAddWithoutColumn, F::kOrderWithin,       F::kFrameExclude,    F::kNthFromEnd})
        .Without({F::kTableSample});

constexpr std::string_view kReserved[] = {"SYSDATE", "SYSTIMESTAMP"};

}  // namespace

const Dialect& Oracle() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "oracle";
    d.parent = &CoreSql();
    d.aliases = {};
    d.folding = d.table_folding = Folding::kUpper;
    d.features = kFeatures;
    d.precedence = &kStandardPrecedence;
    d.reserved = kReserved;
    d.functions = OracleFunctions();
    d.types = OracleTypes();
    d.unlimited_text = "CLOB";
    d.time_format = "oracle";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
