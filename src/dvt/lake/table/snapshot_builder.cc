#include "dvt/lake/table/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

void SetIfAny(Properties& summary, const char* key, int64_t value) {
  if (value > 0) summary[key] = std::to_string(value);
}

}  // namespace

int64_t CountIn(const Properties& summary, const std::string& key) {
  const auto found = summary.find(key);
  int64_t value = 0;
  if (found != summary.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

avro::Codec ManifestCodec(const TableMetadata& table) {
  const std::string name = ToLower(table.Property("write.avro.compression-codec", "gzip"));
  if (name == "zstd") return avro::Codec::kZstd;
  return name == "uncompressed" ? avro::Codec::kNull : avro::Codec::kDeflate;
}

size_t ManifestTarget(const TableMetadata& table) {
  return static_cast<size_t>(table.IntProperty("commit.manifest.target-size-bytes", 8 << 20));
}

SnapshotBuilder::SnapshotBuilder(const Table& table, const SnapshotChange& change)
    : table_(table), change_(change), snapshot_id_(NewSnapshotId()), run_(NewUuid()) {
  if (!change.manifest_target) return;
  rewrite_.emplace(table, snapshot_id_, *change.manifest_target, ManifestCodec(table.metadata()), [this](ManifestWriter& writer) {
    auto manifest = Store(writer);
    if (manifest) kept_.push_back(manifest->path);
    return manifest;
  });
}

std::string SnapshotBuilder::MetadataFolder() const {
  const TableMetadata& table = table_.metadata();
  std::string folder = table.Property("write.metadata.path", table.location + "/metadata");
  while (folder.ends_with('/')) folder.pop_back();
  return folder;
}

const PartitionSpec* SnapshotBuilder::FindSpec(int id) const {
  const PartitionSpec* known = table_.metadata().FindSpec(id);
  return known == nullptr && change_.spec && change_.spec->id == id ? &*change_.spec : known;
}

const Schema& SnapshotBuilder::SchemaFor(const PartitionSpec& spec) const {
  return SchemaWithSources(spec, schema(), table_.metadata().schemas);
}

Result<ManifestFile> SnapshotBuilder::Store(ManifestWriter& writer) {
  ManifestFile manifest;
  DVT_ASSIGN(const std::string bytes, writer.Finish(manifest));
  manifest.path = fmt::format("{}/{}-m{}.avro", MetadataFolder(), run_, next_manifest_++);
  DVT_TRY(table_.store().Write(manifest.path, bytes));
  return manifest;
}

Status SnapshotBuilder::WriteManifests(const std::vector<DataFile>& files, bool deletes) {
  std::map<int, std::vector<const DataFile*>> by_spec;
  for (const auto& file : files) by_spec[file.spec_id].push_back(&file);
  const size_t target = ManifestTarget(table_.metadata());
  for (const auto& [spec_id, of_spec] : by_spec) {
    const PartitionSpec* spec = FindSpec(spec_id);
    if (spec == nullptr) return Error(ErrorCode::kInternal, fmt::format("the table has no partition spec {}", spec_id));
    for (size_t at = 0; at < of_spec.size();) {
      DVT_ASSIGN(auto writer, ManifestWriter::Make(table_.metadata().format_version, *spec, SchemaFor(*spec), deletes,
                                                   snapshot_id_, ManifestCodec(table_.metadata())));
      for (; at < of_spec.size() && writer.size() < target; ++at) {
        ManifestEntry entry;
        entry.file = *of_spec[at];
        DVT_TRY(writer.Append(entry));
      }
      DVT_ASSIGN(ManifestFile manifest, Store(writer));
      kept_.push_back(manifest.path);
      added_.push_back(std::move(manifest));
    }
  }
  return {};
}

Status SnapshotBuilder::WriteAdded() {
  if (added_written_) return {};
  added_written_ = true;
  DVT_TRY(WriteManifests(change_.added, false));
  return WriteManifests(change_.added_deletes, true);
}

Status SnapshotBuilder::Rewrite(const ManifestFile& manifest, const PartitionSpec& spec,
                                const std::vector<ManifestEntry>& entries, std::vector<ManifestFile>& out) {
  DVT_ASSIGN(auto writer, ManifestWriter::Make(table_.metadata().format_version, spec, SchemaFor(spec), manifest.deletes,
                                               snapshot_id_, ManifestCodec(table_.metadata())));
  for (ManifestEntry entry : entries) {
    if (entry.status == EntryStatus::kDeleted) continue;  // told by an earlier snapshot
    entry.status = EntryStatus::kExisting;
    if (change_.removed.contains(entry.file.path)) {
      entry.status = EntryStatus::kDeleted;
      entry.snapshot_id = snapshot_id_;
      ++removed_.files;
      removed_.rows += entry.file.record_count;
      removed_.bytes += entry.file.file_size;
      missing_.erase(entry.file.path);
    }
    DVT_TRY(writer.Append(entry));
  }
  DVT_ASSIGN(ManifestFile written, Store(writer));
  of_attempt_.push_back(written.path);
  out.push_back(std::move(written));
  return {};
}

Status SnapshotBuilder::TakeOver(const ManifestFile& manifest, std::vector<ManifestFile>& out) {
  if (!manifest.has_live_files()) return {};
  if (missing_.empty() || manifest.deletes) {
    out.push_back(manifest);
    return {};
  }
  const PartitionSpec* spec = FindSpec(manifest.spec_id);
  if (spec == nullptr)
    return Error(ErrorCode::kData, fmt::format("the manifest {} is of an unknown partition spec", manifest.path));
  DVT_ASSIGN(const std::string bytes, table_.store().Read(manifest.path));
  std::vector<ManifestEntry> entries;
  bool touched = false;
  DVT_TRY(ReadManifest(bytes, manifest, *spec, SchemaFor(*spec), [&](ManifestEntry&& entry) -> Status {
    touched = touched || (entry.status != EntryStatus::kDeleted && change_.removed.contains(entry.file.path));
    entries.push_back(std::move(entry));
    return {};
  }));
  if (touched) return Rewrite(manifest, *spec, entries, out);
  out.push_back(manifest);
  return {};
}

Status SnapshotBuilder::MergeGroup(const std::vector<ManifestFile>& group, std::vector<ManifestFile>& out, std::stop_token stop) {
  const PartitionSpec* spec = FindSpec(group.front().spec_id);
  if (spec == nullptr)
    return Error(ErrorCode::kData, fmt::format("the manifest {} is of an unknown partition spec", group.front().path));
  std::optional<ManifestWriter> writer;
  const auto store = [&]() -> Status {
    DVT_ASSIGN(ManifestFile written, Store(*writer));
    of_attempt_.push_back(written.path);
    out.push_back(std::move(written));
    writer.reset();
    return {};
  };
  for (const auto& manifest : group) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the commit was cancelled");
    DVT_ASSIGN(const std::string bytes, table_.store().Read(manifest.path));
    DVT_TRY(ReadManifest(bytes, manifest, *spec, SchemaFor(*spec), [&](ManifestEntry&& entry) -> Status {
      // What an earlier snapshot took away is told there; what this one takes away must stay told.
      if (entry.status == EntryStatus::kDeleted && entry.snapshot_id != snapshot_id_) return {};
      if (entry.status == EntryStatus::kAdded) entry.status = EntryStatus::kExisting;
      if (!writer) {
        DVT_ASSIGN(writer, ManifestWriter::Make(table_.metadata().format_version, *spec, SchemaFor(*spec), manifest.deletes,
                                                snapshot_id_, ManifestCodec(table_.metadata())));
      }
      return writer->Append(entry);
    }));
    if (writer && writer->size() >= ManifestTarget(table_.metadata())) DVT_TRY(store());
  }
  return writer ? store() : Status();
}

Status SnapshotBuilder::MergeSmall(std::vector<ManifestFile>& manifests, std::stop_token stop) {
  const TableMetadata& table = table_.metadata();
  if (!table.BoolProperty("commit.manifest-merge.enabled", true)) return {};
  const auto enough = static_cast<size_t>(std::max<int64_t>(2, table.IntProperty("commit.manifest.min-count-to-merge", 100)));
  std::map<std::pair<int, bool>, std::vector<ManifestFile>> groups;
  for (const auto& manifest : manifests)
    if (manifest.length < static_cast<int64_t>(ManifestTarget(table)))
      groups[{manifest.spec_id, manifest.deletes}].push_back(manifest);
  for (const auto& [kind, group] : groups) {
    if (group.size() < enough) continue;
    std::erase_if(manifests, [&](const ManifestFile& manifest) {
      return std::any_of(group.begin(), group.end(), [&](const ManifestFile& each) { return each.path == manifest.path; });
    });
    DVT_TRY(MergeGroup(group, manifests, stop));
    for (const auto& each : group)  // written in this attempt, and not used by it
      if (std::erase(of_attempt_, each.path) > 0) stale_.push_back(each.path);
  }
  return {};
}

Properties SnapshotBuilder::Summary(const Snapshot* parent) const {
  Properties out = change_.summary;
  out["operation"] = change_.operation;
  int64_t rows = 0, bytes = 0, deleted_rows = 0;
  std::set<std::string> partitions;
  for (const auto& file : change_.added) {
    rows += file.record_count;
    bytes += file.file_size;
    const PartitionSpec* spec = FindSpec(file.spec_id);
    if (spec != nullptr && !spec->is_unpartitioned()) partitions.insert(PartitionPath(*spec, SchemaFor(*spec), file.partition));
  }
  for (const auto& file : change_.added_deletes) {
    deleted_rows += file.record_count;
    bytes += file.file_size;
  }
  const auto added = static_cast<int64_t>(change_.added.size()), deletes = static_cast<int64_t>(change_.added_deletes.size());
  SetIfAny(out, "added-data-files", added);
  SetIfAny(out, "added-records", rows);
  SetIfAny(out, "added-files-size", bytes);
  SetIfAny(out, "added-delete-files", deletes);
  SetIfAny(out, "added-position-delete-files", deletes);
  SetIfAny(out, "added-position-deletes", deleted_rows);
  SetIfAny(out, "deleted-data-files", removed_.files);
  SetIfAny(out, "deleted-records", removed_.rows);
  SetIfAny(out, "removed-files-size", removed_.bytes);
  SetIfAny(out, "changed-partition-count", static_cast<int64_t>(partitions.size()));
  if (rewrite_) {
    const ManifestCounts& counts = rewrite_->counts();
    for (const auto& [key, count] :
         {std::pair{"manifests-created", counts.created}, std::pair{"manifests-kept", counts.kept},
          std::pair{"manifests-replaced", counts.replaced}, std::pair{"entries-processed", counts.entries}})
      out[key] = std::to_string(count);
  }
  const Properties before = parent != nullptr ? parent->summary : Properties();
  const auto total = [&](const char* key, int64_t change) {
    if (parent != nullptr && !before.contains(key)) return;  // who wrote it did not count
    out[key] = std::to_string(std::max<int64_t>(0, CountIn(before, key) + change));
  };
  total("total-data-files", added - removed_.files);
  total("total-records", rows - removed_.rows);
  total("total-files-size", bytes - removed_.bytes);
  total("total-delete-files", deletes);
  total("total-position-deletes", deleted_rows);
  total("total-equality-deletes", 0);
  return out;
}

Result<std::vector<ManifestFile>> SnapshotBuilder::ManifestsOn(const Snapshot* parent, std::stop_token stop) {
  std::vector<ManifestFile> manifests;
  if (parent == nullptr) return manifests;
  DVT_ASSIGN(const auto before, table_.Manifests(*parent));
  if (rewrite_) {
    std::vector<std::string> unused;
    auto made = rewrite_->Apply(before, unused, stop);
    for (auto& path : unused) {
      std::erase(kept_, path);
      stale_.push_back(std::move(path));
    }
    return made;
  }
  for (const auto& manifest : before) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the commit was cancelled");
    DVT_TRY(TakeOver(manifest, manifests));
  }
  DVT_TRY(MergeSmall(manifests, stop));
  return manifests;
}

Result<Snapshot> SnapshotBuilder::Build(std::stop_token stop) {
  const TableMetadata& table = table_.metadata();
  stale_.insert(stale_.end(), of_attempt_.begin(), of_attempt_.end());
  of_attempt_.clear();
  missing_ = change_.removed;
  removed_ = {};
  DVT_TRY(WriteAdded());
  const Snapshot* parent = table.HeadFor(change_.branch);
  DVT_ASSIGN(auto manifests, ManifestsOn(parent, stop));
  manifests.insert(manifests.begin(), added_.begin(), added_.end());
  if (!missing_.empty())
    return Error(ErrorCode::kDeadlock, fmt::format("somebody else removed {} files of {} that this change was made from",
                                                   missing_.size(), table_.identifier().ToString()));
  Snapshot snapshot;
  snapshot.id = snapshot_id_;
  if (parent != nullptr) snapshot.parent_id = parent->id;
  snapshot.sequence_number = table.format_version > 1 ? table.last_sequence_number + 1 : 0;
  snapshot.timestamp_ms = std::max(NowMs(), table.last_updated_ms);
  snapshot.schema_id = table.current_schema_id;
  if (change_.schema) snapshot.schema_id = NextSchemaId(table, *change_.schema);
  snapshot.summary = Summary(parent);
  snapshot.manifest_list = fmt::format("{}/snap-{}-{}-{}.avro", MetadataFolder(), snapshot_id_, ++attempt_, run_);
  DVT_ASSIGN(const std::string list, WriteManifestList(table.format_version, snapshot, manifests, ManifestCodec(table)));
  of_attempt_.push_back(snapshot.manifest_list);
  DVT_TRY(table_.store().Write(snapshot.manifest_list, list));
  return snapshot;
}

void SnapshotBuilder::RemoveUnused() { (void)table_.store().Remove(stale_).has_value(); }

void SnapshotBuilder::RemoveAll() {
  for (const auto* paths : {&stale_, &of_attempt_, &kept_}) (void)table_.store().Remove(*paths).has_value();
}

}  // namespace dvt::lake
