// What becomes of constructs between dialects. The cases in tests/sql/transpile/<from>_<to>.txt were executed on both systems over the
// same table; a case is its SQL, then "= translation" or "! construct" where the translation is refused or comes with a note.
#include "dvt/sql/rewrite/transpile.h"

#include <gtest/gtest.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/schema.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::sql {
namespace {

using columnar::DataType;
using columnar::TypeKind;

// The table t of all cases.
MapSchema CaseSchema() {
  columnar::Fields fields;
  auto add = [&](const char* name, DataType type) { fields.push_back({name, std::move(type), true, {}}); };
  for (const char* name : {"id", "i", "j"}) add(name, TypeKind::kInt32);
  add("b", TypeKind::kInt64);
  add("f", TypeKind::kFloat64);
  add("n", DataType::Decimal(10, 2));
  add("s", DataType::String(100));
  add("s2", DataType::String(100));
  add("d", TypeKind::kDate);
  add("ts", TypeKind::kTimestamp);
  add("bo", TypeKind::kBool);
  MapSchema schema;
  schema.Add({"", "", "t"}, std::move(fields));
  return schema;
}

std::string Outcome(const std::string& sql, const Dialect& from, const Dialect& to) {
  MapSchema schema = CaseSchema();
  TranspileOptions options;
  options.schema = &schema;
  auto done = Transpile(sql, from, to, options);
  if (!done) return "! " + std::string(ErrorCodeName(done.error().code()));
  if (done->verdict < Verdict::kDifferent) return "= " + done->sql;
  for (const auto& note : done->notes) {
    if (note.verdict >= Verdict::kDifferent) return "! " + note.construct;
  }
  return "! no note";
}

// The construct that a strict translation for people names, or the text.
std::string Strictly(std::string_view from, std::string_view to, std::string_view sql) {
  TranspileOptions options;
  options.normalize = options.fail_on_unsupported = options.fail_on_difference = true;
  auto done = Transpile(sql, *FindDialect(from), *FindDialect(to), options);
  if (done) return done->sql;
  const std::string message(done.error().message());
  return "! " + message.substr(0, message.find(':'));
}

TEST(Transpile, WhatATargetHasNotIsRefused) {
  struct Case {
    std::string_view from, to, sql, outcome;
  };
  constexpr Case kCases[] = {
      {"oracle", "duckdb", "SELECT /*+ FULL(t) */ a FROM t", "! hint"},
      {"oracle", "mysql", "SELECT /*+ FULL(t) */ a FROM t", "SELECT /*+ FULL(t) */ a FROM t"},
      {"oracle", "postgres", "SELECT t.a FROM t, u WHERE t.b = u.b (+)", "! (+)"},
      {"oracle", "oracle", "SELECT NTH_VALUE(a, 2) FROM LAST OVER (ORDER BY b) FROM t",
       "SELECT NTH_VALUE(a, 2) FROM LAST OVER (ORDER BY b) FROM t"},
      {"oracle", "trino", "SELECT NTH_VALUE(a, 2) FROM LAST OVER (ORDER BY b) FROM t", "! NTH_VALUE FROM LAST"},
      {"postgres", "snowflake", "SELECT SUM(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM t",
       "! EXCLUDE of a window"},
      {"duckdb", "spark", "SELECT * FROM t JOIN u NEAREST 1 BY DISTANCE ABS(t.a - u.a)", "! NEAREST"},
      {"mysql", "mysql", "ALTER TABLE t MODIFY COLUMN a BIGINT", "ALTER TABLE t MODIFY COLUMN a BIGINT"},
      {"mysql", "postgres", "ALTER TABLE t MODIFY COLUMN a BIGINT", "! MODIFY COLUMN"},
      {"mysql", "spark", "ALTER TABLE t CHANGE COLUMN a b BIGINT", "! CHANGE COLUMN"},
      {"snowflake", "postgres", "SELECT * FROM t PIVOT(SUM(a) FOR b IN ('x'))", "! PIVOT"},
      {"postgres", "hive", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
       "! WITH RECURSIVE"},
      {"duckdb", "bigquery", "SELECT a FROM (SELECT 1) AS u(a)", "! names of columns behind a table's alias"},
      {"bigquery", "trino", "SELECT b'a'", "! literal of bytes"},
      {"clickhouse", "redshift", "SELECT a FROM t SAMPLE 0.1", "! SAMPLE"},
      {"clickhouse", "duckdb", "SELECT a FROM t ANY LEFT JOIN u ON t.a = u.a", "! ANY JOIN"},
      {"clickhouse", "duckdb", "SELECT u.b FROM t RIGHT ANTI JOIN u ON t.a = u.a", "! ANTI JOIN"},
      {"clickhouse", "clickhouse", "SELECT u.b FROM t RIGHT ANTI JOIN u ON t.a = u.a",
       "SELECT u.b FROM t RIGHT ANTI JOIN u ON t.a = u.a"},
      {"bigquery", "duckdb", "SELECT 1 AS a FULL OUTER UNION ALL BY NAME SELECT 2 AS b",
       "SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b"},
      {"bigquery", "duckdb", "SELECT 1 AS a, 3 AS b LEFT UNION ALL BY NAME SELECT 2 AS a", "! LEFT of a set operation"},
  };
  for (const auto& each : kCases) EXPECT_EQ(Strictly(each.from, each.to, each.sql), each.outcome) << each.sql;
}

class TranspileTest : public ::testing::TestWithParam<const char*> {};

TEST_P(TranspileTest, EveryCaseOfTheFile) {
  const auto names = Split(GetParam(), '_');
  auto text = ReadFile(std::string("tests/sql/transpile/") + GetParam() + ".txt");
  ASSERT_TRUE(text.has_value()) << text.error().ToString();
  std::string sql;
  int cases = 0;
  for (const std::string& line : Split(*text, '\n')) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != '=' && line[0] != '!') {
      sql = line;
      continue;
    }
    ++cases;
    EXPECT_EQ(Outcome(sql, *FindDialect(names[0]), *FindDialect(names[1])), line) << sql;
  }
  EXPECT_GT(cases, 50);
}
INSTANTIATE_TEST_SUITE_P(Pairs, TranspileTest,
                         ::testing::Values("postgres_duckdb", "postgres_mysql", "postgres_sqlite", "mysql_duckdb",
                                           "mysql_postgres", "sqlite_duckdb", "duckdb_postgres", "duckdb_mysql",
                                           "duckdb_sqlite"));

// Customary texts: tests/sql/texts/<from>_<to>.txt holds a statement, then "> " and what it becomes when differences are only noted.
TEST(Texts, EveryCaseOfTheFolder) {
  auto files = ListFiles("tests/sql/texts");
  ASSERT_TRUE(files.has_value()) << files.error().ToString();
  int cases = 0;
  for (const auto& file : *files) {
    const auto names = Split(file.substr(0, file.rfind('.')), '_');
    ASSERT_EQ(names.size(), 2u) << file;
    auto text = ReadFile("tests/sql/texts/" + file);
    ASSERT_TRUE(text.has_value());
    std::string sql;
    for (const std::string& line : Split(*text, '\n')) {
      if (line.substr(0, 2) != "> ") {
        sql = line;
        continue;
      }
      ++cases;
      TranspileOptions options;
      options.normalize = true;
      auto done = Transpile(sql, *FindDialect(names[0]), *FindDialect(names[1]), options);
      EXPECT_EQ(done ? "> " + done->sql : done.error().ToString(), line) << file << ": " << sql;
    }
  }
  EXPECT_GT(cases, 100);
}

TEST(CanExpress, SaysWhyNot) {
  auto ask = [](std::string_view sql, const Dialect& from, const Dialect& to, DataType type, std::string* reason) {
    auto ast = ParseExpression(sql, from);
    EXPECT_TRUE(ast.has_value()) << sql;
    return CanExpress(
        ast->root(), from, to, [&](const Node&) { return type; }, reason);
  };
  std::string reason;
  EXPECT_EQ(ask("a > 5", Duckdb(), Mysql(), TypeKind::kInt32, &reason), Verdict::kExact);
  EXPECT_EQ(ask("a = 'x'", Duckdb(), Mysql(), DataType::String(), &reason), Verdict::kDifferent);
  EXPECT_NE(reason.find("ignores case"), std::string::npos) << reason;
  EXPECT_EQ(ask("a = 'x'", Duckdb(), Postgres(), DataType::String(), &reason), Verdict::kExact);
  EXPECT_EQ(ask("a < 'x'", Duckdb(), Postgres(), DataType::String(), &reason), Verdict::kDifferent);
  EXPECT_EQ(ask("no_such_function(a)", Duckdb(), Postgres(), TypeKind::kInt32, &reason), Verdict::kUnsupported);
  EXPECT_EQ(ask("random() < a", Duckdb(), Postgres(), TypeKind::kFloat64, &reason), Verdict::kDifferent);
  EXPECT_EQ(ask("a / 2", Postgres(), Duckdb(), DataType(), &reason), Verdict::kDifferent);
}

TEST(Transpile, NotesHaveAPlace) {
  auto done = Transpile("select 1,\n  s ilike 'a%' from t", Postgres(), Mysql());
  ASSERT_TRUE(done.has_value());
  ASSERT_FALSE(done->notes.empty());
  EXPECT_EQ(done->notes.back().place.line, 2);
  EXPECT_EQ(done->notes.back().place.column, 3);
  TranspileOptions strict;
  strict.fail_on_unsupported = true;
  EXPECT_FALSE(Transpile("select a from t qualify row_number() over () = 1", Duckdb(), Postgres(), strict).has_value());
}

}  // namespace
}  // namespace dvt::sql
