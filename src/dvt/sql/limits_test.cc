// Texts of unreasonable size or shape: a result or a clean error, and never more than linear time.
#include <gtest/gtest.h>

#include <ctime>

#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/transpile.h"

namespace dvt::sql {
namespace {

std::string Repeated(std::string_view piece, size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// "" if the text comes back as it was, else what is wrong.
std::string Survives(const std::string& sql, const Dialect& from, const Dialect& to) {
  auto done = Transpile(sql, from, to);
  if (!done) return done.error().message();
  auto again = Parse(done->sql, to);
  if (!again) return "its translation does not parse: " + again.error().message();
  const std::string printed = Print(again->root(), to);
  return printed == done->sql ? "" : "printed otherwise the second time";
}

TEST(Limits, LongChainsOfOneOperatorAreRead) {
  for (std::string_view link : {" + b", " and b = 1", " or b = 1", " || 'x'", " * b"}) {
    const std::string sql = "SELECT a" + Repeated(link, link == " and b = 1" ? 100000 : 10000);
    EXPECT_EQ(Survives(sql, Postgres(), Postgres()), "") << link;
    EXPECT_EQ(Survives(sql, Postgres(), Duckdb()), "") << link;
  }
  EXPECT_EQ(Survives("select a = 1" + Repeated(" or a = 1 and b = 2 and c = 3", 5000), Mysql(), Postgres()), "");
  EXPECT_EQ(Survives("select 1" + Repeated(" union all select 2", 2000), Postgres(), Mysql()), "");
  EXPECT_EQ(Survives("select 1" + Repeated(" union all select 2", 2000), Duckdb(), Sqlite()), "");
}

TEST(Limits, ALongChainPrintsAsItWasWritten) {
  std::string sql = "SELECT 1 FROM t WHERE a0 = 0";
  for (int i = 1; i < 300; ++i) sql += " AND a" + std::to_string(i) + " = " + std::to_string(i);
  sql += " OR b = 1 - 2";
  for (int i = 0; i < 300; ++i) sql += " + " + std::to_string(i);
  for (int i = 0; i < 300; ++i) sql += " UNION SELECT " + std::to_string(i);
  sql += " EXCEPT SELECT 7";
  for (int i = 0; i < 300; ++i) sql += " UNION ALL SELECT " + std::to_string(i);
  for (const Dialect* dialect : {&Postgres(), &Duckdb(), &Mysql(), &Sqlite()}) {
    auto parsed = ParseQuery(sql, *dialect);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().ToString();
    EXPECT_EQ(Print(parsed->root(), *dialect), sql);
  }
}

TEST(Limits, ALongConditionIsAnalysed) {
  std::string sql = "select a from t where b = 1";
  for (int i = 0; i < 5000; ++i) sql += " and c" + std::to_string(i) + " = 2";
  auto parsed = ParseQuery(sql, Postgres());
  ASSERT_TRUE(parsed.has_value());
  AnalyzeOptions options;
  options.strict = false;
  auto analysis = Analyze(parsed->root(), Postgres(), nullptr, options);
  ASSERT_TRUE(analysis.has_value());
  EXPECT_EQ(analysis->sources().front().used_names.size(), 5002u);
}

TEST(Limits, LongLists) {
  EXPECT_EQ(Survives("SELECT a IN (1" + Repeated(", 2", 50000) + ")", Postgres(), Duckdb()), "");
  EXPECT_EQ(Survives("SELECT '" + Repeated("x", 2000000) + "'", Postgres(), Mysql()), "");
  EXPECT_EQ(Survives("SELECT 'a" + Repeated("''", 100000) + "'", Postgres(), Sqlite()), "");
  EXPECT_EQ(Survives("INSERT INTO t VALUES (1, 'a')" + Repeated(", (2, 'b')", 10000), Postgres(), Mysql()), "");
  EXPECT_EQ(Survives("SELECT * FROM (VALUES (1, 'a')" + Repeated(", (2, 'b')", 5000) + ") AS v(a, b)", Postgres(), Sqlite()), "");
  EXPECT_EQ(Survives("SELECT CASE" + Repeated(" WHEN a = 1 THEN 2", 5000) + " END", Postgres(), Duckdb()), "");
}

TEST(Limits, DeepNestingEndsInACleanError) {
  struct Nest {
    const char* before;
    const char* middle;
    const char* after;
  };
  static constexpr Nest kNests[] = {
      {"(", "1", ")"},
      {"(", "", ""},
      {"f(", "1", ")"},
      {"[", "1", "]"},
      {"{'a': ", "1", "}"},
      {"case when ", "a", " then 1 end"},
      {"not ", "a", ""},
      {"- ", "1", ""},
      {"cast(", "a", " as int)"},
      {"(select ", "1", ")"},
      {"exists (select 1 where ", "a", ")"},
      {"sum(a) over (partition by ", "a", ")"},
      {"(1, ", "2", ")"},
      {"a in (", "1", ")"},
      {"interval (", "1", ") day"},
      {"a between ", "1", " and 2"},
      {"cast(a as struct(x ", "int", "))"},
      {"cast(a as ", "int", ")"},
      {"1 from (select ", "1", ") t"},
      {"f(x -> ", "x", ")"},
      {"a[", "1", "]"},
      {"", "a", "::int"},
      {"", "a", "[1]"},
      {"", "a", ".b"},
      {"", "a", " is null"},
      {"", "a", " - 1"},
      {"", "a", " -> 'b'"},
      {"", "a", " except select 1"},
      {"", "1 from t", " join t on true"},
      {"", "a::int", "[]"},
      {"", "date '2024-01-31'", " + interval '1 month'"},
  };
  for (const Dialect* dialect : {&Postgres(), &Duckdb(), &Mysql(), &Sqlite()}) {
    for (const Nest& nest : kNests) {
      const std::string sql = "select " + Repeated(nest.before, 5000) + nest.middle + Repeated(nest.after, 5000);
      EXPECT_FALSE(Transpile(sql, *dialect, Duckdb()).has_value()) << dialect->name << ": " << nest.before << nest.after;
    }
  }
}

// What the limits let through must not exhaust the stack of any later stage either.
TEST(Limits, ReasonableDepthIsRead) {
  const std::string parens = "SELECT " + Repeated("(", 400) + "1" + Repeated(" + 1)", 400);
  EXPECT_EQ(Survives(parens, Postgres(), Duckdb()), "");
  EXPECT_EQ(Survives("SELECT " + Repeated("ABS(", 200) + "a" + Repeated(")", 200), Postgres(), Mysql()), "");
  EXPECT_EQ(Survives("SELECT a" + Repeated(" - 1", 900), Postgres(), Duckdb()), "");
  EXPECT_EQ(Survives(Repeated("SELECT * FROM (", 100) + "SELECT 1 AS x" + Repeated(") AS t", 100), Postgres(), Duckdb()), "");
}

TEST(Limits, OddBytes) {
  EXPECT_FALSE(Parse("select '\xff'", Postgres()).has_value());
  EXPECT_FALSE(Parse("select 'a\xc3", Postgres()).has_value());
  EXPECT_FALSE(Parse("select \xed\xa0\x80", Postgres()).has_value());
  EXPECT_FALSE(Parse(std::string_view("select \0 1", 10), Postgres()).has_value());
  EXPECT_FALSE(Parse("", Postgres()).has_value());
  EXPECT_TRUE(Parse("select 'ü€😀' as \"größe\"", Postgres()).has_value());
}

// Of this thread: what else the machine does is not counted.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Eight times the text takes about eight times the time; a quadratic step would take 64 times as long.
TEST(Limits, TimeIsLinear) {
  auto seconds = [](const std::string& sql) {
    double best = 1e9;
    for (int round = 0; round < 3; ++round) {
      const double start = CpuSeconds();
      (void)Transpile(sql, Postgres(), Mysql());
      best = std::min(best, CpuSeconds() - start);
    }
    return best;
  };
  for (std::string_view piece :
       {"((", "(a + ", "a + b || ", "f(a), ", "'x'\n", "$a$b", "/* a */ a, ", "a ilike b or ", "\"a\"."}) {
    const size_t times = 1000;
    const double one = seconds("select " + Repeated(piece, times) + "1"),
                 eight = seconds("select " + Repeated(piece, 8 * times) + "1");
    EXPECT_LT(eight, 24 * one + 0.05) << piece;
  }
}

}  // namespace
}  // namespace dvt::sql
