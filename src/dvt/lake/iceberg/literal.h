#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "dvt/columnar/types/int128.h"
#include "dvt/lake/iceberg/type.h"

namespace dvt::lake {

using columnar::Int128;

/// One value of a primitive type, or null. Whole numbers, dates (days) and times hold an int64; floats a double; decimals their
/// unscaled number; texts, uuids, fixed and binary their bytes.
struct Literal {
  std::variant<std::monostate, bool, int64_t, double, Int128, std::string> held;

  Literal() = default;
  static Literal Bool(bool value) { return Literal{value}; }
  static Literal Int(int64_t value) { return Literal{value}; }
  static Literal Float(double value) { return Literal{value}; }
  static Literal Decimal(Int128 unscaled) { return Literal{unscaled}; }
  static Literal Bytes(std::string bytes) { return Literal{std::move(bytes)}; }

  bool is_null() const { return held.index() == 0; }
  bool as_bool() const { return std::get<bool>(held); }
  int64_t as_int() const { return std::get<int64_t>(held); }
  double as_float() const { return std::get<double>(held); }
  Int128 as_decimal() const { return std::get<Int128>(held); }
  const std::string& as_bytes() const { return std::get<std::string>(held); }
  bool is_nan() const;

  friend bool operator==(const Literal& a, const Literal& b) { return a.held == b.held; }

 private:
  template <class T>
  explicit Literal(T value) : held(std::move(value)) {}
};

/// Order of two values of one type: negative, 0 or positive. Nulls come first; -0.0 equals 0.0, NaN comes last; bytes are compared unsigned.
int CompareLiterals(const Literal& a, const Literal& b);

/// The spec's binary single-value form, as bounds have it.
std::string LiteralToBytes(const Type& type, const Literal& value);
/// Bytes of an older, narrower type (int for long, float for double) are understood.
Result<Literal> LiteralFromBytes(const Type& type, std::string_view bytes);

/// "2024-01-31", "12.50", "abc", for people, partition paths and JSON; "null" for null.
std::string LiteralText(const Type& type, const Literal& value);
/// Reads what LiteralText writes and what people type: a timestamp may have 'T' or a blank, an offset, and fewer fractional digits.
Result<Literal> ParseLiteral(const Type& type, std::string_view text);
/// The JSON single-value form (defaults of v3, residuals).
Value LiteralToJson(const Type& type, const Literal& value);
Result<Literal> LiteralFromJson(const Type& type, const Value& json);

/// Decimal digits of an unscaled number with the point set: "-0.05".
std::string DecimalText(Int128 unscaled, int scale);
/// Big-endian two's complement of the fewest bytes.
std::string DecimalBytes(Int128 unscaled);
Int128 DecimalFromBytes(std::string_view bytes);

/// Days since 1970-01-01 of a civil date.
int64_t DaysFromCivil(int year, int month, int day);
struct CivilDate {
  int year, month, day;
};
CivilDate CivilFromDays(int64_t days);
/// Quotient rounded towards negative infinity.
constexpr int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace dvt::lake
