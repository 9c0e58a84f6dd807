#pragma once

#include <string>
#include <vector>

#include "dvt/artifacts/site/plan_file.h"
#include "dvt/cli/options.h"
#include "dvt/cli/workspace.h"

namespace dvt::cli {

/// Where `plan --html [FILE]` writes: FILE as typed, else plan.html in the target folder. kInvalidArgument if that is a folder.
Result<std::string> PlanPagePath(const Workspace& w, const Options& options);
/// Writes the page of these models, with the numbers of the last run whose results lie in the target folder.
Status WritePlanPage(const Workspace& w, std::vector<artifacts::PlannedModel> models, const std::string& path);

}  // namespace dvt::cli
