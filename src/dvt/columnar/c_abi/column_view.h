#pragma once

#include <arrow/c/abi.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// Reads values of one Arrow column of a known neutral type. Borrows the array. Offsets and slices are honoured.
/// The layouts accepted are exactly those of ArrowFormat(type); foreign layouts (dictionary, string_view, large_utf8,
/// other time units) are brought to them by NormalizeBatch (columnar/ipc) first.
class ColumnView {
 public:
  ColumnView(const ArrowArray& array, const DataType& type);

  int64_t length() const { return length_; }
  bool IsNull(int64_t row) const {
    if (all_null_) return true;
    return validity_ != nullptr && ((validity_[(row + offset_) >> 3] >> ((row + offset_) & 7)) & 1) == 0;
  }
  bool Bool(int64_t row) const { return (values_[(row + offset_) >> 3] >> ((row + offset_) & 7)) & 1; }
  template <class T>
  T Fixed(int64_t row) const {
    T value;
    std::memcpy(&value, values_ + static_cast<size_t>(row + offset_) * sizeof(T), sizeof(T));
    return value;
  }
  Int128 Decimal(int64_t row) const { return Fixed<Int128>(row); }
  const uint8_t* Bytes(int64_t row, size_t width) const { return values_ + static_cast<size_t>(row + offset_) * width; }
  std::string_view Text(int64_t row) const {
    const int32_t begin = offsets_[row + offset_], end = offsets_[row + offset_ + 1];
    return {reinterpret_cast<const char*>(values_) + begin, static_cast<size_t>(end - begin)};
  }
  /// Any integer type, widened. kUInt64 beyond INT64_MAX wraps: read it with Fixed<uint64_t>.
  int64_t Integer(int64_t row) const;
  double Float(int64_t row) const;
  struct IntervalValue {
    int32_t months;
    int32_t days;
    int64_t nanoseconds;
  };
  IntervalValue Interval(int64_t row) const;
  struct Range {
    int64_t begin;
    int64_t end;
  };
  /// Element rows of a list value, to be read from child(0).
  Range ListRange(int64_t row) const { return {offsets_[row + offset_], offsets_[row + offset_ + 1]}; }
  ColumnView child(int i) const;
  const DataType& type() const { return *type_; }
  /// Moves row 0 by `rows` (the offset of an enclosing struct array).
  void Shift(int64_t rows) { offset_ += rows; }

 private:
  const ArrowArray* array_;
  const DataType* type_;
  int64_t offset_;
  int64_t length_;
  const uint8_t* validity_;
  const uint8_t* values_;
  const int32_t* offsets_;
  bool all_null_;  // a column of type null has no buffers
};

/// Views over every column of a batch. A struct array's own offset is applied.
std::vector<ColumnView> BatchColumns(const ArrowArray& batch, const Fields& fields);

/// Text of one value as SQL users write it (ISO dates, plain decimals, \x for binary, JSON-like lists). NULL must be checked first.
void AppendText(std::string& out, const ColumnView& column, int64_t row);
/// Decimal text of an unscaled value.
void AppendDecimalText(std::string& out, Int128 unscaled, int scale);
/// ISO text: "2024-02-29", "13:04:05.5", "2024-02-29 13:04:05.5" (fraction only when not zero).
void AppendDate(std::string& out, int32_t days);
void AppendTime(std::string& out, int64_t micros);
void AppendTimestamp(std::string& out, int64_t micros);
/// Parsers of the same forms; nullopt-like false when malformed or out of range.
bool ParseDecimal(std::string_view text, int precision, int scale, Int128& out);  ///< false too if digits would be lost
bool ParseDate(std::string_view text, int32_t& days);
bool ParseTime(std::string_view text, int64_t& micros);
bool ParseTimestamp(std::string_view text, int64_t& micros);
/// Days since 1970-01-01 of a proleptic Gregorian date, and back. Source: H. Hinnant, "chrono-compatible low-level date algorithms".
int32_t DaysFromCivil(int64_t year, int month, int day);
void CivilFromDays(int32_t days, int64_t& year, int& month, int& day);

}  // namespace dvt::columnar
