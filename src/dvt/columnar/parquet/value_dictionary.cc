#include "dvt/columnar/parquet/value_dictionary.h"

#include <algorithm>

namespace dvt::columnar {

namespace {

constexpr size_t kFirstSlots = 256;

}  // namespace

BytesDictionary::BytesDictionary() { Resize(kFirstSlots); }

uint64_t BytesDictionary::HashMiddle(uint64_t bits, uint32_t size, const uint8_t* data) {
  for (uint32_t at = 8; at + 8 < size; at += 8) bits = (std::rotl(bits, 29) ^ Load<uint64_t>(data + at)) * 0xff51afd7ed558ccdULL;
  return bits * 0x9e3779b97f4a7c15ULL;
}

bool BytesDictionary::SameMiddle(const Entry& held, const uint8_t* data) const {
  return std::memcmp(bytes_.data() + held.at + 8, data + 8, held.size - 16) == 0;
}

uint32_t BytesDictionary::Add(Entry entry, const uint8_t* data, size_t slot) {
  entry.at = bytes_.size();
  bytes_.Append(data, entry.size);
  entries_.push_back(entry);
  slots_[slot] = static_cast<uint32_t>(entries_.size());
  if (entries_.size() * 2 > slots_.size()) Resize(slots_.size() * 4);
  return static_cast<uint32_t>(entries_.size() - 1);
}

void BytesDictionary::Resize(size_t slots) {
  slots_.assign(slots, 0);
  shift_ = 64 - std::countr_zero(slots);
  for (size_t i = 0; i < entries_.size(); ++i) {
    size_t slot = Hash(entries_[i], bytes_.data() + entries_[i].at) >> shift_;
    while (slots_[slot] != 0) slot = (slot + 1) & (slots - 1);
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

void BytesDictionary::Clear() {
  entries_.clear();
  bytes_.Clear();
  Resize(kFirstSlots);
}

}  // namespace dvt::columnar
