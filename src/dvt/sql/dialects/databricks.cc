#include "dvt/sql/dialects/hive_family.h"

namespace dvt::sql {

namespace {

using F = Feature;
using columnar::TypeKind;

// Six digits are what a moment has anyway; it may be said to have up to nine.
constexpr TypeSpec kTypes[] = {
    {"TIMESTAMP", TypeKind::kTimestampTz, 1, 6},
    {"TIMESTAMP_NTZ", TypeKind::kTimestamp, 1, 6, 0, false, false, "TIMESTAMPNTZ"},
    {"TIMESTAMP_LTZ", TypeKind::kTimestampTz, 1, 6, 0, false, false, "TIMESTAMPLTZ"},
};

}  // namespace

const Dialect& Databricks() {
  static const Dialect kDialect = [] {
    Dialect d = Spark();  // what is not set here is as there
    d.name = "databricks";
    d.parent = &Spark();
    d.aliases = {};
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.functions = DatabricksFunctions();
    d.features = d.features
                     .With({F::kTryCastMark, F::kReplaceWhere, F::kColonPath, F::kWrittenPaths, F::kMatchRecognize, F::kOverlay,
                            F::kDollarStrings, F::kQualify, F::kRegexpCall})
                     .Without({F::kLenientCasts, F::kSlashNullOnZero, F::kRegexpOperator});
    d.types = kTypes;
    d.reserved = {};
    d.time_format = "java";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
