#pragma once

#include <map>
#include <memory>
#include <vector>

#include "dvt/plan/pushdown/predicate.h"
#include "dvt/sql/analyze/scope.h"

namespace dvt::plan {

/// An equality of two base-table columns that every row of a query block satisfies.
struct KeyPair {
  ColumnRef left;
  ColumnRef right;
  const sql::Node* origin = nullptr;  ///< the conjunct
};

/// What filters imply about the sources of one query block.
struct BlockFacts {
  std::vector<std::pair<const sql::Node*, Predicate>> terms;  ///< the conjuncts that every row of the block satisfies
  std::vector<KeyPair> joins;                                 ///< from WHERE and inner joins that see no NULL-extended rows
  std::vector<KeyPair> one_sided;                             ///< rows of `left` without a partner in `right` never matter
  std::map<const sql::Source*, Predicate> filters;            ///< rows that fail it cannot matter
  std::map<const sql::Source*, bool> nullable;                ///< on the null-supplying side of an outer join
  std::map<const sql::Source*, std::vector<const sql::Node*>>
      opaque;           ///< conjuncts on that source alone which are not understood
  bool movable = true;  ///< no ASOF, positional or sampled part
};

/// Classes of columns that the pairs make equal.
std::vector<std::vector<ColumnRef>> EqualColumns(const std::vector<KeyPair>& pairs);

/// Derives for every FROM source of every query block the predicate that its rows must satisfy to matter: from WHERE, ON, equal keys, and
/// from the blocks that read a derived table or CTE. Nothing is removed from the query.
class FilterAnalysis {
 public:
  FilterAnalysis(const sql::Analysis& analysis, const sql::Dialect& dialect);
  ~FilterAnalysis();
  const BlockFacts& Of(const sql::Scope* scope) const;
  /// The filter of a source; empty if all rows may matter.
  std::optional<Predicate> FilterOf(const sql::Source* source) const;
  const sql::Scope* ScopeOf(const sql::Source* source) const;
  /// The FROM column behind each output column of a SELECT where a filter may move below what the block does; nothing if it may not
  /// move at all.
  std::optional<std::vector<std::optional<ColumnRef>>> OutputColumns(const sql::Scope* scope) const;
  /// Who reads a block's rows as a FROM source.
  const std::vector<const sql::Source*>& ReadersOf(const sql::Scope* scope) const;
  /// A LIMIT on the block itself or on one of the parentheses around it.
  static bool IsLimited(const sql::Scope* scope);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvt::plan
