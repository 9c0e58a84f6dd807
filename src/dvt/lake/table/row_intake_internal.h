#pragma once

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <functional>
#include <memory>
#include <vector>

#include "dvt/lake/table/append.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

/// A stream's rows, imported.
class RowSource {
 public:
  static Result<RowSource> Open(columnar::Stream stream);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// Null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  std::unique_ptr<columnar::Stream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
};

/// Reads a stream's rows into new files of the table; the schema may have to change for them.
class RowIntake {
 public:
  /// With a layout the table is written anew (Rebuild).
  static Result<RowIntake> Open(Table& table, columnar::Stream rows, const AppendOptions& options,
                                const TableLayout* layout = nullptr);

  /// Every batch is shown to `seen` (may be null) before it is written.
  Result<std::vector<DataFile>> Read(const std::function<Status(const arrow::RecordBatch&)>& seen, std::stop_token stop);
  int64_t rows() const { return writer_->rows(); }
  const Schema& schema() const { return schema_; }
  /// Holds the new schema and layout, if they change.
  SnapshotChange& change() { return change_; }

 private:
  SnapshotChange change_;
  Schema schema_;
  RowSource source_;
  std::unique_ptr<RowShaper> shaper_;
  std::unique_ptr<RowWriter> writer_;
};

}  // namespace dvt::lake
