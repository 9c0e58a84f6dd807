#include "dvt/lake/data/column_reads_arrow.h"

#include <arrow/util/thread_pool.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace dvt::lake {

namespace {

constexpr int64_t kBatchesAhead = 2;

}  // namespace

struct ColumnReads::Column {
  int field_id = 0;
  std::unique_ptr<FlatColumn> reader;
  std::deque<std::shared_ptr<arrow::Array>> arrays;
  int64_t given = 0;  // rows of the first of them
  int64_t rows = 0;   // that were not given
  bool busy = false, ended = false;
};

/// What the caller and the pool's threads share. Everything under the mutex.
struct ColumnReads::State {
  bool IsBehind(const Column& column) const { return !column.ended && column.rows < kBatchesAhead * batch_rows; }

  bool IsComplete() const {
    return std::all_of(columns.begin(), columns.end(),
                       [](const Column& column) { return column.ended || !column.arrays.empty(); });
  }

  // The column furthest behind that nobody reads; null if all are far enough ahead.
  Column* Next() {
    Column* next = nullptr;
    for (auto& column : columns)
      if (IsBehind(column) && !column.busy && (next == nullptr || column.rows < next->rows)) next = &column;
    return next;
  }

  void Read(Column& column, std::unique_lock<std::mutex>& lock) {
    column.busy = true;
    lock.unlock();
    arrow::Result<arrow::ArrayVector> read = arrow::ArrayVector();
    try {
      read = column.reader->Read(batch_rows);
    } catch (const std::exception& error) {
      read = arrow::Status::Invalid(error.what());
    }
    lock.lock();
    column.busy = false;
    if (!read.ok()) {
      if (status.ok()) status = read.status();
    } else {
      column.ended = read->empty();
      for (auto& array : *read) {
        column.rows += array->length();
        column.arrays.push_back(std::move(array));
      }
    }
    changed.notify_all();
  }

  // One of the pool's threads.
  void Help() {
    std::unique_lock lock(mutex);
    ++working;
    while (Column* column = status.ok() ? Next() : nullptr) Read(*column, lock);
    --working;
    --helpers;
    changed.notify_all();
  }

  int64_t batch_rows = 0;
  bool one_thread = false;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Column> columns;
  arrow::Status status;
  int helpers = 0;  // that were asked for
  int working = 0;  // of them: those that began
};

ColumnReads::ColumnReads(int64_t batch_rows, bool one_thread) : state_(std::make_shared<State>()) {
  state_->batch_rows = batch_rows;
  state_->one_thread = one_thread;
}

ColumnReads::~ColumnReads() {
  std::unique_lock lock(state_->mutex);
  state_->status = arrow::Status::Cancelled("nobody wants the rows");
  state_->changed.wait(lock, [&] { return state_->working == 0; });
  state_->columns.clear();
}

void ColumnReads::Add(int field_id, std::unique_ptr<FlatColumn> reader) {
  Column column;
  column.field_id = field_id;
  column.reader = std::move(reader);
  state_->columns.push_back(std::move(column));
}

arrow::Status ColumnReads::Await() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (!state.one_thread && !state.columns.empty()) {  // as many of the pool's threads as there is work for, beside the caller
    auto* pool = arrow::internal::GetCpuThreadPool();
    const auto behind =
        std::count_if(state.columns.begin(), state.columns.end(), [&](const Column& column) { return state.IsBehind(column); });
    const int most = std::min(pool->GetCapacity(), static_cast<int>(behind)) - 1;
    while (state.helpers < most && pool->Spawn([shared = state_] { shared->Help(); }).ok()) ++state.helpers;
  }
  while (state.status.ok() && !state.IsComplete()) {
    if (Column* column = state.Next())
      state.Read(*column, lock);
    else
      state.changed.wait(lock);
  }
  return state.status;
}

int64_t ColumnReads::Ready(int64_t most) const {
  const std::lock_guard lock(state_->mutex);
  for (const auto& column : state_->columns)
    most = std::min(most, column.arrays.empty() ? 0 : column.arrays.front()->length() - column.given);
  return most;
}

std::shared_ptr<arrow::Array> ColumnReads::RowsOf(int field_id, int64_t rows) const {
  const std::lock_guard lock(state_->mutex);
  for (const auto& column : state_->columns) {
    if (column.field_id != field_id) continue;
    const auto& array = column.arrays.front();
    return array->length() == rows ? array : array->Slice(column.given, rows);
  }
  return nullptr;
}

void ColumnReads::Take(int64_t rows) {
  const std::lock_guard lock(state_->mutex);
  for (auto& column : state_->columns) {
    column.given += rows;
    column.rows -= rows;
    if (column.arrays.empty() || column.given < column.arrays.front()->length()) continue;
    column.arrays.pop_front();
    column.given = 0;
  }
}

}  // namespace dvt::lake
