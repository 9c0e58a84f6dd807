#pragma once

#include <string>

#include "dvt/base/result/result.h"
#include "dvt/model/previous_state.h"

namespace dvt::artifacts {

/// Reads manifest.json, run_results.json and sources.json of a folder, those that there are, whether dvt or dbt wrote them.
/// `current_sources` is the sources.json of now, which tells what is fresher; it may be missing. kNotFound if there is no such folder.
Result<model::PreviousState> ReadPreviousState(const std::string& folder, const std::string& current_sources);

}  // namespace dvt::artifacts
