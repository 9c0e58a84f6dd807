#pragma once

#include <stop_token>
#include <vector>

#include "dvt/model/results.h"
#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"

namespace dvt::run {

/// Whether the source says how old it may be: a limit, and a column (or query) that tells its age.
bool HasFreshness(const model::SourceNode& source);

/// Asks every source for its newest row and judges it, several at a time. Never fails as a call: what went wrong is in the results,
/// which are in the order of `sources`.
std::vector<model::FreshnessResult> CheckFreshness(RunContext& run, const Compiler& compiler,
                                                   const std::vector<const model::SourceNode*>& sources, std::stop_token stop);

}  // namespace dvt::run
