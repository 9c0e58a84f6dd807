#include "dvt/run/tasks/microbatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/run/context/node_adapter.h"
#include "dvt/run/tasks/error_text.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

using model::NodeResult;

namespace {

Error ConfigError(const model::Node& node, const std::string& message) {
  return Error(ErrorCode::kConfig, message).At({node.original_path, 0, 0});
}

Value Pair(const EventWindow& window) {
  Value pair = Value::MakeList();
  pair.Push(IsoMoment(window.start));
  pair.Push(IsoMoment(window.end));
  return pair;
}

// One run of one model's batches; lives for one call.
class BatchRun {
 public:
  BatchRun(RunContext& run, const model::Node& node, const BatchPlan& plan, const BuildBatch& build, std::stop_token stop)
      : run_(run), node_(node), plan_(plan), build_(build), stop_(std::move(stop)), results_(plan.windows.size()) {
    const size_t count = plan.windows.size();
    for (size_t i = 0; i < count; ++i) {
      Batch& batch = batches_.emplace_back();
      batch.window = plan.windows[i];
      batch.id = BatchId(batch.window.start, plan.size);
      batch.label = BatchLabel(batch.window.start, plan.size);
      batch.index = static_cast<int>(i) + 1;
      batch.first = i == 0 && !plan.adds;
      batch.opens = i == 0;
      batch.closes = i + 1 == count;
      progress_.emplace_back();
    }
  }

  void Run() {
    const size_t count = batches_.size();
    if (count == 0) return;
    RunOne(0);
    if (results_[0].status != "success" && batches_[0].first) {  // the others would find no table
      for (size_t i = 1; i < count; ++i) Skip(i);
      return;
    }
    if (count > 2) RunBetween(1, count - 1);
    if (count > 1) RunOne(count - 1);
  }

  void Summarize(NodeResult& result) {
    Value done = Value::MakeList(), failed = Value::MakeList();
    for (size_t i = 0; i < results_.size(); ++i) {
      const NodeResult& each = results_[i];
      (each.status == "success" ? done : failed).Push(Pair(batches_[i].window));
      for (const auto& warning : each.warnings) {
        const bool known = std::any_of(result.warnings.begin(), result.warnings.end(),
                                       [&](const auto& have) { return have.message == warning.message; });
        if (!known) result.warnings.push_back(warning);
      }
      for (auto& transfer : TransfersOf(progress_[i])) result.transfers.push_back(std::move(transfer));
      if (!each.way.empty()) result.way = each.way;
      if (!each.plan_id.empty()) result.plan_id = each.plan_id;
      if (!each.relation_name.empty()) result.relation_name = each.relation_name;
      if (!each.compiled) continue;
      result.compiled = true;
      result.compiled_code = each.compiled_code;
    }
    Word(done.list().size(), failed.list().size(), result);
    // What an earlier run built stays built: one more retry runs only what is missing yet.
    if (const auto before = run_.batches_done.find(node_.unique_id); before != run_.batches_done.end()) {
      for (const auto& pair : before->second.list()) done.Push(pair);
    }
    result.batch_results = Value::MakeMap();
    result.batch_results.Set("successful", std::move(done));
    result.batch_results.Set("failed", std::move(failed));
  }

 private:
  void Word(size_t done, size_t failed, NodeResult& result) const {
    result.failures = static_cast<int64_t>(failed);
    if (failed == 0) {
      result.status = "success";
      result.message = "SUCCESS";
      return;
    }
    std::string errors;
    for (size_t i = 0; i < results_.size(); ++i) {
      if (results_[i].status == "error") errors += fmt::format("\nbatch {}: {}", batches_[i].label, results_[i].message);
    }
    result.status = done == 0 ? "error" : "partial success";
    result.message = done == 0 ? "ERROR" + errors : fmt::format("PARTIAL SUCCESS ({}/{}){}", done, done + failed, errors);
  }

  void RunOne(size_t i) {
    const Batch& batch = batches_[i];
    if (stop_.stop_requested()) return Skip(i);
    results_[i] = build_(batch, progress_[i]);
    const bool good = results_[i].status == "success";
    Tell(i, good ? "OK" : "ERROR", good ? results_[i].message : results_[i].message.substr(0, results_[i].message.find('\n')));
  }

  void Skip(size_t i) {
    results_[i].status = "skipped";
    Tell(i, "SKIPPED", "");
  }

  void RunBetween(size_t from, size_t to) {
    const int threads = std::max(1, run_.options.threads > 0 ? run_.options.threads : run_.manifest->profile.threads);
    const size_t workers = plan_.at_once ? std::min(static_cast<size_t>(threads), to - from) : 1;
    std::atomic<size_t> next{from};
    const auto work = [&] {
      for (size_t i = next++; i < to; i = next++) RunOne(i);
    };
    std::vector<std::jthread> others;
    for (size_t i = 1; i < workers; ++i) others.emplace_back(work);
    work();
  }

  void Tell(size_t i, const char* outcome, const std::string& message) const {
    run_.observer->Message(Severity::kWarning, fmt::format("Batch {} of {} {} batch {} of {}.{}{}", i + 1, batches_.size(),
                                                           outcome, batches_[i].label, node_.schema, node_.alias,
                                                           message.empty() ? "" : "  [" + message + "]"));
  }

  RunContext& run_;
  const model::Node& node_;
  const BatchPlan& plan_;
  const BuildBatch& build_;
  std::stop_token stop_;
  std::deque<Batch> batches_;
  std::deque<NodeProgress> progress_;
  std::vector<NodeResult> results_;
};

}  // namespace

Result<BatchRange> ReadBatchRange(const model::Node& node, const RunOptions& options) {
  BatchRange range;
  const auto size = ParseBatchSize(node.config["batch_size"].is_string() ? node.config["batch_size"].as_string() : "");
  if (!size) return ConfigError(node, "the config 'batch_size' of a microbatch model must be hour, day, month or year");
  range.size = *size;
  auto begin = ParseMoment(node.config["begin"].is_null() ? "" : node.config["begin"].ToText());
  if (!begin) return std::move(begin).error().At({node.original_path, 0, 0}).Within("in the config 'begin'");
  range.begin = *begin;
  if (node.config["lookback"].is_int()) range.lookback = node.config["lookback"].as_int();
  range.given_start = options.event_time_start;
  range.given_end = options.event_time_end;
  return range;
}

void RunBatchPlan(RunContext& run, const model::Node& node, const BatchPlan& plan, const BuildBatch& build, NodeResult& result,
                  std::stop_token stop) {
  BatchRun batches(run, node, plan, build, std::move(stop));
  batches.Run();
  batches.Summarize(result);
}

// Which batches this run has: those that a retry names, or those of the time since the last run.
Result<BatchPlan> NodeRunner::PlanBatches(const model::Node& node, connectors::Connector& target, NodeResult& result,
                                          std::stop_token stop) {
  BatchPlan plan;
  DVT_ASSIGN(auto range, ReadBatchRange(node, run_.options));
  const Value& configured = node.config["full_refresh"];
  const bool full_refresh = configured.is_bool() ? configured.as_bool() : run_.options.full_refresh;
  DVT_ASSIGN(const auto existing, run_.relations.Find(target, {node.database, node.schema, node.alias}, stop));
  range.incremental = existing && existing->kind == columnar::RelationKind::kTable && !full_refresh;
  range.now = static_cast<int64_t>(run_.started * 1e6);
  plan.size = range.size;
  plan.adds = range.incremental;
  plan.windows = BatchesOf(range);
  if (const auto again = run_.batches.find(node.unique_id); again != run_.batches.end()) {
    plan.windows = again->second;
    plan.adds = existing.has_value();
  }
  const Value& concurrent = node.config["concurrent_batches"];
  const bool reads_itself = node.raw_code.find("this") != std::string::npos;
  const bool able = target.Has(connectors::Capability::kParallelSinks) && target.Has(connectors::Capability::kTransactionalDdl);
  plan.at_once = able && (concurrent.is_bool() ? concurrent.as_bool() : !reads_itself);
  if (!able && concurrent.is_bool() && concurrent.as_bool()) {
    Diagnostic note;
    note.code = "MicrobatchConcurrency";
    note.message =
        "concurrent_batches is true, but batches run one after the other: the system cannot change one table from several "
        "sessions at a time";
    result.warnings.push_back(std::move(note));
  }
  return plan;
}

Status NodeRunner::RunBatches(const model::Node& node, const std::shared_ptr<connectors::Connector>& connector,
                              NodeResult& result, std::stop_token stop) {
  DVT_ASSIGN(const auto plan, PlanBatches(node, *connector, result, stop));
  if (plan.windows.empty()) {
    result.message = "No-op: no batch lies in the time asked for";
    return {};
  }
  const BuildBatch build = [&](const Batch& batch, NodeProgress& progress) {
    NodeResult built;
    auto done = BuildModel(node, connector, &batch, progress, built, stop);
    built.status = done ? "success" : "error";
    if (!done) built.message = NodeErrorText(*run_.manifest, node, std::move(done).error());
    return built;
  };
  RunBatchPlan(run_, node, plan, build, result, stop);
  return {};
}

}  // namespace dvt::run
