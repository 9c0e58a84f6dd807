#include "dvt/artifacts/catalog/catalog_file.h"

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {

namespace {

Value Statistic(const char* id, const char* label, Value value, bool include, const char* about) {
  Value statistic = Value::MakeMap();
  statistic.Set("id", id);
  statistic.Set("label", label);
  statistic.Set("value", std::move(value));
  statistic.Set("include", include);
  statistic.Set("description", about);
  return statistic;
}

Value StatisticsOf(const model::CatalogEntry& entry) {
  Value all = Value::MakeMap();
  const bool any = entry.estimated_rows || entry.estimated_bytes;
  if (entry.estimated_rows)
    all.Set("num_rows",
            Statistic("num_rows", "Approximate rows", *entry.estimated_rows, true, "Rows, by the system's statistics"));
  if (entry.estimated_bytes)
    all.Set("bytes", Statistic("bytes", "Approximate size", *entry.estimated_bytes, true, "Bytes, by the system's statistics"));
  all.Set("has_stats", Statistic("has_stats", "Has Stats?", any, false, "Whether the system has statistics of this relation"));
  return all;
}

Value EntryValue(const model::CatalogEntry& entry) {
  Value metadata = Value::MakeMap();
  metadata.Set("type", entry.kind);
  metadata.Set("schema", entry.schema);
  metadata.Set("name", entry.name);
  metadata.Set("database", entry.database.empty() ? Value() : Value(entry.database));
  metadata.Set("comment", Value());
  metadata.Set("owner", Value());
  Value columns = Value::MakeMap();
  int64_t index = 0;
  for (const auto& column : entry.columns) {
    Value value = Value::MakeMap();
    value.Set("type", column.type);
    value.Set("index", ++index);
    value.Set("name", column.name);
    value.Set("comment", Value());
    columns.Set(column.name, std::move(value));
  }
  Value value = Value::MakeMap();
  value.Set("metadata", std::move(metadata));
  value.Set("columns", std::move(columns));
  value.Set("stats", StatisticsOf(entry));
  value.Set("unique_id", entry.unique_id);
  return value;
}

Value Entries(const std::vector<model::CatalogEntry>& entries) {
  Value map = Value::MakeMap();
  for (const auto& entry : entries) map.Set(entry.unique_id, EntryValue(entry));
  return map;
}

}  // namespace

std::string CatalogJson(const model::Catalog& catalog, const Metadata& metadata) {
  Value root = Value::MakeMap();
  root.Set("metadata", MetadataToValue(metadata, "https://schemas.getdbt.com/dbt/catalog/v1.json"));
  root.Set("nodes", Entries(catalog.nodes));
  root.Set("sources", Entries(catalog.sources));
  Value errors;
  if (!catalog.errors.empty()) {
    errors = Value::MakeList();
    for (const auto& error : catalog.errors) errors.Push(error);
  }
  root.Set("errors", std::move(errors));
  SecretRegistry::RedactAll(root);
  return ToJson(root);
}

Status WriteCatalog(const std::string& folder, const model::Catalog& catalog, const Metadata& metadata) {
  return WriteFileAtomic(JoinPath(folder, "catalog.json"), CatalogJson(catalog, metadata));
}

}  // namespace dvt::artifacts
