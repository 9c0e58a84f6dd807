#include "dvt/model/node_value.h"

#include "dvt/base/text/text.h"

namespace dvt::model {

namespace {

Value MapOrEmpty(const Value& value) { return value.is_map() ? value : Value::MakeMap(); }

Value RefList(const std::vector<RefCall>& refs) {
  Value list = Value::MakeList();
  for (const auto& ref : refs) {
    Value entry = Value::MakeMap();
    entry.Set("name", ref.name);
    entry.Set("package", TextOrNull(ref.package));
    entry.Set("version", ref.version.empty() ? Value() : ResolveYamlScalar(ref.version));
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
  const size_t dot = node.test->attached_node.find('.');
  if (dot == std::string::npos) return;
  const std::string name = node.test->attached_node.substr(node.test->attached_node.find('.', dot + 1) + 1);
  value.Set("file_key_name", node.test->attached_node.substr(0, dot) + "s." + name.substr(0, name.find('.')));
}

Value ConstraintsToValue(const std::vector<Constraint>& constraints, bool of_relation) {
  Value list = Value::MakeList();
  for (const auto& constraint : constraints) {
    Value entry = Value::MakeMap();
    entry.Set("type", constraint.type);
    entry.Set("name", TextOrNull(constraint.name));
    entry.Set("expression", TextOrNull(constraint.expression));
    entry.Set("warn_unenforced", constraint.warn_unenforced);
    entry.Set("warn_unsupported", constraint.warn_unsupported);
    entry.Set("to", TextOrNull(constraint.to));
    entry.Set("to_columns", StringList(constraint.to_columns));
    if (of_relation) entry.Set("columns", StringList(constraint.columns));
    list.Push(std::move(entry));
  }
  return list;
}

void SetModelParts(const Node& node, Value& value) {
  if (node.type != ResourceType::kModel) return;
  value.Set("access", node.config["access"].is_string() ? node.config["access"] : Value("protected"));
  value.Set("constraints", ConstraintsToValue(node.constraints, true));
  value.Set("primary_key", StringList(node.primary_key));
  value.Set("time_spine", node.patch["time_spine"]);
  value.Set("version", node.version.empty() ? Value() : ResolveYamlScalar(node.version));
  value.Set("latest_version", node.version.empty() ? Value() : LatestVersion(node));
  value.Set("deprecation_date", TextOrNull(node.deprecation_date));
}

Value FunctionList(const std::vector<RefCall>& functions) {
  Value list = Value::MakeList();
  for (const auto& call : functions)
    list.Push(call.package.empty() ? StringList({call.name}) : StringList({call.package, call.name}));
  return list;
}

// What a user-defined function takes and gives, as its property file has it.
void SetFunctionParts(const Node& node, Value& value) {
  if (node.type != ResourceType::kFunction) return;
  const auto part = [](const Value& given, std::initializer_list<const char*> keys) {
    Value entry = Value::MakeMap();
    for (const char* key : keys) entry.Set(key, given[key]);
    return entry;
  };
  value.Set("returns", part(node.patch["returns"], {"data_type", "description"}));
  Value arguments = Value::MakeList();
  if (const Value& given = node.patch["arguments"]; given.is_list()) {
    for (const auto& entry : given.list()) arguments.Push(part(entry, {"name", "data_type", "description", "default_value"}));
  }
  value.Set("arguments", std::move(arguments));
  value.Set("overloads", Value::MakeList());
}

Value DocsOf(const Value& config) {
  Value docs = Value::MakeMap();
  docs.Set("show", config["docs"]["show"].is_bool() ? config["docs"]["show"] : Value(true));
  docs.Set("node_color", config["docs"]["node_color"]);
  return docs;
}

void SetCompiledParts(const Node& node, Value& value) {
  value.Set("language", node.language);
  value.Set("refs", RefList(node.refs));
  value.Set("sources", SourceList(node.sources));
  value.Set("metrics", Value::MakeList());
  value.Set("functions", FunctionList(node.functions));
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
  const Value& alias_types = node.config["contract"]["alias_types"];
  contract.Set("enforced", node.contract_enforced());
  contract.Set("alias_types", !alias_types.is_bool() || alias_types.as_bool());
  contract.Set("checksum", TextOrNull(node.contract_checksum));
  value.Set("contract", std::move(contract));
}

}  // namespace

Value LatestVersion(const Node& node) {
  if (const Value* latest = node.patch.Find("latest_version"); latest != nullptr && !latest->is_null()) return *latest;
  Value highest;
  const Value& versions = node.patch["versions"];
  if (!versions.is_list()) return highest;
  for (const auto& entry : versions.list()) {
    const Value& v = entry["v"];
    const bool higher = highest.is_null() || (v.is_number() && highest.is_number() ? highest.as_float() < v.as_float()
                                                                                   : highest.ToText() < v.ToText());
    if (higher) highest = v;
  }
  return highest;
}

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

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
    entry.Set("constraints", ConstraintsToValue(column.constraints, false));
    entry.Set("quote", column.quote ? Value(*column.quote) : Value());
    Value config = Value::MakeMap();
    config.Set("meta", MapOrEmpty(column.meta));
    config.Set("tags", StringList(column.tags));
    entry.Set("config", std::move(config));
    entry.Set("tags", StringList(column.tags));
    for (const char* key : {"granularity", "dimension", "entity"}) entry.Set(key, column.raw[key]);
    entry.Set("doc_blocks", Value::MakeList());
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
  value.Set("unrendered_config", MapOrEmpty(node.given_config));
  value.Set("tags", StringList(node.tags));
  value.Set("description", node.description);
  value.Set("columns", ColumnsToValue(node.columns));
  value.Set("meta", MapOrEmpty(node.config["meta"]));
  value.Set("group", node.config["group"].is_string() ? node.config["group"] : Value());
  value.Set("docs", DocsOf(node.config));
  value.Set("patch_path", TextOrNull(node.patch_path));
  value.Set("relation_name", TextOrNull(node.relation_name));
  value.Set("raw_code", node.type == ResourceType::kSeed ? std::string() : std::string(TrimView(node.raw_code)));
  value.Set("depends_on", DependsOn(node));
  if (node.type != ResourceType::kSeed) SetCompiledParts(node, value);
  SetTestParts(node, value);
  SetModelParts(node, value);
  SetFunctionParts(node, value);
  return value;
}

namespace {

// Limits as dbt writes them: with every key.
Value FreshnessToValue(const Value& freshness) {
  Value value = Value::MakeMap();
  for (const char* name : {"warn_after", "error_after"}) {
    Value limit = Value::MakeMap();
    limit.Set("count", freshness[name]["count"]);
    limit.Set("period", freshness[name]["period"]);
    value.Set(name, std::move(limit));
  }
  value.Set("filter", freshness["filter"]);
  return value;
}

}  // namespace

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
  value.Set("source_meta", Value::MakeMap());
  value.Set("tags", StringList(source.tags));
  value.Set("freshness", source.freshness.is_map() ? FreshnessToValue(source.freshness) : Value());
  value.Set("external", source.raw["external"]);
  value.Set("config", MapOrEmpty(source.config));
  value.Set("relation_name", TextOrNull(source.relation_name));
  return value;
}

}  // namespace dvt::model
