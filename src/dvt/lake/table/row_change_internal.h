#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <set>
#include <string>

#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/row_change.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

/// Finds the rows of a table that a change takes away and makes the files that are left of them. Not thread-safe.
class RowChange {
 public:
  RowChange(Table& table, const ReplaceOptions& options, Schema schema)
      : table_(table), options_(options), schema_(std::move(schema)) {}

  /// Files with the new rows; they stay if a commit is repeated.
  void SetFresh(std::vector<DataFile> files) { fresh_ = std::move(files); }
  void SetKeys(std::shared_ptr<EqualityKeys> keys) { keys_ = std::move(keys); }
  /// A new schema and layout to commit with the rows.
  void SetLayout(SnapshotChange layout) { layout_ = std::move(layout); }
  Result<WriteOutcome> Run(std::stop_token stop);

 private:
  enum class Fate : uint8_t { kStays, kGoes, kMixed };

  Result<WriteOutcome> Try(std::stop_token stop);
  Result<Fate> FateOf(const FileTask& task) const;
  Status Rewrite(const FileTask& task, RowWriter& writer, DeleteReader& deletes, SnapshotChange& change, std::stop_token stop);
  Status MarkDeleted(const FileTask& task, DeleteReader& deletes, SnapshotChange& change, std::stop_token stop);
  /// Calls `take` with each batch of a file that is left by earlier deletes, the place of its first row, and which of its rows go.
  using Take =
      std::function<Status(const std::shared_ptr<arrow::RecordBatch>& batch, int64_t first_row, const std::vector<bool>& goes)>;
  Status Judge(const FileTask& task, const Take& take, std::stop_token stop) const;
  Result<std::vector<bool>> GoesOf(const arrow::RecordBatch& batch) const;
  bool changes_layout() const { return layout_.schema || layout_.spec || layout_.order; }
  Status CheckNobodyElse(const Table& now, int64_t sequence_number) const;

  Table& table_;
  const ReplaceOptions& options_;
  Schema schema_;
  std::vector<DataFile> fresh_;
  std::shared_ptr<EqualityKeys> keys_;
  SnapshotChange layout_;
  BoundFilter filter_;
  std::set<std::string> partitions_;
  int64_t rows_removed_ = 0;
};

}  // namespace dvt::lake
