#include <arrow/array.h>
#include <arrow/builder.h>
#include <gtest/gtest.h>

#include "dvt/lake/data/deletes_arrow.h"
#include "dvt/lake/data/key_set_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {
namespace {

const std::vector<NestedField> kColumns = {{1, "id", TypeId::kLong}, {2, "name", TypeId::kString}};

// Rows (i, "name i") for i of [from, to); of a null instead of an id: -1.
std::shared_ptr<arrow::RecordBatch> Rows(int64_t from, int64_t to, bool null = false) {
  arrow::Int64Builder ids;
  arrow::StringBuilder names;
  for (int64_t i = from; i < to; ++i) {
    EXPECT_TRUE((null ? ids.AppendNull() : ids.Append(i)).ok());
    EXPECT_TRUE(names.Append("name " + std::to_string(i)).ok());
  }
  return arrow::RecordBatch::Make(ArrowSchemaOf(kColumns), to - from, {*ids.Finish(), *names.Finish()});
}

std::string KeyOf(const std::vector<NestedField>& fields, int64_t i) { return (*RowKeys(fields, kColumns, *Rows(i, i + 1)))[0]; }

bool Has(const KeySet& keys, int64_t i) {
  const std::string key = KeyOf(keys.fields(), i);
  const uint64_t hash = KeyTable::Hash(key);
  if (keys.in_memory()) return keys.Contains(key, hash);
  if (!keys.MightContain(hash)) return false;
  const auto part = keys.Part(DealtKeys::PartOf(hash));
  EXPECT_TRUE(part.has_value());
  return part->Contains(key, hash);
}

TEST(KeyTable, HoldsWhatWasAdded) {
  KeyTable keys;
  for (int i = 0; i < 5000; ++i) {
    const std::string key(static_cast<size_t>(i % 40), static_cast<char>(i));
    const std::string whole = key + std::to_string(i);
    EXPECT_TRUE(keys.Insert(whole, KeyTable::Hash(whole))) << i;
    EXPECT_FALSE(keys.Insert(whole, KeyTable::Hash(whole))) << i;
  }
  EXPECT_EQ(keys.size(), 5000U);
  EXPECT_FALSE(keys.Contains("absent", KeyTable::Hash("absent")));
  // One hash for all: still told apart.
  KeyTable same;
  EXPECT_TRUE(same.Insert("a", 7) && same.Insert("b", 7) && !same.Insert("a", 7) && same.Contains("b", 7) &&
              !same.Contains("c", 7));
  int count = 0;
  keys.ForEach([&](std::string_view) { ++count; });
  EXPECT_EQ(count, 5000);
}

TEST(KeyFilter, ForgetsNothingAndLetsFewPass) {
  KeyFilter filter(10000);
  for (int i = 0; i < 10000; ++i) filter.Insert(KeyTable::Hash(std::to_string(i)));
  int passed = 0;
  for (int i = 0; i < 20000; ++i) {
    const bool might = filter.MightContain(KeyTable::Hash(std::to_string(i)));
    EXPECT_TRUE(might || i >= 10000) << i;
    passed += might && i >= 10000 ? 1 : 0;
  }
  EXPECT_LT(passed, 500);
}

TEST(KeySet, TellsTheSameInMemoryAndOnDisk) {
  for (const int64_t budget : {int64_t{32} << 20, int64_t{10000}}) {
    KeySet keys(kColumns, {false, true, budget});
    for (int64_t at = 0; at < 30000; at += 1000) ASSERT_TRUE(keys.Add(*Rows(at, at + 1000), kColumns).has_value());
    ASSERT_TRUE(keys.Close().has_value());
    EXPECT_EQ(keys.in_memory(), budget > 10000);
    for (int64_t i = 0; i < 40000; i += 611) EXPECT_EQ(Has(keys, i), i < 30000) << i;
  }
}

TEST(KeySet, RefusesAKeyThatComesTwice) {
  for (const int64_t budget : {int64_t{32} << 20, int64_t{10000}}) {
    for (const bool may : {false, true}) {
      KeySet keys(kColumns, {may, true, budget});
      Status added = keys.Add(*Rows(0, 9000), kColumns);
      if (added) added = keys.Add(*Rows(17, 18), kColumns);
      if (added) added = keys.Close();
      ASSERT_EQ(added.has_value(), may);
      if (!may) {
        EXPECT_EQ(added.error().code(), ErrorCode::kConstraint);
      }
    }
  }
}

TEST(KeySet, KnowsWhereItsKeysAre) {
  const Schema schema{0, kColumns, {}};
  KeySet few(kColumns, {});
  EXPECT_EQ(few.Where(schema).op, Op::kFalse);
  ASSERT_TRUE(few.Add(*Rows(5, 7), kColumns).has_value());
  EXPECT_EQ(few.Where(schema).ToString(), "(id IN ('5', '6')) AND (name IN ('name 5', 'name 6'))");
  ASSERT_TRUE(few.Add(*Rows(9, 10, true), kColumns).has_value());
  EXPECT_EQ(few.Where(schema).ToString(), "((id IN ('5', '6')) OR (id IS NULL)) AND (name IN ('name 5', 'name 6', 'name 9'))");
  KeySet many({kColumns[0]}, {false, false});
  ASSERT_TRUE(many.Add(*Rows(-5, 400), kColumns).has_value());
  ASSERT_TRUE(many.Add(*Rows(500, 501, true), kColumns).has_value());
  EXPECT_EQ(many.Where(schema).ToString(), "(id >= '-5') AND (id <= '399')");
  // A column that has another type in the table says nothing.
  Schema other = schema;
  other.fields[0].type = TypeId::kInt;
  EXPECT_EQ(many.Where(other).op, Op::kTrue);
}

}  // namespace
}  // namespace dvt::lake
