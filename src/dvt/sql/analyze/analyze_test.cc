// The cases of tests/sql/analyze/*.yml: what `analyze` answers to a statement, and types of expressions. A case names only the parts of
// the answer that it is about.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/analyze/schema.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/service/request.h"

namespace dvt::sql {
namespace {

constexpr const char* kFolder = "tests/sql/analyze/";

// The request of a case, with what the file says for all of its cases.
Value RequestOf(const Value& file, const Value& test, std::string sql) {
  Value request = Value::MakeMap();
  for (const char* key : {"read", "schema"}) {
    const Value* own = test.Find(key);
    request.Set(key, own != nullptr ? *own : file[key]);
  }
  request.Set("sql", std::move(sql));
  return request;
}

void CheckAnswer(const Value& file, const Value& test) {
  const std::string sql = test["sql"].as_string();
  SCOPED_TRACE(sql);
  Value request = RequestOf(file, test, sql);
  if (test.Find("qualified") != nullptr || test.Find("error") != nullptr) request.Set("qualify", true);
  const Value answer = AnswerRequest("analyze", request);
  if (const Value* error = test.Find("error")) {
    ASSERT_TRUE(answer["error"].is_string()) << "no error came, but: " << ToJson(answer);
    EXPECT_EQ(answer["error"].as_string().substr(0, error->as_string().size()), error->as_string());
    return;
  }
  ASSERT_TRUE(answer["error"].is_null()) << answer["error"].as_string();
  for (const char* key : {"tables", "written", "output_columns", "types", "columns", "lineage", "qualified"}) {
    if (const Value* expected = test.Find(key)) {
      EXPECT_EQ(ToJson(answer[key]), ToJson(*expected)) << key;
    }
  }
}

// {expression: neutral type} over the table t of the file, whose types are neutral too.
void CheckTypes(const Value& file, const Value& test) {
  const Dialect* dialect = FindDialect(test["read"].as_string());
  ASSERT_NE(dialect, nullptr) << test["read"].as_string();
  columnar::Fields columns;
  for (const auto& column : file["schema"]["t"].map()) {
    auto type = ReadTypeName(column.value.as_string(), *FindDialect(""));
    ASSERT_TRUE(type.has_value());
    columns.push_back({FoldIdentifier(*dialect, column.key, false), std::move(*type), true, {}});
  }
  MapSchema schema;
  schema.Add({"", "", FoldIdentifier(*dialect, "t", false)}, std::move(columns));
  for (const auto& entry : test["of"].map()) {
    SCOPED_TRACE(std::string(dialect->name) + ": " + entry.key);
    auto ast = ParseQuery("SELECT " + entry.key + " FROM t", *dialect);
    ASSERT_TRUE(ast.has_value()) << ast.error().ToString();
    auto analysis = Analyze(ast->root(), *dialect, &schema);
    ASSERT_TRUE(analysis.has_value()) << analysis.error().ToString();
    EXPECT_EQ(analysis->root()->output.front().type.ToString(), entry.value.as_string());
  }
}

class AnalyzeTest : public ::testing::TestWithParam<std::string> {};

TEST_P(AnalyzeTest, EveryCaseOfTheFile) {
  const std::string name = kFolder + GetParam() + ".yml";
  auto text = ReadFile(name);
  ASSERT_TRUE(text.has_value()) << text.error().ToString();
  auto file = ParseYaml(*text, name);
  ASSERT_TRUE(file.has_value()) << file.error().ToString();
  ASSERT_TRUE((*file)["cases"].is_list());
  EXPECT_FALSE((*file)["cases"].list().empty());
  for (const Value& test : (*file)["cases"].list()) {
    test.Find("of") != nullptr ? CheckTypes(*file, test) : CheckAnswer(*file, test);
  }
}

std::vector<std::string> Files() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder, ignored)) {
    if (entry.path().extension() == ".yml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Files, AnalyzeTest, ::testing::ValuesIn(Files()), [](const auto& info) { return info.param; });

TEST(Lineage, TreeOfARecursiveCteEnds) {
  Value request = Value::MakeMap();
  request.Set("read", "duckdb");
  request.Set("sql",
              "with recursive r(n, p) as (select id, boss from emp union all select e.id, r.n from emp e join r on e.boss = r.n) "
              "select p as parent from r");
  const Value answer = AnswerRequest("lineage", request);
  EXPECT_EQ(ToJson(answer["lineage"]), R"({"parent": ["emp.boss", "emp.id"]})");
  const Value& step = answer["tree"].list().front();
  EXPECT_EQ(step["name"].as_string(), "parent");
  EXPECT_EQ(step["expression"].as_string(), "p");
  EXPECT_EQ(step["from"].list().front()["relation"].as_string(), "r");
}

TEST(Lineage, ManyAliasesOfAliasesAreQuick) {
  std::string sql = "select x as a0";
  for (int i = 1; i <= 60; ++i)
    sql += ", a" + std::to_string(i - 1) + " + a" + std::to_string(i - 1) + " as a" + std::to_string(i);
  Value request = Value::MakeMap();
  request.Set("read", "duckdb");
  request.Set("sql", sql + " from t");
  request.Set("qualify", true);
  const Value answer = AnswerRequest("analyze", request);
  EXPECT_EQ(ToJson(answer["lineage"]["a60"]), R"(["t.x"])");
  EXPECT_LT(answer["qualified"].as_string().size(), 10'000'000u);
}

TEST(Lineage, SeveralStatementsHaveAnAnswerEach) {
  Value request = Value::MakeMap();
  request.Set("read", "postgres");
  request.Set("sql", "create table a as select x from b; insert into c select x from a");
  const Value answer = AnswerRequest("analyze", request);
  EXPECT_EQ(ToJson(answer["tables"]), R"(["a", "b", "c"])");
  EXPECT_EQ(ToJson(answer["written"]), R"(["a", "c"])");
  EXPECT_EQ(answer["statements"].list().size(), 2u);
  EXPECT_EQ(AnswerRequest("lineage", request)["statements"].list().size(), 2u);
}

}  // namespace
}  // namespace dvt::sql
