#include "dvt/run/record/schema_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace dvt::run {

using columnar::DataType;
using columnar::Field;
using columnar::Fields;
using columnar::RelationKind;
using columnar::TypeKind;

namespace {

// By their numbers.
constexpr std::string_view kKinds[] = {"unknown", "null",   "bool",   "int8",   "int16",     "int32",       "int64",
                                       "uint8",   "uint16", "uint32", "uint64", "float32",   "float64",     "decimal",
                                       "string",  "binary", "date",   "time",   "timestamp", "timestamptz", "interval",
                                       "uuid",    "json",   "list",   "struct"};
constexpr std::string_view kRelations[] = {"table", "view", "materialized view", "file", "other"};
static_assert(std::size(kKinds) == static_cast<size_t>(TypeKind::kStruct) + 1);
static_assert(std::size(kRelations) == static_cast<size_t>(RelationKind::kOther) + 1);

int64_t NumberOr(const Value& value, int64_t otherwise) { return value.is_int() ? value.as_int() : otherwise; }
bool Flag(const Value& value) { return value.is_bool() && value.as_bool(); }

Value FieldValue(const Field& field) {
  const DataType& type = field.type;
  Value out = Value::MakeMap();
  out.Set("name", field.name);
  out.Set("type", type.ToString());
  out.Set("kind", std::string(kKinds[static_cast<size_t>(type.kind)]));
  if (type.precision != 0) out.Set("precision", type.precision);
  if (type.scale != 0) out.Set("scale", type.scale);
  if (type.length != 0) out.Set("length", type.length);
  if (type.fixed) out.Set("fixed", true);
  if (!field.nullable) out.Set("nullable", false);
  if (!field.native_type.empty()) out.Set("native", field.native_type);
  if (!type.children.empty()) out.Set("children", FieldsValue(type.children));
  return out;
}

Result<Field> FieldFrom(const Value& value) {
  Field field;
  field.name = value["name"].ToText();
  const std::string kind = value["kind"].ToText();
  const auto* found = std::find(std::begin(kKinds), std::end(kKinds), kind);
  if (found == std::end(kKinds))
    return Error(ErrorCode::kData, fmt::format("column '{}' has the unknown kind '{}'", field.name, kind));
  DataType& type = field.type;
  type.kind = static_cast<TypeKind>(found - std::begin(kKinds));
  type.precision = static_cast<int>(NumberOr(value["precision"], 0));
  type.scale = static_cast<int>(NumberOr(value["scale"], 0));
  type.length = NumberOr(value["length"], 0);
  type.fixed = Flag(value["fixed"]);
  field.nullable = !value["nullable"].is_bool() || value["nullable"].as_bool();
  if (value["native"].is_string()) field.native_type = value["native"].as_string();
  if (value["children"].is_list()) {
    DVT_ASSIGN(type.children, FieldsFrom(value["children"]));
  }
  return field;
}

std::optional<int64_t> MaybeNumber(const Value& value) {
  return value.is_int() ? std::optional<int64_t>(value.as_int()) : std::nullopt;
}

}  // namespace

Value FieldsValue(const Fields& fields) {
  Value out = Value::MakeList();
  for (const auto& field : fields) out.Push(FieldValue(field));
  return out;
}

Result<Fields> FieldsFrom(const Value& value) {
  Fields fields;
  if (!value.is_list()) return Error(ErrorCode::kData, "columns are missing");
  for (const Value& entry : value.list()) {
    DVT_ASSIGN(auto field, FieldFrom(entry));
    fields.push_back(std::move(field));
  }
  return fields;
}

Value NameValue(const columnar::RelationName& name) {
  Value out = Value::MakeMap();
  out.Set("database", name.database);
  out.Set("schema", name.schema);
  out.Set("name", name.name);
  return out;
}

columnar::RelationName NameFrom(const Value& value) {
  return {value["database"].ToText(), value["schema"].ToText(), value["name"].ToText()};
}

Value TableValue(const columnar::TableInfo& info) {
  Value out = NameValue(info.name);
  out.Set("kind", std::string(kRelations[static_cast<size_t>(info.kind)]));
  out.Set("estimated_rows", info.estimated_rows ? Value(*info.estimated_rows) : Value());
  out.Set("estimated_bytes", info.estimated_bytes ? Value(*info.estimated_bytes) : Value());
  out.Set("columns", FieldsValue(info.columns));
  Value indexes = Value::MakeList();
  for (const auto& index : info.indexes) {
    Value entry = Value::MakeMap(), columns = Value::MakeList();
    for (const auto& column : index.columns) columns.Push(column);
    entry.Set("name", index.name);
    entry.Set("columns", std::move(columns));
    entry.Set("unique", index.unique);
    entry.Set("primary", index.primary);
    indexes.Push(std::move(entry));
  }
  out.Set("indexes", std::move(indexes));
  return out;
}

Result<columnar::TableInfo> TableFrom(const Value& value) {
  columnar::TableInfo info;
  info.name = NameFrom(value);
  const auto* kind = std::find(std::begin(kRelations), std::end(kRelations), value["kind"].ToText());
  if (kind == std::end(kRelations)) return Error(ErrorCode::kData, fmt::format("relation {} has no kind", info.name.ToString()));
  info.kind = static_cast<RelationKind>(kind - std::begin(kRelations));
  info.estimated_rows = MaybeNumber(value["estimated_rows"]);
  info.estimated_bytes = MaybeNumber(value["estimated_bytes"]);
  DVT_ASSIGN(info.columns, FieldsFrom(value["columns"]));
  if (!value["indexes"].is_list()) return info;
  for (const Value& entry : value["indexes"].list()) {
    columnar::IndexInfo index;
    index.name = entry["name"].ToText();
    if (entry["columns"].is_list()) {
      for (const Value& column : entry["columns"].list()) index.columns.push_back(column.ToText());
    }
    index.unique = Flag(entry["unique"]);
    index.primary = Flag(entry["primary"]);
    info.indexes.push_back(std::move(index));
  }
  return info;
}

}  // namespace dvt::run
