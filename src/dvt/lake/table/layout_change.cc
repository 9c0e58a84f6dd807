#include "dvt/lake/table/layout_change.h"

#include <fmt/format.h>

#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/span_internal.h"

namespace dvt::lake {

namespace {

constexpr const char* kMapping = "schema.name-mapping.default";

std::map<int, std::string> UsesOf(const TableMetadata& table) {
  std::map<int, std::string> uses;
  for (const auto& field : table.spec().fields)
    if (field.transform.kind() != TransformKind::kVoid) uses[field.source_id] = "partitions";
  for (const auto& field : table.sort_order().fields) uses.emplace(field.source_id, "order");
  for (const int id : table.schema().identifier_ids) uses.emplace(id, "key");
  return uses;
}

Result<SnapshotChange> NewColumns(const TableMetadata& base, const std::vector<ColumnChange>& changes) {
  EvolvedSchema evolved{base.schema(), base.last_column_id, false};
  const auto uses = UsesOf(base);
  for (const auto& change : changes) DVT_TRY(ApplyColumnChange(change, uses, evolved));
  SnapshotChange out;
  if (!evolved.changed) return out;
  out.schema = evolved.schema;
  out.last_column_id = evolved.last_column_id;
  if (const std::string text = base.Property(kMapping, ""); !text.empty()) {
    DVT_ASSIGN(const Value json, ParseJson(text));
    DVT_ASSIGN(NameMapping mapping, NameMapping::FromJson(json));
    ExtendMapping(mapping, evolved.schema);
    out.properties[kMapping] = ToJson(mapping.ToJson());
  }
  return out;
}

Result<SnapshotChange> NewLayout(const Table& table, const std::optional<std::string>& partition_by,
                                 const std::optional<std::string>& sorted_by) {
  const TableMetadata& base = table.metadata();
  SnapshotChange out;
  if (partition_by) {
    DVT_ASSIGN(PartitionSpec spec, ParsePartitionSpec(*partition_by, base.schema()));
    spec = NumberedSpec(base, std::move(spec));
    if (spec.id != base.default_spec_id) {
      if (base.format_version < 2)
        return Error(ErrorCode::kUnsupported,
                     fmt::format("{} has format version 1, whose partitioning cannot be changed", table.identifier().ToString()));
      out.spec = std::move(spec);
    }
  }
  if (sorted_by) {
    DVT_ASSIGN(SortOrder order, ParseSortOrder(*sorted_by, base.schema()));
    order = NumberedOrder(base, std::move(order));
    if (order.id != base.default_sort_order_id) out.order = std::move(order);
  }
  return out;
}

Status Commit(const char* operation, Table& table, const std::function<Result<SnapshotChange>(const TableMetadata&)>& make,
              std::stop_token stop) {
  return InSpan(operation, table.identifier(), [&](Span&) -> Status {
    DVT_TRY(CheckWritable(table, "main", false));
    return CommitMetadata(
        table,
        [&](const TableMetadata& base) -> Result<MetadataChange> {
          DVT_ASSIGN(const SnapshotChange change, make(base));
          return MetadataOnly(base, change);
        },
        stop);
  });
}

}  // namespace

Status ChangeColumns(Table& table, const std::vector<ColumnChange>& changes, std::stop_token stop) {
  return Commit(
      "iceberg.change_columns", table, [&](const TableMetadata& base) { return NewColumns(base, changes); }, stop);
}

Status ChangeLayout(Table& table, const std::optional<std::string>& partition_by, const std::optional<std::string>& sorted_by,
                    std::stop_token stop) {
  return Commit(
      "iceberg.change_layout", table, [&](const TableMetadata&) { return NewLayout(table, partition_by, sorted_by); }, stop);
}

}  // namespace dvt::lake
