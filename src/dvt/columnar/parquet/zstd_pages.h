#pragma once

#include <cstddef>
#include <cstdint>

#include "dvt/base/result/result.h"

namespace dvt::columnar {

/// The most bytes that so many can become.
size_t ZstdRoom(size_t bytes);
/// How hard to look for what repeats.
struct ZstdEffort {
  int level = 1;  ///< may be below zero (faster); beyond what there is it is the nearest
  bool strides =
      false;  ///< look in steps of three bytes: faster, and often better, where numbers of eight bytes repeat no more than their zeros

  /// Whether strides mean something at the level.
  bool may_stride() const { return level == 1 || level == 2; }
};

/// One Zstandard frame of a page, with its size. Every thread keeps a compressor for itself: to make one costs more than a small page. Returns the
/// bytes written.
Result<size_t> ZstdCompress(const uint8_t* page, size_t bytes, ZstdEffort effort, uint8_t* out, size_t room);

}  // namespace dvt::columnar
