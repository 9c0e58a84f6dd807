#include <fmt/format.h>

#include <algorithm>

#include "dvt/artifacts/run_results/run_results_file.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/run/schedule/scheduler.h"

namespace dvt::cli {

namespace {

std::set<std::string> TypesOf(const std::string& command) {
  if (command == "run") return {"model"};
  if (command == "seed") return {"seed"};
  if (command == "test") return {"test"};
  if (command == "snapshot") return {"snapshot"};
  return {"model", "seed", "test", "snapshot"};
}

}  // namespace

Result<int> BuildCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_TRY(artifacts::WriteManifest(w.run.target_folder, w.manifest, w.metadata()));
  DVT_ASSIGN(const auto selected, w.Select(options, TypesOf(options.command)));
  if (selected.empty()) {
    w.observer->Message(Severity::kWarning, "Nothing to do: no node was selected.");
    return 0;
  }
  DVT_TRY(w.runner->RunHooks(w.manifest.project.on_run_start, "on-run-start", stop));
  const auto results = run::RunNodes(w.run, *w.runner, *w.dag, selected, stop);
  auto hooks = w.runner->RunHooks(w.manifest.project.on_run_end, "on-run-end", stop);
  DVT_TRY(artifacts::WriteRunResults(w.run.target_folder, results, w.metadata()));
  w.observer->RunFinished(results);
  if (!hooks) {
    w.observer->Message(Severity::kError, hooks.error().ToString());
    return 1;
  }
  const bool failed =
      stop.stop_requested() || std::any_of(results.results.begin(), results.results.end(), [](const auto& result) {
        return result.status == "error" || result.status == "fail" || result.status == "skipped";
      });
  return failed ? 1 : 0;
}

}  // namespace dvt::cli
