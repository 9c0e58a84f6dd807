// Text of single values, and back.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "dvt/base/text/value.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/types/endless.h"

namespace dvt::columnar {

namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

using UInt128 = unsigned __int128;

void AppendUnsigned(std::string& out, UInt128 value, int min_digits) {
  char digits[40];
  int count = 0;
  while (value != 0 || count < min_digits) {
    digits[count++] = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  }
  while (count > 0) out += digits[--count];
}

void AppendFraction(std::string& out, int64_t micros) {
  if (micros == 0) return;
  std::string digits = fmt::format("{:06}", micros);
  digits.erase(digits.find_last_not_of('0') + 1);
  out += '.' + digits;
}

void AppendHex(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

void AppendUuidText(std::string& out, const uint8_t* bytes) {
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    AppendHex(out, {reinterpret_cast<const char*>(bytes) + i, 1});
  }
}

void AppendIntervalText(std::string& out, const ColumnView::IntervalValue& value) {
  const size_t start = out.size();
  auto part = [&](int64_t count, std::string_view unit) {
    if (count == 0) return;
    if (out.size() > start) out += ' ';
    out += fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
  };
  part(value.months / 12, "year");
  part(value.months % 12, "month");
  part(value.days, "day");
  const int64_t micros = value.nanoseconds / 1000;
  if (micros != 0 || out.size() == start) {
    if (out.size() > start) out += ' ';
    if (micros < 0) out += '-';
    const int64_t magnitude = micros < 0 ? -micros : micros;
    const int64_t seconds = magnitude / kMicrosPerSecond;
    out += fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    AppendFraction(out, magnitude % kMicrosPerSecond);
  }
}

// 256-bit little-endian two's complement to text, by repeated division by 10^9.
void AppendDecimal256Text(std::string& out, const uint8_t* bytes, int scale) {
  uint32_t limbs[8];
  std::memcpy(limbs, bytes, sizeof(limbs));
  const bool negative = (limbs[7] & 0x80000000u) != 0;
  if (negative) {
    uint64_t carry = 1;
    for (auto& limb : limbs) {
      carry += static_cast<uint32_t>(~limb);
      limb = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  std::string digits;
  for (bool more = true; more;) {
    uint64_t remainder = 0;
    more = false;
    for (int i = 7; i >= 0; --i) {
      const uint64_t current = (remainder << 32) | limbs[i];
      limbs[i] = static_cast<uint32_t>(current / 1'000'000'000);
      remainder = current % 1'000'000'000;
      more = more || limbs[i] != 0;
    }
    digits.insert(0, fmt::format("{:09}", remainder));
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (static_cast<int>(digits.size()) <= scale) digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
  if (digits.empty()) digits = "0";
  if (negative) out += '-';
  out += digits.substr(0, digits.size() - static_cast<size_t>(scale));
  if (scale > 0) out += '.' + digits.substr(digits.size() - static_cast<size_t>(scale));
}

void AppendNumber(std::string& out, const ColumnView& column, int64_t row) {
  const DataType& type = column.type();
  if (type.kind == TypeKind::kUInt64) {
    out += std::to_string(column.Fixed<uint64_t>(row));
  } else if (type.kind == TypeKind::kFloat32) {
    out += fmt::format("{}", column.Fixed<float>(row));
  } else if (type.kind == TypeKind::kFloat64) {
    out += fmt::format("{}", column.Fixed<double>(row));
  } else if (type.kind == TypeKind::kDecimal) {
    const auto shape = ArrowDecimal(type);
    if (shape.bits == 128) {
      AppendDecimalText(out, column.Decimal(row), shape.scale);
    } else {
      AppendDecimal256Text(out, column.Bytes(row, 32), shape.scale);
    }
  } else {
    out += std::to_string(column.Integer(row));
  }
}

void AppendNestedText(std::string& out, const ColumnView& column, int64_t row);

void AppendElement(std::string& out, const ColumnView& column, int64_t row) {
  if (column.IsNull(row)) {
    out += "null";
    return;
  }
  const TypeKind kind = column.type().kind;
  if (kind == TypeKind::kList || kind == TypeKind::kStruct) return AppendNestedText(out, column, row);
  std::string text;
  AppendText(text, column, row);
  if (column.type().is_numeric() || kind == TypeKind::kBool || kind == TypeKind::kJson) {
    out += text;
  } else {
    AppendJsonString(out, text);
  }
}

void AppendNestedText(std::string& out, const ColumnView& column, int64_t row) {
  const bool list = column.type().kind == TypeKind::kList;
  out += list ? '[' : '{';
  if (list) {
    const auto range = column.ListRange(row);
    const ColumnView items = column.child(0);
    for (int64_t i = range.begin; i < range.end; ++i) {
      if (i > range.begin) out += ", ";
      AppendElement(out, items, i);
    }
  } else {
    for (size_t i = 0; i < column.type().children.size(); ++i) {
      if (i > 0) out += ", ";
      AppendJsonString(out, column.type().children[i].name);
      out += ": ";
      AppendElement(out, column.child(static_cast<int>(i)), row);
    }
  }
  out += list ? ']' : '}';
}

bool ParseDigits(std::string_view text, size_t& at, size_t min_count, size_t max_count, int64_t& out) {
  size_t count = 0;
  int64_t value = 0;
  while (at < text.size() && count < max_count && text[at] >= '0' && text[at] <= '9') {
    value = value * 10 + (text[at++] - '0');
    ++count;
  }
  out = value;
  return count >= min_count;
}

bool TakeChar(std::string_view text, size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

// Reads the fraction after '.', to microseconds; more digits must be zero.
bool ParseFraction(std::string_view text, size_t& at, int64_t& micros) {
  micros = 0;
  if (!TakeChar(text, at, '.')) return true;
  int digits = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    if (digits < 6)
      micros = micros * 10 + (text[at] - '0');
    else if (text[at] != '0')
      return false;
    ++digits;
    ++at;
  }
  for (int i = digits; i < 6; ++i) micros *= 10;
  return digits > 0;
}

bool ParseDateAt(std::string_view text, size_t& at, int32_t& days) {
  const bool negative = TakeChar(text, at, '-');
  int64_t year, month, day;
  if (!ParseDigits(text, at, 4, 6, year) || !TakeChar(text, at, '-') || !ParseDigits(text, at, 1, 2, month) ||
      !TakeChar(text, at, '-') || !ParseDigits(text, at, 1, 2, day))
    return false;
  if (month < 1 || month > 12 || day < 1) return false;
  if (negative) year = -year;
  days = DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day));
  int64_t back_year;
  int back_month, back_day;
  CivilFromDays(days, back_year, back_month, back_day);
  return back_month == month && back_day == day;
}

bool ParseTimeAt(std::string_view text, size_t& at, int64_t& micros) {
  int64_t hour, minute, second = 0, fraction = 0;
  if (!ParseDigits(text, at, 1, 2, hour) || !TakeChar(text, at, ':') || !ParseDigits(text, at, 2, 2, minute)) return false;
  if (TakeChar(text, at, ':')) {
    if (!ParseDigits(text, at, 2, 2, second) || !ParseFraction(text, at, fraction)) return false;
  }
  if (hour > 24 || minute > 59 || second > 59) return false;
  micros = (hour * 3600 + minute * 60 + second) * kMicrosPerSecond + fraction;
  return micros <= kMicrosPerDay;
}

}  // namespace

int32_t DaysFromCivil(int64_t year, int month, int day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year =
      (153 * static_cast<unsigned>(month + (month > 2 ? -3 : 9)) + 2) / 5 + static_cast<unsigned>(day) - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<int32_t>(era * 146097 + static_cast<int64_t>(day_of_era) - 719468);
}

void CivilFromDays(int32_t days, int64_t& year, int& month, int& day) {
  const int64_t shifted = int64_t{days} + 719468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(shifted - era * 146097);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  year = static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2);
}

void AppendDecimalText(std::string& out, Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  UInt128 magnitude = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  if (negative) out += '-';
  if (scale <= 0) {
    AppendUnsigned(out, magnitude, 1);
    return;
  }
  std::string digits;
  AppendUnsigned(digits, magnitude, scale + 1);
  out.append(digits, 0, digits.size() - static_cast<size_t>(scale));
  out += '.';
  out.append(digits, digits.size() - static_cast<size_t>(scale));
}

void AppendDate(std::string& out, int32_t days) {
  if (IsEndlessDay(days)) {
    out += days > 0 ? "infinity" : "-infinity";
    return;
  }
  int64_t year;
  int month, day;
  CivilFromDays(days, year, month, day);
  out += fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

void AppendTime(std::string& out, int64_t micros) {
  const int64_t seconds = micros / kMicrosPerSecond;
  out += fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  AppendFraction(out, micros % kMicrosPerSecond);
}

void AppendTimestamp(std::string& out, int64_t micros) {
  if (IsEndlessMoment(micros)) return AppendDate(out, micros > 0 ? kEndlessDay : -kEndlessDay);
  int64_t days = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --days;
  AppendDate(out, static_cast<int32_t>(days));
  out += ' ';
  AppendTime(out, micros - days * kMicrosPerDay);
}

void AppendText(std::string& out, const ColumnView& column, int64_t row) {
  switch (column.type().kind) {
    case TypeKind::kNull: return;
    case TypeKind::kBool: out += column.Bool(row) ? "true" : "false"; return;
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kUnknown: out += column.Text(row); return;
    case TypeKind::kBinary:
      out += "\\x";
      AppendHex(out, column.Text(row));
      return;
    case TypeKind::kDate: AppendDate(out, column.Fixed<int32_t>(row)); return;
    case TypeKind::kTime: AppendTime(out, column.Fixed<int64_t>(row)); return;
    case TypeKind::kTimestamp: AppendTimestamp(out, column.Fixed<int64_t>(row)); return;
    case TypeKind::kTimestampTz:
      AppendTimestamp(out, column.Fixed<int64_t>(row));
      if (!IsEndlessMoment(column.Fixed<int64_t>(row))) out += "+00";
      return;
    case TypeKind::kInterval: AppendIntervalText(out, column.Interval(row)); return;
    case TypeKind::kUuid: AppendUuidText(out, column.Bytes(row, 16)); return;
    case TypeKind::kList:
    case TypeKind::kStruct: AppendNestedText(out, column, row); return;
    default: AppendNumber(out, column, row); return;
  }
}

bool ParseDecimal(std::string_view text, int precision, int scale, Int128& out) {
  size_t at = 0;
  const bool negative = TakeChar(text, at, '-');
  if (!negative) TakeChar(text, at, '+');
  UInt128 value = 0;
  int digits = 0, fraction = 0;
  bool any = false, point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return false;
    any = true;
    if (point && fraction == scale) {
      if (c != '0') return false;
      continue;
    }
    if (point) ++fraction;
    if (digits > 0 || c != '0') ++digits;
    if (digits > 38) return false;
    value = value * 10 + static_cast<UInt128>(c - '0');
  }
  for (; fraction < scale; ++fraction) {
    if (digits > 0 && ++digits > 38) return false;
    value *= 10;
  }
  if (!any || digits > precision) return false;
  out = negative ? -static_cast<Int128>(value) : static_cast<Int128>(value);
  return true;
}

bool ParseDate(std::string_view text, int32_t& days) {
  size_t at = 0;
  return ParseDateAt(text, at, days) && at == text.size();
}

bool ParseTime(std::string_view text, int64_t& micros) {
  size_t at = 0;
  return ParseTimeAt(text, at, micros) && at == text.size();
}

bool ParseTimestamp(std::string_view text, int64_t& micros) {
  size_t at = 0;
  int32_t days;
  if (!ParseDateAt(text, at, days)) return false;
  micros = int64_t{days} * kMicrosPerDay;
  if (at == text.size()) return true;
  if (!TakeChar(text, at, ' ') && !TakeChar(text, at, 'T')) return false;
  int64_t time;
  if (!ParseTimeAt(text, at, time)) return false;
  micros += time;
  if (TakeChar(text, at, 'Z')) return at == text.size();
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const int64_t sign = text[at++] == '+' ? 1 : -1;
    int64_t hours, minutes = 0;
    if (!ParseDigits(text, at, 2, 2, hours)) return false;
    TakeChar(text, at, ':');
    if (at < text.size() && !ParseDigits(text, at, 2, 2, minutes)) return false;
    micros -= sign * (hours * 3600 + minutes * 60) * kMicrosPerSecond;
  }
  return at == text.size();
}

}  // namespace dvt::columnar
