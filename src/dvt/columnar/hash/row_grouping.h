#pragma once

#include <cstdint>

namespace dvt::columnar {

/// A cut of rows into groups: by ranges of their single integer key, or by the leading bits of their hashes. A value.
struct RowGrouping {
  enum class By : uint8_t {
    kKey,   ///< number = floor(key / 2^bits); keys outside of first…last belong to no group
    kHash,  ///< number = the first `bits` bits of the hash, from 0 to 2^bits - 1
  };
  By by = By::kHash;
  int bits = 0;
  int64_t first = 0, last = 0;  ///< numbers of groups, both within

  int64_t count() const { return last - first + 1; }
  bool Has(int64_t number) const { return number >= first && number <= last; }
  /// Of kKey: the smallest and the greatest key of a group.
  int64_t LowestKey(int64_t number) const { return static_cast<int64_t>(static_cast<uint64_t>(number) << bits); }
  int64_t HighestKey(int64_t number) const {
    return static_cast<int64_t>(static_cast<uint64_t>(number) << bits | ((uint64_t{1} << bits) - 1));
  }
  friend bool operator==(const RowGrouping&, const RowGrouping&) = default;
};

}  // namespace dvt::columnar
