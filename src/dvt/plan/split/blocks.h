#pragma once

#include <map>
#include <vector>

#include "dvt/plan/pushdown/filters.h"

namespace dvt::plan {

/// The aggregate calls of one query block.
struct BlockCalls {
  std::vector<sql::Node*> calls;
  bool grouped = false;  ///< its rows are groups
  bool readable = true;  ///< false: it does what is not understood here
};

/// What blocks of an analysed query do with equal rows of their sources.
class BlockKinds {
 public:
  BlockKinds(const sql::Analysis& analysis, const sql::Dialect& dialect, const sql::Node* root, const FilterAnalysis& filters);
  const BlockCalls& CallsOf(const sql::Scope& scope);
  /// Whether the query's result stays the same when a row of one of the block's sources comes once more.
  bool IgnoresDuplicates(const sql::Scope& scope, int depth = 0);
  /// Whether an aggregate's result stays the same when a value comes once more.
  static bool IgnoresDuplicates(const sql::Node* call);

 private:
  bool AggregatesOf(const sql::Node* query, const sql::Scope& scope) const;
  bool IsIgnoredAbove(const sql::Scope& scope, int depth);

  const sql::Analysis& analysis_;
  const sql::Dialect& dialect_;
  const FilterAnalysis& filters_;
  std::map<const sql::Node*, const sql::Node*> parents_;  // of queries
  std::map<const sql::Scope*, const sql::Scope*> sets_;   // of branches
  std::map<const sql::Scope*, BlockCalls> calls_;
};

}  // namespace dvt::plan
