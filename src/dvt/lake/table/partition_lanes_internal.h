#pragma once

#include <arrow/record_batch.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/thread/thread_pool.h"
#include "dvt/lake/data/partitioner_arrow.h"
#include "dvt/lake/data/row_sort_arrow.h"
#include "dvt/lake/data/spill_log_arrow.h"
#include "dvt/lake/table/new_files_internal.h"

namespace dvt::lake {

/// Rows on their way to the files of their partitions, or to files in order. Several MB of rows are dealt at a time, each partition's to its lane, where
/// they wait in memory up to a budget and then on disk, until the lane has rows for a row group (or a file, where they are sorted first). This goes on in
/// the background, on all threads of the pool, while the caller brings the next rows. For one caller.
class PartitionLanes {
 public:
  /// `sort` may be null. `files` and `pool` must outlive the lanes.
  PartitionLanes(NewFiles& files, ThreadPool& pool, std::vector<NestedField> fields, std::unique_ptr<RowSort> sort);
  /// Waits for what goes on.
  ~PartitionLanes();
  PartitionLanes(const PartitionLanes&) = delete;
  PartitionLanes& operator=(const PartitionLanes&) = delete;

  /// May wait for earlier rows, and tell their error.
  Status Write(const std::shared_ptr<arrow::RecordBatch>& batch);
  /// Writes all that waits, and closes the files.
  Status Finish();

 private:
  using Batch = std::shared_ptr<arrow::RecordBatch>;
  struct Lane {
    PartitionValues values;
    std::vector<Batch> kept;  // in memory
    int64_t kept_bytes = 0;
    std::vector<RowSort::Run> spilled;  // on disk; without an order each piece is a run of its own
    int64_t spilled_bytes = 0;          // as they were in memory
    std::unique_ptr<ParquetWriter> writer;

    int64_t bytes() const { return kept_bytes + spilled_bytes; }
  };

  Status Start();
  Status Wait();
  Status Deal(std::vector<Batch> rows);
  Status DealToPartitions(std::vector<Batch> rows);
  void Give(PartitionValues values, Batch rows);
  Status Spill();
  Status SpillLane(Lane& lane);
  /// The lanes that have enough and, while too much waits on disk, the largest.
  std::vector<Lane*> FullLanes();
  /// `close`: nothing more comes for these lanes.
  Status Flush(const std::vector<Lane*>& lanes, bool close);
  Status FlushLane(Lane& lane, bool close);
  Status EncodeRows(Lane& lane);
  Status EncodeSorted(Lane& lane);
  Status OnAllThreads(size_t count, const std::function<Status(size_t)>& work);

  NewFiles& files_;
  ThreadPool& pool_;
  std::unique_ptr<Partitioner> partitioner_;  // null: the table has no partitions
  std::unique_ptr<RowSort> sort_;
  int64_t lane_bytes_;  // a lane with so many is encoded
  std::vector<Batch> waiting_;
  int64_t waiting_bytes_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false;  // in the background; what follows is its own meanwhile
  std::optional<Error> failed_;

  std::map<std::string, Lane> lanes_;
  SpillLog log_;
  int64_t kept_bytes_ = 0;  // of all lanes
};

}  // namespace dvt::lake
