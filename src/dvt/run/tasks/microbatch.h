#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

struct Batch;

/// Builds one batch of a model. Never fails as a call. Called from several threads at a time if batches may run together.
using BuildBatch = std::function<model::NodeResult(const Batch& batch, NodeProgress& progress)>;

/// What the configuration says of a microbatch model's batches. kConfig, with the file, if it is not what it must be.
Result<BatchRange> ReadBatchRange(const model::Node& node, const RunOptions& options);

struct BatchPlan {
  std::vector<EventWindow> windows;
  BatchSize size = BatchSize::kDay;
  bool adds = false;     ///< the table is there and stays: the first batch only adds to it as well
  bool at_once = false;  ///< the batches between the first and the last may run together
};

/// Runs the batches: the first alone, as it may have to make the table, then the others, then the last alone. A batch that fails stops
/// none but those that need its table. Puts status, message and batch_results into `result`.
void RunBatchPlan(RunContext& run, const model::Node& node, const BatchPlan& plan, const BuildBatch& build,
                  model::NodeResult& result, std::stop_token stop);

}  // namespace dvt::run
