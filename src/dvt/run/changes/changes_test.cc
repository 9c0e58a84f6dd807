#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "dvt/run/changes/compare_rows.h"
#include "dvt/run/changes/row_sorter.h"

namespace dvt::run {
namespace {

using Rows = std::map<std::string, int>;  // key → what its hash is made of

columnar::RowDigest HashOf(int value) {
  columnar::RowDigest hash{1};
  std::memcpy(hash.data() + 1, &value, sizeof value);
  return hash;
}

class Changes : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() / ("dvt_changes_" + std::to_string(::getpid()))).string();
    std::filesystem::remove_all(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<SortedRows> Sorted(std::vector<KeyRow> rows, size_t memory = 64 << 20) {
    RowSorter sorter(folder_ + "/tmp", memory);
    std::shuffle(rows.begin(), rows.end(), std::mt19937(7));
    EXPECT_TRUE(sorter.Add(rows, rows.size()));
    auto sorted = sorter.Finish();
    EXPECT_TRUE(sorted);
    return std::move(*sorted);
  }
  static std::vector<KeyRow> Listed(const Rows& rows) {
    std::vector<KeyRow> list;
    for (const auto& [key, value] : rows) list.push_back({key, HashOf(value)});
    return list;
  }
  Value Header(const std::string& columns = "a") {
    Value header = Value::MakeMap();
    header.Set("columns", columns);
    return header;
  }
  // One run up to the target's commit; `confirm`: the commit is heard of. `whole`: nothing was known, the target is built anew.
  Result<RowChanges> Run(const Rows& now, bool confirm, bool* whole = nullptr) {
    std::string why;
    RowState state(folder_ + "/m");
    DVT_ASSIGN(const auto before, state.Open(Header(), why));
    if (whole != nullptr) *whole = before == nullptr;
    DVT_ASSIGN(auto next, state.Begin(Header()));
    const auto sorted = Sorted(Listed(now), 4096);
    CheckedRows checked(*sorted, names_);
    DVT_ASSIGN(auto changes, CompareRows(checked, before.get(), *next, folder_ + "/tmp"));
    DVT_TRY(next->Commit());
    if (confirm) DVT_TRY(state.Confirm());
    return changes;
  }
  static std::vector<std::string> Keys(SortedRows& rows) {
    std::vector<std::string> keys;
    for (KeyRow row; *rows.Next(row);) keys.push_back(row.key);
    return keys;
  }

  std::string folder_;
  std::vector<std::string> names_ = {"id"};
};

TEST_F(Changes, SortsWhatDoesNotFitIntoMemory) {
  std::vector<KeyRow> rows;
  for (int i = 0; i < 200'000; ++i) rows.push_back({std::to_string(i * 7919 % 200'003), HashOf(i)});
  std::map<std::string, columnar::RowDigest> expected;
  for (const auto& row : rows) expected[row.key] = row.hash;
  const auto sorted = Sorted(rows, 512 << 10);
  KeyRow row;
  for (const auto& [key, hash] : expected) {
    ASSERT_TRUE(*sorted->Next(row));
    ASSERT_EQ(row.key, key);
    ASSERT_EQ(row.hash, hash);
  }
  EXPECT_FALSE(*sorted->Next(row));
}

TEST_F(Changes, TellsInsertedChangedAndDeletedKeys) {
  ASSERT_TRUE(Run({{"1", 1}, {"10", 1}, {"2", 1}, {"x~|y", 1}}, true));
  auto changes = Run({{"1", 1}, {"10", 2}, {"3", 1}, {"x~|y", 1}}, true);
  ASSERT_TRUE(changes);
  EXPECT_EQ(changes->counts.inserted, 1);
  EXPECT_EQ(changes->counts.changed, 1);
  EXPECT_EQ(changes->counts.deleted, 1);
  EXPECT_EQ(changes->counts.unchanged, 2);
  EXPECT_EQ(Keys(*changes->touched), (std::vector<std::string>{"10", "3"}));
  EXPECT_EQ(Keys(*changes->gone), (std::vector<std::string>{"2"}));
}

// Whatever was committed of the runs that were cut off, the next one must make the target equal to the source.
TEST_F(Changes, ACutOffRunNeverHidesADifference) {
  std::mt19937 random(11);
  for (int round = 0; round < 40; ++round) {
    std::filesystem::remove_all(folder_);
    Rows target;
    for (int step = 0; step < 6; ++step) {
      Rows source;
      for (int key = 0; key < 8; ++key)
        if (random() % 3 != 0) source[std::to_string(key)] = static_cast<int>(random() % 3);
      const bool last = step == 5, heard = last || random() % 2 == 0, committed = heard || random() % 2 == 0;
      bool whole = false;
      auto changes = Run(source, heard, &whole);
      ASSERT_TRUE(changes) << changes.error().ToString();
      if (!committed) continue;
      if (whole) target.clear();
      for (const auto& key : Keys(*changes->gone)) target.erase(key);
      for (const auto& key : Keys(*changes->touched)) target[key] = source.at(key);
      EXPECT_EQ(target, source) << "round " << round << " step " << step;
    }
  }
}

TEST_F(Changes, RefusesKeysThatDoNotNameARow) {
  const auto check = [&](std::vector<KeyRow> rows) {
    const auto sorted = Sorted(std::move(rows));
    CheckedRows checked(*sorted, names_);
    auto next = StateWriter::Open(folder_ + "/s", Header());
    return KeepRows(checked, **next);
  };
  auto twice = check({{"5", HashOf(1)}, {"5", HashOf(2)}, {"6", HashOf(1)}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message(), "unique_key (id) is not unique: several rows have 5");
  auto null = check({{"5|~N", HashOf(1)}});
  ASSERT_FALSE(null);
  EXPECT_EQ(null.error().message(), "unique_key (id) has a NULL: a row has (5, NULL)");
  EXPECT_TRUE(check({{"5|~~N", HashOf(1)}}));
}

TEST_F(Changes, AStateOfOtherColumnsOrACutOneIsNotUsed) {
  ASSERT_TRUE(Run({{"1", 1}}, true));
  RowState state(folder_ + "/m");
  std::string why;
  auto other = state.Open(Header("a, b"), why);
  ASSERT_TRUE(other);
  EXPECT_EQ(*other, nullptr);
  EXPECT_EQ(why, "the columns, the key or the target are others than in the run before");
  std::filesystem::resize_file(folder_ + "/m.rows", std::filesystem::file_size(folder_ + "/m.rows") - 3);
  auto cut = state.Open(Header(), why);
  ASSERT_TRUE(cut);
  EXPECT_EQ(*cut, nullptr);
  EXPECT_NE(why.find("is damaged"), std::string::npos) << why;
}

}  // namespace
}  // namespace dvt::run
