#include "dvt/columnar/parquet/runs.h"

#include <algorithm>
#include <bit>

namespace dvt::columnar {

namespace {

constexpr size_t kGroup = 8;           // values that are packed together: `width` bytes
constexpr size_t kGroupsAHeader = 63;  // so that the header of packed groups is one byte
constexpr size_t kSlack = 16;          // a group is stored in whole words, which may reach beyond it

// Eight values in `width` bytes, the first in the lowest bits.
template <class T>
void PackGroup(const T* v, int width, uint8_t* out) {
  if (width <= 8) {
    uint64_t bits = 0;
    for (int k = 0; k < 8; ++k) bits |= static_cast<uint64_t>(v[k]) << (k * width);
    std::memcpy(out, &bits, sizeof bits);
    return;
  }
  if (width <= 16) {
    uint64_t low = 0, high = 0;
    for (int k = 0; k < 4; ++k) {
      low |= static_cast<uint64_t>(v[k]) << (k * width);
      high |= static_cast<uint64_t>(v[k + 4]) << (k * width);
    }
    const unsigned __int128 bits = low | static_cast<unsigned __int128>(high) << (4 * width);
    std::memcpy(out, &bits, sizeof bits);
    return;
  }
  uint64_t bits = 0;
  int filled = 0;
  for (int k = 0; k < 8; ++k) {
    bits |= static_cast<uint64_t>(v[k]) << filled;
    for (filled += width; filled >= 8; filled -= 8, bits >>= 8) *out++ = static_cast<uint8_t>(bits);
  }
}

template <class T>
void AppendPacked(const T* values, size_t count, int width, PageBytes& out) {
  const auto bytes = static_cast<size_t>(width);
  while (count > 0) {
    const size_t groups = std::min((count + kGroup - 1) / kGroup, kGroupsAHeader);
    uint8_t* at = out.Room(1 + groups * bytes + kSlack);
    *at++ = static_cast<uint8_t>(groups << 1 | 1);
    for (size_t i = 0; i < groups; ++i, at += bytes) {
      if (count >= kGroup) {
        PackGroup(values, width, at);
        values += kGroup;
        count -= kGroup;
        continue;
      }
      T last[kGroup] = {};
      std::copy_n(values, count, last);
      PackGroup(last, width, at);
      count = 0;
    }
    out.Grow(1 + groups * bytes);
  }
}

template <class T>
bool IsOneValue(const T* v) {
  T differs = 0;
  for (size_t k = 1; k < kGroup; ++k) differs |= static_cast<T>(v[k] ^ v[0]);
  return differs == 0;
}

template <class T>
void Append(const T* values, size_t count, int width, PageBytes& out) {
  size_t packed_from = 0, at = 0;
  while (at + kGroup <= count) {
    if (!IsOneValue(values + at)) {
      at += kGroup;
      continue;
    }
    size_t end = at + kGroup;
    while (end < count && values[end] == values[at]) ++end;
    AppendPacked(values + packed_from, at - packed_from, width, out);
    AppendRun(values[at], end - at, width, out);
    packed_from = at = end;
  }
  AppendPacked(values + packed_from, count - packed_from, width, out);
}

}  // namespace

int BitWidthOf(uint32_t largest) { return std::max(1, static_cast<int>(std::bit_width(largest))); }

void AppendRun(uint32_t value, size_t count, int width, PageBytes& out) {
  uint8_t* at = out.Room(16);
  const uint8_t* begin = at;
  for (uint64_t header = static_cast<uint64_t>(count) << 1;; header >>= 7) {
    *at++ = static_cast<uint8_t>((header & 0x7f) | (header > 0x7f ? 0x80 : 0));
    if (header <= 0x7f) break;
  }
  for (int bits = 0; bits < width; bits += 8) *at++ = static_cast<uint8_t>(value >> bits);
  out.Grow(static_cast<size_t>(at - begin));
}

void AppendRuns(const uint32_t* values, size_t count, int width, PageBytes& out) { Append(values, count, width, out); }
void AppendRuns(const uint8_t* values, size_t count, int width, PageBytes& out) { Append(values, count, width, out); }

}  // namespace dvt::columnar
