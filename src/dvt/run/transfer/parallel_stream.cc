#include "dvt/run/transfer/parallel_stream.h"

#include <thread>
#include <utility>

#include "dvt/base/thread/bounded_queue.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {

using columnar::Array;
using columnar::Stream;

namespace {

using OpenPartition = std::function<Result<Stream>(int, std::stop_token)>;

class TogetherStream : public columnar::BatchSource {
 public:
  TogetherStream(columnar::Fields fields, int partitions, int parallel, size_t queue_bytes, OpenPartition open,
                 std::stop_token stop)
      : fields_(std::move(fields)),
        partitions_(partitions),
        parallel_(parallel),
        open_(std::move(open)),
        queue_(queue_bytes),
        forward_(stop, [this] { stopper_.request_stop(); }) {}

  ~TogetherStream() override {
    stopper_.request_stop();
    queue_.Close();
    if (readers_.joinable()) readers_.join();
  }

  const columnar::Fields& fields() const override { return fields_; }

  Result<Array> Next() override {
    if (!readers_.joinable() && !ended_) readers_ = std::jthread([this] { ReadAll(); });
    if (auto batch = queue_.Pop(stopper_.get_token())) return std::move(*batch);
    if (ended_) return Array();
    ended_ = true;
    stopper_.request_stop();
    readers_.join();
    if (!status_) return std::move(status_).error();
    return Array();
  }

 private:
  void ReadAll() {
    status_ = RunWorkers(partitions_, parallel_, stopper_.get_token(),
                         [this](int partition, std::stop_token stop) { return ReadOne(partition, stop); });
    queue_.Close();
  }

  Status ReadOne(int partition, const std::stop_token& stop) {
    DVT_ASSIGN(Stream stream, open_(partition, stop));
    for (;;) {
      DVT_ASSIGN(Array batch, stream.Next());
      if (!batch.valid()) return {};
      const auto bytes = static_cast<size_t>(columnar::BatchBytes(batch.get(), fields_));
      if (!queue_.Push(std::move(batch), bytes, stop)) return Error(ErrorCode::kCancelled, "cancelled");
    }
  }

  const columnar::Fields fields_;
  const int partitions_;
  const int parallel_;
  const OpenPartition open_;
  BoundedQueue<Array> queue_;
  std::stop_source stopper_;
  std::stop_callback<std::function<void()>> forward_;
  Status status_;  // of the readers, once they are joined
  bool ended_ = false;
  std::jthread readers_;
};

}  // namespace

Stream ReadTogether(columnar::Fields fields, int partitions, int parallel, size_t queue_bytes, OpenPartition open,
                    std::stop_token stop) {
  if (partitions > 1 && parallel > 1)
    return Stream(
        std::make_unique<TogetherStream>(std::move(fields), partitions, parallel, queue_bytes, std::move(open), std::move(stop)));
  auto current = std::make_shared<Stream>();
  auto next = std::make_shared<int>(0);
  return columnar::MakeStream(std::move(fields), [current, next, partitions, open = std::move(open), stop]() -> Result<Array> {
    for (;;) {
      if (!current->valid()) {
        if (*next == partitions) return Array();
        DVT_ASSIGN(*current, open((*next)++, stop));
      }
      DVT_ASSIGN(Array batch, current->Next());
      if (batch.valid()) return batch;
      current->Reset();
    }
  });
}

}  // namespace dvt::run
