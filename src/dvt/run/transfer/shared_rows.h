#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/ipc/spill.h"

namespace dvt::run {

/// Rows that several readers read, each from the first to the last, while others still write them. What does not fit into memory goes to
/// one file (Arrow IPC, lz4) without a name, so that nothing is left however the run ends. Writing never waits for readers: two that wait
/// for each other's rows could not go on. Thread-safe.
class SharedRows {
 public:
  /// `in_memory` counts the bytes of all such rows of the run; beyond `most_in_memory` they are spilled. It must outlive them.
  SharedRows(columnar::Fields fields, std::string spill_folder, std::atomic<int64_t>& in_memory, int64_t most_in_memory);
  ~SharedRows();

  const columnar::Fields& fields() const { return fields_; }
  /// An error of the disk; the rows are then of no use.
  Status Append(columnar::Array batch);
  /// No more rows come.
  void Finish();
  /// Readers get this error, also those that could read on.
  void Fail(Error error);
  /// Frees memory and file. Readers that are left get kCancelled.
  void Drop();

  /// One reader's place. Thread-safe: several threads may take turns.
  class Cursor {
   public:
    explicit Cursor(std::shared_ptr<SharedRows> rows) : rows_(std::move(rows)) {}
    /// The next batch, as soon as it is there; null at the end.
    Result<std::shared_ptr<const columnar::Array>> Next(const std::stop_token& stop);

   private:
    std::shared_ptr<SharedRows> rows_;
    std::mutex mutex_;
    size_t next_ = 0;
    std::unique_ptr<columnar::SpillFile> file_;
  };

 private:
  struct Taken {
    std::shared_ptr<const columnar::Array> batch;  // null: of the file
    bool ended = false;
    std::unique_ptr<columnar::SpillFile> file;  // for a reader that has none yet
  };
  /// Waits for the batch of that number.
  Result<Taken> Take(size_t number, bool has_file, const std::stop_token& stop);

  const columnar::Fields fields_;
  const std::string spill_folder_;
  std::atomic<int64_t>& in_memory_;
  const int64_t most_in_memory_;
  std::mutex writing_;  // of those who append; taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::shared_ptr<const columnar::Array>> held_;  // the first batches
  int64_t held_bytes_ = 0;
  std::shared_ptr<columnar::SpillFile> file_;  // the others
  size_t count_ = 0;                           // batches that may be read
  bool finished_ = false;
  std::optional<Error> error_;
};

}  // namespace dvt::run
