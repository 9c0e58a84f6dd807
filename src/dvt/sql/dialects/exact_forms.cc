#include "dvt/sql/dialects/exact_forms.h"

namespace dvt::sql {

std::span<const ExactForm> ExactForms(const Dialect& from, const Dialect& to) {
  struct Pair {
    const Dialect* from;
    const Dialect* to;
    std::span<const ExactForm> forms;
  };
  static const Pair kPairs[] = {{&Mysql(), &Duckdb(), MysqlInDuckdb()},
                                {&Postgres(), &Duckdb(), PostgresInDuckdb()},
                                {&Mysql(), &Postgres(), MysqlInPostgres()},
                                {&Duckdb(), &Postgres(), DuckdbInPostgres()},
                                {&Postgres(), &Mysql(), PostgresInMysql()}};
  for (const Pair& pair : kPairs) {
    if (pair.from == &from && pair.to == &to) return pair.forms;
  }
  return {};
}

}  // namespace dvt::sql
