#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/cli/options.h"
#include "dvt/project/load/load.h"

namespace dvt::cli {

/// What the project file says before it is rendered and checked: needed to begin a log. Empty if there is no readable project; the
/// loader then says so properly.
struct ProjectHead {
  std::string folder;  ///< absolute; empty: no project
  std::string file;
  std::string name;
  std::string log_path;
  std::string target_path;
  Value flags;
};
/// Where to look for the project: --project-dir, or the environment's; empty: here.
std::string ProjectFolder(const Options& options, const project::EnvLookup& env);
ProjectHead ReadProjectHead(const std::string& start);

/// Completes the options: what was not typed comes from the environment (DVT_X, then DBT_ENGINE_X, then DBT_X), else from `flags:` of
/// the project file, else it keeps its default. Fails on values that a flag cannot have.
Status ResolveFlags(Options& options, const project::EnvLookup& env, const ProjectHead& project);

/// Every flag with its value, by dbt's name ("full_refresh"): for artifacts, the log and `flags` of templates.
Value FlagsValue(const Options& options);

/// Switches of dbt that are accepted and change nothing, because dvt does not have what they switch.
const std::vector<std::string>& IdleSwitches();

}  // namespace dvt::cli
