#include "dvt/model/node_value.h"

namespace dvt::model {

namespace {

Value MapOrEmpty(const Value& value) { return value.is_map() ? value : Value::MakeMap(); }

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value RefList(const std::vector<RefCall>& refs) {
  Value list = Value::MakeList();
  for (const auto& ref : refs) {
    Value entry = Value::MakeMap();
    entry.Set("name", ref.name);
    entry.Set("package", TextOrNull(ref.package));
    entry.Set("version", TextOrNull(ref.version));
    list.Push(std::move(entry));
  }
  return list;
}

Value SourceList(const std::vector<SourceCall>& sources) {
  Value list = Value::MakeList();
  for (const auto& source : sources) list.Push(StringList({source.source, source.table}));
  return list;
}

Value DependsOn(const Node& node) {
  Value depends = Value::MakeMap();
  depends.Set("macros", StringList(node.depends_on_macros));
  if (node.type != ResourceType::kSeed) depends.Set("nodes", StringList(node.depends_on_nodes));
  return depends;
}

void SetTestParts(const Node& node, Value& value) {
  if (!node.test) return;
  value.Set("column_name", TextOrNull(node.test->column));
  value.Set("attached_node", TextOrNull(node.test->attached_node));
  Value metadata = Value::MakeMap();
  metadata.Set("name", node.test->name);
  metadata.Set("kwargs", MapOrEmpty(node.test->kwargs));
  metadata.Set("namespace", TextOrNull(node.test->package));
  value.Set("test_metadata", std::move(metadata));
}

void SetCompiledParts(const Node& node, Value& value) {
  value.Set("language", node.language);
  value.Set("refs", RefList(node.refs));
  value.Set("sources", SourceList(node.sources));
  value.Set("metrics", Value::MakeList());
  value.Set("compiled", node.compiled);
  if (node.compiled) value.Set("compiled_code", node.compiled_code);
  value.Set("extra_ctes_injected", node.compiled);
  Value ctes = Value::MakeList();
  for (const auto& [id, sql] : node.extra_ctes) {
    Value cte = Value::MakeMap();
    cte.Set("id", id);
    cte.Set("sql", sql);
    ctes.Push(std::move(cte));
  }
  value.Set("extra_ctes", std::move(ctes));
  Value contract = Value::MakeMap();
  contract.Set("enforced", false);
  contract.Set("alias_types", true);
  contract.Set("checksum", Value());
  value.Set("contract", std::move(contract));
}

}  // namespace

Value StringList(const std::vector<std::string>& items) {
  Value list = Value::MakeList();
  for (const auto& item : items) list.Push(item);
  return list;
}

Value ColumnsToValue(const std::vector<ColumnProperties>& columns) {
  Value map = Value::MakeMap();
  for (const auto& column : columns) {
    Value entry = Value::MakeMap();
    entry.Set("name", column.name);
    entry.Set("description", column.description);
    entry.Set("meta", MapOrEmpty(column.meta));
    entry.Set("data_type", TextOrNull(column.data_type));
    entry.Set("constraints", Value::MakeList());
    entry.Set("quote", column.quote ? Value(*column.quote) : Value());
    entry.Set("tags", StringList(column.tags));
    map.Set(column.name, std::move(entry));
  }
  return map;
}

Value NodeToValue(const Node& node) {
  Value value = Value::MakeMap();
  value.Set("database", TextOrNull(node.database));
  value.Set("schema", node.schema);
  value.Set("name", node.name);
  value.Set("resource_type", std::string(ResourceTypeName(node.type)));
  value.Set("package_name", node.package);
  value.Set("path", node.path);
  value.Set("original_file_path", node.original_path);
  value.Set("unique_id", node.unique_id);
  value.Set("fqn", StringList(node.fqn));
  value.Set("alias", node.alias);
  Value checksum = Value::MakeMap();
  checksum.Set("name", node.checksum.empty() ? "none" : "sha256");
  checksum.Set("checksum", node.checksum);
  value.Set("checksum", std::move(checksum));
  value.Set("config", MapOrEmpty(node.config));
  value.Set("tags", node.config["tags"].is_list() ? node.config["tags"] : Value::MakeList());
  value.Set("description", node.description);
  value.Set("columns", ColumnsToValue(node.columns));
  value.Set("meta", MapOrEmpty(node.config["meta"]));
  value.Set("group", node.config["group"].is_string() ? node.config["group"] : Value());
  value.Set("patch_path", TextOrNull(node.patch_path));
  value.Set("relation_name", TextOrNull(node.relation_name));
  value.Set("raw_code", node.type == ResourceType::kSeed ? "" : node.raw_code);
  value.Set("depends_on", DependsOn(node));
  if (node.type != ResourceType::kSeed) SetCompiledParts(node, value);
  SetTestParts(node, value);
  return value;
}

Value SourceToValue(const SourceNode& source) {
  Value value = Value::MakeMap();
  value.Set("database", TextOrNull(source.database));
  value.Set("schema", source.schema);
  value.Set("name", source.name);
  value.Set("resource_type", "source");
  value.Set("package_name", source.package);
  value.Set("path", source.original_path);
  value.Set("original_file_path", source.original_path);
  value.Set("unique_id", source.unique_id);
  value.Set("fqn", StringList(source.fqn));
  value.Set("source_name", source.source_name);
  value.Set("source_description", source.source_description);
  value.Set("loader", source.loader);
  value.Set("identifier", source.identifier);
  value.Set("quoting", MapOrEmpty(source.quoting));
  value.Set("loaded_at_field", TextOrNull(source.loaded_at_field));
  value.Set("description", source.description);
  value.Set("columns", ColumnsToValue(source.columns));
  Value meta = MapOrEmpty(source.config["meta"]);
  if (!source.connection.empty()) meta.Set("connection", source.connection);
  value.Set("meta", std::move(meta));
  value.Set("tags", source.config["tags"].is_list() ? source.config["tags"] : Value::MakeList());
  value.Set("config", MapOrEmpty(source.config));
  return value;
}

}  // namespace dvt::model
