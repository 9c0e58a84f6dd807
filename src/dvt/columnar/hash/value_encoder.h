#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// What stands for NULL in encoded rows. No value can be it: a value's own `~` is doubled.
inline constexpr std::string_view kHashNull = "~N";
inline constexpr char kHashSeparator = '|';

/// Writes values in the one spelling that change detection hashes, whatever system they come from (docs/change_detection.md):
///   integers, booleans (1, 0) and decimals   plain digits, no zeros at the end of a fraction: 1.50 is 1.5 and equals the double 1.5
///   floating point from 1e-4 to below 1e15   the shortest digits that give the number back, without an exponent
///   other floating point                     <mantissa>p<exponent of two>, exact; 0 for both zeros; NaN, Infinity, -Infinity
///   dates and times                          ISO, a fraction only if there is one; zoned timestamps in UTC; " BC" before the year 1
///   texts, JSON                              as they are, `~` as `~~`, `|` as `~|`
///   bytes, UUIDs                             hexadecimal in lower case
///   intervals                                32 hexadecimal digits: microseconds, days, months
///   lists, structures                        their members, a | behind each, escaped once more, in brackets
/// The methods are those of ColumnBuilder, so that a decoder can feed either. Not thread-safe.
class ValueEncoder {
 public:
  ValueEncoder(const DataType& type, std::string& out) : type_(&type), out_(&out) {}
  const DataType& type() const { return *type_; }

  void AppendNull() { *out_ += kHashNull; }
  void AppendBool(bool value) { *out_ += value ? '1' : '0'; }
  void AppendFixed(int64_t value);  ///< integers; days of dates; microseconds of times and timestamps
  void AppendFixed(int32_t value) { AppendFixed(int64_t{value}); }
  void AppendFixed(uint64_t value);
  void AppendFixed(double value);
  void AppendDecimal(Int128 unscaled);
  void AppendBytes(std::string_view bytes);
  void AppendUuid(const uint8_t bytes[16]);

 private:
  const DataType* type_;
  std::string* out_;
};

/// Appends the encoding of one value of a column.
void AppendHashText(std::string& out, const ColumnView& column, int64_t row);
/// Appends a text with its `~` and `|` escaped.
void AppendEscaped(std::string& out, std::string_view text);

}  // namespace dvt::columnar
