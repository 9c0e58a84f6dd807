#include <fmt/format.h>

#include <algorithm>

#include "dvt/artifacts/run_results/run_results_file.h"
#include "dvt/artifacts/state/state_files.h"
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
  if (command == "clone") return {"model", "seed", "snapshot"};
  return {"model", "seed", "test", "snapshot"};
}

}  // namespace

namespace {

// Runs what was chosen, with the hooks around it, and writes the artifacts.
Result<int> RunSelected(Workspace& w, const std::vector<std::string>& selected, std::stop_token stop) {
  DVT_TRY(artifacts::WriteManifest(w.run.target_folder, w.manifest, w.metadata()));
  if (selected.empty()) {
    w.observer->Message(Severity::kWarning, "Nothing to do: no node was selected.");
    return 0;
  }
  w.run.selected = std::set<std::string>(selected.begin(), selected.end());
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
        return result.status == "error" || result.status == "fail" || result.status == "skipped" ||
               result.status == "partial success";
      });
  return failed ? 1 : 0;
}

}  // namespace

// Of the models of which some batches were built: those that were not.
static Result<std::map<std::string, std::vector<run::EventWindow>>> FailedBatches(const model::PreviousState& before) {
  std::map<std::string, std::vector<run::EventWindow>> batches;
  for (const auto& [id, result] : before.batch_results) {
    const Value &done = result["successful"], &failed = result["failed"];
    if (!done.is_list() || done.list().empty() || !failed.is_list()) continue;
    for (const auto& pair : failed.list()) {
      if (!pair.is_list() || pair.list().size() != 2) continue;
      DVT_ASSIGN(const int64_t start, run::ParseMoment(pair.list()[0].ToText()));
      DVT_ASSIGN(const int64_t end, run::ParseMoment(pair.list()[1].ToText()));
      batches[id].push_back({start, end});
    }
  }
  return batches;
}

Result<int> BuildCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  if (options.command == "clone" && (workspace->run.previous == nullptr || !workspace->run.previous->has_manifest)) {
    return Error(ErrorCode::kInvalidArgument, "clone needs the manifest.json of an earlier run")
        .WithHint("name its folder with --state");
  }
  DVT_ASSIGN(const auto selected, workspace->Select(options, TypesOf(options.command)));
  return RunSelected(*workspace, selected, stop);
}

// What failed or was skipped in the run whose results are in --state, or in the target folder, as that command would.
Result<int> RetryCommand(const Options& options, std::stop_token stop) {
  Options again = options;
  DVT_ASSIGN(auto look, OpenWorkspace(options, stop));
  const std::string folder = options.state.empty() ? look->run.target_folder : look->previous->folder;
  DVT_ASSIGN(const auto before, artifacts::ReadPreviousState(folder, ""));
  if (!before.has_results) {
    return Error(ErrorCode::kNotFound, fmt::format("there is no run_results.json in {}: nothing to retry", folder))
        .WithHint("run a command first, or name the folder of its artifacts with --state");
  }
  again.command = before.arguments["which"].ToText();
  const bool known = again.command == "run" || again.command == "build" || again.command == "seed" || again.command == "test" ||
                     again.command == "snapshot";
  if (!known)
    return Error(ErrorCode::kUnsupported, fmt::format("the last command was '{}', which cannot be retried", again.command))
        .WithHint("run, build, seed, snapshot and test can");
  again.empty = before.arguments["empty"].is_bool() && before.arguments["empty"].as_bool();
  const auto text = [&](const char* key) {
    return before.arguments[key].is_string() ? before.arguments[key].as_string() : std::string();
  };
  again.sample = text("sample");
  again.event_time_start = text("event_time_start");
  again.event_time_end = text("event_time_end");
  again.full_refresh = before.arguments["full_refresh"].is_bool() && before.arguments["full_refresh"].as_bool();
  look.reset();
  DVT_ASSIGN(auto workspace, OpenWorkspace(again, stop));
  Options all = again;
  all.select.clear();
  all.exclude.clear();
  DVT_ASSIGN(auto selected, workspace->Select(all, {"model", "seed", "test", "snapshot"}));
  std::erase_if(selected, [&](const std::string& id) {
    const auto result = before.results.find(id);
    return result == before.results.end() || (result->second != "error" && result->second != "fail" &&
                                              result->second != "skipped" && result->second != "partial success");
  });
  DVT_ASSIGN(workspace->run.batches, FailedBatches(before));
  return RunSelected(*workspace, selected, stop);
}

}  // namespace dvt::cli
