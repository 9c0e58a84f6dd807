#pragma once

#include <arrow/record_batch.h>

#include <memory>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// Batches of one schema that wait on disk: in a file of the temporary folder (TMPDIR) without a name, so that nothing is left of a process that is
/// killed. Room goes back to the disk as batches are released. Keep and Release from one thread at a time; Read from any.
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
  int64_t bytes() const { return bytes_; }

 private:
  Status Open();

  int file_ = -1;
  int64_t end_ = 0, bytes_ = 0;
};

}  // namespace dvt::lake
