#pragma once

#include <set>
#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/result/result.h"
#include "dvt/graph/dag/dag.h"
#include "dvt/model/previous_state.h"
#include "dvt/model/project.h"

namespace dvt::graph {

/// Which tests come along with selected nodes.
enum class IndirectSelection { kEager, kCautious, kBuildable, kEmpty };
Result<IndirectSelection> ParseIndirectSelection(std::string_view text);

struct SelectOptions {
  std::vector<std::string> select;  ///< --select values; spaces inside separate criteria; empty: everything
  std::vector<std::string> exclude;
  IndirectSelection indirect = IndirectSelection::kEager;
  /// Kinds to keep at the end: "model", "seed", "test", "snapshot", "source", "exposure", "analysis"; empty: all but analyses.
  std::set<std::string> resource_types;
  const model::PreviousState* previous = nullptr;  ///< for the methods state, result and source_status
};

/// One criterion such as "2+tag:nightly+".
struct Criterion {
  bool whole_lineage = false;  ///< '@'
  bool parents = false;
  int parent_steps = -1;  ///< -1: any number
  bool children = false;
  int child_steps = -1;
  std::string method;                  ///< "fqn", "tag", "config", …
  std::vector<std::string> arguments;  ///< of the method: {"materialized"} in config.materialized:view
  std::string value;
};

/// Reads one criterion; kInvalidArgument naming the nearest method if the method is unknown.
Result<Criterion> ParseCriterion(std::string_view text);

/// Unique ids in topological order. Criteria that match nothing are warnings (NoNodesForSelectionCriteria) in `diagnostics`.
Result<std::vector<std::string>> Select(const Dag& dag, const model::Manifest& manifest, const SelectOptions& options,
                                        Diagnostics& diagnostics);

}  // namespace dvt::graph
