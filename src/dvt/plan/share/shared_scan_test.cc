#include "dvt/plan/share/shared_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::plan {
namespace {

constexpr int64_t kRows = 1'000'000;

ScanReader Reader(const std::string& model, const std::vector<std::string>& columns, const std::string& where = "",
                  int64_t rows = kRows) {
  ScanReader reader;
  reader.node_id = model;
  ExtractFragment& extract = reader.extract;
  extract.connection = "erp";
  extract.input_name = "erp__orders";
  extract.sources = {"orders"};
  extract.relation = columnar::RelationName{"", "public", "orders"};
  for (const auto& column : columns) {
    extract.select_list.push_back('"' + column + '"');
    extract.fields.push_back({column, columnar::TypeKind::kInt64, true, {}});
  }
  extract.where = where;
  extract.estimated_rows = rows;
  extract.relation_rows = kRows;
  extract.profile.dialect = sql::FindDialect("postgres");
  return reader;
}

ScanReader ByKeys(ScanReader reader, int64_t rows) {
  reader.extract.rows_without_keys = reader.extract.estimated_rows;
  reader.extract.estimated_rows = rows;
  reader.extract.key_filters.resize(1);
  return reader;
}

std::set<std::string> Models(const SharedScan& scan) {
  std::set<std::string> models;
  for (const auto& reader : scan.readers) models.insert(reader.wants.node_id);
  return models;
}

TEST(SharedScan, ReadsTheUnionOfColumnsAndMarksTheRows) {
  const auto scans =
      PlanSharedScans({Reader("a", {"x", "y"}, "\"y\" > 1", kRows / 2), Reader("b", {"y", "z"}, "\"z\" = 2", kRows / 2),
                       Reader("c", {"z"}, "\"y\" > 1", kRows / 2)});
  ASSERT_EQ(scans.size(), 1u);
  const SharedScan& scan = scans[0];
  EXPECT_EQ(scan.select_list,
            (std::vector<std::string>{
                "\"x\"", "\"y\"", "\"z\"",
                "CASE WHEN \"y\" > 1 THEN 1 ELSE 0 END + CASE WHEN \"z\" = 2 THEN 2 ELSE 0 END AS \"dvt_marks\""}));
  EXPECT_EQ(scan.where, "((\"y\" > 1) OR (\"z\" = 2))");
  EXPECT_EQ(scan.mark_column, 3);
  EXPECT_EQ(scan.Find("a", "erp__orders")->columns, (std::vector<int>{0, 1}));
  EXPECT_EQ(scan.Find("b", "erp__orders")->columns, (std::vector<int>{1, 2}));
  EXPECT_EQ(scan.Find("c", "erp__orders")->mark, scan.Find("a", "erp__orders")->mark);
  EXPECT_EQ(scan.estimated_rows, kRows * 3 / 4);
  EXPECT_EQ(scan.rows_apart, kRows * 3 / 2);
}

TEST(SharedScan, NeedsNoMarksWhereAllWantTheSameRows) {
  const auto same = PlanSharedScans({Reader("a", {"x"}, "\"y\" > 1", 10), Reader("b", {"y"}, "\"y\" > 1", 10)});
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same[0].where, "\"y\" > 1");
  EXPECT_EQ(same[0].mark_column, -1);
  const auto all = PlanSharedScans({Reader("a", {"x"}), Reader("b", {"x"})});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].where, "");
  EXPECT_EQ(all[0].mark_column, -1);
  EXPECT_EQ(all[0].select_list.size(), 1u);
}

TEST(SharedScan, WhoReadsAllNeedsNoMark) {
  const auto scans = PlanSharedScans({Reader("a", {"x"}), Reader("b", {"x"}, "\"x\" = 1", 1000)});
  ASSERT_EQ(scans.size(), 1u);
  EXPECT_EQ(scans[0].where, "");
  EXPECT_EQ(scans[0].Find("a", "erp__orders")->mark, 0);
  EXPECT_EQ(scans[0].Find("b", "erp__orders")->mark, 1);
}

TEST(SharedScan, AJoinFilterThatAvoidsMoreIsKept) {
  // One that is left with few rows by its keys reads them by itself; the others share.
  const auto scans = PlanSharedScans({Reader("a", {"x"}), Reader("b", {"x", "y"}), ByKeys(Reader("c", {"x", "y", "z"}), 1000)});
  ASSERT_EQ(scans.size(), 1u);
  EXPECT_EQ(Models(scans[0]), (std::set<std::string>{"a", "b"}));
  // Both have few rows by their keys.
  EXPECT_TRUE(PlanSharedScans({ByKeys(Reader("a", {"x"}), 1000), ByKeys(Reader("b", {"x"}), 1000)}).empty());
  // The keys would still leave most rows.
  EXPECT_EQ(PlanSharedScans({Reader("a", {"x"}), ByKeys(Reader("b", {"x"}), kRows * 8 / 10)}).size(), 1u);
}

TEST(SharedScan, SettingsConnectionsAndTablesKeepApart) {
  auto other_settings = Reader("b", {"x"});
  other_settings.settings = R"({"prefer_column": "x"})";
  EXPECT_TRUE(PlanSharedScans({Reader("a", {"x"}), other_settings}).empty());
  auto other_table = Reader("b", {"x"});
  other_table.extract.relation->name = "other";
  EXPECT_TRUE(PlanSharedScans({Reader("a", {"x"}), other_table}).empty());
  auto other_connection = Reader("b", {"x"});
  other_connection.extract.connection = "crm";
  EXPECT_TRUE(PlanSharedScans({Reader("a", {"x"}), other_connection}).empty());
  auto other_expression = Reader("b", {"x"});
  other_expression.extract.select_list[0] = "\"y\" AS \"x\"";
  EXPECT_TRUE(PlanSharedScans({Reader("a", {"x"}), other_expression}).empty());
}

TEST(SharedScan, WithoutSqlOnlyEqualFilters) {
  auto a = Reader("a", {"x"}, "\"x\" > 1"), b = Reader("b", {"y"}, "\"x\" > 1"), c = Reader("c", {"y"});
  a.queries = b.queries = c.queries = false;
  const auto scans = PlanSharedScans({a, b, c});
  ASSERT_EQ(scans.size(), 1u);
  EXPECT_EQ(Models(scans[0]), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(scans[0].where, "\"x\" > 1");
  EXPECT_EQ(scans[0].mark_column, -1);
}

TEST(SharedScan, SubqueriesAreFiltersOfTheirOwn) {
  EXPECT_TRUE(PlanSharedScans({Reader("a", {"x"}, "\"x\" IN (SELECT 1)"), Reader("b", {"x"})}).empty());
  EXPECT_EQ(PlanSharedScans({Reader("a", {"x"}, "\"x\" IN (SELECT 1)"), Reader("b", {"y"}, "\"x\" IN (SELECT 1)")}).size(), 1u);
}

TEST(SharedScan, EqualWholeQueries) {
  auto a = Reader("a", {}), b = Reader("b", {}), c = Reader("c", {});
  for (auto* reader : {&a, &b, &c}) {
    reader->extract.relation.reset();
    reader->extract.sql = "SELECT x, COUNT(*) AS n FROM orders GROUP BY x";
    reader->extract.fields = {{"x", columnar::TypeKind::kInt64, true, {}}, {"n", columnar::TypeKind::kInt64, true, {}}};
  }
  c.extract.sql += " LIMIT 1";
  const auto scans = PlanSharedScans({a, b, c});
  ASSERT_EQ(scans.size(), 1u);
  EXPECT_EQ(scans[0].sql, a.extract.sql);
  EXPECT_FALSE(scans[0].relation);
  EXPECT_EQ(scans[0].Find("b", "erp__orders")->columns, (std::vector<int>{0, 1}));
}

TEST(SharedScan, ManyFiltersAreDealtOverSeveralScans) {
  std::vector<ScanReader> readers;
  for (int i = 0; i < 70; ++i) readers.push_back(Reader("m" + std::to_string(i), {"x"}, "\"x\" <> " + std::to_string(i)));
  const auto scans = PlanSharedScans(readers);
  ASSERT_EQ(scans.size(), 3u);
  size_t together = 0;
  for (const auto& scan : scans) {
    together += scan.readers.size();
    for (const auto& reader : scan.readers) EXPECT_LT(reader.mark, int64_t{1} << 30);
  }
  EXPECT_EQ(together, 70u);
}

// Whatever the filters and estimates: what is shared costs less rows than apart, nobody is in two scans, and all columns are there.
TEST(SharedScan, RandomReaders) {
  std::mt19937 random(7);
  const auto pick = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  for (int round = 0; round < 500; ++round) {
    std::vector<ScanReader> readers;
    for (int i = pick(1, 8); i > 0; --i) {
      std::vector<std::string> columns;
      for (const char* column : {"a", "b", "c", "d"}) {
        if (pick(0, 1) == 0) columns.emplace_back(column);
      }
      if (columns.empty()) columns.emplace_back("a");
      const std::string where = pick(0, 2) == 0 ? "" : "\"a\" = " + std::to_string(pick(1, 4));
      ScanReader reader = Reader("m" + std::to_string(i), columns, where, where.empty() ? kRows : kRows / pick(1, 1000));
      if (pick(0, 2) == 0) reader = ByKeys(reader, *reader.extract.estimated_rows / pick(1, 100));
      readers.push_back(reader);
    }
    std::set<std::string> seen;
    for (const auto& scan : PlanSharedScans(readers)) {
      ASSERT_GE(scan.readers.size(), 2u);
      EXPECT_TRUE(CombineReaders({scan.readers[0].wants, scan.readers[1].wants}) || scan.readers.size() > 2);
      for (const auto& reader : scan.readers) {
        EXPECT_TRUE(seen.insert(reader.wants.node_id).second);
        ASSERT_EQ(reader.columns.size(), reader.wants.extract.fields.size());
        for (size_t i = 0; i < reader.columns.size(); ++i)
          EXPECT_EQ(scan.select_list[static_cast<size_t>(reader.columns[i])], reader.wants.extract.select_list[i]);
        const bool needs_mark = !reader.wants.extract.where.empty() && reader.wants.extract.where != scan.where;
        EXPECT_EQ(reader.mark != 0, needs_mark);
      }
    }
  }
}

}  // namespace
}  // namespace dvt::plan
