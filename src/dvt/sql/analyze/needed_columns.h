#pragma once

#include <map>
#include <set>
#include <string>

#include "dvt/sql/analyze/column_flow.h"

namespace dvt::sql {

/// Which columns a query needs of each source once the columns of derived tables and CTEs that nobody reads are dropped. What stays
/// whatever is read: all columns under DISTINCT, GROUP BY ALL, EXCEPT, INTERSECT and UNION without ALL; columns that a position, an alias
/// or an ORDER BY names; items that are volatile or make rows.
class NeededColumns {
 public:
  NeededColumns(const Analysis& analysis, const Dialect& dialect);

  /// Names of the columns needed of a source, sorted. Empty also if only its rows count.
  std::set<std::string> Of(const Source& source) const;
  /// Whether a column of a query's result is needed.
  bool Has(const Scope& scope, size_t output) const;
  /// Whether the scope is read at all (a CTE may not be).
  bool Reads(const Scope& scope) const { return reached_.contains(&scope); }

 private:
  void Reach(const Scope* scope, bool all);
  void ReachSelect(const Scope& scope);
  void ReachPositions(const Scope& scope, const Node* list);
  void Walk(const Node* expression, const Scope* scope);
  void Need(FlowColumn column);
  void NeedAll(const Scope& scope);
  void NeedStar(const Scope& scope, const Node* star);
  void Drain();
  bool StaysUnread(const Node* item) const;

  const Dialect& dialect_;
  const Analysis& analysis_;
  ColumnFlow flow_;
  std::set<const Scope*> reached_, all_;
  std::set<FlowColumn> needed_;
  std::vector<FlowColumn> open_;
};

}  // namespace dvt::sql
