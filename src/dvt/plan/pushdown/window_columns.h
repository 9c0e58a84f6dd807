#pragma once

#include <optional>
#include <set>

#include "dvt/plan/pushdown/predicate.h"

namespace dvt::plan {

/// The columns by which every window of a SELECT is partitioned (nested queries aside): all rows that a window sees have the same values
/// there, so that a filter on them may run before the windows do. Empty if the SELECT has no windows.
std::optional<std::set<ColumnRef>> PartitionColumns(const sql::Node* select, const Resolve& resolve);

}  // namespace dvt::plan
