#pragma once

#include <cstddef>
#include <cstdint>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// The most bytes that so many can become.
size_t ZstdRoom(size_t bytes);
/// One Zstandard frame of a page, with its size. `level` may be below zero (faster); beyond what there is it is the nearest. Every thread keeps a
/// compressor for itself: to make one costs more than a small page. Returns the bytes written.
Result<size_t> ZstdCompress(const uint8_t* page, size_t bytes, int level, uint8_t* out, size_t room);

}  // namespace dvt::lake
