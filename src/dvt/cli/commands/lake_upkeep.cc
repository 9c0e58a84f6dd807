#include <fmt/format.h>

#include "dvt/cli/commands/lake_verbs.h"
#include "dvt/lake/table/layout_change.h"
#include "dvt/lake/table/maintenance.h"

namespace dvt::cli {

namespace {

constexpr int64_t kDayMs = 86400000;

Result<int64_t> OlderThan(const LakeCall& call, int days) {
  if (call.options.older_than.empty()) return lake::NowMs() - days * kDayMs;
  return LakeMoment("--older-than", call.options.older_than);
}

void PrintClean(const LakeCall& call, const lake::CleanOutcome& outcome, const std::string& text) {
  Value json = Value::MakeMap();
  json.Set("snapshots", outcome.snapshots);
  Value& files = json.Set("files", Value::MakeList());
  for (const auto& file : outcome.files) files.Push(file);
  call.Print(json, text);
}

}  // namespace

Result<int> LakeTableSet(LakeCall& call) {
  DVT_ASSIGN(const auto updates, LakeSettings(call.options.settings));
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_TRY(lake::SetProperties(table, updates, call.options.removals, call.stop));
  return 0;
}

Result<int> LakeTableLayout(LakeCall& call) {
  const LakeOptions& o = call.options;
  std::optional<std::string> partition_by, sort_by;
  if (!o.partition_by.empty()) partition_by = o.partition_by;
  if (!o.sort_by.empty()) sort_by = o.sort_by;
  if ((partition_by && o.unpartitioned) || (sort_by && o.unsorted))
    return Error(ErrorCode::kInvalidArgument, "give a layout or its end, not both");
  if (o.unpartitioned) partition_by = "";
  if (o.unsorted) sort_by = "";
  if (!partition_by && !sort_by)
    return Error(ErrorCode::kInvalidArgument, "give --partition-by, --sort-by, --unpartitioned or --unsorted");
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_TRY(lake::ChangeLayout(table, partition_by, sort_by, call.stop));
  return 0;
}

namespace {

Result<int> ChangeColumn(LakeCall& call, const std::vector<lake::ColumnChange>& changes) {
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_TRY(lake::ChangeColumns(table, changes, call.stop));
  return 0;
}

}  // namespace

Result<int> LakeColumnAdd(LakeCall& call) {
  return ChangeColumn(call, {{lake::ColumnChange::Kind::kAdd, call.options.column, call.options.other, call.options.doc}});
}

Result<int> LakeColumnRename(LakeCall& call) {
  return ChangeColumn(call, {{lake::ColumnChange::Kind::kRename, call.options.column, call.options.other, {}}});
}

Result<int> LakeColumnDrop(LakeCall& call) {
  return ChangeColumn(call, {{lake::ColumnChange::Kind::kDrop, call.options.column, {}, {}}});
}

Result<int> LakeColumnSet(LakeCall& call) {
  using Kind = lake::ColumnChange::Kind;
  std::vector<lake::ColumnChange> changes;
  if (!call.options.other.empty()) changes.push_back({Kind::kRetype, call.options.column, call.options.other, {}});
  if (call.options.nullable) changes.push_back({Kind::kOptional, call.options.column, {}, {}});
  if (call.options.new_doc) changes.push_back({Kind::kDescribe, call.options.column, *call.options.new_doc, {}});
  if (changes.empty()) return Error(ErrorCode::kInvalidArgument, "give --type, --nullable or --doc");
  return ChangeColumn(call, changes);
}

Result<int> LakeExpire(LakeCall& call) {
  lake::ExpireOptions options;
  DVT_ASSIGN(options.older_than_ms, OlderThan(call, 5));
  options.keep_last = call.options.keep_last;
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::ExpireSnapshots(table, options, call.stop));
  PrintClean(call, outcome, fmt::format("{} snapshots and {} files removed", outcome.snapshots, outcome.files.size()));
  return 0;
}

Result<int> LakeOrphans(LakeCall& call) {
  DVT_ASSIGN(const int64_t older_than, OlderThan(call, 3));
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::RemoveOrphans(table, older_than, call.options.dry_run, call.stop));
  std::string text;
  for (const auto& file : outcome.files) text += file + "\n";
  PrintClean(call, outcome,
             text + fmt::format("{} files {}", outcome.files.size(), call.options.dry_run ? "would be removed" : "removed"));
  return 0;
}

Result<int> LakeCompact(LakeCall& call) {
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::Compact(table, call.options.branch, call.stop));
  return LakePrintOutcome(call, outcome.rows, outcome.rows_removed, outcome.files, outcome.bytes, outcome.snapshot_id);
}

Result<int> LakeRewriteManifests(LakeCall& call) {
  lake::RewriteManifestsOptions options;
  options.target_bytes = call.options.target_size;
  options.dry = call.options.dry_run;
  options.branch = call.options.branch;
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_ASSIGN(const auto outcome, lake::RewriteManifests(table, options, call.stop));
  Value json = Value::MakeMap();
  json.Set("manifests_created", outcome.created);
  json.Set("manifests_replaced", outcome.replaced);
  json.Set("manifests_kept", outcome.kept);
  json.Set("entries_processed", outcome.entries);
  json.Set("snapshot_id", outcome.snapshot_id ? Value(*outcome.snapshot_id) : Value());
  std::string text = fmt::format("{} manifests of {} files {} {}, {} kept", outcome.replaced, outcome.entries,
                                 options.dry ? "would become" : "became", outcome.created, outcome.kept);
  if (!options.dry) text += outcome.snapshot_id ? fmt::format(", snapshot {}", *outcome.snapshot_id) : ", nothing to commit";
  call.Print(json, text);
  return 0;
}

Result<int> LakeRollback(LakeCall& call) {
  DVT_ASSIGN(const int64_t snapshot, LakeSnapshotId(call.options.snapshot));
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_TRY(lake::RollBack(table, snapshot, call.stop));
  return 0;
}

Result<int> LakeRefSet(LakeCall& call) {
  DVT_ASSIGN(auto table, call.OpenTable());
  if (call.options.snapshot.empty() && !table.metadata().current_snapshot_id)
    return Error(ErrorCode::kInvalidArgument, fmt::format("{} has no snapshot yet", call.options.name));
  int64_t snapshot = table.metadata().current_snapshot_id.value_or(0);
  if (!call.options.snapshot.empty()) {
    DVT_ASSIGN(snapshot, LakeSnapshotId(call.options.snapshot));
  }
  DVT_TRY(lake::SetRef(table, call.options.ref, !call.options.tag, snapshot, call.stop));
  return 0;
}

Result<int> LakeRefDrop(LakeCall& call) {
  DVT_ASSIGN(auto table, call.OpenTable());
  DVT_TRY(lake::RemoveRef(table, call.options.ref, call.stop));
  return 0;
}

}  // namespace dvt::cli
