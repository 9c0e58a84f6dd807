// Functions of Databricks. Rows without a name are only written.
#include "dvt/sql/dialects/hive_family.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kFunctions[] = {
    // Dates.
    {"", "date_add_step", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", {}, "DATEADD(UNIT(ARG3), ARG2, ARG1)"},
    {"", "date_add_tsql", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", {}, "DATEADD(UNIT(ARG3), ARG2, ARG1)"},
    {"", "datetime_add", 3, 3, TypeRule::kTimestamp, kPure, false, "date_add", {}, "TIMESTAMPADD(UNIT(ARG3), ARG2, ARG1)"},
    {"", "timestamp_sub", 3, 3, TypeRule::kTimestamp, kPure, false, "date_sub", {}, "TIMESTAMPADD(UNIT(ARG3), ARG2 * -1, ARG1)"},
    {"", "datetime_sub", 3, 3, TypeRule::kTimestamp, kPure, false, "date_sub", {}, "TIMESTAMPADD(UNIT(ARG3), ARG2 * -1, ARG1)"},
    {"DATEDIFF", "date_diff_elapsed", 2, 3, TypeRule::kInt64, kPure, true, "date_diff", "ARG1, ARG2, DAY", {}, "ARG3:missing"},
    {"DATEDIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64, kPure, false, "date_diff", "ARG3, ARG2, UNIT(ARG1)",
     "DATEDIFF(UNIT(ARG3), RAW(ARG2), RAW(ARG1))"},
    {"DATE_DIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64, kPure, true, "date_diff", "ARG3, ARG2, UNIT(ARG1)"},
    {"", "date_diff_elapsed", 2, 2, TypeRule::kInt64, kPure, false, "date_diff", {}, "DATEDIFF(DAY, RAW(ARG2), RAW(ARG1))"},
    {"", "date_trunc_date", 2, 3, TypeRule::kDate, kPure, false, "date_trunc", {}, "TRUNC(ARG1, 'ARG2')"},
    {"CURDATE", "current_date", 0, 0, TypeRule::kDate, kPure, true},
    {"IFF", "if", 3, 3, TypeRule::kSecond, kPure, true},
    {"PARSE_JSON", "parse_json", 1, 1, TypeRule::kJson},
    {"OVERLAY", "overlay", 3, 4, TypeRule::kString},
};

}  // namespace

std::span<const FunctionSpec> DatabricksFunctions() { return kFunctions; }

}  // namespace dvt::sql
