#pragma once

#include <optional>
#include <vector>

#include "dvt/plan/pushdown/filters.h"

namespace dvt::plan {

/// A column of one FROM source, or an output column of a query block.
struct KeyEnd {
  const sql::Source* source = nullptr;
  const sql::Scope* block = nullptr;  ///< if `source` is null
  int index = -1;

  friend bool operator==(const KeyEnd&, const KeyEnd&) = default;
};

/// Rows of `target` whose column holds no value of `from` cannot change the query's result.
struct KeyEdge {
  KeyEnd target;
  KeyEnd from;
};

/// What equal keys, semi-joins and correlated subqueries of a query imply about its sources.
std::vector<KeyEdge> FindKeyEdges(const sql::Analysis& analysis, const sql::Dialect& dialect, const FilterAnalysis& filters);

}  // namespace dvt::plan
