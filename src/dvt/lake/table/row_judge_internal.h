#pragma once

#include <arrow/record_batch.h>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "dvt/lake/data/key_set_arrow.h"
#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

/// Opens a file of a table to read some columns, with what the table knows of columns that the file lacks.
Result<std::shared_ptr<ParquetFile>> OpenTaskFile(const Table& table, const FileTask& task, const Schema& schema,
                                                  std::vector<NestedField> fields);

/// Calls `take` with each batch of a file and the place of its first row. Row groups in which no row can pass `filter` are left out, if one is given.
using TakeRows = std::function<Status(const std::shared_ptr<arrow::RecordBatch>& batch, int64_t first_row)>;
Status ReadTaskFile(const ParquetFile& file, const BoundFilter* filter, const TakeRows& take, std::stop_token stop);

/// Tells which rows of a table's files are meant by a filter or have one of many keys. Only the columns that this needs are read, each file once.
/// Memory: the key set's, and a bit for each row of the files under judgement: one file, or all that have a row to tell of when the keys wait on disk.
class RowJudge {
 public:
  /// Called for each file with a row that is meant: which rows, from the file's first on (shorter: the others are not).
  using Verdict = std::function<Status(const FileTask& task, const std::vector<bool>& meant)>;

  /// `schema` has the columns of filter and keys. All must outlive this; `keys` may be null.
  RowJudge(const Table& table, const Schema& schema, const BoundFilter& filter, const KeySet* keys)
      : table_(table), schema_(schema), filter_(filter), keys_(keys) {}

  Status Run(const std::vector<const FileTask*>& tasks, const Verdict& verdict, std::stop_token stop) const;

 private:
  using Marks = std::vector<bool>;
  std::vector<NestedField> Fields() const;
  /// The rows of one file that the filter, or keys in memory, mean.
  Result<Marks> Judge(const FileTask& task, std::stop_token stop) const;
  Status MarkBatch(const std::vector<NestedField>& fields, const arrow::RecordBatch& batch, int64_t first_row,
                   Marks& marks) const;
  /// Rows that may have a key that waits on disk wait there, too; then part by part is compared.
  Status RunOnDisk(const std::vector<const FileTask*>& tasks, const Verdict& verdict, std::stop_token stop) const;
  /// Returns how many rows the file has.
  Result<int64_t> DealFile(const FileTask& task, int64_t first_number, DealtKeys& dealt, std::stop_token stop) const;

  const Table& table_;
  const Schema& schema_;
  const BoundFilter& filter_;
  const KeySet* keys_;
};

}  // namespace dvt::lake
