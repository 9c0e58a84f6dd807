#include "dvt/lake/data/column_reads_arrow.h"

#include <arrow/util/thread_pool.h>

#include <algorithm>
#include <exception>

namespace dvt::lake {

namespace {

constexpr int64_t kBatchesAhead = 2;

}  // namespace

ColumnReads::~ColumnReads() {
  std::unique_lock lock(mutex_);
  status_ = arrow::Status::Cancelled("nobody wants the rows");
  changed_.wait(lock, [&] { return helpers_ == 0; });
}

void ColumnReads::Add(int field_id, std::unique_ptr<FlatColumn> reader) {
  Column column;
  column.field_id = field_id;
  column.reader = std::move(reader);
  columns_.push_back(std::move(column));
}

arrow::Status ColumnReads::Await() {
  std::unique_lock lock(mutex_);
  if (columns_.empty()) return status_;
  Help();
  while (status_.ok() && !Complete()) {
    if (Column* column = Next())
      Read(*column, lock);
    else
      changed_.wait(lock);
  }
  return status_;
}

// As many of the pool's threads as there is work for, beside the caller. Under the lock.
void ColumnReads::Help() {
  if (one_thread_) return;
  auto* pool = arrow::internal::GetCpuThreadPool();
  const int most = std::min(pool->GetCapacity(), static_cast<int>(columns_.size())) - 1;
  const auto behind = [&](const Column& column) { return !column.ended && column.rows < kBatchesAhead * batch_rows_; };
  const auto wanted = static_cast<int>(std::count_if(columns_.begin(), columns_.end(), behind)) - 1;
  while (helpers_ < std::min(most, wanted)) {
    if (!pool->Spawn([this] { Work(); }).ok()) return;  // then fewer do it
    ++helpers_;
  }
}

void ColumnReads::Work() {
  std::unique_lock lock(mutex_);
  while (Column* column = status_.ok() ? Next() : nullptr) Read(*column, lock);
  --helpers_;
  changed_.notify_all();  // under the lock: the owner may be gone as soon as it is free
}

bool ColumnReads::Complete() const {
  return std::all_of(columns_.begin(), columns_.end(),
                     [](const Column& column) { return column.ended || !column.arrays.empty(); });
}

// The column furthest behind that nobody reads; null if all are far enough ahead.
ColumnReads::Column* ColumnReads::Next() {
  Column* next = nullptr;
  for (auto& column : columns_) {
    if (column.busy || column.ended || column.rows >= kBatchesAhead * batch_rows_) continue;
    if (next == nullptr || column.rows < next->rows) next = &column;
  }
  return next;
}

void ColumnReads::Read(Column& column, std::unique_lock<std::mutex>& lock) {
  column.busy = true;
  lock.unlock();
  arrow::Result<arrow::ArrayVector> read = arrow::ArrayVector();
  try {
    read = column.reader->Read(batch_rows_);
  } catch (const std::exception& error) {
    read = arrow::Status::Invalid(error.what());
  }
  lock.lock();
  column.busy = false;
  if (!read.ok()) {
    if (status_.ok()) status_ = read.status();
  } else {
    column.ended = read->empty();
    for (auto& array : *read) {
      column.rows += array->length();
      column.arrays.push_back(std::move(array));
    }
  }
  changed_.notify_all();
}

int64_t ColumnReads::Ready(int64_t most) const {
  const std::lock_guard lock(mutex_);
  for (const auto& column : columns_)
    most = std::min(most, column.arrays.empty() ? 0 : column.arrays.front()->length() - column.given);
  return most;
}

std::shared_ptr<arrow::Array> ColumnReads::RowsOf(int field_id, int64_t rows) const {
  const std::lock_guard lock(mutex_);
  for (const auto& column : columns_) {
    if (column.field_id != field_id) continue;
    const auto& array = column.arrays.front();
    return array->length() == rows ? array : array->Slice(column.given, rows);
  }
  return nullptr;
}

void ColumnReads::Take(int64_t rows) {
  const std::lock_guard lock(mutex_);
  for (auto& column : columns_) {
    column.given += rows;
    column.rows -= rows;
    if (column.arrays.empty() || column.given < column.arrays.front()->length()) continue;
    column.arrays.pop_front();
    column.given = 0;
  }
}

}  // namespace dvt::lake
