// Commands about the project as a whole: debug, clean.
#include <fmt/format.h>

#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/version.h"
#include "dvt/cli/workspace.h"

namespace dvt::cli {

namespace {

void Out(const Options& options, const std::string& text) {
  Value data = Value::MakeMap();
  data.Set("msg", text);
  Print(options, "DebugCmdOut", "Z047", text, std::move(data));
}

}  // namespace

Result<int> DebugCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  const auto& project = w.manifest.project;
  const auto& profile = w.manifest.profile;
  Out(options, fmt::format("{}\nproject   {}  ({})\nprofile   {}  ({}), target {}\n\nConnections", VersionLine(), project.name,
                           project.file, profile.name, profile.file, w.manifest.target));
  bool failed = false;
  for (const auto& name : w.connections->Names()) {
    auto test = [&]() -> Result<std::string> {
      DVT_ASSIGN(const auto connector, w.connections->Get(name));
      return connector->Test(stop);
    };
    auto outcome = test();
    failed = failed || !outcome;
    const std::string text =
        outcome ? "OK    " + *outcome : "FAIL  " + ReplaceAll(outcome.error().ToString(), "\n", "\n                  ");
    Out(options, fmt::format("  {:<12}  {}", name, text));
  }
  Out(options, "\nComputes");
  std::vector<std::string> computes{""};
  if (w.manifest.computes.computes.is_map()) {
    computes.clear();
    for (const auto& entry : w.manifest.computes.computes.map()) computes.push_back(entry.key);
  }
  for (const auto& name : computes) {
    auto engine = w.connections->GetEngine(name);
    failed = failed || !engine;
    Out(options,
        fmt::format("  {:<12}  {}", name.empty() ? "duckdb" : name, engine ? "OK" : "FAIL  " + engine.error().ToString()));
  }
  Out(options, failed ? "\nSome checks failed." : "\nAll checks passed.");
  return failed ? 1 : 0;
}

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
    Out(options, "Removed " + folder);
  }
  return 0;
}

}  // namespace dvt::cli
