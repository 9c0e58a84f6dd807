#include "dvt/cli/log/run_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/cli/log/node_info.h"

namespace dvt::cli {

namespace {

using model::ResourceType;
using run::LogEvent;
using run::LogLevel;

std::string Plural(int count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : noun.ends_with('y') ? "" : "s");
}

bool Failed(const std::string& status) {
  return status == "error" || status == "fail" || status == "runtime error" || status == "partial success";
}

// How results of a kind are counted: "table model", "data test".
std::string KindOf(const model::Node& node) {
  switch (node.type) {
    case ResourceType::kModel: return node.materialized() + " model";
    case ResourceType::kTest: return "data test";
    case ResourceType::kOperation: return "project hook";
    default: return ReplaceAll(std::string(model::ResourceTypeName(node.type)), "_", " ");
  }
}

}  // namespace

void ResultCounts::Count(const std::string& status) {
  if (status == "success" || status == "pass")
    ++passed;
  else if (status == "warn")
    ++warned;
  else if (status == "skipped")
    ++skipped;
  else if (status == "no-op")
    ++nothing;
  else
    ++failed;
}

std::string ResultCounts::Text() const {
  return fmt::format("PASS={} WARN={} ERROR={} SKIP={} NO-OP={} REUSED=0 TOTAL={}", passed, warned, failed, skipped, nothing,
                     total());
}

void RunSummary::Know(const model::Node& node) {
  Known known;
  known.type = model::ResourceTypeName(node.type);
  known.kind = KindOf(node);
  known.name = node.name;
  known.file = node.original_path;
  const bool several = node.test || node.type == ResourceType::kSnapshot;
  if (node.type != ResourceType::kSeed && node.type != ResourceType::kOperation)
    known.compiled = "compiled/" + node.package + "/" + node.original_path + (several ? "/" + node.name + ".sql" : "");
  if (node.unit_test) known.compiled += "/" + node.unit_test->model + "/" + node.name + ".sql";
  known.info = NodeInfo(node, {});
  known_[node.unique_id] = std::move(known);
}

void RunSummary::Know(const model::SourceNode& source) {
  Known known;
  known.type = known.kind = "source";
  known.name = source.name;
  known.file = source.original_path;
  known.info = SourceInfo(source, {});
  known_[source.unique_id] = std::move(known);
}

LogEvent RunSummary::Finished(const std::map<std::string, int>& kinds, double seconds) const {
  // In the order of dbt, which has "test" for data tests.
  std::map<std::string, std::string> sorted;
  for (const auto& [kind, count] : kinds) sorted[kind == "data test" ? "test" : kind] = Plural(count, kind);
  std::vector<std::string> counts;
  for (const auto& [kind, text] : sorted) counts.push_back(text);
  const std::string line = Join(counts, ", ");
  const auto whole = static_cast<int>(seconds);
  const std::string execution =
      fmt::format(" in {} hours {} minutes and {:.2f} seconds", whole / 3600, whole / 60 % 60, seconds - whole / 60 * 60);
  LogEvent event = run::EventForPeople("FinishedRunningStats", "E047",
                                       fmt::format("Finished running {}{} ({:.2f}s).", line, execution, seconds));
  event.data.Set("execution", execution);
  event.data.Set("execution_time", seconds);
  event.data.Set("stat_line", line);
  return event;
}

void RunSummary::TellProblem(std::vector<LogEvent>& events, const std::string& id, const std::string& status,
                             const std::string& message, const std::string& target_path) const {
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  const Known& known = found->second;
  const bool failed = Failed(status);
  const std::string what = fmt::format("in {} {} ({})", known.type, known.name, known.file);
  LogEvent place = failed
                       ? run::EventForPeople("RunResultFailure", "Z022", "[" + Red("ERROR") + "]: " + what, LogLevel::kError)
                       : run::EventForPeople("RunResultWarning", "Z021", "[" + Yellow("WARNING") + "]: " + what, LogLevel::kWarn);
  place.data.Set("node_info", known.info);
  place.data.Set("node_name", known.name);
  place.data.Set("path", known.file);
  place.data.Set("resource_type", known.type);
  events.push_back(std::move(place));
  LogEvent text;
  if (message.empty()) {
    text = run::EventForPeople("RunResultErrorNoMessage", "Z025", "  Status: " + status, LogLevel::kError);
    text.data.Set("status", status);
  } else if (failed) {
    text = run::EventForPeople("RunResultError", "Z024", "  " + message, LogLevel::kError);
    text.data.Set("msg", message);
  } else {
    text = run::EventForPeople("RunResultWarningMessage", "Z046", "[" + Yellow("WARNING") + "]: " + message, LogLevel::kWarn);
    text.data.Set("msg", message);
  }
  text.data.Set("node_info", known.info);
  events.push_back(std::move(text));
  if (known.compiled.empty()) return;
  LogEvent compiled = run::EventForPeople("SQLCompiledPath", "Z026", "  compiled code at " + target_path + "/" + known.compiled);
  compiled.data.Set("node_info", known.info);
  compiled.data.Set("path", target_path + "/" + known.compiled);
  events.push_back(std::move(compiled));
}

std::vector<LogEvent> RunSummary::OfRun(const model::RunResults& results) const {
  std::vector<LogEvent> events;
  std::map<std::string, int> kinds;
  ResultCounts counts;
  for (const auto& result : results.results) {
    counts.Count(result.status);
    if (const auto known = known_.find(result.unique_id); known != known_.end()) ++kinds[known->second.kind];
  }
  events.push_back(Finished(kinds, results.elapsed_seconds));
  const auto partly = static_cast<int>(std::count_if(results.results.begin(), results.results.end(),
                                                     [](const auto& result) { return result.status == "partial success"; }));
  std::string summary = Green("Completed successfully");
  if (results.interrupted)
    summary = Yellow("Exited because of keyboard interrupt");
  else if (counts.failed > 0)
    summary = Red(fmt::format("Completed with {}, {} partial success{}, and {}:", Plural(counts.failed - partly, "error"), partly,
                              partly == 1 ? "" : "es", Plural(counts.warned, "warning")));
  else if (counts.warned > 0)
    summary = Yellow(fmt::format("Completed with {}:", Plural(counts.warned, "warning")));
  LogEvent end = run::EventForPeople("EndOfRunSummary", "Z030", summary);
  end.data.Set("keyboard_interrupt", results.interrupted);
  end.data.Set("num_errors", counts.failed - partly);
  end.data.Set("num_partial_success", partly);
  end.data.Set("num_warnings", counts.warned);
  events.push_back(std::move(end));
  for (const bool errors : {true, false}) {
    for (const auto& result : results.results) {
      if (errors ? Failed(result.status) : result.status == "warn")
        TellProblem(events, result.unique_id, result.status, result.message, results.target_path);
    }
  }
  LogEvent stats = run::EventForPeople("StatsLine", "Z023", "Done. " + counts.Text());
  Value numbers = Value::MakeMap();
  numbers.Set("error", counts.failed);
  numbers.Set("noop", counts.nothing);
  numbers.Set("pass", counts.passed);
  numbers.Set("reused", 0);
  numbers.Set("skip", counts.skipped);
  numbers.Set("total", counts.total());
  numbers.Set("warn", counts.warned);
  stats.data.Set("stats", std::move(numbers));
  events.push_back(std::move(stats));
  return events;
}

std::vector<LogEvent> RunSummary::OfFreshness(const std::vector<model::FreshnessResult>& results, double elapsed_seconds) const {
  std::vector<LogEvent> events;
  std::map<std::string, int> kinds;
  for (const auto& [id, known] : known_) ++kinds[known.kind];  // the sources, and the hooks around them
  events.push_back(Finished(kinds, elapsed_seconds));
  for (const auto& result : results) {
    if (Failed(result.status)) TellProblem(events, result.unique_id, result.status, result.message, "");
  }
  events.push_back(run::EventForPeople("FreshnessCheckComplete", "Q003", "Done."));
  return events;
}

}  // namespace dvt::cli
