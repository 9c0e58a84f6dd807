#include <fmt/format.h>

#include <algorithm>

#include "dvt/lake/iceberg/json_fields.h"
#include "dvt/lake/iceberg/metadata.h"

namespace dvt::lake {

namespace {

constexpr int kNewestVersion = 3;

template <class T>
void SetIf(Value& json, const char* key, const std::optional<T>& value) {
  if (value) json.Set(key, *value);
}

// Reads every element of a list by `read` and appends it to `out`.
template <class T, class Read>
Status ReadList(const Value& list, std::vector<T>& out, const Read& read) {
  if (!list.is_list()) return {};
  for (const auto& each : list.list()) {
    DVT_ASSIGN(T item, read(each));
    out.push_back(std::move(item));
  }
  return {};
}

template <class T, class Write>
Value WriteList(const std::vector<T>& items, const Write& write) {
  Value list = Value::MakeList();
  for (const auto& item : items) list.Push(write(item));
  return list;
}

Status ReadSchemas(const Value& json, TableMetadata& out) {
  DVT_TRY(ReadList(json["schemas"], out.schemas, SchemaFromJson));
  if (out.schemas.empty()) {  // v1 may have one schema only
    DVT_ASSIGN(auto schema, SchemaFromJson(json["schema"]));
    out.schemas.push_back(std::move(schema));
    out.current_schema_id = out.schemas[0].id;
    return {};
  }
  DVT_ASSIGN(const int64_t current, RequiredInt(json, "current-schema-id"));
  out.current_schema_id = static_cast<int>(current);
  return {};
}

Status ReadSpecs(const Value& json, TableMetadata& out) {
  DVT_TRY(ReadList(json["partition-specs"], out.partition_specs, PartitionSpecFromJson));
  if (out.partition_specs.empty()) {
    PartitionSpec spec;
    DVT_ASSIGN(spec.fields, PartitionFieldsFromJson(json["partition-spec"]));
    out.partition_specs.push_back(std::move(spec));
  }
  out.default_spec_id = static_cast<int>(OptionalInt(json, "default-spec-id", out.partition_specs[0].id));
  int highest = 999;
  for (const auto& spec : out.partition_specs) highest = std::max(highest, spec.HighestFieldId());
  out.last_partition_id = static_cast<int>(OptionalInt(json, "last-partition-id", highest));
  return {};
}

Status ReadOrders(const Value& json, TableMetadata& out) {
  DVT_TRY(ReadList(json["sort-orders"], out.sort_orders, SortOrderFromJson));
  if (out.sort_orders.empty()) out.sort_orders.emplace_back();
  out.default_sort_order_id = static_cast<int>(OptionalInt(json, "default-sort-order-id", 0));
  return {};
}

Status ReadSnapshots(const Value& json, TableMetadata& out) {
  DVT_TRY(ReadList(json["snapshots"], out.snapshots, SnapshotFromJson));
  out.current_snapshot_id = MaybeInt(json, "current-snapshot-id");
  if (out.current_snapshot_id && *out.current_snapshot_id < 0) out.current_snapshot_id.reset();  // v1 writes -1 for none
  DVT_TRY(ReadList(json["snapshot-log"], out.snapshot_log, [](const Value& each) -> Result<SnapshotLogEntry> {
    return SnapshotLogEntry{OptionalInt(each, "timestamp-ms", 0), OptionalInt(each, "snapshot-id", 0)};
  }));
  DVT_TRY(ReadList(json["metadata-log"], out.metadata_log, [](const Value& each) -> Result<MetadataLogEntry> {
    return MetadataLogEntry{OptionalInt(each, "timestamp-ms", 0), OptionalText(each, "metadata-file")};
  }));
  if (json["refs"].is_map()) {
    for (const auto& entry : json["refs"].map()) {
      DVT_ASSIGN(auto ref, RefFromJson(entry.value));
      out.refs.emplace(entry.key, ref);
    }
  }
  if (out.current_snapshot_id && !out.refs.contains("main")) out.refs["main"] = SnapshotRef{*out.current_snapshot_id};
  return {};
}

Status CheckWhole(const TableMetadata& table) {
  const auto missing = [](const char* what, int64_t id) {
    return Error(ErrorCode::kData, fmt::format("the table's metadata names {} {} but does not hold it", what, id));
  };
  if (table.FindSchema(table.current_schema_id) == nullptr) return missing("the schema", table.current_schema_id);
  if (table.FindSpec(table.default_spec_id) == nullptr) return missing("the partition spec", table.default_spec_id);
  if (table.FindSortOrder(table.default_sort_order_id) == nullptr) return missing("the sort order", table.default_sort_order_id);
  if (table.current_snapshot_id && table.current_snapshot() == nullptr)
    return missing("the snapshot", *table.current_snapshot_id);
  return {};
}

// What v1 readers look for besides: the current schema and spec outside their lists.
void AddVersion1(const TableMetadata& table, Value& json) {
  json.Set("schema", SchemaToJson(table.schema()));
  json.Set("partition-spec", PartitionSpecToJson(table.spec())["fields"]);
}

}  // namespace

Result<SnapshotRef> RefFromJson(const Value& json) {
  SnapshotRef ref;
  DVT_ASSIGN(ref.snapshot_id, RequiredInt(json, "snapshot-id"));
  ref.branch = OptionalText(json, "type") != "tag";
  if (const auto keep = MaybeInt(json, "min-snapshots-to-keep")) ref.min_snapshots_to_keep = static_cast<int>(*keep);
  ref.max_snapshot_age_ms = MaybeInt(json, "max-snapshot-age-ms");
  ref.max_ref_age_ms = MaybeInt(json, "max-ref-age-ms");
  return ref;
}

Value RefToJson(const SnapshotRef& ref) {
  Value json = Value::MakeMap();
  json.Set("snapshot-id", ref.snapshot_id);
  json.Set("type", ref.branch ? "branch" : "tag");
  SetIf(json, "min-snapshots-to-keep", ref.min_snapshots_to_keep);
  SetIf(json, "max-snapshot-age-ms", ref.max_snapshot_age_ms);
  SetIf(json, "max-ref-age-ms", ref.max_ref_age_ms);
  return json;
}

Result<Snapshot> SnapshotFromJson(const Value& json) {
  Snapshot snapshot;
  DVT_ASSIGN(snapshot.id, RequiredInt(json, "snapshot-id"));
  snapshot.parent_id = MaybeInt(json, "parent-snapshot-id");
  if (snapshot.parent_id && *snapshot.parent_id < 0) snapshot.parent_id.reset();
  snapshot.sequence_number = OptionalInt(json, "sequence-number", 0);
  snapshot.timestamp_ms = OptionalInt(json, "timestamp-ms", 0);
  snapshot.manifest_list = OptionalText(json, "manifest-list");
  if (json["manifests"].is_list()) {
    for (const auto& each : json["manifests"].list()) snapshot.manifests.push_back(each.ToText());
  }
  snapshot.summary = TextMapOf(json["summary"]);
  if (const auto id = MaybeInt(json, "schema-id")) snapshot.schema_id = static_cast<int>(*id);
  snapshot.first_row_id = MaybeInt(json, "first-row-id");
  snapshot.added_rows = MaybeInt(json, "added-rows");
  return snapshot;
}

Value SnapshotToJson(const Snapshot& snapshot) {
  Value json = Value::MakeMap();
  json.Set("snapshot-id", snapshot.id);
  SetIf(json, "parent-snapshot-id", snapshot.parent_id);
  if (snapshot.sequence_number > 0) json.Set("sequence-number", snapshot.sequence_number);  // v1 has none
  json.Set("timestamp-ms", snapshot.timestamp_ms);
  if (!snapshot.manifest_list.empty()) json.Set("manifest-list", snapshot.manifest_list);
  if (!snapshot.manifests.empty()) {
    json.Set("manifests", WriteList(snapshot.manifests, [](const std::string& path) { return Value(path); }));
  }
  if (!snapshot.summary.empty()) json.Set("summary", TextMapToJson(snapshot.summary));
  SetIf(json, "schema-id", snapshot.schema_id);
  SetIf(json, "first-row-id", snapshot.first_row_id);
  SetIf(json, "added-rows", snapshot.added_rows);
  return json;
}

Result<TableMetadata> MetadataFromJson(const Value& json) {
  TableMetadata table;
  DVT_ASSIGN(const int64_t version, RequiredInt(json, "format-version"));
  if (version < 1 || version > kNewestVersion) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("the table has format version {}; versions 1 to {} can be read", version, kNewestVersion));
  }
  table.format_version = static_cast<int>(version);
  table.table_uuid = OptionalText(json, "table-uuid");
  DVT_ASSIGN(table.location, RequiredText(json, "location"));
  table.last_sequence_number = OptionalInt(json, "last-sequence-number", 0);
  table.last_updated_ms = OptionalInt(json, "last-updated-ms", 0);
  DVT_TRY(ReadSchemas(json, table));
  int highest = 0;
  for (const auto& schema : table.schemas) highest = std::max(highest, schema.HighestId());
  table.last_column_id = static_cast<int>(OptionalInt(json, "last-column-id", highest));
  DVT_TRY(ReadSpecs(json, table));
  DVT_TRY(ReadOrders(json, table));
  table.properties = TextMapOf(json["properties"]);
  DVT_TRY(ReadSnapshots(json, table));
  if (json["statistics"].is_list()) table.statistics = json["statistics"];
  if (json["partition-statistics"].is_list()) table.partition_statistics = json["partition-statistics"];
  table.next_row_id = MaybeInt(json, "next-row-id");
  table.encryption_keys = json["encryption-keys"];
  DVT_TRY(CheckWhole(table));
  return table;
}

Value MetadataToJson(const TableMetadata& table) {
  Value json = Value::MakeMap();
  json.Set("format-version", table.format_version);
  json.Set("table-uuid", table.table_uuid);
  json.Set("location", table.location);
  if (table.format_version > 1) json.Set("last-sequence-number", table.last_sequence_number);
  json.Set("last-updated-ms", table.last_updated_ms);
  json.Set("last-column-id", table.last_column_id);
  if (table.format_version == 1) AddVersion1(table, json);
  json.Set("schemas", WriteList(table.schemas, SchemaToJson));
  json.Set("current-schema-id", table.current_schema_id);
  json.Set("partition-specs", WriteList(table.partition_specs, PartitionSpecToJson));
  json.Set("default-spec-id", table.default_spec_id);
  json.Set("last-partition-id", table.last_partition_id);
  json.Set("sort-orders", WriteList(table.sort_orders, SortOrderToJson));
  json.Set("default-sort-order-id", table.default_sort_order_id);
  json.Set("properties", TextMapToJson(table.properties));
  if (table.current_snapshot_id || table.format_version < 3)
    json.Set("current-snapshot-id", table.current_snapshot_id.value_or(-1));
  Value& refs = json.Set("refs", Value::MakeMap());
  for (const auto& [name, ref] : table.refs) refs.Set(name, RefToJson(ref));
  json.Set("snapshots", WriteList(table.snapshots, SnapshotToJson));
  json.Set("statistics", table.statistics);
  json.Set("partition-statistics", table.partition_statistics);
  json.Set("snapshot-log", WriteList(table.snapshot_log, [](const SnapshotLogEntry& entry) {
             Value each = Value::MakeMap();
             each.Set("timestamp-ms", entry.timestamp_ms);
             each.Set("snapshot-id", entry.snapshot_id);
             return each;
           }));
  json.Set("metadata-log", WriteList(table.metadata_log, [](const MetadataLogEntry& entry) {
             Value each = Value::MakeMap();
             each.Set("timestamp-ms", entry.timestamp_ms);
             each.Set("metadata-file", entry.metadata_file);
             return each;
           }));
  SetIf(json, "next-row-id", table.next_row_id);
  if (!table.encryption_keys.is_null()) json.Set("encryption-keys", table.encryption_keys);
  return json;
}

}  // namespace dvt::lake
