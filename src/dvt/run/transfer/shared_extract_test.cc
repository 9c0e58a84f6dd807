#include "dvt/run/transfer/shared_extract.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <numeric>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/run/transfer/memory_connector.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {
namespace {

using testing::MemoryConnector;

plan::ScanReader Reader(const std::string& model, const std::string& where = "") {
  plan::ScanReader reader;
  reader.node_id = model;
  plan::ExtractFragment& extract = reader.extract;
  extract.connection = "source";
  extract.input_name = "t";
  extract.sources = {"t"};
  extract.relation = columnar::RelationName{"", "", "t"};
  extract.select_list = {"\"n\""};
  extract.fields = MemoryConnector::fields();
  extract.where = where;
  extract.estimated_rows = 4000;
  extract.relation_rows = 4000;
  extract.profile.dialect = sql::FindDialect("postgres");
  return reader;
}

/// A scan of MemoryConnector's 4000 numbers for some models.
class Shared : public ::testing::Test {
 protected:
  void Make(std::vector<plan::ScanReader> readers) {
    wanted = readers;
    auto scan = plan::CombineReaders(std::move(readers));
    ASSERT_TRUE(scan);
    extract = std::make_unique<SharedExtract>(std::move(*scan), memory);
  }

  Result<bool> Begin(const std::string& model) {
    ReadSupport support;
    support.moments = &moments;
    support.spill_folder = folder;
    support.message = [](Severity, const std::string&) {};
    const auto prepare = [&](SourceRead& read) -> Status {
      ++plans;
      read.connector = source;
      DVT_ASSIGN(read.scope, source->BeginRead({}));
      read.request.options.retry.base_seconds = 0.001;
      DVT_ASSIGN(read.read, source->PlanRead(read.request, read.scope, {}));
      if (read.request.select_list.size() > 1) read.read.fields.push_back({"dvt_marks", columnar::TypeKind::kInt64, true, {}});
      return {};
    };
    return extract->Begin(
        model, prepare, support, [] { return std::shared_ptr<void>(); }, run.get_token());
  }

  bool Wants(size_t reader) { return extract->Wants(wanted[reader].node_id, wanted[reader].extract); }

  // All values of a reader, in order, by its streams together.
  Result<std::vector<int64_t>> Read(const std::string& model, FlowCounter& flow, std::stop_token stop = {}) {
    const SourceRead read = extract->ReadOf(model, "t");
    const auto open = extract->OpenFor(model, "t", flow);
    std::mutex mutex;
    std::vector<int64_t> values;
    const auto one = [&](int index) -> Status {
      DVT_ASSIGN(auto stream, open(index, stop));
      for (;;) {
        DVT_ASSIGN(const auto batch, stream.Next());
        if (!batch.valid()) return {};
        const auto columns = columnar::BatchColumns(batch.get(), read.read.fields);
        std::lock_guard lock(mutex);
        for (int64_t i = 0; i < batch.length(); ++i) values.push_back(columns[0].Fixed<int64_t>(i));
      }
    };
    std::vector<std::future<Status>> streams;
    for (size_t i = 0; i < read.read.partitions.size(); ++i)
      streams.push_back(std::async(std::launch::async, one, static_cast<int>(i)));
    Status first;
    for (auto& each : streams) {
      if (auto status = each.get(); !status) first = std::move(status);
    }
    DVT_TRY(std::move(first));
    std::sort(values.begin(), values.end());
    return values;
  }
  Result<std::vector<int64_t>> Read(const std::string& model) {
    FlowCounter flow;
    return Read(model, flow);
  }

  static std::vector<int64_t> Numbers(const std::function<bool(int64_t)>& keep) {
    std::vector<int64_t> values;
    for (int64_t i = 0; i < 4000; ++i) {
      if (keep(i)) values.push_back(i);
    }
    return values;
  }

  std::shared_ptr<MemoryConnector> source = std::make_shared<MemoryConnector>("source");
  SourceMoments moments;
  SharedMemory memory;
  std::string folder = std::filesystem::path(::testing::TempDir()) / "shared rows";
  std::stop_source run;
  std::vector<plan::ScanReader> wanted;
  int plans = 0;
  std::unique_ptr<SharedExtract> extract;
};

TEST_F(Shared, EveryReaderGetsItsRowsOfOneScan) {
  source->mark = [](int64_t n) { return (n % 2 == 0 ? 1 : 0) + (n % 3 == 0 ? 2 : 0); };
  Make({Reader("a", "n % 2 = 0"), Reader("b"), Reader("c", "n % 3 = 0"), Reader("d", "n % 2 = 0")});
  for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(Wants(i));
  for (const char* model : {"a", "b", "c", "d"}) EXPECT_TRUE(Begin(model).value());
  EXPECT_EQ(plans, 1);
  FlowCounter flow;
  const auto even = Numbers([](int64_t n) { return n % 2 == 0; });
  EXPECT_EQ(Read("a", flow).value(), even);
  EXPECT_EQ(flow.rows, 2000);
  EXPECT_TRUE(flow.first_nanos > 0);
  EXPECT_EQ(Read("c").value(), Numbers([](int64_t n) { return n % 3 == 0; }));
  EXPECT_EQ(Read("b").value(), Numbers([](int64_t) { return true; }));
  EXPECT_EQ(Read("d").value(), even);
  EXPECT_EQ(source->opened, 4);  // each partition once
  std::string begun_by;
  const auto stats = extract->Stats(&begun_by);
  EXPECT_EQ(begun_by, "a");
  EXPECT_EQ(stats->rows, 4000);
  EXPECT_EQ(stats->shared_by, (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_F(Shared, WhatMemoryDoesNotHoldIsSpilledAndLeavesNoFile) {
  memory.most = 10'000;  // of 32,000 bytes
  std::filesystem::create_directories(folder);
  Make({Reader("a"), Reader("b")});
  ASSERT_TRUE(Begin("a").value());
  EXPECT_EQ(Read("b").value(), Numbers([](int64_t) { return true; }));
  EXPECT_LE(memory.used, memory.most);
  EXPECT_GT(memory.used, 0);
  EXPECT_EQ(Read("a").value(), Numbers([](int64_t) { return true; }));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  extract->Leave("a");
  EXPECT_GT(memory.used, 0);
  extract->Leave("b");
  EXPECT_EQ(memory.used, 0);
  EXPECT_FALSE(Wants(0));
}

TEST_F(Shared, TheScanGoesOnWhenItsModelFails) {
  source->repeatable = false;
  source->read_failures = 2;  // and these are mended
  Make({Reader("a"), Reader("b"), Reader("c")});
  ASSERT_TRUE(Begin("a").value());
  extract->Leave("a");
  EXPECT_TRUE(Wants(1));
  EXPECT_EQ(Read("b").value().size(), 4000u);
  extract->Leave("b");
  EXPECT_EQ(Read("c").value().size(), 4000u);
}

TEST_F(Shared, ALostMomentSendsAllReadersToTheirOwnReads) {
  source->lost_moments = 1;
  Make({Reader("a"), Reader("b")});
  ASSERT_TRUE(Begin("a").value());
  EXPECT_EQ(Read("a").error().code(), ErrorCode::kStartOver);
  EXPECT_FALSE(Wants(0));
  EXPECT_FALSE(Wants(1));
  EXPECT_FALSE(Begin("b").value());
}

TEST_F(Shared, AFullDiskSendsAllReadersToTheirOwnReads) {
  memory.most = 0;
  folder = "/proc/nowhere";
  Make({Reader("a"), Reader("b")});
  ASSERT_TRUE(Begin("a").value());
  const auto read = Read("b");
  EXPECT_EQ(read.error().code(), ErrorCode::kStartOver);
  EXPECT_NE(read.error().message().find("each model reads them by itself"), std::string::npos) << read.error().message();
  EXPECT_FALSE(Wants(0));
}

TEST_F(Shared, TheLastReaderToLeaveStopsTheScan) {
  source->rows_per_partition = int64_t{1} << 60;
  memory.most = int64_t{1} << 60;
  Make({Reader("a"), Reader("b")});
  ASSERT_TRUE(Begin("a").value());
  extract->Leave("b");
  extract->Leave("a");  // returns, though the scan would go on for ever
  EXPECT_EQ(memory.used, 0);
}

TEST_F(Shared, TheRunsStopReachesScanAndReaders) {
  source->rows_per_partition = int64_t{1} << 60;
  memory.most = int64_t{1} << 60;
  Make({Reader("a"), Reader("b")});
  ASSERT_TRUE(Begin("a").value());
  auto read = std::async(std::launch::async, [&] { return Read("a"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  run.request_stop();
  EXPECT_EQ(read.get().error().code(), ErrorCode::kCancelled);
}

TEST_F(Shared, AReaderThatWaitsIsCancelled) {
  source->rows_per_partition = int64_t{1} << 60;
  memory.most = int64_t{1} << 60;
  source->mark = [](int64_t) { return 2; };
  Make({Reader("a", "n = 1"), Reader("b", "n = 2"), Reader("c")});
  ASSERT_TRUE(Begin("a").value());
  std::stop_source stop;
  FlowCounter flow;
  auto read = std::async(std::launch::async, [&] { return Read("a", flow, stop.get_token()); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  stop.request_stop();
  EXPECT_EQ(read.get().error().code(), ErrorCode::kCancelled);
}

TEST_F(Shared, WhoWantsSomethingElseReadsByItself) {
  Make({Reader("a"), Reader("b"), Reader("c")});
  wanted[1].extract.where = "n > 5";
  EXPECT_FALSE(Wants(1));
  EXPECT_TRUE(Wants(0));
  extract->Leave("c");
  EXPECT_FALSE(Wants(0));  // nobody is left to share with
  EXPECT_FALSE(Begin("a").value());
}

TEST_F(Shared, ReadersThatCameLateAreNotWaitedFor) {
  Make({Reader("a"), Reader("b")});
  EXPECT_TRUE(Wants(0));
  extract->Leave("b");
  EXPECT_FALSE(Begin("a").value());
  std::string begun_by;
  EXPECT_FALSE(extract->Stats(&begun_by));
}

}  // namespace
}  // namespace dvt::run
