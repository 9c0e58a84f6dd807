#pragma once

#include <memory>

#include "dvt/lake/data/flat_column_arrow.h"

namespace dvt::lake {

/// Columns of a row group on their way through Parquet, each by itself: the thread that wants rows and some of Arrow's pool read whichever is
/// furthest behind, up to two batches ahead of the rows taken, so that nobody waits for the slowest column of a batch. For one caller.
class ColumnReads {
 public:
  /// `one_thread`: the caller's alone.
  ColumnReads(int64_t batch_rows, bool one_thread);
  /// Waits for threads that are at a piece, not for the pool to get at those that are still to begin.
  ~ColumnReads();
  ColumnReads(const ColumnReads&) = delete;
  ColumnReads& operator=(const ColumnReads&) = delete;

  /// Before anything is read; what takes longest should come first.
  void Add(int field_id, std::unique_ptr<FlatColumn> reader);

  /// Reads until every column has rows or has ended. Errors of the reader, and what it throws.
  arrow::Status Await();
  /// The rows that all columns have, at most `most`. After Await; so are the following.
  int64_t Ready(int64_t most) const;
  /// Null if there is no such column.
  std::shared_ptr<arrow::Array> RowsOf(int field_id, int64_t rows) const;
  void Take(int64_t rows);

 private:
  struct Column;
  struct State;
  std::shared_ptr<State> state_;  // the pool's threads have it, too
};

}  // namespace dvt::lake
