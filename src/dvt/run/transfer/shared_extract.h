#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "dvt/plan/share/shared_scan.h"
#include "dvt/run/transfer/shared_rows.h"
#include "dvt/run/transfer/source_read.h"

namespace dvt::run {

/// Memory for the rows of all shared extracts of a run; what is beyond it is spilled.
struct SharedMemory {
  std::atomic<int64_t> used{0};
  int64_t most = 16 << 20;
};

/// One scan of a source that feeds extracts of several models of a run. It begins with the first model that wants it, reads on its own
/// threads to its end, whatever becomes of that model, and is dropped when the last one has read, failed or was left out. After a failure
/// of the scan (a source that is gone, a full disk) the models that come later read by themselves. Thread-safe.
class SharedExtract {
 public:
  /// `memory` must outlive it and all of its streams.
  SharedExtract(plan::SharedScan scan, SharedMemory& memory);
  /// Stops the scan and waits for its threads.
  ~SharedExtract();

  /// Whether this extract of the model is to be fed. False if the model turned out to want something else than was planned, if too few
  /// readers are left to begin, or if the rows are gone.
  bool Wants(const std::string& node_id, const plan::ExtractFragment& extract);
  bool begun() const;
  /// Begins the scan for all readers that are left, unless it has begun. `prepare` plans the read; of its request relation, alias, select
  /// list, condition and SQL are given. `connections`: what the source's budget granted, kept until the scan is over. False if the model has
  /// to read by itself. `stop` is the run's.
  Result<bool> Begin(const std::string& node_id, const std::function<Status(SourceRead&)>& prepare, ReadSupport support,
                     const std::function<std::shared_ptr<void>()>& connections, std::stop_token stop);

  // After Begin:
  /// The moment of the rows.
  MomentName moment() const;
  /// How a reader sees the rows: as a read in a few streams that take turns. It has no scope.
  SourceRead ReadOf(const std::string& node_id, const std::string& input) const;
  /// A new reader's streams, together from the first row to the last. `flow` must outlive them.
  std::function<Result<columnar::Stream>(int stream, std::stop_token stop)> OpenFor(const std::string& node_id,
                                                                                    const std::string& input,
                                                                                    FlowCounter& flow) const;
  /// What is told about the rows of a reader.
  void Describe(FlowCounter& flow) const;

  /// The model has read these rows, or does not want them (any more).
  void Leave(const std::string& node_id);
  /// What the scan moved, for the result of the model that began it (`node_id`); nullopt if it never began.
  std::optional<model::TransferStats> Stats(std::string* node_id) const;

 private:
  struct Running;
  enum class State {
    kExpected,
    kLeft,   ///< has read, or failed
    kOther,  ///< reads by itself
  };
  struct Member {
    plan::ScanReader reader;
    State state = State::kExpected;
  };

  std::vector<plan::ScanReader> Expected() const;
  void SetState(const std::string& node_id, State state);
  void Scan(Running& running);
  Status ReadPartition(Running& running, int partition, std::stop_token stop);

  SharedMemory& memory_;
  std::mutex beginning_;  // held while the scan is planned; taken before mutex_
  mutable std::mutex mutex_;
  std::vector<Member> members_;
  std::unique_ptr<Running> running_;  // set once
  bool over_ = false;                 // the rows are gone
};

}  // namespace dvt::run
