#include <utility>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

namespace {

// The rows [begin, length) of a batch. Children are marked moved-out so that the whole is released once.
columnar::Array DropFirstRows(columnar::Array batch, int64_t begin) {
  struct Slice {
    columnar::Array whole;
    std::vector<ArrowArray> children;
    std::vector<ArrowArray*> pointers;
    const void* buffers[1] = {nullptr};
  };
  auto* slice = new Slice{std::move(batch), {}, {}};
  const ArrowArray& whole = slice->whole.get();
  ArrowArray out{};
  out.length = whole.length - begin;
  out.n_buffers = 1;
  out.buffers = slice->buffers;
  for (int64_t i = 0; i < whole.n_children; ++i) {
    ArrowArray child = *whole.children[i];  // borrows; the slice keeps the owner alive
    child.offset += whole.offset + begin;
    child.length = out.length;
    child.null_count = child.null_count == 0 ? 0 : -1;
    child.release = [](ArrowArray* array) { array->release = nullptr; };
    slice->children.push_back(child);
  }
  for (auto& child : slice->children) slice->pointers.push_back(&child);
  out.n_children = whole.n_children;
  out.children = slice->pointers.data();
  out.private_data = slice;
  out.release = [](ArrowArray* array) {
    delete static_cast<Slice*>(array->private_data);
    array->release = nullptr;
  };
  return columnar::Array(out);
}

class ResumingSource : public columnar::BatchSource {
 public:
  ResumingSource(columnar::Fields fields, RetryPolicy policy, std::function<Result<columnar::Stream>()> open,
                 std::stop_token stop, std::function<void(const Error&, int, double)> on_retry)
      : fields_(std::move(fields)),
        policy_(policy),
        open_(std::move(open)),
        stop_(std::move(stop)),
        on_retry_(std::move(on_retry)) {}

  const columnar::Fields& fields() const override { return fields_; }

  Result<columnar::Array> Next() override {
    columnar::Array next;
    DVT_TRY(RunWithRetry(
        policy_, stop_, [&] { return Read(next); }, on_retry_));
    return next;
  }

 private:
  Status Read(columnar::Array& out) {
    if (!inner_.valid()) {
      DVT_ASSIGN(inner_, open_());
      to_skip_ = delivered_;
    }
    for (;;) {
      auto batch = inner_.Next();
      if (!batch) {
        inner_.Reset();
        return std::move(batch).error();
      }
      if (!batch->valid()) {
        if (to_skip_ > 0) {
          return Error(ErrorCode::kStartOver, "a partition read again after a failure gave fewer rows than before")
              .WithHint("The data changed under the read. Run the model again.");
        }
        out = columnar::Array();
        return {};
      }
      if (to_skip_ >= batch->length()) {
        to_skip_ -= batch->length();
        continue;
      }
      const int64_t skip = std::exchange(to_skip_, 0);
      delivered_ += batch->length() - skip;
      out = skip == 0 ? std::move(*batch) : DropFirstRows(std::move(*batch), skip);
      return {};
    }
  }

  columnar::Fields fields_;
  RetryPolicy policy_;
  std::function<Result<columnar::Stream>()> open_;
  std::stop_token stop_;
  std::function<void(const Error&, int, double)> on_retry_;
  columnar::Stream inner_;
  int64_t delivered_ = 0;
  int64_t to_skip_ = 0;
};

}  // namespace

columnar::Stream ResumingStream(columnar::Fields fields, RetryPolicy policy, std::function<Result<columnar::Stream>()> open,
                                std::stop_token stop, std::function<void(const Error&, int, double)> on_retry) {
  return columnar::Stream(
      std::make_unique<ResumingSource>(std::move(fields), policy, std::move(open), std::move(stop), std::move(on_retry)));
}

}  // namespace dvt::connectors
