#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "dvt/lake/data/flat_column_arrow.h"

namespace dvt::lake {

/// Columns of a row group on their way through Parquet, each by itself: the thread that wants rows and some of Arrow's pool read whichever is
/// furthest behind, up to two batches ahead of the rows taken, so that nobody waits for the slowest column of a batch. For one caller.
class ColumnReads {
 public:
  /// `one_thread`: the caller's alone.
  ColumnReads(int64_t batch_rows, bool one_thread) : batch_rows_(batch_rows), one_thread_(one_thread) {}
  /// Waits for the threads, which end with the pieces they are at.
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
  struct Column {
    int field_id = 0;
    std::unique_ptr<FlatColumn> reader;
    std::deque<std::shared_ptr<arrow::Array>> arrays;
    int64_t given = 0;  // rows of the first of them
    int64_t rows = 0;   // that were not given
    bool busy = false, ended = false;
  };

  void Help();
  void Work();
  bool Complete() const;
  Column* Next();
  void Read(Column& column, std::unique_lock<std::mutex>& lock);

  const int64_t batch_rows_;
  const bool one_thread_;
  std::vector<Column> columns_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  arrow::Status status_;
  int helpers_ = 0;
};

}  // namespace dvt::lake
