#pragma once

#include "dvt/plan/split/cut_join.h"

namespace dvt::plan {

/// Finds what of a cut join needs no SQL: comparisons of columns with columns, and columns as they are, through CTEs and derived tables that
/// only choose columns. The analysis must outlive it.
class PlainJoins {
 public:
  explicit PlainJoins(const sql::Analysis& analysis) : analysis_(analysis) {}

  /// The kind of the join and its keys, before it is cut; nothing if it compares anything else.
  std::optional<PartedJoin::Plain> Of(const CutPlace& place) const;
  /// Whether a condition says that a column of each side is equal.
  bool IsKeyTest(const CutPlace& place, const sql::Node* condition) const { return KeysOf(place, condition).has_value(); }
  /// Adds the items of a query to the columns; false if one of them is no column of a side.
  bool AddItems(const CutPlace& place, const sql::Node* items, PartedJoin::Plain& plain) const;
  /// Adds one column; false if it is none of a side's input.
  bool AddColumn(const CutPlace& place, const sql::Source* source, int index, std::string name, PartedJoin::Plain& plain) const;

 private:
  std::optional<PartedJoin::Plain::Keys> KeysOf(const CutPlace& place, const sql::Node* condition) const;
  std::optional<std::string> ColumnOf(const JoinSide& side, const sql::Node* expression) const;
  std::optional<std::string> ColumnOf(const JoinSide& side, int index) const;

  const sql::Analysis& analysis_;
};

}  // namespace dvt::plan
