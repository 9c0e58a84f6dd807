#pragma once

#include <cstdint>
#include <vector>

#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::columnar {

/// A 64-bit hash of each of the first `rows` values of a column of a type that HashAlike knows; of NULL always the same. The mixing step is MurmurHash3's 64-bit finalizer
/// (A. Appleby, public domain); texts go through FNV-1a first. Not for anybody who may choose the values.
void HashKeys(const ColumnView& column, int64_t rows, std::vector<uint64_t>& out);

/// Whether two values, neither NULL, of columns whose types are HashAlike are equal: integers by value, texts and binaries byte by byte.
bool KeysEqual(const ColumnView& a, int64_t row_a, const ColumnView& b, int64_t row_b);

}  // namespace dvt::columnar
