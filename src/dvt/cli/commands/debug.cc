// Commands about the project as a whole: debug, clean.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/version.h"
#include "dvt/cli/workspace.h"

namespace dvt::cli {

Result<int> DebugCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  std::printf("%s\nproject   %s  (%s)\nprofile   %s  (%s), target %s\n\nConnections\n", VersionText().c_str(),
              w.manifest.project.name.c_str(), w.manifest.project.file.c_str(), w.manifest.profile.name.c_str(),
              w.manifest.profile.file.c_str(), w.manifest.target.c_str());
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
    std::printf("  %-12s  %s\n", name.c_str(), SecretRegistry::Redact(text).c_str());
  }
  std::printf("\nComputes\n");
  std::vector<std::string> computes{""};
  if (w.manifest.computes.computes.is_map()) {
    computes.clear();
    for (const auto& entry : w.manifest.computes.computes.map()) computes.push_back(entry.key);
  }
  for (const auto& name : computes) {
    auto engine = w.connections->GetEngine(name);
    failed = failed || !engine;
    std::printf("  %-12s  %s\n", name.empty() ? "duckdb" : name.c_str(),
                engine ? "OK" : ("FAIL  " + engine.error().ToString()).c_str());
  }
  std::printf("\n%s\n", failed ? "Some checks failed." : "All checks passed.");
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
    std::printf("Removed %s\n", folder.c_str());
  }
  return 0;
}

}  // namespace dvt::cli
