// The frontend on whole queries: what parses, prints to the same meaning, and analyses to the right columns.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/analyze/qualify.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/dialects/exact_forms.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/print/printer.h"
#include "dvt/sql/rewrite/function_template.h"

namespace dvt::sql {
namespace {

// Parse, print, parse again: the second tree must equal the first, and print the same.
std::string RoundTrip(std::string_view sql, const Dialect& dialect) {
  auto first = Parse(sql, dialect);
  if (!first) return "error: " + first.error().ToString();
  std::string printed;
  for (const Node* statement : first->statements) printed += (printed.empty() ? "" : "; ") + Print(statement, dialect);
  auto second = Parse(printed, dialect);
  if (!second) return "printed as: " + printed + "\nwhich does not parse: " + second.error().ToString();
  if (first->statements.size() != second->statements.size()) return "printed as: " + printed;
  for (size_t i = 0; i < first->statements.size(); ++i) {
    if (!Equal(first->statements[i], second->statements[i])) {
      return "printed as: " + printed + "\n" + Dump(first->statements[i]) + "\n" + Dump(second->statements[i]);
    }
  }
  return {};
}

class RoundTripTest : public ::testing::TestWithParam<std::string> {};

// One statement a paragraph of tests/sql/<dialect>/*.sql.
TEST_P(RoundTripTest, EveryStatementOfTheFolder) {
  const Dialect* dialect = FindDialect(GetParam());
  ASSERT_NE(dialect, nullptr);
  const std::string folder = "tests/sql/" + GetParam();
  auto files = ListFiles(folder);
  ASSERT_TRUE(files.has_value());
  int statements = 0;
  for (const auto& file : *files) {
    auto text = ReadFile(JoinPath(folder, file));
    ASSERT_TRUE(text.has_value());
    size_t at = 0;
    while (at < text->size()) {
      const size_t end = std::min(text->find("\n\n", at), text->size());
      const std::string statement(TrimView(std::string_view(*text).substr(at, end - at)));
      at = end + 2;
      if (statement.empty()) continue;
      ++statements;
      EXPECT_EQ(RoundTrip(statement, *dialect), "") << file << ": " << statement;
    }
  }
  EXPECT_GE(statements, 3);
}

// Every dialect that has a folder of cases.
std::vector<std::string> DialectsWithCases() {
  std::vector<std::string> names;
  for (const auto& name : DialectNames()) {
    if (!name.empty() && std::filesystem::is_directory("tests/sql/" + name)) names.push_back(name);
  }
  return names;
}
INSTANTIATE_TEST_SUITE_P(Dialects, RoundTripTest, ::testing::ValuesIn(DialectsWithCases()));

TEST(Analyze, TpcQueriesOfTheConformanceData) {
  const char* data = std::getenv("DVT_SQL_CONFORMANCE");
  if (data == nullptr) GTEST_SKIP() << "DVT_SQL_CONFORMANCE names no folder with scope.jsonl and schemas.json";
  const std::string folder = std::string(data) + "/";
  auto schemas_text = ReadFile(folder + "schemas.json");
  auto schemas = ParseJson(*schemas_text);
  ASSERT_TRUE(schemas.has_value());
  std::ifstream lines(folder + "scope.jsonl");
  std::string line;
  int good = 0, all = 0;
  while (std::getline(lines, line)) {
    auto test = ParseJson(line);
    ASSERT_TRUE(test.has_value());
    const Dialect* dialect = FindDialect(
        (*test)["dialect"].is_string() && !(*test)["dialect"].as_string().empty() ? (*test)["dialect"].as_string() : "duckdb");
    if (dialect == nullptr) dialect = &Duckdb();
    ++all;
    const std::string problem = RoundTrip((*test)["sql"].as_string(), *dialect);
    EXPECT_EQ(problem, "");
    good += problem.empty();
  }
  RecordProperty("queries", all);
  EXPECT_EQ(good, all);
}

MapSchema Shop() {
  MapSchema schema;
  auto field = [](const char* name, columnar::DataType type) { return columnar::Field{name, std::move(type), true, {}}; };
  using columnar::DataType;
  using columnar::TypeKind;
  schema.Add({"", "", "orders"}, {field("id", TypeKind::kInt32), field("customer_id", TypeKind::kInt32),
                                  field("amount", DataType::Decimal(15, 2)), field("day", TypeKind::kDate)});
  schema.Add({"", "", "customers"}, {field("id", TypeKind::kInt32), field("name", DataType::String())});
  return schema;
}

std::string Qualified(std::string_view sql, const Dialect& dialect = Postgres()) {
  auto ast = ParseQuery(sql, dialect);
  if (!ast) return ast.error().message();
  MapSchema schema = Shop();
  Node* root = ast->root();
  QualifyOptions options;
  options.analyze.source = ast->source;
  auto done = Qualify(ast->arena, root, dialect, &schema, options);
  if (!done) return done.error().ToString();
  PrintOptions print;
  print.identify = Identify::kAsNeeded;
  return Print(root, dialect, print);
}

TEST(Qualify, NamesEverything) {
  EXPECT_EQ(Qualified("select name, amount * 2 from orders join customers c on customer_id = c.id"),
            "SELECT c.name AS name, orders.amount * 2 FROM orders AS orders JOIN customers AS c ON orders.customer_id = c.id");
  EXPECT_EQ(Qualified("select * from customers where exists (select 1 from orders where customer_id = customers.id)"),
            "SELECT customers.id AS id, customers.name AS name FROM customers AS customers WHERE EXISTS(SELECT 1 FROM orders AS "
            "orders "
            "WHERE orders.customer_id = customers.id)");
  EXPECT_EQ(Qualified("with orders as (select 1 as x) select x from orders"),
            "WITH orders AS (SELECT 1 AS x) SELECT orders.x AS x FROM orders AS orders");
  EXPECT_EQ(Qualified("select count(*) n from orders group by day order by n, day"),
            "SELECT count(*) AS n FROM orders AS orders GROUP BY orders.day ORDER BY n, orders.day");
}

TEST(Analyze, ErrorsNameThePlaceAndTheNearestName) {
  EXPECT_EQ(Qualified("select nam from customers"), "1:8: there is no column 'nam'. Did you mean 'name'?");
  const std::string missing = Qualified("select c.nme from customers c");
  EXPECT_NE(missing.find("'c' has no column 'nme'. Did you mean 'name'?"), std::string::npos) << missing;
  const std::string ambiguous = Qualified("select id from customers, orders");
  EXPECT_NE(ambiguous.find("ambiguous"), std::string::npos) << ambiguous;
}

TEST(Analyze, TypesOfOutputs) {
  auto ast = ParseQuery(
      "select id / 2, amount * 0.5, day + interval '1 day', count(*), sum(id), case when id = 1 then amount end from orders "
      "group by 1",
      Postgres());
  ASSERT_TRUE(ast.has_value());
  MapSchema schema = Shop();
  auto analysis = Analyze(ast->root(), Postgres(), &schema);
  ASSERT_TRUE(analysis.has_value()) << analysis.error().ToString();
  std::string types;
  for (const auto& field : analysis->root()->output) types += field.type.ToString() + "|";
  EXPECT_EQ(types, "int32|decimal(17,3)|timestamp|int64|int64|decimal(15,2)|");
}

TEST(ReferencedTables, NeverTakesACteForATable) {
  auto names = ReferencedTables(
      "with a as (select * from b), c as (select * from a) select * from c join (select 1) d on true where x in (select y from "
      "s.e)",
      Postgres());
  ASSERT_TRUE(names.has_value());
  ASSERT_EQ(names->size(), 2u);
  EXPECT_EQ((*names)[0].ToString(), "b");
  EXPECT_EQ((*names)[1].ToString(), "s.e");
}

TEST(Parser, BadInputEndsInACleanError) {
  for (const std::string& sql :
       {std::string("select from where"), std::string("select (1"), std::string("select 'abc"), std::string("select 1 +"),
        std::string("\0select", 7), std::string("select \xff\xfe"), std::string(100000, '(') + "1" + std::string(100000, ')'),
        std::string("select * from a join"), std::string("with x as select 1 select 2"), std::string("")}) {
    for (const char* name : {"postgres", "mysql", "sqlite", "duckdb"}) {
      auto parsed = ParseQuery(sql, *FindDialect(name));
      if (!parsed) {
        EXPECT_FALSE(parsed.error().message().empty());
      }
    }
  }
  auto parsed = ParseQuery("select a,\n  from t", Postgres(), {.file = "models/x.sql"});
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().place().file, "models/x.sql");
  EXPECT_EQ(parsed.error().place().line, 2);
}

TEST(TypeNames, ReadAndWrite) {
  auto read = [](const char* dialect, const char* text) { return ParseTypeName(*FindDialect(dialect), text)->ToString(); };
  EXPECT_EQ(read("postgres", "numeric(15,2)"), "decimal(15,2)");
  EXPECT_EQ(read("postgres", "character varying(10)[]"), "varchar(10)[]");
  EXPECT_EQ(read("postgres", "timestamp(3) with time zone"), "timestamp with time zone");
  EXPECT_EQ(read("mysql", "bigint(20) unsigned"), "uint64");
  EXPECT_EQ(read("mysql", "decimal"), "decimal(10,0)");
  EXPECT_EQ(read("sqlite", "VARYING CHARACTER(20)"), "varchar(20)");
  EXPECT_EQ(read("duckdb", "DECIMAL"), "decimal(18,3)");
  auto write = [](const char* dialect, columnar::DataType type) { return *RenderTypeName(*FindDialect(dialect), type); };
  EXPECT_EQ(write("postgres", columnar::DataType::Decimal(10, 2)), "DECIMAL(10, 2)");
  EXPECT_EQ(write("mysql", columnar::DataType::String()), "LONGTEXT");
  EXPECT_EQ(write("mysql", columnar::DataType::String(5)), "VARCHAR(5)");
  EXPECT_EQ(write("duckdb", columnar::DataType::String(5)), "VARCHAR");
  EXPECT_EQ(write("sqlite", columnar::TypeKind::kTimestamp), "DATETIME");
}

}  // namespace
// A row whose template does not parse would silently be skipped.
TEST(FunctionTables, EveryTemplateParses) {
  for (const auto& name : DialectNames()) {
    const Dialect& dialect = *FindDialect(name);
    for (const Dialect* each = &dialect; each != nullptr; each = each->parent) {
      for (const auto& spec : each->functions) {
        if (!spec.read.empty()) {
          const bool own = spec.read.front() == '=';
          const Node* shape = own ? FunctionTemplate(dialect, spec.read.substr(1)) : ArgumentTemplate(Neutral(), spec.read);
          EXPECT_NE(shape, nullptr) << name << "." << spec.name << ": " << spec.read;
        }
        if (!spec.write.empty()) {
          EXPECT_NE(FunctionTemplate(dialect, spec.write), nullptr) << name << "." << spec.name << ": " << spec.write;
        }
      }
    }
  }
}

// Every pair of texts that stands for an exact translation is read in its two dialects.
TEST(ExactForms, AllParse) {
  for (const Dialect* from : {&Mysql(), &Postgres(), &Duckdb()}) {
    for (const Dialect* to : {&Mysql(), &Postgres(), &Duckdb()}) {
      for (const ExactForm& form : ExactForms(*from, *to)) {
        ParseOptions options;
        options.placeholders = true;
        EXPECT_TRUE(ParseExpression(form.from, *from, options).has_value()) << form.from;
        EXPECT_TRUE(ParseExpression(form.to, *to, options).has_value()) << form.to;
      }
    }
  }
}

}  // namespace dvt::sql
