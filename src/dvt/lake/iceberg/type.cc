#include "dvt/lake/iceberg/type.h"

#include <fmt/format.h>

#include <charconv>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

constexpr struct {
  TypeId id;
  const char* name;
} kNames[] = {
    {TypeId::kUnknown, "unknown"},
    {TypeId::kBoolean, "boolean"},
    {TypeId::kInt, "int"},
    {TypeId::kLong, "long"},
    {TypeId::kFloat, "float"},
    {TypeId::kDouble, "double"},
    {TypeId::kDate, "date"},
    {TypeId::kTime, "time"},
    {TypeId::kTimestamp, "timestamp"},
    {TypeId::kTimestampTz, "timestamptz"},
    {TypeId::kTimestampNs, "timestamp_ns"},
    {TypeId::kTimestampTzNs, "timestamptz_ns"},
    {TypeId::kString, "string"},
    {TypeId::kUuid, "uuid"},
    {TypeId::kBinary, "binary"},
};

// The whole numbers between the brackets of "decimal(9, 2)".
std::optional<std::vector<int>> Numbers(std::string_view text) {
  std::vector<int> out;
  for (const auto& part : Split(text, ',')) {
    const std::string_view digits = TrimView(part);
    int number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || number < 0) return std::nullopt;
    out.push_back(number);
  }
  return out;
}

bool SameField(const NestedField& a, const NestedField& b) {
  return a.id == b.id && a.name == b.name && a.required == b.required && a.type == b.type;
}

}  // namespace

Type Type::Decimal(int precision, int scale) {
  Type type(TypeId::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

Type Type::Fixed(int length) {
  Type type(TypeId::kFixed);
  type.length = length;
  return type;
}

Type Type::Struct(std::vector<NestedField> fields) {
  Type type(TypeId::kStruct);
  type.fields = std::move(fields);
  return type;
}

Type Type::List(NestedField element) {
  Type type(TypeId::kList);
  element.name = "element";
  type.fields.push_back(std::move(element));
  return type;
}

Type Type::Map(NestedField key, NestedField value) {
  Type type(TypeId::kMap);
  key.name = "key";
  key.required = true;
  value.name = "value";
  type.fields.push_back(std::move(key));
  type.fields.push_back(std::move(value));
  return type;
}

std::string Type::ToString() const {
  switch (id) {
    case TypeId::kDecimal: return fmt::format("decimal({}, {})", precision, scale);
    case TypeId::kFixed: return fmt::format("fixed[{}]", length);
    case TypeId::kList: return fmt::format("list<{}>", fields[0].type.ToString());
    case TypeId::kMap: return fmt::format("map<{}, {}>", fields[0].type.ToString(), fields[1].type.ToString());
    case TypeId::kStruct: {
      std::vector<std::string> parts;
      for (const auto& field : fields) parts.push_back(field.name + ": " + field.type.ToString());
      return "struct<" + Join(parts, ", ") + ">";
    }
    default: break;
  }
  for (const auto& entry : kNames)
    if (entry.id == id) return entry.name;
  return "unknown";
}

bool operator==(const Type& a, const Type& b) {
  if (a.id != b.id || a.precision != b.precision || a.scale != b.scale || a.length != b.length) return false;
  if (a.fields.size() != b.fields.size()) return false;
  for (size_t i = 0; i < a.fields.size(); ++i)
    if (!SameField(a.fields[i], b.fields[i])) return false;
  return true;
}

Result<Type> ParsePrimitiveType(std::string_view text) {
  for (const auto& entry : kNames)
    if (text == entry.name) return Type(entry.id);
  const size_t open = text.find_first_of("([");
  if (open != std::string_view::npos && (text.ends_with(')') || text.ends_with(']'))) {
    const std::string_view name = TrimView(text.substr(0, open));
    const auto numbers = Numbers(text.substr(open + 1, text.size() - open - 2));
    if (name == "decimal" && numbers && numbers->size() == 2 && (*numbers)[0] >= 1 && (*numbers)[0] <= 38)
      return Type::Decimal((*numbers)[0], (*numbers)[1]);
    if (name == "fixed" && numbers && numbers->size() == 1) return Type::Fixed((*numbers)[0]);
  }
  for (const auto* later : {"variant", "geometry", "geography"}) {
    if (text.substr(0, std::string_view(later).size()) == later)
      return Error(ErrorCode::kUnsupported, fmt::format("columns of type {} cannot be read or written", text));
  }
  return Error(ErrorCode::kUnsupported, fmt::format("'{}' is no Iceberg type", text));
}

bool CanPromote(const Type& from, const Type& to) {
  if (from.id == to.id) {
    if (from.id == TypeId::kDecimal) return from.scale == to.scale && from.precision <= to.precision;
    if (from.id == TypeId::kFixed) return from.length == to.length;
    return from.is_primitive();
  }
  if (from.id == TypeId::kUnknown) return to.is_primitive();
  return (from.id == TypeId::kInt && to.id == TypeId::kLong) || (from.id == TypeId::kFloat && to.id == TypeId::kDouble);
}

}  // namespace dvt::lake
