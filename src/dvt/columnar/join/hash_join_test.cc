// Joins by hash give the rows of a nested loop, whichever side is held.
#include "dvt/columnar/join/hash_join.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/row_texts.h"

namespace dvt::columnar {
namespace {

using Key = std::optional<int64_t>;

/// Batches of a key and the number of the row, some of them empty.
Stream RowsOf(const std::vector<Key>& keys, const Fields& fields, size_t batch_rows) {
  std::vector<Array> batches;
  BatchBuilder builder(fields);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i % batch_rows == 0) batches.push_back(builder.Finish());
    if (!keys[i]) {
      builder.column(0).AppendNull();
    } else if (fields[0].type.kind == TypeKind::kString) {
      builder.column(0).AppendBytes("schlüssel " + std::to_string(*keys[i]));
    } else if (fields[0].type.kind == TypeKind::kInt16) {
      builder.column(0).AppendFixed(static_cast<int16_t>(*keys[i]));
    } else {
      builder.column(0).AppendFixed(*keys[i]);
    }
    builder.column(1).AppendFixed(static_cast<int64_t>(i));
  }
  batches.push_back(builder.Finish());
  return MakeStream(fields, std::move(batches));
}

std::vector<std::string> Texts(Stream rows, const Fields& fields) {
  std::vector<std::string> out;
  for (;;) {
    auto batch = rows.Next();
    if (!batch) return {batch.error().ToString()};
    if (!batch->valid()) break;
    for (std::string& row : RowTexts(batch->get(), fields)) out.push_back(std::move(row));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string NumberText(Key row) { return row ? std::to_string(*row) + "|" : "NULL|"; }

/// The numbers of the rows that meet, by comparing each with each.
std::vector<std::string> NestedLoop(JoinKind kind, const std::vector<Key>& left, const std::vector<Key>& right) {
  std::vector<std::string> out;
  std::vector<bool> met(right.size());
  const bool keep_left = kind == JoinKind::kLeft || kind == JoinKind::kFull;
  for (size_t l = 0; l < left.size(); ++l) {
    bool found = false;
    for (size_t r = 0; r < right.size(); ++r) {
      if (!left[l] || left[l] != right[r]) continue;
      found = met[r] = true;
      out.push_back(NumberText(l) + NumberText(r));
    }
    if (!found && keep_left) out.push_back(NumberText(l) + NumberText({}));
  }
  if (kind == JoinKind::kRight || kind == JoinKind::kFull) {
    for (size_t r = 0; r < right.size(); ++r) {
      if (!met[r]) out.push_back(NumberText({}) + NumberText(r));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Key> RandomKeys(size_t rows, unsigned values, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Key> out;
  for (size_t i = 0; i < rows; ++i)
    out.push_back(random() % 11 == 0 ? Key() : Key(static_cast<int64_t>(random() % values) - values / 2));
  return out;
}

const Fields kResult = {{"l", TypeKind::kInt64, true, {}}, {"r", TypeKind::kInt64, true, {}}};
constexpr JoinKind kKinds[] = {JoinKind::kInner, JoinKind::kLeft, JoinKind::kRight, JoinKind::kFull};

JoinShape Shape(JoinKind kind) { return {kind, {{0, 0}}, {{false, 1}, {true, 1}}}; }

Fields FieldsWith(TypeKind key) { return {{"k", key, true, {}}, {"n", TypeKind::kInt64, false, {}}}; }

TEST(HashJoin, EqualsANestedLoop) {
  const std::pair<TypeKind, TypeKind> keys[] = {
      {TypeKind::kInt64, TypeKind::kInt16}, {TypeKind::kString, TypeKind::kString}, {TypeKind::kTimestamp, TypeKind::kTimestamp}};
  for (const auto& [left_key, right_key] : keys) {
    for (const auto& [rows, values] : {std::pair<size_t, unsigned>{0, 1}, {300, 400}, {900, 3}}) {
      const auto left = RandomKeys(rows, values, 1), right = RandomKeys(rows / 2, values, 2);
      for (const JoinKind kind : kKinds) {
        for (const bool hold_right : {false, true}) {
          const Fields left_fields = FieldsWith(left_key), right_fields = FieldsWith(right_key);
          Stream joined = JoinByHash(Shape(kind), {RowsOf(left, left_fields, 70), left_fields},
                                     {RowsOf(right, right_fields, 31), right_fields}, hold_right, kResult, {});
          EXPECT_EQ(Texts(std::move(joined), kResult), NestedLoop(kind, left, right))
              << rows << " " << values << " " << hold_right;
        }
      }
    }
  }
}

TEST(HashJoin, BatchesStaySmallWhereManyRowsMeet) {
  const std::vector<Key> same(1500, Key(7));
  const Fields fields = FieldsWith(TypeKind::kInt64);
  Stream joined = JoinByHash(Shape(JoinKind::kInner), {RowsOf(same, fields, 400), fields}, {RowsOf(same, fields, 400), fields},
                             true, kResult, {});
  int64_t rows = 0, most = 0;
  for (;;) {
    const auto batch = joined.Next();
    ASSERT_TRUE(batch) << batch.error().ToString();
    if (!batch->valid()) break;
    rows += batch->length();
    most = std::max(most, batch->length());
  }
  EXPECT_EQ(rows, 1500 * 1500);
  EXPECT_LT(most, 20000);
}

TEST(HashJoin, LargeUnsignedNumbersAreNotNegativeOnes) {
  const Fields numbers = FieldsWith(TypeKind::kInt64), unsigned_numbers = FieldsWith(TypeKind::kUInt64);
  const std::vector<Key> left = {Key(-1), Key(5)},
                         right = {Key(-1), Key(5)};  // the first of them is 2⁶⁴ - 1 as an unsigned number
  Stream joined = JoinByHash(Shape(JoinKind::kInner), {RowsOf(left, numbers, 10), numbers},
                             {RowsOf(right, unsigned_numbers, 10), unsigned_numbers}, true, kResult, {});
  EXPECT_EQ(Texts(std::move(joined), kResult), std::vector<std::string>{"1|1|"});
}

TEST(HashJoin, AllKeysMustBeEqual) {
  const Fields fields = FieldsWith(TypeKind::kInt64);  // the second column counts the rows
  const std::vector<Key> left = {Key(1), Key(1), Key(), Key(2)}, right = {Key(1), Key(2), Key(), Key(2)};
  JoinShape shape = Shape(JoinKind::kFull);
  shape.keys = {{0, 0}, {1, 1}};
  Stream joined = JoinByHash(shape, {RowsOf(left, fields, 10), fields}, {RowsOf(right, fields, 10), fields}, true, kResult, {});
  EXPECT_EQ(Texts(std::move(joined), kResult),
            (std::vector<std::string>{"0|0|", "1|NULL|", "2|NULL|", "3|3|", "NULL|1|", "NULL|2|"}));
}

TEST(HashJoin, ErrorsAndStopsEndIt) {
  const Fields fields = FieldsWith(TypeKind::kInt64);
  std::stop_source stop;
  stop.request_stop();
  Stream stopped = JoinByHash(Shape(JoinKind::kInner), {RowsOf({Key(1)}, fields, 1), fields},
                              {RowsOf({Key(1)}, fields, 1), fields}, true, kResult, stop.get_token());
  EXPECT_EQ(stopped.Next().error().code(), ErrorCode::kCancelled);
  for (const bool hold_right : {false, true}) {
    Stream broken = MakeStream(fields, []() -> Result<Array> { return Error(ErrorCode::kConnection, "the source is gone"); });
    Stream joined = JoinByHash(Shape(JoinKind::kLeft), {std::move(broken), fields}, {RowsOf({Key(1)}, fields, 1), fields},
                               hold_right, kResult, {});
    EXPECT_EQ(joined.Next().error().code(), ErrorCode::kConnection);
  }
}

}  // namespace
}  // namespace dvt::columnar
