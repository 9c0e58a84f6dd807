#include "dvt/run/schedule/scheduler.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "dvt/graph/dag/ready_queue.h"
#include "dvt/run/schedule/sharing.h"

namespace dvt::run {

namespace {

using graph::ReadyQueue;
using model::NodeResult;

// Ephemeral models have no result.
const model::Node* RunnableNode(const RunContext& run, const std::string& id) {
  const model::Node* found = run.manifest->FindNode(id);
  return found == nullptr || found->is_ephemeral() ? nullptr : found;
}

NodeResult SkippedResult(const std::string& id, const std::string& because_of) {
  NodeResult result;
  result.unique_id = id;
  result.status = "skipped";
  result.message = "because of " + because_of;
  return result;
}

// The state that the workers of one run share.
class NodeSchedule {
 public:
  NodeSchedule(RunContext& run, NodeRunner& runner, const graph::Dag& dag, const std::vector<std::string>& selected,
               std::stop_token stop)
      : run_(run),
        runner_(runner),
        stop_(std::move(stop)),
        queue_(dag, *run.manifest, selected, {.tests_block_children = run.options.command == "build"}) {
    for (const auto& id : selected) total_ += Runs(id) ? 1 : 0;
    run_.unfinished_nodes = total_;
  }

  model::RunResults Run(int threads) {
    run_.observer->RunStarted(total_, threads, run_.manifest->target);
    {
      std::vector<std::jthread> workers;
      for (int i = 0; i < threads; ++i) workers.emplace_back([this, i] { Work(i); });
    }
    results_.interrupted = stop_.stop_requested();
    for (const auto& id : queue_.Abandon())
      Skip(id, stop_.stop_requested() ? "the cancelled run" : "an earlier failure (fail-fast)");
    return std::move(results_);
  }

 private:
  bool Runs(const std::string& id) const { return RunnableNode(run_, id) != nullptr; }

  void Work(int worker) {
    NameThread(fmt::format("Thread-{}", worker + 1));
    while (auto id = queue_.Next(stop_)) {
      if (!Runs(*id)) {
        Finish(*id, Compiles(*id) ? ReadyQueue::Outcome::kSuccess : ReadyQueue::Outcome::kFailed);
        continue;
      }
      const model::Node& node = *run_.manifest->FindNode(*id);
      // The unit tests of a model run one after another; the first that fails decides about the model.
      std::unique_lock<std::mutex> turn;
      UnitTests* siblings = node.unit_test && run_.options.command == "build" ? &UnitTestsOf(node) : nullptr;
      if (siblings != nullptr) {
        turn = std::unique_lock(siblings->turn);
        if (!siblings->failed.empty()) {
          Skip(*id, siblings->failed);
          Finish(*id, ReadyQueue::Outcome::kFailed);
          continue;
        }
      }
      const int index = NextIndex();
      auto& progress = NewProgress();
      run_.observer->NodeStarted(node, index, total_, progress);
      NodeResult result = runner_.Run(node, progress, stop_);
      run_.shared.Leave(*id);
      result.thread = ThreadName();
      const bool failed = result.status == "error" || result.status == "fail" || result.status == "partial success";
      if (siblings != nullptr && failed) siblings->failed = *id;
      run_.observer->NodeFinished(node, index, total_, result);
      Keep(std::move(result));
      Finish(*id, failed ? ReadyQueue::Outcome::kFailed : ReadyQueue::Outcome::kSuccess);
      if (failed && run_.options.fail_fast) {
        for (const auto& left : queue_.Abandon()) Skip(left, "an earlier failure (fail-fast)");
      }
    }
  }

  // An ephemeral model is only text in others; one that cannot be compiled leaves them out.
  bool Compiles(const std::string& id) {
    const auto found = run_.manifest->nodes.find(id);
    if (found == run_.manifest->nodes.end()) return true;
    const NodeResult result = runner_.CompileOnly(found->second, stop_);
    if (result.status != "error") return true;
    std::lock_guard lock(mutex_);
    causes_[id] = result.message;
    return false;
  }

  // Why what depends on `id` is left out.
  std::string Cause(const std::string& id) {
    std::lock_guard lock(mutex_);
    const auto found = causes_.find(id);
    return found == causes_.end() ? id : found->second;
  }

  void Finish(const std::string& id, ReadyQueue::Outcome outcome) {
    for (const auto& skipped : queue_.Finish(id, outcome)) Skip(skipped.id, skipped.because_of);
  }

  void Skip(const std::string& id, const std::string& because_of) {
    if (!Runs(id)) return;
    run_.shared.Leave(id);
    NodeResult result = SkippedResult(id, Cause(because_of));
    result.thread = ThreadName();
    const model::Node& node = *run_.manifest->FindNode(id);
    run_.observer->NodeFinished(node, NextIndex(), total_, result);
    Keep(std::move(result));
  }

  struct UnitTests {
    std::mutex turn;
    std::string failed;  // the test that did; guarded by `turn`
  };
  UnitTests& UnitTestsOf(const model::Node& test) {
    std::lock_guard lock(mutex_);
    return unit_tests_[test.depends_on_nodes.empty() ? test.unique_id : test.depends_on_nodes.front()];
  }

  int NextIndex() {
    std::lock_guard lock(mutex_);
    return ++index_;
  }
  NodeProgress& NewProgress() {
    std::lock_guard lock(mutex_);
    return progress_.emplace_back();
  }
  void Keep(NodeResult result) {
    --run_.unfinished_nodes;
    std::lock_guard lock(mutex_);
    results_.results.push_back(std::move(result));
  }

  RunContext& run_;
  NodeRunner& runner_;
  std::stop_token stop_;
  ReadyQueue queue_;
  std::mutex mutex_;
  std::deque<NodeProgress> progress_;            // kept until the end: the display may still read them
  std::map<std::string, std::string> causes_;    // of ephemeral models that failed, by their id
  std::map<std::string, UnitTests> unit_tests_;  // by the model they test
  model::RunResults results_;
  int total_ = 0;
  int index_ = 0;
};

}  // namespace

model::RunResults RunNodes(RunContext& run, NodeRunner& runner, const graph::Dag& dag, const std::vector<std::string>& selected,
                           std::stop_token stop) {
  const auto begin = std::chrono::steady_clock::now();
  const int threads = std::max(1, run.options.threads > 0 ? run.options.threads : run.manifest->profile.threads);
  run.moments.SetWritten(WrittenPlaces(run, selected));
  run.shared.Plan(SharedScansOf(run, runner, selected, threads, stop));
  NodeSchedule schedule(run, runner, dag, selected, std::move(stop));
  model::RunResults results = schedule.Run(threads);
  run.shared.Report(results);
  run.moments.End();
  results.invocation_id = run.invocation_id;
  results.args = run.options.arguments;
  results.elapsed_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return results;
}

model::RunResults SkipNodes(RunContext& run, const std::vector<std::string>& selected, const std::string& reason) {
  model::RunResults results;
  std::vector<const model::Node*> nodes;
  for (const auto& id : selected) {
    if (const auto* node = RunnableNode(run, id)) nodes.push_back(node);
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    results.results.push_back(SkippedResult(nodes[i]->unique_id, reason));
    results.results.back().thread = ThreadName();
    run.observer->NodeFinished(*nodes[i], static_cast<int>(i) + 1, static_cast<int>(nodes.size()), results.results.back());
  }
  results.invocation_id = run.invocation_id;
  results.args = run.options.arguments;
  return results;
}

}  // namespace dvt::run
