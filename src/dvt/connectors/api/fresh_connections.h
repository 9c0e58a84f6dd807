#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::connectors {

/// Connections that are opened before somebody asks for them, each on a thread of its own, so that several handshakes take the time of one.
/// Thread-safe. `Pointer` owns a connection. What was opened in vain is closed at the end.
template <class Pointer>
class FreshConnections {
 public:
  using Opener = std::function<Result<Pointer>(std::stop_token)>;

  /// `open` is called on other threads, several at a time, until the destructor ends.
  explicit FreshConnections(Opener open) : open_(std::move(open)) {}

  /// Cancels what is being opened and waits for it.
  ~FreshConnections() { threads_.clear(); }

  /// Sees to it that so many are there or under way. Never blocks on a server; a failure is told only to who waits for that one.
  void Expect(int count) {
    std::lock_guard lock(mutex_);
    while (static_cast<int>(openings_.size()) < count) {
      auto opening = std::make_shared<Opening>();
      openings_.push_back(opening);
      threads_.emplace_back([this, opening](std::stop_token stop) {
        auto outcome = open_(std::move(stop));
        std::lock_guard done(mutex_);
        opening->outcome = std::move(outcome);
        opening->ended = std::chrono::steady_clock::now();
        done_.notify_all();
      });
    }
  }

  /// The one that was begun first, awaited if it is under way; null: none was that is still fresh, and the caller opens its own. Its error
  /// if it fails while it is awaited; kCancelled after a stop.
  Result<Pointer> Take(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!openings_.empty()) {
      const std::shared_ptr<Opening> opening = std::move(openings_.front());
      openings_.pop_front();
      const bool under_way = !opening->outcome;
      if (!done_.wait(lock, stop, [&] { return opening->outcome.has_value(); }))
        return Error(ErrorCode::kCancelled, "connecting was cancelled");
      const bool fresh = *opening->outcome && std::chrono::steady_clock::now() - opening->ended < kFresh;
      if (under_way || fresh) return *std::move(opening->outcome);
    }
    return Pointer(nullptr);
  }

  /// Those that nobody took are not given any more: sessions that begin now may get other settings.
  void Forget() {
    std::deque<std::shared_ptr<Opening>> old;  // closed without the lock
    std::lock_guard lock(mutex_);
    old.swap(openings_);
  }

 private:
  // A server or what is before it may close those that are not used.
  static constexpr std::chrono::seconds kFresh{5};

  struct Opening {
    std::optional<Result<Pointer>> outcome;
    std::chrono::steady_clock::time_point ended;
  };

  const Opener open_;
  std::mutex mutex_;
  std::condition_variable_any done_;
  std::deque<std::shared_ptr<Opening>> openings_;
  std::vector<std::jthread> threads_;
};

}  // namespace dvt::connectors
