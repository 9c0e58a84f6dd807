#include "dvt/connectors/mysql/types.h"

#include <fmt/format.h>

#include <string_view>

namespace dvt::connectors::mysql {

namespace {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

constexpr unsigned kBinaryCharset = 63;
constexpr unsigned kBytesPerCharacter = 4;  // results are utf8mb4
constexpr unsigned kNoDecimals = 31;        // NOT_FIXED_DEC
// MySQL's types that Connector/C 3.3 does not name.
constexpr int kTypeVector = 242;

std::string_view Attribute(const MYSQL_FIELD& wire, mariadb_field_attr_t which) {
  MARIADB_CONST_STRING text{nullptr, 0};
  if (mariadb_field_attr(&text, &wire, which) != 0 || text.str == nullptr) return {};
  return {text.str, text.length};
}

std::string_view ExtendedType(const MYSQL_FIELD& wire) { return Attribute(wire, MARIADB_FIELD_ATTR_DATA_TYPE_NAME); }

DataType Integer(TypeKind with_sign, TypeKind without_sign, const MYSQL_FIELD& wire) {
  return DataType((wire.flags & UNSIGNED_FLAG) != 0 ? without_sign : with_sign);
}

DataType Temporal(TypeKind kind, const MYSQL_FIELD& wire) {
  DataType type(kind);
  type.precision = wire.decimals <= 6 ? static_cast<int>(wire.decimals) : 0;
  return type;
}

DataType DecimalOf(const MYSQL_FIELD& wire) {
  const int scale = wire.decimals < kNoDecimals || wire.decimals <= 38 ? static_cast<int>(wire.decimals) : 0;
  int precision = static_cast<int>(wire.length) - (scale > 0 ? 1 : 0) - ((wire.flags & UNSIGNED_FLAG) != 0 ? 0 : 1);
  if (precision < 1) precision = 1;
  if (precision < scale) precision = scale;
  return DataType::Decimal(precision, scale);
}

bool IsBlob(const MYSQL_FIELD& wire) {
  return wire.type == MYSQL_TYPE_BLOB || wire.type == MYSQL_TYPE_TINY_BLOB || wire.type == MYSQL_TYPE_MEDIUM_BLOB ||
         wire.type == MYSQL_TYPE_LONG_BLOB;
}

DataType BytesOf(const MYSQL_FIELD& wire) {
  if (ExtendedType(wire) == "uuid") return TypeKind::kUuid;
  if (Attribute(wire, MARIADB_FIELD_ATTR_FORMAT_NAME) == "json") return TypeKind::kJson;
  const bool fixed = wire.type == MYSQL_TYPE_STRING && (wire.flags & (ENUM_FLAG | SET_FLAG)) == 0 && ExtendedType(wire).empty();
  if (wire.charsetnr == kBinaryCharset) {
    DataType type(TypeKind::kBinary);
    type.length = IsBlob(wire) ? 0 : static_cast<int64_t>(wire.length);
    type.fixed = fixed;
    return type;
  }
  return DataType::String(IsBlob(wire) ? 0 : static_cast<int64_t>(wire.length / kBytesPerCharacter), fixed);
}

DataType TypeOf(const MYSQL_FIELD& wire, const ReadConventions& conventions) {
  switch (static_cast<int>(wire.type)) {
    case MYSQL_TYPE_NULL: return TypeKind::kNull;
    case MYSQL_TYPE_TINY:
      if (wire.length == 1 && conventions.tinyint1_is_bool) return TypeKind::kBool;
      return Integer(TypeKind::kInt8, TypeKind::kUInt8, wire);
    case MYSQL_TYPE_SHORT: return Integer(TypeKind::kInt16, TypeKind::kUInt16, wire);
    case MYSQL_TYPE_YEAR: return TypeKind::kInt16;
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG: return Integer(TypeKind::kInt32, TypeKind::kUInt32, wire);
    case MYSQL_TYPE_LONGLONG: return Integer(TypeKind::kInt64, TypeKind::kUInt64, wire);
    case MYSQL_TYPE_FLOAT: return TypeKind::kFloat32;
    case MYSQL_TYPE_DOUBLE: return TypeKind::kFloat64;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: return DecimalOf(wire);
    case MYSQL_TYPE_BIT: return wire.length == 1 ? TypeKind::kBool : TypeKind::kUInt64;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE: return TypeKind::kDate;
    case MYSQL_TYPE_DATETIME: return Temporal(TypeKind::kTimestamp, wire);
    case MYSQL_TYPE_TIMESTAMP: return Temporal(TypeKind::kTimestampTz, wire);
    case MYSQL_TYPE_TIME:
      if (conventions.time_as == TimeAs::kInterval) return TypeKind::kInterval;
      if (conventions.time_as == TimeAs::kText) return TypeKind::kString;
      return Temporal(TypeKind::kTime, wire);
    case MYSQL_TYPE_JSON: return TypeKind::kJson;
    case MYSQL_TYPE_GEOMETRY:
    case kTypeVector: return TypeKind::kBinary;
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_ENUM:
    case MYSQL_TYPE_SET:
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB: return BytesOf(wire);
    default: return wire.charsetnr == kBinaryCharset ? TypeKind::kBinary : TypeKind::kUnknown;
  }
}

std::string WithFraction(std::string_view name, const MYSQL_FIELD& wire) {
  return wire.decimals > 0 && wire.decimals <= 6 ? fmt::format("{}({})", name, wire.decimals) : std::string(name);
}

std::string NativeBytes(const MYSQL_FIELD& wire, const DataType& type) {
  if (!ExtendedType(wire).empty()) return std::string(ExtendedType(wire));
  if (type.kind == TypeKind::kJson) return "json";
  if ((wire.flags & ENUM_FLAG) != 0) return "enum";
  if ((wire.flags & SET_FLAG) != 0) return "set";
  const bool binary = type.kind == TypeKind::kBinary;
  if (IsBlob(wire)) return binary ? "blob" : "text";
  if (type.fixed) return fmt::format("{}({})", binary ? "binary" : "char", type.length);
  return fmt::format("{}({})", binary ? "varbinary" : "varchar", type.length);
}

std::string NativeType(const MYSQL_FIELD& wire, const DataType& type) {
  const char* unsigned_suffix = (wire.flags & UNSIGNED_FLAG) != 0 ? " unsigned" : "";
  switch (static_cast<int>(wire.type)) {
    case MYSQL_TYPE_NULL: return "null";
    case MYSQL_TYPE_TINY: return fmt::format("tinyint{}{}", wire.length == 1 ? "(1)" : "", unsigned_suffix);
    case MYSQL_TYPE_SHORT: return fmt::format("smallint{}", unsigned_suffix);
    case MYSQL_TYPE_YEAR: return "year";
    case MYSQL_TYPE_INT24: return fmt::format("mediumint{}", unsigned_suffix);
    case MYSQL_TYPE_LONG: return fmt::format("int{}", unsigned_suffix);
    case MYSQL_TYPE_LONGLONG: return fmt::format("bigint{}", unsigned_suffix);
    case MYSQL_TYPE_FLOAT: return "float";
    case MYSQL_TYPE_DOUBLE: return "double";
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: return fmt::format("decimal({},{}){}", type.precision, type.scale, unsigned_suffix);
    case MYSQL_TYPE_BIT: return fmt::format("bit({})", wire.length);
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE: return "date";
    case MYSQL_TYPE_DATETIME: return WithFraction("datetime", wire);
    case MYSQL_TYPE_TIMESTAMP: return WithFraction("timestamp", wire);
    case MYSQL_TYPE_TIME: return WithFraction("time", wire);
    case MYSQL_TYPE_JSON: return "json";
    case MYSQL_TYPE_GEOMETRY: return ExtendedType(wire).empty() ? "geometry" : std::string(ExtendedType(wire));
    case kTypeVector: return "vector";
    default: return NativeBytes(wire, type);
  }
}

// A text type that holds `characters`, and what is lost.
std::string TextType(const DataType& type, std::string* loss) {
  const int64_t n = type.length;
  if (n <= 0) return "longtext";
  if (type.fixed && n <= 255) return fmt::format("char({})", n);
  // Wider ones would soon exceed the 65,535 bytes that all columns of a row share.
  if (n <= 1024) return fmt::format("varchar({})", n);
  if (loss != nullptr) *loss = fmt::format("the length limit of {} characters is not kept", n);
  return n <= 16383 ? "text" : n <= 4194303 ? "mediumtext" : "longtext";
}

// A schema whose default is latin1 or the like would lose characters.
std::string AnyCharacter(const ServerInfo& server) { return server.utf8_schema ? "" : " character set utf8mb4"; }

std::string BlobType(const DataType& type, std::string* loss) {
  const int64_t n = type.length;
  if (n <= 0) return "longblob";
  if (type.fixed && n <= 255) return fmt::format("binary({})", n);
  if (n <= 4096) return fmt::format("varbinary({})", n);
  if (loss != nullptr) *loss = fmt::format("the length limit of {} bytes is not kept", n);
  return n <= 65535 ? "blob" : n <= 16777215 ? "mediumblob" : "longblob";
}

std::string DecimalType(const DataType& type, const ServerInfo& server, std::string* loss) {
  auto say = [&](std::string text) {
    if (loss != nullptr) *loss = std::move(text);
  };
  if (type.precision <= 0) {
    say("numeric without a precision becomes decimal(38,18)");
    return "decimal(38,18)";
  }
  const int max_scale = server.mariadb ? 38 : 30;
  if (type.precision > 65 || type.scale > max_scale || type.scale < 0) {
    say(fmt::format("decimal({},{}) is wider than the server's decimal(65,{}) and is stored as text", type.precision, type.scale,
                    max_scale));
    return "varchar(128)";
  }
  return fmt::format("decimal({},{})", type.precision < type.scale ? type.scale : type.precision, type.scale);
}

std::string TemporalType(std::string_view name, const DataType& type, std::string* loss) {
  if (type.precision > 6 && loss != nullptr) *loss = "fractions below a microsecond are lost";
  const int digits = type.precision == 0 || type.precision > 6 ? 6 : type.precision;
  return fmt::format("{}({})", name, digits);
}

}  // namespace

Field FieldOf(const MYSQL_FIELD& wire, const ReadConventions& conventions) {
  Field field;
  field.name.assign(wire.name, wire.name_length);
  field.type = TypeOf(wire, conventions);
  field.nullable = (wire.flags & NOT_NULL_FLAG) == 0;
  // A zero date of a NOT NULL column may be read as NULL.
  if (conventions.zero_dates_are_null && (field.type.kind == TypeKind::kDate || field.type.kind == TypeKind::kTimestamp ||
                                          field.type.kind == TypeKind::kTimestampTz)) {
    field.nullable = true;
  }
  field.native_type = NativeType(wire, field.type);
  return field;
}

bool IsGeometry(const MYSQL_FIELD& wire) { return wire.type == MYSQL_TYPE_GEOMETRY; }

std::string ReadNote(const MYSQL_FIELD& wire, const Field& field) {
  if (IsGeometry(wire)) return fmt::format("column '{}': geometry is read as WKB without its SRID", field.name);
  if (field.type.kind == TypeKind::kUnknown)
    return fmt::format("column '{}': type {} is read as text", field.name, field.native_type);
  return {};
}

Result<std::string> TypeNameOf(const DataType& type, const ServerInfo& server, std::string* loss) {
  auto say = [&](std::string_view text) {
    if (loss != nullptr) *loss = text;
  };
  if (loss != nullptr) loss->clear();
  switch (type.kind) {
    case TypeKind::kUnknown: return "longtext" + AnyCharacter(server);
    case TypeKind::kNull: return std::string("text");
    case TypeKind::kBool: return std::string("tinyint(1)");
    case TypeKind::kInt8: return std::string("tinyint");
    case TypeKind::kInt16: return std::string("smallint");
    case TypeKind::kInt32: return std::string("int");
    case TypeKind::kInt64: return std::string("bigint");
    case TypeKind::kUInt8: return std::string("tinyint unsigned");
    case TypeKind::kUInt16: return std::string("smallint unsigned");
    case TypeKind::kUInt32: return std::string("int unsigned");
    case TypeKind::kUInt64: return std::string("bigint unsigned");
    case TypeKind::kFloat32: return std::string("float");
    case TypeKind::kFloat64: return std::string("double");
    case TypeKind::kDecimal: return DecimalType(type, server, loss);
    case TypeKind::kString: return TextType(type, loss) + AnyCharacter(server);
    case TypeKind::kBinary: return BlobType(type, loss);
    case TypeKind::kDate: return std::string("date");
    case TypeKind::kTime: return TemporalType("time", type, loss);
    case TypeKind::kTimestamp: return TemporalType("datetime", type, loss);
    case TypeKind::kTimestampTz: {
      std::string name = TemporalType("datetime", type, loss);
      if (loss == nullptr || loss->empty()) say("the time zone is not kept: the column holds UTC");
      return name;
    }
    case TypeKind::kInterval: say("intervals are stored as text"); return std::string("varchar(64)");
    case TypeKind::kUuid:
      if (server.mariadb && (server.version == 0 || server.version >= 100700)) return std::string("uuid");
      say("uuid is stored as text");
      return std::string("char(36)");
    case TypeKind::kJson: return std::string("json");
    case TypeKind::kList:
    case TypeKind::kStruct: say("nested values are stored as JSON text"); return std::string("json");
  }
  return Error(ErrorCode::kType, "type " + type.ToString() + " has no column type in MySQL");
}

}  // namespace dvt::connectors::mysql
