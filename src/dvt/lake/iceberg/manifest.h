#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dvt/lake/avro/container.h"
#include "dvt/lake/iceberg/metadata.h"

namespace dvt::lake {

enum class FileContent : uint8_t { kData, kPositionDeletes, kEqualityDeletes };

/// A data or delete file with what its manifest knows of it. Maps are by column id; bounds are in the binary single-value form.
struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;
  std::string format = "PARQUET";
  int spec_id = 0;
  PartitionValues partition;
  int64_t record_count = 0;
  int64_t file_size = 0;
  std::map<int, int64_t> column_sizes;
  std::map<int, int64_t> value_counts;
  std::map<int, int64_t> null_value_counts;
  std::map<int, int64_t> nan_value_counts;
  std::map<int, std::string> lower_bounds;
  std::map<int, std::string> upper_bounds;
  std::optional<std::string> key_metadata;
  std::vector<int64_t> split_offsets;
  std::vector<int> equality_ids;
  std::optional<int> sort_order_id;
  std::optional<int64_t> first_row_id;              ///< v3
  std::optional<std::string> referenced_data_file;  ///< of position deletes
  std::optional<int64_t> content_offset;            ///< v3, delete vectors
  std::optional<int64_t> content_size;              ///< v3, delete vectors
};

enum class EntryStatus : uint8_t { kExisting, kAdded, kDeleted };

/// A line of a manifest. Ids that a writer left to be inherited are filled in by ReadManifest.
struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<int64_t> snapshot_id;
  std::optional<int64_t> sequence_number;
  std::optional<int64_t> file_sequence_number;
  DataFile file;
};

/// What a manifest's files hold of one partition field.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
};

/// A line of a manifest list.
struct ManifestFile {
  std::string path;
  int64_t length = 0;
  int spec_id = 0;
  bool deletes = false;
  int64_t sequence_number = 0;  ///< kUnassigned until the list is written
  int64_t min_sequence_number = 0;
  int64_t added_snapshot_id = 0;
  int64_t added_files = 0, existing_files = 0, deleted_files = 0;
  int64_t added_rows = 0, existing_rows = 0, deleted_rows = 0;
  bool has_counts = true;  ///< v1 may not know them
  std::optional<std::vector<FieldSummary>> partitions;
  std::optional<std::string> key_metadata;
  std::optional<int64_t> first_row_id;  ///< v3

  static constexpr int64_t kUnassigned = -1;
  bool has_live_files() const { return !has_counts || added_files + existing_files > 0; }
};

/// Calls `entry` for every line. `spec` is the manifest's; partitions come in its order, typed by `schema`.
Status ReadManifest(std::string_view bytes, const ManifestFile& manifest, const PartitionSpec& spec, const Schema& schema,
                    const std::function<Status(ManifestEntry&&)>& entry);
Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes);

/// Collects entries into one manifest's bytes and its line for the list.
class ManifestWriter {
 public:
  static Result<ManifestWriter> Make(int format_version, const PartitionSpec& spec, const Schema& schema, bool deletes,
                                     int64_t snapshot_id, avro::Codec codec);

  /// Added entries leave their sequence number to be inherited; existing and deleted ones must carry theirs.
  Status Append(const ManifestEntry& entry);
  bool empty() const { return summary_.added_files + summary_.existing_files + summary_.deleted_files == 0; }
  size_t size() const { return container_.size(); }
  /// Packs what was appended, after which size() is the length that the file would have.
  Status Flush() { return container_.Flush(); }
  /// The file's bytes; `summary` gets all but the path.
  Result<std::string> Finish(ManifestFile& summary);

 private:
  ManifestWriter(avro::ContainerWriter container) : container_(std::move(container)) {}  // NOLINT
  void Count(const ManifestEntry& entry);
  void Widen(const PartitionValues& partition);

  int version_ = 2;
  Type partition_type_;
  std::vector<Literal> lower_, upper_;
  ManifestFile summary_;
  avro::ContainerWriter container_;
};

/// The bytes of a snapshot's manifest list; unassigned sequence numbers become the snapshot's. For v3, manifests of data without a
/// first row id get theirs from `next_row_id` on, which then counts the rows given out.
Result<std::string> WriteManifestList(int format_version, const Snapshot& snapshot, const std::vector<ManifestFile>& manifests,
                                      avro::Codec codec, int64_t* next_row_id = nullptr);

}  // namespace dvt::lake
