#include <utility>

#include "dvt/columnar/ipc/spill.h"
#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

namespace {

// Holds a whole partition before handing on its first batch; a failure throws all of it away and reads again.
class RetryingSource : public columnar::BatchSource {
 public:
  RetryingSource(columnar::Fields fields, RetryPolicy policy, std::function<Result<columnar::Stream>()> open, int64_t hold_bytes,
                 std::string spill_folder, std::stop_token stop, std::function<void(const Error&, int, double)> on_retry)
      : fields_(std::move(fields)),
        policy_(policy),
        open_(std::move(open)),
        hold_bytes_(hold_bytes),
        spill_folder_(std::move(spill_folder)),
        stop_(std::move(stop)),
        on_retry_(std::move(on_retry)) {}

  const columnar::Fields& fields() const override { return fields_; }

  Result<columnar::Array> Next() override {
    if (!complete_) {
      DVT_TRY(RunWithRetry(
          policy_, stop_, [this] { return ReadAll(); }, on_retry_));
      complete_ = true;
      open_ = nullptr;
    }
    if (next_ < held_.size()) return std::move(held_[next_++]);
    if (spill_ == nullptr) return columnar::Array();
    if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "reading was cancelled");
    return spill_->Next();
  }

 private:
  Status ReadAll() {
    held_.clear();
    spill_.reset();
    int64_t bytes = 0;
    DVT_ASSIGN(columnar::Stream inner, open_());
    for (;;) {
      if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "reading was cancelled");
      DVT_ASSIGN(columnar::Array batch, inner.Next());
      if (!batch.valid()) break;
      if (spill_ == nullptr) {
        bytes += columnar::BatchBytes(batch.get(), fields_);
        if (bytes <= hold_bytes_ || spill_folder_.empty()) {
          held_.push_back(std::move(batch));
          continue;
        }
        DVT_ASSIGN(spill_, columnar::OpenSpillFile(spill_folder_, fields_));
      }
      DVT_TRY(spill_->Write(std::move(batch)));  // what is held already stays in memory and comes first
    }
    if (spill_ != nullptr) DVT_TRY(spill_->FinishWriting());
    return {};
  }

  columnar::Fields fields_;
  RetryPolicy policy_;
  std::function<Result<columnar::Stream>()> open_;
  int64_t hold_bytes_;
  std::string spill_folder_;
  std::stop_token stop_;
  std::function<void(const Error&, int, double)> on_retry_;
  std::vector<columnar::Array> held_;
  size_t next_ = 0;
  std::unique_ptr<columnar::SpillFile> spill_;
  bool complete_ = false;
};

}  // namespace

columnar::Stream RetryingStream(columnar::Fields fields, RetryPolicy policy, std::function<Result<columnar::Stream>()> open,
                                int64_t hold_bytes, std::string spill_folder, std::stop_token stop,
                                std::function<void(const Error&, int, double)> on_retry) {
  return columnar::Stream(std::make_unique<RetryingSource>(std::move(fields), policy, std::move(open), hold_bytes,
                                                           std::move(spill_folder), std::move(stop), std::move(on_retry)));
}

}  // namespace dvt::connectors
