// Reading from a real server: types, partitions, snapshots, sessions, catalog and errors.
#include <algorithm>
#include <set>

#include "dvt/connectors/mysql/test_server.h"

namespace dvt::connectors::mysql {
namespace {

using columnar::TypeKind;

class MySqlRead : public ServerTest {
 protected:
  // Reads every partition of a relation; the rows of all of them.
  std::vector<std::vector<std::string>> ReadAll(Connector& connector, const ReadRequest& request, ReadPlan* plan_out = nullptr) {
    std::vector<std::vector<std::string>> rows;
    auto scope = connector.BeginRead({});
    EXPECT_TRUE(scope.has_value()) << scope.error().ToString();
    if (!scope) return rows;
    auto plan = connector.PlanRead(request, *scope, {});
    EXPECT_TRUE(plan.has_value()) << plan.error().ToString();
    if (!plan) return rows;
    for (int i = 0; i < static_cast<int>(plan->partitions.size()); ++i) {
      auto stream = connector.Open(*plan, i, *scope, {});
      EXPECT_TRUE(stream.has_value()) << stream.error().ToString();
      if (!stream) continue;
      auto part = Drain(*stream);
      EXPECT_TRUE(part.has_value()) << part.error().ToString();
      if (part) rows.insert(rows.end(), part->begin(), part->end());
    }
    if (plan_out != nullptr) *plan_out = *plan;
    return rows;
  }

  static ReadRequest Whole(const std::string& table) {
    ReadRequest request;
    request.relation = Named(table);
    return request;
  }
};

struct TypeCase {
  const char* column;
  const char* ddl;
  const char* type;  // neutral, as ToString
  const char* native;
  const char* low;  // SQL literal and the text it reads as
  const char* low_text;
  const char* high;
  const char* high_text;
};

const TypeCase kTypes[] = {
    {"i8", "tinyint", "int8", "tinyint(4)", "-128", "-128", "127", "127"},
    {"u8", "tinyint unsigned", "uint8", "tinyint(3) unsigned", "0", "0", "255", "255"},
    {"i16", "smallint", "int16", "smallint(6)", "-32768", "-32768", "32767", "32767"},
    {"u16", "smallint unsigned", "uint16", "smallint(5) unsigned", "0", "0", "65535", "65535"},
    {"i24", "mediumint", "int32", "mediumint(9)", "-8388608", "-8388608", "8388607", "8388607"},
    {"u24", "mediumint unsigned", "uint32", "mediumint(8) unsigned", "0", "0", "16777215", "16777215"},
    {"i32", "int", "int32", "int(11)", "-2147483648", "-2147483648", "2147483647", "2147483647"},
    {"u32", "int unsigned", "uint32", "int(10) unsigned", "0", "0", "4294967295", "4294967295"},
    {"i64", "bigint", "int64", "bigint(20)", "-9223372036854775808", "-9223372036854775808", "9223372036854775807",
     "9223372036854775807"},
    {"u64", "bigint unsigned", "uint64", "bigint(20) unsigned", "0", "0", "18446744073709551615", "18446744073709551615"},
    {"t1", "tinyint(1)", "int8", "tinyint(1)", "0", "0", "1", "1"},
    {"f32", "float", "float32", "float", "-1.5", "-1.5", "3.25e10", "32500000000"},
    {"f64", "double", "float64", "double", "-1.7976931348623157e308", "-1.7976931348623157e+308", "5e-324", "5e-324"},
    {"d5", "decimal(15,2)", "decimal(15,2)", "decimal(15,2)", "-9999999999999.99", "-9999999999999.99", "0.05", "0.05"},
    {"d38", "decimal(38,10)", "decimal(38,10)", "decimal(38,10)", "-9999999999999999999999999999.9999999999",
     "-9999999999999999999999999999.9999999999", "1", "1.0000000000"},
    {"d65", "decimal(65,30)", "decimal(65,30)", "decimal(65,30)",
     "-99999999999999999999999999999999999.999999999999999999999999999999",
     "-99999999999999999999999999999999999.999999999999999999999999999999", "0.5", "0.500000000000000000000000000000"},
    {"du", "decimal(4,0) unsigned", "decimal(4,0)", "decimal(4,0) unsigned", "0", "0", "9999", "9999"},
    {"b1", "bit(1)", "boolean", "bit(1)", "b'0'", "false", "b'1'", "true"},
    {"b64", "bit(64)", "uint64", "bit(64)", "0", "0", "18446744073709551615", "18446744073709551615"},
    {"c", "char(5)", "char(5)", "char(5) collate utf8mb4_general_ci", "''", "", "'ÄÖ€😀'", "ÄÖ€😀"},
    {"v", "varchar(10) collate utf8mb4_bin", "varchar(10)", "varchar(10) collate utf8mb4_bin", "'a\\tb\\nc\\\\d'", "a\tb\nc\\d",
     "'\\\\N'", "\\N"},
    {"l1", "varchar(10) character set latin1", "varchar(10)", "varchar(10) collate latin1_swedish_ci", "'é'", "é", "'z'", "z"},
    {"tx", "longtext", "text", "longtext collate utf8mb4_general_ci", "''", "", "'x'", "x"},
    {"bin", "binary(3)", "binary(3)", "binary(3)", "x'000000'", "\\x000000", "x'ff5c0a'", "\\xff5c0a"},
    {"vb", "varbinary(9)", "binary(9)", "varbinary(9)", "x''", "\\x", "x'00095c4e0aff'", "\\x00095c4e0aff"},
    {"bl", "blob", "binary", "blob", "x''", "\\x", "x'00'", "\\x00"},
    {"dt", "date", "date", "date", "'0001-01-01'", "0001-01-01", "'9999-12-31'", "9999-12-31"},
    {"dtm", "datetime", "timestamp", "datetime", "'1000-01-01 00:00:00'", "1000-01-01 00:00:00", "'9999-12-31 23:59:59'",
     "9999-12-31 23:59:59"},
    {"dt6", "datetime(6)", "timestamp", "datetime(6)", "'1969-12-31 23:59:59.999999'", "1969-12-31 23:59:59.999999",
     "'9999-12-31 23:59:59.999999'", "9999-12-31 23:59:59.999999"},
    {"ts", "timestamp(3) null", "timestamp with time zone", "timestamp(3)", "'1970-01-01 00:00:01'", "1970-01-01 00:00:01+00",
     "'2038-01-19 03:14:07.999'", "2038-01-19 03:14:07.999+00"},
    {"tm", "time(6)", "time", "time(6)", "'00:00:00'", "00:00:00", "'23:59:59.999999'", "23:59:59.999999"},
    {"y", "year", "int16", "year(4)", "1901", "1901", "2155", "2155"},
    {"en", "enum('a','b,c')", "varchar(3)", "enum('a','b,c') collate utf8mb4_general_ci", "'a'", "a", "'b,c'", "b,c"},
    {"st", "set('x','y')", "varchar(3)", "set('x','y') collate utf8mb4_general_ci", "''", "", "'x,y'", "x,y"},
    {"js", "json", "json", "json collate utf8mb4_bin", "'{\"a\": [1, null]}'", "{\"a\": [1, null]}", "'1'", "1"},
    {"uu", "uuid", "uuid", "uuid", "'00000000-0000-0000-0000-000000000000'", "00000000-0000-0000-0000-000000000000",
     "'ffffffff-ffff-ffff-ffff-fffffffffffe'", "ffffffff-ffff-ffff-ffff-fffffffffffe"},
    {"ip", "inet6", "varchar(39)", "inet6", "'::'", "::", "'fe80::1'", "fe80::1"},
};

TEST_F(MySqlRead, EveryTypeWithExtremesAndNull) {
  std::string ddl, low, high, nulls;
  for (const auto& type : kTypes) {
    const std::string comma = ddl.empty() ? "" : ", ";
    ddl += comma + type.column + " " + type.ddl;
    low += comma + type.low;
    high += comma + type.high;
    nulls += comma + "NULL";
  }
  Run("DROP TABLE IF EXISTS t_types; CREATE TABLE t_types (n int primary key, " + ddl +
      ") CHARACTER SET utf8mb4 COLLATE "
      "utf8mb4_general_ci; INSERT INTO t_types VALUES (1, " +
      low + "), (2, " + high + "), (3, " + nulls + ")");
  auto info = connector_->Describe(Named("t_types"), {});
  ASSERT_TRUE(info.has_value()) << info.error().ToString();
  const auto rows = Rows("SELECT * FROM t_types ORDER BY n");
  ASSERT_EQ(rows.size(), 3u);
  for (size_t i = 0; i < std::size(kTypes); ++i) {
    const auto& type = kTypes[i];
    const auto& field = info->columns[i + 1];
    EXPECT_EQ(field.name, type.column);
    EXPECT_EQ(field.type.ToString(), type.type) << type.column;
    EXPECT_EQ(field.native_type, type.native) << type.column;
    EXPECT_TRUE(field.nullable) << type.column;
    EXPECT_EQ(rows[0][i + 1], type.low_text) << type.column;
    EXPECT_EQ(rows[1][i + 1], type.high_text) << type.column;
    EXPECT_EQ(rows[2][i + 1], "∅") << type.column;
  }
  EXPECT_FALSE(info->columns[0].nullable);
}

TEST_F(MySqlRead, ConventionsOfTimesZeroDatesAndBooleans) {
  Run("DROP TABLE IF EXISTS t_conv; CREATE TABLE t_conv (t time(1), d date, s datetime, b tinyint(1), g point);"
      "INSERT INTO t_conv VALUES ('-838:59:59', '2024-02-29', '2024-01-01', 1, ST_GeomFromText('POINT(1 2)', 4326));"
      "SET sql_mode = ''; INSERT INTO t_conv VALUES ('00:00:01', '0000-00-00', '2024-00-10 01:00:00', 0, NULL)");
  auto over = Query(*connector_, "SELECT t FROM t_conv");
  ASSERT_FALSE(over.has_value());
  EXPECT_EQ(over.error().code(), ErrorCode::kData);
  EXPECT_NE(over.error().ToString().find("column 't'"), std::string::npos);
  EXPECT_NE(over.error().hint().find("time_as"), std::string::npos);
  auto zero = Query(*connector_, "SELECT d FROM t_conv");
  ASSERT_FALSE(zero.has_value());
  EXPECT_NE(zero.error().hint().find("zero_dates"), std::string::npos);

  auto lenient = Make({{"time_as", "interval"}, {"zero_dates", "null"}, {"tinyint1_is_bool", true}});
  auto rows = Query(*lenient, "SELECT t, d, s, b, g FROM t_conv");
  ASSERT_TRUE(rows.has_value()) << rows.error().ToString();
  EXPECT_EQ((*rows)[0][0], "-838:59:59");
  EXPECT_EQ((*rows)[0][3], "true");
  EXPECT_EQ((*rows)[0][4], "\\x0101000000000000000000f03f0000000000000040");
  EXPECT_EQ((*rows)[1][1], "∅");
  EXPECT_EQ((*rows)[1][2], "∅");
  auto text = Query(*Make({{"time_as", "text"}}), "SELECT t FROM t_conv");
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ((*text)[0][0], "-838:59:59");
}

// EXECUTE cannot be prepared itself, so its rows come by the text protocol.
TEST_F(MySqlRead, TextProtocolDecodesTheSame) {
  const auto binary = Rows("SELECT * FROM t_types ORDER BY n");
  auto session = connector_->OpenSession({});
  ASSERT_TRUE(session.has_value());
  ASSERT_TRUE((*session)->Execute("PREPARE dvt_all FROM 'SELECT * FROM t_types ORDER BY n'", {}).has_value());
  auto stream = (*session)->Query("EXECUTE dvt_all", {});
  ASSERT_TRUE(stream.has_value()) << stream.error().ToString();
  auto text = Drain(*stream);
  ASSERT_TRUE(text.has_value()) << text.error().ToString();
  ASSERT_EQ(text->size(), 3u);
  for (size_t row = 0; row < 3; ++row) {
    for (size_t i = 0; i < binary[row].size(); ++i) {
      const std::string column = i == 0 ? "n" : kTypes[i - 1].column;
      if (column == "f32") continue;  // FLOAT's text has six digits only
      EXPECT_EQ((*text)[row][i], binary[row][i]) << column;
    }
  }
  const auto mode = Rows("SHOW VARIABLES LIKE 'sql_mode'");
  ASSERT_EQ(mode.size(), 1u);
  EXPECT_NE(mode[0][1].find("STRICT_ALL_TABLES"), std::string::npos);
  EXPECT_EQ(mode[0][1].find("ANSI_QUOTES"), std::string::npos);
}

TEST_F(MySqlRead, LargeValuesAndWideRows) {
  Run("DROP TABLE IF EXISTS t_large; CREATE TABLE t_large (id int primary key, v longtext);"
      "INSERT INTO t_large SELECT seq, repeat(char(64 + seq), 3000000) FROM seq_1_to_5");
  auto session = connector_->OpenSession({});
  ASSERT_TRUE(session.has_value());
  auto stream = (*session)->Query("SELECT v FROM t_large ORDER BY id", {});
  ASSERT_TRUE(stream.has_value());
  auto fields = stream->GetFields();
  int batches = 0;
  int64_t rows = 0;
  for (;;) {
    auto batch = stream->Next();
    ASSERT_TRUE(batch.has_value());
    if (!batch->valid()) break;
    ++batches;
    const auto views = columnar::BatchColumns(batch->get(), *fields);
    for (int64_t i = 0; i < batch->length(); ++i) {
      ++rows;
      EXPECT_EQ(views[0].Text(i), std::string(3000000, static_cast<char>(64 + rows)));
    }
  }
  EXPECT_EQ(rows, 5);
  EXPECT_GE(batches, 2);  // wide rows end a batch by bytes
}

TEST_F(MySqlRead, PartitionsReadEveryRowOnce) {
  // Skewed keys with a gap, so that even ranges would put nearly all rows into one partition.
  Run("DROP TABLE IF EXISTS t_part; CREATE TABLE t_part (id bigint primary key, g int, s varchar(20), u datetime, key (g));"
      "INSERT INTO t_part SELECT seq, nullif(seq % 1000, 7), concat('row ', seq), '2024-01-01' + interval seq second FROM "
      "seq_1_to_60000;"
      "INSERT INTO t_part VALUES (9000000000000000000, 1, 'far', '0001-01-01'), (-5, NULL, 'low', NULL); ANALYZE TABLE t_part");
  ReadRequest request = Whole("t_part");
  ReadPlan plan;
  auto rows = ReadAll(*connector_, request, &plan);
  EXPECT_EQ(rows.size(), 60002u);
  EXPECT_EQ(plan.partitioned_by, "key range id");
  EXPECT_TRUE(plan.repeatable);
  ASSERT_EQ(plan.partitions.size(), 4u);
  EXPECT_EQ(plan.partitions[1].sql.find("t_part"), plan.partitions[1].sql.rfind("`t_part` WHERE") + 1);
  std::set<std::string> ids;
  for (const auto& row : rows) EXPECT_TRUE(ids.insert(row[0]).second) << row[0];

  // Balance, by reading the second partition alone.
  auto scope = connector_->BeginRead({});
  auto stream = connector_->Open(plan, 1, *scope, {});
  ASSERT_TRUE(stream.has_value());
  auto part = Drain(*stream);
  ASSERT_TRUE(part.has_value());
  EXPECT_GT(part->size(), 5000u);
  EXPECT_LT(part->size(), 30000u);

  for (const char* column : {"g", "u"}) {
    request = Whole("t_part");
    request.options.prefer_column = column;
    request.alias = "`a b`";
    request.select_list = {"`a b`.`id` AS `k`", "upper(s) AS `S`"};
    request.where = "`a b`.id > 0 OR `a b`.id < 0";
    rows = ReadAll(*connector_, request, &plan);
    EXPECT_EQ(rows.size(), 60002u) << column;
    EXPECT_GT(plan.partitions.size(), 1u) << column;
    EXPECT_EQ(plan.fields.size(), 2u);
  }
}

TEST_F(MySqlRead, PartitionColumnIsChosenAndValidated) {
  ReadRequest request = Whole("t_part");
  auto scope = connector_->BeginRead({});
  ASSERT_TRUE(scope.has_value());
  request.options.prefer_column = "idd";
  auto plan = connector_->PlanRead(request, *scope, {});
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code(), ErrorCode::kConfig);
  EXPECT_NE(plan.error().hint().find("'id'"), std::string::npos) << plan.error().ToString();
  request.options.prefer_column = "s";
  plan = connector_->PlanRead(request, *scope, {});
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code(), ErrorCode::kConfig);
}

TEST_F(MySqlRead, UnsignedKeysBeyondSigned64Bits) {
  Run("DROP TABLE IF EXISTS t_unsigned; CREATE TABLE t_unsigned (id bigint unsigned primary key);"
      "INSERT INTO t_unsigned SELECT 18446744073709551615 - seq * 3 FROM seq_0_to_30000; ANALYZE TABLE t_unsigned");
  ReadPlan plan;
  auto rows = ReadAll(*connector_, Whole("t_unsigned"), &plan);
  EXPECT_EQ(rows.size(), 30001u);
  EXPECT_EQ(plan.partitions.size(), 4u);
}

TEST_F(MySqlRead, OneMomentForAllReaders) {
  Run("DROP TABLE IF EXISTS t_moment; CREATE TABLE t_moment (id int primary key, v int);"
      "INSERT INTO t_moment SELECT seq, 0 FROM seq_1_to_30000");
  auto scope = connector_->BeginRead({});
  ASSERT_TRUE(scope.has_value());
  EXPECT_NE((*scope)->Describe().find("one InnoDB snapshot"), std::string::npos) << (*scope)->Describe();
  auto plan = connector_->PlanRead(Whole("t_moment"), *scope, {});
  ASSERT_TRUE(plan.has_value()) << plan.error().ToString();
  Run("UPDATE t_moment SET v = 1; DELETE FROM t_moment WHERE id % 2 = 0");
  int64_t rows = 0;
  for (int i = 0; i < static_cast<int>(plan->partitions.size()); ++i) {
    for (int again = 0; again < 2; ++again) {  // a retry sees the same
      auto stream = connector_->Open(*plan, i, *scope, {});
      ASSERT_TRUE(stream.has_value());
      auto part = Drain(*stream);
      ASSERT_TRUE(part.has_value());
      if (again == 0) rows += static_cast<int64_t>(part->size());
      for (const auto& row : *part) ASSERT_EQ(row[1], "0");
    }
  }
  EXPECT_EQ(rows, 30000);
}

TEST_F(MySqlRead, ApproximateMomentWithoutTheRight) {
  Run("DROP USER IF EXISTS dvt_plain; CREATE USER dvt_plain IDENTIFIED BY 'plain'; GRANT SELECT ON *.* TO dvt_plain");
  auto plain = Make({{"user", "dvt_plain"}, {"password", "plain"}});
  auto scope = plain->BeginRead({});
  ASSERT_TRUE(scope.has_value()) << scope.error().ToString();
  EXPECT_NE((*scope)->Describe().find("approximate"), std::string::npos) << (*scope)->Describe();
  auto plan = plain->PlanRead(Whole("t_moment"), *scope, {});
  ASSERT_TRUE(plan.has_value()) << plan.error().ToString();
  EXPECT_FALSE(plan->repeatable);
  Run("DROP USER dvt_plain");
}

TEST_F(MySqlRead, AbandonedStreamGivesItsConnectionBack) {
  auto scope = connector_->BeginRead({});
  ASSERT_TRUE(scope.has_value());
  auto plan = connector_->PlanRead(Whole("t_part"), *scope, {});
  ASSERT_TRUE(plan.has_value());
  for (int i = 0; i < 12; ++i) {
    auto stream = connector_->Open(*plan, i % static_cast<int>(plan->partitions.size()), *scope, {});
    ASSERT_TRUE(stream.has_value()) << stream.error().ToString();
    auto batch = stream->Next();
    ASSERT_TRUE(batch.has_value()) << batch.error().ToString();
  }
  EXPECT_NE((*scope)->Describe().find("one InnoDB snapshot"), std::string::npos) << (*scope)->Describe();
}

// A reader's connection dies in the middle: the retry takes another connection of the same moment and goes on where it was.
TEST_F(MySqlRead, LostConnectionResumesAtTheSameMoment) {
  auto scope = connector_->BeginRead({});
  ASSERT_TRUE(scope.has_value());
  ReadRequest request = Whole("t_part");
  request.options.batch_rows = 500;
  request.select_list = {"id", "repeat('x', 2000) AS filler"};  // more than the sockets hold
  auto plan = connector_->PlanRead(request, *scope, {});
  ASSERT_TRUE(plan.has_value());
  ASSERT_TRUE(plan->repeatable);
  RetryPolicy policy;
  policy.base_seconds = 0.01;
  int retries = 0;
  std::multiset<std::string> ids;
  for (int i = 0; i < static_cast<int>(plan->partitions.size()); ++i) {
    columnar::Stream stream = ResumingStream(
        plan->fields, policy, [&, i] { return connector_->Open(*plan, i, *scope, {}); }, {},
        [&](const Error& error, int, double) {
          ++retries;
          EXPECT_EQ(error.code(), ErrorCode::kConnection) << error.ToString();
        });
    ASSERT_TRUE(stream.Next().has_value());  // 500 rows, thrown away
    if (i == 1) {
      Run("DELETE FROM t_part WHERE id % 2 = 0 AND id > 0");
      for (const auto& row :
           Rows("SELECT id FROM information_schema.processlist WHERE info LIKE '%t_part%ORDER BY%' AND id <> connection_id()")) {
        Run("KILL CONNECTION " + row[0]);
      }
    }
    auto rest = Drain(stream);
    ASSERT_TRUE(rest.has_value()) << rest.error().ToString();
    for (const auto& row : *rest) ids.insert(row[0]);
  }
  EXPECT_EQ(retries, 1);
  EXPECT_EQ(ids.size(), 60002u - 4 * 500);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

TEST_F(MySqlRead, CompressedOnTheWire) {
  Run("DROP TABLE IF EXISTS t_wire; CREATE TABLE t_wire (id int primary key, s varchar(200));"
      "INSERT INTO t_wire SELECT seq, repeat('abc', 60) FROM seq_1_to_30000; ANALYZE TABLE t_wire");
  for (const bool compress : {false, true}) {
    const auto connector = Make({{"compress", compress}});
    auto session = connector->OpenSession({});
    ASSERT_TRUE(session.has_value()) << session.error().ToString();
    auto status = (*session)->Query("SHOW SESSION STATUS LIKE 'Compression'", {});
    ASSERT_TRUE(status.has_value()) << status.error().ToString();
    auto batch = status->Next();
    ASSERT_TRUE(batch.has_value() && batch->valid());
    const auto fields = status->GetFields().value();
    EXPECT_EQ(columnar::BatchColumns(batch->get(), fields)[1].Text(0), compress ? "ON" : "OFF");
    status->Reset();
    ReadPlan plan;
    EXPECT_EQ(ReadAll(*connector, Whole("t_wire"), &plan).size(), 30000u);
  }
}

TEST_F(MySqlRead, CatalogAndNearestNames) {
  Run("CREATE OR REPLACE TABLE `\"; drop table x; --` (`a``b` int, primary key (`a``b`)); "
      "CREATE OR REPLACE VIEW v_part AS SELECT * FROM t_part");
  auto odd = connector_->Describe(Named("\"; drop table x; --"), {});
  ASSERT_TRUE(odd.has_value()) << odd.error().ToString();
  EXPECT_EQ(odd->columns[0].name, "a`b");
  ASSERT_EQ(odd->indexes.size(), 1u);
  EXPECT_TRUE(odd->indexes[0].primary);
  EXPECT_EQ(ReadAll(*connector_, Whole("\"; drop table x; --")).size(), 0u);
  auto relations = connector_->ListRelations("", {});
  ASSERT_TRUE(relations.has_value());
  const bool has_view = std::any_of(relations->begin(), relations->end(), [](const auto& relation) {
    return relation.name.name == "v_part" && relation.kind == columnar::RelationKind::kView;
  });
  EXPECT_TRUE(has_view);
  auto schemas = connector_->ListSchemas({});
  ASSERT_TRUE(schemas.has_value());
  EXPECT_NE(std::find(schemas->begin(), schemas->end(), connector_->default_schema()), schemas->end());
  auto missing = connector_->Describe(Named("t_prat"), {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().hint().find("t_part"), std::string::npos) << missing.error().ToString();
}

TEST_F(MySqlRead, SessionsRunStatementsAndTransactions) {
  auto session = connector_->OpenSession({});
  ASSERT_TRUE(session.has_value());
  auto result = (*session)->Execute(
      "DROP TABLE IF EXISTS t_session; CREATE TABLE t_session (a int); INSERT INTO t_session VALUES (1), (2)", {});
  ASSERT_TRUE(result.has_value()) << result.error().ToString();
  EXPECT_EQ(result->message, "Records: 2  Duplicates: 0  Warnings: 0");
  ASSERT_TRUE((*session)->Begin().has_value());
  EXPECT_TRUE((*session)->in_transaction());
  result = (*session)->Execute("DELETE FROM t_session", {});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->rows_affected, 2);
  ASSERT_TRUE((*session)->Rollback().has_value());
  EXPECT_FALSE((*session)->in_transaction());
  EXPECT_EQ(Rows("SELECT count(*) FROM t_session")[0][0], "2");
  {
    auto stream = (*session)->Query("SELECT seq FROM seq_1_to_1000000", {});
    ASSERT_TRUE(stream.has_value());
    auto busy = (*session)->Execute("SELECT 1", {});
    EXPECT_FALSE(busy.has_value());
    auto batch = stream->Next();
    EXPECT_TRUE(batch.has_value());
  }
  EXPECT_TRUE((*session)->Execute("SELECT 1", {}).has_value());  // an abandoned stream leaves the session usable
  auto fields = connector_->DescribeQuery("SELECT a, a * 1.5 AS b, now(6) AS c FROM t_session;", {});
  ASSERT_TRUE(fields.has_value()) << fields.error().ToString();
  EXPECT_EQ((*fields)[2].type.kind, TypeKind::kTimestamp);
}

TEST_F(MySqlRead, ErrorsAreClassified) {
  auto code = [&](const std::string& sql) {
    auto rows = Query(*connector_, sql);
    return rows.has_value() ? ErrorCode::kInternal : rows.error().code();
  };
  EXPECT_EQ(code("SELECT * FROM no_such_table"), ErrorCode::kNotFound);
  EXPECT_EQ(code("SELECT no_such_column FROM t_part"), ErrorCode::kNotFound);
  EXPECT_EQ(code("SELEC 1"), ErrorCode::kSyntax);
  EXPECT_EQ(code("SELECT ?"), ErrorCode::kSyntax);
  // Errors in the middle of a stream, after rows.
  EXPECT_EQ(code("SELECT (SELECT b.seq FROM seq_1_to_2 b WHERE a.seq > 50000 OR b.seq = 1) FROM seq_1_to_60000 a"),
            ErrorCode::kData);
  EXPECT_EQ(code("SET STATEMENT max_statement_time = 0.2 FOR SELECT a.seq FROM seq_1_to_100000 a, seq_1_to_100000 b"),
            ErrorCode::kTimeout);
  auto wrong = Make({{"password", "not-the-secret"}})->Test({});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code(), ErrorCode::kAuthentication);
  EXPECT_EQ(wrong.error().ToString().find("not-the-secret"), std::string::npos);
  auto closed = Make({{"port", 1}})->Test({});
  ASSERT_FALSE(closed.has_value());
  EXPECT_EQ(closed.error().code(), ErrorCode::kConnection);
}

TEST_F(MySqlRead, SchemaMayBeMadeAfterConnecting) {
  auto connector = Make({{"schema", "made_by_a_run"}});
  auto tested = connector->Test({});
  ASSERT_TRUE(tested.has_value()) << tested.error().ToString();
  EXPECT_NE(tested->find("no schema 'made_by_a_run' yet"), std::string::npos) << *tested;
  auto session = connector->OpenSession({});
  ASSERT_TRUE(session.has_value()) << session.error().ToString();
  auto early = (*session)->Execute("CREATE TABLE t (a int)", {});
  ASSERT_FALSE(early.has_value());
  EXPECT_EQ(early.error().code(), ErrorCode::kConfig);
  ASSERT_TRUE((*session)->Execute("CREATE SCHEMA made_by_a_run", {}).has_value());
  EXPECT_TRUE((*session)->Execute("CREATE TABLE t (a int)", {}).has_value());
  auto rows = Query(*connector, "SELECT a FROM t");
  EXPECT_TRUE(rows.has_value());
  EXPECT_TRUE((*session)->Execute("DROP SCHEMA made_by_a_run", {}).has_value());
}

}  // namespace
}  // namespace dvt::connectors::mysql
