#include "dvt/lake/table/stream.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <cerrno>

#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/table/stream_internal.h"

namespace dvt::lake {

namespace {

// What stands behind an exported stream. The last error is kept whole for ErrorOfStream.
struct PullState {
  std::unique_ptr<BatchPuller> source;
  std::optional<Error> error;
  std::string error_text;
};

PullState* State(const ArrowArrayStream* stream) { return static_cast<PullState*>(stream->private_data); }

int Fail(PullState& state, Error error, int code) {
  state.error_text = error.message();
  state.error = std::move(error);
  return code;
}

int Fail(PullState& state, const arrow::Status& status) {
  return Fail(state, Error(ErrorCode::kInternal, "rows of the table cannot be handed over: " + status.message()), EIO);
}

int CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled: return ECANCELED;
    case ErrorCode::kMemory: return ENOMEM;
    case ErrorCode::kUnsupported: return ENOSYS;
    case ErrorCode::kData: return EINVAL;
    default: return EIO;
  }
}

int PullGetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  const auto status = arrow::ExportSchema(*State(stream)->source->schema(), out);
  return status.ok() ? 0 : Fail(*State(stream), status);
}

int PullGetNext(ArrowArrayStream* stream, ArrowArray* out) {
  PullState& state = *State(stream);
  auto batch = state.source->Next();
  if (!batch) {
    const int code = CodeOf(batch.error().code());
    return Fail(state, std::move(batch).error(), code);
  }
  if (*batch == nullptr) {
    out->release = nullptr;
    return 0;
  }
  const auto status = arrow::ExportRecordBatch(**batch, out);
  return status.ok() ? 0 : Fail(state, status);
}

const char* PullLastError(ArrowArrayStream* stream) {
  return State(stream)->error_text.empty() ? nullptr : State(stream)->error_text.c_str();
}

void PullRelease(ArrowArrayStream* stream) {
  delete State(stream);
  stream->release = nullptr;
}

}  // namespace

Result<columnar::Stream> PullStream(std::unique_ptr<BatchPuller> source) {
  ArrowArrayStream raw;
  raw.get_schema = &PullGetSchema;
  raw.get_next = &PullGetNext;
  raw.get_last_error = &PullLastError;
  raw.release = &PullRelease;
  raw.private_data = new PullState{std::move(source), {}, {}};
  return columnar::Stream(raw);
}

std::optional<Error> ErrorOfStream(const ArrowArrayStream& stream) {
  if (stream.release != &PullRelease) return {};
  return State(&stream)->error;
}

Result<columnar::Array> NextWhole(columnar::Stream& stream) {
  ArrowArrayStream raw = stream.Take();
  if (raw.release != &PullRelease) {
    stream = columnar::Stream(raw);
    return stream.Next();
  }
  columnar::Array batch;
  const int failed = PullGetNext(&raw, batch.out());
  stream = columnar::Stream(raw);
  if (failed != 0) return *State(&raw)->error;
  return batch;
}

Result<columnar::Schema> ExportColumns(const Schema& schema) {
  columnar::Schema out;
  const auto status = arrow::ExportSchema(*ArrowSchemaOf(schema.fields), out.out());
  if (!status.ok()) return Error(ErrorCode::kInternal, "the table's columns have no Arrow form: " + status.message());
  return out;
}

}  // namespace dvt::lake
