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
#include "dvt/connectors/api/connector.h"
#include "dvt/model/node.h"
#include "dvt/model/results.h"

namespace dvt::run {

/// Live counters of one read or of the load. Written by the transfer's threads, read by the display at any time.
struct FlowCounter {
  std::string connection;
  std::string name;
  std::string input;  ///< the plan's name of an extract; empty for other reads and for the load
  std::string path;   ///< "binary COPY", …
  std::optional<int64_t> estimated_rows;
  std::optional<int64_t> rows_without_keys;  ///< estimate, where keys of other extracts reduce this one
  connectors::SourceMoment moment;           ///< of an extract
  std::string read_by;                       ///< of rows that were read for several models: the one that began it
  std::string filtered_by;                   ///< those keys, for the results: complete when the rows have moved
  std::atomic<int> partitions{1};
  std::atomic<int64_t> rows{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int> partitions_done{0};
  std::atomic<int> retries{0};
  std::atomic<int> partitions_kept{0};  ///< read from what an attempt before had kept
  std::atomic<int64_t> first_nanos{0};  ///< steady-clock time at which the first reader or writer began; 0: none yet
  std::atomic<int64_t> last_nanos{0};   ///< … of the last row or of a partition's end

  /// A reader or writer begins: the time that it waits for its first row counts.
  void Begin();
  /// A partition is complete.
  void FinishPartition();
  bool finished() const { return partitions_done >= partitions; }
  /// Between Begin and the last row; while it moves, until now.
  double Seconds() const;
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

enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// What a node has moved, for its result: every read that was prepared, and the load if there was one.
std::vector<model::TransferStats> TransfersOf(const NodeProgress& progress);

/// For whom an event is.
enum class Audience {
  kLog,     ///< the log; people see it with --debug
  kPeople,  ///< the log and people
  kOutput,  ///< what the command was asked for (a listing, a query's rows, print()): given even when all else is quiet
};

/// Something that happened, with the name, code and fields that dbt's log gives it, so that what reads dbt's log reads ours.
struct LogEvent {
  std::string name;  ///< "FoundStats"
  std::string code;  ///< "W006"
  std::string message;
  LogLevel level = LogLevel::kInfo;
  Audience audience = Audience::kLog;
  Value data = Value::MakeMap();
  const model::Node* node = nullptr;  ///< of which it tells; alive during the call
};

/// An event for people; `data` and `node` are the caller's to fill.
LogEvent EventForPeople(std::string name, std::string code, std::string message, LogLevel level = LogLevel::kInfo);

/// Hears what a run does. Called from worker threads; implementations synchronise themselves.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void RunStarted(int nodes, int threads, const std::string& target) {}
  virtual void NodeStarted(const model::Node& node, int index, int total, const NodeProgress& progress) {}
  /// Also for skipped nodes, which never started.
  virtual void NodeFinished(const model::Node& node, int index, int total, const model::NodeResult& result) {}
  /// A statement of on-run-start or on-run-end; named "shop.on-run-start.0".
  virtual void HookStarted(const model::Node& hook, int index, int total) {}
  virtual void HookFinished(const model::Node& hook, int index, int total, const model::NodeResult& result) {}
  virtual void FreshnessStarted(const model::SourceNode& source, int index, int total) {}
  virtual void FreshnessFinished(const model::SourceNode& source, int index, int total, const model::FreshnessResult& result) {}
  virtual void Event(const LogEvent& event) {}
  virtual void RunFinished(const model::RunResults& results) {}
  virtual void FreshnessDone(const std::vector<model::FreshnessResult>& results, double elapsed_seconds) {}

  /// A line for people: a retry, a fallback, an error outside of nodes.
  void Message(Severity severity, std::string_view text);
};

/// The calling thread's name in the log and in results: "MainThread" unless it was named.
const std::string& ThreadName();
void NameThread(std::string name);

}  // namespace dvt::run
