#include "dvt/artifacts/catalog/catalog_file.h"

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"

namespace dvt::artifacts {

namespace {

// dbt's adapters for these systems know no statistics, and say so.
Value NoStatistics() {
  Value statistic = Value::MakeMap();
  statistic.Set("id", "has_stats");
  statistic.Set("label", "Has Stats?");
  statistic.Set("value", false);
  statistic.Set("include", false);
  statistic.Set("description", "Indicates whether there are statistics for this table");
  Value all = Value::MakeMap();
  all.Set("has_stats", std::move(statistic));
  return all;
}

Value EntryValue(const model::CatalogEntry& entry) {
  Value metadata = Value::MakeMap();
  metadata.Set("type", entry.kind);
  metadata.Set("schema", entry.schema);
  metadata.Set("name", entry.name);
  metadata.Set("database", entry.database.empty() ? Value() : Value(entry.database));
  metadata.Set("comment", entry.comment ? Value(*entry.comment) : Value());
  metadata.Set("owner", entry.owner.empty() ? Value() : Value(entry.owner));
  Value columns = Value::MakeMap();
  int64_t index = 0;
  for (const auto& column : entry.columns) {
    Value value = Value::MakeMap();
    value.Set("type", column.type);
    value.Set("index", ++index);
    value.Set("name", column.name);
    value.Set("comment", column.comment ? Value(*column.comment) : Value());
    columns.Set(column.name, std::move(value));
  }
  Value value = Value::MakeMap();
  value.Set("metadata", std::move(metadata));
  value.Set("columns", std::move(columns));
  value.Set("stats", NoStatistics());
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
