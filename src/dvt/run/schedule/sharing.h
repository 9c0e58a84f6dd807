#pragma once

#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/plan/share/shared_scan.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

/// Where models and hooks of this run may write (Connector::place): what is read there must be as it is when it is read.
std::set<std::string> WrittenPlaces(const RunContext& run, const std::vector<std::string>& selected);

/// The extracts of a model's plan that may be read together with those of other models; none where its settings or the run forbid it.
/// After SourceMoments::SetWritten.
Result<std::vector<plan::ScanReader>> ScanReadersOf(RunContext& run, const NodeRunner& runner, const model::Node& node,
                                                    const plan::ModelPlan& plan);

/// What the selected models will read together, from their plans as they are before anything ran. Only models are looked at that read a
/// relation of another connection which another one reads, too; one that cannot be planned yet, or whose template asks the database, reads
/// by itself. Nothing is told of what fails here: the model itself will.
std::vector<plan::SharedScan> SharedScansOf(RunContext& run, NodeRunner& runner, const std::vector<std::string>& selected,
                                            int threads, std::stop_token stop);

}  // namespace dvt::run
