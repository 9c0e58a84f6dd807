// ArrowSchema owners, export and import. Source: Arrow columnar format, "The Arrow C data interface".
#include <cstdlib>
#include <cstring>
#include <string>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::columnar {

Schema& Schema::operator=(Schema&& other) noexcept {
  if (this != &other) {
    Reset();
    raw_ = other.raw_;
    other.raw_.release = nullptr;
  }
  return *this;
}

ArrowSchema Schema::Take() {
  ArrowSchema out = raw_;
  raw_.release = nullptr;
  return out;
}

void Schema::Reset() {
  if (raw_.release != nullptr) raw_.release(&raw_);
  raw_.release = nullptr;
}

namespace {

// All strings and child arrays of an exported schema node.
struct SchemaNode {
  std::string format;
  std::string name;
  std::string metadata;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
};

void ReleaseSchema(ArrowSchema* schema) {
  auto* node = static_cast<SchemaNode*>(schema->private_data);
  for (auto& child : node->children) {
    if (child.release != nullptr) child.release(&child);
  }
  delete node;
  schema->release = nullptr;
}

void AppendInt32(std::string& out, int32_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof(value)); }

std::string ExtensionMetadata(std::string_view extension) {
  std::string out;
  const std::pair<std::string_view, std::string_view> entries[] = {{"ARROW:extension:name", extension},
                                                                   {"ARROW:extension:metadata", ""}};
  AppendInt32(out, 2);
  for (const auto& [key, value] : entries) {
    AppendInt32(out, static_cast<int32_t>(key.size()));
    out += key;
    AppendInt32(out, static_cast<int32_t>(value.size()));
    out += value;
  }
  return out;
}

ArrowSchema ExportNode(std::string name, const DataType& type, bool nullable) {
  auto* node = new SchemaNode;
  node->format = ArrowFormat(type);
  node->name = std::move(name);
  if (type.kind == TypeKind::kUuid) node->metadata = ExtensionMetadata("arrow.uuid");
  if (type.kind == TypeKind::kJson) node->metadata = ExtensionMetadata("arrow.json");
  for (const auto& child : type.children) node->children.push_back(ExportNode(child.name, child.type, child.nullable));
  for (auto& child : node->children) node->child_pointers.push_back(&child);
  ArrowSchema out{};
  out.format = node->format.c_str();
  out.name = node->name.c_str();
  out.metadata = node->metadata.empty() ? nullptr : node->metadata.data();
  out.flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  out.n_children = static_cast<int64_t>(node->children.size());
  out.children = node->child_pointers.empty() ? nullptr : node->child_pointers.data();
  out.release = &ReleaseSchema;
  out.private_data = node;
  return out;
}

std::string MetadataValue(const char* metadata, std::string_view wanted) {
  if (metadata == nullptr) return {};
  auto read = [&] {
    int32_t value;
    std::memcpy(&value, metadata, sizeof(value));
    metadata += sizeof(value);
    return value;
  };
  const int32_t pairs = read();
  for (int32_t i = 0; i < pairs; ++i) {
    const int32_t key_size = read();
    const std::string_view key(metadata, static_cast<size_t>(key_size));
    metadata += key_size;
    const int32_t value_size = read();
    const std::string_view value(metadata, static_cast<size_t>(value_size));
    metadata += value_size;
    if (key == wanted) return std::string(value);
  }
  return {};
}

DataType ImportDecimal(std::string_view format) {
  int precision = 0, scale = 0;
  if (std::sscanf(std::string(format).c_str(), "d:%d,%d", &precision, &scale) != 2) return TypeKind::kUnknown;
  return DataType::Decimal(precision, scale);
}

DataType ImportNested(const ArrowSchema& schema, TypeKind kind) {
  DataType type(kind);
  for (int64_t i = 0; i < schema.n_children; ++i) {
    ArrowSchema wrapper{};
    ArrowSchema* children[] = {schema.children[i]};
    wrapper.n_children = 1;
    wrapper.children = children;
    type.children.push_back(ImportSchema(wrapper).front());
  }
  return type;
}

DataType ImportPlain(std::string_view format) {
  static const struct {
    std::string_view format;
    TypeKind kind;
  } kPlain[] = {{"n", TypeKind::kNull},      {"b", TypeKind::kBool},   {"c", TypeKind::kInt8},    {"s", TypeKind::kInt16},
                {"i", TypeKind::kInt32},     {"l", TypeKind::kInt64},  {"C", TypeKind::kUInt8},   {"S", TypeKind::kUInt16},
                {"I", TypeKind::kUInt32},    {"L", TypeKind::kUInt64}, {"f", TypeKind::kFloat32}, {"g", TypeKind::kFloat64},
                {"u", TypeKind::kString},    {"z", TypeKind::kBinary}, {"tdD", TypeKind::kDate},  {"ttu", TypeKind::kTime},
                {"tin", TypeKind::kInterval}};
  for (const auto& plain : kPlain) {
    if (plain.format == format) return plain.kind;
  }
  if (format == "tsu:") return TypeKind::kTimestamp;
  if (format.substr(0, 4) == "tsu:") return TypeKind::kTimestampTz;
  return TypeKind::kUnknown;
}

DataType ImportType(const ArrowSchema& schema) {
  const std::string_view format = schema.format;
  if (schema.dictionary != nullptr) return TypeKind::kUnknown;
  const std::string extension = MetadataValue(schema.metadata, "ARROW:extension:name");
  if (extension == "arrow.uuid" && format == "w:16") return TypeKind::kUuid;
  if (extension == "arrow.json" && format == "u") return TypeKind::kJson;
  if (format.substr(0, 2) == "d:") return ImportDecimal(format);
  if (format == "+l") return ImportNested(schema, TypeKind::kList);
  if (format == "+s") return ImportNested(schema, TypeKind::kStruct);
  return ImportPlain(format);
}

}  // namespace

Schema ExportSchema(const Fields& fields) { return Schema(ExportNode("", DataType::Struct(fields), false)); }

Fields ImportSchema(const ArrowSchema& schema) {
  Fields fields;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    Field field;
    field.name = child.name == nullptr ? "" : child.name;
    field.type = ImportType(child);
    field.nullable = (child.flags & ARROW_FLAG_NULLABLE) != 0;
    if (field.type.kind == TypeKind::kUnknown) field.native_type = child.format;
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace dvt::columnar
