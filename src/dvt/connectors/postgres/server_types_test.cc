// Every type through reader and sink, against a real server.
#include "dvt/connectors/postgres/test_server.h"

namespace dvt::connectors::postgres {
namespace {

struct TypeCase {
  const char* type;
  const char* neutral;              // of the column as read
  std::vector<const char*> values;  // SQL expressions; NULL is added
};

const std::vector<TypeCase> kCases = {
    {"boolean", "boolean", {"true", "false"}},
    {"smallint", "int16", {"-32768", "32767", "0"}},
    {"integer", "int32", {"-2147483648", "2147483647"}},
    {"bigint", "int64", {"-9223372036854775808", "9223372036854775807"}},
    {"oid", "uint32", {"4294967295", "0"}},
    {"real", "float32", {"'NaN'", "'-Infinity'", "3.4028235e38", "1e-45", "-0.0"}},
    {"double precision", "float64", {"'NaN'", "'Infinity'", "1.7976931348623157e308", "5e-324", "0.1"}},
    {"numeric(15,2)", "decimal(15,2)", {"0", "-9999999999999.99", "0.01", "100", "1234.5"}},
    {"numeric(38,0)", "decimal(38,0)", {"99999999999999999999999999999999999999", "-1", "10000"}},
    {"numeric(38,37)", "decimal(38,37)", {"9.9999999999999999999999999999999999999", "0.0000000000000000000000000000000000001"}},
    {"numeric(60,20)", "decimal(60,20)", {"1234567890123456789012345678901234567890.12345678901234567891", "-0.5", "0"}},
    {"numeric(76,38)", "decimal(76,38)", {"-99999999999999999999999999999999999999.99999999999999999999999999999999999999"}},
    {"numeric(5,-2)", "decimal(7,0)", {"9999900", "-100"}},
    {"numeric(3,5)", "decimal(5,5)", {"0.00999", "-0.00001"}},
    {"numeric", "decimal", {"12345678901234567890.123456789012345678", "-0.000000000000000001", "1e19", "0"}},
    {"numeric(90,10)",
     "unknown",
     {"12345678901234567890123456789012345678901234567890123456789012345678901234567890.0123456789"}},
    {"money", "decimal(19,2)", {"92233720368547758.07", "-12.34"}},
    {"text", "text", {"''", "'a'", "E'tab\\t newline\\n \\\\ ''\"'", "repeat('ж', 100000)"}},
    {"varchar(10)", "varchar(10)", {"'abc'", "'  '"}},
    {"char(5)", "char(5)", {"'ab'", "'abcde'", "''"}},
    {"\"char\"", "text", {"'x'"}},
    {"name", "text", {"'some_name'"}},
    {"bytea", "binary", {"''", "'\\x00ff10'"}},
    {"date",
     "date",
     {"'0001-01-01'", "'9999-12-31'", "'1970-01-01'", "'4713-01-01 BC'", "'5874897-12-31'", "'infinity'", "'-infinity'"}},
    {"time", "time", {"'00:00'", "'23:59:59.999999'", "'24:00'"}},
    {"time(3)", "time", {"'12:34:56.789'"}},
    {"timetz", "unknown", {"'12:00+02'", "'23:59:59.5-11:30'"}},
    {"timestamp",
     "timestamp",
     {"'1970-01-01'", "'9999-12-31 23:59:59.999999'", "'0044-03-15 BC'", "'294246-12-31'", "'infinity'", "'-infinity'"}},
    {"timestamptz",
     "timestamp with time zone",
     {"'2024-02-29 12:00:00.5+05:30'", "'0001-01-01 00:00+00'", "'infinity'", "'-infinity'"}},
    {"timestamp(0)", "timestamp", {"'2024-02-29 12:00:00'"}},
    {"interval", "interval", {"'1 year 2 mons -3 days 04:05:06.789'", "'-00:00:00.000001'", "'178000 months'"}},
    {"uuid", "uuid", {"'00112233-4455-6677-8899-aabbccddeeff'"}},
    {"json", "json", {"'{\"a\": [1, null, \"x\"]}'", "'null'"}},
    {"jsonb", "json", {"'{\"a\": [1, null, \"ж\"]}'", "'1'"}},
    {"xml", "text", {"'<a>b</a>'"}},
    {"inet", "text", {"'1.2.3.4'", "'10.0.0.1/8'", "'2001:db8::1'", "'::ffff:1.2.3.4/100'"}},
    {"cidr", "text", {"'10.0.0.0/8'", "'1.2.3.4/32'", "'2001:db8::/32'"}},
    {"macaddr", "unknown", {"'08:00:2b:01:02:03'"}},
    {"macaddr8", "unknown", {"'08:00:2b:01:02:03:04:05'"}},
    {"bit(3)", "unknown", {"B'101'"}},
    {"varbit", "unknown", {"B''", "B'1011'"}},
    {"pg_lsn", "unknown", {"'16/B374D848'"}},
    {"tsvector", "unknown", {"'a fat cat'"}},
    {"tsquery", "unknown", {"'fat & rat'"}},
    {"int4range", "unknown", {"'[1,5)'", "'empty'", "'(,3)'"}},
    {"tstzrange", "unknown", {"'[2024-01-01,2024-02-01)'"}},
    {"point", "unknown", {"'(1.5,-2)'"}},
    {"polygon", "unknown", {"'((0,0),(1,1),(1,0))'"}},
    {"regclass", "unknown", {"'pg_class'"}},
    {"xid", "unknown", {"'17'"}},
    {"mood", "text", {"'sad'", "'so so'"}},
    {"positive", "int32", {"1"}},
    {"price", "decimal(10,3)", {"1.125"}},
    {"pair", "struct(a int32, b text, c decimal(8,2))", {"ROW(1, 'x, \"y\"', 1.25)::pair", "ROW(NULL, NULL, NULL)::pair"}},
    {"integer[]", "int32[]", {"'{}'", "'{1,NULL,3}'", "ARRAY[2147483647]"}},
    {"text[]", "text[]", {"ARRAY['a', NULL, 'NULL', '', 'x,\"y\\']"}},
    {"numeric(8,2)[]", "decimal(8,2)[]", {"'{1.25,-99.99}'"}},
    {"timestamptz[]", "timestamp with time zone[]", {"'{2024-01-01 00:00+00}'"}},
    {"mood[]", "text[]", {"'{sad,NULL}'"}},
    {"pair[]", "struct(a int32, b text, c decimal(8,2))[]", {"ARRAY[ROW(1, 'x', 2)::pair, NULL]"}},
    {"uuid[]", "uuid[]", {"'{00112233-4455-6677-8899-aabbccddeeff}'"}},
    {"jsonb[]", "json[]", {"ARRAY['{\"a\":1}'::jsonb]"}},
    {"int4range[]", "unknown", {"'{\"[1,3)\"}'"}},
    {"integer[][]", "unknown", {"'{{1,2},{3,4}}'"}},
};

class ServerTypes : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    if (session_ == nullptr) return;
    Run("CREATE TYPE mood AS ENUM ('sad', 'so so'); CREATE DOMAIN positive AS integer CHECK (VALUE > 0); "
        "CREATE DOMAIN price AS numeric(10,3); CREATE TYPE pair AS (a integer, b text, c numeric(8,2))");
  }
};

TEST_F(ServerTypes, EveryTypeSurvivesReadingAndWriting) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.type);
    const std::string type = c.type;
    Run("DROP TABLE IF EXISTS a, b; CREATE TABLE a (id integer, v " + type + "); CREATE TABLE b (v " + type + ", id integer)");
    int id = 0;
    for (const auto* value : c.values) Run("INSERT INTO a SELECT " + std::to_string(++id) + ", (" + value + ")::" + type);
    Run("INSERT INTO a VALUES (0, NULL)");
    auto scope = connector_->BeginRead({});
    ASSERT_TRUE(scope) << scope.error().ToString();
    auto plan = connector_->PlanRead(Table("a"), *scope, {});
    ASSERT_TRUE(plan) << plan.error().ToString();
    EXPECT_EQ(plan->fields[1].type.ToString(), c.neutral);
    auto described = connector_->Describe({"", schema_, "a"}, {});
    ASSERT_TRUE(described);
    EXPECT_TRUE(described->columns[1].type == plan->fields[1].type) << described->columns[1].type.ToString();
    auto sink = connector_->OpenSink({{"", schema_, "b"}, plan->fields, "", true, 60}, {});
    ASSERT_TRUE(sink) << sink.error().ToString();
    for (int part = 0; part < static_cast<int>(plan->partitions.size()); ++part) {
      auto stream = connector_->Open(*plan, part, *scope, {});
      ASSERT_TRUE(stream) << stream.error().ToString();
      for (;;) {
        auto batch = stream->Next();
        ASSERT_TRUE(batch) << batch.error().ToString();
        if (!batch->valid()) break;
        auto written = (*sink)->Write(batch->get(), {});
        ASSERT_TRUE(written) << written.error().ToString();
      }
    }
    auto rows = (*sink)->Commit({});
    ASSERT_TRUE(rows) << rows.error().ToString();
    EXPECT_EQ(*rows, static_cast<int64_t>(c.values.size()) + 1);
    // Without a declared scale only the value counts, not how many zeros follow it.
    const std::string text = type == "numeric" ? "v)::text" : "v::text)";
    const std::string a = (type == "numeric" ? "trim_scale(a." : "(a.") + text,
                      b = (type == "numeric" ? "trim_scale(b." : "(b.") + text;
    auto differing =
        Query("SELECT count(*), min(" + a + "), min(" + b + ") FROM a JOIN b USING (id) WHERE " + a + " IS DISTINCT FROM " + b);
    ASSERT_TRUE(differing) << differing.error().ToString();
    EXPECT_EQ(differing->front(), "0|∅|∅");
    EXPECT_EQ(One("SELECT count(*) FROM a JOIN b USING (id)"), std::to_string(c.values.size() + 1));
  }
}

TEST_F(ServerTypes, OwnTypeNamesHoldWhatWasRead) {
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.type);
    auto fields = connector_->DescribeQuery(std::string("SELECT NULL::") + c.type + " AS v", {});
    ASSERT_TRUE(fields) << fields.error().ToString();
    auto name = connector_->TypeName((*fields)[0].type, nullptr);
    ASSERT_TRUE(name);
    Run("DROP TABLE IF EXISTS t; CREATE TABLE t (v " + *name + ")");
    auto sink = connector_->OpenSink({{"", schema_, "t"}, *fields, "", true, 60}, {});
    EXPECT_TRUE(sink) << sink.error().ToString();
  }
}

TEST_F(ServerTypes, ValuesWithoutAHomeAreClearErrors) {
  const std::pair<const char*, const char*> cases[] = {
      {"'NaN'::numeric", "NaN"},      {"'Infinity'::numeric", "Infinity"},      {"1e25::numeric", "too large"},
      {"1e-19::numeric", "decimals"}, {"'{{1,2},{3,4}}'::int[]", "dimensions"}, {"'200000000 hours'::interval", "interval"},
  };
  for (const auto& [value, part] : cases) {
    auto rows = Query(std::string("SELECT 1 AS a, ") + value + " AS price");
    ASSERT_FALSE(rows) << value;
    EXPECT_EQ(rows.error().code(), ErrorCode::kData) << value;
    EXPECT_NE(rows.error().message().find(part), std::string::npos) << rows.error().ToString();
    EXPECT_NE(rows.error().message().find("price"), std::string::npos) << rows.error().ToString();
    EXPECT_NE(rows.error().hint(), "");
    EXPECT_EQ(One("SELECT 1"), "1") << "the session must live on";
  }
}

TEST_F(ServerTypes, ConversionsAreExactOrRefused) {
  struct Case {
    const char* source;
    const char* target;
    const char* outcome;  // text of the value, "type" or "data"
  };
  const Case cases[] = {
      {"5::bigint", "integer", "5"},
      {"5000000000::bigint", "integer", "data"},
      {"-1::integer", "oid", "data"},
      {"7::numeric(10,0)", "bigint", "7"},
      {"7.5::numeric(10,1)", "bigint", "data"},
      {"12345678901234567890::numeric(20,0)", "bigint", "data"},
      {"3::integer", "numeric(5,2)", "3.00"},
      {"1.5::numeric(10,4)", "numeric(10,2)", "1.50"},
      {"1.555::numeric(10,4)", "numeric(10,2)", "data"},
      {"1.555::numeric(10,4)", "numeric", "1.5550"},
      {"1.555::numeric(60,4)", "numeric(10,2)", "data"},
      {"100.2500::numeric", "numeric", "100.25"},
      {"1.5::double precision", "numeric", "type"},
      {"now()::timestamp", "timestamptz", "type"},
      {"now()", "timestamp", "type"},
      {"'2024-02-29'::date", "timestamp", "2024-02-29 00:00:00"},
      {"'x'::text", "integer", "type"},
      {"17::integer", "text", "17"},
      {"'2024-02-29'::date", "varchar(20)", "2024-02-29"},
      {"'00112233-4455-6677-8899-aabbccddeeff'::text", "uuid", "00112233-4455-6677-8899-aabbccddeeff"},
      {"'10.0.0.0/8'::text", "cidr", "10.0.0.0/8"},
      {"'{\"b\": 1}'::text", "jsonb", "{\"b\": 1}"},
      {"ROW(1, 'x', 2.5)::pair", "jsonb", "{\"a\": 1, \"b\": \"x\", \"c\": 2.50}"},
      {"'nonsense'::text", "mood", "server"},
      {"'longer than five'::text", "varchar(5)", "server"},
      {"1e300::double precision", "real", "data"},
      {"'{1,2}'::bigint[]", "integer[]", "{1,2}"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.source) + " → " + c.target);
    Run(std::string("DROP TABLE IF EXISTS t; CREATE TABLE t (v ") + c.target + ")");
    auto stream = session_->Query(std::string("SELECT ") + c.source + " AS v", {});
    ASSERT_TRUE(stream);
    const auto fields = *stream->GetFields();
    auto batch = stream->Next();
    ASSERT_TRUE(batch) << batch.error().ToString();
    *stream = columnar::Stream();
    auto sink = connector_->OpenSink({{"", schema_, "t"}, fields, "", true, 60}, {});
    const std::string outcome = c.outcome;
    if (outcome == "type") {
      ASSERT_FALSE(sink);
      EXPECT_EQ(sink.error().code(), ErrorCode::kType);
      continue;
    }
    ASSERT_TRUE(sink) << sink.error().ToString();
    auto written = (*sink)->Write(batch->get(), {});
    if (outcome == "data") {
      ASSERT_FALSE(written);
      EXPECT_EQ(written.error().code(), ErrorCode::kData) << written.error().ToString();
      EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
      continue;
    }
    ASSERT_TRUE(written) << written.error().ToString();
    auto rows = (*sink)->Commit({});
    if (outcome == "server") {
      ASSERT_FALSE(rows);
      EXPECT_EQ(rows.error().code(), ErrorCode::kData) << rows.error().ToString();
      EXPECT_EQ(One("SELECT count(*) FROM t"), "0");
      continue;
    }
    ASSERT_TRUE(rows) << rows.error().ToString();
    EXPECT_EQ(One("SELECT v::text FROM t"), outcome);
  }
}

}  // namespace
}  // namespace dvt::connectors::postgres
