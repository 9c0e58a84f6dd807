// Writing to a real server: LOAD DATA and its fallback, exactness, errors, atomicity, cancelling.
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "fmt/format.h"

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/connectors/mysql/test_server.h"

namespace dvt::connectors::mysql {
namespace {

using columnar::BatchBuilder;
using columnar::DataType;
using columnar::Fields;
using columnar::TypeKind;
using Clock = std::chrono::steady_clock;

class MySqlWrite : public ServerTest {
 protected:
  static Result<int64_t> Load(Connector& connector, const std::string& table, BatchBuilder& batch) {
    SinkRequest request;
    request.relation = Named(table);
    request.fields = batch.fields();
    DVT_ASSIGN(auto sink, connector.OpenSink(request, {}));
    const columnar::Array array = batch.Finish();
    DVT_TRY(sink->Write(array.get(), {}));
    return sink->Commit({});
  }

  // Loads one value into a fresh one-column table and returns the outcome.
  template <class Fill>
  Result<int64_t> LoadOne(Connector& connector, const std::string& ddl, const DataType& type, const Fill& fill) {
    Run("CREATE OR REPLACE TABLE t_one (v " + ddl + ")");
    BatchBuilder batch(Fields{{"v", type, true, {}}});
    fill(batch.column(0));
    return Load(connector, "t_one", batch);
  }

  // Both ways of loading: by LOAD DATA, and by INSERT.
  std::vector<std::shared_ptr<Connector>> Ways() { return {connector_, Make({{"local_infile", false}})}; }
};

TEST_F(MySqlWrite, EveryTypeRoundTripsBothWays) {
  Run("CREATE OR REPLACE TABLE w_src (n int primary key, i8 tinyint, u8 tinyint unsigned, i64 bigint, u64 bigint unsigned, f "
      "float, "
      "d double, m decimal(15,2), m38 decimal(38,10), m65 decimal(65,30), b bit(1), bb bit(40), c char(5), v varchar(200), t "
      "longtext, "
      "bn binary(3), vb varbinary(300), bl longblob, dt date, dtm datetime(6), ts timestamp(3) null, tm time(6), y year, "
      "e enum('a','b,c'), s set('x','y'), j json, u uuid, g geometry, `o\"d``d \\\\ name` int) CHARACTER SET utf8mb4");
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += fmt::format("{:02x}", i);
  Run("INSERT INTO w_src VALUES (1, -128, 0, -9223372036854775808, 18446744073709551615, -1.5, 1.7976931348623157e308, "
      "-9999999999999.99, -9999999999999999999999999999.9999999999, "
      "-99999999999999999999999999999999999.999999999999999999999999999999, "
      "b'0', 1099511627775, 'ÄÖ€😀', 'tab\\tnl\\ncr\\rbs\\\\q\\'dq\"z\\Znul\\0N\\\\N', repeat('€', 100000), x'ff5c0a', x'" +
      all_bytes + "', x'" + all_bytes +
      "', '0001-01-01', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07.999', '23:59:59.999999', "
      "2155, 'b,c', 'x,y', '{\"a\": \"\\\\\\\\n\"}', 'ffffffff-ffff-ffff-ffff-fffffffffffe', ST_GeomFromText('POINT(1 2)'), 7), "
      "(2, 127, 255, 9223372036854775807, 0, 0.1, 5e-324, 0.05, 1, 0.5, b'1', 0, '', '', '', x'000000', x'', x'', '9999-12-31', "
      "'1000-01-01', '1970-01-01 00:00:01', '00:00:00', 1901, 'a', '', '[]', '00000000-0000-0000-0000-000000000000', "
      "ST_GeomFromText('LINESTRING(0 0,1 1)'), -7), "
      "(3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
      "NULL, "
      "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
  for (const auto& way : Ways()) {
    Run("CREATE OR REPLACE TABLE w_dst LIKE w_src");
    auto session = connector_->OpenSession({});
    ASSERT_TRUE(session.has_value());
    auto stream = (*session)->Query("SELECT * FROM w_src", {});
    ASSERT_TRUE(stream.has_value()) << stream.error().ToString();
    SinkRequest request;
    request.relation = Named("w_dst");
    request.fields = *stream->GetFields();
    auto sink = way->OpenSink(request, {});
    ASSERT_TRUE(sink.has_value()) << sink.error().ToString();
    for (;;) {
      auto batch = stream->Next();
      ASSERT_TRUE(batch.has_value()) << batch.error().ToString();
      if (!batch->valid()) break;
      auto status = (*sink)->Write(batch->get(), {});
      ASSERT_TRUE(status.has_value()) << status.error().ToString();
    }
    EXPECT_EQ(Rows("SELECT count(*) FROM w_dst")[0][0], "0");  // nothing visible before Commit
    auto rows = (*sink)->Commit({});
    ASSERT_TRUE(rows.has_value()) << rows.error().ToString();
    EXPECT_EQ(*rows, 3);
    const auto source = Rows("SELECT *, hex(vb), hex(v), hex(bb) FROM w_src ORDER BY n");
    const auto target = Rows("SELECT *, hex(vb), hex(v), hex(bb) FROM w_dst ORDER BY n");
    ASSERT_EQ(source.size(), target.size());
    for (size_t row = 0; row < source.size(); ++row) {
      for (size_t i = 0; i < source[row].size(); ++i)
        EXPECT_EQ(source[row][i], target[row][i]) << "row " << row << " column " << i;
    }
  }
}

TEST_F(MySqlWrite, NeutralTypesFindAHome) {
  ASSERT_TRUE(connector_->Test({}).has_value());
  const bool utf8 = Rows("SELECT @@character_set_database")[0][0] == "utf8mb4";
  struct {
    DataType type;
    const char* ddl;
    bool lossy;
  } cases[] = {
      {TypeKind::kBool, "tinyint(1)", false},
      {TypeKind::kUInt64, "bigint unsigned", false},
      {DataType::Decimal(15, 2), "decimal(15,2)", false},
      {DataType::Decimal(0, 0), "decimal(38,18)", true},
      {DataType::Decimal(76, 40), "varchar(128)", true},
      {DataType::String(), "longtext", false},
      {DataType::String(20), "varchar(20)", false},
      {DataType::String(5000), "text", true},
      {TypeKind::kTimestampTz, "datetime(6)", true},
      {TypeKind::kInterval, "varchar(64)", true},
      {TypeKind::kUuid, "uuid", false},
      {TypeKind::kJson, "json", false},
      {DataType::List(TypeKind::kInt32), "json", true},
  };
  for (const auto& c : cases) {
    std::string loss;
    auto name = connector_->TypeName(c.type, &loss);
    ASSERT_TRUE(name.has_value());
    const bool text = c.type.kind == TypeKind::kString;
    EXPECT_EQ(*name, std::string(c.ddl) + (text && !utf8 ? " character set utf8mb4" : ""));
    EXPECT_EQ(!loss.empty(), c.lossy) << c.ddl << ": " << loss;
  }
  Run("CREATE OR REPLACE TABLE w_home (b tinyint(1), l json, i varchar(64), iv time(6), u char(36), ub binary(16), tz "
      "datetime(6))");
  BatchBuilder batch(Fields{{"b", TypeKind::kBool},
                            {"l", DataType::List(TypeKind::kString)},
                            {"i", TypeKind::kInterval},
                            {"iv", TypeKind::kInterval},
                            {"u", TypeKind::kUuid},
                            {"ub", TypeKind::kUuid},
                            {"tz", TypeKind::kTimestampTz}});
  const uint8_t uuid[16] = {0x12, 0x34, 0, 0, 0x5c, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff};
  batch.column(0).AppendBool(true);
  batch.column(1).child(0).AppendBytes("a\"\t\\");
  batch.column(1).child(0).AppendNull();
  batch.column(1).AppendNested();
  batch.column(2).AppendInterval(14, 3, 1'500'000'000);
  batch.column(3).AppendInterval(0, -30, 0);
  batch.column(4).AppendUuid(uuid);
  batch.column(5).AppendUuid(uuid);
  batch.column(6).AppendFixed<int64_t>(-1);
  auto rows = Load(*connector_, "w_home", batch);
  ASSERT_TRUE(rows.has_value()) << rows.error().ToString();
  const auto got =
      Rows("SELECT b, json_extract(l, '$[0]') = 'a\"\\t\\\\', json_length(l), i, cast(iv as char), u, hex(ub), tz FROM w_home");
  const std::vector<std::string> want = {"1",
                                         "1",
                                         "2",
                                         "1 year 2 months 3 days 00:00:01.5",
                                         "-720:00:00.000000",
                                         "12340000-5c09-0000-0000-0000000000ff",
                                         "123400005C0900000000000000"
                                         "0000FF",
                                         "1969-12-31 23:59:59.999999"};
  EXPECT_EQ(got[0], want);
}

TEST_F(MySqlWrite, WhatDoesNotFitIsAnErrorAndStoresNothing) {
  for (const auto& way : Ways()) {
    auto expect = [&](const char* what, const Result<int64_t>& result, ErrorCode code = ErrorCode::kData) {
      ASSERT_FALSE(result.has_value()) << what;
      EXPECT_EQ(result.error().code(), code) << what << ": " << result.error().ToString();
      EXPECT_EQ(Rows("SELECT count(*) FROM t_one")[0][0], "0") << what;
    };
    expect("overflow", LoadOne(*way, "tinyint unsigned", TypeKind::kInt32, [](auto& c) { c.AppendFixed(int32_t{-1}); }));
    expect("int64", LoadOne(*way, "bigint", TypeKind::kUInt64, [](auto& c) { c.AppendFixed(uint64_t{1} << 63); }));
    expect("rounding", LoadOne(*way, "decimal(5,1)", DataType::Decimal(5, 2), [](auto& c) { c.AppendDecimal(125); }));
    expect("length", LoadOne(*way, "varchar(2)", DataType::String(), [](auto& c) { c.AppendBytes("abc"); }));
    expect("charset", LoadOne(*way, "varchar(9) character set latin1", DataType::String(), [](auto& c) { c.AppendBytes("€😀"); }));
    expect("not UTF-8", LoadOne(*way, "varchar(9)", DataType::String(), [](auto& c) { c.AppendBytes("\xff\xfe"); }));
    expect("fraction", LoadOne(*way, "datetime(3)", TypeKind::kTimestamp, [](auto& c) { c.AppendFixed(int64_t{1'000'001}); }));
    expect("year", LoadOne(*way, "date", TypeKind::kDate, [](auto& c) { c.AppendFixed(int32_t{2'932'897}); }));
    expect("NaN", LoadOne(*way, "double", TypeKind::kFloat64, [](auto& c) { c.AppendFixed(std::nan("")); }));
    expect("timestamp range",
           LoadOne(*way, "timestamp null", TypeKind::kTimestampTz, [](auto& c) { c.AppendFixed(int64_t{-1'000'000}); }));
    expect("enum", LoadOne(*way, "enum('a')", DataType::String(), [](auto& c) { c.AppendBytes("b"); }));
    expect("number text", LoadOne(*way, "int", DataType::String(), [](auto& c) { c.AppendBytes("12x"); }));
    expect("json", LoadOne(*way, "json", DataType::String(), [](auto& c) { c.AppendBytes("{"); }), ErrorCode::kConstraint);
    expect("not null", LoadOne(*way, "int not null", TypeKind::kInt32, [](auto& c) { c.AppendNull(); }), ErrorCode::kConstraint);
    expect("bytes", LoadOne(*way, "varchar(9)", TypeKind::kBinary, [](auto& c) { c.AppendBytes("a"); }), ErrorCode::kType);
    expect("duplicates",
           LoadOne(*way, "int primary key", TypeKind::kInt32,
                   [](auto& c) {
                     c.AppendFixed(int32_t{1});
                     c.AppendFixed(int32_t{1});
                   }),
           ErrorCode::kConstraint);
  }
}

TEST_F(MySqlWrite, ColumnsAreMatchedByName) {
  Run("CREATE OR REPLACE TABLE w_cols (a int default 5, b int, g int as (b + 1) stored)");
  BatchBuilder batch(Fields{{"B", TypeKind::kInt32}});
  batch.column(0).AppendFixed(int32_t{2});
  ASSERT_TRUE(Load(*connector_, "w_cols", batch).has_value());
  EXPECT_EQ(Rows("SELECT a, b, g FROM w_cols")[0], (std::vector<std::string>{"5", "2", "3"}));
  BatchBuilder unknown(Fields{{"bb", TypeKind::kInt32}});
  unknown.column(0).AppendNull();
  auto missing = Load(*connector_, "w_cols", unknown);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().hint().find("'b'"), std::string::npos);
  BatchBuilder generated(Fields{{"g", TypeKind::kInt32}});
  generated.column(0).AppendNull();
  auto refused = Load(*connector_, "w_cols", generated);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::kType);
  auto absent = Load(*connector_, "w_colz", batch);
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code(), ErrorCode::kNotFound);
}

// Many chunks and statements, by both ways, and by a server that forbids local files.
TEST_F(MySqlWrite, ManyRowsAndTheFallback) {
  auto fill = [](int rows) {
    BatchBuilder batch(Fields{{"id", TypeKind::kInt64}, {"s", DataType::String()}});
    for (int i = 0; i < rows; ++i) {
      batch.column(0).AppendFixed(int64_t{i});
      batch.column(1).AppendBytes("value number " + std::to_string(i) + " with some more text");
    }
    return batch;
  };
  auto check = [&](Connector& way) {
    Run("CREATE OR REPLACE TABLE w_many (id bigint primary key, s varchar(100))");
    BatchBuilder batch = fill(120'000);
    auto rows = Load(way, "w_many", batch);
    ASSERT_TRUE(rows.has_value()) << rows.error().ToString();
    EXPECT_EQ(Rows("SELECT count(*), sum(id), count(distinct s) FROM w_many")[0],
              (std::vector<std::string>{"120000", "7199940000", "120000"}));
  };
  for (const auto& way : Ways()) check(*way);
  Run("SET GLOBAL local_infile = 0");
  check(*connector_);
  Run("SET GLOBAL local_infile = 1");
}

TEST_F(MySqlWrite, SeveralSinksAtATime) {
  Run("CREATE OR REPLACE TABLE w_par (id bigint primary key)");
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([this, t] {
      BatchBuilder batch(Fields{{"id", TypeKind::kInt64}});
      for (int i = 0; i < 20'000; ++i) batch.column(0).AppendFixed(int64_t{i} * 3 + t);
      auto rows = Load(*connector_, "w_par", batch);
      EXPECT_TRUE(rows.has_value()) << rows.error().ToString();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Rows("SELECT count(*) FROM w_par")[0][0], "60000");
}

TEST_F(MySqlWrite, AbortAndFailureLeaveNothing) {
  Run("CREATE OR REPLACE TABLE w_abort (id bigint, s longtext)");
  for (const auto& way : Ways()) {
    SinkRequest request;
    request.relation = Named("w_abort");
    request.fields = {{"id", TypeKind::kInt64}, {"s", DataType::String()}};
    auto sink = way->OpenSink(request, {});
    ASSERT_TRUE(sink.has_value());
    const std::string wide(100'000, 'x');
    for (int round = 0; round < 3; ++round) {
      BatchBuilder batch(request.fields);
      for (int i = 0; i < 50; ++i) {
        batch.column(0).AppendFixed(int64_t{i});
        batch.column(1).AppendBytes(wide);
      }
      const columnar::Array array = batch.Finish();
      ASSERT_TRUE((*sink)->Write(array.get(), {}).has_value());
    }
    (*sink)->Abort();
    sink->reset();
    EXPECT_EQ(Rows("SELECT count(*) FROM w_abort")[0][0], "0");
  }
}

TEST_F(MySqlWrite, CancelWhileTheServerWaits) {
  Run("CREATE OR REPLACE TABLE w_wait (id bigint primary key)");
  auto blocker = connector_->OpenSession({});
  ASSERT_TRUE(blocker.has_value());
  ASSERT_TRUE((*blocker)->Execute("START TRANSACTION; INSERT INTO w_wait VALUES (1)", {}).has_value());
  for (const auto& way : Ways()) {
    SinkRequest request;
    request.relation = Named("w_wait");
    request.fields = {{"id", TypeKind::kInt64}};
    auto sink = way->OpenSink(request, {});
    ASSERT_TRUE(sink.has_value()) << sink.error().ToString();
    BatchBuilder batch(request.fields);
    batch.column(0).AppendFixed(int64_t{1});
    const columnar::Array array = batch.Finish();
    ASSERT_TRUE((*sink)->Write(array.get(), {}).has_value());
    std::stop_source source;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      source.request_stop();
    });
    const auto begin = Clock::now();
    auto committed = (*sink)->Commit(source.get_token());
    ASSERT_FALSE(committed.has_value());
    EXPECT_EQ(committed.error().code(), ErrorCode::kCancelled);
    EXPECT_LT(Clock::now() - begin, std::chrono::milliseconds(1200));
  }
}

}  // namespace
}  // namespace dvt::connectors::mysql
