// Commands beside the graph: run-operation, source freshness.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "dvt/artifacts/run_results/run_results_file.h"
#include "dvt/artifacts/sources/sources_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/workspace.h"
#include "dvt/run/tasks/freshness.h"
#include "dvt/run/tasks/operation.h"

namespace dvt::cli {

namespace {

double NowSeconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// 95400 → "1 d 2 h 30 min"
std::string Age(double seconds) {
  const auto minutes = static_cast<int64_t>(seconds / 60);
  if (minutes < 1) return fmt::format("{:.0f} s", seconds);
  std::string text;
  if (minutes >= 1440) text += fmt::format("{} d ", minutes / 1440);
  if (minutes >= 60) text += fmt::format("{} h ", minutes / 60 % 24);
  return text + fmt::format("{} min", minutes % 60);
}

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
  DVT_TRY(artifacts::WriteRunResults(w.run.target_folder, results, w.metadata()));
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
    w.observer->Message(Severity::kWarning,
                        "Nothing to do: no selected source has both `freshness` limits and a `loaded_at_field`.");
  }
  const double started = NowSeconds();
  const auto results = run::CheckFreshness(w.run, *w.compiler, sources, stop);
  for (size_t i = 0; i < results.size(); ++i) {
    const auto& result = results[i];
    const std::string name = sources[i]->source_name + "." + sources[i]->name;
    const std::string outcome = ToUpper(result.status == "error" ? "error stale" : result.status);
    std::printf("%zu of %zu %s freshness of %s %s\n", i + 1, results.size(), outcome.c_str(), name.c_str(),
                result.status == "runtime error" ? ("\n  " + result.message).c_str()
                                                 : ("[newest row is " + Age(result.age_seconds) + " old]").c_str());
  }
  const std::string path = options.output.empty() ? JoinPath(w.run.target_folder, "sources.json") : AbsolutePath(options.output);
  DVT_TRY(artifacts::WriteSources(path, results, NowSeconds() - started, w.metadata()));
  const bool failed = std::any_of(results.begin(), results.end(), [&](const auto& result) {
    return result.status == "error" || result.status == "runtime error" || (result.status == "warn" && options.warn_error);
  });
  return failed || stop.stop_requested() ? 1 : 0;
}

}  // namespace dvt::cli
