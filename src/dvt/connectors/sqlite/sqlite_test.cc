#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/sqlite/connector.h"

namespace dvt::connectors {
namespace {

using columnar::Array;
using columnar::BatchBuilder;
using columnar::DataType;
using columnar::Field;
using columnar::Fields;
using columnar::Stream;
using columnar::TypeKind;

using Row = std::vector<std::string>;

class SqliteConnectorTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "dvt sqlite's test " + std::to_string(getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Result<std::shared_ptr<Connector>> Try(std::string_view yaml) {
    ConnectionConfig config;
    config.name = "crm";
    config.type = "sqlite";
    config.file = "profiles.yml";
    config.base_folder = folder_;
    config.settings = ParseYaml(yaml).value();
    return MakeSqliteConnector(config);
  }
  std::shared_ptr<Connector> Make(std::string_view yaml = "path: crm.db") {
    auto made = Try(yaml);
    EXPECT_TRUE(made) << made.error().ToString();
    return std::move(made).value();
  }

  std::string folder_;
};

Field MakeField(std::string name, DataType type) {
  Field field;
  field.name = std::move(name);
  field.type = std::move(type);
  return field;
}

void Execute(Connector& connector, const std::string& sql) {
  auto session = connector.OpenSession({});
  ASSERT_TRUE(session) << session.error().ToString();
  auto done = (*session)->Execute(sql, {});
  ASSERT_TRUE(done) << done.error().ToString();
}

Result<std::vector<Row>> Texts(Result<Stream> stream) {
  if (!stream) return std::move(stream).error();
  std::vector<Row> rows;
  DVT_ASSIGN(Fields fields, stream->GetFields());
  for (;;) {
    DVT_ASSIGN(Array batch, stream->Next());
    if (!batch.valid()) return rows;
    const auto columns = columnar::BatchColumns(batch.get(), fields);
    for (int64_t i = 0; i < batch.length(); ++i) {
      Row& row = rows.emplace_back();
      for (const auto& column : columns) {
        std::string text = "NULL";
        if (!column.IsNull(i)) text.clear(), columnar::AppendText(text, column, i);
        row.push_back(text);
      }
    }
  }
}

Result<std::vector<Row>> Query(Connector& connector, const std::string& sql) {
  DVT_ASSIGN(auto session, connector.OpenSession({}));
  return Texts(session->Query(sql, {}));
}

/// Reads a whole relation by its plan, partition after partition.
Result<std::vector<Row>> ReadAll(Connector& connector, ReadRequest request, ReadPlan* plan_out = nullptr) {
  DVT_ASSIGN(auto scope, connector.BeginRead({}));
  DVT_ASSIGN(ReadPlan plan, connector.PlanRead(request, scope, {}));
  std::vector<Row> all;
  for (size_t i = 0; i < plan.partitions.size(); ++i) {
    DVT_ASSIGN(auto rows, Texts(connector.Open(plan, static_cast<int>(i), scope, {})));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  if (plan_out != nullptr) *plan_out = plan;
  return all;
}

ReadRequest Whole(std::string name) {
  ReadRequest request;
  request.relation = columnar::RelationName{"", "", std::move(name)};
  return request;
}

TEST_F(SqliteConnectorTest, ValuesOfDeclaredTypes) {
  auto connector = Make();
  Execute(*connector,
          "CREATE TABLE t (i INTEGER, r REAL, d DECIMAL(10,2), s TEXT, b BLOB, dt DATE, ts DATETIME, tz TIMESTAMP WITH TIME "
          "ZONE, tm TIME, "
          "ok BOOLEAN, j JSON, u UUID, n NUMERIC);"
          "INSERT INTO t VALUES (9223372036854775807, 1.5, 0.1 + 0.2, 'é', x'00ff', '2024-02-29', '2024-02-29T13:04:05.5', "
          "'2024-02-29 13:04:05+02:00', '13:04', 'true', '{\"a\": 1}', '12345678-9ABC-def0-1234-56789abcdef0', 1.0 / 3);"
          "INSERT INTO t VALUES ('12', 3, '7.25', 5, 'text', 1709164800, 1709211845, 2460370.25, 3600, 0, 5, "
          "x'000102030405060708090a0b0c0d0e0f', "
          "123456789012345);"
          "INSERT INTO t DEFAULT VALUES;");
  auto rows = ReadAll(*connector, Whole("t"));
  ASSERT_TRUE(rows) << rows.error().ToString();
  EXPECT_EQ((*rows)[0],
            (Row{"9223372036854775807", "1.5", "0.30", "é", "\\x00ff", "2024-02-29", "2024-02-29 13:04:05.5", (*rows)[0][7],
                 "13:04:00", "true", "{\"a\": 1}", "12345678-9abc-def0-1234-56789abcdef0", "0.333333333333333300"}));
  EXPECT_NE((*rows)[0][7].find("11:04:05"), std::string::npos);
  EXPECT_EQ((*rows)[1][0], "12");
  EXPECT_EQ((*rows)[1][2], "7.25");
  EXPECT_EQ((*rows)[1][3], "5");
  EXPECT_EQ((*rows)[1][5], "2024-02-29");
  EXPECT_EQ((*rows)[1][6], "2024-02-29 13:04:05");
  EXPECT_NE((*rows)[1][7].find("2024-02-29 18:00:00"), std::string::npos) << (*rows)[1][7];
  EXPECT_EQ((*rows)[1][8], "01:00:00");
  EXPECT_EQ((*rows)[1][9], "false");
  EXPECT_EQ((*rows)[1][12], "123456789012345.000000000000000000");
  EXPECT_EQ((*rows)[2], Row(13, "NULL"));
}

TEST_F(SqliteConnectorTest, MisfitNamesColumnAndRowid) {
  auto connector = Make();
  const std::pair<const char*, const char*> cases[] = {{"INTEGER", "'many'"},
                                                       {"INTEGER", "1.5"},
                                                       {"REAL", "'x'"},
                                                       {"DECIMAL(4,2)", "123.45"},
                                                       {"DECIMAL(4,2)", "1.234"},
                                                       {"DATE", "'29.02.2024'"},
                                                       {"DATE", "'2024-02-30'"},
                                                       {"DATETIME", "'soon'"},
                                                       {"DATE", "'2024-02-29 10:00:00'"},
                                                       {"BOOLEAN", "2"},
                                                       {"TEXT", "CAST(x'ff' AS TEXT)"},
                                                       {"UUID", "'1234'"}};
  int n = 0;
  for (const auto& [type, value] : cases) {
    const std::string table = "t" + std::to_string(n++);
    Execute(*connector, "CREATE TABLE " + table + " (id INTEGER PRIMARY KEY, amount " + type + "); INSERT INTO " + table +
                            " VALUES (1, NULL), (4711, " + value + ")");
    auto rows = ReadAll(*connector, Whole(table));
    ASSERT_FALSE(rows) << type << " " << value;
    EXPECT_EQ(rows.error().code(), ErrorCode::kData);
    EXPECT_NE(rows.error().message().find("amount"), std::string::npos);
    EXPECT_NE(rows.error().message().find("4711"), std::string::npos) << rows.error().message();
  }
}

TEST_F(SqliteConnectorTest, ExpressionsAreTypedByTheirValues) {
  auto connector = Make();
  Execute(*connector, "CREATE TABLE t (x INTEGER, y DECIMAL(5,1), z); INSERT INTO t VALUES (1, 2.5, 'a'), (3, 4.5, 'b')");
  auto fields = connector->DescribeQuery(
      "SELECT x, sum(x) AS s, avg(x) AS a, max(y) AS m, count(*) AS n, z, NULL AS e, x || 'a' AS t FROM t", {});
  ASSERT_TRUE(fields) << fields.error().ToString();
  const DataType expected[] = {TypeKind::kInt64, TypeKind::kInt64,   TypeKind::kFloat64, TypeKind::kFloat64,
                               TypeKind::kInt64, DataType::String(), DataType::String(), DataType::String()};
  for (size_t i = 0; i < fields->size(); ++i) EXPECT_EQ((*fields)[i].type, expected[i]) << (*fields)[i].name;
  EXPECT_EQ(Query(*connector, "SELECT sum(x), z FROM t GROUP BY z ORDER BY z").value(),
            (std::vector<Row>{{"1", "a"}, {"3", "b"}}));
}

TEST_F(SqliteConnectorTest, Catalog) {
  auto connector = Make();
  EXPECT_TRUE(connector->ListRelations("main", {})->empty());
  Execute(*connector,
          "CREATE TABLE \"Order \"\"x\"\"\" (id INTEGER PRIMARY KEY, price DECIMAL(15,2) NOT NULL, note TEXT UNIQUE); "
          "CREATE INDEX by_price ON \"Order \"\"x\"\"\" (price, note); CREATE VIEW v AS SELECT id, price * 2 AS twice FROM "
          "\"Order \"\"x\"\"\"; "
          "CREATE TABLE pair (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID; "
          "INSERT INTO \"Order \"\"x\"\"\" VALUES (10, 1.5, 'a'), (19, 2.5, 'b');");
  auto relations = connector->ListRelations("", {}).value();
  ASSERT_EQ(relations.size(), 3u);
  EXPECT_EQ(relations[2].kind, columnar::RelationKind::kView);
  auto table = connector->Describe({"", "", "ORDER \"X\""}, {});
  ASSERT_TRUE(table) << table.error().ToString();
  EXPECT_EQ(table->name.name, "Order \"x\"");
  EXPECT_EQ(table->estimated_rows, 10);
  EXPECT_FALSE(table->columns[0].nullable);
  EXPECT_FALSE(table->columns[1].nullable);
  EXPECT_EQ(table->columns[1].native_type, "DECIMAL(15,2)");
  ASSERT_EQ(table->indexes.size(), 3u);
  EXPECT_TRUE(table->indexes[0].primary);
  EXPECT_EQ(table->indexes[1].columns, (std::vector<std::string>{"price", "note"}));
  EXPECT_TRUE(table->indexes[2].unique);
  Execute(*connector, "ANALYZE");
  EXPECT_EQ(connector->Describe({"", "", "Order \"x\""}, {})->estimated_rows, 2);
  EXPECT_EQ(connector->Describe({"", "", "v"}, {})->columns[1].type, DataType(TypeKind::kFloat64));
  EXPECT_TRUE(connector->Describe({"", "", "pair"}, {})->indexes[0].primary);
  auto missing = connector->Describe({"", "", "pairs"}, {});
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().hint().find("pair"), std::string::npos);
  EXPECT_EQ(ReadAll(*connector, Whole("pair"))->size(), 0u);
  EXPECT_EQ(ReadAll(*connector, Whole("v"))->size(), 2u);
}

TEST_F(SqliteConnectorTest, SchemasAreFiles) {
  std::filesystem::create_directories(folder_ + "/all");
  auto connector = Make("schemas_and_paths: {main: crm.db, mart: mart.db}\nschema: mart\nschema_directory: all\ndatabase: db");
  EXPECT_EQ(connector->default_schema(), "mart");
  EXPECT_EQ(connector->QuoteRelation({"db", "mart", "t"}), "\"mart\".\"t\"");
  Execute(*connector, "CREATE TABLE mart.t (x INTEGER); INSERT INTO t VALUES (1); CREATE TABLE main.u (y TEXT)");
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/mart.db"));
  EXPECT_EQ(connector->ListSchemas({}).value(), (std::vector<std::string>{"main", "mart"}));
  EXPECT_EQ(ReadAll(*connector, Whole("t")).value(), (std::vector<Row>{{"1"}}));
  EXPECT_EQ(Try("path: x.db\nschema: prod").error().place().line, 2);
  EXPECT_EQ(Try("schema: main").error().code(), ErrorCode::kConfig);
  EXPECT_EQ(Try("path: ':memory:'").error().code(), ErrorCode::kConfig);
}

TEST_F(SqliteConnectorTest, PartitionsHaveEveryRowOnceAtOneMoment) {
  for (const char* journal : {"WAL", "DELETE"}) {
    std::filesystem::remove(folder_ + "/crm.db");
    auto connector = Make("{path: crm.db, timeout: 0.3}");
    Execute(
        *connector,
        std::string("PRAGMA journal_mode = ") + journal +
            "; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT -5 UNION ALL SELECT i + 3 FROM n "
            "LIMIT 400000) INSERT INTO t SELECT i, 'v' || i FROM n; ANALYZE");
    ReadRequest request = Whole("t");
    request.alias = "x";
    request.select_list = {"x.v", "x.id AS id"};
    request.where = "x.id % 2 = 0 OR x.id < 10";
    request.options.rows_per_partition = 50'000;
    auto scope = connector->BeginRead({}).value();
    auto plan = connector->PlanRead(request, scope, {});
    ASSERT_TRUE(plan) << plan.error().ToString();
    EXPECT_EQ(plan->partitions.size(), 8u);
    auto first = connector->Open(*plan, 0, scope, {}).value();
    ASSERT_TRUE(first.Next());
    // Another writer commits (WAL) or is held off (rollback journal) while partitions are still to be read.
    auto writer = connector->OpenSession({}).value();
    const bool wrote = writer->Execute("DELETE FROM t WHERE id > 1000000", {}).has_value();
    EXPECT_EQ(wrote, std::string(journal) == "WAL");
    first.Reset();
    size_t rows = 0;
    for (int i = 0; i < 8; ++i) {
      auto part = Texts(connector->Open(*plan, i, scope, {}));
      ASSERT_TRUE(part) << part.error().ToString();
      ASSERT_FALSE(part->empty());
      EXPECT_EQ(part->front().size(), 2u);
      rows += part->size();
    }
    EXPECT_EQ(rows, 200'000u + 3u) << journal;
    EXPECT_EQ(scope->Describe(), "one moment of the file");
    EXPECT_TRUE(writer->Execute("DELETE FROM t", {})) << "readers still hold the file";
  }
}

Fields AllFields() {
  return {MakeField("b", TypeKind::kBool),    MakeField("i", TypeKind::kInt32),      MakeField("d", DataType::Decimal(15, 2)),
          MakeField("f", TypeKind::kFloat64), MakeField("s", DataType::String()),    MakeField("x", TypeKind::kBinary),
          MakeField("dt", TypeKind::kDate),   MakeField("ts", TypeKind::kTimestamp), MakeField("tz", TypeKind::kTimestampTz),
          MakeField("tm", TypeKind::kTime),   MakeField("u", TypeKind::kUuid),       MakeField("j", TypeKind::kJson)};
}

TEST_F(SqliteConnectorTest, SinkKeepsValuesExactly) {
  auto connector = Make();
  std::string columns;
  for (const Field& field : AllFields())
    columns +=
        (columns.empty() ? "" : ", ") + connector->Quote(field.name) + " " + connector->TypeName(field.type, nullptr).value();
  Execute(*connector, "CREATE TABLE t (" + columns + ")");
  SinkRequest request;
  request.relation = {"", "", "T"};
  request.fields = AllFields();
  auto sink = connector->OpenSink(request, {});
  ASSERT_TRUE(sink) << sink.error().ToString();
  BatchBuilder builder(request.fields);
  for (int64_t i = 0; i < 3000; ++i) {
    if (i % 7 == 0) {
      for (int c = 0; c < builder.columns(); ++c) builder.column(c).AppendNull();
      continue;
    }
    builder.column(0).AppendBool(i % 2 == 0);
    builder.column(1).AppendFixed(static_cast<int32_t>(i - 1500));
    builder.column(2).AppendDecimal((i - 1500) * 333'333'333'3);
    builder.column(3).AppendFixed(static_cast<double>(i) / 7);
    builder.column(4).AppendBytes(i % 5 == 0 ? "" : "text " + std::to_string(i));
    builder.column(5).AppendBytes(std::string(static_cast<size_t>(i % 3), '\0'));
    builder.column(6).AppendFixed(static_cast<int32_t>(i * 10));
    builder.column(7).AppendFixed(i * 1'234'567'891);
    builder.column(8).AppendFixed(-i * 1'234'567'891);
    builder.column(9).AppendFixed(i * 1'000'001);
    uint8_t uuid[16];
    for (int k = 0; k < 16; ++k) uuid[k] = static_cast<uint8_t>(i + k);
    builder.column(10).AppendUuid(uuid);
    builder.column(11).AppendBytes("1.0");
  }
  const Array batch = builder.Finish();
  ASSERT_TRUE((*sink)->Write(batch.get(), {}));
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t").value()[0][0], "0");
  EXPECT_EQ((*sink)->Commit({}).value(), 3000);
  ReadPlan plan;
  auto rows = ReadAll(*connector, Whole("t"), &plan);
  ASSERT_TRUE(rows) << rows.error().ToString();
  ASSERT_EQ(rows->size(), 3000u);
  const auto views = columnar::BatchColumns(batch.get(), request.fields);
  for (int64_t i = 0; i < 3000; ++i) {
    for (size_t c = 0; c < views.size(); ++c) {
      std::string text = "NULL";
      if (!views[c].IsNull(i)) text.clear(), columnar::AppendText(text, views[c], i);
      ASSERT_EQ((*rows)[static_cast<size_t>(i)][c], text) << request.fields[c].name << " row " << i;
    }
  }
}

TEST_F(SqliteConnectorTest, SinkAbortsAndRefuses) {
  auto connector = Make();
  Execute(*connector, "CREATE TABLE t (a INTEGER NOT NULL UNIQUE)");
  SinkRequest request;
  request.relation = {"", "", "t"};
  request.fields = {MakeField("a", TypeKind::kUInt64)};
  const auto write = [&](std::optional<uint64_t> value) -> ErrorCode {
    auto sink = connector->OpenSink(request, {}).value();
    BatchBuilder builder(request.fields);
    builder.column(0).AppendFixed(uint64_t{1});
    if (value)
      builder.column(0).AppendFixed(*value);
    else
      builder.column(0).AppendNull();
    const Array batch = builder.Finish();
    auto written = sink->Write(batch.get(), {});
    return written ? ErrorCode::kInternal : written.error().code();
  };
  EXPECT_EQ(write(1), ErrorCode::kConstraint);
  EXPECT_EQ(write(std::nullopt), ErrorCode::kConstraint);
  EXPECT_EQ(write(UINT64_MAX), ErrorCode::kData);
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t").value()[0][0], "0");
  request.fields[0].name = "b";
  EXPECT_EQ(connector->OpenSink(request, {}).error().code(), ErrorCode::kNotFound);
}

// A sink waits for another sink of this process however long it takes, but not without limit for a reader.
TEST_F(SqliteConnectorTest, SinksQueueUp) {
  auto connector = Make("{path: crm.db, timeout: 0.1}");
  Execute(*connector, "CREATE TABLE t (a INTEGER)");
  SinkRequest request;
  request.relation = {"", "", "t"};
  request.fields = {MakeField("a", TypeKind::kInt64)};
  BatchBuilder builder(request.fields);
  builder.column(0).AppendFixed(int64_t{1});
  const Array batch = builder.Finish();
  auto first = connector->OpenSink(request, {}).value();
  std::jthread second([&] {
    auto sink = connector->OpenSink(request, {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    EXPECT_TRUE((*sink)->Write(batch.get(), {}));
    EXPECT_TRUE((*sink)->Commit({}));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  ASSERT_TRUE(first->Write(batch.get(), {}));
  ASSERT_TRUE(first->Commit({}));
  second.join();
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t").value()[0][0], "2");
  auto reader = connector->OpenSession({}).value();
  ASSERT_TRUE(reader->Execute("BEGIN; SELECT * FROM t", {}));
  auto blocked = connector->OpenSink(request, {}).value();
  ASSERT_TRUE(blocked->Write(batch.get(), {}));
  EXPECT_EQ(blocked->Commit({}).error().code(), ErrorCode::kTimeout);
}

TEST_F(SqliteConnectorTest, TransactionalDdlAndRowCounts) {
  auto connector = Make();
  auto session = connector->OpenSession({}).value();
  EXPECT_EQ(
      session->Execute("-- first\nCREATE TABLE t (x); /* a */ INSERT INTO t VALUES (1), (2), (3); -- end", {})->rows_affected, 3);
  ASSERT_TRUE(session->Begin());
  EXPECT_EQ(session->Execute("DELETE FROM t WHERE x > 1", {})->rows_affected, 2);
  EXPECT_EQ(session->Execute("ALTER TABLE t RENAME TO u", {})->rows_affected, -1);
  EXPECT_TRUE(session->in_transaction());
  ASSERT_TRUE(session->Rollback());
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t").value()[0][0], "3");
  EXPECT_EQ(session->Execute("SELEC", {}).error().code(), ErrorCode::kSyntax);
  EXPECT_EQ(session->Execute("SELECT * FROM absent", {}).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(session->Execute("CREATE TABLE t (x)", {}).error().code(), ErrorCode::kAlreadyExists);
}

TEST_F(SqliteConnectorTest, ErrorsSayWhatToDo) {
  EXPECT_NE(Make("path: no/such/folder/x.db")->Test({}).error().hint().find("mkdir -p"), std::string::npos);
  EXPECT_NE(Make("path: no/such/folder/x.db")->OpenSession({}).error().hint().find("mkdir -p"), std::string::npos);
  EXPECT_EQ(Make("path: absent.db")->Describe({"", "", "t"}, {}).error().code(), ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/absent.db"));
  std::ofstream(folder_ + "/text.db") << std::string(5000, 'x');
  EXPECT_NE(Make("path: text.db")->Test({}).error().hint().find("another kind of file"), std::string::npos);
  Execute(*Make(), "CREATE TABLE t (x)");
  auto read_only = Make("{path: crm.db, read_only: true}");
  EXPECT_EQ(read_only->OpenSession({}).value()->Execute("INSERT INTO t VALUES (1)", {}).error().code(), ErrorCode::kPermission);
  EXPECT_EQ(read_only->OpenSink({{"", "", "t"}, {}, {}}, {}).error().code(), ErrorCode::kPermission);
  auto holder = Make()->OpenSession({}).value();
  ASSERT_TRUE(holder->Execute("BEGIN IMMEDIATE", {}));
  auto blocked = Make("{path: crm.db, timeout: 0.1}")->OpenSession({}).value()->Execute("INSERT INTO t VALUES (1)", {});
  EXPECT_EQ(blocked.error().code(), ErrorCode::kTimeout);
  EXPECT_FALSE(blocked.error().hint().empty());
}

TEST_F(SqliteConnectorTest, CancelsWithinASecond) {
  auto connector = Make();
  Execute(*connector, "CREATE TABLE t (x)");
  const auto cancelled = [&](const char* sql) {
    std::stop_source stop;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(150));
      stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    auto done = connector->OpenSession({}).value()->Execute(sql, stop.get_token());
    EXPECT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::kCancelled);
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 1.0);
  };
  cancelled("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
  auto holder = connector->OpenSession({}).value();
  ASSERT_TRUE(holder->Execute("BEGIN IMMEDIATE", {}));
  cancelled("INSERT INTO t VALUES (1)");
}

TEST_F(SqliteConnectorTest, Rates) {
  const char* scale = std::getenv("DVT_CONNECTOR_ROWS");
  const int64_t rows = scale == nullptr ? 50'000 : std::atoll(scale);
  auto connector = Make();
  Execute(*connector,
          "CREATE TABLE t (o_orderkey INTEGER, o_custkey INTEGER, o_totalprice DECIMAL(15,2), o_clerk TEXT, o_orderdate DATE)");
  SinkRequest request;
  request.relation = {"", "", "t"};
  request.fields = {MakeField("o_orderkey", TypeKind::kInt64), MakeField("o_custkey", TypeKind::kInt64),
                    MakeField("o_totalprice", DataType::Decimal(15, 2)), MakeField("o_clerk", DataType::String()),
                    MakeField("o_orderdate", TypeKind::kDate)};
  BatchBuilder builder(request.fields);
  for (int64_t i = 0; i < 10'000; ++i) {
    builder.column(0).AppendFixed(i);
    builder.column(1).AppendFixed(i * 7);
    builder.column(2).AppendDecimal(i * 1234);
    builder.column(3).AppendBytes("Clerk#00000" + std::to_string(i % 1000));
    builder.column(4).AppendFixed(static_cast<int32_t>(9000 + i % 2000));
  }
  const Array batch = builder.Finish();
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto start = now();
  auto sink = connector->OpenSink(request, {}).value();
  for (int64_t done = 0; done < rows; done += batch.length()) ASSERT_TRUE(sink->Write(batch.get(), {}));
  const int64_t written = sink->Commit({}).value();
  const double writing = std::chrono::duration<double>(now() - start).count();
  auto scope = connector->BeginRead({}).value();
  auto plan = connector->PlanRead(Whole("t"), scope, {}).value();
  start = now();
  std::atomic<int> next{0};
  std::atomic<int64_t> read{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < plan.parallel; ++t) {
    threads.emplace_back([&] {
      for (int p = next++; p < static_cast<int>(plan.partitions.size()); p = next++) {
        auto stream = connector->Open(plan, p, scope, {}).value();
        for (;;) {
          auto part = stream.Next().value();
          if (!part.valid()) break;
          read += part.length();
        }
      }
    });
  }
  threads.clear();
  const double reading = std::chrono::duration<double>(now() - start).count();
  EXPECT_EQ(read, written);
  std::printf("write %.2f M rows/s; read %.2f M rows/s in %zu partitions, %d at a time\n",
              static_cast<double>(written) / writing / 1e6, static_cast<double>(read) / reading / 1e6, plan.partitions.size(),
              plan.parallel);
}

}  // namespace
}  // namespace dvt::connectors
