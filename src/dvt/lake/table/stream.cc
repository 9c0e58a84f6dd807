#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "dvt/lake/table/stream_internal.h"

namespace dvt::lake {

namespace {

arrow::StatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled: return arrow::StatusCode::Cancelled;
    case ErrorCode::kMemory: return arrow::StatusCode::OutOfMemory;
    case ErrorCode::kUnsupported: return arrow::StatusCode::NotImplemented;
    case ErrorCode::kData: return arrow::StatusCode::Invalid;
    default: return arrow::StatusCode::IOError;
  }
}

class PullReader : public arrow::RecordBatchReader {
 public:
  explicit PullReader(std::unique_ptr<BatchPuller> source) : source_(std::move(source)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return source_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    auto batch = source_->Next();
    if (!batch) {
      return arrow::Status(CodeOf(batch.error().code()), batch.error().message());
    }
    *out = *std::move(batch);
    return arrow::Status::OK();
  }

 private:
  std::unique_ptr<BatchPuller> source_;
};

}  // namespace

Result<columnar::Stream> PullStream(std::unique_ptr<BatchPuller> source) {
  ArrowArrayStream raw;
  const auto status = arrow::ExportRecordBatchReader(std::make_shared<PullReader>(std::move(source)), &raw);
  if (!status.ok()) return Error(ErrorCode::kInternal, "a stream of the table cannot be made: " + status.message());
  return columnar::Stream(raw);
}

}  // namespace dvt::lake
