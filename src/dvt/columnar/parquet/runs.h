#pragma once

#include <cstddef>
#include <cstdint>

#include "dvt/columnar/parquet/page_bytes.h"

namespace dvt::columnar {

/// Bits that the numbers from 0 to `largest` take; at least 1.
int BitWidthOf(uint32_t largest);

/// Appends numbers as Parquet's hybrid of repeated runs and bit-packed groups (encoding RLE of Parquet's Encodings.md), each in `width` bits (1 to 32).
void AppendRuns(const uint32_t* values, size_t count, int width, PageBytes& out);
void AppendRuns(const uint8_t* values, size_t count, int width, PageBytes& out);
/// The same for one value, repeated.
void AppendRun(uint32_t value, size_t count, int width, PageBytes& out);

}  // namespace dvt::columnar
