#include <fmt/format.h>

#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/iceberg/manifest_schema_internal.h"

namespace dvt::lake {

namespace {

using avro::Datum;

/// The fields of one record of a file, found by id whatever their order.
class RecordReader {
 public:
  RecordReader(const avro::Node& schema, const Datum& datum) : schema_(schema), values_(datum.list()) {}

  const Datum* Find(int id, const char* name) const {
    const int index = schema_.IndexOf(id, name);
    if (index < 0 || values_ == nullptr || (*values_)[static_cast<size_t>(index)].is_null()) return nullptr;
    return &(*values_)[static_cast<size_t>(index)];
  }
  std::optional<int64_t> Int(int id, const char* name) const {
    const Datum* found = Find(id, name);
    if (found == nullptr || found->integer() == nullptr) return std::nullopt;
    return *found->integer();
  }
  std::optional<std::string> Bytes(int id, const char* name) const {
    const Datum* found = Find(id, name);
    if (found == nullptr || found->bytes() == nullptr) return std::nullopt;
    return *found->bytes();
  }
  std::optional<bool> Bool(int id, const char* name) const {
    const Datum* found = Find(id, name);
    if (found == nullptr || found->boolean() == nullptr) return std::nullopt;
    return *found->boolean();
  }
  std::vector<int64_t> Ints(int id, const char* name) const {
    std::vector<int64_t> out;
    const Datum* found = Find(id, name);
    if (found == nullptr || found->list() == nullptr) return out;
    for (const auto& each : *found->list())
      if (each.integer() != nullptr) out.push_back(*each.integer());
    return out;
  }
  // The record below a field, unions seen through.
  const avro::Node* Below(int id, const char* name) const {
    const int index = schema_.IndexOf(id, name);
    return index < 0 ? nullptr : Element(schema_.fields[static_cast<size_t>(index)].type.get());
  }
  static const avro::Node* Element(const avro::Node* node) {
    while (node != nullptr && (node->kind == avro::Kind::kUnion || node->kind == avro::Kind::kArray)) {
      const avro::Node* next = nullptr;
      for (const auto& branch : node->branches)
        if (branch->kind != avro::Kind::kNull) next = branch.get();
      node = next;
    }
    return node;
  }

 private:
  const avro::Node& schema_;
  const std::vector<Datum>* values_;
};

// A map of whole numbers: pairs in an array.
template <class Take>
void ReadPairs(const Datum* map, const Take& take) {
  if (map == nullptr || map->list() == nullptr) return;
  for (const auto& pair : *map->list()) {
    const auto* both = pair.list();
    if (both == nullptr || both->size() != 2 || (*both)[0].integer() == nullptr) continue;
    take(static_cast<int>(*(*both)[0].integer()), (*both)[1]);
  }
}

std::map<int, int64_t> IntMap(const Datum* map) {
  std::map<int, int64_t> out;
  ReadPairs(map, [&](int key, const Datum& value) {
    if (value.integer() != nullptr) out[key] = *value.integer();
  });
  return out;
}

std::map<int, std::string> BytesMap(const Datum* map) {
  std::map<int, std::string> out;
  ReadPairs(map, [&](int key, const Datum& value) {
    if (value.bytes() != nullptr) out[key] = *value.bytes();
  });
  return out;
}

Error Damaged(const ManifestFile& manifest, const char* what) {
  return Error(ErrorCode::kData, fmt::format("the manifest {} is damaged: {}", manifest.path, what));
}

Status ReadPartition(const avro::Node* schema, const Datum* datum, const PartitionSpec& spec, const Type& type, DataFile& file) {
  file.partition.assign(spec.fields.size(), Literal());
  if (schema == nullptr || datum == nullptr || datum->list() == nullptr) return {};
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const int index = schema->IndexOf(spec.fields[i].field_id, spec.fields[i].name);
    if (index < 0) continue;
    DVT_ASSIGN(file.partition[i], PartitionLiteral(type.fields[i].type, (*datum->list())[static_cast<size_t>(index)]));
  }
  return {};
}

void ReadStatistics(const RecordReader& record, DataFile& file) {
  file.column_sizes = IntMap(record.Find(108, "column_sizes"));
  file.value_counts = IntMap(record.Find(109, "value_counts"));
  file.null_value_counts = IntMap(record.Find(110, "null_value_counts"));
  file.nan_value_counts = IntMap(record.Find(137, "nan_value_counts"));
  file.lower_bounds = BytesMap(record.Find(125, "lower_bounds"));
  file.upper_bounds = BytesMap(record.Find(128, "upper_bounds"));
}

Status ReadFile(const RecordReader& record, const ManifestFile& manifest, const PartitionSpec& spec, const Type& type,
                DataFile& file) {
  const auto path = record.Bytes(100, "file_path");
  const auto rows = record.Int(103, "record_count");
  if (!path || !rows) return Damaged(manifest, "a file has no path or no number of rows");
  file.path = *path;
  file.record_count = *rows;
  const int64_t content = record.Int(134, "content").value_or(0);
  if (content < 0 || content > 2) return Damaged(manifest, "a file's content is of no known kind");
  file.content = static_cast<FileContent>(content);
  file.format = record.Bytes(101, "file_format").value_or("PARQUET");
  file.spec_id = spec.id;
  file.file_size = record.Int(104, "file_size_in_bytes").value_or(0);
  ReadStatistics(record, file);
  file.key_metadata = record.Bytes(131, "key_metadata");
  file.split_offsets = record.Ints(132, "split_offsets");
  for (const int64_t id : record.Ints(135, "equality_ids")) file.equality_ids.push_back(static_cast<int>(id));
  if (const auto order = record.Int(140, "sort_order_id")) file.sort_order_id = static_cast<int>(*order);
  file.first_row_id = record.Int(142, "first_row_id");
  file.referenced_data_file = record.Bytes(143, "referenced_data_file");
  file.content_offset = record.Int(144, "content_offset");
  file.content_size = record.Int(145, "content_size_in_bytes");
  return ReadPartition(record.Below(102, "partition"), record.Find(102, "partition"), spec, type, file);
}

Result<ManifestEntry> ReadEntry(const avro::Node& schema, const Datum& datum, const ManifestFile& manifest,
                                const PartitionSpec& spec, const Type& type) {
  ManifestEntry entry;
  const RecordReader record(schema, datum);
  const int64_t status = record.Int(0, "status").value_or(1);
  if (status < 0 || status > 2) return Damaged(manifest, "a file's status is of no known kind");
  entry.status = static_cast<EntryStatus>(status);
  entry.snapshot_id = record.Int(1, "snapshot_id").value_or(manifest.added_snapshot_id);
  entry.sequence_number = record.Int(3, "sequence_number");
  entry.file_sequence_number = record.Int(4, "file_sequence_number");
  // What was added with the manifest has the manifest's number. Manifests of version 1 have no numbers: all are 0.
  if (record.Below(3, "sequence_number") == nullptr) entry.sequence_number = entry.file_sequence_number = 0;
  const bool inherits = entry.status == EntryStatus::kAdded || manifest.sequence_number == 0;
  if (!entry.sequence_number && inherits) entry.sequence_number = manifest.sequence_number;
  if (!entry.file_sequence_number && inherits) entry.file_sequence_number = manifest.sequence_number;
  if (!entry.sequence_number) return Damaged(manifest, "an existing file has no sequence number");
  const avro::Node* below = record.Below(2, "data_file");
  const Datum* file = record.Find(2, "data_file");
  if (below == nullptr || file == nullptr) return Damaged(manifest, "an entry has no data file");
  DVT_TRY(ReadFile(RecordReader(*below, *file), manifest, spec, type, entry.file));
  return entry;
}

std::optional<std::vector<FieldSummary>> ReadSummaries(const RecordReader& record) {
  const Datum* list = record.Find(507, "partitions");
  const avro::Node* below = record.Below(507, "partitions");
  if (list == nullptr || list->list() == nullptr || below == nullptr) return std::nullopt;
  std::vector<FieldSummary> out;
  for (const auto& each : *list->list()) {
    const RecordReader summary(*below, each);
    out.push_back({summary.Bool(509, "contains_null").value_or(true), summary.Bool(518, "contains_nan"),
                   summary.Bytes(510, "lower_bound"), summary.Bytes(511, "upper_bound")});
  }
  return out;
}

Result<ManifestFile> ReadListEntry(const avro::Node& schema, const Datum& datum) {
  const RecordReader record(schema, datum);
  ManifestFile manifest;
  const auto path = record.Bytes(500, "manifest_path");
  if (!path) return Error(ErrorCode::kData, "the manifest list is damaged: a line has no path");
  manifest.path = *path;
  manifest.length = record.Int(501, "manifest_length").value_or(0);
  manifest.spec_id = static_cast<int>(record.Int(502, "partition_spec_id").value_or(0));
  manifest.deletes = record.Int(517, "content").value_or(0) == 1;
  manifest.sequence_number = record.Int(515, "sequence_number").value_or(0);
  manifest.min_sequence_number = record.Int(516, "min_sequence_number").value_or(0);
  manifest.added_snapshot_id = record.Int(503, "added_snapshot_id").value_or(0);
  const auto added = record.Int(504, "added_files_count"), existing = record.Int(505, "existing_files_count");
  manifest.has_counts = added.has_value() && existing.has_value();
  manifest.added_files = added.value_or(0);
  manifest.existing_files = existing.value_or(0);
  manifest.deleted_files = record.Int(506, "deleted_files_count").value_or(0);
  manifest.added_rows = record.Int(512, "added_rows_count").value_or(0);
  manifest.existing_rows = record.Int(513, "existing_rows_count").value_or(0);
  manifest.deleted_rows = record.Int(514, "deleted_rows_count").value_or(0);
  manifest.partitions = ReadSummaries(record);
  manifest.key_metadata = record.Bytes(519, "key_metadata");
  manifest.first_row_id = record.Int(520, "first_row_id");
  return manifest;
}

}  // namespace

Status ReadManifest(std::string_view bytes, const ManifestFile& manifest, const PartitionSpec& spec, const Schema& schema,
                    const std::function<Status(ManifestEntry&&)>& entry) {
  const Type type = spec.PartitionType(schema);
  std::map<std::string, std::string> header;
  avro::NodePtr node;
  int64_t next_row_id = manifest.first_row_id.value_or(0);
  auto status = avro::ReadContainer(bytes, header, node, [&](Datum&& datum) -> Status {
    DVT_ASSIGN(ManifestEntry each, ReadEntry(*node, datum, manifest, spec, type));
    if (manifest.first_row_id && !each.file.first_row_id && each.status != EntryStatus::kDeleted) {
      each.file.first_row_id = next_row_id;
      next_row_id += each.file.record_count;
    }
    return entry(std::move(each));
  });
  if (!status) return std::move(status).error().Within("while reading the manifest " + manifest.path);
  return {};
}

Result<std::vector<ManifestFile>> ReadManifestList(std::string_view bytes) {
  std::vector<ManifestFile> manifests;
  std::map<std::string, std::string> header;
  avro::NodePtr node;
  DVT_TRY(avro::ReadContainer(bytes, header, node, [&](Datum&& datum) -> Status {
    DVT_ASSIGN(ManifestFile manifest, ReadListEntry(*node, datum));
    manifests.push_back(std::move(manifest));
    return {};
  }));
  return manifests;
}

}  // namespace dvt::lake
