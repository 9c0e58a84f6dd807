#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "dvt/graph/dag/dag.h"
#include "dvt/model/results.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

/// Runs the selected nodes in dependency order on `threads` workers. Ephemeral models are not run. What is downstream of a failure is
/// skipped; after a stop, or a first failure with fail-fast, all that has not started is skipped. Results are in order of finishing.
model::RunResults RunNodes(RunContext& run, NodeRunner& runner, const graph::Dag& dag, const std::vector<std::string>& selected,
                           std::stop_token stop);
/// The results of a run in which nothing is run, because `reason` (a failed on-run-start): all are skipped.
model::RunResults SkipNodes(RunContext& run, const std::vector<std::string>& selected, const std::string& reason);

}  // namespace dvt::run
