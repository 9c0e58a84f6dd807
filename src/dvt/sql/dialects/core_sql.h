#pragma once

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// What all dialects share with exactly one meaning: the parent of every dialect, not a dialect of its own.
const Dialect& CoreSql();
/// The neutral dialect's functions of dates and times, a parent of it.
const Dialect& NeutralDates();
/// Rows of dates that stand behind a dialect's own table.
std::span<const FunctionSpec> MoreDateFunctions(std::string_view dialect);
/// More of DuckDB's functions, a parent of it.
const Dialect& DuckdbCustomary();
/// The canonical functions, of the neutral dialect.
std::span<const FunctionSpec> NeutralFunctions();

/// What DuckDB says by expressions, a parent of it.
const Dialect& DuckdbExpressions();
/// What DuckDB says for other systems' own functions, a parent of it.
const Dialect& DuckdbConversions();

struct Binding {
  Op op;
  uint8_t level;
};
constexpr Precedence MakePrecedence(std::initializer_list<Binding> binary, uint8_t not_level, uint8_t is, uint8_t range,
                                    uint8_t unary, uint8_t collate, uint8_t at_zone) {
  Precedence out;
  for (const Binding& each : binary) out.binary[static_cast<size_t>(each.op)] = each.level;
  out.not_ = not_level;
  out.is = is;
  out.range = range;
  out.unary = unary;
  out.collate = collate;
  out.at_zone = at_zone;
  return out;
}

}  // namespace dvt::sql
