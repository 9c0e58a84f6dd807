#include "dvt/columnar/types/data_type.h"

#include <fmt/format.h>

namespace dvt::columnar {

DataType DataType::Decimal(int precision, int scale) {
  DataType type(TypeKind::kDecimal);
  type.precision = precision;
  type.scale = scale;
  return type;
}

DataType DataType::String(int64_t length, bool fixed) {
  DataType type(TypeKind::kString);
  type.length = length;
  type.fixed = fixed;
  return type;
}

DataType DataType::List(DataType element) {
  DataType type(TypeKind::kList);
  type.children.push_back(Field{"item", std::move(element), true, {}});
  return type;
}

DataType DataType::Struct(std::vector<Field> fields) {
  DataType type(TypeKind::kStruct);
  type.children = std::move(fields);
  return type;
}

namespace {

std::string WithLength(std::string_view name, int64_t length) {
  return length > 0 ? fmt::format("{}({})", name, length) : std::string(name);
}

std::string NestedText(const DataType& type) {
  if (type.kind == TypeKind::kList) return type.children.empty() ? "list" : type.children[0].type.ToString() + "[]";
  std::string text = "struct(";
  for (const auto& child : type.children) {
    if (text.size() > 7) text += ", ";
    text += child.name + " " + child.type.ToString();
  }
  return text + ")";
}

}  // namespace

std::string DataType::ToString() const {
  switch (kind) {
    case TypeKind::kUnknown: return "unknown";
    case TypeKind::kNull: return "null";
    case TypeKind::kBool: return "boolean";
    case TypeKind::kInt8: return "int8";
    case TypeKind::kInt16: return "int16";
    case TypeKind::kInt32: return "int32";
    case TypeKind::kInt64: return "int64";
    case TypeKind::kUInt8: return "uint8";
    case TypeKind::kUInt16: return "uint16";
    case TypeKind::kUInt32: return "uint32";
    case TypeKind::kUInt64: return "uint64";
    case TypeKind::kFloat32: return "float32";
    case TypeKind::kFloat64: return "float64";
    case TypeKind::kDecimal: return precision == 0 ? "decimal" : fmt::format("decimal({},{})", precision, scale);
    case TypeKind::kString: return fixed ? WithLength("char", length) : WithLength(length > 0 ? "varchar" : "text", length);
    case TypeKind::kBinary: return WithLength("binary", length);
    case TypeKind::kDate: return "date";
    case TypeKind::kTime: return "time";
    case TypeKind::kTimestamp: return "timestamp";
    case TypeKind::kTimestampTz: return "timestamp with time zone";
    case TypeKind::kInterval: return "interval";
    case TypeKind::kUuid: return "uuid";
    case TypeKind::kJson: return "json";
    case TypeKind::kList:
    case TypeKind::kStruct: return NestedText(*this);
  }
  return "unknown";
}

bool operator==(const DataType& a, const DataType& b) {
  return a.kind == b.kind && a.precision == b.precision && a.scale == b.scale && a.length == b.length && a.fixed == b.fixed &&
         a.children == b.children;
}

DecimalShape ArrowDecimal(const DataType& type) {
  if (type.precision <= 0) return {38, 18, 128};
  if (type.precision <= 38) return {type.precision, type.scale, 128};
  return {type.precision > 76 ? 76 : type.precision, type.scale, 256};
}

int FixedWidth(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kInt8:
    case TypeKind::kUInt8: return 1;
    case TypeKind::kInt16:
    case TypeKind::kUInt16: return 2;
    case TypeKind::kInt32:
    case TypeKind::kUInt32:
    case TypeKind::kFloat32:
    case TypeKind::kDate: return 4;
    case TypeKind::kInt64:
    case TypeKind::kUInt64:
    case TypeKind::kFloat64:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampTz: return 8;
    case TypeKind::kDecimal: return ArrowDecimal(type).bits / 8;
    case TypeKind::kInterval:
    case TypeKind::kUuid: return 16;
    default: return 0;
  }
}

std::string ArrowFormat(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kUnknown:
    case TypeKind::kString:
    case TypeKind::kJson: return "u";
    case TypeKind::kNull: return "n";
    case TypeKind::kBool: return "b";
    case TypeKind::kInt8: return "c";
    case TypeKind::kInt16: return "s";
    case TypeKind::kInt32: return "i";
    case TypeKind::kInt64: return "l";
    case TypeKind::kUInt8: return "C";
    case TypeKind::kUInt16: return "S";
    case TypeKind::kUInt32: return "I";
    case TypeKind::kUInt64: return "L";
    case TypeKind::kFloat32: return "f";
    case TypeKind::kFloat64: return "g";
    case TypeKind::kDecimal: {
      const auto shape = ArrowDecimal(type);
      return shape.bits == 128 ? fmt::format("d:{},{}", shape.precision, shape.scale)
                               : fmt::format("d:{},{},256", shape.precision, shape.scale);
    }
    case TypeKind::kBinary: return "z";
    case TypeKind::kDate: return "tdD";
    case TypeKind::kTime: return "ttu";
    case TypeKind::kTimestamp: return "tsu:";
    case TypeKind::kTimestampTz: return "tsu:UTC";
    case TypeKind::kInterval: return "tin";
    case TypeKind::kUuid: return "w:16";
    case TypeKind::kList: return "+l";
    case TypeKind::kStruct: return "+s";
  }
  return "u";
}

}  // namespace dvt::columnar
