// Commands about the project as a whole: debug, clean.
#include <fmt/format.h>
#include <sys/utsname.h>

#include <filesystem>
#include <set>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/version.h"
#include "dvt/cli/workspace.h"
#include "dvt/connectors/registry/registry.h"
#include "dvt/project/load/load.h"
#include "dvt/project/load/project_file.h"
#include "dvt/project/profiles/profiles.h"

namespace dvt::cli {

namespace {

// Looks at each part by itself, so that one that is broken does not hide the others.
class Diagnosis {
 public:
  Diagnosis(const Options& options, std::stop_token stop) : options_(options), stop_(std::move(stop)), bridge_("") {}

  Result<int> Run() {
    if (!options_.project_dir.empty() && !IsFolder(AbsolutePath(options_.project_dir))) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Invalid value for '--project-dir': Path '{}' does not exist", options_.project_dir));
    }
    DVT_ASSIGN(scope_.vars, ParseVars(options_.vars_text));
    scope_.env = project::ProcessEnvironment();
    TellSurroundings();
    ReadProject();
    ReadProfile();
    if (options_.connection_only) {
      Tell("Skipping steps before connection verification");
    } else {
      Tell("Configuration:");
      Tell("  profiles.yml file [" + profile_state_ + "]");
      Tell("  dbt_project.yml file [" + project_state_ + "]");
    }
    if (output_.is_map()) {
      TestTarget();
    } else {
      Tell("Connection test skipped since no profile was found");
    }
    if (failures_.empty() && !options_.connection_only) TestOthers();
    if (failures_.empty()) {
      Tell("All checks passed!");
      return 0;
    }
    Tell(fmt::format("{} check{} failed:", failures_.size(), failures_.size() == 1 ? "" : "s"));
    for (const auto& failure : failures_) Tell(failure + "\n");
    return 1;
  }

 private:
  void Tell(const std::string& text) {
    run::LogEvent event = run::EventForPeople("DebugCmdOut", "Z047", SecretRegistry::Redact(text));
    event.data.Set("msg", event.message);
    options_.observer->Event(event);
  }

  static std::string Words(Error error) { return ReplaceAll(error.ToString(), "\n", "\n  "); }

  void TellSurroundings() {
    Tell(VersionLine());
    utsname system{};
    if (::uname(&system) == 0) Tell(fmt::format("os info: {}-{}-{}", system.sysname, system.release, system.machine));
  }

  void ReadProject() {
    auto read = [&]() -> Status {
      DVT_ASSIGN(const std::string file, project::FindProjectFile(options_.project_dir.empty() ? "." : options_.project_dir));
      project_folder_ = file.substr(0, file.rfind('/'));
      Tell("Using dbt_project.yml file at " + file);
      Diagnostics found;
      project_state_ = "ERROR invalid";
      DVT_ASSIGN(project_, project::ReadProjectFile(file, scope_, bridge_, found));
      if (found.has_errors()) return found.ToError(ErrorCode::kConfig);
      return {};
    };
    project_state_ = "ERROR not found";
    auto done = read();
    if (done) {
      project_state_ = "OK found and valid";
    } else if (!options_.connection_only) {
      failures_.push_back("Project loading failed for the following reason:\n  " + Words(std::move(done).error()));
    }
  }

  void ReadProfile() {
    auto fails = [&](const char* state, const std::string& text) {
      profile_state_ = state;
      failures_.push_back(text);
    };
    const std::string folder = project_folder_.empty() ? AbsolutePath(".") : project_folder_;
    const project::ProfileSearch search{options_.profiles_dir, folder, HomeFolder(), scope_.env};
    const auto file = project::FindProfilesFile(search);
    const std::string first = options_.profiles_dir.empty() ? project::ProfileFolders(search).front() : options_.profiles_dir;
    Tell("Using profiles dir at " + (file ? file->substr(0, file->rfind('/')) : first));
    if (!file) {
      fails("ERROR not found", fmt::format("dbt looked for a profiles.yml file in {}/profiles.yml, but did not find one.\n  {}",
                                           first, Words(file.error())));
      return;
    }
    Tell("Using profiles.yml file at " + *file);
    auto read = [&]() -> Status {
      const std::string name = options_.profile.empty() ? project_.profile : options_.profile;
      Diagnostics found;
      std::vector<std::string> types;
      for (const auto& kind : connectors::ConnectorKinds()) {
        types.push_back(kind.type);
        types.insert(types.end(), kind.aliases.begin(), kind.aliases.end());
      }
      DVT_ASSIGN(profile_, project::LoadProfile(*file, name, scope_, bridge_, types, found));
      if (found.has_errors()) return found.ToError(ErrorCode::kConfig);
      target_ = options_.target.empty() ? profile_.target : options_.target;
      DVT_ASSIGN(const Value* output, project::FindTarget(profile_, target_));
      connections_ = std::make_unique<run::Connections>(profile_, computes_, folder, JoinPath(folder, "target/tmp"));
      connections_->SetTransferSettings(project_.raw["transfer"], project_.file);
      DVT_TRY(connections_->Get(target_));
      output_ = *output;
      return {};
    };
    profile_state_ = "OK found and valid";
    if (auto done = read(); !done)
      fails("ERROR invalid", "Profile loading failed for the following reason:\n  " + Words(std::move(done).error()));
  }

  void TestTarget() {
    Tell("Connection:");
    Tell("  name: " + target_);
    for (const auto& setting : output_.map()) {
      if (!setting.value.is_map() && !setting.value.is_list() && !IsSecretSetting(setting.key))
        Tell(fmt::format("  {}: {}", setting.key, setting.value.ToText()));
    }
    Test(target_, "  Connection test: ");
  }

  void Test(const std::string& name, const std::string& label) {
    auto test = [&]() -> Result<std::string> {
      DVT_ASSIGN(const auto connector, connections_->Get(name));
      return connector->Test(stop_);
    };
    auto outcome = test();
    Tell(label + (outcome ? "[OK connection ok] " + *outcome : "[ERROR]"));
    if (!outcome)
      failures_.push_back(
          "dbt was unable to connect to the specified database.\nThe database returned the following error:\n\n  >" +
          Words(std::move(outcome).error()) + "\n\nCheck your database credentials and try again.");
  }

  // Connections that the project's models and sources name, and its computes: dvt's own.
  void TestOthers() {
    auto opened = OpenWorkspace(options_, stop_);
    if (!opened) {
      Tell("Other connections are not looked at, since the project cannot be read:\n  " + Words(std::move(opened).error()));
      return;
    }
    const Workspace& w = **opened;
    std::set<std::string> named;
    for (const auto& [id, node] : w.manifest.nodes) named.insert(node.connection);
    for (const auto& [id, source] : w.manifest.sources) named.insert(source.connection);
    for (const auto& name : named) {
      if (!name.empty() && name != target_) Test(name, fmt::format("  Connection test of '{}': ", name));
    }
    std::vector<std::string> computes;
    if (w.manifest.computes.computes.is_map()) {
      for (const auto& entry : w.manifest.computes.computes.map()) computes.push_back(entry.key);
    }
    if (computes.empty()) computes.emplace_back();
    for (const auto& name : computes) {
      auto engine = w.connections->GetEngine(name);
      const std::string shown = name.empty() ? "duckdb" : name;
      Tell(fmt::format("  Compute '{}': {}", shown, engine ? "[OK]" : "[ERROR]"));
      if (!engine) failures_.push_back(fmt::format("The compute '{}' cannot be used:\n  {}", shown, Words(engine.error())));
    }
  }

  const Options& options_;
  std::stop_token stop_;
  run::TemplateBridge bridge_;
  project::YamlScope scope_;
  std::string project_folder_, project_state_, profile_state_, target_;
  model::ProjectConfig project_;
  model::Profile profile_;
  model::Computes computes_;
  Value output_;
  std::unique_ptr<run::Connections> connections_;
  std::vector<std::string> failures_;
};

}  // namespace

Result<int> DebugCommand(const Options& options, std::stop_token stop) { return Diagnosis(options, std::move(stop)).Run(); }

Result<int> CleanCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  const auto& project = workspace->manifest.project;
  for (const auto& target : project.clean_targets) {
    const std::string folder = AbsolutePath(JoinPath(project.folder, target));
    // Only below the project, and never what it was made from.
    bool source = folder.compare(0, project.folder.size() + 1, project.folder + "/") != 0;
    for (const auto* paths :
         {&project.model_paths, &project.seed_paths, &project.test_paths, &project.snapshot_paths, &project.macro_paths}) {
      for (const auto& path : *paths) source = source || AbsolutePath(JoinPath(project.folder, path)) == folder;
    }
    if (source) {
      return Error(ErrorCode::kConfig, fmt::format("clean-targets: '{}' is not a folder that may be removed", target))
          .At({project.file, 0, 0})
          .WithHint("name folders inside the project that hold no source files");
    }
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    if (error) return Error(ErrorCode::kIo, fmt::format("cannot remove '{}': {}", folder, error.message()));
    PrintLine(options, "Removed " + folder);
  }
  return 0;
}

}  // namespace dvt::cli
