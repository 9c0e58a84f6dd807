// Functions of Databricks. Rows without a name are only written.
#include "dvt/sql/dialects/hive_family.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kFunctions[] = {
    // Dates.
    Written("date_add_step", 3, 3, TypeRule::kTimestamp, "DATEADD(UNIT(ARG3), ARG2, ARG1)", {}, "date_add"),
    Written("date_add_tsql", 3, 3, TypeRule::kTimestamp, "DATEADD(UNIT(ARG3), ARG2, ARG1)", {}, "date_add"),
    Written("datetime_add", 3, 3, TypeRule::kTimestamp, "TIMESTAMPADD(UNIT(ARG3), ARG2, ARG1)", {}, "date_add"),
    Written("timestamp_sub", 3, 3, TypeRule::kTimestamp, "TIMESTAMPADD(UNIT(ARG3), ARG2 * -1, ARG1)"),
    Written("datetime_sub", 3, 3, TypeRule::kTimestamp, "TIMESTAMPADD(UNIT(ARG3), ARG2 * -1, ARG1)"),
    Written("ts_or_ds_diff", 2, 2, TypeRule::kInt64, "DATEDIFF(DAY, RAW(ARG2), RAW(ARG1))", {}, "date_diff"),
    Written("datediff_days", 2, 3, TypeRule::kInt64, "DATEDIFF(DAY, ARG2, ARG1)", {}, "approximate"),
    Written("date_add_step", 2, 2, TypeRule::kTimestamp, "DATEADD(DAY, ARG2, ARG1)", {}, "date_add"),
    {"CURRENT_TIMESTAMP", "now", 0, 1, TypeRule::kTimestamp, kStable},
    {"NOW", "now", 0, 0, TypeRule::kTimestamp, kStable, true},
    {"GETDATE", "now", 0, 0, TypeRule::kTimestamp, kStable, true},
    {"SESSION_USER", "session_user", 0, 0, TypeRule::kString, kSession | kStable | kNoParentheses},
    {"CURRENT_CATALOG", "current_catalog", 0, 0, TypeRule::kString, kSession},
    {"REGEXP_LIKE", "regexp_like", 2, 2, TypeRule::kBool},
    Written("regexp_like", 3, 3, TypeRule::kBool, "REGEXP_LIKE(ARG1, ARG2)"),
    Written("json_literal", 1, 1, TypeRule::kString, "PARSE_JSON(ARG1)"),
    Read("DATEDIFF", "date_diff_elapsed", 2, 3, TypeRule::kInt64,
         {.read = "ARG1, ARG2, DAY", .when_read = "ARG3:missing", .family = "date_diff"}),
    Spelled("DATEDIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64,
            {.read = "ARG3, ARG2, UNIT(ARG1)", .write = "DATEDIFF(UNIT(ARG3), RAW(ARG2), RAW(ARG1))", .family = "date_diff"}),
    Read("DATE_DIFF", "date_diff_elapsed", 3, 3, TypeRule::kInt64, {.read = "ARG3, ARG2, UNIT(ARG1)", .family = "date_diff"}),
    Written("date_diff_elapsed", 2, 2, TypeRule::kInt64, "DATEDIFF(DAY, RAW(ARG2), RAW(ARG1))", {}, "date_diff"),
    Written("date_trunc_date", 2, 3, TypeRule::kDate, "TRUNC(ARG1, 'ARG2')", {}, "date_trunc"),
    {"CURRENT_DATE", "current_date", 0, 0, TypeRule::kDate, kStable | kNoParentheses},
    {"IFF", "if", 3, 3, TypeRule::kSecond, kPure, true},
    Written("json_extract_path", 2, 2, TypeRule::kJson, "GET_PATH(ARG1, PLAIN_PATH_OF(ARG2))", "ARG2:string", "json_extract"),
    {"CURRENT_VERSION", "version", 0, 0, TypeRule::kString, kSession, false, "current_version"},
    {"PARSE_JSON", "parse_json", 1, 1, TypeRule::kJson},
    {"OVERLAY", "overlay", 3, 4, TypeRule::kString},
};

}  // namespace

std::span<const FunctionSpec> DatabricksFunctions() { return kFunctions; }

}  // namespace dvt::sql
