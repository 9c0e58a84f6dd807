#include <algorithm>
#include <map>

#include "dvt/lake/data/partitioner_arrow.h"
#include "dvt/lake/table/maintenance.h"
#include "dvt/lake/table/row_intake_internal.h"
#include "dvt/lake/table/span_internal.h"

namespace dvt::lake {

namespace {

bool IsAwkward(const FileTask& task, int64_t target, int default_spec) {
  return task.file.file_size < target * 3 / 4 || !task.deletes.empty() || task.file.spec_id != default_spec;
}

// The files to write again: of each partition that has more than one small file, or one that is small no longer for its deletes.
ScanPlan Awkward(ScanPlan plan, const TableMetadata& table) {
  const int64_t target = table.IntProperty("write.target-file-size-bytes", int64_t{512} << 20);
  std::map<std::string, std::vector<FileTask>> groups;
  for (auto& task : plan.tasks) {
    if (!IsAwkward(task, target, table.default_spec_id)) continue;
    const std::string key = std::to_string(task.file.spec_id) + "/" + PartitionKey(task.file.partition);
    groups[key].push_back(std::move(task));
  }
  plan.tasks.clear();
  for (auto& [key, tasks] : groups) {
    const bool worth = tasks.size() > 1 || !tasks[0].deletes.empty() || tasks[0].file.spec_id != table.default_spec_id;
    if (!worth) continue;
    for (auto& task : tasks) plan.tasks.push_back(std::move(task));
  }
  return plan;
}

ScanOptions AllOf(const std::string& branch) {
  ScanOptions scan;
  scan.ref = branch;
  return scan;
}

// The rewritten files must not have got new delete files meanwhile.
Status CheckDeletes(const Table& now, const std::string& branch, const std::map<std::string, size_t>& deletes) {
  DVT_ASSIGN(const ScanPlan plan, now.Plan(AllOf(branch), {}));
  for (const auto& task : plan.tasks) {
    const auto found = deletes.find(task.file.path);
    if (found != deletes.end() && found->second != task.deletes.size())
      return Error(ErrorCode::kDeadlock, "somebody else deleted rows of files that were being compacted at the same time");
  }
  return {};
}

Result<WriteOutcome> CompactFiles(Table& table, const AppendOptions& options, std::stop_token stop) {
  DVT_TRY(table.Refresh(stop));
  DVT_TRY(CheckWritable(table, options.branch, false));
  DVT_ASSIGN(ScanPlan all, table.Plan(AllOf(options.branch), stop));
  ScanPlan plan = Awkward(std::move(all), table.metadata());
  WriteOutcome outcome;
  if (plan.tasks.empty()) return outcome;
  SnapshotChange change;
  change.operation = "replace";
  change.branch = options.branch;
  std::map<std::string, size_t> deletes;
  for (const auto& task : plan.tasks) {
    change.removed.insert(task.file.path);
    deletes[task.file.path] = task.deletes.size();
  }
  DVT_ASSIGN(auto rows, table.Read(std::move(plan), {}, stop));
  DVT_ASSIGN(RowIntake intake, RowIntake::Open(table, std::move(rows), options));
  DVT_ASSIGN(change.added, intake.Read({}, stop));
  change.validate = [&](const Table& now) { return CheckDeletes(now, options.branch, deletes); };
  outcome.rows = intake.rows();
  outcome.files = static_cast<int64_t>(change.added.size());
  for (const auto& file : change.added) outcome.bytes += file.file_size;
  outcome.rows_removed = 0;
  DVT_ASSIGN(outcome.snapshot_id, CommitSnapshot(table, change, stop));
  return outcome;
}

}  // namespace

Result<WriteOutcome> Compact(Table& table, const std::string& branch, std::stop_token stop) {
  AppendOptions options;
  options.branch = branch;
  options.evolve_schema = false;
  return Told("iceberg.compact", table.identifier(), options, [&] { return CompactFiles(table, options, stop); });
}

}  // namespace dvt::lake
