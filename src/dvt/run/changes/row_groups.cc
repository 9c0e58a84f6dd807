#include "dvt/run/changes/row_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace dvt::run {

using columnar::RowDigest;
using columnar::RowGrouping;

namespace {

constexpr uint64_t kMostRanges = uint64_t{1} << 18;
constexpr int64_t kRowsOfAGroup = 16;  // at least, on average
constexpr double kMostUneven = 8;      // times as many rows in the group of a row as if all were of one size

uint64_t Half(const RowDigest& hash, size_t from) {
  uint64_t number = 0;
  for (size_t i = from; i < from + 8; ++i) number = number << 8 | hash[i];
  return number;
}

bool ParseKey(std::string_view text, int64_t& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

// Pairs of neighbours become one; `first` is the number of the first.
void Halve(std::vector<RowSums>& sums, int64_t& first) {
  const int64_t half = first >> 1;
  size_t last = 0;
  for (size_t i = 0; i < sums.size(); ++i) {
    const auto to = static_cast<size_t>(((first + static_cast<int64_t>(i)) >> 1) - half);
    const RowSums moved = std::exchange(sums[i], RowSums());
    sums[to].Add(moved);
    last = to;
  }
  sums.resize(sums.empty() ? 0 : last + 1);
  first = half;
}

}  // namespace

void RowSums::Add(const RowDigest& hash) {
  ++rows;
  upper += Half(hash, 0);
  lower += Half(hash, 8);
}

void RowSums::Add(const RowSums& other) {
  rows += other.rows;
  upper += other.upper;
  lower += other.lower;
}

std::optional<size_t> RowGroups::IndexOf(std::string_view key, const RowDigest& hash) const {
  int64_t number = 0;
  if (grouping.by == RowGrouping::By::kHash) {
    number = static_cast<int64_t>(Half(hash, 0) >> (64 - grouping.bits));
  } else {
    if (!ParseKey(key, number)) return std::nullopt;
    number >>= grouping.bits;
  }
  if (!grouping.Has(number)) return std::nullopt;
  return static_cast<size_t>(number - grouping.first);
}

void RowGroupBuilder::Add(std::string_view key, const RowDigest& hash) {
  ++rows_;
  by_hash_[Half(hash, 0) >> (64 - kHashBits)].Add(hash);
  if (!by_key_) return;
  int64_t number = 0;
  by_key_ = ParseKey(key, number);
  if (by_key_) AddToRange(number, hash);
}

void RowGroupBuilder::AddToRange(int64_t key, const RowDigest& hash) {
  if (ranges_.empty()) {
    first_ = key;
    ranges_.resize(1);
  }
  for (;;) {
    const int64_t number = key >> bits_, last = first_ + static_cast<int64_t>(ranges_.size()) - 1;
    const auto width = static_cast<uint64_t>(std::max(last, number)) - static_cast<uint64_t>(std::min(first_, number)) + 1;
    if (width == 0 || width > kMostRanges) {
      HalveRanges();
      continue;
    }
    if (number < first_) {  // as far again in front, so that falling keys do not move everything each time
      const auto room = static_cast<uint64_t>(number) - static_cast<uint64_t>(std::numeric_limits<int64_t>::min() >> bits_);
      const uint64_t more = std::min({static_cast<uint64_t>(ranges_.size()), kMostRanges - width, room});
      ranges_.insert(ranges_.begin(), static_cast<size_t>(first_ - number) + more, RowSums());
      first_ = number - static_cast<int64_t>(more);
    }
    if (number > last) ranges_.resize(static_cast<size_t>(number - first_) + 1);
    return ranges_[static_cast<size_t>(number - first_)].Add(hash);
  }
}

void RowGroupBuilder::HalveRanges() {
  Halve(ranges_, first_);
  ++bits_;
}

std::optional<RowGroups> RowGroupBuilder::ByKey(int64_t most) {
  const auto filled = [&] {
    return std::count_if(ranges_.begin(), ranges_.end(), [](const RowSums& sums) { return sums.rows > 0; });
  };
  while (filled() > most || bits_ == 0) HalveRanges();
  const auto empty = std::find_if(ranges_.begin(), ranges_.end(), [](const RowSums& sums) { return sums.rows > 0; });
  first_ += empty - ranges_.begin();
  ranges_.erase(ranges_.begin(), empty);
  double squares = 0;
  for (const auto& sums : ranges_) squares += static_cast<double>(sums.rows) * static_cast<double>(sums.rows);
  const auto rows = static_cast<double>(rows_);
  if (squares / rows > kMostUneven * rows / static_cast<double>(most)) return std::nullopt;
  RowGroups groups;
  const int64_t last = first_ + static_cast<int64_t>(ranges_.size()) - 1;
  groups.grouping = {RowGrouping::By::kKey, bits_, first_, last};
  groups.sums = std::move(ranges_);
  return groups;
}

std::optional<RowGroups> RowGroupBuilder::Finish() {
  if (rows_ < kLeastGroupedRows) return std::nullopt;
  const int64_t most = std::min(static_cast<int64_t>(16 * std::sqrt(static_cast<double>(rows_))), rows_ / kRowsOfAGroup);
  if (by_key_) {
    if (auto groups = ByKey(most)) return groups;
  }
  const int bits = std::min<int>(kHashBits, std::bit_width(static_cast<uint64_t>(most)) - 1);
  RowGroups groups;
  groups.grouping = {RowGrouping::By::kHash, bits, 0, (int64_t{1} << bits) - 1};
  groups.sums = std::move(by_hash_);
  int64_t first = 0;
  for (int i = kHashBits; i > bits; --i) Halve(groups.sums, first);
  return groups;
}

Status GroupComparison::Add(std::optional<int64_t> number, const RowSums& sums) {
  const std::lock_guard lock(mutex_);
  if (!number) {
    outside_.Add(sums);
    return {};
  }
  if (!known_.grouping.Has(*number))
    return Error(ErrorCode::kData, fmt::format("the source tells of a group {} of rows", *number));
  found_[static_cast<size_t>(*number - known_.grouping.first)].Add(sums);
  return {};
}

void GroupComparison::Decide() {
  differing_ = 0;
  rows_now_ = rows_to_read_ = static_cast<int64_t>(outside_.rows);
  for (size_t i = 0; i < found_.size(); ++i) {
    differs_[i] = !(found_[i] == known_.sums[i]);
    rows_now_ += static_cast<int64_t>(found_[i].rows);
    if (!differs_[i]) continue;
    ++differing_;
    rows_to_read_ += static_cast<int64_t>(found_[i].rows);
  }
}

RowSums GroupComparison::total() const {
  RowSums total = outside_;
  for (const auto& sums : found_) total.Add(sums);
  return total;
}

std::vector<int64_t> GroupComparison::ToRead() const {
  std::vector<int64_t> numbers;
  for (size_t i = 0; i < found_.size(); ++i) {
    if (differs_[i] && found_[i].rows > 0) numbers.push_back(known_.grouping.first + static_cast<int64_t>(i));
  }
  return numbers;
}

bool GroupComparison::Settled(const KeyRow& known) const {
  if (everything_ || known.hash == kUnknownHash) return false;
  const auto index = known_.IndexOf(known.key, known.hash);
  return index && !differs_[*index];
}

void GroupComparison::Touch(const KeyRow& row) {
  if (!everything_) return;
  const auto index = known_.IndexOf(row.key, row.hash);
  if (index) differs_[*index] = true;
  new_rows_ += index ? 0 : 1;
}

int64_t GroupComparison::Reread() const {
  if (!everything_) return rows_to_read_;
  int64_t rows = new_rows_;
  for (size_t i = 0; i < differs_.size(); ++i) {
    if (differs_[i]) rows += static_cast<int64_t>(known_.sums[i].rows);
  }
  return rows;
}

}  // namespace dvt::run
