#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dvt::lake {

/// A set of byte strings that costs their bytes and about fifteen more each. Not thread-safe.
class KeyTable {
 public:
  /// False if it was there.
  bool Insert(std::string_view key, uint64_t hash);
  bool Contains(std::string_view key, uint64_t hash) const;
  size_t size() const { return size_; }
  int64_t bytes() const { return static_cast<int64_t>(keys_.capacity() + slots_.size() * sizeof(Slot)); }
  /// Calls `take` with every key, in the order in which they came.
  template <class Take>
  void ForEach(const Take& take) const {
    for (size_t at = 0; at < keys_.size();) {
      const std::string_view key = KeyAt(at);
      take(key);
      at += sizeof(uint32_t) + key.size();
    }
  }

  static uint64_t Hash(std::string_view key);

 private:
  // Where a key begins, counted from 1, and some bits of its hash; 0: none.
  using Slot = uint64_t;
  static constexpr int kPlaceBits = 40;

  std::string_view KeyAt(size_t place) const;
  /// The slot that holds the key, or the empty one where it would be.
  size_t Find(std::string_view key, uint64_t hash) const;
  void Grow();

  std::string keys_;  // each with its length before it
  std::vector<Slot> slots_;
  size_t size_ = 0;
};

/// Tells for most keys that were never added that they were not (Bloom 1970). Not thread-safe.
class KeyFilter {
 public:
  /// For about so many keys: ten bits each, at most 32 MB.
  explicit KeyFilter(int64_t keys);
  void Insert(uint64_t hash);
  bool MightContain(uint64_t hash) const;

 private:
  std::vector<uint64_t> words_;
  uint64_t mask_ = 0;
};

}  // namespace dvt::lake
