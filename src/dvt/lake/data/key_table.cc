#include "dvt/lake/data/key_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

namespace dvt::lake {

namespace {

constexpr uint64_t kPlaceMask = (uint64_t{1} << 40) - 1;
constexpr int kProbes = 6;

}  // namespace

uint64_t KeyTable::Hash(std::string_view key) { return std::hash<std::string_view>{}(key); }

std::string_view KeyTable::KeyAt(size_t place) const {
  uint32_t length = 0;
  std::memcpy(&length, keys_.data() + place, sizeof length);
  return {keys_.data() + place + sizeof length, length};
}

size_t KeyTable::Find(std::string_view key, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot slot = slots_[at];
    if (slot == 0) return at;
    if (slot >> kPlaceBits == hash >> kPlaceBits && KeyAt((slot & kPlaceMask) - 1) == key) return at;
  }
}

void KeyTable::Grow() {
  slots_.assign(std::max<size_t>(1024, slots_.size() * 2), 0);
  const size_t mask = slots_.size() - 1;
  size_t place = 0;
  ForEach([&](std::string_view key) {
    const uint64_t hash = Hash(key);
    size_t at = hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = (hash >> kPlaceBits) << kPlaceBits | (place + 1);
    place += sizeof(uint32_t) + key.size();
  });
}

bool KeyTable::Insert(std::string_view key, uint64_t hash) {
  if (slots_.empty() || size_ * 4 >= slots_.size() * 3) Grow();
  const size_t at = Find(key, hash);
  if (slots_[at] != 0) return false;
  slots_[at] = (hash >> kPlaceBits) << kPlaceBits | (keys_.size() + 1);
  const auto length = static_cast<uint32_t>(key.size());
  keys_.append(reinterpret_cast<const char*>(&length), sizeof length);
  keys_.append(key);
  ++size_;
  return true;
}

bool KeyTable::Contains(std::string_view key, uint64_t hash) const { return size_ > 0 && slots_[Find(key, hash)] != 0; }

KeyFilter::KeyFilter(int64_t keys) {
  constexpr uint64_t kMostBits = uint64_t{32} << 23;
  const uint64_t bits = std::clamp<uint64_t>(std::bit_ceil(static_cast<uint64_t>(keys) * 10), 1024, kMostBits);
  words_.assign(bits / 64, 0);
  mask_ = bits - 1;
}

// Further hashes are sums of the two halves (Kirsch and Mitzenmacher 2006).
void KeyFilter::Insert(uint64_t hash) {
  const uint64_t step = hash >> 32 | 1;
  for (int i = 0; i < kProbes; ++i, hash += step) words_[(hash & mask_) >> 6] |= uint64_t{1} << (hash & 63);
}

bool KeyFilter::MightContain(uint64_t hash) const {
  const uint64_t step = hash >> 32 | 1;
  for (int i = 0; i < kProbes; ++i, hash += step)
    if ((words_[(hash & mask_) >> 6] >> (hash & 63) & 1) == 0) return false;
  return true;
}

}  // namespace dvt::lake
