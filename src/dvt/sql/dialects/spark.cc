#include "dvt/sql/dialects/hive_family.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

using F = Feature;

constexpr TypeSpec kTypes[] = {
    {"TIMESTAMP", TypeKind::kTimestampTz, 0, 0, 0, false, true, "TIMESTAMPTZ"},
    {"TIMESTAMP_NTZ", TypeKind::kTimestamp, 0, 0, 0, false, false, "TIMESTAMPNTZ"},
    {"TIMESTAMP_LTZ", TypeKind::kTimestampTz, 0, 0, 0, false, false, "TIMESTAMPLTZ"},
    {"VARIANT", TypeKind::kUnknown},
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, true, "INT"},
};

}  // namespace

const Dialect& Spark() {
  static const Dialect kDialect = [] {
    Dialect d = Hive();  // what is not set here is as there
    d.name = "spark";
    d.parent = &Hive();
    d.aliases = {};
    d.features = Hive()
                     .features
                     .With({Feature::kAliasInGroupBy, Feature::kAliasInHaving, Feature::kLateralAlias, F::kTryCast, F::kIlike,
                            F::kIntervalSums, F::kBareValues, F::kRawStrings, F::kShiftCalls, F::kUsingFormat,
                            F::kStructPositions, F::kAlterTypeWithoutSetData, F::kOrderWithin, F::kHexStrings, F::kVariableWord,
                            F::kReplaceWhere, F::kPipeSyntax})
                     .Without({F::kRenameNeedsType, F::kQualify, F::kDecimalsTrimmed, F::kJoinAlwaysOn, F::kIgnoreNullsTrue,
                               F::kPlainStructs, F::kNoRecursion});
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.functions = SparkFunctions();
    d.types = kTypes;
    d.reserved = {};
    d.time_format = "java";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
