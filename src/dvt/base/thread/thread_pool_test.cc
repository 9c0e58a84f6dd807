#include "dvt/base/thread/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "dvt/base/thread/bounded_queue.h"

namespace dvt {
namespace {

TEST(ThreadPool, RunsEverySubmittedTaskBeforeItEnds) {
  std::atomic<int> count{0};
  {
    ThreadPool pool(3);
    for (int i = 0; i < 100; ++i) pool.Submit([&] { ++count; });
  }
  EXPECT_EQ(count, 100);
}

TEST(ThreadPool, ParallelForVisitsEachIndexOnceAlsoNested) {
  ThreadPool pool(2);
  std::vector<std::atomic<int>> hits(200);
  pool.ParallelFor(20, [&](int i) { pool.ParallelFor(10, [&, i](int k) { ++hits[static_cast<size_t>(i * 10 + k)]; }); });
  for (auto& hit : hits) EXPECT_EQ(hit, 1);
  pool.ParallelFor(0, [](int) { FAIL(); });
}

TEST(ThreadPool, ParallelForPassesOnExceptions) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.ParallelFor(50,
                                [](int i) {
                                  if (i == 7) throw std::runtime_error("7");
                                }),
               std::runtime_error);
}

TEST(BoundedQueue, SlowsTheProducerAndDrains) {
  BoundedQueue<int> queue(10);
  std::stop_source stop;
  std::jthread producer([&] {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.Push(i, 4, stop.get_token()));
    queue.Close();
  });
  for (int i = 0; i < 100; ++i) {
    EXPECT_LE(queue.bytes(), 10u);
    auto item = queue.Pop(stop.get_token());
    ASSERT_TRUE(item);
    EXPECT_EQ(*item, i);
  }
  EXPECT_FALSE(queue.Pop(stop.get_token()));
}

TEST(BoundedQueue, StopWakesWaiters) {
  BoundedQueue<int> queue(1);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_FALSE(queue.Pop(stop.get_token()));
}

}  // namespace
}  // namespace dvt
