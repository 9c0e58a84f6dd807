#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr FunctionSpec kFunctions[] = {
    // Dates.
    {"DATE_ADD", "timestamp_add", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", "ARG3, ARG2, UNIT(ARG1)",
     "DATE_ADD(UNIT(ARG3), ARG2, ARG1)"},
    {"", "datetime_add", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", {}, "TIMESTAMPADD(UNIT(ARG3), ARG2, ARG1)"},
    {"", "timestamp_sub", 3, 3, TypeRule::kTimestamp, kPure, false, "date_sub", {}, "TIMESTAMPADD(UNIT(ARG3), ARG2 * -1, ARG1)"},
    {"", "datetime_sub", 3, 3, TypeRule::kTimestamp, kPure, false, "date_sub", {}, "TIMESTAMPADD(UNIT(ARG3), ARG2 * -1, ARG1)"},
    {"DATEDIFF", "date_diff_elapsed", 2, 3, TypeRule::kInt64, kPure, true, "date_diff", "ARG1, ARG2, DAY", {}, "ARG3:missing"},
    {"DATEDIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", "ARG3, ARG2, UNIT(ARG1)",
     "DATEDIFF(UNIT(ARG3), RAW(ARG2), RAW(ARG1))"},
    {"DATE_DIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64, kPure, true, "date_diff", "ARG3, ARG2, UNIT(ARG1)"},
    {"", "date_diff_elapsed", 2, 2, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATEDIFF(DAY, RAW(ARG2), RAW(ARG1))"},
    {"", "date_trunc_date", 2, 3, TypeRule::kDate, kPure, false, "date_trunc", {}, "TRUNC(ARG1, 'ARG2')"},
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
    d.functions = kFunctions;
    d.features = d.features.With({F::kColonPath, F::kMatchRecognize, F::kOverlay, F::kDollarStrings});
    d.types = {};
    d.reserved = {};
    d.time_format = "java";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
