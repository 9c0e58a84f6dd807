// Filters: what is read, what they say of files and partitions.
#include <gtest/gtest.h>

#include "dvt/lake/filter/value_range.h"

namespace dvt::lake {
namespace {

Schema TableSchema() {
  Schema schema;
  schema.fields = {{1, "id", TypeId::kInt},
                   {2, "ts", TypeId::kTimestamp},
                   {3, "name", TypeId::kString},
                   {4, "f", TypeId::kDouble},
                   {5, "s", Type::Struct({{6, "x", TypeId::kInt}})},
                   {7, "tags", Type::List({8, "element", TypeId::kString})}};
  return schema;
}

BoundFilter Bound(const std::string& sql) {
  const auto filter = Filter::Parse(sql);
  EXPECT_TRUE(filter) << sql << ": " << filter.error().ToString();
  if (!filter) return {};
  auto bound = BindFilter(*filter, TableSchema());
  EXPECT_TRUE(bound) << sql << ": " << bound.error().ToString();
  return bound ? *std::move(bound) : BoundFilter();
}

TEST(FilterText, IsRead) {
  EXPECT_EQ(Filter::Parse("id = 3 and not (name like 'a%' or ts >= timestamp '2024-01-01')")->ToString(),
            "(id = '3') AND (NOT ((name LIKE 'a') OR (ts >= '2024-01-01')))");
  EXPECT_EQ(Filter::Parse("b in (x'00fF', X'') and u = uuid '00000000-0000-0000-0000-000000000007' and x = 3")->ToString(),
            "((b IN ('00fF', '')) AND (u = '00000000-0000-0000-0000-000000000007')) AND (x = '3')");
  EXPECT_FALSE(Filter::Parse("b = x 'ff'"));
  EXPECT_EQ(Filter::Parse("\"id\" in (-1, 2) or s.x is not null")->ToString(), "(id IN ('-1', '2')) OR (s.x IS NOT NULL)");
  EXPECT_EQ(Filter::Parse("name = 'it''s' and id not between 1 and 2")->ToString(),
            "(name = 'it''s') AND (NOT ((id >= '1') AND (id <= '2')))");
  for (const auto* bad :
       {"", "id", "id =", "id = 3 and", "(id = 3", "id = 3)", "name like '%a'", "id in ()", "name = 'a", "id ! 3"})
    EXPECT_FALSE(Filter::Parse(bad)) << bad;
  EXPECT_FALSE(Filter::Parse(std::string(5000, '(')));
}

TEST(FilterText, IsBoundToColumns) {
  const auto error = [](const char* sql) { return BindFilter(*Filter::Parse(sql), TableSchema()).error(); };
  EXPECT_EQ(error("nme = 'a'").message(), "the table has no column 'nme'. Did you mean 'name'?");
  EXPECT_EQ(error("id = 'a'").code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error("tags = 'a'").code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(error("id is nan").code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(Bound("not (id < 3 and name is null)").op, Op::kOr);
  EXPECT_EQ(Bound("ID in (3)").op, Op::kEqual);
  EXPECT_TRUE(Bound("id = 1 or true").is_true());
}

DataFile File(int low, int high, int64_t nulls) {
  DataFile file;
  file.record_count = 10;
  file.value_counts = {{1, 10}, {3, 10}};
  file.null_value_counts = {{1, nulls}, {3, 0}};
  file.lower_bounds = {{1, LiteralToBytes(TypeId::kInt, Literal::Int(low))}, {3, "ab"}};
  file.upper_bounds = {{1, LiteralToBytes(TypeId::kInt, Literal::Int(high))}, {3, "ad"}};
  return file;
}

TEST(FileRange, PassesOverWhatCannotMatch) {
  const std::pair<const char*, bool> cases[] = {
      {"id < 5", false},
      {"id <= 5", true},
      {"id > 9", false},
      {"id >= 9", true},
      {"id = 4", false},
      {"id in (1, 6)", true},
      {"id in (1, 2)", false},
      {"id is null", false},
      {"id is not null", true},
      {"id <> 5", true},
      {"name like 'abc%'", true},
      {"name like 'b%'", false},
      {"name like 'a%'", true},
      {"name like 'ade%'", false},
      {"name not like 'a%'", false},
      {"not (name like '%')", false},
      {"name not like 'ab%'", true},
      {"name not like 'abc%'", true},
      {"name not like 'b%'", true},
      {"name = 'aa'", false},
      {"id = 7 and name = 'x'", false},
      {"id = 4 or name = 'ac'", true},
      {"s.x = 3", true},
      {"not id >= 5", false},
      {"ts = '2024-01-01'", true},
  };
  for (const auto& [sql, might] : cases) EXPECT_EQ(FileMightMatch(Bound(sql), File(5, 9, 0)), might) << sql;
  EXPECT_TRUE(FileMightMatch(Bound("id is null"), File(5, 9, 1)));
  EXPECT_FALSE(FileMightMatch(Bound("id is not null"), File(5, 9, 10)));
}

TEST(FileRange, OfNaN) {
  DataFile file;
  file.record_count = 10;
  file.value_counts = {{4, 10}};
  file.null_value_counts = {{4, 3}};
  file.nan_value_counts = {{4, 7}};
  const std::pair<const char*, bool> cases[] = {{"f > 1", false},        {"f <= 1", false},   {"f = 1", false},
                                                {"f in (1, 2)", false},  {"f <> 1", true},    {"f is nan", true},
                                                {"f is not nan", false}, {"f is null", true}, {"f not in (1, 2)", true}};
  for (const auto& [sql, might] : cases) EXPECT_EQ(FileMightMatch(Bound(sql), file), might) << sql;
  file.nan_value_counts = {{4, 6}};
  EXPECT_TRUE(FileMightMatch(Bound("f > 1"), file));
  EXPECT_EQ(BindFilter(*Filter::Parse("f = 'nan'"), TableSchema()).error().code(), ErrorCode::kInvalidArgument);
}

TEST(PlannedFile, IsKeptAsPyIcebergKeepsIt) {
  std::string long_list = "id in (-1";
  for (int i = 1000; i < 1200; ++i) long_list += ", " + std::to_string(i);
  const DataFile plain = File(5, 9, 0), nulls = File(5, 9, 10);
  DataFile uncounted = plain, floats;
  uncounted.null_value_counts.clear();
  floats.record_count = 10;
  floats.value_counts = {{4, 10}};
  floats.null_value_counts = {{4, 3}};
  floats.nan_value_counts = {{4, 7}};
  struct Case {
    std::string sql;
    const DataFile* file;
    bool kept, opened;
  };
  const Case cases[] = {{"id < 5", &plain, false, false},
                        {"id = 5", &plain, true, true},
                        {"id <> 7", &nulls, true, false},
                        {"id not in (1, 2)", &nulls, true, false},
                        {"not (id = 7)", &nulls, true, false},
                        {"id = 7", &nulls, false, false},
                        {"id is null", &nulls, true, true},
                        {"name not like 'a%'", &plain, true, false},
                        {"name not like 'a%'", &uncounted, false, false},
                        {"f is not nan", &floats, true, false},
                        {"f > 1", &floats, true, false},
                        {"f is nan", &floats, true, true},
                        {long_list + ")", &plain, true, false},
                        {long_list + ", -1) and id = 4", &plain, false, false},
                        {"id in (1, 2)", &plain, false, false}};
  for (const auto& each : cases) {
    EXPECT_EQ(PlanKeepsFile(Bound(each.sql), *each.file), each.kept) << each.sql;
    EXPECT_EQ(FileMightMatch(Bound(each.sql), *each.file), each.opened) << each.sql;
  }
}

TEST(PlannedPartition, OfNullIsKeptForNegations) {
  const auto spec = ParsePartitionSpec("id", TableSchema());
  ASSERT_TRUE(spec);
  const std::pair<const char*, bool> cases[] = {
      {"id <> 7", true}, {"id not in (7, 8)", true}, {"id = 7", false}, {"id < 7", false}, {"id is null", true}};
  ManifestFile manifest;
  manifest.partitions.emplace(1);
  manifest.partitions->front().contains_null = true;
  for (const auto& [sql, kept] : cases) {
    const BoundFilter projected = ProjectFilter(Bound(sql), *spec, TableSchema());
    EXPECT_EQ(PlanKeepsPartition(projected, {Literal()}), kept) << sql;
    EXPECT_EQ(PlanKeepsManifest(projected, manifest), kept) << sql;
    EXPECT_EQ(PartitionMightMatch(projected, {Literal()}), kept && std::string(sql) == "id is null") << sql;
  }
}

TEST(FileRange, KnowsWhenAllRowsMatch) {
  const auto all = [](const char* sql, int64_t nulls) {
    const DataFile file = File(5, 9, nulls);
    return AllMatch(Bound(sql), [&](int id, const Type& type) { return RangeOfFile(file, id, type); });
  };
  EXPECT_TRUE(all("id >= 5", 0));
  EXPECT_FALSE(all("id >= 5", 1));
  EXPECT_FALSE(all("id > 5", 0));
  EXPECT_TRUE(all("id < 10 and id <> 4", 0));
  EXPECT_TRUE(all("id is not null", 0));
  EXPECT_FALSE(all("f < 3", 0));
  EXPECT_TRUE(all("name like 'a%'", 0));
  EXPECT_FALSE(all("name like 'ab%'", 0));
  EXPECT_TRUE(all("name not like 'b%'", 0));
  EXPECT_FALSE(all("name not like 'ad%'", 0));
}

TEST(Projection, ReachesPartitions) {
  const auto spec = ParsePartitionSpec("day(ts), bucket(8, id), truncate(2, name)", TableSchema());
  ASSERT_TRUE(spec);
  const auto day = [](const char* text) { return *ParseLiteral(TypeId::kDate, text); };
  const PartitionValues values = {day("2024-02-01"), Literal::Int((BucketHash(TypeId::kInt, Literal::Int(34)) & 0x7fffffff) % 8),
                                  Literal::Bytes("ab")};
  const std::pair<const char*, bool> cases[] = {
      {"ts < '2024-02-01'", false},
      {"ts <= '2024-02-01'", true},
      {"ts > '2024-02-01 23:59:59.999999'", false},
      {"ts >= '2024-02-02'", false},
      {"ts = '2024-02-01 10:00'", true},
      {"id = 34", true},
      {"id = 35", false},
      {"id > 100", true},
      {"name like 'abc%'", true},
      {"name like 'b%'", false},
      {"name not like 'a%'", false},
      {"name not like 'ab%'", false},
      {"name not like 'abc%'", true},
      {"name not like 'b%'", true},
      {"name = 'abx'", true},
      {"name = 'b'", false},
      {"ts is null", false},
      {"ts < '2024-02-01' or id > 3", true},
      {"ts <> '2024-02-01'", true},
  };
  for (const auto& [sql, might] : cases)
    EXPECT_EQ(PartitionMightMatch(ProjectFilter(Bound(sql), *spec, TableSchema()), values), might) << sql;
}

}  // namespace
}  // namespace dvt::lake
