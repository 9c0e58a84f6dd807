#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

namespace dvt {

/// A multi-producer, multi-consumer queue whose capacity is counted in bytes, so a slow consumer slows its producers.
/// An item larger than the capacity passes alone. Thread-safe.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity_bytes) : capacity_(capacity_bytes) {}

  /// Waits for room; false if the queue was closed or `stop` was requested (the item is dropped).
  bool Push(T item, size_t bytes, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    bool ready = room_.wait(lock, stop, [&] { return closed_ || bytes_ == 0 || bytes_ + bytes <= capacity_; });
    if (!ready || closed_) return false;
    bytes_ += bytes;
    items_.emplace_back(std::move(item), bytes);
    lock.unlock();
    filled_.notify_one();
    return true;
  }

  /// Waits for an item; nullopt when closed and drained, or when `stop` was requested.
  std::optional<T> Pop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    bool ready = filled_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
    if (!ready || items_.empty()) return std::nullopt;
    auto [item, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    lock.unlock();
    room_.notify_all();
    return std::move(item);
  }

  /// No more pushes; consumers drain what is left.
  void Close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    filled_.notify_all();
  }

  size_t bytes() const {
    std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable_any room_;
  std::condition_variable_any filled_;
  std::deque<std::pair<T, size_t>> items_;
  size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace dvt
