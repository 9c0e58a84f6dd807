#pragma once

#include <set>
#include <string>
#include <vector>

#include "dvt/sql/analyze/column_flow.h"

namespace dvt::sql {

/// A column of a real table.
struct BaseColumn {
  columnar::RelationName table;
  std::string column;

  friend auto operator<=>(const BaseColumn&, const BaseColumn&) = default;
};

/// The base columns that an output column of a query takes its values from, through CTEs (recursive ones too), derived tables, set
/// operations, table functions and subqueries. What only decides which rows there are (WHERE, joins) does not count.
std::set<BaseColumn> LineageOf(const Analysis& analysis, const Scope& scope, size_t output);

/// One step of a lineage: a column and what it is made of.
struct LineageStep {
  std::string name;      ///< "total", "o.amount"
  std::string relation;  ///< of a real table's column: the table; of another: the CTE or alias it belongs to, or empty
  const Node* expression = nullptr;  ///< the select item that computes it, if one does
  bool base = false;                 ///< a column of a real table
  std::vector<LineageStep> from;     ///< what a recursive CTE takes from itself is left out
};
LineageStep LineageTree(const Analysis& analysis, const Scope& scope, size_t output);

}  // namespace dvt::sql
