#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dvt::columnar {

/// Copies texts, most of which are short: those are two copies of fixed length that overlap, without a loop or a call.
inline void CopyShort(uint8_t* to, const uint8_t* from, size_t size) {
  const auto both_ends = [&]<class T>(T) {
    T first, last;
    std::memcpy(&first, from, sizeof(T));
    std::memcpy(&last, from + size - sizeof(T), sizeof(T));
    std::memcpy(to, &first, sizeof(T));
    std::memcpy(to + size - sizeof(T), &last, sizeof(T));
  };
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    both_ends(static_cast<unsigned __int128>(0));
  } else if (size >= 8) {
    both_ends(uint64_t{0});
  } else if (size >= 4) {
    both_ends(uint32_t{0});
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = from[i];
  }
}

}  // namespace dvt::columnar
