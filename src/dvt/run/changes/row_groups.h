#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/hash/row_grouping.h"
#include "dvt/run/changes/key_rows.h"

namespace dvt::run {

/// What a set of rows sums up to, in whatever order: their number and, modulo 2^64, the sums of the upper and the lower halves of
/// their hashes. Two different sets have equal sums about once in 2^128 times.
struct RowSums {
  uint64_t rows = 0, upper = 0, lower = 0;

  void Add(const columnar::RowDigest& hash);
  void Add(const RowSums& other);
  friend bool operator==(const RowSums&, const RowSums&) = default;
};

/// Rows in groups, summed up. A value.
struct RowGroups {
  columnar::RowGrouping grouping;
  std::vector<RowSums> sums;  ///< of groups first…last
  /// Rows of the groups in which something changed the last time: how much a comparison by groups would have read.
  int64_t reread = 0;

  /// Of the group that a row belongs to; nothing if it belongs to none.
  std::optional<size_t> IndexOf(std::string_view key, const columnar::RowDigest& hash) const;
};

/// Fewer rows than this are not worth two questions.
inline constexpr int64_t kLeastGroupedRows = 1000;

/// Sums up rows while it is not yet known how many there will be: groups are halved in number as they become too many. At most 10 MB.
class RowGroupBuilder {
 public:
  /// `integer_key`: the keys are single integers.
  explicit RowGroupBuilder(bool integer_key) : by_key_(integer_key), by_hash_(size_t{1} << kHashBits) {}
  void Add(std::string_view key, const columnar::RowDigest& hash);
  /// About 16·√rows groups, of 16 rows at least: by ranges of keys where these are even enough, else by hashes. Nothing for few rows.
  std::optional<RowGroups> Finish();

 private:
  static constexpr int kHashBits = 17;
  void AddToRange(int64_t key, const columnar::RowDigest& hash);
  void HalveRanges();
  std::optional<RowGroups> ByKey(int64_t most);

  bool by_key_;
  int bits_ = 0;  // keys of one range share all but these
  int64_t first_ = 0;
  std::vector<RowSums> ranges_;
  std::vector<RowSums> by_hash_;
  int64_t rows_ = 0;
};

/// Compares the groups that are known with those that a source has now. Add may be called from several threads, before Decide.
class GroupComparison {
 public:
  explicit GroupComparison(RowGroups known) : known_(std::move(known)), found_(known_.sums.size()), differs_(found_.size()) {}
  const RowGroups& known() const { return known_; }

  /// Part of a group's sums; nothing for rows of no group. kData if the number is none of the grouping's.
  Status Add(std::optional<int64_t> number, const RowSums& sums);
  void Decide();
  /// After Decide: nothing was added, changed or removed.
  bool equal() const { return differing_ == 0 && outside_.rows == 0; }
  bool outside() const { return outside_.rows > 0; }
  int64_t differing() const { return differing_; }
  /// Numbers of the groups that differ and still have rows, ascending.
  std::vector<int64_t> ToRead() const;
  int64_t rows_to_read() const { return rows_to_read_; }
  int64_t rows_now() const { return rows_now_; }
  /// Of all rows that were added.
  RowSums total() const;

  /// From now on no group counts as known to be equal: all rows are read.
  void ReadEverything() { everything_ = true; }
  bool everything() const { return everything_; }
  /// Whether a row that was known is still there as it was, without having been read.
  bool Settled(const KeyRow& known) const;
  /// Something happened to a row, which was or is as given.
  void Touch(const KeyRow& row);
  /// For RowGroups::reread of the rows that are there now.
  int64_t Reread() const;

 private:
  const RowGroups known_;
  std::mutex mutex_;
  std::vector<RowSums> found_;
  std::vector<bool> differs_;  // after reading everything: what Touch said
  RowSums outside_;
  int64_t differing_ = 0, rows_to_read_ = 0, rows_now_ = 0;
  int64_t new_rows_ = 0;
  bool everything_ = false;
};

}  // namespace dvt::run
