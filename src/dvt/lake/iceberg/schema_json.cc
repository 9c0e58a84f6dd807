#include <fmt/format.h>

#include "dvt/lake/iceberg/json_fields.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

namespace {

Value FieldToJson(const NestedField& field) {
  Value json = Value::MakeMap();
  json.Set("id", field.id);
  json.Set("name", field.name);
  json.Set("required", field.required);
  json.Set("type", TypeToJson(field.type));
  if (!field.doc.empty()) json.Set("doc", field.doc);
  if (field.initial_default) json.Set("initial-default", *field.initial_default);
  if (field.write_default) json.Set("write-default", *field.write_default);
  return json;
}

Result<NestedField> FieldFromJson(const Value& json) {
  NestedField field;
  DVT_ASSIGN(const int64_t id, RequiredInt(json, "id"));
  field.id = static_cast<int>(id);
  DVT_ASSIGN(field.name, RequiredText(json, "name"));
  field.required = json["required"].is_bool() && json["required"].as_bool();
  auto type = TypeFromJson(json["type"]);
  if (!type) return std::move(type).error().Within(fmt::format("in the column '{}'", field.name));
  field.type = *std::move(type);
  field.doc = OptionalText(json, "doc");
  if (const Value* value = json.Find("initial-default")) field.initial_default = *value;
  if (const Value* value = json.Find("write-default")) field.write_default = *value;
  return field;
}

Result<std::vector<NestedField>> FieldsFromJson(const Value& json) {
  std::vector<NestedField> fields;
  if (!json.is_list()) return Error(ErrorCode::kData, "a struct in the table's metadata has no list of fields");
  for (const auto& each : json.list()) {
    DVT_ASSIGN(auto field, FieldFromJson(each));
    fields.push_back(std::move(field));
  }
  return fields;
}

// "element", "key" or "value" of a list or map, whose id and required stand beside it.
Result<NestedField> MemberFromJson(const Value& json, const std::string& name) {
  NestedField field;
  field.name = name;
  DVT_ASSIGN(const int64_t id, RequiredInt(json, (name + "-id").c_str()));
  field.id = static_cast<int>(id);
  const Value& required = json[name + "-required"];
  field.required = name == "key" || (required.is_bool() && required.as_bool());
  DVT_ASSIGN(field.type, TypeFromJson(json[name]));
  return field;
}

}  // namespace

Value TypeToJson(const Type& type) {
  if (type.is_primitive()) return Value(type.ToString());
  Value json = Value::MakeMap();
  if (type.id == TypeId::kStruct) {
    json.Set("type", "struct");
    Value& fields = json.Set("fields", Value::MakeList());
    for (const auto& field : type.fields) fields.Push(FieldToJson(field));
    return json;
  }
  json.Set("type", type.id == TypeId::kList ? "list" : "map");
  for (const auto& member : type.fields) {
    json.Set(member.name + "-id", member.id);
    json.Set(member.name, TypeToJson(member.type));
    if (member.name != "key") json.Set(member.name + "-required", member.required);
  }
  return json;
}

Result<Type> TypeFromJson(const Value& json) {
  if (json.is_string()) return ParsePrimitiveType(json.as_string());
  const std::string kind = OptionalText(json, "type");
  if (kind == "struct") {
    DVT_ASSIGN(auto fields, FieldsFromJson(json["fields"]));
    return Type::Struct(std::move(fields));
  }
  if (kind == "list") {
    DVT_ASSIGN(auto element, MemberFromJson(json, "element"));
    return Type::List(std::move(element));
  }
  if (kind == "map") {
    DVT_ASSIGN(auto key, MemberFromJson(json, "key"));
    DVT_ASSIGN(auto value, MemberFromJson(json, "value"));
    return Type::Map(std::move(key), std::move(value));
  }
  return Error(ErrorCode::kData, fmt::format("'{}' is no Iceberg type", json.is_null() ? "(nothing)" : ToJson(json)));
}

Value SchemaToJson(const Schema& schema) {
  Value json = TypeToJson(Type::Struct(schema.fields));
  json.Set("schema-id", schema.id);
  json.Set("identifier-field-ids", IntList(schema.identifier_ids));
  return json;
}

Result<Schema> SchemaFromJson(const Value& json) {
  Schema schema;
  if (!json.is_map()) return Error(ErrorCode::kData, "the table's schema is missing in its metadata");
  schema.id = static_cast<int>(OptionalInt(json, "schema-id", 0));
  DVT_ASSIGN(schema.fields, FieldsFromJson(json["fields"]));
  schema.identifier_ids = IntsOf(json["identifier-field-ids"]);
  return schema;
}

namespace {

Result<std::vector<NameMapping::Entry>> EntriesFromJson(const Value& json) {
  std::vector<NameMapping::Entry> entries;
  if (!json.is_list()) return Error(ErrorCode::kData, "a name mapping is a JSON list of fields");
  for (const auto& each : json.list()) {
    NameMapping::Entry entry;
    entry.id = static_cast<int>(OptionalInt(each, "field-id", 0));
    if (each["names"].is_list()) {
      for (const auto& name : each["names"].list()) entry.names.push_back(name.ToText());
    }
    if (each["fields"].is_list()) {
      DVT_ASSIGN(entry.fields, EntriesFromJson(each["fields"]));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Value EntriesToJson(const std::vector<NameMapping::Entry>& entries) {
  Value json = Value::MakeList();
  for (const auto& entry : entries) {
    Value each = Value::MakeMap();
    if (entry.id != 0) each.Set("field-id", entry.id);
    Value& names = each.Set("names", Value::MakeList());
    for (const auto& name : entry.names) names.Push(name);
    if (!entry.fields.empty()) each.Set("fields", EntriesToJson(entry.fields));
    json.Push(std::move(each));
  }
  return json;
}

std::vector<NameMapping::Entry> EntriesOf(const std::vector<NestedField>& fields) {
  std::vector<NameMapping::Entry> entries;
  for (const auto& field : fields) entries.push_back({field.id, {field.name}, EntriesOf(field.type.fields)});
  return entries;
}

}  // namespace

Result<NameMapping> NameMapping::FromJson(const Value& json) {
  NameMapping mapping;
  DVT_ASSIGN(mapping.fields, EntriesFromJson(json));
  return mapping;
}

Value NameMapping::ToJson() const { return EntriesToJson(fields); }

NameMapping NameMapping::Of(const Schema& schema) { return {EntriesOf(schema.fields)}; }

}  // namespace dvt::lake
