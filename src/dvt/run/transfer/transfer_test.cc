#include "dvt/run/transfer/transfer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "dvt/run/transfer/memory_connector.h"
#include "dvt/run/transfer/parallel_stream.h"
#include "dvt/run/transfer/pump.h"

namespace dvt::run {
namespace {

using testing::MemoryConnector;

class TransferTest : public ::testing::Test {
 protected:
  std::shared_ptr<MemoryConnector> source_ = std::make_shared<MemoryConnector>("source");
  MemoryConnector target_{"target"};
  plan::ModelPlan plan_;
  NodeProgress progress_;

  Result<int64_t> Load(std::stop_token stop = {}) {
    plan_.way = plan::Way::kDirect;
    plan_.extracts.resize(1);
    plan_.extracts[0].connection = "source";
    plan_.extracts[0].sources = {"numbers"};
    TransferContext context;
    context.connector = [this](const std::string&) -> Result<std::shared_ptr<connectors::Connector>> {
      return std::shared_ptr<connectors::Connector>(source_);
    };
    context.read_options.retry.base_seconds = 0.001;
    context.message = [](Severity, const std::string&) {};
    DVT_ASSIGN(const auto transfer, Transfer::Prepare(plan_, context, progress_, stop));
    return transfer->Load(target_, {"db", "public", "t"}, stop);
  }

  void ExpectEveryRowOnce() {
    const int64_t total = source_->rows_per_partition * source_->partitions;
    std::sort(target_.committed.begin(), target_.committed.end());
    std::vector<int64_t> expected(static_cast<size_t>(total));
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(target_.committed, expected);
    EXPECT_EQ(progress_.load.rows, total);
    EXPECT_EQ(progress_.extracts[0].rows, total);
    EXPECT_EQ(target_.open_sinks, 0);
  }
};

TEST_F(TransferTest, EveryRowOnceThroughParallelSinks) {
  auto rows = Load();
  ASSERT_TRUE(rows.has_value()) << rows.error().ToString();
  EXPECT_EQ(*rows, 4000);
  ExpectEveryRowOnce();
}

TEST_F(TransferTest, BrokenReadsAreRepeatedAlone) {
  source_->read_failures = 3;
  ASSERT_TRUE(Load().has_value());
  ExpectEveryRowOnce();
  EXPECT_EQ(progress_.extracts[0].retries, 3);
}

TEST_F(TransferTest, BrokenWritesAreRepeatedAlone) {
  target_.write_failures = 2;
  ASSERT_TRUE(Load().has_value());
  ExpectEveryRowOnce();
}

TEST_F(TransferTest, ResumesWithoutHoldingWhereReadsAreRepeatable) {
  target_.parallel_sinks = false;
  source_->read_failures = 3;
  ASSERT_TRUE(Load().has_value());
  ExpectEveryRowOnce();
}

TEST_F(TransferTest, HoldsPartitionsBackWhereReadsAreNotRepeatable) {
  target_.parallel_sinks = false;
  source_->repeatable = false;
  source_->read_failures = 3;
  ASSERT_TRUE(Load().has_value());
  ExpectEveryRowOnce();
}

TEST_F(TransferTest, AnUnconfirmedCommitIsNeverRepeatedAlone) {
  target_.commit_failures = 1;
  auto rows = Load();
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code(), ErrorCode::kStartOver);
  EXPECT_NE(rows.error().ToString().find("did not confirm a commit"), std::string::npos);
  EXPECT_EQ(target_.open_sinks, 0);
}

TEST_F(TransferTest, ALostMomentIsHandedOnWithoutARetry) {
  source_->lost_moments = 1;
  auto rows = Load();
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code(), ErrorCode::kStartOver);
  EXPECT_EQ(progress_.extracts[0].retries, 0);
}

TEST_F(TransferTest, PlansAgainAtAnotherMomentAfterALostConnection) {
  source_->plan_failures = 2;
  ASSERT_TRUE(Load().has_value());
  ExpectEveryRowOnce();
  EXPECT_EQ(source_->moments, 3);
}

TEST_F(TransferTest, NoRowsStillMakeARelationWhereNoSqlDid) {
  source_->rows_per_partition = 0;
  target_.parallel_sinks = false;
  auto rows = Load();
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(*rows, 0);
  EXPECT_EQ(target_.commits, 1);
}

TEST_F(TransferTest, CancelsWithinASecond) {
  source_->rows_per_partition = 2'000'000'000;
  std::stop_source stopper;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stopper.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  auto rows = Load(stopper.get_token());
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_TRUE(target_.committed.empty());
}

TEST_F(TransferTest, CancelsWithinASecondThroughOneSink) {
  target_.parallel_sinks = false;
  source_->rows_per_partition = 2'000'000'000;
  std::stop_source stopper;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stopper.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  auto rows = Load(stopper.get_token());
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

columnar::Stream Endless(std::atomic<int>& open, int fails_at) {
  ++open;
  auto guard = std::shared_ptr<void>(nullptr, [&open](void*) { --open; });
  auto batches = std::make_shared<int>(0);
  return columnar::MakeStream(MemoryConnector::fields(), [guard, batches, fails_at]() -> Result<columnar::Array> {
    if (++*batches == fails_at) return Error(ErrorCode::kData, "bad row");
    columnar::BatchBuilder builder(MemoryConnector::fields());
    for (int i = 0; i < 100; ++i) builder.column(0).AppendFixed<int64_t>(i);
    return builder.Finish();
  });
}

TEST(ReadTogether, WhoeverLeavesEarlyStopsTheReaders) {
  std::atomic<int> open{0};
  {
    auto stream =
        ReadTogether(MemoryConnector::fields(), 8, 4, 10'000, [&](int, std::stop_token) { return Endless(open, 0); }, {});
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(stream.Next());
    EXPECT_GT(open, 0);
    EXPECT_LE(open, 4);
  }
  EXPECT_EQ(open, 0);
}

TEST(ReadTogether, TheFirstFailureIsTheStreams) {
  std::atomic<int> open{0};
  auto stream = ReadTogether(MemoryConnector::fields(), 8, 4, 10'000,
                             [&](int partition, std::stop_token) { return Endless(open, partition == 2 ? 5 : 0); }, {});
  Result<columnar::Array> batch = stream.Next();
  while (batch) batch = stream.Next();
  EXPECT_EQ(batch.error().message(), "bad row");
  EXPECT_EQ(open, 0);
}

TEST(RunWorkers, StopsTheOthersAtTheFirstFailure) {
  std::atomic<int> started{0};
  auto status = RunWorkers(1000, 3, {}, [&](int i, std::stop_token) -> Status {
    ++started;
    if (i == 5) return Error(ErrorCode::kData, "bad");
    return {};
  });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message(), "bad");
  EXPECT_LT(started, 1000);
}

}  // namespace
}  // namespace dvt::run
