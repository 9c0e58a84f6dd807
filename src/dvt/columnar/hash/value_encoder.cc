#include "dvt/columnar/hash/value_encoder.h"
#include "dvt/columnar/types/endless.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace dvt::columnar {

namespace {

constexpr int64_t kMicrosPerDay = 86'400LL * 1'000'000;

void AppendInteger(std::string& out, auto value) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

void AppendHex(std::string& out, const uint8_t* bytes, size_t count) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (size_t i = 0; i < count; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
}

template <class T>
void AppendBigEndianHex(std::string& out, T value) {
  uint8_t bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
  AppendHex(out, bytes, sizeof bytes);
}

void AppendDouble(std::string& out, double value) {
  const double magnitude = std::fabs(value);
  char text[400];
  if (magnitude >= 1e-4 && magnitude < 1e15) {
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
    out.append(text, end);
    return;
  }
  if (value == 0) {
    out += '0';
  } else if (std::isnan(value)) {
    out += "NaN";
  } else {
    if (value < 0) out += '-';
    if (std::isinf(value)) {
      out += "Infinity";
      return;
    }
    uint64_t bits;
    std::memcpy(&bits, &magnitude, sizeof bits);
    const int exponent = static_cast<int>(bits >> 52);
    const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
    AppendInteger(out, exponent == 0 ? fraction : fraction | (uint64_t{1} << 52));
    out += 'p';
    AppendInteger(out, (exponent == 0 ? 1 : exponent) - 1075);
  }
}

// Digits with the zeros that a scale left behind taken away; never "-0".
void TrimDecimal(std::string& out, size_t start) {
  if (out.find('.', start) != std::string::npos) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  if (std::string_view(out).substr(start) == "-0") out.erase(start, 1);
}

// PostgreSQL counts years before 1 as BC; AppendDate counts on below zero.
void AppendDateText(std::string& out, int32_t days) {
  int64_t year;
  int month, day;
  CivilFromDays(days, year, month, day);
  if (year > 0) return AppendDate(out, days);
  char text[48];
  const int length = std::snprintf(text, sizeof text, "%04lld-%02d-%02d", static_cast<long long>(1 - year), month, day);
  out.append(text, static_cast<size_t>(length));
}

bool IsBeforeChrist(int32_t days) {
  int64_t year;
  int month, day;
  CivilFromDays(days, year, month, day);
  return year <= 0;
}

void AppendTemporal(std::string& out, TypeKind kind, int64_t value) {
  if (kind == TypeKind::kTime) return AppendTime(out, value);
  if (kind == TypeKind::kDate ? IsEndlessDay(static_cast<int32_t>(value)) : IsEndlessMoment(value)) {
    out += value > 0 ? "infinity" : "-infinity";
    return;
  }
  int64_t days = value;
  if (kind != TypeKind::kDate) {
    days = value / kMicrosPerDay;
    if (value % kMicrosPerDay < 0) --days;
  }
  AppendDateText(out, static_cast<int32_t>(days));
  if (kind != TypeKind::kDate) {
    out += ' ';
    AppendTime(out, value - days * kMicrosPerDay);
  }
  if (IsBeforeChrist(static_cast<int32_t>(days))) out += " BC";
}

void AppendInterval(std::string& out, const ColumnView::IntervalValue& value) {
  AppendBigEndianHex(out, static_cast<uint64_t>(value.nanoseconds / 1000));
  AppendBigEndianHex(out, static_cast<uint32_t>(value.days));
  AppendBigEndianHex(out, static_cast<uint32_t>(value.months));
}

void AppendNested(std::string& out, const ColumnView& column, int64_t row) {
  std::string members;
  if (column.type().kind == TypeKind::kList) {
    const auto range = column.ListRange(row);
    const ColumnView items = column.child(0);
    for (int64_t i = range.begin; i < range.end; ++i) {
      AppendHashText(members, items, i);
      members += kHashSeparator;
    }
  } else {
    for (size_t i = 0; i < column.type().children.size(); ++i) {
      AppendHashText(members, column.child(static_cast<int>(i)), row);
      members += kHashSeparator;
    }
  }
  out += '[';
  AppendEscaped(out, members);
  out += ']';
}

}  // namespace

void AppendEscaped(std::string& out, std::string_view text) {
  size_t from = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '~' && text[at] != kHashSeparator) continue;
    out.append(text, from, at - from);
    out += '~';
    from = at;
  }
  out.append(text, from);
}

void ValueEncoder::AppendFixed(int64_t value) {
  if (type_->kind == TypeKind::kBool || type_->is_integer()) return AppendInteger(*out_, value);
  AppendTemporal(*out_, type_->kind, value);
}

void ValueEncoder::AppendFixed(uint64_t value) { AppendInteger(*out_, value); }

void ValueEncoder::AppendFixed(double value) { AppendDouble(*out_, value); }

void ValueEncoder::AppendDecimal(Int128 unscaled) {
  const size_t start = out_->size();
  AppendDecimalText(*out_, unscaled, ArrowDecimal(*type_).scale);
  TrimDecimal(*out_, start);
}

void ValueEncoder::AppendBytes(std::string_view bytes) {
  if (type_->kind != TypeKind::kBinary) return AppendEscaped(*out_, bytes);
  AppendHex(*out_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

void ValueEncoder::AppendUuid(const uint8_t bytes[16]) {
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *out_ += '-';
    AppendHex(*out_, bytes + i, 1);
  }
}

void AppendHashText(std::string& out, const ColumnView& column, int64_t row) {
  ValueEncoder encoder(column.type(), out);
  if (column.type().kind == TypeKind::kNull || column.IsNull(row)) return encoder.AppendNull();
  switch (column.type().kind) {
    case TypeKind::kBool: return encoder.AppendBool(column.Bool(row));
    case TypeKind::kUInt64: return encoder.AppendFixed(column.Fixed<uint64_t>(row));
    case TypeKind::kFloat32:
    case TypeKind::kFloat64: return encoder.AppendFixed(column.Float(row));
    case TypeKind::kDecimal: {
      if (ArrowDecimal(column.type()).bits == 128) return encoder.AppendDecimal(column.Decimal(row));
      const size_t start = out.size();
      AppendText(out, column, row);
      return TrimDecimal(out, start);
    }
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kUnknown:
    case TypeKind::kBinary: return encoder.AppendBytes(column.Text(row));
    case TypeKind::kUuid: return encoder.AppendUuid(column.Bytes(row, 16));
    case TypeKind::kDate: return encoder.AppendFixed(column.Fixed<int32_t>(row));
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: return encoder.AppendFixed(column.Fixed<int64_t>(row));
    case TypeKind::kInterval: return AppendInterval(out, column.Interval(row));
    case TypeKind::kList:
    case TypeKind::kStruct: return AppendNested(out, column, row);
    default: return encoder.AppendFixed(column.Integer(row));
  }
}

}  // namespace dvt::columnar
