#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dvt/lake/table/table.h"

namespace dvt::lake {

/// The id that a catalog gives a new schema: that of an equal one, or the next.
int NextSchemaId(const TableMetadata& table, const Schema& schema);

/// What one snapshot changes.
struct SnapshotChange {
  std::string operation = "append";  ///< append, overwrite, delete, replace
  std::string branch = "main";
  std::vector<DataFile> added;
  std::vector<DataFile> added_deletes;
  std::set<std::string> removed;  ///< paths of data files taken away; each must still be there at the commit
  /// Called with the table as it now is whenever the commit starts from a newer base: an error ends it (somebody changed what this change
  /// was made from).
  std::function<Status(const Table& table)> validate;
  std::optional<Schema> schema;  ///< a new current schema; the id is given out by the commit
  int last_column_id = 0;
  std::optional<PartitionSpec> spec;  ///< a new default partitioning, with the ids that it will have
  std::optional<SortOrder> order;     ///< a new default order
  Properties properties;              ///< of the table, to be set
  bool creates = false;               ///< the table was staged: this commit makes it
  Properties summary;                 ///< entries besides the counted ones
  /// Only the manifests are written again (ManifestRewrite), up to so many bytes each.
  std::optional<size_t> manifest_target = {};
  bool keep_added = false;  ///< added files stay after a failed commit: the caller uses or removes them
};

/// The partitioning or order with that content which the table has or, if it has none, with the ids that a new one gets.
PartitionSpec NumberedSpec(const TableMetadata& table, PartitionSpec spec);
SortOrder NumberedOrder(const TableMetadata& table, SortOrder order);

/// That rows can be written to the branch: before the first file is. kNotFound names the branches that there are.
Status CheckWritable(const Table& table, const std::string& branch, bool may_be_new);

/// Writes manifests and commits, again from the newest base when somebody else was faster; when the catalog does not say whether it
/// committed, the table is looked at first. Afterwards the table holds the new metadata. On failure all manifests and the added files are removed,
/// unless it is not known whether the commit was done (kStartOver). Returns the snapshot's id.
Result<int64_t> CommitSnapshot(Table& table, const SnapshotChange& change, std::stop_token stop);

/// Commits updates that need no snapshot (properties, schema, refs); `make` gives requirements and updates for the newest base.
struct MetadataChange {
  Value requirements = Value::MakeList();
  Value updates = Value::MakeList();
  /// Whether a table, as it is after the answer was lost, shows that this was done; none: a lost answer is told (kStartOver).
  std::function<bool(const TableMetadata& now)> done = {};
};
/// The new columns, partitioning, order and properties of a change, without a snapshot; no updates if it has none.
MetadataChange MetadataOnly(const TableMetadata& base, const SnapshotChange& change);
Status CommitMetadata(Table& table, const std::function<Result<MetadataChange>(const TableMetadata&)>& make,
                      std::stop_token stop);

}  // namespace dvt::lake
