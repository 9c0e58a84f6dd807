#include "dvt/lake/table/commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "dvt/base/result/retry.h"
#include "dvt/base/text/text.h"
#include "dvt/lake/rest/errors.h"
#include "dvt/lake/rest/repetition.h"
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
  explicit CommitRetry(const Table& of) : of_(of) {
    const TableMetadata& table = of.metadata();
    constexpr int64_t kMost = 1'000'000;
    policy_.attempts = static_cast<int>(std::clamp<int64_t>(table.IntProperty("commit.retry.num-retries", 100), 0, kMost)) + 1;
    policy_.first_wait_seconds = static_cast<double>(table.IntProperty("commit.retry.min-wait-ms", 100)) / 1000;
    policy_.max_wait_seconds = static_cast<double>(table.IntProperty("commit.retry.max-wait-ms", 3000)) / 1000;
    policy_.jitter_seconds = std::min(1.0, policy_.first_wait_seconds * 5);
    until_ = Clock::now() + std::chrono::milliseconds(table.IntProperty("commit.retry.total-timeout-ms", 1800000));
  }

  // Whether a catalog that cannot be reached is still waited for: not longer than kAway at a time.
  bool Patient() {
    if (!away_since_) away_since_ = Clock::now();
    return Clock::now() - *away_since_ < kAway;
  }
  void Reached() { away_since_.reset(); }

  // False when it is enough; an error after a stop. `failed`: why there is to be another attempt.
  Result<bool> Wait(const Error& failed, std::stop_token stop) {
    if (++tried_ >= policy_.attempts || Clock::now() >= until_) return false;
    const double wait = policy_.Wait(std::min(tried_ - 1, 5));
    TellRetry(of_.catalog()->config(), {"iceberg.commit", of_.identifier().ToString(), failed, tried_ + 1, wait});
    if (!SleepFor(std::chrono::duration<double>(wait), stop)) return Error(ErrorCode::kCancelled, "the commit was cancelled");
    return true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kAway{20};
  const Table& of_;
  RequestRetry policy_;
  std::optional<Clock::time_point> away_since_;
  Clock::time_point until_;
  int tried_ = 0;
};

Value AssertRef(const TableMetadata& base, const std::string& branch) {
  const Snapshot* parent = base.SnapshotOfRef(branch);
  return Object(
      {{"type", "assert-ref-snapshot-id"}, {"ref", branch}, {"snapshot-id", parent != nullptr ? Value(parent->id) : Value()}});
}

// Descriptions count, the schema's own id does not.
std::string SchemaToText(Schema schema) {
  schema.id = 0;
  return ToJson(SchemaToJson(schema));
}

void AddSchema(const TableMetadata& base, const SnapshotChange& change, MetadataChange& out) {
  if (!change.schema) return;
  out.requirements.Push(Object({{"type", "assert-current-schema-id"}, {"current-schema-id", base.current_schema_id}}));
  out.requirements.Push(Object({{"type", "assert-last-assigned-field-id"}, {"last-assigned-field-id", base.last_column_id}}));
  Schema schema = *change.schema;
  schema.id = NextSchemaId(base, schema);
  const bool known = base.FindSchema(schema.id) != nullptr;
  if (!known)
    out.updates.Push(
        Object({{"action", "add-schema"}, {"schema", SchemaToJson(schema)}, {"last-column-id", change.last_column_id}}));
  out.updates.Push(Object({{"action", "set-current-schema"}, {"schema-id", known ? schema.id : -1}}));
}

void AddSpec(const TableMetadata& base, const SnapshotChange& change, MetadataChange& out) {
  if (!change.spec) return;
  out.requirements.Push(Object({{"type", "assert-default-spec-id"}, {"default-spec-id", base.default_spec_id}}));
  out.requirements.Push(
      Object({{"type", "assert-last-assigned-partition-id"}, {"last-assigned-partition-id", base.last_partition_id}}));
  const bool known = base.FindSpec(change.spec->id) != nullptr;
  if (!known) out.updates.Push(Object({{"action", "add-spec"}, {"spec", PartitionSpecToJson(*change.spec)}}));
  out.updates.Push(Object({{"action", "set-default-spec"}, {"spec-id", known ? change.spec->id : -1}}));
}

void AddOrder(const TableMetadata& base, const SnapshotChange& change, MetadataChange& out) {
  if (!change.order) return;
  out.requirements.Push(
      Object({{"type", "assert-default-sort-order-id"}, {"default-sort-order-id", base.default_sort_order_id}}));
  const bool known = base.FindSortOrder(change.order->id) != nullptr;
  if (!known) out.updates.Push(Object({{"action", "add-sort-order"}, {"sort-order", SortOrderToJson(*change.order)}}));
  out.updates.Push(Object({{"action", "set-default-sort-order"}, {"sort-order-id", known ? change.order->id : -1}}));
}

void SetProperties(const Properties& properties, MetadataChange& out) {
  if (properties.empty()) return;
  Value updates = Value::MakeMap();
  for (const auto& [key, value] : properties) updates.Set(key, value);
  out.updates.Push(Object({{"action", "set-properties"}, {"updates", std::move(updates)}}));
}

// All that a staged table is to be.
void MakeTable(const TableMetadata& staged, MetadataChange& out) {
  out.requirements.Push(Object({{"type", "assert-create"}}));
  out.updates.Push(Object({{"action", "assign-uuid"}, {"uuid", staged.table_uuid}}));
  out.updates.Push(Object({{"action", "upgrade-format-version"}, {"format-version", staged.format_version}}));
  out.updates.Push(
      Object({{"action", "add-schema"}, {"schema", SchemaToJson(staged.schema())}, {"last-column-id", staged.last_column_id}}));
  out.updates.Push(Object({{"action", "set-current-schema"}, {"schema-id", -1}}));
  out.updates.Push(Object({{"action", "add-spec"}, {"spec", PartitionSpecToJson(staged.spec())}}));
  out.updates.Push(Object({{"action", "set-default-spec"}, {"spec-id", -1}}));
  out.updates.Push(Object({{"action", "add-sort-order"}, {"sort-order", SortOrderToJson(staged.sort_order())}}));
  out.updates.Push(Object({{"action", "set-default-sort-order"}, {"sort-order-id", -1}}));
  out.updates.Push(Object({{"action", "set-location"}, {"location", staged.location}}));
  SetProperties(staged.properties, out);
}

MetadataChange ChangeFor(const TableMetadata& base, const SnapshotChange& change, const Snapshot& snapshot) {
  MetadataChange out;
  if (change.creates) {
    MakeTable(base, out);
  } else {
    out.requirements.Push(Object({{"type", "assert-table-uuid"}, {"uuid", base.table_uuid}}));
    out.requirements.Push(AssertRef(base, change.branch));
    AddSchema(base, change, out);
    AddSpec(base, change, out);
    AddOrder(base, change, out);
    SetProperties(change.properties, out);
  }
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
    if (refreshed || refreshed.error().code() == ErrorCode::kNotFound ||
        !SleepFor(std::chrono::duration<double>(0.5 * (i + 1)), stop))
      break;
  }
  return refreshed;
}

/// One snapshot on its way into the table.
class SnapshotCommit {
 public:
  SnapshotCommit(Table& table, const SnapshotChange& change)
      : table_(table), change_(change), builder_(table, change), retry_(table) {}

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
      if (change_.creates && !was_unknown_ && error.code() == ErrorCode::kDeadlock) return MadeMeanwhile();
      const bool unknown = error.code() == ErrorCode::kStartOver, conflict = error.code() == ErrorCode::kDeadlock;
      if (!unknown && !conflict && error.code() != ErrorCode::kThrottled) {
        // Nothing was sent: files that took long to write are not thrown away because the catalog starts anew.
        if (WasNeverSent(error) && retry_.Patient()) {
          DVT_ASSIGN(const bool again, WaitReached(stop, error));
          if (again) continue;
        }
        return was_unknown_ ? Unknown(std::move(error)) : std::move(error);
      }
      retry_.Reached();
      // After a cancellation the outcome must still be learnt.
      auto looked = LookAgain(table_, unknown ? std::stop_token() : stop);
      if (!looked && !(change_.creates && looked.error().code() == ErrorCode::kNotFound)) {
        if (unknown || was_unknown_) return Unknown(std::move(error));
        return std::move(looked).error();
      }
      if (change_.creates && table_.metadata().table_uuid != base_uuid_) return MadeMeanwhile();
      was_unknown_ = was_unknown_ || unknown;
      if (table_.metadata().FindSnapshot(snapshot.id) != nullptr) return snapshot.id;
      auto again = retry_.Wait(error, stop);
      if (!again || !*again) {
        // What the catalog has not done by now it may yet do, if a request of ours is still under way.
        if (unknown || (was_unknown_ && !conflict)) return Unknown(std::move(error));
        if (!again) return std::move(again).error();
        return std::move(error).WithHint("others keep changing the table; try again later");
      }
      if (OthersChangedLayout())
        return Error(ErrorCode::kDeadlock,
                     fmt::format("somebody else changed the schema of {} at the same time", table_.identifier().ToString()));
      if (change_.validate) DVT_TRY(change_.validate(table_));
    }
  }

  // A pause; what an earlier attempt left open is not forgotten by a stop.
  Result<bool> WaitReached(std::stop_token stop, const Error& error) {
    auto again = retry_.Wait(error, stop);
    if (!again && was_unknown_) return Unknown(error);
    return again;
  }

  bool OthersChangedLayout() const {
    const TableMetadata& now = table_.metadata();
    return (change_.schema && now.current_schema_id != base_schema_) || (change_.spec && now.default_spec_id != base_spec_) ||
           (change_.order && now.default_sort_order_id != base_order_);
  }

  Error MadeMeanwhile() const {
    return Error(ErrorCode::kAlreadyExists, fmt::format("somebody else made {} meanwhile", table_.identifier().ToString()));
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
  const std::string base_uuid_ = table_.metadata().table_uuid;
  int base_schema_ = table_.metadata().current_schema_id;
  int base_spec_ = table_.metadata().default_spec_id;
  int base_order_ = table_.metadata().default_sort_order_id;
};

}  // namespace

int NextSchemaId(const TableMetadata& table, const Schema& schema) {
  int highest = 0;
  for (const auto& each : table.schemas) {
    if (each == schema && SchemaToText(each) == SchemaToText(schema)) return each.id;
    highest = std::max(highest, each.id);
  }
  return highest + 1;
}

MetadataChange MetadataOnly(const TableMetadata& base, const SnapshotChange& change) {
  MetadataChange out;
  out.requirements.Push(Object({{"type", "assert-table-uuid"}, {"uuid", base.table_uuid}}));
  AddSchema(base, change, out);
  AddSpec(base, change, out);
  AddOrder(base, change, out);
  SetProperties(change.properties, out);
  out.done = [change](const TableMetadata& now) {
    return (!change.schema || SchemaToText(now.schema()) == SchemaToText(*change.schema)) &&
           (!change.spec || NumberedSpec(now, *change.spec).id == now.default_spec_id) &&
           (!change.order || NumberedOrder(now, *change.order).id == now.default_sort_order_id);
  };
  return out;
}

PartitionSpec NumberedSpec(const TableMetadata& table, PartitionSpec spec) {
  const auto same = [](const PartitionField& a, const PartitionField& b) {
    return a.source_id == b.source_id && a.transform == b.transform && a.name == b.name;
  };
  int highest = 0, last_field = table.last_partition_id;
  for (const auto& known : table.partition_specs) {
    if (std::equal(known.fields.begin(), known.fields.end(), spec.fields.begin(), spec.fields.end(), same)) return known;
    highest = std::max(highest, known.id);
  }
  spec.id = highest + 1;
  for (auto& field : spec.fields) {
    field.field_id = 0;
    for (const auto& known : table.partition_specs)
      for (const auto& each : known.fields)
        if (same(each, field)) field.field_id = each.field_id;
    if (field.field_id == 0) field.field_id = ++last_field;
  }
  return spec;
}

SortOrder NumberedOrder(const TableMetadata& table, SortOrder order) {
  int highest = 0;
  for (const auto& known : table.sort_orders) {
    if (known.fields == order.fields) return known;
    highest = std::max(highest, known.id);
  }
  order.id = order.fields.empty() ? 0 : highest + 1;
  return order;
}

Status CheckWritable(const Table& table, const std::string& branch, bool may_be_new) {
  const std::string name = table.identifier().ToString();
  if (table.catalog() == nullptr)
    return Error(ErrorCode::kUnsupported, fmt::format("{} cannot be written: no catalog answers for it", name))
        .WithHint("name the table as the catalog knows it");
  if (table.metadata().format_version > 2)
    return Error(ErrorCode::kUnsupported,
                 fmt::format("{} has format version {}, which can be read, not written", name, table.metadata().format_version));
  const auto found = table.metadata().refs.find(branch);
  if (found == table.metadata().refs.end()) {
    if (may_be_new || branch == "main") return {};
    return Error(ErrorCode::kNotFound, fmt::format("the table {} has {}", name, table.metadata().NoRef(branch, "branch", true)))
        .WithHint("make the branch first, or ask for it with the write (--create-branch, create_branch)");
  }
  if (found->second.branch) return {};
  return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' is a tag of {}, and only branches can be written", branch, name));
}

Result<int64_t> CommitSnapshot(Table& table, const SnapshotChange& change, std::stop_token stop) {
  DVT_TRY(CheckWritable(table, change.branch, true));
  return SnapshotCommit(table, change).Run(stop);
}

Status CommitMetadata(Table& table, const std::function<Result<MetadataChange>(const TableMetadata&)>& make,
                      std::stop_token stop) {
  if (table.catalog() == nullptr) return Error(ErrorCode::kUnsupported, "a table that no catalog answers for cannot be changed");
  CommitRetry retry(table);
  std::optional<Error> lost;  // a lost answer, after which nothing was ever seen of the change
  while (true) {
    DVT_ASSIGN(const MetadataChange change, make(table.metadata()));
    if (change.updates.list().empty()) return {};
    auto committed = table.catalog()->Commit(table.identifier(), change.requirements, change.updates, stop);
    if (committed) {
      table.Replace(*std::move(committed));
      return {};
    }
    Error error = std::move(committed).error();
    const bool unknown = error.code() == ErrorCode::kStartOver;
    const bool passes =
        error.code() == ErrorCode::kDeadlock || error.code() == ErrorCode::kThrottled || (lost && IsPassing(error));
    if (unknown ? !change.done : !passes) return error;
    if (unknown) lost = error;
    if (lost) {
      if (!LookAgain(table, {})) return *std::move(lost);
      if (change.done(table.metadata())) return {};
    }
    auto again = retry.Wait(error, stop);
    if (lost && (!again || !*again)) return *std::move(lost);  // what the catalog has not done by now it may yet do
    DVT_ASSIGN(const bool goes_on, std::move(again));
    if (!goes_on) return error;
    DVT_TRY(table.Refresh(stop));
    if (lost && change.done(table.metadata())) return {};
  }
}

}  // namespace dvt::lake
