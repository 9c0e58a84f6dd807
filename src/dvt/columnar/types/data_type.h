#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::columnar {

/// The neutral types between all systems. Each has exactly one Arrow representation (see ArrowFormat).
enum class TypeKind : uint8_t {
  kUnknown,  ///< no home: travels as UTF-8 text
  kNull,
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat32,
  kFloat64,
  kDecimal,      ///< precision/scale; precision 0: the system set none (travels as decimal(38, 18))
  kString,       ///< UTF-8; `length` is the declared maximum in characters, 0: none; `fixed`: blank-padded CHAR
  kBinary,       ///< `length` in bytes, 0: none
  kDate,         ///< days since 1970-01-01 (Arrow date32)
  kTime,         ///< microseconds since midnight (Arrow time64[us])
  kTimestamp,    ///< microseconds since 1970-01-01, wall clock (Arrow timestamp[us])
  kTimestampTz,  ///< microseconds since 1970-01-01 UTC (Arrow timestamp[us, UTC])
  kInterval,     ///< months, days, nanoseconds (Arrow month_day_nano)
  kUuid,         ///< Arrow extension arrow.uuid over fixed_size_binary(16)
  kJson,         ///< Arrow extension arrow.json over utf8
  kList,         ///< one child
  kStruct,       ///< named children
};

struct Field;

/// A neutral column type. A value type; children are shared and immutable.
struct DataType {
  TypeKind kind = TypeKind::kUnknown;
  int precision = 0;  ///< decimal digits, or fractional-second digits (0–9) of time types; 0: the default
  int scale = 0;
  int64_t length = 0;
  bool fixed = false;  ///< CHAR/BINARY padding
  std::vector<Field> children;

  DataType();
  DataType(TypeKind k);  // NOLINT(google-explicit-constructor)
  static DataType Decimal(int precision, int scale);
  static DataType String(int64_t length = 0, bool fixed = false);
  static DataType List(DataType element);
  static DataType Struct(std::vector<Field> fields);

  bool is_integer() const { return kind >= TypeKind::kInt8 && kind <= TypeKind::kUInt64; }
  bool is_numeric() const { return kind >= TypeKind::kInt8 && kind <= TypeKind::kDecimal; }
  bool is_temporal() const { return kind >= TypeKind::kDate && kind <= TypeKind::kInterval; }
  bool is_text() const { return kind == TypeKind::kString || kind == TypeKind::kJson || kind == TypeKind::kUnknown; }
  /// "decimal(15,2)", "varchar(10)", "timestamp with time zone", for people.
  std::string ToString() const;
  friend bool operator==(const DataType& a, const DataType& b);
};

/// A named, typed column.
struct Field {
  std::string name;
  DataType type;
  bool nullable = true;
  std::string native_type;  ///< the system's own spelling, such as "numeric(15,2)"; empty if unknown

  friend bool operator==(const Field& a, const Field& b) {
    return a.name == b.name && a.type == b.type && a.nullable == b.nullable;
  }
};

// Behind Field, which the children's destructor must know.
inline DataType::DataType() = default;
inline DataType::DataType(TypeKind k) : kind(k) {}

using Fields = std::vector<Field>;

/// The Arrow C data interface format string of a type ("l", "d:15,2", "tsu:UTC", "w:16", "+l" …).
/// Source: Arrow columnar format, C data interface, "Data type description".
std::string ArrowFormat(const DataType& type);
/// The precision and scale a decimal has in Arrow (unconstrained → 38, 18; more than 38 digits → decimal256 up to 76).
struct DecimalShape {
  int precision;
  int scale;
  int bits;
};
DecimalShape ArrowDecimal(const DataType& type);
/// Bytes of one value of a fixed-width type in Arrow; 0 for booleans (bits), variable-width and nested types.
int FixedWidth(const DataType& type);

}  // namespace dvt::columnar
