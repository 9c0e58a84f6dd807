#include "dvt/connectors/api/partition_choice.h"

#include <gtest/gtest.h>

namespace dvt::connectors {
namespace {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

Field Column(const char* name, TypeKind kind, const char* native = "") {
  Field field;
  field.name = name;
  field.type.kind = kind;
  field.native_type = native;
  return field;
}

columnar::TableInfo Table(columnar::Fields columns, std::vector<columnar::IndexInfo> indexes) {
  columnar::TableInfo table;
  table.name = {"", "shop", "orders"};
  table.columns = std::move(columns);
  table.indexes = std::move(indexes);
  return table;
}

// The column and why, or "none".
std::string Chosen(const columnar::TableInfo& table, const std::string& preferred = "") {
  const auto choice = ChoosePartitionColumn(table, preferred);
  if (!choice) return "error: " + choice.error().ToString();
  if (!*choice) return "none";
  return (*choice)->column->name + ", " + (*choice)->why + ((*choice)->indexed ? "" : ", not indexed");
}

const columnar::Fields kColumns = {
    Column("code", TypeKind::kString), Column("number", TypeKind::kInt32),           Column("price", TypeKind::kDecimal),
    Column("placed", TypeKind::kDate), Column("Updated_At", TypeKind::kTimestampTz), Column("id", TypeKind::kInt64)};
const columnar::IndexInfo kKey{"pk", {"id"}, true, true}, kWideKey{"pk", {"number", "id"}, true, true},
    kTextKey{"pk", {"code"}, true, true}, kUnique{"u", {"placed"}, true, false}, kWideUnique{"u", {"price", "code"}, true, false},
    kIndex{"i", {"price"}, false, false}, kDateIndex{"d", {"placed"}, false, false};

TEST(PartitionChoice, TheOrderOfTheSpecification) {
  EXPECT_EQ(Chosen(Table(kColumns, {kIndex, kUnique, kKey})), "id, the primary key");
  EXPECT_EQ(Chosen(Table(kColumns, {kIndex, kUnique, kWideKey})), "placed, a unique index");
  EXPECT_EQ(Chosen(Table(kColumns, {kIndex, kUnique, kTextKey})), "placed, a unique index");
  EXPECT_EQ(Chosen(Table(kColumns, {kIndex, kWideUnique, kTextKey})), "Updated_At, an audit column, not indexed");
  auto columns = kColumns;
  columns.erase(columns.begin() + 4);
  EXPECT_EQ(Chosen(Table(columns, {kTextKey, kIndex})), "price, an indexed number");
  EXPECT_EQ(Chosen(Table(columns, {kDateIndex})), "number, a number, not indexed");
  EXPECT_EQ(Chosen(Table({Column("code", TypeKind::kString), Column("placed", TypeKind::kDate)}, {kDateIndex})), "none");
}

TEST(PartitionChoice, UsualVariantsOfAuditNames) {
  for (const char* name : {"created_at", "UPDATED_AT", "modifiedAt", "inserted_at", "created_on", "date_created", "lastModified",
                           "update_time", "inserted_ts"})
    EXPECT_EQ(Chosen(Table({Column("n", TypeKind::kInt32), Column(name, TypeKind::kTimestamp)}, {})),
              std::string(name) + ", an audit column, not indexed");
  EXPECT_EQ(Chosen(Table({Column("created_by", TypeKind::kInt32), Column("n", TypeKind::kInt32)}, {})),
            "created_by, a number, not indexed");
  EXPECT_EQ(Chosen(Table({Column("created_at", TypeKind::kString), Column("n", TypeKind::kInt32)}, {})),
            "n, a number, not indexed");
}

TEST(PartitionChoice, TheUsersChoiceIsValidated) {
  const auto table = Table(kColumns, {kKey, kIndex});
  EXPECT_EQ(Chosen(table, "price"), "price, prefer_column");
  EXPECT_EQ(Chosen(table, "placed"), "placed, prefer_column, not indexed");
  EXPECT_NE(Chosen(table, "prize").find("'price'"), std::string::npos) << Chosen(table, "prize");
  EXPECT_NE(Chosen(table, "code").find("partitions need a number, date or timestamp"), std::string::npos);
  EXPECT_NE(Chosen(Table({Column("y", TypeKind::kInt16, "year")}, {}), "y").find("year"), std::string::npos);
}

TEST(PartitionCount, ByRowsElseByValues) {
  ReadOptions options;
  EXPECT_EQ(PartitionCount(1, options), 4);
  EXPECT_EQ(PartitionCount(2'000'000, options), 4);
  EXPECT_EQ(PartitionCount(2'000'001, options), 5);
  EXPECT_EQ(PartitionCount(1'000'000'000, options), 200);
  EXPECT_EQ(PartitionCount(std::nullopt, options), 4);
  EXPECT_EQ(PartitionCount(std::nullopt, options, 1'000'001), 11);
  EXPECT_EQ(PartitionCount(5'000'000, options, 1), 10);
}

}  // namespace
}  // namespace dvt::connectors
