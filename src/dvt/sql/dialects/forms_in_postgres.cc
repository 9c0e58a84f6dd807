// What DuckDB's and MySQL's expressions are in PostgreSQL, value for value. Checked by tests/suites/meaning.py.
#include "dvt/sql/dialects/exact_forms.h"

namespace dvt::sql {

namespace {

constexpr ExactForm kOfDuckdb[] = {
    {"DATE_TRUNC(ARG1, ARG2)", "DATE_TRUNC(ARG1, CAST(ARG2 AS TIMESTAMP))", "ARG1:string;ARG2:date"},
    {"CONTAINS(ARG1, ARG2)", "(STRPOS(ARG1, ARG2) > 0)", "ARG1:text;ARG2:text"},
    {"LEN(ARG1)", "CARDINALITY(ARG1)", "ARG1:flat_list"},
    {"XOR(ARG1, ARG2)", "(ARG1 # ARG2)", "ARG1:integer;ARG2:integer"},
    {"SECOND(ARG1)", "CAST(FLOOR(EXTRACT(SECOND FROM ARG1)) AS BIGINT)", "ARG1:datetime_local"},
    {"DATE_DIFF('day', ARG1, ARG2)", "(ARG2 - ARG1)", "ARG1:date;ARG2:date"},
    {"DATE_DIFF('month', ARG1, ARG2)",
     "CAST((EXTRACT(YEAR FROM ARG2) - EXTRACT(YEAR FROM ARG1)) * 12 + EXTRACT(MONTH FROM ARG2) - EXTRACT(MONTH FROM ARG1) AS "
     "BIGINT)",
     "ARG1:datetime;ARG2:datetime"},
    {"LAST_DAY(ARG1)", "CAST(DATE_TRUNC('month', CAST(ARG1 AS TIMESTAMP)) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)",
     "ARG1:datetime"},
    {"ARG1[ARG2:ARG3]", "ARG1[ARG2:ARG3]", "ARG1:flat_list;ARG2:positive;ARG3:positive"},
};

constexpr ExactForm kOfMysql[] = {
    {"CAST(ARG1 AS CHAR)", "CAST(ARG1 AS TEXT)", "ARG1:integer"},
    {"SECOND(ARG1)", "CAST(FLOOR(EXTRACT(SECOND FROM ARG1)) AS INTEGER)", "ARG1:datetime_local"},
    {"LAST_DAY(ARG1)", "CAST(DATE_TRUNC('month', CAST(ARG1 AS TIMESTAMP)) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE)",
     "ARG1:datetime"},
    {"ARG1 + INTERVAL ARG2 DAY", "(ARG1 + ARG2)", "ARG1:date;ARG2:natural"},
    {"ARG1 - INTERVAL ARG2 DAY", "(ARG1 - ARG2)", "ARG1:date;ARG2:natural"},
    {"DATE_ADD(ARG1, INTERVAL ARG2 DAY)", "(ARG1 + ARG2)", "ARG1:date;ARG2:natural"},
    {"DATE_SUB(ARG1, INTERVAL ARG2 DAY)", "(ARG1 - ARG2)", "ARG1:date;ARG2:natural"},
    {"ARG1 + INTERVAL ARG2 MONTH", "CAST(ARG1 + ARG2 * INTERVAL '1 month' AS DATE)", "ARG1:date;ARG2:natural"},
    {"ARG1 - INTERVAL ARG2 MONTH", "CAST(ARG1 - ARG2 * INTERVAL '1 month' AS DATE)", "ARG1:date;ARG2:natural"},
    {"DATE_ADD(ARG1, INTERVAL ARG2 MONTH)", "CAST(ARG1 + ARG2 * INTERVAL '1 month' AS DATE)", "ARG1:date;ARG2:natural"},
    {"DATE_SUB(ARG1, INTERVAL ARG2 MONTH)", "CAST(ARG1 - ARG2 * INTERVAL '1 month' AS DATE)", "ARG1:date;ARG2:natural"},
    {"ARG1 XOR ARG2", "((ARG1 <> 0) <> (ARG2 <> 0))", "ARG1:integer;ARG2:integer"},
};

}  // namespace

std::span<const ExactForm> DuckdbInPostgres() { return kOfDuckdb; }
std::span<const ExactForm> MysqlInPostgres() { return kOfMysql; }
// Nothing beyond the general rules yet.
std::span<const ExactForm> PostgresInMysql() { return {}; }

}  // namespace dvt::sql
