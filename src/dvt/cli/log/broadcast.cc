#include "dvt/cli/log/event_log.h"

namespace dvt::cli {

namespace {

class Broadcast : public run::Observer {
 public:
  explicit Broadcast(std::vector<std::unique_ptr<run::Observer>> observers) : observers_(std::move(observers)) {}

  void RunStarted(int nodes, int threads, const std::string& target) override {
    for (auto& each : observers_) each->RunStarted(nodes, threads, target);
  }
  void NodeStarted(const model::Node& node, int index, int total, const run::NodeProgress& progress) override {
    for (auto& each : observers_) each->NodeStarted(node, index, total, progress);
  }
  void NodeFinished(const model::Node& node, int index, int total, const model::NodeResult& result) override {
    for (auto& each : observers_) each->NodeFinished(node, index, total, result);
  }
  void HookStarted(const model::Node& hook, int index, int total) override {
    for (auto& each : observers_) each->HookStarted(hook, index, total);
  }
  void HookFinished(const model::Node& hook, int index, int total, const model::NodeResult& result) override {
    for (auto& each : observers_) each->HookFinished(hook, index, total, result);
  }
  void FreshnessStarted(const model::SourceNode& source, int index, int total) override {
    for (auto& each : observers_) each->FreshnessStarted(source, index, total);
  }
  void FreshnessFinished(const model::SourceNode& source, int index, int total, const model::FreshnessResult& result) override {
    for (auto& each : observers_) each->FreshnessFinished(source, index, total, result);
  }
  void Event(const run::LogEvent& event) override {
    for (auto& each : observers_) each->Event(event);
  }
  void RunFinished(const model::RunResults& results) override {
    for (auto& each : observers_) each->RunFinished(results);
  }
  void FreshnessDone(const std::vector<model::FreshnessResult>& results, double elapsed_seconds) override {
    for (auto& each : observers_) each->FreshnessDone(results, elapsed_seconds);
  }

 private:
  std::vector<std::unique_ptr<run::Observer>> observers_;
};

}  // namespace

std::unique_ptr<run::Observer> MakeBroadcast(std::vector<std::unique_ptr<run::Observer>> observers) {
  return std::make_unique<Broadcast>(std::move(observers));
}

}  // namespace dvt::cli
