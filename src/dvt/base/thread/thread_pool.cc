#include "dvt/base/thread/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>

namespace dvt {

ThreadPool::ThreadPool(int threads) {
  workers_.reserve(static_cast<size_t>(std::max(threads, 1)));
  for (int i = 0; i < std::max(threads, 1); ++i) {
    workers_.emplace_back([this](std::stop_token stop) { Work(stop); });
  }
}

ThreadPool::~ThreadPool() {
  for (auto& worker : workers_) worker.request_stop();
  workers_.clear();
}

void ThreadPool::Submit(std::function<void()> task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void ThreadPool::Work(std::stop_token stop) {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, stop, [&] { return !tasks_.empty(); });
      if (tasks_.empty()) return;  // stopped, and what was submitted is done
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

void ThreadPool::ParallelFor(int count, const std::function<void(int)>& body) {
  struct Shared {
    std::atomic<int> next{0};
    int running = 0;
    std::exception_ptr failure;
    std::mutex mutex;
    std::condition_variable done;
  };
  if (count <= 0) return;
  auto shared = std::make_shared<Shared>();
  auto loop = [shared, count, &body] {
    try {
      for (int i = shared->next++; i < count; i = shared->next++) body(i);
    } catch (...) {
      std::lock_guard lock(shared->mutex);
      if (!shared->failure) shared->failure = std::current_exception();
      shared->next = count;
    }
  };
  // A helper that starts only after the loop is used up must not touch `body`: it counts as running only if it got an index.
  auto helper = [shared, count, loop] {
    {
      std::lock_guard lock(shared->mutex);
      if (shared->next >= count) return;
      ++shared->running;
    }
    loop();
    std::lock_guard lock(shared->mutex);
    --shared->running;
    shared->done.notify_all();
  };
  int helpers = std::min(size(), count - 1);
  for (int i = 0; i < helpers; ++i) Submit(helper);
  loop();
  std::unique_lock lock(shared->mutex);
  shared->done.wait(lock, [&] { return shared->running == 0; });
  if (shared->failure) std::rethrow_exception(shared->failure);
}

}  // namespace dvt
