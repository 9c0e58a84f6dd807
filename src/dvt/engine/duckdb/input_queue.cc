#include "dvt/engine/duckdb/input_queue.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace dvt::engine {

void RunState::Fail(Error error) {
  {
    std::lock_guard lock(mutex_);
    if (!failed_ && !stop_.stop_requested()) error_.emplace(std::move(error));
    failed_ = true;
  }
  stop_.request_stop();
}

std::optional<Error> RunState::TakeError() {
  std::lock_guard lock(mutex_);
  return std::exchange(error_, std::nullopt);
}

InputQueue::InputQueue(Input input, std::shared_ptr<RunState> run, size_t capacity_bytes)
    : input_(std::move(input)), run_(std::move(run)), queue_(capacity_bytes) {}

InputQueue::~InputQueue() { Join(); }

void InputQueue::Start() {
  const int count = std::clamp(input_.parallel, 1, std::max(1, input_.partitions));
  readers_left_ = count;
  readers_.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) readers_.emplace_back([this] { Read(); });
}

void InputQueue::Join() {
  queue_.Close();
  readers_.clear();
}

void InputQueue::Read() {
  try {
    while (!run_->token().stop_requested()) {
      const int partition = next_partition_.fetch_add(1);
      if (partition >= input_.partitions) break;
      if (auto read = ReadPartition(partition); !read) {
        run_->Fail(std::move(read).error());
        break;
      }
    }
  } catch (const std::exception& e) {
    run_->Fail(Error(ErrorCode::kInternal, e.what()).Within("while reading input " + input_.name));
  }
  if (readers_left_.fetch_sub(1) == 1) queue_.Close();
}

Status InputQueue::ReadPartition(int partition) {
  DVT_ASSIGN(columnar::Stream stream, input_.open(partition, run_->token()));
  for (;;) {
    DVT_ASSIGN(columnar::Array batch, stream.Next());
    if (!batch.valid()) return {};
    if (batch.get().n_children != static_cast<int64_t>(input_.fields.size()))
      return Error(ErrorCode::kInternal, "a batch has " + std::to_string(batch.get().n_children) + " columns, not " +
                                             std::to_string(input_.fields.size()))
          .Within("while reading input " + input_.name);
    if (batch.length() == 0) continue;
    const auto bytes = static_cast<size_t>(std::max<int64_t>(columnar::BatchBytes(batch.get(), input_.fields), 1));
    if (!queue_.Push(std::move(batch), bytes, run_->token())) return {};
  }
}

}  // namespace dvt::engine
