#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/manifest_rewrite.h"

namespace dvt::lake {

/// What manifests of a table are packed with, and up to how many bytes they are made.
avro::Codec ManifestCodec(const TableMetadata& table);
size_t ManifestTarget(const TableMetadata& table);
/// A number of a snapshot's summary; 0 if it is not there.
int64_t CountIn(const Properties& summary, const std::string& key);

/// Makes a snapshot's manifests and manifest list on top of the table's newest one. Manifests of added files are written once, whatever the base;
/// those that lose files are written again for every base, as are many small ones as one. Not thread-safe.
class SnapshotBuilder {
 public:
  SnapshotBuilder(const Table& table, const SnapshotChange& change);

  /// kDeadlock if a file to be removed is no longer in the table.
  Result<Snapshot> Build(std::stop_token stop);
  /// Removes what earlier attempts wrote and the last one does not use.
  void RemoveUnused();
  void RemoveAll();

 private:
  struct Removed {
    int64_t files = 0, rows = 0, bytes = 0;
  };

  Status WriteAdded();
  Status WriteManifests(const std::vector<DataFile>& files, bool deletes);
  Status TakeOver(const ManifestFile& manifest, std::vector<ManifestFile>& out);
  Status Rewrite(const ManifestFile& manifest, const PartitionSpec& spec, const std::vector<ManifestEntry>& entries,
                 std::vector<ManifestFile>& out);
  /// Small manifests of one kind become few, if there are as many as the table's commit.manifest.min-count-to-merge.
  Status MergeSmall(std::vector<ManifestFile>& manifests, std::stop_token stop);
  Status MergeGroup(const std::vector<ManifestFile>& group, std::vector<ManifestFile>& out, std::stop_token stop);
  Result<ManifestFile> Store(ManifestWriter& writer);
  /// The manifests of the new snapshot besides those of added files.
  Result<std::vector<ManifestFile>> ManifestsOn(const Snapshot* parent, std::stop_token stop);
  Properties Summary(const Snapshot* parent) const;
  std::string MetadataFolder() const;
  const PartitionSpec* FindSpec(int id) const;
  /// A schema that has the columns a spec is made of.
  const Schema& SchemaFor(const PartitionSpec& spec) const;
  const Schema& schema() const { return change_.schema ? *change_.schema : table_.metadata().schema(); }

  const Table& table_;
  const SnapshotChange& change_;
  int64_t snapshot_id_;
  std::string run_;
  int next_manifest_ = 0, attempt_ = 0;
  bool added_written_ = false;
  std::vector<ManifestFile> added_;
  std::set<std::string> missing_;  // removed files not found yet in this attempt
  Removed removed_;
  std::optional<ManifestRewrite> rewrite_;
  std::vector<std::string> of_attempt_, stale_, kept_;  // files written
};

}  // namespace dvt::lake
