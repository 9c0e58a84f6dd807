#include <duckdb.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/duckdb/connector.h"

namespace dvt::connectors {
namespace {

using columnar::Array;
using columnar::BatchBuilder;
using columnar::DataType;
using columnar::Field;
using columnar::Fields;
using columnar::Stream;
using columnar::TypeKind;

class DuckDbConnectorTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "dvt duckdb's test " + std::to_string(getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<Connector> Make(Value settings, std::string name = "erp") {
    ConnectionConfig config;
    config.name = std::move(name);
    config.type = "duckdb";
    config.base_folder = folder_;
    config.settings = std::move(settings);
    auto made = MakeDuckDbConnector(config);
    EXPECT_TRUE(made) << made.error().ToString();
    return std::move(made).value();
  }
  std::shared_ptr<Connector> MakeFile(bool read_only = false) {
    Value settings = Value::MakeMap();
    settings.Set("path", "erp.duckdb");
    settings.Set("read_only", read_only);
    return Make(std::move(settings));
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

Result<std::vector<std::vector<std::string>>> Texts(Stream stream) {
  std::vector<std::vector<std::string>> rows;
  DVT_ASSIGN(Fields fields, stream.GetFields());
  for (;;) {
    DVT_ASSIGN(Array batch, stream.Next());
    if (!batch.valid()) return rows;
    const auto columns = columnar::BatchColumns(batch.get(), fields);
    for (int64_t i = 0; i < batch.length(); ++i) {
      rows.emplace_back();
      for (const auto& column : columns) {
        std::string text = "NULL";
        if (!column.IsNull(i)) text.clear(), columnar::AppendText(text, column, i);
        rows.back().push_back(text);
      }
    }
  }
}

std::vector<std::vector<std::string>> Query(Connector& connector, const std::string& sql) {
  auto session = connector.OpenSession({}).value();
  auto stream = session->Query(sql, {});
  EXPECT_TRUE(stream) << stream.error().ToString();
  auto rows = Texts(std::move(stream).value());
  EXPECT_TRUE(rows) << rows.error().ToString();
  return std::move(rows).value();
}

using Row = std::vector<std::string>;

TEST_F(DuckDbConnectorTest, CatalogOfAFile) {
  auto connector = MakeFile();
  EXPECT_EQ(connector->default_database(), "erp");
  EXPECT_EQ(connector->identity(), "duckdb:" + folder_ + "/erp.duckdb");
  Execute(*connector,
          "CREATE SCHEMA shop; CREATE TABLE shop.\"Order \"\"x\"\"\" (id BIGINT PRIMARY KEY, price DECIMAL(15,2) NOT NULL, note "
          "VARCHAR, "
          "tags VARCHAR[]); CREATE INDEX by_note ON shop.\"Order \"\"x\"\"\" (note); CREATE VIEW shop.v AS SELECT 1 AS one; "
          "INSERT INTO shop.\"Order \"\"x\"\"\" SELECT i, i, 'n' || i, ['a'] FROM range(1000) t(i);");
  EXPECT_EQ(connector->ListSchemas({}).value(), (std::vector<std::string>{"main", "shop"}));
  auto relations = connector->ListRelations("shop", {}).value();
  ASSERT_EQ(relations.size(), 2u);
  EXPECT_EQ(relations[0].name.name, "Order \"x\"");
  EXPECT_EQ(relations[1].kind, columnar::RelationKind::kView);
  auto table = connector->Describe({"", "shop", "order \"X\""}, {});
  ASSERT_TRUE(table) << table.error().ToString();
  EXPECT_EQ(table->name.name, "Order \"x\"");
  EXPECT_EQ(table->estimated_rows, 1000);
  ASSERT_EQ(table->columns.size(), 4u);
  EXPECT_FALSE(table->columns[0].nullable);
  EXPECT_EQ(table->columns[1].native_type, "DECIMAL(15,2)");
  EXPECT_EQ(table->columns[1].type, DataType::Decimal(15, 2));
  EXPECT_EQ(table->columns[3].type, DataType::List(DataType::String()));
  ASSERT_EQ(table->indexes.size(), 2u);
  EXPECT_TRUE(table->indexes[0].primary);
  EXPECT_EQ(table->indexes[0].columns, std::vector<std::string>{"id"});
  EXPECT_EQ(table->indexes[1].columns, std::vector<std::string>{"note"});
  auto missing = connector->Describe({"", "shop", "w"}, {});
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
}

TEST_F(DuckDbConnectorTest, OneInstanceForAllConnectors) {
  auto one = MakeFile(), two = MakeFile();
  Execute(*one, "CREATE TABLE t AS SELECT 7 AS x");
  EXPECT_EQ(Query(*two, "FROM t"), (std::vector<Row>{{"7"}}));
  auto memory_one = Make(Value::MakeMap(), "m"), memory_two = Make(Value::MakeMap(), "m"), other = Make(Value::MakeMap(), "n");
  Execute(*memory_one, "CREATE TABLE t AS SELECT 8 AS x");
  EXPECT_EQ(Query(*memory_two, "FROM t"), (std::vector<Row>{{"8"}}));
  EXPECT_FALSE(other->Describe({"", "", "t"}, {}));
}

TEST_F(DuckDbConnectorTest, PlannedReadStreams) {
  auto connector = MakeFile();
  Execute(*connector, "CREATE TABLE t AS SELECT i AS id, 'name ' || i AS name, MAP {'k': i} AS m FROM range(100000) t(i)");
  ReadRequest request;
  request.relation = columnar::RelationName{"", "", "t"};
  request.alias = "x";
  request.select_list = {"x.id", "x.name AS n", "x.m"};
  request.where = "x.id >= 40000";
  auto scope = connector->BeginRead({}).value();
  auto plan = connector->PlanRead(request, scope, {});
  ASSERT_TRUE(plan) << plan.error().ToString();
  EXPECT_EQ(plan->fields[1].name, "n");
  EXPECT_EQ(plan->fields[2].type, DataType(TypeKind::kJson));
  EXPECT_EQ(plan->notes.size(), 1u);
  EXPECT_EQ(plan->estimated_rows, 100000);
  auto stream = connector->Open(*plan, 0, scope, {});
  ASSERT_TRUE(stream) << stream.error().ToString();
  auto rows = Texts(std::move(stream).value());
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 60000u);
  EXPECT_EQ(rows->front(), (Row{"40000", "name 40000", "{\"k\":40000}"}));
}

TEST_F(DuckDbConnectorTest, SinkCastsAndCommits) {
  auto connector = MakeFile();
  Execute(*connector, "CREATE TABLE t (a VARCHAR, \"B b\" DECIMAL(12,2), c TIMESTAMP WITH TIME ZONE, d INTEGER DEFAULT 5)");
  SinkRequest request;
  request.relation = {"", "", "t"};
  request.fields = {MakeField("b B", DataType::Decimal(10, 1)), MakeField("A", TypeKind::kInt64),
                    MakeField("c", TypeKind::kTimestampTz)};
  request.fields[0].name = "b b";
  auto sink = connector->OpenSink(request, {});
  ASSERT_TRUE(sink) << sink.error().ToString();
  BatchBuilder batch(request.fields);
  for (int64_t i = 0; i < 5000; ++i) {
    batch.column(0).AppendDecimal(i);
    batch.column(1).AppendFixed(i);
    batch.column(2).AppendFixed(i * 1'000'000);
  }
  const Array array = batch.Finish();
  auto written = (*sink)->Write(array.get(), {});
  ASSERT_TRUE(written) << written.error().ToString();
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t"), (std::vector<Row>{{"0"}}));
  auto committed = (*sink)->Commit({});
  ASSERT_TRUE(committed) << committed.error().ToString();
  EXPECT_EQ(*committed, 5000);
  EXPECT_EQ(Query(*connector, "SELECT count(*), max(\"B b\"), max(a), sum(d) FROM t"),
            (std::vector<Row>{{"5000", "499.90", "999", "25000"}}));
  auto aborted = connector->OpenSink(request, {});
  ASSERT_TRUE((*aborted)->Write(array.get(), {}));
  aborted->reset();
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t"), (std::vector<Row>{{"5000"}}));
  request.fields[0].name = "nope";
  EXPECT_EQ(connector->OpenSink(request, {}).error().code(), ErrorCode::kNotFound);
}

TEST_F(DuckDbConnectorTest, SinkReportsConstraints) {
  auto connector = MakeFile();
  Execute(*connector, "CREATE TABLE t (a BIGINT NOT NULL)");
  SinkRequest request;
  request.relation = {"", "", "t"};
  request.fields = {MakeField("a", TypeKind::kInt64)};
  auto sink = connector->OpenSink(request, {});
  BatchBuilder batch(request.fields);
  batch.column(0).AppendNull();
  const Array array = batch.Finish();
  auto written = (*sink)->Write(array.get(), {});
  Error error = written ? (*sink)->Commit({}).error() : written.error();
  EXPECT_EQ(error.code(), ErrorCode::kConstraint) << error.ToString();
}

TEST_F(DuckDbConnectorTest, TransactionsAndRowCounts) {
  auto connector = MakeFile();
  auto session = connector->OpenSession({}).value();
  EXPECT_EQ(session->Execute("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1), (2), (3)", {})->rows_affected, 3);
  ASSERT_TRUE(session->Begin());
  EXPECT_TRUE(session->in_transaction());
  EXPECT_EQ(session->Execute("DELETE FROM t WHERE x > 1", {})->rows_affected, 2);
  ASSERT_TRUE(session->Execute("ALTER TABLE t RENAME TO u; SELECT * FROM u", {}));
  ASSERT_TRUE(session->Rollback());
  EXPECT_FALSE(session->in_transaction());
  EXPECT_EQ(Query(*connector, "SELECT count(*) FROM t"), (std::vector<Row>{{"3"}}));
  ASSERT_TRUE(session->Execute("BEGIN; INSERT INTO t VALUES (4); COMMIT", {}));
  EXPECT_FALSE(session->in_transaction());
  EXPECT_EQ(session->Execute("SELEC", {}).error().code(), ErrorCode::kSyntax);
  EXPECT_EQ(session->Execute("CREATE TABLE t (x INTEGER)", {}).error().code(), ErrorCode::kAlreadyExists);
  ASSERT_TRUE(session->Execute("", {}));
}

TEST_F(DuckDbConnectorTest, ReadOnly) {
  Execute(*MakeFile(), "CREATE TABLE t AS SELECT 1 AS x");
  auto connector = MakeFile(true);
  EXPECT_FALSE(connector->Has(Capability::kTarget));
  EXPECT_EQ(Query(*connector, "FROM t"), (std::vector<Row>{{"1"}}));
  auto session = connector->OpenSession({}).value();
  auto failed = session->Execute("CREATE TABLE u (x INTEGER)", {});
  EXPECT_EQ(failed.error().code(), ErrorCode::kPermission) << failed.error().ToString();
  EXPECT_FALSE(failed.error().hint().empty());
  EXPECT_EQ(connector->OpenSink({{"", "", "t"}, {}, {}}, {}).error().code(), ErrorCode::kPermission);
}

TEST_F(DuckDbConnectorTest, FilesThatCannotBeOpened) {
  const auto error_of = [&](const char* path, bool read_only) {
    Value settings = Value::MakeMap();
    settings.Set("path", path);
    settings.Set("read_only", read_only);
    return Make(std::move(settings))->Test({}).error();
  };
  EXPECT_NE(error_of("no/such/x.duckdb", false).hint().find("mkdir -p"), std::string::npos);
  EXPECT_EQ(error_of("absent.duckdb", true).code(), ErrorCode::kNotFound);
  EXPECT_EQ(MakeFile()->Describe({"", "", "t"}, {}).error().code(), ErrorCode::kNotFound);
  EXPECT_TRUE(MakeFile()->ListRelations("main", {})->empty());
  EXPECT_TRUE(MakeFile()->Test({}));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/erp.duckdb")) << "reading made a file";
  std::FILE* file = std::fopen((folder_ + "/text.duckdb").c_str(), "w");
  for (int i = 0; i < 9000; ++i) std::fputs("hello ", file);
  std::fclose(file);
  EXPECT_FALSE(error_of("text.duckdb", false).hint().empty()) << error_of("text.duckdb", false).ToString();
}

TEST_F(DuckDbConnectorTest, HeldByAnotherProcess) {
  int ready[2], finish[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(finish), 0);
  const std::string path = folder_ + "/erp.duckdb";
  const pid_t child = fork();
  if (child == 0) {
    duckdb_database database;
    char byte = duckdb_open(path.c_str(), &database) == DuckDBSuccess ? 1 : 0;
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    if (read(finish[0], &byte, 1) != 1) _exit(1);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 1);
  auto error = MakeFile()->Test({}).error();
  EXPECT_EQ(error.code(), ErrorCode::kTimeout) << error.ToString();
  EXPECT_NE(error.hint().find("close that program"), std::string::npos);
  ASSERT_EQ(write(finish[1], &byte, 1), 1);
  waitpid(child, nullptr, 0);
}

TEST_F(DuckDbConnectorTest, WrongDatabaseName) {
  ConnectionConfig config;
  config.name = "erp";
  config.file = "profiles.yml";
  config.settings.Set("path", "x/erp.duckdb");
  config.settings.Set("database", "other").set_mark({7, 13});
  auto made = MakeDuckDbConnector(config);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().place().line, 7);
}

TEST_F(DuckDbConnectorTest, AttachedDatabase) {
  Execute(*MakeFile(), "CREATE TABLE t AS SELECT 5 AS x");
  Value attachment = Value::MakeMap(), settings = Value::MakeMap();
  attachment.Set("path", "erp.duckdb");
  attachment.Set("alias", "old");
  settings.Set("attach", Value::MakeList()).Push(std::move(attachment));
  settings.Set("database", "old");
  auto connector = Make(std::move(settings), "both");
  EXPECT_EQ(Query(*connector, "FROM t"), (std::vector<Row>{{"5"}}));
  EXPECT_EQ(connector->Describe({"", "", "t"}, {})->name.database, "old");
}

// What other systems are compared with: a new DuckDB may pair more letters.
TEST_F(DuckDbConnectorTest, LettersAreTheEngines) {
  auto connector = MakeFile();
  EXPECT_EQ(Query(*connector,
                  "SELECT md5(upper(t)), md5(lower(t)) FROM (SELECT string_agg(chr(i::INT), '' ORDER BY i) AS t FROM range(1, " +
                      std::to_string(sql::kLastCasedLetter + 1) + ") AS c(i) WHERE i NOT BETWEEN 55296 AND 57343)"),
            (std::vector<Row>{{std::string(sql::kEngineUpperMd5), std::string(sql::kEngineLowerMd5)}}));
  EXPECT_EQ(*connector->LetterCaseOf({}, {}), sql::LetterCase::kEngine);
}

TEST_F(DuckDbConnectorTest, CancelsWithinASecond) {
  auto connector = MakeFile();
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  auto session = connector->OpenSession({}).value();
  auto done = session->Execute(
      "SELECT count(*) FROM range(100000) a, range(100000) b, range(100) c WHERE a.range + b.range = c.range", stop.get_token());
  EXPECT_EQ(done.error().code(), ErrorCode::kCancelled) << done.error().ToString();
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 1.2);
}

TEST_F(DuckDbConnectorTest, Rates) {
  const char* scale = std::getenv("DVT_CONNECTOR_ROWS");
  const int64_t rows = scale == nullptr ? 100'000 : std::atoll(scale);
  auto connector = MakeFile();
  Execute(*connector,
          "CREATE TABLE source AS SELECT i AS o_orderkey, i * 7 % 150000 AS o_custkey, (i / 100)::DECIMAL(15,2) AS o_totalprice, "
          "'Clerk#' || i % 1000 AS o_clerk, DATE '1995-01-01' + (i % 2000)::INTEGER AS o_orderdate FROM range(" +
              std::to_string(rows) + ") t(i); CREATE TABLE target AS FROM source LIMIT 0");
  auto scope = connector->BeginRead({}).value();
  ReadRequest read;
  read.relation = columnar::RelationName{"", "", "source"};
  auto plan = connector->PlanRead(read, scope, {}).value();
  auto stream = connector->Open(plan, 0, scope, {}).value();
  SinkRequest write;
  write.relation = {"", "", "target"};
  write.fields = plan.fields;
  auto sink = connector->OpenSink(write, {}).value();
  double reading = 0, writing = 0;
  for (;;) {
    auto start = std::chrono::steady_clock::now();
    Array batch = stream.Next().value();
    reading += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!batch.valid()) break;
    start = std::chrono::steady_clock::now();
    ASSERT_TRUE(sink->Write(batch.get(), {}));
    writing += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(sink->Commit({}).value(), rows);
  writing += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("read %.2f M rows/s, write %.2f M rows/s\n", static_cast<double>(rows) / reading / 1e6,
              static_cast<double>(rows) / writing / 1e6);
}

}  // namespace
}  // namespace dvt::connectors
