#include "dvt/lake/iceberg/partition.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/lake/iceberg/json_fields.h"

namespace dvt::lake {

namespace {

// As application/x-www-form-urlencoded, which is what other writers put into folder names.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
                       c == '.' || c == '*';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

bool PartitionSpec::is_unpartitioned() const {
  return std::all_of(fields.begin(), fields.end(),
                     [](const auto& field) { return field.transform.kind() == TransformKind::kVoid; });
}

Type PartitionSpec::PartitionType(const Schema& schema) const {
  std::vector<NestedField> members;
  for (const auto& field : fields) {
    NestedField member;
    member.id = field.field_id;
    member.name = field.name;
    const NestedField* source = schema.Find(field.source_id);
    // A dropped column's values can no longer be typed; they are kept as unknown and never compared.
    member.type = source != nullptr ? field.transform.ResultType(source->type) : field.transform.ResultType(TypeId::kUnknown);
    members.push_back(std::move(member));
  }
  return Type::Struct(std::move(members));
}

int PartitionSpec::HighestFieldId() const {
  int highest = 999;
  for (const auto& field : fields) highest = std::max(highest, field.field_id);
  return highest;
}

const Schema& SchemaWithSources(const PartitionSpec& spec, const Schema& preferred, const std::vector<Schema>& others) {
  const auto has_all = [&](const Schema& schema) {
    return std::all_of(spec.fields.begin(), spec.fields.end(),
                       [&](const auto& field) { return schema.Find(field.source_id) != nullptr; });
  };
  if (has_all(preferred)) return preferred;
  const auto found = std::find_if(others.rbegin(), others.rend(), has_all);
  return found == others.rend() ? preferred : *found;
}

std::string PartitionPath(const PartitionSpec& spec, const Schema& schema, const PartitionValues& values) {
  std::string path;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const auto& field = spec.fields[i];
    const NestedField* source = schema.Find(field.source_id);
    const Type type = source != nullptr ? source->type : Type(TypeId::kUnknown);
    if (!path.empty()) path += '/';
    path += Escaped(field.name) + "=" + Escaped(field.transform.ToText(type, values[i]));
  }
  return path;
}

Value PartitionSpecToJson(const PartitionSpec& spec) {
  Value json = Value::MakeMap();
  json.Set("spec-id", spec.id);
  Value& fields = json.Set("fields", Value::MakeList());
  for (const auto& field : spec.fields) {
    Value each = Value::MakeMap();
    each.Set("source-id", field.source_id);
    each.Set("field-id", field.field_id);
    each.Set("name", field.name);
    each.Set("transform", field.transform.ToString());
    fields.Push(std::move(each));
  }
  return json;
}

Result<std::vector<PartitionField>> PartitionFieldsFromJson(const Value& json) {
  std::vector<PartitionField> fields;
  if (!json.is_list()) return fields;
  for (const auto& each : json.list()) {
    PartitionField field;
    if (each["source-ids"].is_list() && each["source-ids"].list().size() > 1)
      return Error(ErrorCode::kUnsupported, "partition fields made of several columns cannot be read");
    const Value& first =
        each["source-ids"].is_list() && !each["source-ids"].list().empty() ? each["source-ids"].list()[0] : each["source-id"];
    if (!first.is_int()) return Error(ErrorCode::kData, "a partition field of the table's metadata has no source-id");
    field.source_id = static_cast<int>(first.as_int());
    // Tables of v1 may have no ids; they are then counted in order.
    field.field_id = static_cast<int>(OptionalInt(each, "field-id", 1000 + static_cast<int64_t>(fields.size())));
    DVT_ASSIGN(field.name, RequiredText(each, "name"));
    DVT_ASSIGN(const std::string transform, RequiredText(each, "transform"));
    field.transform = Transform::Parse(transform);
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<PartitionSpec> PartitionSpecFromJson(const Value& json) {
  PartitionSpec spec;
  spec.id = static_cast<int>(OptionalInt(json, "spec-id", 0));
  DVT_ASSIGN(spec.fields, PartitionFieldsFromJson(json["fields"]));
  return spec;
}

Value SortOrderToJson(const SortOrder& order) {
  Value json = Value::MakeMap();
  json.Set("order-id", order.id);
  Value& fields = json.Set("fields", Value::MakeList());
  for (const auto& field : order.fields) {
    Value each = Value::MakeMap();
    each.Set("transform", field.transform.ToString());
    each.Set("source-id", field.source_id);
    each.Set("direction", field.descending ? "desc" : "asc");
    each.Set("null-order", field.nulls_last ? "nulls-last" : "nulls-first");
    fields.Push(std::move(each));
  }
  return json;
}

Result<SortOrder> SortOrderFromJson(const Value& json) {
  SortOrder order;
  order.id = static_cast<int>(OptionalInt(json, "order-id", 0));
  if (!json["fields"].is_list()) return order;
  for (const auto& each : json["fields"].list()) {
    SortField field;
    DVT_ASSIGN(const int64_t source, RequiredInt(each, "source-id"));
    field.source_id = static_cast<int>(source);
    DVT_ASSIGN(const std::string transform, RequiredText(each, "transform"));
    field.transform = Transform::Parse(transform);
    field.descending = OptionalText(each, "direction") == "desc";
    field.nulls_last = OptionalText(each, "null-order") == "nulls-last";
    order.fields.push_back(std::move(field));
  }
  return order;
}

}  // namespace dvt::lake
