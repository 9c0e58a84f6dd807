#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/model/node.h"
#include "dvt/model/results.h"

namespace dvt::run {

/// Live counters of one read or of the load. Written by the transfer's threads, read by the display at any time.
struct FlowCounter {
  std::string connection;
  std::string name;
  std::string path;  ///< "binary COPY", …
  std::optional<int64_t> estimated_rows;
  int partitions = 1;
  std::atomic<int64_t> rows{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int> partitions_done{0};
  std::atomic<int> retries{0};
  std::atomic<int64_t> first_nanos{0};  ///< steady-clock time of the first row
  std::atomic<int64_t> last_nanos{0};

  void Add(int64_t more_rows, int64_t more_bytes);
  /// Back to nothing moved; retries are kept.
  void Reset();
  model::TransferStats ToStats(std::string role) const;
};

/// What one node is doing now. The extracts do not change after the phase "transfer" began.
struct NodeProgress {
  std::atomic<const char*> phase{"compile"};  ///< compile, plan, transfer, swap, test, hooks
  std::deque<FlowCounter> extracts;
  FlowCounter load;
  std::atomic<bool> transferring{false};
};

/// Hears what a run does. Called from worker threads; implementations synchronise themselves.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void RunStarted(int nodes, int threads) {}
  virtual void NodeStarted(const model::Node& node, int index, int total, const NodeProgress& progress) {}
  virtual void NodeFinished(const model::Node& node, int index, int total, const model::NodeResult& result) {}
  /// A line for people: log() of a template, a retry, a fallback.
  virtual void Message(Severity severity, std::string_view text) {}
  virtual void RunFinished(const model::RunResults& results) {}
};

}  // namespace dvt::run
