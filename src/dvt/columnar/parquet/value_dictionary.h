#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "dvt/columnar/parquet/page_bytes.h"

namespace dvt::columnar {

/// Different values of a column chunk, numbered as they come. The table that finds them has room for twice as many, open addressing.
template <class T>
class WholeDictionary {
 public:
  WholeDictionary() { Resize(kFirstSlots); }

  /// The number of a value, which is added if it is new.
  uint32_t PlaceOf(T value) {
    for (size_t slot = Hash(value) >> shift_;; slot = (slot + 1) & (slots_.size() - 1)) {
      const uint32_t place = slots_[slot];
      if (place == 0) return Add(value, slot);
      if (values_[place - 1] == value) return place - 1;
    }
  }
  const std::vector<T>& values() const { return values_; }
  size_t size() const { return values_.size(); }
  size_t bytes() const { return values_.size() * sizeof(T); }
  void Clear() {
    values_.clear();
    Resize(kFirstSlots);
  }

 private:
  static constexpr size_t kFirstSlots = 256;

  static uint64_t Hash(T value) {
    auto bits = static_cast<uint64_t>(value);
    if constexpr (sizeof(T) > 8) bits ^= static_cast<uint64_t>(value >> 64) * 0xff51afd7ed558ccdULL;
    return bits * 0x9e3779b97f4a7c15ULL;
  }

  uint32_t Add(T value, size_t slot) {
    values_.push_back(value);
    slots_[slot] = static_cast<uint32_t>(values_.size());
    if (values_.size() * 2 > slots_.size()) Resize(slots_.size() * 4);
    return static_cast<uint32_t>(values_.size() - 1);
  }

  void Resize(size_t slots) {
    slots_.assign(slots, 0);
    shift_ = 64 - std::countr_zero(slots);
    for (size_t i = 0; i < values_.size(); ++i) {
      size_t slot = Hash(values_[i]) >> shift_;
      while (slots_[slot] != 0) slot = (slot + 1) & (slots - 1);
      slots_[slot] = static_cast<uint32_t>(i + 1);
    }
  }

  std::vector<T> values_;
  std::vector<uint32_t> slots_;  // number + 1; 0: free
  int shift_ = 0;
};

/// Bytes that somebody else owns.
struct ByteView {
  const uint8_t* data;
  uint32_t size;
};

/// The same for texts and bytes, whose values it copies.
class BytesDictionary {
 public:
  BytesDictionary();

  uint32_t PlaceOf(ByteView value) {
    const Entry entry = EntryOf(value);
    for (size_t slot = Hash(entry, value.data) >> shift_;; slot = (slot + 1) & (slots_.size() - 1)) {
      const uint32_t place = slots_[slot];
      if (place == 0) return Add(entry, value.data, slot);
      const Entry& held = entries_[place - 1];
      if (held.size == entry.size && held.first == entry.first && held.last == entry.last &&
          (entry.size <= 16 || SameMiddle(held, value.data)))
        return place - 1;
    }
  }
  size_t size() const { return entries_.size(); }
  /// Of all values, each with four more.
  size_t bytes() const { return bytes_.size() + 4 * entries_.size(); }
  ByteView At(uint32_t place) const { return {bytes_.data() + entries_[place].at, entries_[place].size}; }
  void Clear();

 private:
  /// The first and last eight bytes tell values of up to sixteen apart.
  struct Entry {
    uint64_t first, last;
    size_t at;
    uint32_t size;
  };

  template <class T>
  static uint64_t Load(const uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  static Entry EntryOf(ByteView value) {
    const uint8_t* data = value.data;
    const uint32_t size = value.size;
    if (size >= 8) return {Load<uint64_t>(data), Load<uint64_t>(data + size - 8), 0, size};
    if (size >= 4) return {Load<uint32_t>(data), Load<uint32_t>(data + size - 4), 0, size};
    if (size == 0) return {0, 0, 0, 0};
    return {data[0], static_cast<uint64_t>(data[size / 2]) << 8 | data[size - 1], 0, size};
  }
  static uint64_t Hash(const Entry& entry, const uint8_t* data) {
    uint64_t bits = (entry.first + entry.size) * 0x9e3779b97f4a7c15ULL;
    bits = (std::rotl(bits, 29) ^ entry.last) * 0xff51afd7ed558ccdULL;
    return entry.size <= 16 ? bits : HashMiddle(bits, entry.size, data);
  }
  static uint64_t HashMiddle(uint64_t bits, uint32_t size, const uint8_t* data);
  bool SameMiddle(const Entry& held, const uint8_t* data) const;
  uint32_t Add(Entry entry, const uint8_t* data, size_t slot);
  void Resize(size_t slots);

  std::vector<Entry> entries_;
  PageBytes bytes_;
  std::vector<uint32_t> slots_;
  int shift_ = 0;
};

}  // namespace dvt::columnar
