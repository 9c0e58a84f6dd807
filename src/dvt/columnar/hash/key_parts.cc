#include "dvt/columnar/hash/key_parts.h"

namespace dvt::columnar {
namespace {

uint64_t Mixed(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33);
}

uint64_t OfBytes(const uint8_t* bytes, size_t count) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (size_t i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
  return Mixed(hash);
}

bool IsText(const DataType& type) { return type.kind == TypeKind::kString || type.kind == TypeKind::kBinary; }

uint64_t HashOf(const ColumnView& column, int64_t row) {
  const DataType& type = column.type();
  if (type.is_integer()) return Mixed(static_cast<uint64_t>(column.Integer(row)));
  if (IsText(type)) {
    const std::string_view text = column.Text(row);
    return OfBytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  const auto width = static_cast<size_t>(FixedWidth(type));
  return OfBytes(column.Bytes(row, width), width);
}

// An unsigned one beyond the signed ones would be read as negative.
bool BeyondSigned(const ColumnView& column, int64_t value) { return column.type().kind == TypeKind::kUInt64 && value < 0; }

}  // namespace

bool KeysEqual(const ColumnView& a, int64_t row_a, const ColumnView& b, int64_t row_b) {
  const DataType& type = a.type();
  if (type.is_integer()) {
    const int64_t left = a.Integer(row_a), right = b.Integer(row_b);
    return left == right && BeyondSigned(a, left) == BeyondSigned(b, right);
  }
  if (IsText(type)) return a.Text(row_a) == b.Text(row_b);
  const auto width = static_cast<size_t>(FixedWidth(type));
  return std::memcmp(a.Bytes(row_a, width), b.Bytes(row_b, width), width) == 0;
}

void HashKeys(const ColumnView& column, int64_t rows, std::vector<uint64_t>& out) {
  out.resize(static_cast<size_t>(rows));
  for (int64_t row = 0; row < rows; ++row) out[static_cast<size_t>(row)] = column.IsNull(row) ? 0 : HashOf(column, row);
}

}  // namespace dvt::columnar
