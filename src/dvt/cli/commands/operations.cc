// Commands beside the graph: run-operation, source freshness.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "dvt/artifacts/sources/sources_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/run/tasks/freshness.h"
#include "dvt/run/tasks/hooks.h"
#include "dvt/run/tasks/operation.h"

namespace dvt::cli {

namespace {

double NowSeconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

}  // namespace

Result<int> RunOperationCommand(const Options& options, std::stop_token stop) {
  Value arguments = Value::MakeMap();
  if (!options.args_text.empty()) {
    DVT_ASSIGN(arguments, ParseYaml(options.args_text, "--args"));
    if (!arguments.is_map() && !arguments.is_null())
      return Error(ErrorCode::kInvalidArgument, "--args must be a mapping, such as '{days: 3}'");
  }
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  model::NodeResult result;
  result.unique_id = run::OperationNode(w.run, options.macro).unique_id;
  result.started = result.compile_completed = NowSeconds();
  auto done = run::RunOperation(w.run, *w.compiler, options.macro, arguments, stop);
  result.completed = NowSeconds();
  result.execution_seconds = result.completed - result.started;
  result.status = done ? "success" : "error";
  if (!done) result.message = SecretRegistry::Redact(done.error().ToString());
  model::RunResults results;
  results.invocation_id = w.run.invocation_id;
  results.args = w.run.options.arguments;
  results.elapsed_seconds = result.execution_seconds;
  results.results.push_back(result);
  DVT_TRY(w.WriteRunResults(results));
  if (!done) w.observer->Message(Severity::kError, options.macro + ": " + result.message);
  return done ? 0 : 1;
}

Result<int> SourceFreshnessCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_ASSIGN(const auto selected, w.Select(options, {"source"}));
  std::vector<const model::SourceNode*> sources;
  for (const auto& id : selected) {
    const auto found = w.manifest.sources.find(id);
    if (found != w.manifest.sources.end() && run::HasFreshness(found->second)) sources.push_back(&found->second);
  }
  if (sources.empty()) {
    Diagnostic nothing;
    nothing.code = "NothingToDo";
    nothing.message = "Nothing to do: no selected source has both `freshness` limits and a `loaded_at_field`.";
    DVT_TRY(Warn(options, nothing));
  }
  const double started = NowSeconds();
  const Value& with_hooks = w.manifest.project.flags["source_freshness_run_project_hooks"];
  const bool hooks = !sources.empty() && !(with_hooks.is_bool() && !with_hooks.as_bool());
  auto hooks_failed = [&](const char* phase) -> Result<bool> {
    if (!hooks) return false;
    DVT_ASSIGN(const auto done, run::RunHooks(w.run, *w.compiler, phase, {}, stop));
    return std::any_of(done.begin(), done.end(), [](const auto& result) { return result.status == "error"; });
  };
  DVT_ASSIGN(const bool start_failed, hooks_failed("on-run-start"));
  if (start_failed) return 1;
  const auto results = run::CheckFreshness(w.run, *w.compiler, sources, stop);
  DVT_ASSIGN(const bool end_failed, hooks_failed("on-run-end"));
  const std::string path = options.output.empty() ? JoinPath(w.run.target_folder, "sources.json") : AbsolutePath(options.output);
  const double elapsed = NowSeconds() - started;
  DVT_TRY(artifacts::WriteSources(path, results, elapsed, w.metadata()));
  w.observer->FreshnessDone(results, elapsed);
  const bool warns_fail = options.warn_policy.Of("LogFreshnessResult") == model::WarnPolicy::Treatment::kFail;
  const bool failed = std::any_of(results.begin(), results.end(), [&](const auto& result) {
    return result.status == "error" || result.status == "runtime error" || (result.status == "warn" && warns_fail);
  });
  if (stop.stop_requested()) return 2;
  return failed || end_failed ? 1 : 0;
}

}  // namespace dvt::cli
