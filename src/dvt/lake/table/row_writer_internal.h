#pragma once

#include <arrow/record_batch.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dvt/base/fwd.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/lake/data/parquet_writer_arrow.h"
#include "dvt/lake/data/partitioner_arrow.h"
#include "dvt/lake/data/row_sort_arrow.h"
#include "dvt/lake/data/spill_log_arrow.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

/// Writes rows of a table's schema into data files. Without partitions and order one file grows as rows come. Else rows are dealt to lanes, one a
/// partition, which wait in memory up to a budget, then on disk, until a lane has rows for a whole row group (or file, where they are sorted first). Files that reach the target
/// size are closed. What was written is removed by Discard, or with the writer if Finish was never reached. Not thread-safe.
class RowWriter {
 public:
  /// A partitioning and an order other than the table's may be given.
  static Result<std::unique_ptr<RowWriter>> Make(const Table& table, const Schema& schema,
                                                 const std::optional<PartitionSpec>& spec = {},
                                                 const std::optional<SortOrder>& order = {});
  ~RowWriter();

  /// Batches are cut into pieces, so that a large one keeps no more memory than small ones.
  Status Write(const std::shared_ptr<arrow::RecordBatch>& batch);
  /// Closes all files.
  Result<std::vector<DataFile>> Finish();
  void Discard();
  int64_t rows() const { return rows_; }

 private:
  struct Lane {
    PartitionValues values;
    std::vector<std::shared_ptr<arrow::RecordBatch>> kept;  // in memory
    int64_t kept_bytes = 0;
    std::vector<RowSort::Run> spilled;  // on disk; without an order each piece is a run of its own
    int64_t spilled_bytes = 0;          // as they were in memory
    std::unique_ptr<ParquetWriter> writer;

    int64_t bytes() const { return kept_bytes + spilled_bytes; }
  };

  RowWriter() = default;
  Status WritePlain(const std::shared_ptr<arrow::RecordBatch>& batch);
  Status Deal();
  void Give(PartitionValues values, std::shared_ptr<arrow::RecordBatch> rows);
  Status Spill();
  Status SpillLane(Lane& lane);
  /// The lanes that have enough and, while too much waits on disk, the largest.
  Status FlushFull();
  /// `close`: nothing more comes for these lanes.
  Status Flush(const std::vector<Lane*>& lanes, bool close);
  Status EncodeLane(Lane& lane);
  Status EncodeSorted(Lane& lane);
  Status OpenFile(Lane& lane);
  Status CloseFile(Lane& lane);
  std::string NextLocation(const PartitionValues& values);

  std::shared_ptr<FileStore> store_;
  ParquetWrite options_;
  PartitionSpec spec_;
  std::string folder_;
  std::string run_;
  int next_file_ = 0;
  std::unique_ptr<Partitioner> partitioner_;
  std::unique_ptr<RowSort> sort_;
  std::map<std::string, Lane> lanes_;
  std::vector<std::shared_ptr<arrow::RecordBatch>> waiting_;  // rows not dealt to lanes yet
  int64_t waiting_bytes_ = 0;
  SpillLog log_;
  std::vector<DataFile> files_;
  std::vector<std::string> opened_;  // every file begun, for Discard
  int64_t kept_bytes_ = 0;           // of all lanes
  int64_t lane_bytes_ = 0;           // a lane with so many is encoded
  int64_t rows_ = 0;
  bool finished_ = false;
  std::unique_ptr<ThreadPool> pool_;  // made when lanes are first written
};

/// Batches of any Arrow schema as a table's schema wants them: columns by name, types widened, missing optional ones null. Errors name the column.
class RowShaper {
 public:
  static Result<std::unique_ptr<RowShaper>> Make(const arrow::Schema& incoming, const Schema& table);
  Result<std::shared_ptr<arrow::RecordBatch>> Shape(const arrow::RecordBatch& batch) const;

 private:
  Schema table_;
  NameMapping names_;
  std::vector<int> column_of_;  // of the incoming batches, for each column of the table; -1: none
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace dvt::lake
