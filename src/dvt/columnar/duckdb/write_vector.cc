#include "dvt/columnar/duckdb/write_vector.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/duckdb/types.h"

namespace dvt::columnar::duckdb {
namespace {

static_assert(sizeof(duckdb_string_t) == 16);

const uint8_t* Buffer(const ArrowArray& array, int i) { return static_cast<const uint8_t*>(array.buffers[i]); }

template <class T>
T Load(const uint8_t* data, int64_t index) {
  T value;
  std::memcpy(&value, data + static_cast<size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

bool BitAt(const uint8_t* bits, int64_t index) { return ((bits[index >> 3] >> (index & 7)) & 1) != 0; }

/// Copies validity bits [first, first + count) to bit `at` of `out`, which is all ones there.
void CopyValidity(const uint8_t* bits, int64_t first, int64_t count, int64_t at, uint8_t* out) {
  if (((first | at) & 7) == 0) {
    const int64_t whole = count >> 3;
    std::memcpy(out + (at >> 3), bits + (first >> 3), static_cast<size_t>(whole));
    for (int64_t i = whole * 8; i < count; ++i)
      if (!BitAt(bits, first + i)) out[(at + i) >> 3] &= static_cast<uint8_t>(~(1u << ((at + i) & 7)));
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    if (!BitAt(bits, first + i)) out[(at + i) >> 3] &= static_cast<uint8_t>(~(1u << ((at + i) & 7)));
}

/// One stretch of rows of one column on its way into a vector, at row `at` of it.
struct Stretch {
  const ArrowArray& array;
  int64_t first;  // absolute row in the buffers (the array's offset applied)
  int64_t count;
  duckdb_vector vector;
  int64_t at;
};

void FillText(const Stretch& s) {
  auto* out = static_cast<uint8_t*>(duckdb_vector_get_data(s.vector)) + s.at * 16;
  const auto* offsets = reinterpret_cast<const int32_t*>(Buffer(s.array, 1)) + s.first;
  const char* bytes = static_cast<const char*>(s.array.buffers[2]);
  for (int64_t i = 0; i < s.count; ++i, out += 16) {
    const int32_t begin = offsets[i];
    const auto length = static_cast<uint32_t>(offsets[i + 1] - begin);
    const char* text = bytes + begin;
    std::memset(out, 0, 16);
    std::memcpy(out, &length, 4);
    if (length <= 12) {
      if (length != 0) std::memcpy(out + 4, text, length);
    } else {
      std::memcpy(out + 4, text, 4);
      std::memcpy(out + 8, &text, 8);
    }
  }
}

void FillBits(const Stretch& s) {
  auto* out = static_cast<uint8_t*>(duckdb_vector_get_data(s.vector)) + s.at;
  const uint8_t* bits = Buffer(s.array, 1);
  for (int64_t i = 0; i < s.count; ++i) out[i] = BitAt(bits, s.first + i) ? 1 : 0;
}

void FillFixed(const Stretch& s, size_t width) {
  auto* out = static_cast<uint8_t*>(duckdb_vector_get_data(s.vector)) + static_cast<size_t>(s.at) * width;
  std::memcpy(out, Buffer(s.array, 1) + static_cast<size_t>(s.first) * width, static_cast<size_t>(s.count) * width);
}

template <class Narrow>
void FillNarrowDecimal(const Stretch& s) {
  auto* out = static_cast<Narrow*>(duckdb_vector_get_data(s.vector)) + s.at;
  const uint8_t* values = Buffer(s.array, 1);
  for (int64_t i = 0; i < s.count; ++i) out[i] = static_cast<Narrow>(Load<int64_t>(values, (s.first + i) * 2));
}

Int128 PowerOfTen(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

/// A 256-bit value must fit 38 digits; nothing is rounded.
Status FillWideDecimal(const Stretch& s, const DataType& type) {
  auto* out = static_cast<Int128*>(duckdb_vector_get_data(s.vector)) + s.at;
  const uint8_t* values = Buffer(s.array, 1);
  const uint8_t* validity = Buffer(s.array, 0);
  const Int128 limit = PowerOfTen(38);
  for (int64_t i = 0; i < s.count; ++i) {
    Int128 value = 0;
    if (validity == nullptr || BitAt(validity, s.first + i)) {
      const uint8_t* bytes = values + static_cast<size_t>(s.first + i) * 32;
      std::memcpy(&value, bytes, 16);
      const auto high = Load<uint64_t>(bytes, 2), highest = Load<uint64_t>(bytes, 3);
      const uint64_t sign = value < 0 ? ~uint64_t{0} : 0;
      if (high != sign || highest != sign || value >= limit || value <= -limit)
        return Error(ErrorCode::kData, "a value of " + type.ToString() + " has more than 38 digits, which DuckDB cannot hold")
            .WithHint("cast the column to a narrower decimal or to text in the model");
    }
    std::memcpy(out + i, &value, 16);
  }
  return {};
}

Status FillDecimal(const Stretch& s, const DataType& type) {
  const DecimalShape arrow = ArrowDecimal(type);
  if (arrow.bits != 128) return FillWideDecimal(s, type);
  if (arrow.precision > 18) {
    FillFixed(s, 16);
  } else if (arrow.precision > 9) {
    FillNarrowDecimal<int64_t>(s);
  } else if (arrow.precision > 4) {
    FillNarrowDecimal<int32_t>(s);
  } else {
    FillNarrowDecimal<int16_t>(s);
  }
  return {};
}

void FillIntervals(const Stretch& s) {
  auto* out = static_cast<duckdb_interval*>(duckdb_vector_get_data(s.vector)) + s.at;
  const uint8_t* values = Buffer(s.array, 1) + static_cast<size_t>(s.first) * 16;
  for (int64_t i = 0; i < s.count; ++i) {
    const uint8_t* value = values + i * 16;
    out[i] = {Load<int32_t>(value, 0), Load<int32_t>(value, 1), Load<int64_t>(value, 1) / 1000};
  }
}

void FillUuids(const Stretch& s) {
  auto* out = static_cast<duckdb_hugeint*>(duckdb_vector_get_data(s.vector)) + s.at;
  const uint8_t* values = Buffer(s.array, 1) + static_cast<size_t>(s.first) * 16;
  for (int64_t i = 0; i < s.count; ++i) {
    const uint64_t upper = __builtin_bswap64(Load<uint64_t>(values + i * 16, 0));
    out[i].lower = __builtin_bswap64(Load<uint64_t>(values + i * 16, 1));
    out[i].upper = static_cast<int64_t>(upper ^ (uint64_t{1} << 63));
  }
}

Status FillAt(const ArrowArray& array, const DataType& type, int64_t first, int64_t count, duckdb_vector vector, int64_t at);

Status FillLists(const Stretch& s, const DataType& type) {
  auto* out = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(s.vector)) + s.at;
  const auto* offsets = reinterpret_cast<const int32_t*>(Buffer(s.array, 1)) + s.first;
  const int64_t begin = s.count == 0 ? 0 : offsets[0];
  const int64_t elements = s.count == 0 ? 0 : offsets[s.count] - begin;
  const auto filled = static_cast<int64_t>(duckdb_list_vector_get_size(s.vector));
  if (duckdb_list_vector_reserve(s.vector, static_cast<idx_t>(filled + elements)) != DuckDBSuccess)
    return Error(ErrorCode::kMemory, "DuckDB could not make room for a list column");
  duckdb_list_vector_set_size(s.vector, static_cast<idx_t>(filled + elements));
  for (int64_t i = 0; i < s.count; ++i)
    out[i] = {static_cast<uint64_t>(filled + offsets[i] - begin), static_cast<uint64_t>(offsets[i + 1] - offsets[i])};
  return FillAt(*s.array.children[0], type.children.front().type, begin, elements, duckdb_list_vector_get_child(s.vector),
                filled);
}

void FillAllNull(const Stretch& s) {
  duckdb_vector_ensure_validity_writable(s.vector);
  uint64_t* validity = duckdb_vector_get_validity(s.vector);
  for (int64_t i = 0; i < s.count; ++i) duckdb_validity_set_row_invalid(validity, static_cast<idx_t>(s.at + i));
}

Status FillValues(const Stretch& s, const DataType& type) {
  switch (type.kind) {
    case TypeKind::kNull: FillAllNull(s); return {};
    case TypeKind::kBool: FillBits(s); return {};
    case TypeKind::kInt8:
    case TypeKind::kUInt8: FillFixed(s, 1); return {};
    case TypeKind::kInt16:
    case TypeKind::kUInt16: FillFixed(s, 2); return {};
    case TypeKind::kInt32:
    case TypeKind::kUInt32:
    case TypeKind::kFloat32:
    case TypeKind::kDate: FillFixed(s, 4); return {};
    case TypeKind::kInt64:
    case TypeKind::kUInt64:
    case TypeKind::kFloat64:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: FillFixed(s, 8); return {};
    case TypeKind::kDecimal: return FillDecimal(s, type);
    case TypeKind::kInterval: FillIntervals(s); return {};
    case TypeKind::kUuid: FillUuids(s); return {};
    case TypeKind::kList: return FillLists(s, type);
    case TypeKind::kStruct:
      for (size_t i = 0; i < type.children.size(); ++i)
        DVT_TRY(FillAt(*s.array.children[i], type.children[i].type, s.first, s.count, duckdb_struct_vector_get_child(s.vector, i),
                       s.at));
      return {};
    default: FillText(s); return {};
  }
}

/// `first` is relative to the array's own offset.
Status FillAt(const ArrowArray& array, const DataType& type, int64_t first, int64_t count, duckdb_vector vector, int64_t at) {
  if (count == 0) return {};
  const Stretch stretch{array, first + array.offset, count, vector, at};
  if (array.null_count != 0 && type.kind != TypeKind::kNull && array.buffers[0] != nullptr) {
    duckdb_vector_ensure_validity_writable(vector);
    CopyValidity(Buffer(array, 0), stretch.first, count, at, reinterpret_cast<uint8_t*>(duckdb_vector_get_validity(vector)));
  }
  return FillValues(stretch, type);
}

}  // namespace

Status FillVector(const ArrowArray& column, const DataType& type, int64_t first, int64_t count, duckdb_vector vector) {
  return FillAt(column, type, first, count, vector, 0);
}

Status FillChunk(const ArrowArray& batch, const Fields& fields, int64_t first, int64_t count, duckdb_data_chunk chunk) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (auto filled =
            FillVector(*batch.children[i], fields[i].type, first + batch.offset, count, duckdb_data_chunk_get_vector(chunk, i));
        !filled)
      return std::move(filled).error().Within("in column " + fields[i].name);
  }
  duckdb_data_chunk_set_size(chunk, static_cast<idx_t>(count));
  return {};
}

}  // namespace dvt::columnar::duckdb
