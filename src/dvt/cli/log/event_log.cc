#include "dvt/cli/log/event_log.h"

#include <fmt/format.h>

#include <chrono>
#include <map>

#include "dvt/base/text/text.h"
#include "dvt/cli/log/node_info.h"
#include "dvt/cli/log/run_summary.h"

namespace dvt::cli {

namespace {

using model::ResourceType;
using run::LogEvent;
using run::LogLevel;

double NowSeconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

struct Outcome {
  std::string words;   // "OK created", "PASS"
  std::string status;  // "[…]": "SELECT 5", "FAIL 3"
  LogLevel level = LogLevel::kInfo;
};

std::string Painted(LogLevel level, const std::string& status) {
  return level == LogLevel::kError ? Red(status) : level == LogLevel::kWarn ? Yellow(status) : Green(status);
}

// What was done to a model, seed or snapshot.
Outcome BuildOutcome(const model::Node& node, const model::NodeResult& result) {
  const bool failed = result.status == "error";
  const char* done = node.type == ResourceType::kSeed       ? "loaded"
                     : node.type == ResourceType::kSnapshot ? "snapshotted"
                                                            : "created";
  const char* doing = node.type == ResourceType::kSeed       ? "loading"
                      : node.type == ResourceType::kSnapshot ? "snapshotting"
                                                             : "creating";
  if (failed) return {std::string("ERROR ") + doing, "ERROR", LogLevel::kError};
  if (result.status == "partial success") return {"PARTIAL SUCCESS creating", "PARTIAL SUCCESS", LogLevel::kError};
  return {std::string("OK ") + done, result.message.empty() ? "OK" : result.message, LogLevel::kInfo};
}

Outcome TestOutcome(const model::NodeResult& result) {
  const std::string counted = fmt::format("{} {}", ToUpper(result.status), result.failures.value_or(0));
  if (result.status == "fail") return {counted, counted, LogLevel::kError};
  if (result.status == "warn") return {counted, counted, LogLevel::kWarn};
  if (result.status == "error") return {"ERROR", "ERROR", LogLevel::kError};
  return {"PASS", "PASS", LogLevel::kInfo};
}

// Every setting of a snapshot as text.
Value ConfigTexts(const Value& config) {
  Value texts = Value::MakeMap();
  if (!config.is_map()) return texts;
  for (const auto& entry : config.map()) {
    if (!entry.value.is_null()) texts.Set(entry.key, entry.value.ToText());
  }
  return texts;
}

class EventLog : public run::Observer {
 public:
  EventLog(LogOrigin origin, std::vector<std::unique_ptr<LogSink>> sinks, int width)
      : origin_(std::move(origin)), sinks_(std::move(sinks)), width_(static_cast<size_t>(width)) {}

  void RunStarted(int nodes, int threads, const std::string& target) override {
    LogEvent event =
        run::EventForPeople("ConcurrencyLine", "Q027", fmt::format("Concurrency: {} threads (target='{}')", threads, target));
    event.data.Set("node_count", nodes);
    event.data.Set("num_threads", threads);
    event.data.Set("target_name", target);
    Write(event);
  }

  void NodeStarted(const model::Node& node, int index, int total, const run::NodeProgress&) override {
    running_ = &node;
    const double now = NowSeconds();
    {
      std::lock_guard lock(mutex_);
      started_[node.unique_id] = now;
    }
    const Value info = NodeInfo(node, {"started", now, 0, ""});
    LogEvent begin = run::EventForPeople("NodeStart", "Q024", "Began running node " + node.unique_id, LogLevel::kDebug);
    begin.data.Set("node_info", info);
    Write(begin);
    const std::string description = NodeDescription(node);
    LogEvent line = run::EventForPeople("LogStartLine", "Q011", Line(index, total, "START " + description, "RUN"));
    line.data.Set("description", description);
    line.data.Set("index", index);
    line.data.Set("node_info", info);
    line.data.Set("total", total);
    Write(line);
  }

  void NodeFinished(const model::Node& node, int index, int total, const model::NodeResult& result) override {
    running_ = nullptr;
    NodeMoment moment{result.status, 0, 0, result.relation_name};
    {
      std::lock_guard lock(mutex_);
      moment.started = started_[node.unique_id];
      summary_.Know(node);
    }
    const bool skipped = result.status == "skipped";
    if (!skipped) moment.finished = moment.started + result.execution_seconds;
    const Value info = NodeInfo(node, moment);
    for (const auto& warning : result.warnings) WriteWarning(warning, info);
    Write(skipped ? SkipLine(node, index, total, info) : ResultLine(node, index, total, result, info));
    LogEvent end = run::EventForPeople("NodeFinished", "Q025", "Finished running node " + node.unique_id, LogLevel::kDebug);
    end.data.Set("node_info", info);
    end.data.Set("run_result", ResultInfo(result));
    Write(end);
  }

  void HookStarted(const model::Node& hook, int index, int total) override {
    const double now = NowSeconds();
    {
      std::lock_guard lock(mutex_);
      started_[hook.unique_id] = now;
    }
    const std::string statement = Join(hook.fqn, ".");
    LogEvent line = run::EventForPeople("LogHookStartLine", "Q032", Line(index, total, "START hook: " + statement, "RUN"));
    line.data.Set("index", index);
    line.data.Set("node_info", NodeInfo(hook, {"started", now, 0, ""}));
    line.data.Set("statement", statement);
    line.data.Set("total", total);
    Write(line);
  }

  void HookFinished(const model::Node& hook, int index, int total, const model::NodeResult& result) override {
    NodeMoment moment{result.status, 0, 0, ""};
    {
      std::lock_guard lock(mutex_);
      moment.started = started_[hook.unique_id];
      summary_.Know(hook);
    }
    if (moment.started > 0) moment.finished = moment.started + result.execution_seconds;
    const std::string statement = Join(hook.fqn, ".");
    const std::string word = result.status == "success" ? "OK" : result.status == "skipped" ? "SKIP" : "ERROR";
    const std::string painted = word == "OK" ? Green(word) : word == "SKIP" ? Yellow(word) : Red(word);
    LogEvent line = run::EventForPeople("LogHookEndLine", "Q033",
                                        Line(index, total, word + " hook: " + statement, painted, result.execution_seconds));
    line.data.Set("execution_time", result.execution_seconds);
    line.data.Set("index", index);
    line.data.Set("node_info", NodeInfo(hook, moment));
    line.data.Set("statement", statement);
    line.data.Set("status", result.status);
    line.data.Set("total", total);
    Write(line);
  }

  void FreshnessStarted(const model::SourceNode& source, int index, int total) override {
    const std::string description = fmt::format("freshness of {}.{}", source.source_name, source.name);
    LogEvent line = run::EventForPeople("LogStartLine", "Q011", Line(index, total, "START " + description, "RUN"));
    line.data.Set("description", description);
    line.data.Set("index", index);
    line.data.Set("node_info", SourceInfo(source, {"started", NowSeconds(), 0, ""}));
    line.data.Set("total", total);
    Write(line);
  }

  void FreshnessFinished(const model::SourceNode& source, int index, int total, const model::FreshnessResult& result) override {
    const std::string word = result.status == "error"           ? "ERROR STALE"
                             : result.status == "runtime error" ? "ERROR"
                                                                : ToUpper(result.status);
    const LogLevel level = result.status == "pass"   ? LogLevel::kInfo
                           : result.status == "warn" ? LogLevel::kWarn
                                                     : LogLevel::kError;
    LogEvent line =
        run::EventForPeople("LogFreshnessResult", "Q018",
                            Line(index, total, fmt::format("{} freshness of {}.{}", word, source.source_name, source.name),
                                 Painted(level, word), result.execution_seconds),
                            level);
    line.data.Set("execution_time", result.execution_seconds);
    line.data.Set("index", index);
    line.data.Set("node_info", SourceInfo(source, {result.status, result.started, result.completed, ""}));
    line.data.Set("source_name", source.source_name);
    line.data.Set("status", result.status);
    line.data.Set("table_name", source.name);
    line.data.Set("total", total);
    Write(line);
    std::lock_guard lock(mutex_);
    summary_.Know(source);
  }

  void Event(const LogEvent& given) override {
    LogEvent event = given;
    if (event.node == nullptr && event.name.starts_with("SQLQuery")) event.node = running_;
    if (event.node != nullptr) {
      NodeMoment moment;
      std::lock_guard lock(mutex_);
      if (const auto found = started_.find(event.node->unique_id); found != started_.end())
        moment = {"started", found->second, 0, ""};
      event.data.Set("node_info", NodeInfo(*event.node, moment));
    }
    if (event.level == LogLevel::kWarn) event.message = "[" + Yellow("WARNING") + "]: " + event.message;
    if (event.name == "MainEncounteredError") event.message = "[" + Red("ERROR") + "]: Encountered an error:\n" + event.message;
    Write(event);
  }

  void RunFinished(const model::RunResults& results) override {
    std::lock_guard lock(mutex_);
    for (const auto& event : summary_.OfRun(results)) Write(event);
  }

  void FreshnessDone(const std::vector<model::FreshnessResult>& results, double elapsed_seconds) override {
    std::lock_guard lock(mutex_);
    for (const auto& event : summary_.OfFreshness(results, elapsed_seconds)) Write(event);
  }

 private:
  // "3 of 15 OK created sql table model main.a .......... [OK in 0.21s]"
  std::string Line(int index, int total, const std::string& text, const std::string& status, double seconds = -1) const {
    std::string line = (index > 0 ? fmt::format("{} of {} {} ", index, total, text) : text + " ");
    if (line.size() < width_) line.append(width_ - line.size(), '.');
    return line + " [" + status + (seconds >= 0 ? fmt::format(" in {:.2f}s", seconds) : "") + "]";
  }

  LogEvent SkipLine(const model::Node& node, int index, int total, const Value& info) const {
    const bool relation =
        node.type == ResourceType::kModel || node.type == ResourceType::kSeed || node.type == ResourceType::kSnapshot;
    const std::string type(model::ResourceTypeName(node.type));
    const std::string text =
        relation ? fmt::format("SKIP relation {}.{}", node.schema, node.alias) : fmt::format("SKIP {} {}", type, node.name);
    LogEvent line = run::EventForPeople("SkippingDetails", "Q034", Line(index, total, text, Yellow("SKIP")));
    line.data.Set("index", index);
    line.data.Set("node_info", info);
    line.data.Set("node_name", node.name);
    line.data.Set("resource_type", type);
    line.data.Set("schema", node.schema);
    line.data.Set("total", total);
    return line;
  }

  LogEvent FunctionLine(const model::Node& node, int index, int total, const model::NodeResult& result, const Value& info) const {
    const Outcome outcome = BuildOutcome(node, result);
    const std::string description = NodeDescription(node);
    LogEvent line = run::EventForPeople("LogFunctionResult", "Q047",
                                        Line(index, total, outcome.words + " " + description,
                                             Painted(outcome.level, ToUpper(result.status)), result.execution_seconds),
                                        outcome.level);
    line.data.Set("description", description);
    line.data.Set("execution_time", result.execution_seconds);
    line.data.Set("index", index);
    line.data.Set("node_info", info);
    line.data.Set("status", result.status);
    line.data.Set("total", total);
    return line;
  }

  LogEvent ResultLine(const model::Node& node, int index, int total, const model::NodeResult& result, const Value& info) const {
    if (node.type == ResourceType::kFunction) return FunctionLine(node, index, total, result, info);
    const bool builds =
        node.type == ResourceType::kModel || node.type == ResourceType::kSeed || node.type == ResourceType::kSnapshot;
    const Outcome outcome = builds ? BuildOutcome(node, result) : TestOutcome(result);
    const std::string relation = node.schema + "." + node.alias;
    const std::string description = node.type == ResourceType::kSnapshot ? relation : NodeDescription(node);
    const std::string name = node.unit_test ? node.unit_test->model + "::" + node.name : node.name;
    const std::string text = Line(index, total, outcome.words + " " + (builds ? description : name),
                                  Painted(outcome.level, outcome.status), result.execution_seconds);
    LogEvent line = !builds                             ? run::EventForPeople("LogTestResult", "Q007", text, outcome.level)
                    : node.type == ResourceType::kSeed  ? run::EventForPeople("LogSeedResult", "Q016", text, outcome.level)
                    : node.type == ResourceType::kModel ? run::EventForPeople("LogModelResult", "Q012", text, outcome.level)
                                                        : run::EventForPeople("LogSnapshotResult", "Q015", text, outcome.level);
    Value& data = line.data;
    if (!builds) data.Set("attached_node", node.test ? node.test->attached_node : "");
    if (node.type == ResourceType::kSnapshot) data.Set("cfg", ConfigTexts(node.config));
    if (builds && node.type != ResourceType::kSeed) data.Set("description", description);
    data.Set("execution_time", result.execution_seconds);
    data.Set("index", index);
    if (!builds) data.Set("name", node.name);
    data.Set("node_info", info);
    if (!builds) data.Set("num_failures", result.failures.value_or(0));
    if (!builds) data.Set("num_models", total);
    if (node.type == ResourceType::kSeed) data.Set("relation", node.alias);
    if (builds && node.type != ResourceType::kModel) data.Set("result_message", outcome.status);
    if (node.type == ResourceType::kSeed) data.Set("schema", node.schema);
    data.Set("status", node.type == ResourceType::kModel && outcome.level == LogLevel::kInfo ? outcome.status : result.status);
    if (builds) data.Set("total", total);
    return line;
  }

  void WriteWarning(const Diagnostic& warning, const Value& info) {
    LogEvent event =
        run::EventForPeople(warning.code.c_str(), warning.code.c_str(),
                            fmt::format("[{}]: {}: {}", Yellow("WARNING"), warning.code, warning.message), LogLevel::kWarn);
    event.data.Set("msg", warning.message);
    event.data.Set("node_info", info);
    Write(event);
  }

  void Write(const LogEvent& event) {
    for (auto& sink : sinks_) sink->Write(event, origin_);
  }

  const LogOrigin origin_;
  const std::vector<std::unique_ptr<LogSink>> sinks_;
  const size_t width_;
  std::mutex mutex_;
  std::map<std::string, double> started_;  // by unique id
  RunSummary summary_;
  static thread_local const model::Node* running_;  // by this thread
};

thread_local const model::Node* EventLog::running_ = nullptr;

}  // namespace

std::unique_ptr<run::Observer> MakeEventLog(LogOrigin origin, std::vector<std::unique_ptr<LogSink>> sinks, int printer_width) {
  return std::make_unique<EventLog>(std::move(origin), std::move(sinks), printer_width);
}

}  // namespace dvt::cli
