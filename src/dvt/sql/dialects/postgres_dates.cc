// How PostgreSQL says the differences of dates that other systems count; asked after its own table.
#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

constexpr FunctionSpec kFunctions[] = {
    // Of boundaries that lie between the two moments.
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('SECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('SECOND', CAST(ARG2 AS "
            "TIMESTAMP))) AS BIGINT)",
            "ARG3=SECOND", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MINUTE', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MINUTE', CAST(ARG2 AS "
            "TIMESTAMP))) / 60 AS BIGINT)",
            "ARG3=MINUTE", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('HOUR', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('HOUR', CAST(ARG2 AS TIMESTAMP))) "
            "/ 3600 AS BIGINT)",
            "ARG3=HOUR", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MILLISECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MILLISECOND', CAST(ARG2 AS "
            "TIMESTAMP))) * 1000 AS BIGINT)",
            "ARG3=MILLISECOND", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MICROSECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MICROSECOND', CAST(ARG2 AS "
            "TIMESTAMP))) * 1000000 AS BIGINT)",
            "ARG3=MICROSECOND", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(days FROM (CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP))) / 7 AS BIGINT)", "ARG3=WEEK",
            "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('MONTH', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('MONTH', CAST(ARG2 AS "
            "TIMESTAMP)))) * 12 + EXTRACT(month FROM AGE(DATE_TRUNC('MONTH', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('MONTH', "
            "CAST(ARG2 AS TIMESTAMP)))) AS BIGINT)",
            "ARG3=MONTH", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('QUARTER', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('QUARTER', CAST(ARG2 AS "
            "TIMESTAMP)))) * 4 + EXTRACT(month FROM AGE(DATE_TRUNC('QUARTER', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('QUARTER', "
            "CAST(ARG2 AS TIMESTAMP)))) / 3 AS BIGINT)",
            "ARG3=QUARTER", "approximate"),
    Written("date_diff_step", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('YEAR', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('YEAR', CAST(ARG2 AS "
            "TIMESTAMP)))) AS BIGINT)",
            "ARG3=YEAR", "approximate"),
    Written("date_diff_step", 2, 3, TypeRule::kInt64, "(CASTED(ARG1, 'DATE') - CASTED(ARG2, 'DATE'))", {}, "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('SECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('SECOND', CAST(ARG2 AS "
            "TIMESTAMP))) AS BIGINT)",
            "ARG3=SECOND", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MINUTE', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MINUTE', CAST(ARG2 AS "
            "TIMESTAMP))) / 60 AS BIGINT)",
            "ARG3=MINUTE", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('HOUR', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('HOUR', CAST(ARG2 AS TIMESTAMP))) "
            "/ 3600 AS BIGINT)",
            "ARG3=HOUR", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MILLISECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MILLISECOND', CAST(ARG2 AS "
            "TIMESTAMP))) * 1000 AS BIGINT)",
            "ARG3=MILLISECOND", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MICROSECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MICROSECOND', CAST(ARG2 AS "
            "TIMESTAMP))) * 1000000 AS BIGINT)",
            "ARG3=MICROSECOND", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(days FROM (CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP))) / 7 AS BIGINT)", "ARG3=WEEK",
            "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('MONTH', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('MONTH', CAST(ARG2 AS "
            "TIMESTAMP)))) * 12 + EXTRACT(month FROM AGE(DATE_TRUNC('MONTH', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('MONTH', "
            "CAST(ARG2 AS TIMESTAMP)))) AS BIGINT)",
            "ARG3=MONTH", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('QUARTER', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('QUARTER', CAST(ARG2 AS "
            "TIMESTAMP)))) * 4 + EXTRACT(month FROM AGE(DATE_TRUNC('QUARTER', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('QUARTER', "
            "CAST(ARG2 AS TIMESTAMP)))) / 3 AS BIGINT)",
            "ARG3=QUARTER", "approximate"),
    Written("date_diff_boundaries", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('YEAR', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('YEAR', CAST(ARG2 AS "
            "TIMESTAMP)))) AS BIGINT)",
            "ARG3=YEAR", "approximate"),
    Written("date_diff_boundaries", 2, 3, TypeRule::kInt64, "(CASTED(ARG1, 'DATE') - CASTED(ARG2, 'DATE'))", {}, "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('SECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('SECOND', CAST(ARG2 AS "
            "TIMESTAMP))) AS BIGINT)",
            "ARG3=SECOND", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MINUTE', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MINUTE', CAST(ARG2 AS "
            "TIMESTAMP))) / 60 AS BIGINT)",
            "ARG3=MINUTE", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('HOUR', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('HOUR', CAST(ARG2 AS TIMESTAMP))) "
            "/ 3600 AS BIGINT)",
            "ARG3=HOUR", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MILLISECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MILLISECOND', CAST(ARG2 AS "
            "TIMESTAMP))) * 1000 AS BIGINT)",
            "ARG3=MILLISECOND", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM DATE_TRUNC('MICROSECOND', CAST(ARG1 AS TIMESTAMP)) - DATE_TRUNC('MICROSECOND', CAST(ARG2 AS "
            "TIMESTAMP))) * 1000000 AS BIGINT)",
            "ARG3=MICROSECOND", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(days FROM (CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP))) / 7 AS BIGINT)", "ARG3=WEEK",
            "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('MONTH', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('MONTH', CAST(ARG2 AS "
            "TIMESTAMP)))) * 12 + EXTRACT(month FROM AGE(DATE_TRUNC('MONTH', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('MONTH', "
            "CAST(ARG2 AS TIMESTAMP)))) AS BIGINT)",
            "ARG3=MONTH", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('QUARTER', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('QUARTER', CAST(ARG2 AS "
            "TIMESTAMP)))) * 4 + EXTRACT(month FROM AGE(DATE_TRUNC('QUARTER', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('QUARTER', "
            "CAST(ARG2 AS TIMESTAMP)))) / 3 AS BIGINT)",
            "ARG3=QUARTER", "approximate"),
    Written("date_diff", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(DATE_TRUNC('YEAR', CAST(ARG1 AS TIMESTAMP)), DATE_TRUNC('YEAR', CAST(ARG2 AS "
            "TIMESTAMP)))) AS BIGINT)",
            "ARG3=YEAR", "approximate"),
    Written("date_diff", 2, 3, TypeRule::kInt64, "(CASTED(ARG1, 'DATE') - CASTED(ARG2, 'DATE'))", {}, "approximate"),
    // … of time that has passed.
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP)) AS BIGINT)", "ARG3=SECOND", "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP)) / 60 AS BIGINT)", "ARG3=MINUTE",
            "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP)) / 3600 AS BIGINT)", "ARG3=HOUR",
            "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP)) / 86400 AS BIGINT)", "ARG3=DAY",
            "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP)) * 1000 AS BIGINT)", "ARG3=MILLISECOND",
            "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(epoch FROM CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP)) * 1000000 AS BIGINT)", "ARG3=MICROSECOND",
            "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(days FROM (CAST(ARG1 AS TIMESTAMP) - CAST(ARG2 AS TIMESTAMP))) / 7 AS BIGINT)", "ARG3=WEEK",
            "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(CAST(ARG1 AS TIMESTAMP), CAST(ARG2 AS TIMESTAMP))) * 12 + EXTRACT(month FROM "
            "AGE(CAST(ARG1 AS TIMESTAMP), CAST(ARG2 AS TIMESTAMP))) AS BIGINT)",
            "ARG3=MONTH", "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(CAST(ARG1 AS TIMESTAMP), CAST(ARG2 AS TIMESTAMP))) * 4 + EXTRACT(month FROM "
            "AGE(CAST(ARG1 AS TIMESTAMP), CAST(ARG2 AS TIMESTAMP))) / 3 AS BIGINT)",
            "ARG3=QUARTER", "date_diff"),
    Written("date_diff_passed", 3, 3, TypeRule::kInt64,
            "CAST(EXTRACT(year FROM AGE(CAST(ARG1 AS TIMESTAMP), CAST(ARG2 AS TIMESTAMP))) AS BIGINT)", "ARG3=YEAR", "date_diff"),
    Written("date_diff_passed", 2, 3, TypeRule::kInt64, "(CASTED(ARG1, 'DATE') - CASTED(ARG2, 'DATE'))", {}, "date_diff"),
};

constexpr Dialect kDates = {.name = "postgres dates", .functions = kFunctions};

}  // namespace

const Dialect& PostgresDates() {
  static const Dialect kWithParent = [] {
    Dialect d = kDates;
    d.parent = &CoreSql();
    return d;
  }();
  return kWithParent;
}

}  // namespace dvt::sql
