#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "dvt/base/thread/bounded_queue.h"
#include "dvt/engine/api/engine.h"

namespace dvt::engine {

/// What the inputs and the result of one Run share: the first failure and the stop. Thread-safe.
class RunState {
 public:
  /// Keeps the first error and stops every reader of the run.
  void Fail(Error error);
  /// Stops without an error (the user's stop, or the result is no longer wanted).
  void Stop() { stop_.request_stop(); }
  std::stop_token token() const { return stop_.get_token(); }
  /// The first error, once; nullopt if none (or already taken).
  std::optional<Error> TakeError();

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
  bool failed_ = false;
  std::stop_source stop_;
};

/// Reads the partitions of one input ahead of the query, up to `parallel` at a time, into a queue bounded in bytes. The
/// batches of all partitions come out of one queue, so that any DuckDB thread takes any batch. Thread-safe.
class InputQueue {
 public:
  InputQueue(Input input, std::shared_ptr<RunState> run, size_t capacity_bytes);
  /// Waits for the readers: stop the run first, or drain the queue.
  ~InputQueue();
  const Input& input() const { return input_; }
  /// Before Start: how the rows that are left will be read.
  void SetNarrowed(const Narrowed& narrowed) {
    input_.partitions = narrowed.partitions;
    input_.parallel = narrowed.parallel;
    if (narrowed.estimated_rows) input_.estimated_rows = narrowed.estimated_rows;
  }
  /// Starts the readers; once.
  void Start();
  /// The next batch of any partition; nullopt at the end, or when the run stopped.
  std::optional<columnar::Array> Pop() { return queue_.Pop(run_->token()); }
  /// Stops waiting for room and joins the readers.
  void Join();
  const std::shared_ptr<RunState>& run() const { return run_; }

  /// How often the planner bound this input since the last reset: more than once needs a copy of its rows.
  std::atomic<int> binds{0};
  /// Set by the scan that reads the queue.
  std::atomic<bool> claimed{false};

 private:
  void Read();
  Status ReadPartition(int partition);

  Input input_;
  std::shared_ptr<RunState> run_;
  BoundedQueue<columnar::Array> queue_;
  std::atomic<int> next_partition_{0};
  std::atomic<int> readers_left_{0};
  std::vector<std::jthread> readers_;
};

}  // namespace dvt::engine
