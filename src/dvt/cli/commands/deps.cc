#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/project/load/load.h"
#include "dvt/project/packages/install.h"

namespace dvt::cli {

namespace {

// Appends an entry to packages.yml: name@version of the hub, or the place of a git or local package.
Status AddPackage(const std::string& folder, const Options& options) {
  const std::string path = JoinPath(folder, "packages.yml");
  std::string text = "packages:\n";
  if (FileExists(path)) {
    DVT_ASSIGN(text, ReadFile(path));
    DVT_ASSIGN(const Value root, ParseYaml(text, "packages.yml"));
    if (root.is_map() && (root.map().size() != 1 || !root["packages"].is_list()))
      return Error(ErrorCode::kConfig, "packages.yml holds more than `packages`").WithHint("add the package by hand");
    if (!root.is_map()) text = "packages:\n";
    if (!text.ends_with('\n')) text += '\n';
  }
  const size_t at = options.add_package.find('@');
  const std::string name = options.add_package.substr(0, at);
  const std::string version = at == std::string::npos ? "" : options.add_package.substr(at + 1);
  const std::string& source = options.package_source;
  if (source == "local") {
    text += fmt::format("  - local: {}\n", ToJson(Value(name)));
  } else if (source == "git") {
    text += fmt::format("  - git: {}\n{}", ToJson(Value(name)),
                        version.empty() ? "" : fmt::format("    revision: {}\n", ToJson(Value(version))));
  } else {
    if (version.empty())
      return Error(ErrorCode::kInvalidArgument, fmt::format("--add-package {} names no version", name))
          .WithHint("write NAME@VERSION");
    project::VersionRange range;
    DVT_TRY(range.Add(version));
    text += fmt::format("  - package: {}\n    version: {}\n", name, ToJson(Value(version)));
  }
  return WriteFileAtomic(path, text);
}

}  // namespace

Result<int> DepsCommand(const Options& options, std::stop_token stop) {
  run::TemplateBridge bridge("");
  DVT_TRY(bridge.Prepare());
  project::LoadOptions load;
  load.project_dir = options.project_dir.empty() ? "." : options.project_dir;
  DVT_ASSIGN(load.vars, ParseVars(options.vars_text));
  load.env = project::ProcessEnvironment();
  Diagnostics ignored;  // said when the project is loaded
  DVT_ASSIGN(const auto config, project::LoadProjectConfig(load, bridge, ignored));
  if (!options.add_package.empty()) DVT_TRY(AddPackage(config.folder, options));
  project::YamlScope scope;
  scope.vars = project::EffectiveVars(config, config.name, Value(), load.vars);
  scope.env = load.env;
  scope.secrets_allowed = true;
  project::InstallOptions install;
  install.upgrade = options.upgrade;
  install.lock_only = options.lock_only;
  install.tell = [&](const std::string& line) { options.observer->Message(Severity::kWarning, line); };
  DVT_ASSIGN(const auto installed, project::InstallPackages(config, scope, bridge, install, stop));
  install.tell(installed.empty() ? "No packages are asked for in packages.yml"
                                 : fmt::format("{} packages {}", installed.size(), options.lock_only ? "locked" : "installed"));
  return 0;
}

}  // namespace dvt::cli
