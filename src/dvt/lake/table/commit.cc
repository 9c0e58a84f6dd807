#include "dvt/lake/table/commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "dvt/base/result/retry.h"
#include "dvt/base/text/text.h"
#include "dvt/lake/table/snapshot_builder.h"

namespace dvt::lake {

namespace {

Value Object(std::initializer_list<std::pair<const char*, Value>> members) {
  Value json = Value::MakeMap();
  for (const auto& [key, value] : members) json.Set(key, value);
  return json;
}

/// When a commit is tried again, and until when.
class CommitRetry {
 public:
  explicit CommitRetry(const TableMetadata& table) {
    policy_.attempts = static_cast<int>(table.IntProperty("commit.retry.num-retries", 100)) + 1;
    policy_.first_wait_seconds = static_cast<double>(table.IntProperty("commit.retry.min-wait-ms", 100)) / 1000;
    policy_.max_wait_seconds = static_cast<double>(table.IntProperty("commit.retry.max-wait-ms", 3000)) / 1000;
    policy_.jitter_seconds = std::min(1.0, policy_.first_wait_seconds * 5);
    until_ = Clock::now() + std::chrono::milliseconds(table.IntProperty("commit.retry.total-timeout-ms", 1800000));
  }

  // False when it is enough; an error after a stop.
  Result<bool> Wait(std::stop_token stop) {
    if (++tried_ >= policy_.attempts || Clock::now() >= until_) return false;
    if (!SleepFor(std::chrono::duration<double>(policy_.Wait(std::min(tried_ - 1, 5))), stop))
      return Error(ErrorCode::kCancelled, "the commit was cancelled");
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  RequestRetry policy_;
  Clock::time_point until_;
  int tried_ = 0;
};

Value AssertRef(const TableMetadata& base, const std::string& branch) {
  const Snapshot* parent = base.SnapshotOfRef(branch);
  return Object(
      {{"type", "assert-ref-snapshot-id"}, {"ref", branch}, {"snapshot-id", parent != nullptr ? Value(parent->id) : Value()}});
}

void AddSchema(const TableMetadata& base, const SnapshotChange& change, MetadataChange& out) {
  if (!change.schema) return;
  out.requirements.Push(Object({{"type", "assert-current-schema-id"}, {"current-schema-id", base.current_schema_id}}));
  out.requirements.Push(Object({{"type", "assert-last-assigned-field-id"}, {"last-assigned-field-id", base.last_column_id}}));
  Schema schema = *change.schema;
  schema.id = NextSchemaId(base, schema);
  out.updates.Push(
      Object({{"action", "add-schema"}, {"schema", SchemaToJson(schema)}, {"last-column-id", change.last_column_id}}));
  out.updates.Push(Object({{"action", "set-current-schema"}, {"schema-id", -1}}));
}

MetadataChange ChangeFor(const TableMetadata& base, const SnapshotChange& change, const Snapshot& snapshot) {
  MetadataChange out;
  out.requirements.Push(Object({{"type", "assert-table-uuid"}, {"uuid", base.table_uuid}}));
  out.requirements.Push(AssertRef(base, change.branch));
  AddSchema(base, change, out);
  out.updates.Push(Object({{"action", "add-snapshot"}, {"snapshot", SnapshotToJson(snapshot)}}));
  out.updates.Push(
      Object({{"action", "set-snapshot-ref"}, {"ref-name", change.branch}, {"type", "branch"}, {"snapshot-id", snapshot.id}}));
  return out;
}

// A table whose catalog did not answer clearly, as it is now. Passing failures are waited out.
Status LookAgain(Table& table, std::stop_token stop) {
  Status refreshed;
  for (int i = 0; i < 5; ++i) {
    refreshed = table.Refresh(stop);
    if (refreshed || !SleepFor(std::chrono::duration<double>(0.5 * (i + 1)), stop)) break;
  }
  return refreshed;
}

/// One snapshot on its way into the table.
class SnapshotCommit {
 public:
  SnapshotCommit(Table& table, const SnapshotChange& change)
      : table_(table), change_(change), builder_(table, change), retry_(table.metadata()) {}

  Result<int64_t> Run(std::stop_token stop) {
    auto done = Try(stop);
    if (done) {
      builder_.RemoveUnused();
    } else if (done.error().code() != ErrorCode::kStartOver) {
      builder_.RemoveAll();
      if (!change_.keep_added) RemoveAdded();
    }
    return done;
  }

 private:
  Result<int64_t> Try(std::stop_token stop) {
    while (true) {
      DVT_ASSIGN(const Snapshot snapshot, builder_.Build(stop));
      const MetadataChange request = ChangeFor(table_.metadata(), change_, snapshot);
      auto committed = table_.catalog()->Commit(table_.identifier(), request.requirements, request.updates, stop);
      if (committed) {
        table_.Replace(*std::move(committed));
        return snapshot.id;
      }
      Error error = std::move(committed).error();
      const bool unknown = error.code() == ErrorCode::kStartOver, conflict = error.code() == ErrorCode::kDeadlock;
      if (!unknown && !conflict && error.code() != ErrorCode::kThrottled) return error;
      // After a cancellation the outcome must still be learnt.
      if (auto looked = LookAgain(table_, unknown ? std::stop_token() : stop); !looked) {
        if (unknown || was_unknown_) return Unknown(std::move(error));
        return std::move(looked).error();
      }
      was_unknown_ = was_unknown_ || unknown;
      if (table_.metadata().FindSnapshot(snapshot.id) != nullptr) return snapshot.id;
      auto again = retry_.Wait(stop);
      if (!again || !*again) {
        // What the catalog has not done by now it may yet do, if a request of ours is still under way.
        if (unknown) return Unknown(std::move(error));
        if (!again) return std::move(again).error();
        return std::move(error).WithHint("others keep changing the table; try again later");
      }
      if (change_.schema && table_.metadata().current_schema_id != base_schema_)
        return Error(ErrorCode::kDeadlock,
                     fmt::format("somebody else changed the schema of {} at the same time", table_.identifier().ToString()));
      if (change_.validate) DVT_TRY(change_.validate(table_));
    }
  }

  Error Unknown(Error error) const {
    return Error(ErrorCode::kStartOver, error.message())
        .WithVendorCode(error.vendor_code())
        .WithHint("look at the table's history before writing the same rows again");
  }

  void RemoveAdded() {
    std::vector<std::string> paths;
    for (const auto* files : {&change_.added, &change_.added_deletes})
      for (const auto& file : *files) paths.push_back(file.path);
    (void)table_.store().Remove(paths).has_value();
  }

  Table& table_;
  const SnapshotChange& change_;
  SnapshotBuilder builder_;
  CommitRetry retry_;
  bool was_unknown_ = false;
  int base_schema_ = table_.metadata().current_schema_id;
};

}  // namespace

int NextSchemaId(const TableMetadata& table, const Schema& schema) {
  int highest = 0;
  for (const auto& each : table.schemas) {
    if (each == schema) return each.id;
    highest = std::max(highest, each.id);
  }
  return highest + 1;
}

Result<int64_t> CommitSnapshot(Table& table, const SnapshotChange& change, std::stop_token stop) {
  if (table.catalog() == nullptr) return Error(ErrorCode::kUnsupported, "a table that no catalog answers for cannot be written");
  if (table.metadata().format_version > 2)
    return Error(ErrorCode::kUnsupported,
                 fmt::format("tables of format version {} can be read, not written", table.metadata().format_version));
  return SnapshotCommit(table, change).Run(stop);
}

Status CommitMetadata(Table& table, const std::function<Result<MetadataChange>(const TableMetadata&)>& make,
                      std::stop_token stop) {
  if (table.catalog() == nullptr) return Error(ErrorCode::kUnsupported, "a table that no catalog answers for cannot be changed");
  CommitRetry retry(table.metadata());
  while (true) {
    DVT_ASSIGN(const MetadataChange change, make(table.metadata()));
    auto committed = table.catalog()->Commit(table.identifier(), change.requirements, change.updates, stop);
    if (committed) {
      table.Replace(*std::move(committed));
      return {};
    }
    Error error = std::move(committed).error();
    if (error.code() != ErrorCode::kDeadlock && error.code() != ErrorCode::kThrottled) return error;
    DVT_ASSIGN(const bool again, retry.Wait(stop));
    if (!again) return error;
    DVT_TRY(table.Refresh(stop));
  }
}

}  // namespace dvt::lake
