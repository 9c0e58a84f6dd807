#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/model/project.h"
#include "dvt/project/packages/package_list.h"

namespace dvt::project {

struct InstallOptions {
  bool upgrade = false;                          ///< choose versions anew, though package-lock.yml would do
  bool lock_only = false;                        ///< write package-lock.yml, install nothing
  std::string hub;                               ///< address; empty: $DBT_PACKAGE_HUB_URL, else hub.getdbt.com
  std::function<void(const std::string&)> tell;  ///< a line for people; may be null
};

/// Fetches the packages that a project asks for, and those that they ask for, into its packages folder, each under its project's
/// name, and writes package-lock.yml. The folder is replaced as a whole, once everything is there. Git is run as a program, with its
/// own credentials. Errors: kConfig (the files, versions that do not go together), kConnection, kNotFound, kCancelled.
Result<std::vector<PackageSpec>> InstallPackages(const model::ProjectConfig& project, const YamlScope& scope,
                                                 TemplateFrontend& frontend, const InstallOptions& options, std::stop_token stop);

}  // namespace dvt::project
