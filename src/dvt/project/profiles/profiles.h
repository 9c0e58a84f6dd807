#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/result/result.h"
#include "dvt/model/project.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

/// What decides which profiles.yml is read.
struct ProfileSearch {
  std::string profiles_dir;  ///< --profiles-dir; if given, only this folder
  std::string project_dir;
  std::string home;
  EnvLookup env;
};

/// The folders that are looked through, in order: --profiles-dir, or DVT_PROFILES_DIR, DBT_PROFILES_DIR, the project folder,
/// ~/.dvt, ~/.dbt.
std::vector<std::string> ProfileFolders(const ProfileSearch& search);
/// The first profiles.yml of those folders; kConfig, listing the folders, if there is none.
Result<std::string> FindProfilesFile(const ProfileSearch& search);

/// Reads profile `name`; every output is rendered. An output whose template fails (a missing variable) is kept out of
/// `outputs` and its error kept in `broken_outputs`: it matters only if something lives there. Secrets found are registered.
Result<model::Profile> LoadProfile(const std::string& file, const std::string& name, const YamlScope& scope,
                                   TemplateFrontend& frontend, const std::vector<std::string>& connection_types,
                                   Diagnostics& diagnostics);

/// The output called `name`, or an error with the nearest name.
Result<const Value*> FindOutput(const model::Profile& profile, const std::string& name, const Place& place);

/// The output that models are built in, or an error with the names there are.
Result<const Value*> FindTarget(const model::Profile& profile, const std::string& name);

/// computes.yml of the project folder, then of ~/.dvt; no file gives an empty Computes. Two spellings are read: as profiles
/// (`<profile>: {target: x, computes: {x: {type: …}}}`) and flat (`target: x`, `computes: {…}`).
Result<model::Computes> LoadComputes(const std::string& project_dir, const std::string& home, const std::string& profile,
                                     const YamlScope& scope, TemplateFrontend& frontend, Diagnostics& diagnostics);

}  // namespace dvt::project
