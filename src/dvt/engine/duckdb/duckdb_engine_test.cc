#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "dvt/base/fs/files.h"
#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/engine/api/engine.h"

namespace dvt::engine {
namespace {

using columnar::Array;
using columnar::BatchBuilder;
using columnar::DataType;
using columnar::Field;
using columnar::Fields;
using columnar::Stream;
using columnar::TypeKind;

Field MakeField(std::string name, DataType type) {
  Field field;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

std::unique_ptr<Engine> MakeEngine(std::string memory_limit = {}, int threads = 2) {
  ComputeConfig config;
  config.threads = threads;
  config.memory_limit = std::move(memory_limit);
  config.temp_directory = testing::TempDir() + "dvt_engine_test";
  auto engine = MakeDuckDbEngine(config);
  EXPECT_TRUE(engine) << engine.error().ToString();
  return std::move(engine).value();
}

using FillRow = std::function<void(BatchBuilder&, int64_t)>;

/// Rows [0, rows) dealt over the partitions, in batches of 10,000.
Input MakeInput(std::string name, Fields fields, int64_t rows, int partitions, FillRow fill) {
  Input input;
  input.name = std::move(name);
  input.fields = fields;
  input.partitions = partitions;
  input.parallel = 2;
  input.estimated_rows = rows;
  input.open = [=](int partition, std::stop_token) -> Result<Stream> {
    auto next = std::make_shared<int64_t>(rows * partition / partitions);
    const int64_t end = rows * (partition + 1) / partitions;
    auto builder = std::make_shared<BatchBuilder>(fields);
    return columnar::MakeStream(fields, [=]() -> Result<Array> {
      if (*next >= end) return Array();
      const int64_t stop = std::min(end, *next + 10'000);
      for (int64_t i = *next; i < stop; ++i) fill(*builder, i);
      *next = stop;
      return builder->Finish();
    });
  };
  return input;
}

Input Numbers(std::string name, int64_t rows, int partitions) {
  return MakeInput(std::move(name), {MakeField("k", TypeKind::kInt64), MakeField("v", TypeKind::kInt64)}, rows, partitions,
                   [](BatchBuilder& batch, int64_t i) {
                     batch.column(0).AppendFixed(i);
                     batch.column(1).AppendFixed(i * 2);
                   });
}

Input Orders(int64_t rows, int partitions) {
  return MakeInput("orders",
                   {MakeField("o_orderkey", TypeKind::kInt64), MakeField("o_custkey", TypeKind::kInt64),
                    MakeField("o_totalprice", DataType::Decimal(15, 2)), MakeField("o_orderpriority", DataType::String(15)),
                    MakeField("o_orderdate", TypeKind::kDate)},
                   rows, partitions, [](BatchBuilder& batch, int64_t i) {
                     batch.column(0).AppendFixed(i);
                     batch.column(1).AppendFixed(i * 7919 % 150'000);
                     batch.column(2).AppendDecimal(i * 31 % 10'000'000);
                     batch.column(3).AppendBytes(i % 5 == 0 ? "1-URGENT" : "4-NOT SPECIFIED");
                     batch.column(4).AppendFixed(static_cast<int32_t>(8000 + i % 2400));
                   });
}

Input Customers(int64_t rows) {
  return MakeInput("customer",
                   {MakeField("c_custkey", TypeKind::kInt64), MakeField("c_mktsegment", DataType::String(10)),
                    MakeField("c_name", DataType::String(25))},
                   rows, 4, [](BatchBuilder& batch, int64_t i) {
                     static constexpr const char* kSegments[] = {"BUILDING", "AUTOMOBILE", "MACHINERY"};
                     batch.column(0).AppendFixed(i);
                     batch.column(1).AppendBytes(kSegments[i % 3]);
                     batch.column(2).AppendBytes("Customer#" + std::to_string(100'000'000 + i));
                   });
}

struct Drained {
  Fields fields;
  int64_t rows = 0;
  int64_t batches = 0;
  std::vector<std::string> first;  // texts of the first row
};

Result<Drained> Drain(Result<Stream> stream) {
  if (!stream) return std::move(stream).error();
  Drained drained;
  DVT_ASSIGN(drained.fields, stream->GetFields());
  for (;;) {
    DVT_ASSIGN(Array batch, stream->Next());
    if (!batch.valid()) return drained;
    if (drained.rows == 0) {
      for (const auto& column : columnar::BatchColumns(batch.get(), drained.fields)) {
        std::string text;
        if (!column.IsNull(0)) columnar::AppendText(text, column, 0);
        drained.first.push_back(column.IsNull(0) ? "NULL" : text);
      }
    }
    drained.rows += batch.length();
    ++drained.batches;
  }
}

std::vector<Input> List(Input a) {
  std::vector<Input> inputs;
  inputs.push_back(std::move(a));
  return inputs;
}
std::vector<Input> List(Input a, Input b) {
  auto inputs = List(std::move(a));
  inputs.push_back(std::move(b));
  return inputs;
}

int OpenThreads() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
  return 0;
}

TEST(DuckDbEngine, JoinsPartitionedInputs) {
  auto engine = MakeEngine();
  auto drained = Drain(engine->Run("SELECT count(*) AS n, sum(a.v + b.v) AS s FROM one a JOIN two b ON a.k = b.k",
                                   List(Numbers("one", 100'000, 7), Numbers("two", 50'000, 3)), {}));
  ASSERT_TRUE(drained) << drained.error().ToString();
  EXPECT_EQ(drained->first, (std::vector<std::string>{"50000", "4999900000"}));
  EXPECT_EQ(drained->fields[1].type, DataType::Decimal(38, 0));
}

TEST(DuckDbEngine, CountNeedsNoColumn) {
  auto engine = MakeEngine();
  auto drained = Drain(engine->Run("SELECT count(*) FROM one", List(Numbers("one", 123'456, 5)), {}));
  ASSERT_TRUE(drained) << drained.error().ToString();
  EXPECT_EQ(drained->first[0], "123456");
}

TEST(DuckDbEngine, NamesOfAnyKind) {
  auto engine = MakeEngine();
  auto drained = Drain(engine->Run(R"(SELECT count(*) FROM "crm.or""ders; drop table x; --")",
                                   List(Numbers(R"(crm.or"ders; drop table x; --)", 10, 1)), {}));
  ASSERT_TRUE(drained) << drained.error().ToString();
  EXPECT_EQ(drained->first[0], "10");
}

// Partitions can be opened once only: an input that the query uses several times is copied.
TEST(DuckDbEngine, InputUsedSeveralTimes) {
  auto engine = MakeEngine();
  auto opened = std::make_shared<std::atomic<int>>(0);
  Input input = Numbers("one", 30'000, 3);
  input.open = [open = input.open, opened](int partition, std::stop_token stop) {
    ++*opened;
    return open(partition, stop);
  };
  auto drained =
      Drain(engine->Run("WITH a AS (SELECT k FROM one WHERE k % 2 = 0) SELECT count(*) FROM a x JOIN a y ON x.k = y.k "
                        "JOIN one z ON z.k = x.k WHERE z.k > (SELECT min(k) FROM one)",
                        List(std::move(input)), {}));
  ASSERT_TRUE(drained) << drained.error().ToString();
  EXPECT_EQ(drained->first[0], "14999");
  EXPECT_EQ(*opened, 3);
}

TEST(DuckDbEngine, InputOfARecursionIsReadInEachRound) {
  auto engine = MakeEngine();
  auto drained =
      Drain(engine->Run("WITH RECURSIVE r(k) AS (SELECT 0 UNION ALL SELECT o.k + 1 FROM r JOIN one o ON o.k = r.k WHERE r.k < 5) "
                        "SELECT count(*) FROM r",
                        List(Numbers("one", 100, 2)), {}));
  ASSERT_TRUE(drained) << drained.error().ToString();
  EXPECT_EQ(drained->first[0], "6");
}

TEST(DuckDbEngine, InputUsedOnceIsNeverCopied) {
  auto engine = MakeEngine();
  const std::string copies = "(SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'dvt copy%') AS copies";
  for (const std::string& sql : {
           "SELECT " + copies + ", count(*) FROM one",
           "WITH a AS (SELECT * FROM one WHERE k > 5) SELECT " + copies + ", count(*) FROM a",
           "WITH a AS (SELECT * FROM one), b AS (SELECT k FROM a) SELECT " + copies +
               ", count(*) FROM b WHERE k IN (SELECT k FROM two)",
           "SELECT " + copies + ", max(m) FROM (SELECT MAP {'k': k} AS m FROM one)",
           "SELECT " + copies + ", count(*) FROM two WHERE EXISTS (SELECT 1 FROM one WHERE one.k = two.v)",
           "SELECT " + copies +
               ", count(*) FROM (SELECT k, row_number() OVER (PARTITION BY v ORDER BY k) AS r FROM one) WHERE r = 1",
       }) {
    auto drained = Drain(engine->Run(sql, List(Numbers("one", 1000, 2), Numbers("two", 1000, 2)), {}));
    ASSERT_TRUE(drained) << sql << "\n" << drained.error().ToString();
    EXPECT_EQ(drained->first[0], "0") << sql;
  }
}

TEST(DuckDbEngine, UnusedInputIsNeverOpened) {
  auto engine = MakeEngine();
  Input unused = Numbers("unused", 10, 1);
  unused.open = [](int, std::stop_token) -> Result<Stream> {
    ADD_FAILURE() << "opened";
    return Error(ErrorCode::kInternal, "opened");
  };
  auto drained = Drain(engine->Run("SELECT count(*) FROM one", List(Numbers("one", 10, 1), std::move(unused)), {}));
  ASSERT_TRUE(drained) << drained.error().ToString();
}

TEST(DuckDbEngine, OrderByHolds) {
  auto engine = MakeEngine();
  auto stream = engine->Run("SELECT k FROM one ORDER BY k DESC", List(Numbers("one", 300'000, 8)), {});
  ASSERT_TRUE(stream) << stream.error().ToString();
  const Fields fields = stream->GetFields().value();
  int64_t expected = 299'999;
  for (;;) {
    auto batch = stream->Next();
    ASSERT_TRUE(batch) << batch.error().ToString();
    if (!batch->valid()) break;
    const auto column = columnar::BatchColumns(batch->get(), fields)[0];
    for (int64_t i = 0; i < column.length(); ++i) ASSERT_EQ(column.Integer(i), expected--);
  }
  EXPECT_EQ(expected, -1);
}

TEST(DuckDbEngine, DescribeOpensNothing) {
  auto engine = MakeEngine();
  Input input = Numbers("one", 10, 1);
  input.open = nullptr;
  auto fields = engine->Describe("SELECT k + 1 AS next, v::VARCHAR AS text, MAP {'a': k} AS m FROM one", List(std::move(input)));
  ASSERT_TRUE(fields) << fields.error().ToString();
  EXPECT_EQ((*fields)[0].type, DataType(TypeKind::kInt64));
  EXPECT_EQ((*fields)[1].type, DataType(TypeKind::kString));
  EXPECT_EQ((*fields)[2].type, DataType(TypeKind::kJson));
}

Fields EveryType() {
  return {MakeField("k", TypeKind::kInt64),
          MakeField("b", TypeKind::kBool),
          MakeField("u8", TypeKind::kUInt8),
          MakeField("u64", TypeKind::kUInt64),
          MakeField("f", TypeKind::kFloat32),
          MakeField("dec", DataType::Decimal(18, 4)),
          MakeField("free", DataType::Decimal(0, 0)),
          MakeField("s", DataType::String()),
          MakeField("bin", TypeKind::kBinary),
          MakeField("d", TypeKind::kDate),
          MakeField("t", TypeKind::kTime),
          MakeField("ts", TypeKind::kTimestamp),
          MakeField("tz", TypeKind::kTimestampTz),
          MakeField("iv", TypeKind::kInterval),
          MakeField("id", TypeKind::kUuid),
          MakeField("j", TypeKind::kJson),
          MakeField("l", DataType::List(TypeKind::kInt32)),
          MakeField("st", DataType::Struct({MakeField("x", TypeKind::kInt16), MakeField("y", DataType::String())}))};
}

void FillEveryType(BatchBuilder& batch, int64_t i) {
  batch.column(0).AppendFixed(i);
  if (i % 13 == 5) {
    for (int c = 1; c < batch.columns(); ++c) batch.column(c).AppendNull();
    return;
  }
  batch.column(1).AppendBool(i % 2 == 0);
  batch.column(2).AppendFixed(static_cast<uint8_t>(i));
  batch.column(3).AppendFixed(UINT64_MAX - static_cast<uint64_t>(i));
  batch.column(4).AppendFixed(static_cast<float>(i) / 4);
  batch.column(5).AppendDecimal(i * 98'765 - 1'000'000);
  batch.column(6).AppendDecimal(columnar::Int128{i} * 1'000'000'007'000'000'009);
  batch.column(7).AppendBytes(std::string(static_cast<size_t>(i % 40), 's') + "é" + std::to_string(i));
  batch.column(8).AppendBytes(std::string(static_cast<size_t>(i % 20), '\0'));
  batch.column(9).AppendFixed(static_cast<int32_t>(i - 20'000));
  batch.column(10).AppendFixed(i * 1'000'003 % 86'400'000'000);
  batch.column(11).AppendFixed(i * 1'234'567'891'011 - 1'000'000'000'000'000);
  batch.column(12).AppendFixed(-i * 7'654'321);
  batch.column(13).AppendInterval(static_cast<int32_t>(i), -1, i * 1000);
  uint8_t uuid[16];
  for (int k = 0; k < 16; ++k) uuid[k] = static_cast<uint8_t>(i * 3 + k);
  batch.column(14).AppendUuid(uuid);
  batch.column(15).AppendBytes("{\"n\": " + std::to_string(i) + "}");
  for (int64_t k = 0; k < i % 3; ++k) batch.column(16).child(0).AppendFixed(static_cast<int32_t>(k + i));
  batch.column(16).AppendNested();
  batch.column(17).child(0).AppendFixed(static_cast<int16_t>(i % 1000));
  batch.column(17).child(1).AppendBytes("a member's text " + std::to_string(i));
  batch.column(17).AppendNested();
}

// On either side of a join every value survives, whatever memory it was borrowed from.
TEST(DuckDbEngine, EveryTypeThroughAJoin) {
  constexpr int64_t kRows = 30'000;
  const Fields fields = EveryType();
  BatchBuilder all(fields);
  for (int64_t i = 0; i < kRows; ++i) FillEveryType(all, i);
  const Array expected = all.Finish();
  const auto expected_columns = columnar::BatchColumns(expected.get(), fields);
  auto engine = MakeEngine();
  for (const bool probe : {true, false}) {
    auto keys = Numbers("keys", probe ? 1'000 : 60'000, 3);
    auto stream = engine->Run("SELECT t.* FROM t JOIN keys ON t.k = keys.k",
                              List(MakeInput("t", fields, kRows, 5, FillEveryType), std::move(keys)), {});
    ASSERT_TRUE(stream) << stream.error().ToString();
    const Fields result = stream->GetFields().value();
    int64_t rows = 0;
    for (;;) {
      auto batch = stream->Next();
      ASSERT_TRUE(batch) << batch.error().ToString();
      if (!batch->valid()) break;
      const auto columns = columnar::BatchColumns(batch->get(), result);
      for (int64_t i = 0; i < batch->length(); ++i, ++rows) {
        const int64_t k = columns[0].Integer(i);
        for (size_t c = 0; c < columns.size(); ++c) {
          std::string want = "NULL", have = "NULL";
          if (!expected_columns[c].IsNull(k)) want.clear(), columnar::AppendText(want, expected_columns[c], k);
          if (!columns[c].IsNull(i)) have.clear(), columnar::AppendText(have, columns[c], i);
          ASSERT_EQ(have, want) << result[c].name << " of row " << k;
        }
      }
    }
    EXPECT_EQ(rows, probe ? 1'000 : kRows);
  }
}

TEST(DuckDbEngine, UnknownTableAndColumn) {
  auto engine = MakeEngine();
  EXPECT_EQ(Drain(engine->Run("SELECT * FROM two", List(Numbers("one", 10, 1)), {})).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(Drain(engine->Run("SELECT nope FROM one", List(Numbers("one", 10, 1)), {})).error().code(), ErrorCode::kNotFound);
}

TEST(DuckDbEngine, InputErrorComesBackUnchanged) {
  auto engine = MakeEngine();
  Input input = Numbers("one", 200'000, 4);
  input.open = [open = input.open](int partition, std::stop_token stop) -> Result<Stream> {
    if (partition < 2) return open(partition, stop);
    return columnar::MakeStream({MakeField("k", TypeKind::kInt64), MakeField("v", TypeKind::kInt64)}, []() -> Result<Array> {
      return Error(ErrorCode::kConnection, "the server closed the connection").WithVendorCode("08006");
    });
  };
  auto drained = Drain(engine->Run("SELECT v, count(*) FROM one GROUP BY v", List(std::move(input)), {}));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code(), ErrorCode::kConnection);
  EXPECT_EQ(drained.error().vendor_code(), "08006");
  EXPECT_EQ(drained.error().message(), "the server closed the connection");
}

/// An input whose partitions give one batch and then nothing until stopped.
Input Endless(std::string name) {
  Input input = Numbers(std::move(name), 20'000, 2);
  input.open = [open = input.open, fields = input.fields](int partition, std::stop_token stop) -> Result<Stream> {
    DVT_ASSIGN(Stream stream, open(partition, stop));
    auto shared = std::make_shared<Stream>(std::move(stream));
    return columnar::MakeStream(fields, [shared, stop]() -> Result<Array> {
      DVT_ASSIGN(Array batch, shared->Next());
      if (batch.valid()) return batch;
      while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return Error(ErrorCode::kCancelled, "cancelled");
    });
  };
  return input;
}

void ExpectCancelled(Engine& engine, const std::string& sql, std::vector<Input> inputs) {
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  auto drained = Drain(engine.Run(sql, std::move(inputs), stop.get_token()));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(took.count(), 1.3);
}

TEST(DuckDbEngine, CancelWhileWaitingForAnInput) {
  auto engine = MakeEngine();
  const int before = OpenThreads();
  ExpectCancelled(*engine, "SELECT count(*) FROM one a JOIN two b USING (k)", List(Endless("one"), Numbers("two", 1000, 1)));
  EXPECT_EQ(OpenThreads(), before);
}

TEST(DuckDbEngine, CancelWhileComputing) {
  auto engine = MakeEngine();
  const int before = OpenThreads();
  ExpectCancelled(*engine, "SELECT count(*) FROM one a, one b, one c WHERE a.k + b.k + c.k = 7", List(Numbers("one", 50'000, 2)));
  EXPECT_EQ(OpenThreads(), before);
}

TEST(DuckDbEngine, ResultDroppedEarly) {
  auto engine = MakeEngine();
  const int before = OpenThreads();
  {
    auto stream = engine->Run("SELECT * FROM one", List(Numbers("one", 5'000'000, 4)), {});
    ASSERT_TRUE(stream) << stream.error().ToString();
    ASSERT_TRUE(stream->Next());
  }
  { auto never_read = engine->Run("SELECT * FROM one", List(Endless("one")), {}); }
  EXPECT_EQ(OpenThreads(), before);
  auto limited = Drain(engine->Run("SELECT * FROM one LIMIT 3", List(Numbers("one", 5'000'000, 4)), {}));
  ASSERT_TRUE(limited) << limited.error().ToString();
  EXPECT_EQ(limited->rows, 3);
}

TEST(DuckDbEngine, ConcurrentRuns) {
  auto engine = MakeEngine();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      auto drained = Drain(engine->Run("SELECT count(*) FROM one JOIN two USING (k)",
                                       List(Numbers("one", 50'000 + t, 3), Numbers("two", 100'000, 2)), {}));
      ASSERT_TRUE(drained) << drained.error().ToString();
      EXPECT_EQ(drained->first[0], std::to_string(50'000 + t));
    });
  }
}

TEST(DuckDbEngine, OutOfMemoryNamesTheSetting) {
  auto engine = MakeEngine("30MB");
  auto drained = Drain(engine->Run("SELECT list(k), list(v) FROM one", List(Numbers("one", 5'000'000, 2)), {}));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code(), ErrorCode::kMemory);
  EXPECT_NE(drained.error().hint().find("memory_limit"), std::string::npos) << drained.error().ToString();
  EXPECT_NE(drained.error().hint().find("30MB"), std::string::npos);
}

TEST(DuckDbEngine, FullSpillFolderIsADiskError) {
  ComputeConfig config;
  config.threads = 2;
  config.memory_limit = "40MB";
  config.temp_directory = testing::TempDir() + "dvt_engine_full";
  // A really full disk needs a mount: DVT_SMALL_DISK may name a folder on one.
  if (const char* small_disk = std::getenv("DVT_SMALL_DISK"); small_disk != nullptr)
    config.temp_directory = std::string(small_disk) + "/dvt_engine_full";
  else
    config.settings.Set("max_temp_directory_size", "1MB");
  auto engine = MakeDuckDbEngine(config);
  ASSERT_TRUE(engine) << engine.error().ToString();
  auto drained = Drain((*engine)->Run("SELECT k, v, k::VARCHAR || ' some longer text to sort' AS t FROM one ORDER BY t DESC, v",
                                      List(Numbers("one", 2'000'000, 2)), {}));
  ASSERT_FALSE(drained);
  EXPECT_EQ(drained.error().code(), ErrorCode::kDisk) << drained.error().ToString();
  EXPECT_NE(drained.error().hint().find("dvt_engine_full"), std::string::npos) << drained.error().ToString();
}

TEST(DuckDbEngine, SpillFolderGoesWithTheEngine) {
  const std::string folder = testing::TempDir() + "dvt_engine_spill";
  ComputeConfig config;
  config.temp_directory = folder;
  const std::string dead = folder + "/dvt_spill_999999999_0";
  ASSERT_TRUE(MakeFolders(dead));
  { ASSERT_TRUE(MakeDuckDbEngine(config)); }
  EXPECT_FALSE(IsFolder(dead));
  EXPECT_EQ(std::system(("rmdir " + folder).c_str()), 0);
}

TEST(DuckDbEngine, UnknownSettingIsAConfigError) {
  ComputeConfig config;
  config.temp_directory = testing::TempDir() + "dvt_engine_test";
  config.settings.Set("no_such_setting", 1);
  auto engine = MakeDuckDbEngine(config);
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code(), ErrorCode::kConfig);
}

// Measured, printed, and held to loose bounds. DVT_ENGINE_ROWS scales it.
TEST(DuckDbEngine, RatesAndMemory) {
  const char* scale = std::getenv("DVT_ENGINE_ROWS");
  const int64_t rows = scale == nullptr ? 200'000 : std::atoll(scale);
  auto engine = MakeEngine();
  const auto measure = [&](const char* what, const std::string& sql, std::vector<Input> inputs) {
    rusage before = {}, after = {};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    auto drained = Drain(engine->Run(sql, std::move(inputs), {}));
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    getrusage(RUSAGE_SELF, &after);
    ASSERT_TRUE(drained) << drained.error().ToString();
    const auto seconds = [](const rusage& u) {
      return static_cast<double>(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
             static_cast<double>(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
    };
    std::printf("%-14s %9ld rows out in %5ld batches, %6.2f s wall, %6.2f s CPU, %.2f M input rows/s, peak %ld MB\n", what,
                static_cast<long>(drained->rows), static_cast<long>(drained->batches), wall.count(),
                seconds(after) - seconds(before), static_cast<double>(rows) / wall.count() / 1e6, after.ru_maxrss / 1024);
  };
  measure("read only",
          "SELECT count(o_orderpriority), sum(o_totalprice), max(o_orderdate), count(o_orderkey + o_custkey) FROM orders",
          List(Orders(rows, 8)));
  measure("pass through", "SELECT * FROM orders", List(Orders(rows, 8)));
  measure("join", "SELECT o.*, c.c_name FROM orders o JOIN customer c ON o.o_custkey = c.c_custkey",
          List(Orders(rows, 8), Customers(150'000)));
  measure(
      "join and sum",
      "SELECT c_mktsegment, o_orderpriority, sum(o_totalprice) FROM orders JOIN customer ON o_custkey = c_custkey GROUP BY 1, 2",
      List(Orders(rows, 8), Customers(150'000)));
}

}  // namespace
}  // namespace dvt::engine
