#include "dvt/run/transfer/shared_rows.h"

namespace dvt::run {

using columnar::Array;

SharedRows::SharedRows(columnar::Fields fields, std::string spill_folder, std::atomic<int64_t>& in_memory, int64_t most_in_memory)
    : fields_(std::move(fields)),
      spill_folder_(std::move(spill_folder)),
      in_memory_(in_memory),
      most_in_memory_(most_in_memory) {}

SharedRows::~SharedRows() { in_memory_ -= held_bytes_; }

Status SharedRows::Append(Array batch) {
  const int64_t bytes = columnar::BatchBytes(batch.get(), fields_);
  std::lock_guard writing(writing_);
  std::shared_ptr<columnar::SpillFile> file;
  {
    std::lock_guard lock(mutex_);
    if (error_) return *error_;
    if (file_ == nullptr && in_memory_.fetch_add(bytes) + bytes <= most_in_memory_) {
      held_bytes_ += bytes;
      held_.push_back(std::make_shared<const Array>(std::move(batch)));
      ++count_;
      changed_.notify_all();
      return {};
    }
    if (file_ == nullptr) in_memory_ -= bytes;
    file = file_;
  }
  if (file == nullptr) {
    DVT_ASSIGN(file, columnar::OpenSpillFile(spill_folder_, fields_));
  }
  DVT_TRY(file->Write(std::move(batch)));
  std::lock_guard lock(mutex_);
  if (error_) return *error_;  // dropped meanwhile
  file_ = std::move(file);
  ++count_;
  changed_.notify_all();
  return {};
}

void SharedRows::Finish() {
  std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void SharedRows::Fail(Error error) {
  std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  changed_.notify_all();
}

void SharedRows::Drop() {
  Fail(Error(ErrorCode::kCancelled, "cancelled"));
  std::lock_guard lock(mutex_);
  in_memory_ -= held_bytes_;
  held_bytes_ = 0;
  held_.clear();
  file_.reset();
}

Result<SharedRows::Taken> SharedRows::Take(size_t number, bool has_file, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return error_ || finished_ || number < count_; });
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "cancelled");
  if (error_) return *error_;
  Taken taken;
  if (number >= count_) {
    taken.ended = true;
  } else if (number < held_.size()) {
    taken.batch = held_[number];
  } else if (!has_file) {
    DVT_ASSIGN(taken.file, file_->OpenReader());
  }
  return taken;
}

Result<std::shared_ptr<const Array>> SharedRows::Cursor::Next(const std::stop_token& stop) {
  std::lock_guard turn(mutex_);
  DVT_ASSIGN(Taken taken, rows_->Take(next_, file_ != nullptr, stop));
  if (taken.ended) return std::shared_ptr<const Array>();
  if (taken.file != nullptr) file_ = std::move(taken.file);
  if (taken.batch == nullptr) {
    DVT_ASSIGN(Array batch, file_->Next());
    if (!batch.valid()) return Error(ErrorCode::kInternal, "rows that several models share end too early in their file");
    taken.batch = std::make_shared<const Array>(std::move(batch));
  }
  ++next_;
  return std::move(taken.batch);
}

}  // namespace dvt::run
