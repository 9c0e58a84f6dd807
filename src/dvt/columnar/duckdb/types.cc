#include "dvt/columnar/duckdb/types.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/duckdb/error_map.h"

namespace dvt::columnar::duckdb {
namespace {

MappedType Direct(DataType type, std::string note = {}) { return {std::move(type), true, {}, std::move(note)}; }
MappedType AsText(std::string note) { return {DataType(TypeKind::kString), false, "VARCHAR", std::move(note)}; }
MappedType AsJson(std::string note) { return {DataType(TypeKind::kJson), false, "JSON", std::move(note)}; }

MappedType MapText(duckdb_logical_type type) {
  return Direct(EqualsIgnoreCase(TakeText(duckdb_logical_type_get_alias(type)), "JSON") ? TypeKind::kJson : TypeKind::kString);
}

MappedType MapList(duckdb_logical_type type, bool array) {
  OwnedType child(array ? duckdb_array_type_child_type(type) : duckdb_list_type_child_type(type));
  MappedType element = MapType(child.get());
  MappedType mapped;
  mapped.type = DataType::List(element.type);
  mapped.note = element.note;
  if (!element.direct || array) {
    mapped.direct = false;
    mapped.cast_to = TypeNameOf(mapped.type);
  }
  return mapped;
}

MappedType MapStruct(duckdb_logical_type type) {
  MappedType mapped;
  Fields children;
  const idx_t count = duckdb_struct_type_child_count(type);
  for (idx_t i = 0; i < count; ++i) {
    OwnedType child(duckdb_struct_type_child_type(type, i));
    MappedType member = MapType(child.get());
    mapped.direct = mapped.direct && member.direct;
    if (!member.note.empty()) mapped.note = member.note;
    Field field;
    field.name = TakeText(duckdb_struct_type_child_name(type, i));
    field.type = std::move(member.type);
    children.push_back(std::move(field));
  }
  mapped.type = DataType::Struct(std::move(children));
  if (!mapped.direct) mapped.cast_to = TypeNameOf(mapped.type);
  return mapped;
}

DataType Timestamp(int digits) {
  DataType type(TypeKind::kTimestamp);
  type.precision = digits;
  return type;
}

duckdb_type SimpleId(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNull: return DUCKDB_TYPE_INTEGER;
    case TypeKind::kBool: return DUCKDB_TYPE_BOOLEAN;
    case TypeKind::kInt8: return DUCKDB_TYPE_TINYINT;
    case TypeKind::kInt16: return DUCKDB_TYPE_SMALLINT;
    case TypeKind::kInt32: return DUCKDB_TYPE_INTEGER;
    case TypeKind::kInt64: return DUCKDB_TYPE_BIGINT;
    case TypeKind::kUInt8: return DUCKDB_TYPE_UTINYINT;
    case TypeKind::kUInt16: return DUCKDB_TYPE_USMALLINT;
    case TypeKind::kUInt32: return DUCKDB_TYPE_UINTEGER;
    case TypeKind::kUInt64: return DUCKDB_TYPE_UBIGINT;
    case TypeKind::kFloat32: return DUCKDB_TYPE_FLOAT;
    case TypeKind::kFloat64: return DUCKDB_TYPE_DOUBLE;
    case TypeKind::kBinary: return DUCKDB_TYPE_BLOB;
    case TypeKind::kDate: return DUCKDB_TYPE_DATE;
    case TypeKind::kTime: return DUCKDB_TYPE_TIME;
    case TypeKind::kTimestamp: return DUCKDB_TYPE_TIMESTAMP;
    case TypeKind::kTimestampTz: return DUCKDB_TYPE_TIMESTAMP_TZ;
    case TypeKind::kInterval: return DUCKDB_TYPE_INTERVAL;
    case TypeKind::kUuid: return DUCKDB_TYPE_UUID;
    default: return DUCKDB_TYPE_VARCHAR;
  }
}

}  // namespace

MappedType MapType(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN: return Direct(TypeKind::kBool);
    case DUCKDB_TYPE_TINYINT: return Direct(TypeKind::kInt8);
    case DUCKDB_TYPE_SMALLINT: return Direct(TypeKind::kInt16);
    case DUCKDB_TYPE_INTEGER: return Direct(TypeKind::kInt32);
    case DUCKDB_TYPE_BIGINT: return Direct(TypeKind::kInt64);
    case DUCKDB_TYPE_UTINYINT: return Direct(TypeKind::kUInt8);
    case DUCKDB_TYPE_USMALLINT: return Direct(TypeKind::kUInt16);
    case DUCKDB_TYPE_UINTEGER: return Direct(TypeKind::kUInt32);
    case DUCKDB_TYPE_UBIGINT: return Direct(TypeKind::kUInt64);
    case DUCKDB_TYPE_FLOAT: return Direct(TypeKind::kFloat32);
    case DUCKDB_TYPE_DOUBLE: return Direct(TypeKind::kFloat64);
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT: return Direct(DataType::Decimal(38, 0));
    case DUCKDB_TYPE_DECIMAL: return Direct(DataType::Decimal(duckdb_decimal_width(type), duckdb_decimal_scale(type)));
    case DUCKDB_TYPE_VARCHAR: return MapText(type);
    case DUCKDB_TYPE_BLOB: return Direct(TypeKind::kBinary);
    case DUCKDB_TYPE_DATE: return Direct(TypeKind::kDate);
    case DUCKDB_TYPE_TIME: return Direct(TypeKind::kTime);
    case DUCKDB_TYPE_TIME_NS: return Direct(TypeKind::kTime, "nanoseconds are cut to microseconds");
    case DUCKDB_TYPE_TIMESTAMP: return Direct(TypeKind::kTimestamp);
    case DUCKDB_TYPE_TIMESTAMP_S: return Direct(Timestamp(0));
    case DUCKDB_TYPE_TIMESTAMP_MS: return Direct(Timestamp(3));
    case DUCKDB_TYPE_TIMESTAMP_NS: return Direct(TypeKind::kTimestamp, "nanoseconds are cut to microseconds");
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Direct(TypeKind::kTimestampTz);
    case DUCKDB_TYPE_INTERVAL: return Direct(TypeKind::kInterval);
    case DUCKDB_TYPE_UUID: return Direct(TypeKind::kUuid);
    case DUCKDB_TYPE_SQLNULL: return Direct(TypeKind::kNull);
    case DUCKDB_TYPE_LIST: return MapList(type, false);
    case DUCKDB_TYPE_ARRAY: return MapList(type, true);
    case DUCKDB_TYPE_STRUCT: return MapStruct(type);
    case DUCKDB_TYPE_MAP: return AsJson("a map travels as JSON text");
    case DUCKDB_TYPE_ENUM: return AsText({});
    case DUCKDB_TYPE_UNION: return AsText("a union travels as text");
    case DUCKDB_TYPE_BIT: return AsText("a bit string travels as text");
    case DUCKDB_TYPE_BIGNUM: return AsText("a bignum travels as text");
    case DUCKDB_TYPE_TIME_TZ: return AsText("a time with zone travels as text");
    default: return AsText("travels as text");
  }
}

Result<MappedType> MapTypeName(duckdb_connection connection, const std::string& name) {
  Statement statement;
  if (duckdb_prepare(connection, ("SELECT NULL::" + name).c_str(), statement.out()) != DuckDBSuccess)
    return MapError(duckdb_prepare_error(statement.get()));
  OwnedType type(duckdb_prepared_statement_column_logical_type(statement.get(), 0));
  return MapType(type.get());
}

DecimalShape DecimalOf(const DataType& type) {
  const DecimalShape arrow = ArrowDecimal(type);
  return {std::min(arrow.precision, 38), std::min(arrow.scale, 38), 128};
}

std::string TypeNameOf(const DataType& type, std::string* loss) {
  switch (type.kind) {
    case TypeKind::kBool: return "BOOLEAN";
    case TypeKind::kInt8: return "TINYINT";
    case TypeKind::kInt16: return "SMALLINT";
    case TypeKind::kNull:
    case TypeKind::kInt32: return "INTEGER";
    case TypeKind::kInt64: return "BIGINT";
    case TypeKind::kUInt8: return "UTINYINT";
    case TypeKind::kUInt16: return "USMALLINT";
    case TypeKind::kUInt32: return "UINTEGER";
    case TypeKind::kUInt64: return "UBIGINT";
    case TypeKind::kFloat32: return "FLOAT";
    case TypeKind::kFloat64: return "DOUBLE";
    case TypeKind::kDecimal: {
      const DecimalShape shape = DecimalOf(type);
      if (loss != nullptr && ArrowDecimal(type).precision > 38)
        *loss = fmt::format("DuckDB's decimals hold 38 digits, {} has more: larger values are refused", type.ToString());
      return fmt::format("DECIMAL({},{})", shape.precision, shape.scale);
    }
    case TypeKind::kUnknown:
    case TypeKind::kString: return "VARCHAR";
    case TypeKind::kBinary: return "BLOB";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTime: return "TIME";
    case TypeKind::kTimestamp: return "TIMESTAMP";
    case TypeKind::kTimestampTz: return "TIMESTAMP WITH TIME ZONE";
    case TypeKind::kInterval: return "INTERVAL";
    case TypeKind::kUuid: return "UUID";
    case TypeKind::kJson: return "JSON";
    case TypeKind::kList: return TypeNameOf(type.children.front().type, loss) + "[]";
    case TypeKind::kStruct: {
      std::string text = "STRUCT(";
      for (size_t i = 0; i < type.children.size(); ++i) {
        if (i != 0) text += ", ";
        text += QuoteName(type.children[i].name) + " " + TypeNameOf(type.children[i].type, loss);
      }
      return text + ")";
    }
  }
  return "VARCHAR";
}

OwnedType LogicalTypeOf(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kDecimal: {
      const DecimalShape shape = DecimalOf(type);
      return OwnedType(duckdb_create_decimal_type(static_cast<uint8_t>(shape.precision), static_cast<uint8_t>(shape.scale)));
    }
    case TypeKind::kJson: {
      OwnedType json(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
      duckdb_logical_type_set_alias(json.get(), "JSON");
      return json;
    }
    case TypeKind::kList: return OwnedType(duckdb_create_list_type(LogicalTypeOf(type.children.front().type).get()));
    case TypeKind::kStruct: {
      std::vector<OwnedType> owners;
      std::vector<duckdb_logical_type> types;
      std::vector<const char*> names;
      for (const Field& child : type.children) {
        owners.push_back(LogicalTypeOf(child.type));
        types.push_back(owners.back().get());
        names.push_back(child.name.c_str());
      }
      return OwnedType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
    }
    default: return OwnedType(duckdb_create_logical_type(SimpleId(type.kind)));
  }
}

QueryColumns ColumnsOf(duckdb_prepared_statement statement, const std::string& sql) {
  QueryColumns columns;
  std::string list, aliases;
  const idx_t count = duckdb_prepared_statement_column_count(statement);
  for (idx_t i = 0; i < count; ++i) {
    OwnedType logical(duckdb_prepared_statement_column_logical_type(statement, i));
    MappedType mapped = MapType(logical.get());
    Field field;
    const char* name = duckdb_prepared_statement_column_name(statement, i);
    field.name = TakeText(const_cast<char*>(name));
    const std::string inner = fmt::format("c{}", i);
    if (i != 0) list += ", ", aliases += ", ";
    if (mapped.direct) {
      list += inner;
    } else {
      columns.direct = false;
      list += mapped.type.kind == TypeKind::kJson ? fmt::format("to_json({})", inner)
                                                  : fmt::format("CAST({} AS {})", inner, mapped.cast_to);
    }
    list += " AS " + QuoteName(field.name);
    aliases += inner;
    if (!mapped.note.empty()) columns.notes.push_back(fmt::format("column {}: {}", field.name, mapped.note));
    field.type = std::move(mapped.type);
    columns.fields.push_back(std::move(field));
  }
  if (!columns.direct) {
    std::string_view inner = TrimView(sql);
    while (!inner.empty() && inner.back() == ';') inner = TrimView(inner.substr(0, inner.size() - 1));
    columns.cast_query = fmt::format("SELECT {} FROM (\n{}\n) AS dvt_cast({})", list, inner, aliases);
  }
  return columns;
}

}  // namespace dvt::columnar::duckdb
