// Keys as typed rows again.
#include <charconv>
#include <numeric>

#include "dvt/run/changes/hashed_query.h"

namespace dvt::run {

namespace {

using columnar::ColumnBuilder;
using columnar::TypeKind;

constexpr int64_t kBatchRows = 10'000;

int Nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

bool FromHex(std::string_view text, std::string& bytes) {
  bytes.clear();
  int high = -1;
  for (const char c : text) {
    if (c == '-') continue;
    const int nibble = Nibble(c);
    if (nibble < 0) return false;
    if (high < 0) {
      high = nibble;
    } else {
      bytes += static_cast<char>(high << 4 | nibble);
      high = -1;
    }
  }
  return high < 0;
}

template <class T>
bool AppendNumber(ColumnBuilder& column, std::string_view text) {
  T value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return false;
  column.AppendFixed(value);
  return true;
}

bool AppendTemporal(ColumnBuilder& column, std::string_view text) {
  int64_t micros = 0;
  int32_t days = 0;
  if (column.type().kind == TypeKind::kDate) {
    if (!columnar::ParseDate(text, days)) return false;
    column.AppendFixed(days);
    return true;
  }
  const bool time = column.type().kind == TypeKind::kTime;
  if (!(time ? columnar::ParseTime(text, micros) : columnar::ParseTimestamp(text, micros))) return false;
  column.AppendFixed(micros);
  return true;
}

bool AppendPart(ColumnBuilder& column, const std::string& text) {
  std::string bytes;
  switch (column.type().kind) {
    case TypeKind::kBool: column.AppendBool(text == "1"); return true;
    case TypeKind::kInt8: return AppendNumber<int8_t>(column, text);
    case TypeKind::kInt16: return AppendNumber<int16_t>(column, text);
    case TypeKind::kInt32: return AppendNumber<int32_t>(column, text);
    case TypeKind::kInt64: return AppendNumber<int64_t>(column, text);
    case TypeKind::kUInt8: return AppendNumber<uint8_t>(column, text);
    case TypeKind::kUInt16: return AppendNumber<uint16_t>(column, text);
    case TypeKind::kUInt32: return AppendNumber<uint32_t>(column, text);
    case TypeKind::kUInt64: return AppendNumber<uint64_t>(column, text);
    case TypeKind::kDecimal: {
      const auto shape = columnar::ArrowDecimal(column.type());
      columnar::Int128 value;
      if (!columnar::ParseDecimal(text, shape.precision, shape.scale, value)) return false;
      column.AppendDecimal(value);
      return true;
    }
    case TypeKind::kBinary:
      if (!FromHex(text, bytes)) return false;
      column.AppendBytes(bytes);
      return true;
    case TypeKind::kUuid:
      if (!FromHex(text, bytes) || bytes.size() != 16) return false;
      column.AppendUuid(reinterpret_cast<const uint8_t*>(bytes.data()));
      return true;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: return AppendTemporal(column, text);
    default: column.AppendBytes(text); return true;
  }
}

}  // namespace

bool AppendKey(columnar::BatchBuilder& builder, const std::string& key, const std::vector<size_t>& columns) {
  const auto parts = columnar::SplitKey(key);
  bool fits = parts.size() == columns.size();
  for (size_t i = 0; fits && i < parts.size(); ++i)
    fits = AppendPart(builder.column(static_cast<int>(columns[i])), parts[i].text);
  return fits;
}

columnar::Stream KeyStream(const columnar::Fields& fields, RowSpool& keys) {
  auto builder = std::make_shared<columnar::BatchBuilder>(fields);
  auto row = std::make_shared<KeyRow>();
  std::vector<size_t> columns(fields.size());
  std::iota(columns.begin(), columns.end(), size_t{0});
  return columnar::MakeStream(fields, [builder, row, columns, &keys]() -> Result<columnar::Array> {
    for (int64_t count = 0; count < kBatchRows; ++count) {
      DVT_ASSIGN(const bool more, keys.Next(*row));
      if (!more) break;
      if (!AppendKey(*builder, row->key, columns))
        return Error(ErrorCode::kData, "the key '" + row->key + "' of the state does not fit its columns")
            .WithHint("run with --full-refresh");
    }
    return builder->rows() == 0 ? columnar::Array() : builder->Finish();
  });
}

}  // namespace dvt::run
