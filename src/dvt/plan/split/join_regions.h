#pragma once

#include <vector>

#include "dvt/sql/sql.h"

namespace dvt::plan {

/// Tables of a FROM clause that only inner joins, cross joins and commas connect, with all conditions on their rows: what a row of their
/// product must fulfil, in any order.
struct JoinRegion {
  sql::Node* select = nullptr;  ///< the query block whose FROM and WHERE it is; null: it is one side of the outer join `holder`
  sql::Node* holder = nullptr;
  uint32_t slot = 0;  ///< of the holder
  std::vector<sql::Node*> items;
  std::vector<sql::Node*> conditions;
  bool rigid = false;  ///< an item looks at others (LATERAL), so that its place matters
};

/// A table of a region's FROM clause that may be replaced by its join with another.
struct RegionTable {
  sql::Node* node = nullptr;
  size_t item = 0;     ///< in which item of the region it stands
  bool whole = false;  ///< it is the item; else the preserved side of its outer joins, whose rows these do not change
};

/// Explicit joins that are no more than a condition: INNER and CROSS, comma.
bool IsInnerJoin(const sql::Node* node);
/// The regions of all query blocks below; nodes are those of the tree.
std::vector<JoinRegion> FindJoinRegions(sql::Node* tree);
std::vector<RegionTable> TablesOf(const JoinRegion& region);
/// Writes a region's items and conditions back into its query. False, with nothing done, if there are conditions and no place for them.
bool Rebuild(sql::Arena& arena, const JoinRegion& region);

}  // namespace dvt::plan
