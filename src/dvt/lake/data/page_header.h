#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dvt::lake {

/// What stands before a page of a Parquet file, as far as readers of flat columns need it (parquet-format, PageHeader).
struct PageHeader {
  enum class Kind : int32_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };

  Kind kind = Kind::kIndex;
  int32_t uncompressed_bytes = -1, compressed_bytes = -1;  ///< of the page behind the header
  int32_t values = -1;                                     ///< with nulls
  int32_t encoding = -1;
  int32_t definition_encoding = -1, repetition_encoding = -1;  ///< of data pages of version 1
  int32_t nulls = -1, rows = -1;                               ///< of version 2
  int32_t definition_bytes = -1, repetition_bytes = -1;        ///< of version 2: levels, which are never compressed
  bool is_compressed = true;                                   ///< of version 2
  bool is_sorted = false;                                      ///< of dictionaries
};

enum class HeaderRead { kWhole, kCutOff, kCorrupt };

/// Reads a header in Thrift's compact protocol from the beginning of `bytes`. `length`: what it takes. kCutOff: more bytes may help.
HeaderRead ReadPageHeader(std::span<const uint8_t> bytes, PageHeader& header, size_t& length);

}  // namespace dvt::lake
