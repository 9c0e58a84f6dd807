#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

#include "dvt/base/text/text.h"
#include "dvt/lake/iceberg/literal.h"

namespace dvt::lake {

namespace {

constexpr int64_t kMicros = 1000000;

std::string DateText(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// "13:05:01.250000", with as many fractional digits as the unit has, and none if the fraction is nothing.
std::string ClockText(int64_t ticks, int64_t a_second) {
  const int64_t seconds = ticks / a_second, fraction = ticks % a_second;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction != 0) text += fmt::format(".{:0{}}", fraction, a_second == kMicros ? 6 : 9);
  return text;
}

std::string MomentText(int64_t ticks, int64_t a_second, bool zone) {
  const int64_t a_day = 86400 * a_second, days = FloorDiv(ticks, a_day);
  return DateText(days) + "T" + ClockText(ticks - days * a_day, a_second) + (zone ? "+00:00" : "");
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string UuidText(const std::string& bytes) {
  const std::string hex = Hex(bytes);
  if (hex.size() != 32) return hex;
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

std::optional<std::string> FromHex(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto read = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (read.ec != std::errc() || read.ptr != text.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

std::string FloatText(double value, bool single) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::string text = single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// Walks over the digits and signs of a date or a time.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool Number(size_t digits, int64_t& out) {
    if (text_.size() < digits) return false;
    const auto read = std::from_chars(text_.data(), text_.data() + digits, out);
    if (read.ec != std::errc() || read.ptr != text_.data() + digits) return false;
    text_.remove_prefix(digits);
    return true;
  }
  bool Sign(char wanted) {
    if (text_.empty() || text_[0] != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  // The fraction after a point as ticks; more digits than the unit has must be zeros.
  bool Fraction(int64_t a_second, int64_t& ticks) {
    ticks = 0;
    int64_t unit = a_second;
    bool any = false;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      unit /= 10;
      if (unit == 0 && text_[0] != '0') return false;
      ticks += (text_[0] - '0') * unit;
      text_.remove_prefix(1);
      any = true;
    }
    return any;
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

bool ReadDate(Cursor& cursor, int64_t& days) {
  int64_t year = 0, month = 0, day = 0;
  const bool before = cursor.Sign('-');
  if (!cursor.Number(4, year) || !cursor.Sign('-') || !cursor.Number(2, month) || !cursor.Sign('-') || !cursor.Number(2, day))
    return false;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(before ? -year : year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

bool ReadClock(Cursor& cursor, int64_t a_second, int64_t& ticks) {
  int64_t hours = 0, minutes = 0, seconds = 0, fraction = 0;
  if (!cursor.Number(2, hours) || !cursor.Sign(':') || !cursor.Number(2, minutes)) return false;
  if (cursor.Sign(':')) {
    if (!cursor.Number(2, seconds)) return false;
    if (cursor.Sign('.') && !cursor.Fraction(a_second, fraction)) return false;
  }
  if (hours > 23 || minutes > 59 || seconds > 59) return false;
  ticks = (hours * 3600 + minutes * 60 + seconds) * a_second + fraction;
  return true;
}

bool ReadOffset(Cursor& cursor, int64_t& seconds) {
  seconds = 0;
  if (cursor.done() || cursor.Sign('Z')) return true;
  int64_t hours = 0, minutes = 0;
  const bool west = cursor.Sign('-');
  if (!west && !cursor.Sign('+')) return false;
  if (!cursor.Number(2, hours)) return false;
  cursor.Sign(':');
  if (!cursor.done() && !cursor.Number(2, minutes)) return false;
  seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

std::optional<int64_t> ReadMoment(std::string_view text, int64_t a_second, bool zone) {
  Cursor cursor(text);
  int64_t days = 0, ticks = 0, offset = 0;
  if (!ReadDate(cursor, days)) return std::nullopt;
  if (!cursor.done()) {
    if (!cursor.Sign('T') && !cursor.Sign(' ')) return std::nullopt;
    if (!ReadClock(cursor, a_second, ticks)) return std::nullopt;
    if (zone && !ReadOffset(cursor, offset)) return std::nullopt;
  }
  if (!cursor.done()) return std::nullopt;
  return days * 86400 * a_second + ticks - offset * a_second;
}

std::optional<Int128> ReadDecimal(std::string_view text, int precision, int scale) {
  bool negative = false, any = false, point = false;
  int digits = 0, after = 0;
  Int128 value = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 0 && (c == '-' || c == '+')) {
      negative = c == '-';
    } else if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (point && after == scale) {
        if (c != '0') return std::nullopt;
        continue;
      }
      if (value != 0 || c != '0') ++digits;
      if (digits > 38) return std::nullopt;
      value = value * 10 + (c - '0');
      if (point) ++after;
    } else {
      return std::nullopt;
    }
  }
  for (; after < scale; ++after) {
    if (value != 0 && ++digits > 38) return std::nullopt;
    value *= 10;
  }
  if (!any || digits > precision) return std::nullopt;
  return negative ? -value : value;
}

template <class T>
std::optional<T> ReadNumber(std::string_view text) {
  T value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Literal> TryInt(std::optional<int64_t> value) {
  if (!value) return std::nullopt;
  return Literal::Int(*value);
}

std::optional<Literal> ParseTemporal(const Type& type, std::string_view text) {
  int64_t value = 0;
  Cursor cursor(text);
  switch (type.id) {
    case TypeId::kDate:
      if (ReadDate(cursor, value) && cursor.done()) return Literal::Int(value);
      return std::nullopt;
    case TypeId::kTime:
      if (ReadClock(cursor, kMicros, value) && cursor.done()) return Literal::Int(value);
      return std::nullopt;
    case TypeId::kTimestamp: return TryInt(ReadMoment(text, kMicros, false));
    case TypeId::kTimestampTz: return TryInt(ReadMoment(text, kMicros, true));
    case TypeId::kTimestampNs: return TryInt(ReadMoment(text, kMicros * 1000, false));
    case TypeId::kTimestampTzNs: return TryInt(ReadMoment(text, kMicros * 1000, true));
    default: return std::nullopt;
  }
}

std::optional<Literal> TryParse(const Type& type, std::string_view text) {
  switch (type.id) {
    case TypeId::kBoolean:
      if (EqualsIgnoreCase(text, "true")) return Literal::Bool(true);
      if (EqualsIgnoreCase(text, "false")) return Literal::Bool(false);
      return std::nullopt;
    case TypeId::kInt:
      if (const auto value = ReadNumber<int32_t>(text)) return Literal::Int(*value);
      return std::nullopt;
    case TypeId::kLong: return TryInt(ReadNumber<int64_t>(text));
    case TypeId::kFloat:
    case TypeId::kDouble:
      if (const auto value = ReadNumber<double>(text))
        return Literal::Float(type.id == TypeId::kFloat ? static_cast<float>(*value) : *value);
      return std::nullopt;
    case TypeId::kDecimal:
      if (const auto value = ReadDecimal(text, type.precision, type.scale)) return Literal::Decimal(*value);
      return std::nullopt;
    case TypeId::kString: return Literal::Bytes(std::string(text));
    case TypeId::kUuid: {
      auto bytes = FromHex(ReplaceAll(std::string(text), "-", ""));
      if (bytes && bytes->size() == 16) return Literal::Bytes(*std::move(bytes));
      return std::nullopt;
    }
    case TypeId::kFixed:
    case TypeId::kBinary:
      if (auto bytes = FromHex(text)) return Literal::Bytes(*std::move(bytes));
      return std::nullopt;
    default: return ParseTemporal(type, text);
  }
}

}  // namespace

std::string DecimalText(Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  unsigned __int128 rest = negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (scale > 0) {
    const auto places = static_cast<size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
  }
  return negative ? "-" + digits : digits;
}

std::string LiteralText(const Type& type, const Literal& value) {
  if (value.is_null()) return "null";
  switch (type.id) {
    case TypeId::kBoolean: return value.as_bool() ? "true" : "false";
    case TypeId::kFloat: return FloatText(value.as_float(), true);
    case TypeId::kDouble: return FloatText(value.as_float(), false);
    case TypeId::kDecimal: return DecimalText(value.as_decimal(), type.scale);
    case TypeId::kDate: return DateText(value.as_int());
    case TypeId::kTime: return ClockText(value.as_int(), kMicros);
    case TypeId::kTimestamp: return MomentText(value.as_int(), kMicros, false);
    case TypeId::kTimestampTz: return MomentText(value.as_int(), kMicros, true);
    case TypeId::kTimestampNs: return MomentText(value.as_int(), kMicros * 1000, false);
    case TypeId::kTimestampTzNs: return MomentText(value.as_int(), kMicros * 1000, true);
    case TypeId::kString: return value.as_bytes();
    case TypeId::kUuid: return UuidText(value.as_bytes());
    case TypeId::kFixed:
    case TypeId::kBinary: return Hex(value.as_bytes());
    default: return fmt::format("{}", value.as_int());
  }
}

Result<Literal> ParseLiteral(const Type& type, std::string_view text) {
  if (auto value = TryParse(type, text)) return *std::move(value);
  return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is no value of type {}", text, type.ToString()));
}

Value LiteralToJson(const Type& type, const Literal& value) {
  if (value.is_null()) return Value();
  if (type.id == TypeId::kBoolean) return Value(value.as_bool());
  if (type.id == TypeId::kInt || type.id == TypeId::kLong) return Value(value.as_int());
  if ((type.id == TypeId::kFloat || type.id == TypeId::kDouble) && std::isfinite(value.as_float()))
    return Value(value.as_float());
  return Value(LiteralText(type, value));
}

Result<Literal> LiteralFromJson(const Type& type, const Value& json) {
  if (json.is_null()) return Literal();
  if (json.is_number() && (type.id == TypeId::kFloat || type.id == TypeId::kDouble))
    return Literal::Float(json.is_int() ? static_cast<double>(json.as_int()) : json.as_float());
  if (json.is_list() || json.is_map())
    return Error(ErrorCode::kData, fmt::format("{} is no value of type {}", ToJson(json), type.ToString()));
  return ParseLiteral(type, json.ToText());
}

}  // namespace dvt::lake
