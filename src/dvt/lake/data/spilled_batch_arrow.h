#pragma once

#include <arrow/record_batch.h>
#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// A batch as it lies on disk for a while, for the process that wrote it: the buffers of its rows one after another, behind the number of rows, each
/// column's nulls and the bytes of every buffer. Columns that are nested are laid out by Arrow IPC instead.
class SpilledBatch {
 public:
  /// Refers to the batch, which must outlive it.
  static Result<SpilledBatch> Of(const arrow::RecordBatch& batch);
  SpilledBatch(SpilledBatch&&) = default;
  SpilledBatch& operator=(SpilledBatch&&) = default;

  /// The pieces, in order.
  const std::vector<iovec>& pieces() const { return pieces_; }
  int64_t bytes() const { return bytes_; }

  /// The batch again. `bytes` are those of all pieces, and are shared with it.
  static Result<std::shared_ptr<arrow::RecordBatch>> Read(const std::shared_ptr<arrow::Schema>& schema,
                                                          std::shared_ptr<arrow::Buffer> bytes);

 private:
  SpilledBatch() = default;
  Status LayOut(const arrow::RecordBatch& batch);
  Status AddColumn(const arrow::Array& column);
  Status AddBits(const uint8_t* bits, int64_t offset, int64_t count);
  Status AddOffsets(const int32_t* offsets, int64_t rows);
  void Add(const void* data, int64_t bytes);

  std::vector<int64_t> head_;
  std::vector<std::shared_ptr<arrow::Buffer>> made_;
  std::vector<iovec> pieces_;
  int64_t bytes_ = 0;
};

}  // namespace dvt::lake
