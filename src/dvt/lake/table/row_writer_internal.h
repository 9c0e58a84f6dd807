#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <optional>
#include <vector>

#include "dvt/base/fwd.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/parquet/column_strands_arrow.h"
#include "dvt/lake/table/partition_lanes_internal.h"

namespace dvt::lake {

/// Writes rows of a table's schema into data files, on all threads. Without partitions and order one file grows as rows come, else they go through
/// PartitionLanes. Files that reach the target size are closed. What was written is removed by Discard, or with the writer if Finish was never reached.
/// For one caller.
class RowWriter {
 public:
  /// A partitioning and an order other than the table's may be given.
  static Result<std::unique_ptr<RowWriter>> Make(const Table& table, const Schema& schema,
                                                 const std::optional<PartitionSpec>& spec = {},
                                                 const std::optional<SortOrder>& order = {});
  ~RowWriter();

  /// Batches are cut into pieces, so that a large one keeps no more memory than small ones. Errors may be of earlier rows.
  Status Write(const std::shared_ptr<arrow::RecordBatch>& batch);
  /// Closes all files.
  Result<std::vector<DataFile>> Finish();
  void Discard();
  int64_t rows() const { return rows_; }

 private:
  RowWriter();
  Status WritePlain(const std::shared_ptr<arrow::RecordBatch>& batch);
  Status ClosePlain();

  ThreadPool pool_;
  std::unique_ptr<NewFiles> files_;
  std::unique_ptr<PartitionLanes> lanes_;             // null: the rows go to one file after another
  std::unique_ptr<ParquetWriter> file_;               // that one
  std::unique_ptr<columnar::ColumnStrands> strands_;  // on their way there
  int64_t rows_ = 0;
  bool finished_ = false;
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
