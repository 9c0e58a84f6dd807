#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "dvt/run/changes/compare_rows.h"
#include "dvt/run/changes/extract_sums.h"
#include "dvt/run/changes/row_sorter.h"
#include "dvt/run/changes/row_state.h"
#include "dvt/sql/dialects/dialect.h"

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

TEST_F(Changes, QueriesThatGiveOtherRowsEachTimeAreKnown) {
  const auto& postgres = *sql::FindDialect("postgres");
  for (const char* query : {"select a, count(*) from t group by a", "select coalesce(a, 'x') from t where b > date '2024-01-01'",
                            "select sum(a) over (order by b) from t"})
    EXPECT_TRUE(GivesTheSameAgain(query, postgres)) << query;
  for (const char* query :
       {"select random() from t", "select a from t where b < now()", "select current_date", "select own_function(a) from t",
        "select 'today'::date", "select current_user", "select a from t tablesample bernoulli (10)", "select from from"})
    EXPECT_FALSE(GivesTheSameAgain(query, postgres)) << query;
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

// ---- groups

columnar::RowDigest RandomHash(std::mt19937_64& random) {
  columnar::RowDigest hash;
  for (auto& byte : hash) byte = static_cast<uint8_t>(random());
  return hash;
}

using HashedRows = std::map<std::string, columnar::RowDigest>;

// Keys as tables have them: one after the other, far apart, both signs, a few at the ends of the range; or texts.
HashedRows RandomRows(std::mt19937_64& random, bool integers, int count) {
  HashedRows rows;
  const auto shape = random() % 4;
  const auto start = static_cast<int64_t>(random() % 1'000'000) - 500'000;
  for (int i = 0; i < count; ++i) {
    auto key = static_cast<uint64_t>(start + i);
    if (shape == 1) key = random();
    if (shape == 2) key *= 1'000'003;
    if (shape == 3 && i % 1000 == 0) key = random() % 2 == 0 ? uint64_t{1} << 63 : ~uint64_t{0} >> 1;
    rows[(integers ? "" : "k") + std::to_string(static_cast<int64_t>(key))] = RandomHash(random);
  }
  return rows;
}

RowGroups GroupsOf(const HashedRows& rows, bool integers) {
  RowGroupBuilder builder(integers);
  for (const auto& [key, hash] : rows) builder.Add(key, hash);
  auto groups = builder.Finish();
  EXPECT_TRUE(groups);
  return std::move(*groups);
}

TEST_F(Changes, GroupsSumUpTheirRows) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 40; ++round) {
    const bool integers = round % 2 == 0;
    const auto rows = RandomRows(random, integers, 1'000 + static_cast<int>(random() % 9'000));
    const auto groups = GroupsOf(rows, integers);
    std::vector<RowSums> expected(groups.sums.size());
    for (const auto& [key, hash] : rows) {
      const auto index = groups.IndexOf(key, hash);
      ASSERT_TRUE(index) << key;
      expected[*index].Add(hash);
    }
    EXPECT_EQ(groups.sums, expected) << "round " << round;
    const auto filled = std::count_if(expected.begin(), expected.end(), [](const RowSums& sums) { return sums.rows > 0; });
    EXPECT_GT(filled, 4);
    EXPECT_LE(filled, static_cast<int64_t>(rows.size() / 16));
    EXPECT_EQ(groups.grouping.count(), static_cast<int64_t>(groups.sums.size()));
  }
}

TEST_F(Changes, UnevenKeysAreGroupedByTheirHashes) {
  std::mt19937_64 random(6);
  HashedRows rows;
  for (int i = 0; i < 5'000; ++i) rows[std::to_string(i)] = RandomHash(random);
  EXPECT_EQ(GroupsOf(rows, true).grouping.by, columnar::RowGrouping::By::kKey);
  EXPECT_EQ(GroupsOf(rows, false).grouping.by, columnar::RowGrouping::By::kHash);
  rows["9223372036854775807"] = RandomHash(random);
  EXPECT_EQ(GroupsOf(rows, true).grouping.by, columnar::RowGrouping::By::kHash);
}

TEST_F(Changes, FallingKeysAreGroupedInTime) {
  std::mt19937_64 random(8);
  RowGroupBuilder builder(true);
  for (int64_t i = 0; i < 300'000; ++i) builder.Add(std::to_string(-i), RandomHash(random));
  const auto groups = builder.Finish();
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->grouping.by, columnar::RowGrouping::By::kKey);
  EXPECT_LE(groups->sums.size(), 8'763u);
}

class GroupedChanges : public Changes {
 protected:
  // What is found between two sets of rows if `now` is asked by groups; the state that would be kept goes into `kept`.
  RowChanges Find(const HashedRows& before, const HashedRows& now, bool integers, HashedRows& kept, bool everything) {
    GroupComparison groups(GroupsOf(before, integers));
    for (const auto& [key, hash] : now) {
      const auto index = groups.known().IndexOf(key, hash);
      RowSums sums;
      sums.Add(hash);
      EXPECT_TRUE(
          groups.Add(index ? std::optional(groups.known().grouping.first + static_cast<int64_t>(*index)) : std::nullopt, sums));
    }
    groups.Decide();
    EXPECT_EQ(groups.equal(), before == now);
    const auto numbers = groups.ToRead();
    if (everything) groups.ReadEverything();
    std::vector<KeyRow> read;
    for (const auto& [key, hash] : now) {
      const auto index = groups.known().IndexOf(key, hash);
      const bool differs = !index || std::binary_search(numbers.begin(), numbers.end(),
                                                        groups.known().grouping.first + static_cast<int64_t>(*index));
      if (everything || differs) read.push_back({key, hash});
    }
    if (!everything) EXPECT_EQ(static_cast<int64_t>(read.size()), groups.rows_to_read());
    std::vector<KeyRow> old;
    for (const auto& [key, hash] : before) old.push_back({key, hash});
    const auto sorted = Sorted(std::move(read)), known = Sorted(std::move(old));
    CheckedRows checked(*sorted, names_);
    auto next = StateWriter::Open(folder_ + "/next", Header());
    auto changes = CompareRows(checked, known.get(), **next, folder_ + "/tmp", &groups);
    EXPECT_TRUE(changes) << changes.error().ToString();
    EXPECT_TRUE((*next)->Commit(groups.Reread()));
    auto state = StateReader::Open(folder_ + "/next");
    for (KeyRow row; *(*state)->Next(row);) kept[row.key] = row.hash;
    return std::move(*changes);
  }
};

TEST_F(GroupedChanges, FindWhatAComparisonOfAllRowsFinds) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 30; ++round) {
    const bool integers = round % 2 == 0;
    const auto before = RandomRows(random, integers, 1'000 + static_cast<int>(random() % 4'000));
    auto now = before;
    const int edits = round % 5 == 0 ? 0 : 1 << (random() % 11);
    for (int i = 0; i < edits; ++i) {
      auto row = now.begin();
      if (!now.empty()) std::advance(row, static_cast<int64_t>(random() % now.size()));
      const auto kind = random() % 3;
      if (kind == 0 && !now.empty()) row->second = RandomHash(random);
      if (kind == 1 && !now.empty()) now.erase(row);
      if (kind == 2)
        now[(integers ? "" : "k") + std::to_string(static_cast<int64_t>(random()) >> (random() % 64))] = RandomHash(random);
    }
    if (round % 7 == 6) now.clear();
    std::vector<std::string> touched, gone;
    for (const auto& [key, hash] : now)
      if (!before.contains(key) || before.at(key) != hash) touched.push_back(key);
    for (const auto& [key, hash] : before)
      if (!now.contains(key)) gone.push_back(key);
    for (const bool everything : {false, true}) {
      HashedRows kept;
      const auto changes = Find(before, now, integers, kept, everything);
      EXPECT_FALSE(changes.torn);
      EXPECT_EQ(Keys(*changes.touched), touched) << "round " << round;
      EXPECT_EQ(Keys(*changes.gone), gone) << "round " << round;
      EXPECT_EQ(changes.counts.unchanged, static_cast<int64_t>(now.size() - touched.size()));
      EXPECT_EQ(kept, now) << "round " << round;
    }
  }
}

TEST_F(GroupedChanges, ARowThatCameTwiceIsTold) {
  std::mt19937_64 random(10);
  const auto before = RandomRows(random, false, 3'000);
  GroupComparison groups(GroupsOf(before, false));
  for (const auto& [key, hash] : before) {
    RowSums sums;
    sums.Add(hash);
    ASSERT_TRUE(groups.Add(static_cast<int64_t>(*groups.known().IndexOf(key, hash)), sums));
  }
  columnar::RowDigest other = before.begin()->second;
  other[0] ^= 0xff;  // another group
  RowSums sums;
  sums.Add(other);
  ASSERT_TRUE(groups.Add(static_cast<int64_t>(*groups.known().IndexOf("", other)), sums));
  groups.Decide();
  std::vector<KeyRow> old;
  for (const auto& [key, hash] : before) old.push_back({key, hash});
  const auto sorted = Sorted({{before.begin()->first, other}}), known = Sorted(std::move(old));
  CheckedRows checked(*sorted, names_);
  auto next = StateWriter::Open(folder_ + "/next", Header());
  const auto changes = CompareRows(checked, known.get(), **next, folder_ + "/tmp", &groups);
  ASSERT_TRUE(changes);
  EXPECT_TRUE(changes->torn);
}

TEST_F(Changes, TheStateKeepsGroupsOfRows) {
  std::mt19937_64 random(12);
  Value header = Value::MakeMap(), columns = Value::MakeList(), key = Value::MakeList(), column = Value::MakeMap();
  column.Set("name", "id");
  column.Set("type", "int64");
  columns.Push(std::move(column));
  key.Push("id");
  header.Set("key", std::move(key));
  header.Set("columns", std::move(columns));
  HashedRows rows;
  for (int i = -2'000; i < 2'000; ++i) rows[std::to_string(i)] = RandomHash(random);
  auto writer = StateWriter::Open(folder_ + "/s", header);
  for (const auto& [id, hash] : rows) ASSERT_TRUE((*writer)->Append(id, hash));
  ASSERT_TRUE((*writer)->Commit(77));
  auto reader = StateReader::Open(folder_ + "/s");
  ASSERT_TRUE(reader) << reader.error().ToString();
  ASSERT_TRUE((*reader)->groups());
  const auto expected = GroupsOf(rows, true);
  EXPECT_EQ((*reader)->groups()->grouping, expected.grouping);
  EXPECT_EQ((*reader)->groups()->sums, expected.sums);
  EXPECT_EQ((*reader)->groups()->reread, 77);
  EXPECT_EQ((*reader)->rows(), 4'000);
  for (const auto& [id, hash] : rows) {
    KeyRow row;
    ASSERT_TRUE(*(*reader)->Next(row));
    break;
  }
}

// A file of an earlier version: the same without groups.
TEST_F(Changes, AStateWithoutGroupsIsRead) {
  ASSERT_TRUE(Run({{"1", 1}, {"2", 2}}, true));
  RowState state(folder_ + "/m");
  std::string why;
  const auto known = state.Look(Header(), why);
  ASSERT_TRUE(known) << why;
  EXPECT_EQ(known->rows, 2);
  EXPECT_FALSE(known->groups);
}

}  // namespace
}  // namespace dvt::run
