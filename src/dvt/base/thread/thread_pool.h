#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace dvt {

/// A fixed set of worker threads. Owned by the command line, passed down. The destructor waits for what was submitted.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void Submit(std::function<void()> task);
  /// Runs `body(i)` for i in [0, count) over the pool and the calling thread; returns when all are done.
  void ParallelFor(int count, const std::function<void(int)>& body);
  int size() const { return static_cast<int>(workers_.size()); }

 private:
  void Work(std::stop_token stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> tasks_;
  std::vector<std::jthread> workers_;
};

}  // namespace dvt
