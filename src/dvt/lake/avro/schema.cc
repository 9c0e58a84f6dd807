#include "dvt/lake/avro/schema.h"

#include <fmt/format.h>

#include <map>

namespace dvt::lake::avro {

namespace {

constexpr struct {
  const char* name;
  Kind kind;
} kPrimitives[] = {{"null", Kind::kNull},   {"boolean", Kind::kBoolean}, {"int", Kind::kInt},     {"long", Kind::kLong},
                   {"float", Kind::kFloat}, {"double", Kind::kDouble},   {"bytes", Kind::kBytes}, {"string", Kind::kString}};

std::string TextOf(const Value& json, const char* key) { return json[key].is_string() ? json[key].as_string() : std::string(); }

class SchemaReader {
 public:
  Result<NodePtr> Read(const Value& json) {
    if (json.is_string()) return ByName(json.as_string());
    if (json.is_list()) return Union(json);
    if (!json.is_map()) return Error(ErrorCode::kData, "an Avro schema is neither a name, a list nor an object");
    const Value& type = json["type"];
    if (!type.is_string()) return Read(type);
    const std::string& kind = type.as_string();
    if (kind == "record") return Record(json);
    if (kind == "array") return Container(json, Kind::kArray, "items");
    if (kind == "map") return Container(json, Kind::kMap, "values");
    if (kind == "fixed" || kind == "enum") return Named(json, kind == "fixed" ? Kind::kFixed : Kind::kEnum);
    DVT_ASSIGN(NodePtr found, ByName(kind));
    if (!json["logicalType"].is_string()) return found;
    auto node = std::make_shared<Node>(*found);
    node->logical_type = TextOf(json, "logicalType");
    return NodePtr(std::move(node));
  }

 private:
  Result<NodePtr> ByName(const std::string& name) {
    for (const auto& entry : kPrimitives) {
      if (name != entry.name) continue;
      auto node = std::make_shared<Node>();
      node->kind = entry.kind;
      return NodePtr(std::move(node));
    }
    const auto found = named_.find(name);
    if (found == named_.end()) return Error(ErrorCode::kData, fmt::format("the Avro schema uses the unknown type '{}'", name));
    return found->second;
  }

  Result<NodePtr> Union(const Value& json) {
    auto node = std::make_shared<Node>();
    node->kind = Kind::kUnion;
    for (const auto& each : json.list()) {
      DVT_ASSIGN(NodePtr branch, Read(each));
      node->branches.push_back(std::move(branch));
    }
    return NodePtr(std::move(node));
  }

  Result<NodePtr> Container(const Value& json, Kind kind, const char* member) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->logical_type = TextOf(json, "logicalType");
    DVT_ASSIGN(NodePtr element, Read(json[member]));
    node->branches.push_back(std::move(element));
    return NodePtr(std::move(node));
  }

  Result<NodePtr> Named(const Value& json, Kind kind) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->name = TextOf(json, "name");
    node->logical_type = TextOf(json, "logicalType");
    if (json["size"].is_int()) node->size = static_cast<int>(json["size"].as_int());
    if (node->size < 0) return Error(ErrorCode::kData, "an Avro schema has a fixed type of negative size");
    return Remember(std::move(node), TextOf(json, "namespace"));
  }

  Result<NodePtr> Record(const Value& json) {
    auto node = std::make_shared<Node>();
    node->kind = Kind::kRecord;
    node->name = TextOf(json, "name");
    if (!json["fields"].is_list()) return Error(ErrorCode::kData, "an Avro record has no list of fields");
    for (const auto& each : json["fields"].list()) {
      Node::Field field;
      field.name = TextOf(each, "name");
      if (each["field-id"].is_int()) field.field_id = static_cast<int>(each["field-id"].as_int());
      DVT_ASSIGN(field.type, Read(each["type"]));
      node->fields.push_back(std::move(field));
    }
    return Remember(std::move(node), TextOf(json, "namespace"));
  }

  NodePtr Remember(std::shared_ptr<const Node> node, const std::string& space) {
    if (!node->name.empty()) named_[node->name] = node;
    if (!space.empty()) named_[space + "." + node->name] = node;
    return node;
  }

  std::map<std::string, NodePtr> named_;
};

}  // namespace

int Node::IndexOf(int field_id, std::string_view field_name) const {
  bool ids = false;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].field_id == field_id) return static_cast<int>(i);
    ids = ids || fields[i].field_id >= 0;
  }
  if (ids) return -1;
  for (size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == field_name) return static_cast<int>(i);
  return -1;
}

Result<NodePtr> ParseSchema(const Value& json) { return SchemaReader().Read(json); }

}  // namespace dvt::lake::avro
