#include "dvt/columnar/c_abi/stream.h"

#include <cerrno>
#include <cstring>

namespace dvt::columnar {

Array& Array::operator=(Array&& other) noexcept {
  if (this != &other) {
    Reset();
    raw_ = other.raw_;
    other.raw_.release = nullptr;
  }
  return *this;
}

ArrowArray Array::Take() {
  ArrowArray out = raw_;
  raw_.release = nullptr;
  return out;
}

void Array::Reset() {
  if (raw_.release != nullptr) raw_.release(&raw_);
  raw_.release = nullptr;
}

namespace {

// What a shared array adds to the values: its own children, which a consumer may take apart.
struct SharedState {
  std::shared_ptr<const Array> owner;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_places;
  ArrowArray dictionary;
};

void ReleaseShared(ArrowArray* array) {
  auto* state = static_cast<SharedState*>(array->private_data);
  for (ArrowArray& child : state->children) {
    if (child.release != nullptr) child.release(&child);
  }
  if (array->dictionary != nullptr && array->dictionary->release != nullptr) array->dictionary->release(array->dictionary);
  delete state;
  array->release = nullptr;
}

ArrowArray Share(const ArrowArray& array, const std::shared_ptr<const Array>& owner, const std::vector<int>* columns = nullptr) {
  auto* state = new SharedState{owner, {}, {}, {}};
  const size_t count = columns != nullptr ? columns->size() : static_cast<size_t>(array.n_children);
  for (size_t i = 0; i < count; ++i) {
    state->children.push_back(Share(*array.children[columns != nullptr ? static_cast<size_t>((*columns)[i]) : i], owner));
  }
  for (ArrowArray& child : state->children) state->child_places.push_back(&child);
  ArrowArray out = array;
  out.n_children = static_cast<int64_t>(count);
  out.children = state->child_places.data();
  if (array.dictionary != nullptr) {
    state->dictionary = Share(*array.dictionary, owner);
    out.dictionary = &state->dictionary;
  }
  out.private_data = state;
  out.release = &ReleaseShared;
  return out;
}

}  // namespace

Array ShareArray(const std::shared_ptr<const Array>& array) { return Array(Share(array->get(), array)); }

Array ShareColumns(const std::shared_ptr<const Array>& batch, const std::vector<int>& columns) {
  return Array(Share(batch->get(), batch, &columns));
}

int64_t ArrayBytes(const ArrowArray& array, const DataType& type) {
  int64_t bytes = array.length / 8;
  if (const int width = FixedWidth(type); width > 0) return bytes + array.length * width;
  if (type.kind == TypeKind::kBool) return bytes * 2;
  if (type.kind == TypeKind::kStruct || type.kind == TypeKind::kList) {
    for (int64_t i = 0; i < array.n_children; ++i) {
      bytes += ArrayBytes(*array.children[i], type.children[static_cast<size_t>(i)].type);
    }
    return bytes + (type.kind == TypeKind::kList ? array.length * 4 : 0);
  }
  if (array.n_buffers < 3 || array.length == 0) return bytes;
  const auto* offsets = static_cast<const int32_t*>(array.buffers[1]) + array.offset;
  return bytes + array.length * 4 + (offsets[array.length] - offsets[0]);
}

int64_t BatchBytes(const ArrowArray& batch, const Fields& fields) {
  int64_t bytes = 0;
  for (int64_t i = 0; i < batch.n_children; ++i) {
    bytes += ArrayBytes(*batch.children[i], fields[static_cast<size_t>(i)].type);
  }
  return bytes;
}

namespace {

// The C callbacks around a BatchSource. The last error is kept whole so that Stream::Next can return it unchanged.
struct SourceState {
  std::unique_ptr<BatchSource> source;
  std::unique_ptr<Error> error;
  std::string error_text;
};

SourceState* State(ArrowArrayStream* stream) { return static_cast<SourceState*>(stream->private_data); }

int SourceGetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  *out = ExportSchema(State(stream)->source->fields()).Take();
  return 0;
}

int SourceGetNext(ArrowArrayStream* stream, ArrowArray* out) {
  SourceState* state = State(stream);
  auto batch = state->source->Next();
  if (!batch) {
    state->error_text = batch.error().ToString();
    state->error = std::make_unique<Error>(std::move(batch).error());
    return EIO;
  }
  *out = batch->Take();
  return 0;
}

const char* SourceLastError(ArrowArrayStream* stream) { return State(stream)->error_text.c_str(); }

void SourceRelease(ArrowArrayStream* stream) {
  delete State(stream);
  stream->release = nullptr;
}

Error ForeignError(ArrowArrayStream* stream, int code) {
  const char* text = stream->get_last_error(stream);
  std::string message = text != nullptr && *text != '\0' ? text : std::strerror(code);
  return Error(ErrorCode::kUnknown, std::move(message)).WithVendorCode("errno " + std::to_string(code));
}

}  // namespace

Stream::Stream(std::unique_ptr<BatchSource> source) {
  auto* state = new SourceState;
  state->source = std::move(source);
  raw_.get_schema = &SourceGetSchema;
  raw_.get_next = &SourceGetNext;
  raw_.get_last_error = &SourceLastError;
  raw_.release = &SourceRelease;
  raw_.private_data = state;
}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    Reset();
    raw_ = other.raw_;
    other.raw_.release = nullptr;
  }
  return *this;
}

ArrowArrayStream Stream::Take() {
  ArrowArrayStream out = raw_;
  raw_.release = nullptr;
  return out;
}

void Stream::Reset() {
  if (raw_.release != nullptr) raw_.release(&raw_);
  raw_.release = nullptr;
}

Result<Fields> Stream::GetFields() {
  if (raw_.get_schema == &SourceGetSchema) return State(&raw_)->source->fields();
  Schema schema;
  if (const int code = raw_.get_schema(&raw_, schema.out()); code != 0) return ForeignError(&raw_, code);
  return ImportSchema(schema.get());
}

Result<Array> Stream::Next() {
  if (raw_.get_next == &SourceGetNext) return State(&raw_)->source->Next();
  Array batch;
  if (const int code = raw_.get_next(&raw_, batch.out()); code != 0) return ForeignError(&raw_, code);
  return batch;
}

namespace {

class FunctionSource : public BatchSource {
 public:
  FunctionSource(Fields fields, std::function<Result<Array>()> next) : fields_(std::move(fields)), next_(std::move(next)) {}
  const Fields& fields() const override { return fields_; }
  Result<Array> Next() override { return next_(); }

 private:
  Fields fields_;
  std::function<Result<Array>()> next_;
};

class MemorySource : public BatchSource {
 public:
  MemorySource(Fields fields, std::vector<Array> batches) : fields_(std::move(fields)), batches_(std::move(batches)) {}
  const Fields& fields() const override { return fields_; }
  Result<Array> Next() override {
    if (next_ == batches_.size()) return Array();
    return std::move(batches_[next_++]);
  }

 private:
  Fields fields_;
  std::vector<Array> batches_;
  size_t next_ = 0;
};

}  // namespace

Stream MakeStream(Fields fields, std::vector<Array> batches) {
  return Stream(std::make_unique<MemorySource>(std::move(fields), std::move(batches)));
}

Stream MakeStream(Fields fields, std::function<Result<Array>()> next) {
  return Stream(std::make_unique<FunctionSource>(std::move(fields), std::move(next)));
}

}  // namespace dvt::columnar
