#pragma once

#include <span>
#include <string_view>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// One expression of a dialect over ARG1 … ARG9, and what another dialect says for exactly the same values.
struct ExactForm {
  std::string_view from;
  std::string_view to;
  /// Terms joined by ';' as in FunctionSpec::when_read, about the types and shapes of the arguments; "default;" in
  /// front: only where collations, time zone and modes are those of a fresh server. Empty: all.
  std::string_view when = {};
};

/// The exact forms between two dialects, the more special ones first; empty if there are none.
std::span<const ExactForm> ExactForms(const Dialect& from, const Dialect& to);

// Defined in one file each.
std::span<const ExactForm> MysqlInDuckdb();
std::span<const ExactForm> PostgresInDuckdb();
std::span<const ExactForm> MysqlInPostgres();
std::span<const ExactForm> DuckdbInPostgres();
std::span<const ExactForm> PostgresInMysql();

}  // namespace dvt::sql
