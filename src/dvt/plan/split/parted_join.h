#pragma once

#include "dvt/plan/fragment/fragment.h"
#include "dvt/sql/sql.h"

namespace dvt::plan {

/// The join of a transform that can be worked off in parts, so that no side of it has to be held as a whole: of two inputs, each read there
/// only (or one read on both sides), by a comparison of a column or expression of each. It may stand in any query block, CTEs included, and
/// be an explicit join, two tables of a FROM clause that are joined by a condition, or an EXISTS, NOT EXISTS or IN; the inputs may be seen
/// through CTEs and derived tables that work row by row. Of several the one of which the smaller side is largest. Inputs that wait for keys
/// of others, or give them, are left out, as are joins of which the smaller side is expected to have no more than `join_bytes`.
/// Source: grace hash join (Kitsuregawa et al., "Application of hash to data base machine", 1983).
std::optional<PartedJoin> FindPartedJoin(const sql::Node* transform, const sql::Dialect& engine,
                                         const std::vector<ExtractFragment>& extracts, int64_t join_bytes);

}  // namespace dvt::plan
