#pragma once

#include <arrow/record_batch.h>

#include <condition_variable>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "dvt/base/thread/thread_pool.h"
#include "dvt/columnar/parquet/parquet_output_arrow.h"

namespace dvt::columnar {

/// Encodes the rows of one file by several threads while more come: each column goes its own way through the batches, so that slow columns hold up
/// the others only when so many bytes wait that the caller does. Row groups are added to the file as their last column is done. For one caller.
class ColumnStrands {
 public:
  /// `file` and `pool` must outlive it. `waiting_bytes`: of batches that some column is not done with, at most about so many.
  /// `ahead_bytes`: of the next row group, while one is being written; where the disk is slow both would lie in memory.
  ColumnStrands(ParquetOutput& file, ThreadPool& pool, int64_t waiting_bytes = int64_t{24} << 20,
                int64_t ahead_bytes = std::numeric_limits<int64_t>::max());
  /// Waits for the threads.
  ~ColumnStrands();
  ColumnStrands(const ColumnStrands&) = delete;
  ColumnStrands& operator=(const ColumnStrands&) = delete;

  /// Waits until there is room. Errors may be of earlier batches.
  Status Write(const std::shared_ptr<arrow::RecordBatch>& batch);
  /// Waits until all batches are encoded, and nothing refers to them.
  Status Drain();
  /// Ends the last row group, and waits until the file has all rows.
  Status Finish();
  /// Bytes that the file would about have if it ended now.
  int64_t EstimatedBytes() const;

 private:
  /// A row group on its way to the file, and how many columns are not done with it.
  struct Group {
    std::unique_ptr<RowGroupEncoder> encoder;
    int64_t rows = 0, raw_bytes = 0;
    size_t columns_left = 0;
  };
  /// A batch for the columns, or the end of a row group.
  struct Item {
    std::shared_ptr<Group> group;
    std::shared_ptr<arrow::RecordBatch> batch;  // null: the group ends
    int64_t bytes = 0;
    size_t columns_left = 0;
  };
  struct Strand {
    std::deque<std::shared_ptr<Item>> items;
    bool running = false;
  };

  void Put(std::shared_ptr<Item> item);
  void EndGroup();
  void Run(size_t column);
  static Status Work(size_t column, const Item& item);
  void AddFinished(std::unique_lock<std::mutex>& lock);
  int64_t GroupRows(const arrow::RecordBatch& batch, int64_t bytes) const;

  ParquetOutput& file_;
  ThreadPool& pool_;
  const int64_t most_waiting_, most_ahead_;
  std::shared_ptr<Group> open_;  // that batches go to

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Strand> strands_;
  std::deque<std::shared_ptr<Group>> groups_;  // in order, till they are in the file
  bool adding_ = false;
  int running_ = 0;  // strands
  int64_t waiting_bytes_ = 0, added_raw_ = 0;
  std::optional<Error> failed_;
};

}  // namespace dvt::columnar
