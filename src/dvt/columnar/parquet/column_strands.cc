#include <arrow/memory_pool.h>
#include <malloc.h>

#include <algorithm>
#include <exception>

#include "dvt/columnar/parquet/batch_bytes_arrow.h"
#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/columnar/parquet/column_strands_arrow.h"

namespace dvt::columnar {

namespace {

// What a row group took goes back to the system: its pages are of many sizes, and the next group's fit their places badly.
void ReleaseSpent() {
  arrow::default_memory_pool()->ReleaseUnused();
  BatchMemory()->ReleaseUnused();
  ::malloc_trim(0);
}

constexpr double kUsualRatio = 0.3;  // of a file to the rows in memory

}  // namespace

ColumnStrands::ColumnStrands(ParquetOutput& file, ThreadPool& pool, int64_t waiting_bytes, int64_t ahead_bytes)
    : file_(file), pool_(pool), most_waiting_(waiting_bytes), most_ahead_(ahead_bytes) {}

ColumnStrands::~ColumnStrands() {
  std::unique_lock lock(mutex_);
  if (!failed_) failed_ = Error(ErrorCode::kCancelled, "the file was given up");  // what waits is passed over
  changed_.wait(lock, [&] { return running_ == 0; });
}

int64_t ColumnStrands::GroupRows(const arrow::RecordBatch& batch, int64_t bytes) const {
  const ParquetLayout& options = file_.layout();
  return std::min(options.row_group_rows, options.row_group_bytes * batch.num_rows() / std::max<int64_t>(1, bytes));
}

Status ColumnStrands::Write(const std::shared_ptr<arrow::RecordBatch>& batch) {
  const ParquetLayout& options = file_.layout();
  const int64_t bytes = RawBytes(*batch);
  if (open_ != nullptr && open_->rows > 0 &&
      (open_->raw_bytes + bytes > options.row_group_bytes || open_->rows + batch->num_rows() > options.row_group_rows))
    EndGroup();
  if (open_ == nullptr) {
    open_ = std::make_shared<Group>();
    open_->encoder = file_.NewGroup(GroupRows(*batch, bytes));
    open_->columns_left = static_cast<size_t>(open_->encoder->columns());
    const std::lock_guard lock(mutex_);
    strands_.resize(open_->columns_left);
    groups_.push_back(open_);
  }
  open_->rows += batch->num_rows();
  open_->raw_bytes += bytes;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      if (failed_) return true;
      if (adding_ && open_->raw_bytes > most_ahead_) return false;
      return waiting_bytes_ == 0 || waiting_bytes_ + bytes <= most_waiting_;
    });
    if (failed_) return *failed_;
    waiting_bytes_ += bytes;
  }
  auto item = std::make_shared<Item>();
  item->group = open_;
  item->batch = batch;
  item->bytes = bytes;
  Put(std::move(item));
  return {};
}

void ColumnStrands::EndGroup() {
  auto item = std::make_shared<Item>();
  item->group = std::move(open_);
  open_ = nullptr;
  Put(std::move(item));
}

void ColumnStrands::Put(std::shared_ptr<Item> item) {
  const std::lock_guard lock(mutex_);
  item->columns_left = strands_.size();
  // The last columns first: texts of any length tend to stand there, and take longest.
  for (size_t column = strands_.size(); column-- > 0;) {
    strands_[column].items.push_back(item);
    if (strands_[column].running) continue;
    strands_[column].running = true;
    ++running_;
    pool_.Submit([this, column] { Run(column); });
  }
}

void ColumnStrands::Run(size_t column) {
  std::unique_lock lock(mutex_);
  Strand& strand = strands_[column];
  while (!strand.items.empty()) {
    const auto item = std::move(strand.items.front());
    strand.items.pop_front();
    if (!failed_) {
      lock.unlock();
      Status status = Work(column, *item);
      lock.lock();
      if (!status && !failed_) failed_ = std::move(status).error();
    }
    if (item->batch == nullptr && --item->group->columns_left == 0) AddFinished(lock);
    if (--item->columns_left > 0) continue;
    waiting_bytes_ -= item->bytes;
    item->batch.reset();
    changed_.notify_all();
  }
  strand.running = false;
  --running_;
  changed_.notify_all();
}

Status ColumnStrands::Work(size_t column, const Item& item) {
  const auto place = static_cast<int>(column);
  try {
    return item.batch == nullptr ? item.group->encoder->Finish(place)
                                 : item.group->encoder->Append(place, item.batch->column(place));
  } catch (const std::exception& error) {  // a thread of the pool has nobody above
    return Error(ErrorCode::kMemory, std::string("rows cannot be encoded: ") + error.what());
  }
}

void ColumnStrands::AddFinished(std::unique_lock<std::mutex>& lock) {
  if (adding_) return;  // whoever does goes on
  adding_ = true;
  while (!groups_.empty() && groups_.front()->columns_left == 0) {
    const auto group = groups_.front();
    if (!failed_) {
      lock.unlock();
      Status status = file_.Add(group->rows, *group->encoder);
      lock.lock();
      auto spent = std::move(group->encoder);
      lock.unlock();
      spent.reset();
      ReleaseSpent();
      lock.lock();
      if (!status && !failed_) failed_ = std::move(status).error();
    }
    added_raw_ += group->raw_bytes;
    groups_.pop_front();
  }
  adding_ = false;
  changed_.notify_all();
}

Status ColumnStrands::Finish() {
  if (open_ != nullptr) EndGroup();
  return Drain();
}

Status ColumnStrands::Drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return running_ == 0; });
  return failed_ ? Status(*failed_) : Status();
}

int64_t ColumnStrands::EstimatedBytes() const {
  const std::lock_guard lock(mutex_);
  const int64_t written = file_.bytes();
  const double ratio =
      added_raw_ > 0 ? std::min(1.0, static_cast<double>(written) / static_cast<double>(added_raw_)) : kUsualRatio;
  int64_t bytes = written + static_cast<int64_t>(static_cast<double>(waiting_bytes_) * ratio);
  for (const auto& group : groups_) bytes += group->encoder == nullptr ? 0 : group->encoder->bytes();
  return bytes;
}

}  // namespace dvt::columnar
