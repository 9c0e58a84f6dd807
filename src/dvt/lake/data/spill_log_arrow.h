#pragma once

#include <arrow/record_batch.h>
#include <sys/uio.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// Batches that wait on disk: in files of the temporary folder (TMPDIR) without a name, so that nothing is left of a process that is
/// killed. Room goes back to the disk as batches are released. Thread-safe.
class SpillLog {
 public:
  struct Segment {
    size_t file = 0;
    int64_t offset = 0, bytes = 0;
    std::shared_ptr<arrow::Schema> schema;
  };

  SpillLog() = default;
  ~SpillLog();
  SpillLog(const SpillLog&) = delete;
  SpillLog& operator=(const SpillLog&) = delete;

  /// kDisk if there is no room.
  Result<Segment> Keep(const arrow::RecordBatch& batch);
  Result<std::shared_ptr<arrow::RecordBatch>> Read(const Segment& segment) const;
  void Release(const Segment& segment);
  /// Of all batches that were kept and not released.
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  /// A file is written by one thread at a time: the system would let others wait as well.
  struct File {
    std::mutex writing;
    int descriptor = -1;
    int64_t end = 0;
  };

  static Status Open(File& file);
  static Status Write(const File& file, std::vector<iovec> pieces, int64_t offset);

  std::array<File, 4> files_;
  std::atomic<int64_t> bytes_{0};
};

}  // namespace dvt::lake
