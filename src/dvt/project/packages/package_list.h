#pragma once

#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/project/load/template_frontend.h"
#include "dvt/project/packages/version_range.h"

namespace dvt::project {

/// An entry of packages.yml, dependencies.yml or package-lock.yml.
struct PackageSpec {
  enum class Kind { kHub, kGit, kLocal, kTarball };
  Kind kind = Kind::kHub;
  std::string location;      ///< "dbt-labs/dbt_utils", the repository, the folder (absolute), the address
  VersionRange range;        ///< hub
  std::string version;       ///< hub: chosen
  bool prereleases = false;  ///< hub: install_prerelease
  std::string revision;      ///< git: branch, tag or commit; empty: the repository's own branch
  std::string subfolder;     ///< git: `subdirectory`
  std::string name;          ///< of the project inside; known once it was fetched, or written for a tarball
  Place place;

  /// What two demands for one package have in common.
  std::string key() const;
};

/// The packages that a project asks for, from packages.yml or dependencies.yml beside its project file; empty if it has neither.
/// Local folders are relative to `folder`.
Result<std::vector<PackageSpec>> ReadPackageList(const std::string& folder, const YamlScope& scope, TemplateFrontend& frontend);
/// The packages of package-lock.yml, empty if there is none or it is of another shape.
Result<std::vector<PackageSpec>> ReadPackageLock(const std::string& folder);
/// Writes package-lock.yml.
Status WritePackageLock(const std::string& folder, const std::vector<PackageSpec>& packages);

}  // namespace dvt::project
