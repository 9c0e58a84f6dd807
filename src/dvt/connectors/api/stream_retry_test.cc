#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {
namespace {

using columnar::Array;
using columnar::Fields;
using columnar::Stream;

const Fields kFields = {{"n", columnar::TypeKind::kInt64, true, {}}, {"s", columnar::TypeKind::kString, true, {}}};

Array Numbers(int64_t first, int64_t count) {
  columnar::BatchBuilder builder(kFields);
  for (int64_t i = first; i < first + count; ++i) {
    builder.column(0).AppendFixed(i);
    if (i % 7 == 0) {
      builder.column(1).AppendNull();
    } else {
      builder.column(1).AppendBytes("row " + std::to_string(i));
    }
  }
  return builder.Finish();
}

// A partition of 10 batches of 100 rows whose opening number k fails with `failures[k]` after as many batches.
struct Flaky {
  std::vector<std::pair<int, ErrorCode>> failures;
  int opened = 0;

  Result<Stream> Open() {
    const size_t attempt = static_cast<size_t>(opened++);
    const auto failure = attempt < failures.size() ? failures[attempt] : std::pair{99, ErrorCode::kInternal};
    auto next = [batch = 0, failure]() mutable -> Result<Array> {
      if (batch == failure.first) return Error(failure.second, "made to fail");
      if (batch == 10) return Array();
      return Numbers(batch++ * 100, 100);
    };
    return columnar::MakeStream(kFields, next);
  }
};

RetryPolicy Quick() { return RetryPolicy{.max_retries = 5, .base_seconds = 0.001, .max_seconds = 0.01}; }

// Reads all; expects the rows 0, 1, 2 … in order, and returns how many there were.
Result<int64_t> Drain(Stream& stream) {
  int64_t expected = 0;
  for (;;) {
    DVT_ASSIGN(Array batch, stream.Next());
    if (!batch.valid()) return expected;
    const auto columns = columnar::BatchColumns(batch.get(), kFields);
    for (int64_t row = 0; row < batch.length(); ++row, ++expected) {
      EXPECT_EQ(columns[0].Integer(row), expected);
      EXPECT_EQ(columns[1].IsNull(row), expected % 7 == 0);
      if (!columns[1].IsNull(row)) {
        EXPECT_EQ(columns[1].Text(row), "row " + std::to_string(expected));
      }
    }
  }
}

using Maker = std::function<Stream(Flaky&, RetryPolicy, std::stop_token, std::function<void(const Error&, int, double)>)>;

Stream Hold(Flaky& flaky, RetryPolicy policy, std::stop_token stop, std::function<void(const Error&, int, double)> heard) {
  return RetryingStream(
      kFields, policy, [&] { return flaky.Open(); }, 1 << 30, "/nonexistent", stop, heard);
}
Stream Spill(Flaky& flaky, RetryPolicy policy, std::stop_token stop, std::function<void(const Error&, int, double)> heard) {
  const auto folder = (std::filesystem::temp_directory_path() / "dvt_spill_test").string();
  return RetryingStream(
      kFields, policy, [&] { return flaky.Open(); }, 5000, folder, stop, heard);
}
Stream Resume(Flaky& flaky, RetryPolicy policy, std::stop_token stop, std::function<void(const Error&, int, double)> heard) {
  return ResumingStream(
      kFields, policy, [&] { return flaky.Open(); }, stop, heard);
}

class StreamRetry : public testing::TestWithParam<Maker> {};
INSTANTIATE_TEST_SUITE_P(All, StreamRetry, testing::Values(Maker(Hold), Maker(Spill), Maker(Resume)));

TEST_P(StreamRetry, RepeatsAndDropsNothingWhateverTheMoment) {
  for (int moment = 0; moment <= 10; ++moment) {
    Flaky flaky{{{moment, ErrorCode::kConnection}, {10 - moment, ErrorCode::kDeadlock}, {0, ErrorCode::kTimeout}}};
    int retries = 0;
    auto stream = GetParam()(flaky, Quick(), {}, [&](const Error&, int, double) { ++retries; });
    auto rows = Drain(stream);
    ASSERT_TRUE(rows) << rows.error().ToString();
    EXPECT_EQ(*rows, 1000);
    EXPECT_EQ(retries, 3);
    EXPECT_EQ(flaky.opened, 4);
  }
}

TEST_P(StreamRetry, HopelessErrorsComeAtOnce) {
  for (ErrorCode code :
       {ErrorCode::kPermission, ErrorCode::kNotFound, ErrorCode::kSyntax, ErrorCode::kMemory, ErrorCode::kDisk}) {
    Flaky flaky{{{3, code}}};
    auto stream = GetParam()(flaky, Quick(), {}, nullptr);
    auto rows = Drain(stream);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code(), code);
    EXPECT_EQ(flaky.opened, 1);
  }
}

TEST_P(StreamRetry, GivesUpAfterTheLastRetry) {
  Flaky flaky{std::vector<std::pair<int, ErrorCode>>(20, {2, ErrorCode::kConnection})};
  auto stream = GetParam()(flaky, Quick(), {}, nullptr);
  auto rows = Drain(stream);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code(), ErrorCode::kConnection);
  EXPECT_EQ(flaky.opened, 6);
}

TEST_P(StreamRetry, CancelDuringThePauseIsPrompt) {
  Flaky flaky{{{2, ErrorCode::kConnection}}};
  std::stop_source source;
  auto stream = GetParam()(flaky, RetryPolicy{.max_retries = 5, .base_seconds = 30}, source.get_token(), nullptr);
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    source.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  auto rows = Drain(stream);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(RetryingStream, HandsOnNothingBeforeThePartitionIsComplete) {
  Flaky flaky{{{9, ErrorCode::kPermission}}};
  auto stream = Hold(flaky, Quick(), {}, nullptr);
  EXPECT_FALSE(stream.Next());
}

TEST(RetryingStream, FullDiskNamesTheFolder) {
  // A file-size limit is the full disk that needs no privileges.
  const auto folder = (std::filesystem::temp_directory_path() / "dvt_spill_test").string();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{1024, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  Flaky flaky;
  auto stream = RetryingStream(
      kFields, Quick(), [&] { return flaky.Open(); }, 10, folder, {}, nullptr);
  auto rows = Drain(stream);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code(), ErrorCode::kDisk) << rows.error().ToString();
  EXPECT_NE(rows.error().message().find(folder), std::string::npos) << rows.error().ToString();
  EXPECT_EQ(flaky.opened, 1);
  auto nowhere = RetryingStream(
      kFields, Quick(), [&] { return flaky.Open(); }, 10, "/dev/null/spill", {}, nullptr);
  rows = Drain(nowhere);
  ASSERT_FALSE(rows);
  EXPECT_NE(rows.error().message().find("/dev/null/spill"), std::string::npos) << rows.error().ToString();
}

TEST(PartitionCount, FollowsTheRule) {
  ReadOptions options;
  EXPECT_EQ(PartitionCount(std::nullopt, options), 4);
  EXPECT_EQ(PartitionCount(0, options), 4);
  EXPECT_EQ(PartitionCount(2'000'001, options), 5);
  EXPECT_EQ(PartitionCount(int64_t{1} << 60, options), 200);
}

}  // namespace
}  // namespace dvt::connectors
