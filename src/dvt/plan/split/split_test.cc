// Any split of a query must equal the unsplit query: every query of tests/sql/tpch and tests/sql/split, its tables dealt at random over
// four connections of different dialects, is planned, its extracts are run one by one in DuckDB, the transform is run over them, and the
// rows are compared with those of the whole query.
#include <duckdb.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/key_predicate.h"
#include "dvt/plan/resolve/fake_catalog_test.h"

namespace dvt::plan {
namespace {

const std::vector<std::string> kTables = {"region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"};
const std::vector<std::string> kConnections = {"pg", "my", "lite", "duck"};

class Database {
 public:
  Database() {
    duckdb_open(nullptr, &db_);
    duckdb_connect(db_, &connection_);
  }
  ~Database() {
    duckdb_disconnect(&connection_);
    duckdb_close(&db_);
  }

  /// Rows as texts, sorted; floats to ten digits, for sums in another order. An error starts with "ERROR".
  std::vector<std::string> Query(const std::string& sql) {
    duckdb_result result;
    std::vector<std::string> rows;
    if (duckdb_query(connection_, sql.c_str(), &result) == DuckDBError) {
      rows.push_back(fmt::format("ERROR {}", duckdb_result_error(&result)));
      duckdb_destroy_result(&result);
      return rows;
    }
    const idx_t columns = duckdb_column_count(&result);
    for (idx_t r = 0; r < duckdb_row_count(&result); ++r) {
      std::string row;
      for (idx_t c = 0; c < columns; ++c) {
        if (duckdb_value_is_null(&result, c, r)) {
          row += "NULL|";
          continue;
        }
        const duckdb_type type = duckdb_column_type(&result, c);
        char* text = duckdb_value_varchar(&result, c, r);
        const bool number = type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_FLOAT;
        row += number ? fmt::format("{:.10g}|", duckdb_value_double(&result, c, r)) : std::string(text) + "|";
        duckdb_free(text);
      }
      rows.push_back(std::move(row));
    }
    std::sort(rows.begin(), rows.end());
    duckdb_destroy_result(&result);
    return rows;
  }

  void Run(const std::string& sql) {
    const auto rows = Query(sql);
    if (!rows.empty() && rows.front().rfind("ERROR", 0) == 0) ADD_FAILURE() << rows.front() << "\n" << sql;
  }

 private:
  duckdb_database db_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class SplitTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("dvt_split_test_{}", getpid());
    std::filesystem::create_directories(folder_);
    const std::string command = fmt::format("'{}' csv -s 0.01 --output-dir '{}' > /dev/null 2>&1", DVT_TPCHGEN, folder_.string());
    if (std::system(command.c_str()) != 0) return;
    database_ = std::make_unique<Database>();
    database_->Run("CREATE SCHEMA sources");
    for (const auto& table : kTables) {
      const FakeCatalog catalog;
      std::string columns;
      for (const auto& field : catalog.tables.at(table).columns) {
        const auto type = sql::RenderTypeName(sql::Duckdb(), field.type);
        columns += fmt::format("{}'{}': '{}'", columns.empty() ? "" : ", ", field.name, type ? *type : "VARCHAR");
      }
      database_->Run(
          fmt::format("CREATE TABLE sources.{0} AS SELECT * FROM read_csv('{1}/{0}.csv', header = true, columns = {{{2}}})",
                      table, folder_.string(), columns));
    }
  }
  static void TearDownTestSuite() {
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  void SetUp() override {
    if (database_ == nullptr) GTEST_SKIP() << "tpchgen-cli is not there";
  }

  FakeCatalog MakeCatalog() {
    FakeCatalog catalog;
    catalog.connections["wh"] = {"postgres", "wh", 3, "public"};
    catalog.connections["pg"] = {"postgres", "pg", 3, "sources"};
    catalog.connections["my"] = {"mysql", "my", 3, "sources"};
    catalog.connections["lite"] = {"sqlite", "lite", 3, "sources"};
    catalog.connections["duck"] = {"duckdb", "duck", 3, "sources"};
    return catalog;
  }

  /// The query with its tables named as the runner would render them.
  Result<PlanRequest> Deal(const std::string& text, const FakeCatalog& catalog, const std::map<std::string, std::string>& deal) {
    const sql::Dialect& dialect = sql::Postgres();
    DVT_ASSIGN(auto ast, sql::ParseQuery(text, dialect));
    PlanRequest request;
    request.node_id = "model.tpch.q";
    request.target_connection = "wh";
    request.materialization = "table";
    request.options.force_federated = true;
    for (const auto& reference : sql::ReferencedTables(ast.root(), dialect)) {
      const UpstreamTable upstream = catalog.Upstream(deal.at(reference.name.name), reference.name.name, dialect);
      if (reference.node->Child(0) == nullptr) {
        sql::SetChild(ast.arena, reference.node, 0,
                      sql::NewNode(ast.arena, sql::Kind::kTableAlias, {sql::MakeIdentifier(ast.arena, reference.name.name)}));
      }
      sql::Node* name = sql::NewNode(ast.arena, sql::Kind::kName);
      for (const auto& part : {upstream.connection, upstream.relation.schema, upstream.relation.name}) {
        sql::Append(ast.arena, name, sql::MakeIdentifier(ast.arena, part));
      }
      sql::SetChild(ast.arena, reference.node, 1, name);
      if (std::none_of(request.upstreams.begin(), request.upstreams.end(),
                       [&](const auto& u) { return u.marker == upstream.marker; })) {
        request.upstreams.push_back(upstream);
      }
    }
    request.sql = sql::Print(ast.root(), dialect);
    return request;
  }

  /// What the runner makes of an extract's key filters when the inputs before it are there.
  std::string KeyCondition(const ExtractFragment& extract, size_t most_bytes) {
    std::vector<std::string> any;
    for (const auto& all : extract.key_filters) {
      std::vector<std::string> terms;
      for (const KeyFilter& filter : all) {
        std::vector<std::string> values;
        for (const KeySource& source : filter.from) {
          for (std::string& row : database_->Query(fmt::format("SELECT DISTINCT CAST(\"{0}\" AS VARCHAR) FROM inputs.\"{1}\" "
                                                               "WHERE \"{0}\" IS NOT NULL",
                                                               source.column, source.input))) {
            EXPECT_TRUE(row.rfind("ERROR", 0) != 0) << row;
            row.pop_back();
            values.push_back(std::move(row));
          }
        }
        if (const auto text = KeyPredicate(filter, extract.profile, std::move(values), most_bytes)) terms.push_back(*text);
      }
      if (terms.empty()) return {};
      any.push_back("(" + Join(terms, " AND ") + ")");
    }
    ++key_filtered_;
    return any.empty() ? "" : "(" + Join(any, " OR ") + ")";
  }

  std::vector<std::string> RunPlan(const ModelPlan& plan, const FakeCatalog& catalog, size_t most_bytes) {
    database_->Run("DROP SCHEMA IF EXISTS inputs CASCADE; CREATE SCHEMA inputs");
    for (const auto& extract : plan.extracts) {
      const std::string condition = KeyCondition(extract, most_bytes);
      std::string sql = condition.empty() ? extract.sql : WithCondition(extract, condition);
      sql = ReplaceAll(std::move(sql), " COLLATE BINARY", "");  // SQLite's name of what DuckDB does anyway
      if (catalog.connections.at(extract.connection).dialect == "mysql") std::replace(sql.begin(), sql.end(), '`', '"');
      database_->Run(fmt::format("CREATE TABLE inputs.\"{}\" AS {}", extract.input_name, sql));
    }
    database_->Run("SET search_path = 'inputs'");
    return database_->Query(plan.transform.sql);
  }

  /// What a plain join says, as SQL.
  static std::string PlainSql(const PartedJoin& join) {
    static constexpr std::array<std::string_view, 4> kKinds = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    std::string items, on;
    for (const auto& column : join.plain->columns)
      items += fmt::format("{}{}.\"{}\" AS \"{}\"", items.empty() ? "" : ", ", column.right ? "r" : "l", column.column,
                           column.name.empty() ? column.column : column.name);
    for (const auto& keys : join.plain->keys)
      on += fmt::format("{}l.\"{}\" = r.\"{}\"", on.empty() ? "" : " AND ", keys.left, keys.right);
    return fmt::format("SELECT {} FROM \"{}\" l {} \"{}\" r ON {}", items, join.left.name,
                       kKinds[static_cast<size_t>(join.plain->kind)], join.right.name, on);
  }

  /// The same with the join worked off in parts, after RunPlan.
  std::vector<std::string> RunParts(PartedJoin join) {
    if (join.plain) {
      ++plain_;
      join.join_sql = PlainSql(join);
    }
    std::vector<std::string> rows;
    for (int part = 0; part < 3; ++part) {
      database_->Run("DROP SCHEMA IF EXISTS part CASCADE; CREATE SCHEMA part");
      for (const PartedSide& side : {join.left, join.right}) {
        const std::string key = side.column.empty() ? "TRY(" + side.key + ")" : "\"" + side.column + "\"";
        database_->Run(
            fmt::format("CREATE TABLE part.\"{}\" AS SELECT * FROM inputs.\"{}\" WHERE "
                        "CASE WHEN {} IS NULL THEN 0 ELSE hash(({})::VARCHAR) END % 3 = {}",
                        side.name, side.input, key, key, part));
      }
      database_->Run("SET search_path = 'part'");
      if (join.rest_sql.empty()) {
        for (auto& row : database_->Query(join.join_sql)) rows.push_back(std::move(row));
      } else {
        database_->Run(part == 0 ? fmt::format("CREATE TABLE inputs.\"{}\" AS {}", join.name, join.join_sql)
                                 : fmt::format("INSERT INTO inputs.\"{}\" {}", join.name, join.join_sql));
      }
    }
    database_->Run("SET search_path = 'inputs'");
    ++parted_;
    if (!join.rest_sql.empty()) return database_->Query(join.rest_sql);
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  void Check(const std::string& name, const std::string& text, int deals, unsigned seed) {
    auto whole = sql::Transpile(text, sql::Postgres(), sql::Duckdb());
    ASSERT_TRUE(whole.has_value()) << name << "\n" << whole.error().ToString();
    database_->Run("SET search_path = 'sources'");
    const auto expected = database_->Query(whole->sql);
    ASSERT_TRUE(expected.empty() || expected.front().rfind("ERROR", 0) != 0) << name << "\n"
                                                                             << expected.front() << "\n"
                                                                             << whole->sql;
    std::mt19937 random(seed);
    for (int i = 0; i < deals; ++i) {
      FakeCatalog catalog = MakeCatalog();
      std::map<std::string, std::string> deal;
      for (const auto& table : kTables)
        deal[table] = i == 0 ? "pg" : i == 1 ? "duck" : kConnections[random() % kConnections.size()];
      auto request = Deal(text, catalog, deal);
      ASSERT_TRUE(request.has_value()) << name << "\n" << request.error().ToString();
      request->options.partition_above_rows = i % 2 == 0 ? 500'000 : 10'000;
      request->options.key_filter_rows = i % 3 == 2 ? 10'000 : 0;
      request->options.join_bytes = 1;
      auto plan = PlanModel(*request, catalog);
      ASSERT_TRUE(plan.has_value()) << name << "\n" << plan.error().ToString() << "\n" << request->sql;
      if (std::getenv("DVT_SPLIT_SHOW") != nullptr) fmt::print("{} deal {}\n{}\n", name, i, RenderPlanText(*plan));
      const auto rows = RunPlan(*plan, catalog, i % 2 == 0 ? 100'000 : 300);
      ASSERT_EQ(rows.size(), expected.size()) << name << " " << (rows.empty() ? "" : rows.front()) << "\n"
                                              << RenderPlanText(*plan);
      ASSERT_EQ(rows, expected) << name << "\n" << RenderPlanText(*plan);
      if (const auto& parts = plan->transform.parts) {
        ASSERT_EQ(RunParts(*parts), expected) << name << "\n" << parts->join_sql << "\n" << parts->rest_sql;
        PartedJoin by_engine = *parts;
        by_engine.plain.reset();
        if (parts->plain) {
          if (!parts->name.empty()) database_->Run(fmt::format("DROP TABLE inputs.\"{}\"", parts->name));
          ASSERT_EQ(RunParts(by_engine), expected) << name << "\n" << parts->join_sql << "\n" << parts->rest_sql;
        }
      }
    }
  }

  /// Queries of which the file's name begins with "parted_" are joined in parts in some deal, those with "whole_" never.
  void CheckFolder(const std::string& folder, int deals) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    ASSERT_FALSE(files.empty());
    unsigned seed = 1;
    for (const auto& file : files) {
      SCOPED_TRACE(file.filename().string());
      const std::string name = file.filename().string();
      const int before = parted_;
      Check(name, ReadText(file), deals, seed++);
      if (name.starts_with("parted_")) EXPECT_GT(parted_, before);
      if (name.starts_with("whole_")) EXPECT_EQ(parted_, before);
    }
  }

  static std::filesystem::path folder_;
  static std::unique_ptr<Database> database_;
  int key_filtered_ = 0;
  int parted_ = 0;
  int plain_ = 0;
};

std::filesystem::path SplitTest::folder_;
std::unique_ptr<Database> SplitTest::database_;

int Deals(int usual) {
  const char* wanted = std::getenv("DVT_SPLIT_DEALS");
  return wanted != nullptr ? std::atoi(wanted) : usual;
}

TEST_F(SplitTest, TpchEqualsTheWhole) {
  CheckFolder("tests/sql/tpch", Deals(6));
  EXPECT_GT(parted_, 0);
  EXPECT_GT(plain_, 0);
}
TEST_F(SplitTest, OddQueriesEqualTheWhole) {
  CheckFolder("tests/sql/split", Deals(8));
  EXPECT_GT(parted_, 0);
  EXPECT_GT(plain_, 0);
}

}  // namespace
}  // namespace dvt::plan
