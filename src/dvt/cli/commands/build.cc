#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "dvt/artifacts/state/state_files.h"
#include "dvt/base/fs/files.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/flags.h"
#include "dvt/cli/workspace.h"
#include "dvt/run/context/query_comment.h"
#include "dvt/run/schedule/scheduler.h"
#include "dvt/run/tasks/hooks.h"
#include "dvt/run/tasks/schemas.h"

namespace dvt::cli {

namespace {

std::set<std::string> TypesOf(const std::string& command) {
  if (command == "run") return {"model"};
  if (command == "seed") return {"seed"};
  if (command == "test") return {"test", "unit_test"};
  if (command == "snapshot") return {"snapshot"};
  if (command == "clone") return {"model", "seed", "snapshot"};
  return {"model", "seed", "test", "unit_test", "snapshot", "function"};
}

}  // namespace

namespace {

// Whether something that `id` reads, itself or through metrics, was not built.
bool ReadsAny(const model::Manifest& manifest, const std::string& id, const std::set<std::string>& failed) {
  const auto exposure = manifest.exposures.find(id);
  const auto semantic = manifest.semantic_nodes.find(id);
  if (exposure == manifest.exposures.end() && semantic == manifest.semantic_nodes.end()) return failed.count(id) != 0;
  const auto& reads =
      exposure != manifest.exposures.end() ? exposure->second.depends_on_nodes : semantic->second.depends_on_nodes;
  return std::any_of(reads.begin(), reads.end(), [&](const auto& each) { return ReadsAny(manifest, each, failed); });
}

// What only reads has nothing to be built: it is passed by, or skipped with what it reads.
void AddExposures(const Workspace& w, const std::vector<std::string>& exposures, model::RunResults& results) {
  std::set<std::string> failed;
  for (const auto& result : results.results) {
    if (result.status == "error" || result.status == "fail" || result.status == "skipped") failed.insert(result.unique_id);
  }
  for (const auto& id : exposures) {
    const bool skipped = ReadsAny(w.manifest, id, failed);
    model::NodeResult result;
    result.unique_id = id;
    result.status = skipped ? "skipped" : "no-op";
    result.message = skipped ? "" : "NO-OP";
    result.thread = "main";
    results.results.push_back(std::move(result));
  }
}

// What was chosen, between the hooks. A failed on-run-start skips it all; after Ctrl-C, on-run-end is left out.
Result<model::RunResults> RunBetweenHooks(Workspace& w, const std::vector<std::string>& selected,
                                          const std::vector<std::string>& exposures, std::stop_token stop) {
  const auto begin = std::chrono::steady_clock::now();
  DVT_TRY(run::CheckQueryComment(w.run, *w.compiler, stop));
  run::MakeSchemas(w.run, *w.compiler, selected, stop);
  DVT_ASSIGN(auto before, run::RunHooks(w.run, *w.compiler, "on-run-start", {}, stop));
  const auto failed = std::find_if(before.begin(), before.end(), [](const auto& hook) { return hook.status == "error"; });
  auto results = failed == before.end() ? run::RunNodes(w.run, *w.runner, *w.dag, selected, stop)
                                        : run::SkipNodes(w.run, selected, "a failed hook (" + failed->unique_id + ")");
  AddExposures(w, exposures, results);
  results.results.insert(results.results.begin(), before.begin(), before.end());
  results.interrupted = results.interrupted || stop.stop_requested();
  if (!results.interrupted) {
    DVT_ASSIGN(auto after, run::RunHooks(w.run, *w.compiler, "on-run-end", results.results, stop));
    results.results.insert(results.results.end(), after.begin(), after.end());
  }
  results.elapsed_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return results;
}

// Runs what was chosen, with the hooks around it, and writes the artifacts.
Result<int> RunSelected(const Options& options, Workspace& w, const std::vector<std::string>& selected, std::stop_token stop) {
  run::ExpectSessions(w.run, selected);
  DVT_TRY(w.WriteManifest());
  if (selected.empty()) {
    Diagnostic nothing;
    nothing.code = "NothingToDo";
    nothing.message = "Nothing to do: no node was selected.";
    DVT_TRY(Warn(options, nothing));
    model::RunResults none;
    none.invocation_id = w.run.invocation_id;
    none.args = w.run.options.arguments;
    DVT_TRY(w.WriteRunResults(none));
    return 0;
  }
  w.run.selected = std::set<std::string>(selected.begin(), selected.end());
  std::vector<std::string> exposures;
  if (options.command == "build") {
    DVT_ASSIGN(exposures, w.Select(options, {"exposure", "saved_query"}));
  }
  DVT_ASSIGN(auto results, RunBetweenHooks(w, selected, exposures, stop));
  const std::string folder = w.manifest.project.folder + "/";
  results.target_path = w.run.target_folder.starts_with(folder) ? w.run.target_folder.substr(folder.size()) : w.run.target_folder;
  DVT_TRY(w.WriteRunResults(results));
  w.observer->RunFinished(results);
  DVT_TRY(w.FinishTape());
  if (options.show) ShowSeeds(w, results, options, stop);
  if (results.interrupted) return 2;
  const bool failed = std::any_of(results.results.begin(), results.results.end(), [](const auto& result) {
    return result.status == "error" || result.status == "fail" || result.status == "skipped" ||
           result.status == "partial success";
  });
  return failed ? 1 : 0;
}

}  // namespace

// Of the models of which some batches were built: those that were not.
static Status TakeFailedBatches(const model::PreviousState& before, run::RunContext& run) {
  for (const auto& [id, result] : before.batch_results) {
    const Value &done = result["successful"], &failed = result["failed"];
    if (!done.is_list() || done.list().empty() || !failed.is_list()) continue;
    for (const auto& pair : failed.list()) {
      if (!pair.is_list() || pair.list().size() != 2) continue;
      DVT_ASSIGN(const int64_t start, run::ParseMoment(pair.list()[0].ToText()));
      DVT_ASSIGN(const int64_t end, run::ParseMoment(pair.list()[1].ToText()));
      run.batches[id].push_back({start, end});
    }
    run.batches_done[id] = done;
  }
  return {};
}

Result<int> BuildCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  if (options.command == "clone" && (workspace->run.previous == nullptr || !workspace->run.previous->has_manifest)) {
    return Error(ErrorCode::kInvalidArgument, "clone needs the manifest.json of an earlier run")
        .WithHint("name its folder with --state");
  }
  DVT_ASSIGN(auto selected, workspace->Select(options, TypesOf(options.command)));
  return RunSelected(options, *workspace, workspace->WithText(std::move(selected)), stop);
}

// The artifacts to go on from: --state, else the target folder. Without its earlier --vars the project may not even load.
static std::string ArtifactsFolder(const Options& options) {
  const ProjectHead head = ReadProjectHead(options.project_dir);
  if (!options.state.empty()) return AbsolutePath(JoinPath(head.folder, options.state));
  const std::string& named = options.target_path.empty() ? head.target_path : options.target_path;
  return JoinPath(head.folder, named.empty() ? "target" : named);
}

// What failed or was skipped in the run whose results are in --state, or in the target folder, as that command would.
Result<int> RetryCommand(const Options& options, std::stop_token stop) {
  Options again = options;
  const std::string folder = ArtifactsFolder(options);
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
  if (const Value& vars = before.arguments["vars"]; again.vars_text.empty() && vars.is_map() && !vars.map().empty())
    again.vars_text = ToJson(vars);
  if (again.target.empty()) again.target = text("target");
  DVT_ASSIGN(auto workspace, OpenWorkspace(again, stop));
  Options all = again;
  all.select.clear();
  all.exclude.clear();
  DVT_ASSIGN(auto selected, workspace->Select(all, {"model", "seed", "test", "unit_test", "snapshot", "function"}));
  std::erase_if(selected, [&](const std::string& id) {
    const auto result = before.results.find(id);
    return result == before.results.end() || (result->second != "error" && result->second != "fail" &&
                                              result->second != "skipped" && result->second != "partial success");
  });
  DVT_TRY(TakeFailedBatches(before, workspace->run));
  return RunSelected(again, *workspace, selected, stop);
}

}  // namespace dvt::cli
