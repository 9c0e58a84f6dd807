#include "dvt/connectors/mysql/value_decoder.h"

#include <charconv>
#include <cstring>
#include <string>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/mysql/types.h"

namespace dvt::connectors::mysql {

namespace {

using columnar::Int128;
using columnar::TypeKind;
using Bytes = const unsigned char*;

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr int kDaysInMonth[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

void Fail(ColumnDecoder& self, ValueFault fault) {
  if (self.state->fault == ValueFault::kNone) {
    self.state->fault = fault;
    self.state->column = self.column;
  }
  self.builder->AppendNull();
}

template <class T>
T Load(Bytes at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

// A length-encoded string. Source: MySQL client/server protocol, "Protocol::LengthEncodedInteger".
std::string_view TakeString(Bytes& at) {
  uint64_t length = *at++;
  if (length == 0xfc) {
    length = Load<uint16_t>(at);
    at += 2;
  } else if (length == 0xfd) {
    length = Load<uint16_t>(at) | static_cast<uint64_t>(at[2]) << 16;
    at += 3;
  } else if (length == 0xfe) {
    length = Load<uint64_t>(at);
    at += 8;
  }
  std::string_view text(reinterpret_cast<const char*>(at), length);
  at += length;
  return text;
}

// ---- integers and floats

template <class T>
void BinaryFixed(ColumnDecoder& self, Bytes& at) {
  self.builder->AppendFixed(Load<T>(at));
  at += sizeof(T);
}

template <class T>
void TextNumber(ColumnDecoder& self, std::string_view value) {
  T number{};
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) return Fail(self, ValueFault::kMalformed);
  self.builder->AppendFixed(number);
}

void BinaryTinyBool(ColumnDecoder& self, Bytes& at) { self.builder->AppendBool(*at++ != 0); }
void TextTinyBool(ColumnDecoder& self, std::string_view value) { self.builder->AppendBool(value != "0"); }

// ---- values whose binary form is their text or bytes

template <ColumnDecoder::Text decode>
void BinaryString(ColumnDecoder& self, Bytes& at) {
  decode(self, TakeString(at));
}

void TextBytes(ColumnDecoder& self, std::string_view value) {
  self.builder->AppendBytes(value);
  self.state->bytes += value.size();
}

// SRID (4 bytes) and WKB; NULL geometries never come here.
void TextGeometry(ColumnDecoder& self, std::string_view value) { TextBytes(self, value.size() >= 4 ? value.substr(4) : value); }

// Up to 18 digits fit a 64-bit integer: the usual money column.
bool ShortDecimal(std::string_view value, int scale, int64_t& out) {
  if (value.size() > 19) return false;
  const char* at = value.data();
  const char* const end = at + value.size();
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  int64_t number = 0;
  const char* point = nullptr;
  for (; at != end; ++at) {
    const auto digit = static_cast<unsigned>(*at - '0');
    if (digit <= 9)
      number = number * 10 + digit;
    else if (*at == '.' && point == nullptr)
      point = at;
    else
      return false;
  }
  if ((point == nullptr ? 0 : static_cast<int>(end - point) - 1) != scale) return false;
  out = negative ? -number : number;
  return true;
}

void TextDecimal(ColumnDecoder& self, std::string_view value) {
  int64_t number;
  if (ShortDecimal(value, self.scale, number)) return self.builder->AppendDecimal(number);
  Int128 wide;
  if (!columnar::ParseDecimal(value, self.precision, self.scale, wide)) return Fail(self, ValueFault::kMalformed);
  self.builder->AppendDecimal(wide);
}

void TextDecimal256(ColumnDecoder& self, std::string_view value) {
  uint64_t limbs[4] = {0, 0, 0, 0};
  auto push = [&](unsigned digit) {
    unsigned __int128 carry = digit;
    for (auto& limb : limbs) {
      carry += static_cast<unsigned __int128>(limb) * 10;
      limb = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  };
  const bool negative = !value.empty() && value.front() == '-';
  int fraction = -1;
  for (const char c : value.substr(negative ? 1 : 0)) {
    if (c == '.' && fraction < 0) {
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9' || fraction >= self.scale) return Fail(self, ValueFault::kMalformed);
    if (fraction >= 0) ++fraction;
    push(static_cast<unsigned>(c - '0'));
  }
  for (int i = fraction < 0 ? 0 : fraction; i < self.scale; ++i) push(0);
  if (negative) {
    unsigned __int128 carry = 1;
    for (auto& limb : limbs) {
      carry += ~limb;
      limb = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  self.builder->AppendDecimal256(reinterpret_cast<const uint8_t*>(limbs));
}

uint64_t BitValue(std::string_view value) {
  uint64_t bits = 0;
  for (const char c : value) bits = bits << 8 | static_cast<unsigned char>(c);
  return bits;
}
void TextBit(ColumnDecoder& self, std::string_view value) { self.builder->AppendFixed(BitValue(value)); }
void TextBitBool(ColumnDecoder& self, std::string_view value) { self.builder->AppendBool(BitValue(value) != 0); }

void TextUuid(ColumnDecoder& self, std::string_view value) {
  uint8_t bytes[16];
  int digits = 0;
  for (const char c : value) {
    if (c == '-') continue;
    const int nibble = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
    if (nibble < 0 || digits >= 32) return Fail(self, ValueFault::kMalformed);
    uint8_t& byte = bytes[digits / 2];
    byte = static_cast<uint8_t>(digits % 2 == 0 ? nibble << 4 : byte | nibble);
    ++digits;
  }
  if (digits != 32) return Fail(self, ValueFault::kMalformed);
  self.builder->AppendUuid(bytes);
}

// ---- dates and times

struct Moment {
  int year = 0, month = 0, day = 0;
  int64_t micros = 0;  // of the day
};

void AppendMoment(ColumnDecoder& self, const Moment& moment, bool date_only) {
  const bool leap = (moment.year % 4 == 0 && moment.year % 100 != 0) || moment.year % 400 == 0;
  if (moment.month == 0 || moment.day == 0) {
    if (!self.zero_dates_are_null) return Fail(self, ValueFault::kZeroDate);
    return self.builder->AppendNull();
  }
  if (moment.month > 12 || moment.day > kDaysInMonth[moment.month] || (moment.month == 2 && moment.day == 29 && !leap)) {
    return Fail(self, ValueFault::kBadDate);
  }
  const int32_t days = columnar::DaysFromCivil(moment.year, moment.month, moment.day);
  if (date_only)
    self.builder->AppendFixed(days);
  else
    self.builder->AppendFixed(int64_t{days} * kMicrosPerDay + moment.micros);
}

template <bool date_only>
void BinaryMoment(ColumnDecoder& self, Bytes& at) {
  const unsigned length = *at++;
  Moment moment;
  if (length >= 4) {
    moment.year = Load<uint16_t>(at);
    moment.month = at[2];
    moment.day = at[3];
  }
  if (length >= 7) moment.micros = (at[4] * 3600 + at[5] * 60 + at[6]) * kMicrosPerSecond;
  if (length >= 11) moment.micros += Load<uint32_t>(at + 7);
  at += length;
  AppendMoment(self, moment, date_only);
}

int DigitsAt(std::string_view text, size_t at, size_t count) {
  int value = 0;
  for (size_t i = at; i < at + count && i < text.size(); ++i) value = value * 10 + (text[i] - '0');
  return value;
}

int64_t FractionAt(std::string_view text, size_t at) {
  int64_t micros = 0;
  if (at >= text.size() || text[at] != '.') return 0;
  for (size_t i = 1; i <= 6; ++i) micros = micros * 10 + (at + i < text.size() ? text[at + i] - '0' : 0);
  return micros;
}

template <bool date_only>
void TextMoment(ColumnDecoder& self, std::string_view value) {
  if (value.size() < 10) return Fail(self, ValueFault::kMalformed);
  Moment moment{DigitsAt(value, 0, 4), DigitsAt(value, 5, 2), DigitsAt(value, 8, 2), 0};
  if (value.size() >= 19) {
    const int seconds = DigitsAt(value, 11, 2) * 3600 + DigitsAt(value, 14, 2) * 60 + DigitsAt(value, 17, 2);
    moment.micros = seconds * kMicrosPerSecond + FractionAt(value, 19);
  }
  AppendMoment(self, moment, date_only);
}

// A TIME value is a span of up to ±838:59:59.999999.
void AppendSpan(ColumnDecoder& self, int64_t micros) {
  switch (self.builder->type().kind) {
    case TypeKind::kInterval: self.builder->AppendInterval(0, 0, micros * 1000); return;
    case TypeKind::kString: {
      std::string text = micros < 0 ? "-" : "";
      columnar::AppendTime(text, micros < 0 ? -micros : micros);
      return TextBytes(self, text);
    }
    default:
      if (micros < 0 || micros >= kMicrosPerDay) return Fail(self, ValueFault::kTimeOfDay);
      self.builder->AppendFixed(micros);
  }
}

void BinaryTime(ColumnDecoder& self, Bytes& at) {
  const unsigned length = *at++;
  int64_t micros = 0;
  if (length >= 8) {
    const int64_t hours = int64_t{Load<uint32_t>(at + 1)} * 24 + at[5];
    micros = (hours * 3600 + at[6] * 60 + at[7]) * kMicrosPerSecond;
    if (length >= 12) micros += Load<uint32_t>(at + 8);
    if (at[0] != 0) micros = -micros;
  }
  at += length;
  AppendSpan(self, micros);
}

void TextTime(ColumnDecoder& self, std::string_view value) {
  const bool negative = !value.empty() && value.front() == '-';
  if (negative) value.remove_prefix(1);
  const size_t colon = value.find(':');
  if (colon == std::string_view::npos || value.size() < colon + 6) return Fail(self, ValueFault::kMalformed);
  const int64_t seconds =
      int64_t{DigitsAt(value, 0, colon)} * 3600 + DigitsAt(value, colon + 1, 2) * 60 + DigitsAt(value, colon + 4, 2);
  const int64_t micros = seconds * kMicrosPerSecond + FractionAt(value, colon + 6);
  AppendSpan(self, negative ? -micros : micros);
}

void BinaryNull(ColumnDecoder& self, Bytes&) { self.builder->AppendNull(); }
void TextNull(ColumnDecoder& self, std::string_view) { self.builder->AppendNull(); }

template <ColumnDecoder::Text decode>
void Both(ColumnDecoder& out) {
  out.text = decode;
  out.binary = &BinaryString<decode>;
}

template <class T>
void Number(ColumnDecoder& out) {
  out.binary = &BinaryFixed<T>;
  out.text = &TextNumber<T>;
}

void ChooseInteger(ColumnDecoder& out, TypeKind kind) {
  switch (kind) {
    case TypeKind::kInt8: return Number<int8_t>(out);
    case TypeKind::kUInt8: return Number<uint8_t>(out);
    case TypeKind::kInt16: return Number<int16_t>(out);
    case TypeKind::kUInt16: return Number<uint16_t>(out);
    case TypeKind::kInt32: return Number<int32_t>(out);
    case TypeKind::kUInt32: return Number<uint32_t>(out);
    case TypeKind::kUInt64: return Number<uint64_t>(out);
    default: return Number<int64_t>(out);
  }
}

void ChooseTemporal(ColumnDecoder& out, TypeKind kind) {
  out.binary = kind == TypeKind::kDate ? &BinaryMoment<true> : &BinaryMoment<false>;
  out.text = kind == TypeKind::kDate ? &TextMoment<true> : &TextMoment<false>;
}

}  // namespace

ColumnDecoder MakeDecoder(const MYSQL_FIELD& wire, columnar::ColumnBuilder* builder, const ReadConventions& conventions,
                          size_t column, DecodeState* state) {
  ColumnDecoder out;
  out.column = column;
  out.state = state;
  out.builder = builder;
  out.zero_dates_are_null = conventions.zero_dates_are_null;
  const auto& type = builder->type();
  if (wire.type == MYSQL_TYPE_TIME) {
    out.binary = &BinaryTime;
    out.text = &TextTime;
    return out;
  }
  if (wire.type == MYSQL_TYPE_BIT) {
    if (type.kind == TypeKind::kBool)
      Both<&TextBitBool>(out);
    else
      Both<&TextBit>(out);
    return out;
  }
  switch (type.kind) {
    case TypeKind::kNull:
      out.binary = &BinaryNull;
      out.text = &TextNull;
      break;
    case TypeKind::kBool:
      out.binary = &BinaryTinyBool;
      out.text = &TextTinyBool;
      break;
    case TypeKind::kFloat32: Number<float>(out); break;
    case TypeKind::kFloat64: Number<double>(out); break;
    case TypeKind::kDecimal: {
      const auto shape = columnar::ArrowDecimal(type);
      out.precision = shape.precision;
      out.scale = shape.scale;
      if (shape.bits == 128)
        Both<&TextDecimal>(out);
      else
        Both<&TextDecimal256>(out);
      break;
    }
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: ChooseTemporal(out, type.kind); break;
    case TypeKind::kUuid: Both<&TextUuid>(out); break;
    case TypeKind::kBinary:
      if (IsGeometry(wire))
        Both<&TextGeometry>(out);
      else
        Both<&TextBytes>(out);
      break;
    default:
      if (type.is_integer())
        ChooseInteger(out, type.kind);
      else
        Both<&TextBytes>(out);
  }
  return out;
}

}  // namespace dvt::connectors::mysql
