#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dvt/lake/filter/value_range.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

namespace {

struct DeleteFile {
  std::shared_ptr<const DataFile> file;
  int64_t sequence_number = 0;
};

/// The delete files of a snapshot, by where they apply.
class DeleteFiles {
 public:
  void Add(ManifestEntry entry, bool unpartitioned) {
    DeleteFile each{std::make_shared<DataFile>(std::move(entry.file)), entry.sequence_number.value_or(0)};
    if (each.file->content == FileContent::kEqualityDeletes && unpartitioned) {
      global_.push_back(std::move(each));
    } else {
      std::string key = KeyOf(*each.file);
      by_partition_[std::move(key)].push_back(std::move(each));
    }
  }

  std::vector<std::shared_ptr<const DataFile>> For(const DataFile& data, int64_t sequence_number) const {
    std::vector<std::shared_ptr<const DataFile>> out;
    const auto take = [&](const std::vector<DeleteFile>& files) {
      for (const auto& each : files)
        if (Applies(each, data, sequence_number)) out.push_back(each.file);
    };
    take(global_);
    if (by_partition_.empty()) return out;
    if (const auto found = by_partition_.find(KeyOf(data)); found != by_partition_.end()) take(found->second);
    return out;
  }

 private:
  static std::string KeyOf(const DataFile& file) {
    std::string key = std::to_string(file.spec_id);
    for (const auto& value : file.partition) {
      key += value.is_null() ? "|n" : "|v";
      if (const auto* bytes = std::get_if<std::string>(&value.held)) key += std::to_string(bytes->size()) + ":" + *bytes;
      if (value.held.index() == 1) key += value.as_bool() ? "1" : "0";
      if (value.held.index() == 2) key += std::to_string(value.as_int());
      if (value.held.index() == 3) key += fmt::format("{}", value.as_float());
      if (value.held.index() == 4) key += DecimalText(value.as_decimal(), 0);
    }
    return key;
  }

  static bool Applies(const DeleteFile& deletes, const DataFile& data, int64_t sequence_number) {
    if (deletes.file->content == FileContent::kEqualityDeletes) return deletes.sequence_number > sequence_number;
    if (deletes.sequence_number < sequence_number) return false;
    if (deletes.file->referenced_data_file) return *deletes.file->referenced_data_file == data.path;
    // The bounds of the path column, if they are there and whole.
    constexpr int kPathId = 2147483546;
    const auto low = deletes.file->lower_bounds.find(kPathId), high = deletes.file->upper_bounds.find(kPathId);
    if (low != deletes.file->lower_bounds.end() && low->second > data.path) return false;
    return high == deletes.file->upper_bounds.end() || high->second >= data.path || data.path.starts_with(high->second);
  }

  std::vector<DeleteFile> global_;
  std::map<std::string, std::vector<DeleteFile>> by_partition_;
};

/// Collects a scan's files from the manifests.
class Planner {
 public:
  Planner(const Table& table, const ScanOptions& options, ScanPlan& plan) : table_(table), options_(options), plan_(plan) {}

  Status Run(std::stop_token stop) {
    DVT_ASSIGN(const Snapshot* snapshot, table_.SnapshotFor(options_));
    // The newest state, of any branch, is read with the table's schema; an older one, and a tag's, with its own.
    const auto ref = table_.metadata().refs.find(options_.ref);
    const bool of_branch = options_.ref.empty() || ref == table_.metadata().refs.end() || ref->second.branch;
    const bool newest = !options_.snapshot_id && !options_.timestamp_ms && of_branch;
    plan_.schema = snapshot == nullptr || newest ? table_.metadata().schema() : table_.metadata().SchemaOf(*snapshot);
    DVT_ASSIGN(filter_, BindFilter(options_.filter, plan_.schema));
    if (snapshot == nullptr) return {};
    plan_.snapshot_id = snapshot->id;
    DVT_ASSIGN(const auto manifests, table_.Manifests(*snapshot));
    for (const bool deletes : {true, false}) {
      for (const auto& manifest : manifests) {
        if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "planning was cancelled");
        if (manifest.deletes == deletes) DVT_TRY(Take(manifest));
      }
    }
    return {};
  }

 private:
  Status Take(const ManifestFile& manifest) {
    ++plan_.manifests;
    const PartitionSpec* spec = table_.metadata().FindSpec(manifest.spec_id);
    if (spec == nullptr)
      return Error(ErrorCode::kData, fmt::format("the manifest {} is of partition spec {}, which the table does not have",
                                                 manifest.path, manifest.spec_id));
    const BoundFilter projected = ProjectFilter(filter_, *spec, plan_.schema);
    if (!manifest.has_live_files() || !PlanKeepsManifest(projected, manifest)) {
      ++plan_.manifests_skipped;
      return {};
    }
    auto bytes = table_.store().Read(manifest.path);
    if (!bytes) return std::move(bytes).error().Within("while reading a manifest of " + table_.identifier().ToString());
    return ReadManifest(*bytes, manifest, *spec, SchemaForPartitions(*spec), [&](ManifestEntry&& entry) -> Status {
      if (entry.status == EntryStatus::kDeleted) return {};
      if (manifest.deletes) {
        if (PlanKeepsPartition(projected, entry.file.partition)) deletes_.Add(std::move(entry), spec->is_unpartitioned());
        return {};
      }
      if (!PlanKeepsPartition(projected, entry.file.partition) || !PlanKeepsFile(filter_, entry.file)) {
        ++plan_.files_skipped;
        return {};
      }
      FileTask task;
      task.idle = !PartitionMightMatch(projected, entry.file.partition) || !FileMightMatch(filter_, entry.file);
      task.sequence_number = entry.sequence_number.value_or(0);
      task.deletes = deletes_.For(entry.file, task.sequence_number);
      task.file = std::move(entry.file);
      plan_.tasks.push_back(std::move(task));
      return {};
    });
  }

  // A schema that still has the columns the spec is made of.
  const Schema& SchemaForPartitions(const PartitionSpec& spec) const {
    return SchemaWithSources(spec, plan_.schema, table_.metadata().schemas);
  }

  const Table& table_;
  const ScanOptions& options_;
  ScanPlan& plan_;
  BoundFilter filter_;
  DeleteFiles deletes_;
};

}  // namespace

Result<ScanPlan> Table::Plan(const ScanOptions& options, std::stop_token stop) const {
  ScanPlan plan;
  DVT_TRY(Planner(*this, options, plan).Run(stop));
  return plan;
}

}  // namespace dvt::lake
