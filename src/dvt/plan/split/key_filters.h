#pragma once

#include "dvt/plan/pushdown/key_edges.h"
#include "dvt/plan/split/extracts.h"

namespace dvt::plan {

/// Decides the order in which extracts are read and which of them are reduced by the keys of those before: fills their key filters and
/// estimates, and puts them into that order. `extracts` are those of the inputs' joins, groups and tables, in this order.
void PlanKeyFilters(const PlanOptions& options, const sql::Analysis& analysis, const FilterAnalysis& filters,
                    const std::vector<KeyEdge>& edges, const CollectedInputs& inputs, const ExposedNames& names,
                    std::vector<ExtractFragment>& extracts);

}  // namespace dvt::plan
