#pragma once

#include <arrow/record_batch.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// Batches of one schema that wait on disk: in a file of the temporary folder (TMPDIR) without a name, so that nothing is left of a process that is
/// killed. Room goes back to the disk as batches are released. Thread-safe.
class SpillLog {
 public:
  struct Segment {
    int64_t offset = 0, bytes = 0;
  };

  SpillLog() = default;
  ~SpillLog();
  SpillLog(const SpillLog&) = delete;
  SpillLog& operator=(const SpillLog&) = delete;

  /// kDisk if there is no room.
  Result<Segment> Keep(const arrow::RecordBatch& batch);
  Result<std::shared_ptr<arrow::RecordBatch>> Read(const Segment& segment, const std::shared_ptr<arrow::Schema>& schema) const;
  void Release(const Segment& segment);
  /// Of all batches that were kept and not released.
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  Status Open();

  std::mutex opening_;
  std::atomic<int> file_{-1};
  std::atomic<int64_t> end_{0}, bytes_{0};
};

}  // namespace dvt::lake
