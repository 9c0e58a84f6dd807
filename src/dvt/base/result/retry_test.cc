#include "dvt/base/result/retry.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

namespace dvt {
namespace {

TEST(Retry, WaitGrowsAndIsCapped) {
  RetryPolicy policy;
  for (int i = 0; i < 50; ++i) {
    EXPECT_GE(policy.Wait(0).count(), 1.0);
    EXPECT_LE(policy.Wait(0).count(), 1.1);
    EXPECT_GE(policy.Wait(3).count(), 8.0);
    EXPECT_LE(policy.Wait(3).count(), 8.1);
  }
  EXPECT_EQ(policy.Wait(9).count(), 60.0);
  EXPECT_EQ(policy.Wait(10'000).count(), 60.0);
}

TEST(Retry, CodesDecide) {
  RetryPolicy policy;
  EXPECT_TRUE(policy.IsRetryable(Error(ErrorCode::kConnection, "")));
  EXPECT_TRUE(policy.IsRetryable(Error(ErrorCode::kUnknown, "")));
  EXPECT_FALSE(policy.IsRetryable(Error(ErrorCode::kAuthentication, "connection reset")));
  policy.retry_on_unknown = false;
  EXPECT_FALSE(policy.IsRetryable(Error(ErrorCode::kUnknown, "")));
}

TEST(Retry, Messages) {
  EXPECT_EQ(ClassifyMessage("FATAL: password authentication failed for user"), ErrorCode::kAuthentication);
  EXPECT_EQ(ClassifyMessage("could not connect: Connection refused"), ErrorCode::kConnection);
  EXPECT_EQ(ClassifyMessage("Lost connection to MySQL server during query"), ErrorCode::kConnection);
  EXPECT_EQ(ClassifyMessage("canceling statement due to user request"), ErrorCode::kCancelled);
  EXPECT_EQ(ClassifyMessage("canceling statement due to statement timeout"), ErrorCode::kTimeout);
  EXPECT_EQ(ClassifyMessage("Operation timed out"), ErrorCode::kTimeout);
  EXPECT_EQ(ClassifyMessage("?"), ErrorCode::kUnknown);
  EXPECT_EQ(ClassifyErrno(ENOSPC), ErrorCode::kDisk);
  EXPECT_EQ(ClassifyErrno(ECONNRESET), ErrorCode::kConnection);
}

TEST(Retry, RepeatsUntilSuccess) {
  RetryPolicy policy{.base_seconds = 0.001};
  int calls = 0;
  int heard = 0;
  Status status = RunWithRetry(
      policy, {}, [&]() -> Status { return ++calls < 3 ? Status(Error(ErrorCode::kTimeout, "late")) : Status(); },
      [&](const Error& error, int attempt, double) { EXPECT_EQ(attempt, ++heard); });
  EXPECT_TRUE(status);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(heard, 2);
}

TEST(Retry, GivesUp) {
  RetryPolicy policy{.max_retries = 2, .base_seconds = 0.001};
  int calls = 0;
  auto fail = [&]() -> Status {
    ++calls;
    return Error(ErrorCode::kTimeout, "late");
  };
  EXPECT_FALSE(RunWithRetry(policy, {}, fail, nullptr));
  EXPECT_EQ(calls, 3);
  calls = 0;
  auto final = [&]() -> Status {
    ++calls;
    return Error(ErrorCode::kSyntax, "bad");
  };
  EXPECT_FALSE(RunWithRetry(policy, {}, final, nullptr));
  EXPECT_EQ(calls, 1);
}

TEST(Retry, StopEndsThePause) {
  RetryPolicy policy{.base_seconds = 30};
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    stop.request_stop();
  });
  auto begin = std::chrono::steady_clock::now();
  Status status = RunWithRetry(
      policy, stop.get_token(), []() -> Status { return Error(ErrorCode::kTimeout, "late"); }, nullptr);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace dvt
