#include <fmt/format.h>

#include <algorithm>

#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/iceberg/manifest_schema_internal.h"

namespace dvt::lake {

namespace {

using avro::Datum;

template <class T>
Datum Maybe(const std::optional<T>& value) {
  return value ? Datum::Of(T(*value)) : Datum();
}

Datum MaybeInt(const std::optional<int>& value) { return value ? Datum::Of(static_cast<int64_t>(*value)) : Datum(); }

template <class T>
Datum Pairs(const std::map<int, T>& map) {
  if (map.empty()) return {};
  std::vector<Datum> items;
  for (const auto& [key, value] : map) {
    items.push_back(Datum::Of(std::vector<Datum>{Datum::Of(static_cast<int64_t>(key)), Datum::Of(T(value))}));
  }
  return Datum::Of(std::move(items));
}

template <class T>
Datum IntItems(const std::vector<T>& numbers) {
  if (numbers.empty()) return {};
  std::vector<Datum> items;
  for (const T number : numbers) items.push_back(Datum::Of(static_cast<int64_t>(number)));
  return Datum::Of(std::move(items));
}

Datum FileDatum(int version, const Type& partition_type, const DataFile& file) {
  std::vector<Datum> partition;
  for (size_t i = 0; i < partition_type.fields.size(); ++i)
    partition.push_back(PartitionDatum(partition_type.fields[i].type, file.partition[i]));
  std::vector<Datum> out;
  if (version > 1) out.push_back(Datum::Of(static_cast<int64_t>(file.content)));
  out.push_back(Datum::Of(file.path));
  out.push_back(Datum::Of(file.format));
  out.push_back(Datum::Of(std::move(partition)));
  out.push_back(Datum::Of(file.record_count));
  out.push_back(Datum::Of(file.file_size));
  if (version == 1) out.push_back(Datum::Of(int64_t{64} << 20));  // block size: has meant nothing since, and must be there
  out.push_back(Pairs(file.column_sizes));
  out.push_back(Pairs(file.value_counts));
  out.push_back(Pairs(file.null_value_counts));
  out.push_back(Pairs(file.nan_value_counts));
  out.push_back(Pairs(file.lower_bounds));
  out.push_back(Pairs(file.upper_bounds));
  out.push_back(Maybe(file.key_metadata));
  out.push_back(IntItems(file.split_offsets));
  if (version > 1) out.push_back(IntItems(file.equality_ids));
  out.push_back(MaybeInt(file.sort_order_id));
  if (version > 2) out.push_back(Maybe(file.first_row_id));
  if (version > 1) out.push_back(Maybe(file.referenced_data_file));
  if (version > 2) {
    out.push_back(Maybe(file.content_offset));
    out.push_back(Maybe(file.content_size));
  }
  return Datum::Of(std::move(out));
}

Datum SummaryDatum(const FieldSummary& summary) {
  return Datum::Of(std::vector<Datum>{Datum::Of(summary.contains_null), Maybe(summary.contains_nan), Maybe(summary.lower_bound),
                                      Maybe(summary.upper_bound)});
}

Datum ListDatum(int version, const ManifestFile& manifest) {
  Datum summaries;
  if (manifest.partitions) {
    std::vector<Datum> items;
    for (const auto& each : *manifest.partitions) items.push_back(SummaryDatum(each));
    summaries = Datum::Of(std::move(items));
  }
  std::vector<Datum> out;
  out.push_back(Datum::Of(manifest.path));
  out.push_back(Datum::Of(manifest.length));
  out.push_back(Datum::Of(static_cast<int64_t>(manifest.spec_id)));
  if (version > 1) {
    out.push_back(Datum::Of(static_cast<int64_t>(manifest.deletes ? 1 : 0)));
    out.push_back(Datum::Of(manifest.sequence_number));
    out.push_back(Datum::Of(manifest.min_sequence_number));
  }
  out.push_back(Datum::Of(manifest.added_snapshot_id));
  for (const int64_t count : {manifest.added_files, manifest.existing_files, manifest.deleted_files, manifest.added_rows,
                              manifest.existing_rows, manifest.deleted_rows})
    out.push_back(Datum::Of(count));
  out.push_back(std::move(summaries));
  out.push_back(Maybe(manifest.key_metadata));
  if (version > 2) out.push_back(Maybe(manifest.first_row_id));
  return Datum::Of(std::move(out));
}

}  // namespace

Result<ManifestWriter> ManifestWriter::Make(int version, const PartitionSpec& spec, const Schema& schema, bool deletes,
                                            int64_t snapshot_id, avro::Codec codec) {
  const Type partition_type = spec.PartitionType(schema);
  std::map<std::string, std::string> header = {{"schema", ToJson(SchemaToJson(schema))},
                                               {"schema-id", std::to_string(schema.id)},
                                               {"partition-spec", ToJson(PartitionSpecToJson(spec)["fields"])},
                                               {"partition-spec-id", std::to_string(spec.id)},
                                               {"format-version", std::to_string(version)}};
  if (version > 1) header["content"] = deletes ? "deletes" : "data";
  DVT_ASSIGN(auto container, avro::ContainerWriter::Make(ManifestAvroSchema(version, partition_type), header, codec));
  ManifestWriter writer(std::move(container));
  writer.version_ = version;
  writer.partition_type_ = partition_type;
  writer.lower_.resize(partition_type.fields.size());
  writer.upper_.resize(partition_type.fields.size());
  writer.summary_.spec_id = spec.id;
  writer.summary_.deletes = deletes;
  writer.summary_.added_snapshot_id = snapshot_id;
  writer.summary_.sequence_number = ManifestFile::kUnassigned;
  writer.summary_.min_sequence_number = ManifestFile::kUnassigned;
  writer.summary_.partitions.emplace(partition_type.fields.size());
  return writer;
}

Status ManifestWriter::Append(const ManifestEntry& entry) {
  std::vector<Datum> out;
  const bool added = entry.status == EntryStatus::kAdded;
  out.push_back(Datum::Of(static_cast<int64_t>(entry.status)));
  out.push_back(Datum::Of(entry.snapshot_id.value_or(summary_.added_snapshot_id)));
  if (version_ > 1) {
    out.push_back(added ? Datum() : Maybe(entry.sequence_number));
    out.push_back(added ? Datum() : Maybe(entry.file_sequence_number));
  }
  out.push_back(FileDatum(version_, partition_type_, entry.file));
  DVT_TRY(container_.Append(Datum::Of(std::move(out))));
  Count(entry);
  Widen(entry.file.partition);
  return {};
}

void ManifestWriter::Count(const ManifestEntry& entry) {
  const auto count = [&](int64_t& files, int64_t& rows) {
    ++files;
    rows += entry.file.record_count;
  };
  switch (entry.status) {
    case EntryStatus::kAdded: return count(summary_.added_files, summary_.added_rows);
    case EntryStatus::kDeleted: return count(summary_.deleted_files, summary_.deleted_rows);
    case EntryStatus::kExisting: break;
  }
  count(summary_.existing_files, summary_.existing_rows);
  const int64_t number = entry.sequence_number.value_or(0);
  int64_t& least = summary_.min_sequence_number;
  least = least == ManifestFile::kUnassigned ? number : std::min(least, number);
}

void ManifestWriter::Widen(const PartitionValues& partition) {
  for (size_t i = 0; i < partition.size(); ++i) {
    FieldSummary& summary = (*summary_.partitions)[i];
    const TypeId type = partition_type_.fields[i].type.id;
    if ((type == TypeId::kFloat || type == TypeId::kDouble) && !summary.contains_nan) summary.contains_nan = false;
    if (partition[i].is_null()) {
      summary.contains_null = true;
    } else if (partition[i].is_nan()) {
      summary.contains_nan = true;
    } else {
      if (lower_[i].is_null() || CompareLiterals(partition[i], lower_[i]) < 0) lower_[i] = partition[i];
      if (upper_[i].is_null() || CompareLiterals(partition[i], upper_[i]) > 0) upper_[i] = partition[i];
    }
  }
}

Result<std::string> ManifestWriter::Finish(ManifestFile& summary) {
  for (size_t i = 0; i < lower_.size(); ++i) {
    if (lower_[i].is_null()) continue;
    (*summary_.partitions)[i].lower_bound = LiteralToBytes(partition_type_.fields[i].type, lower_[i]);
    (*summary_.partitions)[i].upper_bound = LiteralToBytes(partition_type_.fields[i].type, upper_[i]);
  }
  DVT_ASSIGN(std::string bytes, container_.Finish());
  summary_.length = static_cast<int64_t>(bytes.size());
  summary = summary_;
  return bytes;
}

Result<std::string> WriteManifestList(int version, const Snapshot& snapshot, const std::vector<ManifestFile>& manifests,
                                      avro::Codec codec, int64_t* next_row_id) {
  std::map<std::string, std::string> header = {
      {"snapshot-id", std::to_string(snapshot.id)},
      {"parent-snapshot-id", snapshot.parent_id ? std::to_string(*snapshot.parent_id) : "null"},
      {"format-version", std::to_string(version)}};
  if (version > 1) header["sequence-number"] = std::to_string(snapshot.sequence_number);
  if (version > 2 && next_row_id != nullptr) header["first-row-id"] = std::to_string(*next_row_id);
  DVT_ASSIGN(auto container, avro::ContainerWriter::Make(ManifestListAvroSchema(version), header, codec));
  for (ManifestFile manifest : manifests) {
    if (manifest.sequence_number == ManifestFile::kUnassigned) {
      manifest.sequence_number = snapshot.sequence_number;
      // Added files count from this snapshot; files taken over from older manifests brought their own, smaller numbers.
      if (manifest.min_sequence_number == ManifestFile::kUnassigned) manifest.min_sequence_number = snapshot.sequence_number;
    }
    if (version > 2 && next_row_id != nullptr && !manifest.deletes && !manifest.first_row_id) {
      manifest.first_row_id = *next_row_id;
      *next_row_id += manifest.added_rows + manifest.existing_rows;
    }
    DVT_TRY(container.Append(ListDatum(version, manifest)));
  }
  return container.Finish();
}

}  // namespace dvt::lake
