#include "dvt/connectors/sqlite/values.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "dvt/base/text/text.h"
#include "dvt/columnar/types/endless.h"

namespace dvt::connectors::sqlite {
namespace {

using columnar::ColumnBuilder;
using columnar::ColumnView;
using columnar::DataType;
using columnar::Int128;
using columnar::TypeKind;

constexpr int64_t kSecondsPerDay = 86'400;
constexpr double kJulianEpoch = 2440587.5;  // 1970-01-01 00:00 as a Julian day

/// A value of a result row.
struct ResultCell {
  sqlite3_stmt* statement;
  int column;
  int storage() const { return sqlite3_column_type(statement, column); }
  int64_t integer() const { return sqlite3_column_int64(statement, column); }
  double real() const { return sqlite3_column_double(statement, column); }
  const void* blob() const { return sqlite3_column_blob(statement, column); }
  int bytes() const { return sqlite3_column_bytes(statement, column); }
  std::string_view text() const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {text, static_cast<size_t>(bytes())};
  }
};

/// A value handed to an SQL function.
struct ArgumentCell {
  sqlite3_value* value;
  int storage() const { return sqlite3_value_type(value); }
  int64_t integer() const { return sqlite3_value_int64(value); }
  double real() const { return sqlite3_value_double(value); }
  const void* blob() const { return sqlite3_value_blob(value); }
  int bytes() const { return sqlite3_value_bytes(value); }
  std::string_view text() const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return {text, static_cast<size_t>(bytes())};
  }
};

bool IsAscii(std::string_view text) {
  uint64_t bits = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    bits |= word;
  }
  for (; i < text.size(); ++i) bits |= static_cast<uint8_t>(text[i]);
  return (bits & 0x8080808080808080ull) == 0;
}

template <class T>
bool ParseWhole(std::string_view text, T& out) {
  text = TrimView(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), out);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

template <class Builder, class Cell>
bool AppendInteger(Builder& builder, const Cell& cell, int storage) {
  int64_t value = 0;
  if (storage == SQLITE_INTEGER) {
    value = cell.integer();
  } else if (storage == SQLITE_FLOAT) {
    const double real = cell.real();
    if (std::nearbyint(real) != real || std::fabs(real) > 9.2e18) return false;
    value = static_cast<int64_t>(real);
  } else if (storage != SQLITE_TEXT || !ParseWhole(cell.text(), value)) {
    return false;
  }
  builder.AppendFixed(value);
  return true;
}

template <class Builder, class Cell>
bool AppendReal(Builder& builder, const Cell& cell, int storage) {
  double value = 0;
  if (storage == SQLITE_TEXT) {
    if (!ParseWhole(cell.text(), value)) return false;
  } else if (storage == SQLITE_BLOB) {
    return false;
  } else {
    value = cell.real();
  }
  builder.AppendFixed(value);
  return true;
}

template <class Builder, class Cell>
bool AppendBoolean(Builder& builder, const Cell& cell, int storage) {
  if (storage == SQLITE_INTEGER || storage == SQLITE_FLOAT) {
    const double value = cell.real();
    if (value != 0 && value != 1) return false;
    builder.AppendBool(value != 0);
    return true;
  }
  if (storage != SQLITE_TEXT) return false;
  const std::string text = ToLower(cell.text());
  const bool yes = text == "true" || text == "t" || text == "yes" || text == "1";
  if (!yes && text != "false" && text != "f" && text != "no" && text != "0") return false;
  builder.AppendBool(yes);
  return true;
}

/// A REAL is the nearest binary neighbour of the decimal that was meant: what differs from it by rounding noise only fits.
bool DecimalFromReal(double value, int precision, int scale, Int128& out) {
  char text[400];
  const auto shortest = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  if (columnar::ParseDecimal({text, static_cast<size_t>(shortest.ptr - text)}, precision, scale, out)) return true;
  const int length = std::snprintf(text, sizeof text, "%.*f", scale, value);
  if (length <= 0 || length >= static_cast<int>(sizeof text)) return false;
  double rounded = 0;
  std::from_chars(text, text + length, rounded);
  if (std::fabs(rounded - value) > std::fabs(value) * 1e-15) return false;
  return columnar::ParseDecimal({text, static_cast<size_t>(length)}, precision, scale, out);
}

Int128 PowerOfTen(int exponent) {
  Int128 power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

template <class Builder, class Cell>
bool AppendDecimal(Builder& builder, const Cell& cell, int storage) {
  const auto shape = columnar::ArrowDecimal(builder.type());
  Int128 value = 0;
  switch (storage) {
    case SQLITE_INTEGER: {
      value = static_cast<Int128>(cell.integer());
      const Int128 limit = PowerOfTen(shape.precision - shape.scale);
      if (value >= limit || value <= -limit) return false;
      value *= PowerOfTen(shape.scale);
      break;
    }
    case SQLITE_FLOAT: {
      const double real = cell.real();
      static constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
      const double scaled = shape.scale <= 6 ? real * kPowers[shape.scale] : 1e300;
      const double whole = std::nearbyint(scaled);
      if (std::fabs(whole) < 9e14 && shape.precision >= 15 && std::fabs(whole - scaled) <= std::fabs(scaled) * 1e-15) {
        value = static_cast<int64_t>(whole);
      } else if (!std::isfinite(real) || !DecimalFromReal(real, shape.precision, shape.scale, value)) {
        return false;
      }
      break;
    }
    case SQLITE_TEXT:
      if (!columnar::ParseDecimal(TrimView(cell.text()), shape.precision, shape.scale, value)) return false;
      break;
    default: return false;
  }
  builder.AppendDecimal(value);
  return true;
}

template <class Builder, class Cell>
bool AppendText(Builder& builder, const Cell& cell) {
  const std::string_view text = cell.text();
  if (!IsAscii(text) && !IsUtf8(text)) return false;
  builder.AppendBytes(text);
  return true;
}

template <class Builder, class Cell>
bool AppendBlob(Builder& builder, const Cell& cell, int storage) {
  if (storage != SQLITE_BLOB) {
    builder.AppendBytes(cell.text());
    return true;
  }
  const auto* bytes = static_cast<const char*>(cell.blob());
  builder.AppendBytes({bytes, static_cast<size_t>(cell.bytes())});
  return true;
}

template <class Cell>
bool Micros(const Cell& cell, int storage, int64_t& micros) {
  if (storage == SQLITE_TEXT) return columnar::ParseTimestamp(TrimView(cell.text()), micros);
  if (storage == SQLITE_INTEGER) return !__builtin_mul_overflow(cell.integer(), int64_t{1'000'000}, &micros);
  if (storage != SQLITE_FLOAT) return false;
  const double millis = (cell.real() - kJulianEpoch) * kSecondsPerDay * 1000;
  if (!(std::fabs(millis) < 9e15)) return false;
  micros = static_cast<int64_t>(std::nearbyint(millis)) * 1000;
  return true;
}

template <class Builder, class Cell>
bool AppendDate(Builder& builder, const Cell& cell, int storage) {
  int64_t micros = 0;
  if (!Micros(cell, storage, micros)) return false;
  constexpr int64_t kDay = kSecondsPerDay * 1'000'000;
  if (micros % kDay != 0) return false;  // a time of day would be lost
  builder.AppendFixed(static_cast<int32_t>(micros / kDay));
  return true;
}

template <class Builder, class Cell>
bool AppendTime(Builder& builder, const Cell& cell, int storage) {
  int64_t micros = 0;
  if (storage == SQLITE_INTEGER) {
    const int64_t seconds = cell.integer();
    if (seconds < 0 || seconds >= kSecondsPerDay) return false;
    micros = seconds * 1'000'000;
  } else if (storage != SQLITE_TEXT || !columnar::ParseTime(TrimView(cell.text()), micros)) {
    return false;
  }
  builder.AppendFixed(micros);
  return true;
}

template <class Builder, class Cell>
bool AppendUuid(Builder& builder, const Cell& cell, int storage) {
  uint8_t bytes[16] = {};
  if (storage == SQLITE_BLOB && cell.bytes() == 16) {
    std::memcpy(bytes, cell.blob(), 16);
    builder.AppendUuid(bytes);
    return true;
  }
  if (storage != SQLITE_TEXT) return false;
  int digits = 0;
  for (const char c : cell.text()) {
    if (c == '-' || c == '{' || c == '}') continue;
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0 || digits == 32) return false;
    bytes[digits / 2] = static_cast<uint8_t>(bytes[digits / 2] << 4 | digit);
    ++digits;
  }
  if (digits != 32) return false;
  builder.AppendUuid(bytes);
  return true;
}

template <class Builder, class Cell>
bool AppendCell(Builder& builder, const Cell& cell) {
  const int storage = cell.storage();
  if (storage == SQLITE_NULL) {
    builder.AppendNull();
    return true;
  }
  switch (builder.type().kind) {
    case TypeKind::kInt64: return AppendInteger(builder, cell, storage);
    case TypeKind::kFloat64: return AppendReal(builder, cell, storage);
    case TypeKind::kBool: return AppendBoolean(builder, cell, storage);
    case TypeKind::kDecimal: return AppendDecimal(builder, cell, storage);
    case TypeKind::kBinary: return AppendBlob(builder, cell, storage);
    case TypeKind::kDate: return AppendDate(builder, cell, storage);
    case TypeKind::kTime: return AppendTime(builder, cell, storage);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: {
      int64_t micros = 0;
      if (!Micros(cell, storage, micros)) return false;
      builder.AppendFixed(micros);
      return true;
    }
    case TypeKind::kUuid: return AppendUuid(builder, cell, storage);
    default: return AppendText(builder, cell);
  }
}

int BindText(sqlite3_stmt* statement, int parameter, std::string_view text) {
  return sqlite3_bind_text64(statement, parameter, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                             SQLITE_UTF8);
}

int BindDecimal(sqlite3_stmt* statement, int parameter, const ColumnView& column, int64_t row, std::string& scratch) {
  const auto shape = columnar::ArrowDecimal(column.type());
  if (shape.bits != 128) {
    columnar::AppendText(scratch, column, row);
    return BindText(statement, parameter, scratch);  // NUMERIC affinity makes a number of it
  }
  const Int128 unscaled = column.Decimal(row);
  const bool small = unscaled >= INT64_MIN && unscaled <= INT64_MAX;
  if (small && shape.scale == 0) return sqlite3_bind_int64(statement, parameter, static_cast<int64_t>(unscaled));
  static constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  // Both operands are exact, so the quotient is the double nearest to the decimal.
  if (small && shape.scale <= 10 && unscaled < (int64_t{1} << 53) && unscaled > -(int64_t{1} << 53))
    return sqlite3_bind_double(statement, parameter, static_cast<double>(static_cast<int64_t>(unscaled)) / kPowers[shape.scale]);
  columnar::AppendDecimalText(scratch, unscaled, shape.scale);
  return BindText(statement, parameter, scratch);
}

}  // namespace

bool AppendValue(ColumnBuilder& builder, sqlite3_stmt* statement, int column) {
  return AppendCell(builder, ResultCell{statement, column});
}

bool AppendValue(columnar::ValueEncoder& encoder, sqlite3_value* value) { return AppendCell(encoder, ArgumentCell{value}); }

int BindValue(sqlite3_stmt* statement, int parameter, const ColumnView& column, int64_t row, std::string& scratch) {
  if (column.IsNull(row)) return sqlite3_bind_null(statement, parameter);
  scratch.clear();
  switch (column.type().kind) {
    case TypeKind::kBool: return sqlite3_bind_int(statement, parameter, column.Bool(row) ? 1 : 0);
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32: return sqlite3_bind_int64(statement, parameter, column.Integer(row));
    case TypeKind::kUInt64: {
      const auto value = column.Fixed<uint64_t>(row);
      if (value > INT64_MAX) return SQLITE_MISMATCH;
      return sqlite3_bind_int64(statement, parameter, static_cast<int64_t>(value));
    }
    case TypeKind::kFloat32:
    case TypeKind::kFloat64: {
      const double value = column.Float(row);
      if (std::isnan(value)) return SQLITE_MISMATCH;  // SQLite would make it NULL
      return sqlite3_bind_double(statement, parameter, value);
    }
    case TypeKind::kDecimal: return BindDecimal(statement, parameter, column, row, scratch);
    case TypeKind::kBinary: {
      const std::string_view bytes = column.Text(row);
      return sqlite3_bind_blob64(statement, parameter, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
    }
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kUnknown: return BindText(statement, parameter, column.Text(row));
    case TypeKind::kDate:
      if (columnar::IsEndlessDay(column.Fixed<int32_t>(row))) return SQLITE_MISMATCH;
      columnar::AppendText(scratch, column, row);
      return BindText(statement, parameter, scratch);
    case TypeKind::kTimestamp:
      if (columnar::IsEndlessMoment(column.Fixed<int64_t>(row))) return SQLITE_MISMATCH;
      columnar::AppendText(scratch, column, row);
      return BindText(statement, parameter, scratch);
    case TypeKind::kTimestampTz: {
      if (columnar::IsEndlessMoment(column.Fixed<int64_t>(row))) return SQLITE_MISMATCH;
      columnar::AppendTimestamp(scratch, column.Fixed<int64_t>(row));
      scratch += "+00:00";
      return BindText(statement, parameter, scratch);
    }
    default: columnar::AppendText(scratch, column, row); return BindText(statement, parameter, scratch);
  }
}

}  // namespace dvt::connectors::sqlite
