#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dvt/lake/iceberg/partition.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

using Properties = std::map<std::string, std::string>;

/// The table's content as of one commit.
struct Snapshot {
  int64_t id = 0;
  std::optional<int64_t> parent_id;
  int64_t sequence_number = 0;
  int64_t timestamp_ms = 0;
  std::string manifest_list;           ///< location of the list; empty if `manifests` names them
  std::vector<std::string> manifests;  ///< v1 only
  Properties summary;                  ///< "operation" included
  std::optional<int> schema_id;
  std::optional<int64_t> first_row_id;  ///< v3
  std::optional<int64_t> added_rows;    ///< v3

  std::string operation() const;
};

/// A branch or a tag.
struct SnapshotRef {
  int64_t snapshot_id = 0;
  bool branch = true;
  std::optional<int> min_snapshots_to_keep;
  std::optional<int64_t> max_snapshot_age_ms;
  std::optional<int64_t> max_ref_age_ms;
};

struct SnapshotLogEntry {
  int64_t timestamp_ms = 0;
  int64_t snapshot_id = 0;
};

struct MetadataLogEntry {
  int64_t timestamp_ms = 0;
  std::string metadata_file;
};

/// All that a table's metadata file says. Statistics and keys are kept as they stand, for the round trip.
struct TableMetadata {
  int format_version = 2;
  std::string table_uuid;
  std::string location;
  int64_t last_sequence_number = 0;
  int64_t last_updated_ms = 0;
  int last_column_id = 0;
  std::vector<Schema> schemas;
  int current_schema_id = 0;
  std::vector<PartitionSpec> partition_specs;
  int default_spec_id = 0;
  int last_partition_id = 999;
  std::vector<SortOrder> sort_orders;
  int default_sort_order_id = 0;
  Properties properties;
  std::optional<int64_t> current_snapshot_id;
  std::vector<Snapshot> snapshots;
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::map<std::string, SnapshotRef> refs;
  Value statistics = Value::MakeList();
  Value partition_statistics = Value::MakeList();
  std::optional<int64_t> next_row_id;  ///< v3
  Value encryption_keys;               ///< v3

  const Schema* FindSchema(int id) const;
  const PartitionSpec* FindSpec(int id) const;
  const SortOrder* FindSortOrder(int id) const;
  const Snapshot* FindSnapshot(int64_t id) const;
  /// These exist in every metadata that was read.
  const Schema& schema() const;
  const PartitionSpec& spec() const;
  const SortOrder& sort_order() const;
  /// Null for a table without rows so far.
  const Snapshot* current_snapshot() const;
  /// The newest snapshot of a branch or the one of a tag; nullptr if there is no such ref.
  const Snapshot* SnapshotOfRef(const std::string& name) const;
  /// What the next snapshot of a branch is made on: its newest one or, of a branch that is still to be made, main's.
  const Snapshot* HeadFor(const std::string& branch) const;
  /// "no branch 'mian' Did you mean 'main'? It has main, side": what to say of a ref that is not there; `kind` is "branch", "branch or tag".
  std::string NoRef(const std::string& name, const char* kind, bool branches_only) const;
  /// The snapshot that was current at a moment, by the log; nullptr before the first.
  const Snapshot* SnapshotAt(int64_t timestamp_ms) const;
  /// The schema that a snapshot was written with; the current one if it does not say.
  const Schema& SchemaOf(const Snapshot& snapshot) const;

  std::string Property(const std::string& key, const std::string& otherwise) const;
  int64_t IntProperty(const std::string& key, int64_t otherwise) const;
  bool BoolProperty(const std::string& key, bool otherwise) const;
};

/// Reads metadata of v1, v2 and v3 and checks that what is named (current schema, spec, order, snapshot) exists. kData says what is
/// missing; kUnsupported refuses newer versions.
Result<TableMetadata> MetadataFromJson(const Value& json);
/// From a file's text, gzip included.
Result<TableMetadata> ParseMetadata(std::string_view text);
/// Writes v2 or v3 as it is; v1 as v1.
Value MetadataToJson(const TableMetadata& metadata);

Result<Snapshot> SnapshotFromJson(const Value& json);
Value SnapshotToJson(const Snapshot& snapshot);
Value RefToJson(const SnapshotRef& ref);
Result<SnapshotRef> RefFromJson(const Value& json);

/// A random positive id for a new snapshot.
int64_t NewSnapshotId();
/// Milliseconds since the epoch.
int64_t NowMs();

}  // namespace dvt::lake
