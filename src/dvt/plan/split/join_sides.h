#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "dvt/plan/fragment/fragment.h"
#include "dvt/sql/sql.h"

namespace dvt::plan {

/// An input as one side of a join: its table, or what derived tables and CTEs over it alone choose, compute and filter row by row.
struct JoinSide {
  const sql::Source* source = nullptr;  ///< as the join sees it
  const ExtractFragment* extract = nullptr;
  std::vector<const sql::Source*> layers;  ///< from `source` to the input's table
};

/// Keys of two sides, over the columns of their inputs, in a form in which equal ones have equal hashes (columnar/types/key_types.h).
struct JoinKeys {
  sql::Node* left = nullptr;
  sql::Node* right = nullptr;
  bool columns = false;  ///< both are columns as they are
};

/// Whether an expression gives the same for the same row in every query of a run: no subqueries, aggregates, windows, clocks, settings.
bool IsFixed(const sql::Node* expression, const sql::Dialect& dialect);

/// Finds the sides and keys of joins in an analysed transform. All that it is given must outlive it; nodes are made in the arena.
class JoinSides {
 public:
  JoinSides(sql::Arena& arena, const sql::Dialect& engine, const std::vector<ExtractFragment>& extracts,
            const sql::Analysis& analysis, sql::Node* tree);

  /// The side that a thing in a FROM clause is; nothing if it is none, or its input waits for keys or gives them to others.
  std::optional<JoinSide> Of(const sql::Node* item) const;
  /// Whether the two sides are all that the query reads of their inputs; of one input, too.
  bool AreAll(const JoinSide& left, const JoinSide& right) const;
  /// Whether all columns of an expression are of one of the sources.
  bool IsOver(const sql::Node* expression, const sql::Source* source, const sql::Source* other = nullptr) const;
  /// The keys that a condition compares, or that two expressions are.
  std::optional<JoinKeys> KeysOf(const sql::Node* term, const JoinSide& left, const JoinSide& right) const;
  std::optional<JoinKeys> KeysOf(const sql::Node* a, const sql::Node* b, const JoinSide& left, const JoinSide& right) const;
  /// The side as a table of a FROM clause that reads the input under this name and needs no CTE.
  sql::Node* Relation(const JoinSide& side, std::string_view input) const;
  const ExtractFragment* ExtractOf(const sql::Node* table) const;

 private:
  bool IsRowByRow(const sql::Scope* scope) const;
  bool IsAlone(const JoinSide& side, size_t from) const;
  int ReadersOf(const sql::Source* cte) const;
  sql::Node* RelationOf(const JoinSide& side, size_t layer, std::string_view input) const;
  sql::Node* OverInput(const JoinSide& side, size_t layer, const sql::Node* expression) const;
  bool MakeAlike(JoinKeys& keys, const columnar::DataType& left, const columnar::DataType& right) const;

  sql::Arena& arena_;
  const sql::Dialect& engine_;
  const std::vector<ExtractFragment>& extracts_;
  const sql::Analysis& analysis_;
  std::map<const sql::Node*, const sql::Source*> by_node_;
  std::map<const ExtractFragment*, int> reads_;
  std::map<const sql::Scope*, int> readers_;          // of CTEs
  std::map<const sql::Node*, bool> renamed_;          // queries of CTEs whose columns have other names
  std::map<std::string, bool, std::less<>> in_keys_;  // inputs that give keys to others
};

}  // namespace dvt::plan
