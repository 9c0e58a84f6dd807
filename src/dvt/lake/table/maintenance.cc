#include "dvt/lake/table/maintenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/lake/iceberg/json_fields.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/span_internal.h"

namespace dvt::lake {

namespace {

using Paths = std::set<std::string>;

Value Object(std::initializer_list<std::pair<const char*, Value>> members) {
  Value json = Value::MakeMap();
  for (const auto& [key, value] : members) json.Set(key, value);
  return json;
}

Value AssertUuid(const TableMetadata& base) { return Object({{"type", "assert-table-uuid"}, {"uuid", base.table_uuid}}); }

Value AssertRef(const std::string& name, const Value& snapshot_id) {
  return Object({{"type", "assert-ref-snapshot-id"}, {"ref", name}, {"snapshot-id", snapshot_id}});
}

Value RefNow(const TableMetadata& base, const std::string& name) {
  const auto found = base.refs.find(name);
  return found == base.refs.end() ? Value() : Value(found->second.snapshot_id);
}

// The snapshots that stay: those of tags, and of branches the newest and the young ones.
std::set<int64_t> Kept(const TableMetadata& table, const ExpireOptions& options) {
  std::set<int64_t> kept;
  for (const auto& [name, ref] : table.refs) {
    kept.insert(ref.snapshot_id);
    const Snapshot* at = ref.branch ? table.FindSnapshot(ref.snapshot_id) : nullptr;
    const int64_t age = ref.max_snapshot_age_ms.value_or(-1);
    const int64_t limit = age >= 0 ? NowMs() - age : options.older_than_ms;
    const int keep_last = std::max(1, ref.min_snapshots_to_keep.value_or(options.keep_last));
    for (int count = 0; at != nullptr && (count < keep_last || at->timestamp_ms >= limit); ++count) {
      kept.insert(at->id);
      at = at->parent_id ? table.FindSnapshot(*at->parent_id) : nullptr;
    }
  }
  // Those that no ref leads to stay while they are young.
  for (const auto& snapshot : table.snapshots)
    if (snapshot.timestamp_ms >= options.older_than_ms) kept.insert(snapshot.id);
  return kept;
}

/// Collects what snapshots refer to; each manifest is read once.
class Reachable {
 public:
  explicit Reachable(const Table& table) : table_(table) {}

  Status Add(const Snapshot& snapshot, std::stop_token stop) {
    if (!snapshot.manifest_list.empty()) paths.insert(snapshot.manifest_list);
    DVT_ASSIGN(const auto manifests, table_.Manifests(snapshot));
    for (const auto& manifest : manifests) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the table's files were not all looked at");
      if (!paths.insert(manifest.path).second) continue;
      DVT_TRY(AddManifest(manifest));
    }
    return {};
  }

  Paths paths;

 private:
  // Also the files that a manifest says are deleted: older snapshots may have them, and only those.
  Status AddManifest(const ManifestFile& manifest) {
    const PartitionSpec* spec = table_.metadata().FindSpec(manifest.spec_id);
    if (spec == nullptr)
      return Error(ErrorCode::kData, fmt::format("the manifest {} is of an unknown partition spec", manifest.path));
    DVT_ASSIGN(const std::string bytes, table_.store().Read(manifest.path));
    return ReadManifest(bytes, manifest, *spec, table_.metadata().schema(), [&](ManifestEntry&& entry) -> Status {
      if (keep_deleted || entry.status != EntryStatus::kDeleted) paths.insert(std::move(entry.file.path));
      return {};
    });
  }

 public:
  bool keep_deleted = false;

 private:
  const Table& table_;
};

std::string WithoutScheme(const std::string& location) {
  std::string path = location.starts_with("file:") ? location.substr(5) : location;
  while (path.starts_with("//")) path = path.substr(1);
  return path;
}

template <class Work>
Result<CleanOutcome> Cleaned(const char* operation, const TableIdentifier& table, Work work) {
  return InSpan(operation, table, [&](Span& span) {
    Result<CleanOutcome> outcome = work(span);
    if (outcome) {
      span.Set("iceberg.snapshots_removed", outcome->snapshots);
      span.Set("iceberg.files_removed", static_cast<int64_t>(outcome->files.size()));
    }
    return outcome;
  });
}

// What goes and what stays of one state of a table.
struct Expiry {
  Expiry(const Table& table, const ExpireOptions& options)
      : before(table.metadata()), kept(Kept(before, options)), gone(table), stays(table) {
    gone.keep_deleted = true;
  }

  Result<MetadataChange> Change(std::stop_token stop) {
    Value ids = Value::MakeList();
    for (const auto& snapshot : before.snapshots) {
      const bool goes = !kept.contains(snapshot.id);
      if (goes) ids.Push(snapshot.id);
      DVT_TRY((goes ? gone : stays).Add(snapshot, stop));
    }
    count = static_cast<int64_t>(ids.list().size());
    MetadataChange change;
    if (count == 0) return change;
    change.requirements.Push(AssertUuid(before));
    for (const auto& [name, ref] : before.refs) change.requirements.Push(AssertRef(name, Value(ref.snapshot_id)));
    change.updates.Push(Object({{"action", "remove-snapshots"}, {"snapshot-ids", ids}}));
    change.done = [this](const TableMetadata& now) {
      return std::all_of(before.snapshots.begin(), before.snapshots.end(),
                         [&](const Snapshot& each) { return kept.contains(each.id) || now.FindSnapshot(each.id) == nullptr; });
    };
    return change;
  }

  const TableMetadata before;
  const std::set<int64_t> kept;
  Reachable gone, stays;
  int64_t count = 0;
};

Result<CleanOutcome> Expire(Table& table, const ExpireOptions& options, std::stop_token stop) {
  DVT_TRY(table.Refresh(stop));
  std::optional<Expiry> expiry;
  const auto make = [&](const TableMetadata&) { return expiry.emplace(table, options).Change(stop); };
  DVT_TRY(CommitMetadata(table, make, stop));
  CleanOutcome outcome;
  outcome.snapshots = expiry->count;
  if (outcome.snapshots == 0) return outcome;
  // What somebody else committed meanwhile may have taken up files again.
  for (const auto& snapshot : table.metadata().snapshots)
    if (expiry->before.FindSnapshot(snapshot.id) == nullptr) DVT_TRY(expiry->stays.Add(snapshot, stop));
  for (const auto& path : expiry->gone.paths)
    if (!expiry->stays.paths.contains(path)) outcome.files.push_back(path);
  (void)table.store().Remove(outcome.files).has_value();
  return outcome;
}

Result<CleanOutcome> FindOrphans(Table& table, int64_t older_than_ms, bool dry, std::stop_token stop) {
  // Listed first: what is committed meanwhile is then found in the metadata.
  DVT_ASSIGN(const auto there, table.store().List(table.metadata().location));
  DVT_TRY(table.Refresh(stop));
  const TableMetadata& metadata = table.metadata();
  Reachable used(table);
  used.keep_deleted = true;
  for (const auto& snapshot : metadata.snapshots) DVT_TRY(used.Add(snapshot, stop));
  used.paths.insert(table.metadata_location());
  for (const auto& entry : metadata.metadata_log) used.paths.insert(entry.metadata_file);
  for (const auto* list : {&metadata.statistics, &metadata.partition_statistics})
    for (const auto& each : list->list()) used.paths.insert(OptionalText(each, "statistics-path"));
  Paths plain;
  for (const auto& path : used.paths) plain.insert(WithoutScheme(path));
  CleanOutcome outcome;
  for (const auto& file : there) {
    const bool hint = file.location.ends_with("version-hint.text");
    if (!hint && file.modified_ms < older_than_ms && !plain.contains(WithoutScheme(file.location)))
      outcome.files.push_back(file.location);
  }
  if (!dry) DVT_TRY(table.store().Remove(outcome.files));
  return outcome;
}

// A commit of metadata alone, in a span that tells the ref and the snapshot it is about.
Status Change(const char* operation, Table& table, const std::string& ref, std::optional<int64_t> snapshot_id,
              const std::function<Result<MetadataChange>(const TableMetadata&)>& make, std::stop_token stop) {
  return InSpan(operation, table.identifier(), [&](Span& span) {
    if (!ref.empty()) span.Set("iceberg.ref", ref);
    if (snapshot_id) span.Set("iceberg.snapshot_id", *snapshot_id);
    return CommitMetadata(table, make, stop);
  });
}

}  // namespace

Result<CleanOutcome> ExpireSnapshots(Table& table, const ExpireOptions& options, std::stop_token stop) {
  return Cleaned("iceberg.expire_snapshots", table.identifier(), [&](Span& span) {
    span.Set("iceberg.older_than_ms", options.older_than_ms);
    return Expire(table, options, stop);
  });
}

Result<CleanOutcome> RemoveOrphans(Table& table, int64_t older_than_ms, bool dry, std::stop_token stop) {
  return Cleaned("iceberg.remove_orphans", table.identifier(), [&](Span& span) {
    span.Set("iceberg.older_than_ms", older_than_ms);
    if (dry) span.Set("iceberg.dry_run", true);
    return FindOrphans(table, older_than_ms, dry, stop);
  });
}

Status RollBack(Table& table, int64_t snapshot_id, std::stop_token stop) {
  return Change(
      "iceberg.rollback", table, "main", snapshot_id,
      [&](const TableMetadata& base) -> Result<MetadataChange> {
        const Snapshot* at = base.current_snapshot();
        while (at != nullptr && at->id != snapshot_id) at = at->parent_id ? base.FindSnapshot(*at->parent_id) : nullptr;
        if (at == nullptr)
          return Error(ErrorCode::kNotFound,
                       fmt::format("snapshot {} is not in the history of {}", snapshot_id, table.identifier().ToString()));
        MetadataChange change;
        // Done if what lay above it is gone from the history.
        change.done = [snapshot_id, above = base.current_snapshot()->id](const TableMetadata& now) {
          if (above == snapshot_id) return true;
          const Snapshot* each = now.current_snapshot();
          while (each != nullptr && each->id != snapshot_id && each->id != above)
            each = each->parent_id ? now.FindSnapshot(*each->parent_id) : nullptr;
          return each != nullptr && each->id == snapshot_id;
        };
        change.requirements.Push(AssertUuid(base));
        change.requirements.Push(AssertRef("main", RefNow(base, "main")));
        change.updates.Push(
            Object({{"action", "set-snapshot-ref"}, {"ref-name", "main"}, {"type", "branch"}, {"snapshot-id", snapshot_id}}));
        return change;
      },
      stop);
}

Status SetRef(Table& table, const std::string& name, bool branch, int64_t snapshot_id, std::stop_token stop) {
  return Change(
      "iceberg.set_ref", table, name, snapshot_id,
      [&](const TableMetadata& base) -> Result<MetadataChange> {
        if (base.FindSnapshot(snapshot_id) == nullptr)
          return Error(ErrorCode::kNotFound, fmt::format("{} has no snapshot {}", table.identifier().ToString(), snapshot_id));
        MetadataChange change;
        change.done = [name, branch, snapshot_id](const TableMetadata& now) {
          const auto found = now.refs.find(name);
          return found != now.refs.end() && found->second.snapshot_id == snapshot_id && found->second.branch == branch;
        };
        change.requirements.Push(AssertUuid(base));
        change.requirements.Push(AssertRef(name, RefNow(base, name)));
        change.updates.Push(Object({{"action", "set-snapshot-ref"},
                                    {"ref-name", name},
                                    {"type", branch ? "branch" : "tag"},
                                    {"snapshot-id", snapshot_id}}));
        return change;
      },
      stop);
}

Status RemoveRef(Table& table, const std::string& name, std::stop_token stop) {
  return Change(
      "iceberg.remove_ref", table, name, {},
      [&](const TableMetadata& base) -> Result<MetadataChange> {
        if (!base.refs.contains(name) || name == "main")
          return Error(ErrorCode::kNotFound,
                       fmt::format("{} has no branch or tag '{}' that could be removed", table.identifier().ToString(), name));
        MetadataChange change;
        change.done = [name](const TableMetadata& now) { return !now.refs.contains(name); };
        change.requirements.Push(AssertUuid(base));
        change.requirements.Push(AssertRef(name, RefNow(base, name)));
        change.updates.Push(Object({{"action", "remove-snapshot-ref"}, {"ref-name", name}}));
        return change;
      },
      stop);
}

Status SetProperties(Table& table, const Properties& updates, const std::vector<std::string>& removals, std::stop_token stop) {
  return Change(
      "iceberg.set_properties", table, {}, {},
      [&](const TableMetadata& base) -> Result<MetadataChange> {
        MetadataChange change;
        change.done = [&updates, &removals](const TableMetadata& now) {
          return std::all_of(updates.begin(), updates.end(),
                             [&](const auto& each) {
                               const auto found = now.properties.find(each.first);
                               return found != now.properties.end() && found->second == each.second;
                             }) &&
                 std::none_of(removals.begin(), removals.end(), [&](const auto& key) { return now.properties.contains(key); });
        };
        change.requirements.Push(AssertUuid(base));
        if (!updates.empty()) change.updates.Push(Object({{"action", "set-properties"}, {"updates", TextMapToJson(updates)}}));
        if (!removals.empty()) {
          Value keys = Value::MakeList();
          for (const auto& key : removals) keys.Push(key);
          change.updates.Push(Object({{"action", "remove-properties"}, {"removals", keys}}));
        }
        return change;
      },
      stop);
}

}  // namespace dvt::lake
