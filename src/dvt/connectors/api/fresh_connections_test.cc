#include "dvt/connectors/api/fresh_connections.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>

#include "dvt/base/result/retry.h"

namespace dvt::connectors {
namespace {

using Pointer = std::unique_ptr<int>;
using Pool = FreshConnections<Pointer>;

TEST(FreshConnections, GivesNoneThatNobodyExpected) {
  Pool pool([](std::stop_token) -> Result<Pointer> { return std::make_unique<int>(1); });
  const auto taken = pool.Take({});
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, nullptr);
}

TEST(FreshConnections, OpensTogetherAndOnlyWhatIsMissing) {
  std::atomic<int> begun{0};
  std::promise<void> go;
  const auto gone = go.get_future().share();
  const Pool::Opener open = [&](std::stop_token) -> Result<Pointer> {
    const int number = ++begun;
    gone.wait();
    return std::make_unique<int>(number);
  };
  Pool pool(open);
  pool.Expect(2);
  pool.Expect(2);
  while (begun < 2) std::this_thread::yield();  // both are under way before either ended
  go.set_value();
  int sum = 0;
  for (int i = 0; i < 2; ++i) {
    const auto taken = pool.Take({});
    ASSERT_TRUE(taken && *taken != nullptr);
    sum += **taken;
  }
  EXPECT_EQ(sum, 3);
  const auto none = pool.Take({});
  ASSERT_TRUE(none);
  EXPECT_EQ(*none, nullptr);
  EXPECT_EQ(begun, 2);
}

TEST(FreshConnections, TellsAFailureOnlyToWhoWaitsForIt) {
  std::promise<void> go;
  const auto gone = go.get_future().share();
  Pool pool([&](std::stop_token) -> Result<Pointer> {
    gone.wait();
    return Error(ErrorCode::kConnection, "refused");
  });
  pool.Expect(1);
  auto waiting = std::async([&] { return pool.Take({}); });
  go.set_value();
  const auto told = waiting.get();
  // Whoever comes before it ended is told; whoever comes later opens one itself.
  if (!told) EXPECT_EQ(told.error().message(), "refused");
  pool.Expect(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const auto later = pool.Take({});
  ASSERT_TRUE(later);
  EXPECT_EQ(*later, nullptr);
}

TEST(FreshConnections, AStopEndsTheWaitAndTheEndCancelsWhatIsUnderWay) {
  std::atomic<bool> cancelled{false};
  {
    Pool pool([&](std::stop_token stop) -> Result<Pointer> {
      cancelled = !SleepFor(std::chrono::seconds(60), stop);
      return Error(ErrorCode::kCancelled, "cancelled");
    });
    pool.Expect(1);
    std::stop_source stop;
    auto waiting = std::async([&] { return pool.Take(stop.get_token()); });
    stop.request_stop();
    const auto told = waiting.get();
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code(), ErrorCode::kCancelled);
  }
  EXPECT_TRUE(cancelled);
}

TEST(FreshConnections, ForgetsThoseOfOldSettings) {
  Pool pool([](std::stop_token) -> Result<Pointer> { return std::make_unique<int>(1); });
  pool.Expect(2);
  pool.Forget();
  const auto taken = pool.Take({});
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, nullptr);
}

}  // namespace
}  // namespace dvt::connectors
