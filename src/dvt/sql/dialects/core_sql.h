#pragma once

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// What all dialects share with exactly one meaning: the parent of every dialect, not a dialect of its own.
const Dialect& CoreSql();
/// The neutral dialect's functions of dates and times, a parent of it.
const Dialect& NeutralDates();
/// Rows of dates that stand behind a dialect's own table.
std::span<const FunctionSpec> MoreDateFunctions(std::string_view dialect);
/// Forms that DuckDB writes rather than its own names, asked before its table.
std::span<const FunctionSpec> DuckdbForms();
/// How PostgreSQL says differences of dates, a parent of it.
const Dialect& PostgresDates();
/// More of DuckDB's functions, a parent of it.
const Dialect& DuckdbCustomary();
/// The canonical functions, of the neutral dialect.
std::span<const FunctionSpec> NeutralFunctions();

/// What DuckDB says by expressions, a parent of it.
const Dialect& DuckdbExpressions();
/// What DuckDB says for other systems' own functions, a parent of it.
const Dialect& DuckdbConversions();

}  // namespace dvt::sql
