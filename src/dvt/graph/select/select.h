#pragma once

#include <set>
#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/result/result.h"
#include "dvt/graph/dag/dag.h"
#include "dvt/graph/select/criterion.h"
#include "dvt/model/previous_state.h"
#include "dvt/model/project.h"

namespace dvt::graph {

struct SelectOptions {
  std::vector<std::string> select;  ///< --select values; spaces inside separate criteria; empty: everything
  std::vector<std::string> exclude;
  std::string selector;  ///< --selector: a name of selectors.yml; then `select` and `exclude` do not count
  IndirectSelection indirect = IndirectSelection::kEager;
  /// Kinds to keep at the end: "model", "seed", "test", "unit_test", "snapshot", "source", "exposure", "metric", "semantic_model",
  /// "saved_query", "analysis"; empty: all but analyses.
  std::set<std::string> resource_types;
  std::set<std::string> excluded_types;
  const model::PreviousState* previous = nullptr;  ///< for the methods state, result and source_status
};

/// Unique ids in topological order. Without `select`, `exclude` and `selector` the default selector of selectors.yml decides, if
/// there is one. Criteria that match nothing are warnings (NoNodesForSelectionCriteria) in `diagnostics`.
Result<std::vector<std::string>> Select(const Dag& dag, const model::Manifest& manifest, const SelectOptions& options,
                                        Diagnostics& diagnostics);

}  // namespace dvt::graph
