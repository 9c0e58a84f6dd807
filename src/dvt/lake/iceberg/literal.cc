#include "dvt/lake/iceberg/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>

namespace dvt::lake {

namespace {

static_assert(std::endian::native == std::endian::little, "bounds are copied as they lie in memory");

template <class T>
std::string Raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

template <class T>
T FromRaw(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

template <class T>
int Sign(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int CompareFloats(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return Sign(std::isnan(a), std::isnan(b));
  return Sign(a, b);
}

}  // namespace

bool Literal::is_nan() const { return std::holds_alternative<double>(held) && std::isnan(as_float()); }

int CompareLiterals(const Literal& a, const Literal& b) {
  if (a.held.index() != b.held.index()) return Sign(a.held.index(), b.held.index());
  switch (a.held.index()) {
    case 1: return Sign(a.as_bool(), b.as_bool());
    case 2: return Sign(a.as_int(), b.as_int());
    case 3: return CompareFloats(a.as_float(), b.as_float());
    case 4: return Sign(a.as_decimal(), b.as_decimal());
    case 5: return a.as_bytes().compare(b.as_bytes());
    default: return 0;
  }
}

std::string DecimalBytes(Int128 unscaled) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8) bytes += static_cast<char>(unscaled >> shift);
  const char fill = unscaled < 0 ? '\xff' : '\0';
  size_t skip = 0;
  while (skip < 15 && bytes[skip] == fill && ((bytes[skip + 1] ^ fill) & 0x80) == 0) ++skip;
  return bytes.substr(skip);
}

Int128 DecimalFromBytes(std::string_view bytes) {
  Int128 value = !bytes.empty() && (bytes[0] & 0x80) != 0 ? -1 : 0;
  for (const char byte : bytes.substr(bytes.size() > 16 ? bytes.size() - 16 : 0))
    value = static_cast<Int128>((static_cast<unsigned __int128>(value) << 8) | static_cast<unsigned char>(byte));
  return value;
}

std::string LiteralToBytes(const Type& type, const Literal& value) {
  switch (type.id) {
    case TypeId::kBoolean: return value.as_bool() ? std::string(1, '\1') : std::string(1, '\0');
    case TypeId::kInt:
    case TypeId::kDate: return Raw(static_cast<int32_t>(value.as_int()));
    case TypeId::kFloat: return Raw(static_cast<float>(value.as_float()));
    case TypeId::kDouble: return Raw(value.as_float());
    case TypeId::kDecimal: return DecimalBytes(value.as_decimal());
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary: return value.as_bytes();
    default: return Raw(value.as_int());
  }
}

Result<Literal> LiteralFromBytes(const Type& type, std::string_view bytes) {
  const size_t size = bytes.size();
  switch (type.id) {
    case TypeId::kBoolean:
      if (size == 1) return Literal::Bool(bytes[0] != 0);
      break;
    case TypeId::kInt:
    case TypeId::kDate:
      if (size == 4) return Literal::Int(FromRaw<int32_t>(bytes));
      break;
    case TypeId::kFloat:
      if (size == 4) return Literal::Float(FromRaw<float>(bytes));
      break;
    case TypeId::kDouble:
      if (size == 8) return Literal::Float(FromRaw<double>(bytes));
      if (size == 4) return Literal::Float(FromRaw<float>(bytes));
      break;
    case TypeId::kDecimal:
      if (size >= 1 && size <= 16) return Literal::Decimal(DecimalFromBytes(bytes));
      break;
    case TypeId::kUuid:
      if (size == 16) return Literal::Bytes(std::string(bytes));
      break;
    case TypeId::kString:
    case TypeId::kFixed:
    case TypeId::kBinary: return Literal::Bytes(std::string(bytes));
    default:
      if (size == 8) return Literal::Int(FromRaw<int64_t>(bytes));
      if (size == 4) return Literal::Int(FromRaw<int32_t>(bytes));
      break;
  }
  return Error(ErrorCode::kData, fmt::format("a bound of {} bytes is no value of type {}", size, type.ToString()));
}

int64_t DaysFromCivil(int year, int month, int day) {
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / month / day).time_since_epoch().count();
}

CivilDate CivilFromDays(int64_t days) {
  using namespace std::chrono;
  const year_month_day date{sys_days(std::chrono::days(days))};
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

}  // namespace dvt::lake
