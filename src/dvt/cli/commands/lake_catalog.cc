#include <fmt/format.h>

#include "dvt/base/text/secrets.h"
#include "dvt/cli/commands/lake_verbs.h"
#include "dvt/lake/data/local_rows.h"
#include "dvt/lake/iceberg/column_change.h"
#include "dvt/lake/table/append.h"

namespace dvt::cli {

namespace {

Value PropertiesJson(const lake::Properties& properties) {
  Value json = Value::MakeMap();
  for (const auto& [key, value] : properties) json.Set(key, SecretRegistry::Redact(value));
  return json;
}

std::string PropertiesText(const lake::Properties& properties) {
  std::string text;
  for (const auto& [key, value] : properties) text += fmt::format("{} = {}\n", key, SecretRegistry::Redact(value));
  return text;
}

Result<int> PrintNames(LakeCall& call, const std::vector<lake::TableIdentifier>& tables) {
  Value json = Value::MakeList();
  std::string text;
  for (const auto& table : tables) {
    json.Push(table.ToString());
    text += table.ToString() + "\n";
  }
  call.Print(json, text);
  return 0;
}

const std::vector<Value>& ItemsOf(const Value& json) {
  static const std::vector<Value> none;
  return json.is_list() ? json.list() : none;
}

Result<lake::TableIdentifier> Named(LakeCall& call) { return lake::TableIdentifier::Parse(call.options.name); }

Value FieldJson(const lake::Schema& schema, const lake::NestedField& field) {
  Value json = Value::MakeMap();
  json.Set("id", field.id);
  json.Set("name", schema.PathOf(field.id));
  json.Set("type", field.type.ToString());
  json.Set("required", field.required);
  if (!field.doc.empty()) json.Set("doc", field.doc);
  return json;
}

std::string TransformText(const lake::Schema& schema, int source_id, const lake::Transform& transform) {
  const std::string column = schema.PathOf(source_id);
  return transform.kind() == lake::TransformKind::kIdentity ? column : transform.ToString() + "(" + column + ")";
}

std::string TableText(const lake::Table& table) {
  const lake::TableMetadata& metadata = table.metadata();
  std::string text = fmt::format("{} (format version {})\nlocation {}\n\n", table.identifier().ToString(),
                                 metadata.format_version, metadata.location);
  for (const auto& field : metadata.schema().fields)
    text += fmt::format("{:4}  {}  {}{}\n", field.id, field.name, field.type.ToString(), field.required ? " not null" : "");
  for (const auto& field : metadata.spec().fields)
    text +=
        fmt::format("partitioned by {} as {}\n", TransformText(metadata.schema(), field.source_id, field.transform), field.name);
  for (const auto& field : metadata.sort_order().fields)
    text += fmt::format("sorted by {}{}\n", TransformText(metadata.schema(), field.source_id, field.transform),
                        field.descending ? " desc" : "");
  if (const auto* snapshot = metadata.current_snapshot()) {
    const auto rows = snapshot->summary.find("total-records");
    text += fmt::format("snapshot {} ({} rows)\n", snapshot->id, rows != snapshot->summary.end() ? rows->second : "?");
  }
  return text + (metadata.properties.empty() ? "" : "\n") + PropertiesText(metadata.properties);
}

}  // namespace

Result<int> LakeCatalog(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  lake::Properties shown;
  for (const auto& [key, value] : catalog->properties())
    if (!IsSecretSetting(key) && key != "credential" && key.find("secret") == std::string::npos &&
        key.find("token") == std::string::npos)
      shown[key] = value;
  call.Print(PropertiesJson(shown), PropertiesText(shown));
  return 0;
}

Result<int> LakeNamespaceList(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  lake::Namespace parent;
  if (!call.options.name.empty()) {
    DVT_ASSIGN(parent, lake::ParseNamespace(call.options.name));
  }
  DVT_ASSIGN(const auto namespaces, catalog->ListNamespaces(parent, call.stop));
  Value json = Value::MakeList();
  std::string text;
  for (const auto& each : namespaces) {
    json.Push(lake::NamespaceText(each));
    text += lake::NamespaceText(each) + "\n";
  }
  call.Print(json, text);
  return 0;
}

Result<int> LakeNamespaceCreate(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const auto levels, lake::ParseNamespace(call.options.name));
  DVT_ASSIGN(const auto properties, LakeSettings(call.options.settings));
  if (!call.options.if_missing) {
    DVT_TRY(catalog->CreateNamespace(levels, properties, call.stop));
    return 0;
  }
  DVT_TRY(catalog->CreateNamespaceIfMissing(levels, properties, call.stop));
  return 0;
}

Result<int> LakeNamespaceShow(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const auto levels, lake::ParseNamespace(call.options.name));
  DVT_ASSIGN(const auto properties, catalog->LoadNamespace(levels, call.stop));
  call.Print(PropertiesJson(properties), PropertiesText(properties));
  return 0;
}

Result<int> LakeNamespaceSet(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const auto levels, lake::ParseNamespace(call.options.name));
  DVT_ASSIGN(const auto updates, LakeSettings(call.options.settings));
  DVT_TRY(catalog->UpdateNamespace(levels, updates, call.options.removals, call.stop));
  return 0;
}

Result<int> LakeNamespaceDrop(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const auto levels, lake::ParseNamespace(call.options.name));
  DVT_TRY(catalog->DropNamespace(levels, call.stop));
  return 0;
}

Result<int> LakeTableList(LakeCall& call) {
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const auto levels, lake::ParseNamespace(call.options.name));
  DVT_ASSIGN(const auto tables, catalog->ListTables(levels, call.stop));
  return PrintNames(call, tables);
}

Result<int> LakeTableCreate(LakeCall& call) {
  DVT_ASSIGN(const auto identifier, Named(call));
  lake::NewTable what;
  DVT_ASSIGN(auto rows, lake::OpenLocalRows(call.options.like));
  DVT_ASSIGN(what.schema, lake::SchemaOfStream(rows));
  DVT_ASSIGN(what.spec, lake::ParsePartitionSpec(call.options.partition_by, what.schema));
  DVT_ASSIGN(what.order, lake::ParseSortOrder(call.options.sort_by, what.schema));
  DVT_TRY(lake::SetKey(what.schema, call.options.keys));
  DVT_ASSIGN(what.properties, LakeSettings(call.options.settings));
  what.location = call.options.location;
  DVT_ASSIGN(const auto catalog, call.Catalog());
  if (call.options.if_missing) {
    DVT_TRY(catalog->CreateTableIfMissing(identifier, what, call.stop));
  } else {
    DVT_TRY(catalog->CreateTable(identifier, what, call.stop));
  }
  return 0;
}

Result<int> LakeTableShow(LakeCall& call) {
  DVT_ASSIGN(const auto table, call.OpenTable());
  const lake::TableMetadata& metadata = table.metadata();
  Value json = Value::MakeMap();
  json.Set("name", table.identifier().ToString());
  json.Set("location", metadata.location);
  json.Set("metadata_location", table.metadata_location());
  json.Set("format_version", metadata.format_version);
  Value& columns = json.Set("columns", Value::MakeList());
  for (const auto& field : metadata.schema().fields) columns.Push(FieldJson(metadata.schema(), field));
  Value& partitions = json.Set("partitions", Value::MakeList());
  for (const auto& field : metadata.spec().fields)
    partitions.Push(TransformText(metadata.schema(), field.source_id, field.transform));
  json.Set("properties", PropertiesJson(metadata.properties));
  json.Set("snapshot_id", metadata.current_snapshot_id ? Value(*metadata.current_snapshot_id) : Value());
  call.Print(json, TableText(table));
  return 0;
}

Result<int> LakeTableDrop(LakeCall& call) {
  DVT_ASSIGN(const auto identifier, Named(call));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_TRY(catalog->DropTable(identifier, call.options.purge, call.stop));
  return 0;
}

Result<int> LakeTableRename(LakeCall& call) {
  DVT_ASSIGN(const auto from, Named(call));
  DVT_ASSIGN(const auto to, lake::TableIdentifier::Parse(call.options.other));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_TRY(catalog->RenameTable(from, to, call.stop));
  return 0;
}

Result<int> LakeTableRegister(LakeCall& call) {
  DVT_ASSIGN(const auto identifier, Named(call));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_TRY(catalog->RegisterTable(identifier, call.options.other, call.stop));
  return 0;
}

Result<int> LakeViewList(LakeCall& call) {
  DVT_ASSIGN(const auto levels, lake::ParseNamespace(call.options.name));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const auto views, catalog->ListViews(levels, call.stop));
  return PrintNames(call, views);
}

Result<int> LakeViewShow(LakeCall& call) {
  DVT_ASSIGN(const auto identifier, Named(call));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_ASSIGN(const Value view, catalog->LoadView(identifier, call.stop));
  const Value& metadata = view["metadata"];
  std::string text = fmt::format("{}\n\n", identifier.ToString());
  const Value* version = nullptr;
  for (const auto& each : ItemsOf(metadata["versions"]))
    if (each["version-id"].ToText() == metadata["current-version-id"].ToText()) version = &each;
  for (const auto& schema : ItemsOf(metadata["schemas"])) {
    if (version == nullptr || schema["schema-id"].ToText() != (*version)["schema-id"].ToText()) continue;
    for (const auto& field : ItemsOf(schema["fields"]))
      text += fmt::format("{:4}  {}  {}\n", field["id"].ToText(), field["name"].ToText(),
                          field["type"].is_string() ? field["type"].as_string() : ToJson(field["type"]));
  }
  if (version != nullptr)
    for (const auto& said : ItemsOf((*version)["representations"]))
      text += fmt::format("\n{}: {}\n", said["dialect"].ToText(), said["sql"].ToText());
  call.Print(view, text);
  return 0;
}

Result<int> LakeViewRename(LakeCall& call) {
  DVT_ASSIGN(const auto from, Named(call));
  DVT_ASSIGN(const auto to, lake::TableIdentifier::Parse(call.options.other));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_TRY(catalog->RenameView(from, to, call.stop));
  return 0;
}

Result<int> LakeViewDrop(LakeCall& call) {
  DVT_ASSIGN(const auto identifier, Named(call));
  DVT_ASSIGN(const auto catalog, call.Catalog());
  DVT_TRY(catalog->DropView(identifier, call.stop));
  return 0;
}

}  // namespace dvt::cli
