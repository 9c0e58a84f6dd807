#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/lake/fwd.h"

namespace dvt::lake {

/// The types of Iceberg's table spec, as far as dvt reads and writes them (variant and the geographic types of v3 are refused by name).
enum class TypeId : uint8_t {
  kUnknown,  ///< v3: always null
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kDate,
  kTime,           ///< microseconds
  kTimestamp,      ///< microseconds, wall clock
  kTimestampTz,    ///< microseconds, UTC
  kTimestampNs,    ///< v3
  kTimestampTzNs,  ///< v3
  kString,
  kUuid,
  kFixed,
  kBinary,
  kStruct,  ///< fields
  kList,    ///< one field, "element"
  kMap,     ///< two fields, "key" and "value"
};

/// A type with its parameters. A value type.
struct Type {
  TypeId id = TypeId::kUnknown;
  int precision = 0;  ///< decimal
  int scale = 0;      ///< decimal
  int length = 0;     ///< fixed, bytes
  std::vector<NestedField> fields;

  Type();
  Type(TypeId type_id);  // NOLINT(google-explicit-constructor)
  static Type Decimal(int precision, int scale);
  static Type Fixed(int length);
  static Type Struct(std::vector<NestedField> fields);
  static Type List(NestedField element);
  static Type Map(NestedField key, NestedField value);

  bool is_nested() const { return id >= TypeId::kStruct; }
  bool is_primitive() const { return !is_nested(); }
  /// "long", "decimal(9, 2)", "list<string>", as in the spec and for people.
  std::string ToString() const;
  /// Structural equality, field ids included, docs and defaults not.
  friend bool operator==(const Type& a, const Type& b);
};

/// A column, or a member of a struct, list or map, known by its id for ever.
struct NestedField {
  int id = 0;
  std::string name;
  Type type;
  bool required = false;
  std::string doc;
  std::optional<Value> initial_default;  ///< v3, JSON single value
  std::optional<Value> write_default;    ///< v3, JSON single value
};

// Behind NestedField, which the members' destructor must know.
inline Type::Type() = default;
inline Type::Type(TypeId type_id) : id(type_id) {}

/// Reads the name of a primitive type: "long", "decimal(9,2)", "fixed[16]". kUnsupported for types of v3 that dvt cannot hold.
Result<Type> ParsePrimitiveType(std::string_view text);
/// True if a column of type `from` may become `to` (int → long, float → double, a wider decimal; date → timestamp needs v3 and is refused).
bool CanPromote(const Type& from, const Type& to);

}  // namespace dvt::lake
