#include "dvt/lake/table/row_change.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/filter/value_range.h"
#include "dvt/lake/table/row_change_internal.h"
#include "dvt/lake/table/row_judge_internal.h"
#include "dvt/lake/table/span_internal.h"

namespace dvt::lake {

namespace {

constexpr int kPathId = 2147483546, kPositionId = 2147483545;
constexpr int kMostAttempts = 20;

Schema DeleteFileSchema() {
  Schema schema;
  schema.fields = {{kPathId, "file_path", TypeId::kString, true}, {kPositionId, "pos", TypeId::kLong, true}};
  return schema;
}

Result<std::shared_ptr<arrow::RecordBatch>> PositionBatch(const std::string& path, const std::vector<int64_t>& places) {
  arrow::StringBuilder paths;
  arrow::Int64Builder numbers;
  std::shared_ptr<arrow::Array> path_column, place_column;
  auto status = numbers.AppendValues(places);
  for (size_t i = 0; status.ok() && i < places.size(); ++i) status = paths.Append(path);
  if (status.ok()) status = paths.Finish(&path_column);
  if (status.ok()) status = numbers.Finish(&place_column);
  if (!status.ok()) return Error(ErrorCode::kMemory, status.message());
  return arrow::RecordBatch::Make(ArrowSchemaOf(DeleteFileSchema().fields), static_cast<int64_t>(places.size()),
                                  {path_column, place_column});
}

Result<std::shared_ptr<arrow::RecordBatch>> OnlyRows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                     const std::vector<bool>& stays) {
  arrow::BooleanBuilder builder;
  std::shared_ptr<arrow::Array> mask;
  auto status = builder.AppendValues(stays);
  if (status.ok()) status = builder.Finish(&mask);
  if (!status.ok()) return Error(ErrorCode::kMemory, status.message());
  return KeepRows(batch, mask);
}

std::string PartitionOf(const DataFile& file) { return std::to_string(file.spec_id) + "/" + PartitionKey(file.partition); }

}  // namespace

Result<RowChange::Fate> RowChange::FateOf(const FileTask& task) const {
  switch (options_.what) {
    case Replaces::kWhole: return Fate::kGoes;
    case Replaces::kPartitions:
      if (task.file.spec_id != table_.metadata().default_spec_id)
        return Error(ErrorCode::kUnsupported,
                     fmt::format("{} has files of an older partitioning, whose partitions cannot be replaced",
                                 table_.identifier().ToString()))
            .WithHint("replace by a filter, or rewrite the table first");
      return partitions_.contains(PartitionOf(task.file)) ? Fate::kGoes : Fate::kStays;
    case Replaces::kKeys: return Fate::kMixed;
    case Replaces::kFiltered: break;
  }
  const bool all = AllMatch(filter_, [&](int id, const Type& type) { return RangeOfFile(task.file, id, type); });
  return all ? Fate::kGoes : Fate::kMixed;
}

ScanOptions RowChange::Concerned(const Table& table) const {
  ScanOptions scan;
  const std::string& branch = options_.append.branch;  // a new one begins with what main holds
  scan.ref = branch == "main" || !table.metadata().refs.contains(branch) ? "" : branch;
  scan.filter = keys_ != nullptr ? keys_->Where(table.metadata().schema()) : options_.filter;
  return scan;
}

Status RowChange::Sort(const ScanPlan& plan, SnapshotChange& change, std::vector<const FileTask*>& mixed) {
  for (const auto& task : plan.tasks) {
    if (task.idle) continue;
    DVT_ASSIGN(const Fate fate, FateOf(task));
    if (fate == Fate::kStays) continue;
    if (fate == Fate::kMixed) {
      deletes_seen_[task.file.path] = task.deletes.size();
      mixed.push_back(&task);
      continue;
    }
    change.removed.insert(task.file.path);
    rows_removed_ += task.file.record_count;
  }
  return {};
}

Status RowChange::Rewrite(const FileTask& task, const std::vector<bool>& meant, RowWriter& writer, DeleteReader& deletes,
                          SnapshotChange& change, std::stop_token stop) {
  DVT_ASSIGN(const auto earlier, deletes.For(task.file, task.deletes));
  DVT_ASSIGN(const auto file, OpenTaskFile(table_, task, schema_, schema_.fields));
  int64_t left = 0, before = 0;
  DVT_TRY(ReadTaskFile(
      *file, nullptr,
      [&](const auto& batch, int64_t first_row) -> Status {
        DVT_ASSIGN(auto stays, earlier->Survivors(*batch, schema_.fields, first_row));
        for (size_t i = 0; i < stays.size(); ++i) {
          before += stays[i] ? 1 : 0;
          const size_t place = static_cast<size_t>(first_row) + i;
          if (place < meant.size() && meant[place]) stays[i] = false;
        }
        DVT_ASSIGN(const auto kept, OnlyRows(batch, stays));
        left += kept->num_rows();
        return kept->num_rows() > 0 ? writer.Write(kept) : Status();
      },
      stop));
  change.removed.insert(task.file.path);
  rows_removed_ += before - left;
  return {};
}

Result<std::vector<int64_t>> RowChange::Places(const FileTask& task, const std::vector<bool>& meant, const FileDeletes& earlier,
                                               std::stop_token stop) const {
  std::vector<int64_t> places;
  if (earlier.equality.empty()) {
    for (size_t place = 0; place < meant.size(); ++place) {
      const auto row = static_cast<int64_t>(place);
      if (meant[place] && !std::binary_search(earlier.positions.begin(), earlier.positions.end(), row)) places.push_back(row);
    }
    return places;
  }
  DVT_ASSIGN(const auto file, OpenTaskFile(table_, task, schema_, schema_.fields));
  DVT_TRY(ReadTaskFile(
      *file, nullptr,
      [&](const auto& batch, int64_t first_row) -> Status {
        DVT_ASSIGN(const auto alive, earlier.Survivors(*batch, schema_.fields, first_row));
        for (size_t i = 0; i < alive.size(); ++i) {
          const size_t place = static_cast<size_t>(first_row) + i;
          if (alive[i] && place < meant.size() && meant[place]) places.push_back(static_cast<int64_t>(place));
        }
        return {};
      },
      stop));
  return places;
}

Status RowChange::MarkDeleted(const FileTask& task, const std::vector<bool>& meant, DeleteReader& deletes, SnapshotChange& change,
                              std::stop_token stop) {
  DVT_ASSIGN(const auto earlier, deletes.For(task.file, task.deletes));
  DVT_ASSIGN(const auto places, Places(task, meant, *earlier, stop));
  if (places.empty()) return {};
  rows_removed_ += static_cast<int64_t>(places.size());
  std::string folder = table_.metadata().Property("write.data.path", table_.metadata().location + "/data");
  const std::string location = fmt::format("{}/deletes-{}.parquet", folder, NewUuid());
  ParquetWrite options;
  options.schema = DeleteFileSchema();
  options.properties["write.metadata.metrics.default"] = "full";
  DVT_ASSIGN(const auto writer, ParquetWriter::Open(table_.store(), location, options));
  DVT_ASSIGN(const auto batch, PositionBatch(task.file.path, places));
  DVT_TRY(writer->WriteRowGroup({batch}));
  DVT_ASSIGN(DataFile file, writer->Finish());
  file.content = FileContent::kPositionDeletes;
  file.spec_id = task.file.spec_id;
  file.partition = task.file.partition;
  file.referenced_data_file = task.file.path;
  change.added_deletes.push_back(std::move(file));
  return {};
}

// New files that this change would have looked into, if it had begun after them, and new deletes of files that it looked into.
Status RowChange::CheckNobodyElse(const Table& now, int64_t sequence_number) const {
  DVT_ASSIGN(const ScanPlan plan, now.Plan(Concerned(now), {}));
  for (const auto& task : plan.tasks) {
    if (task.idle) continue;
    if (options_.what == Replaces::kPartitions && !partitions_.contains(PartitionOf(task.file))) continue;
    const auto seen = deletes_seen_.find(task.file.path);
    const bool same = seen == deletes_seen_.end() || seen->second == task.deletes.size();
    if (task.sequence_number <= sequence_number && same) continue;
    return Error(ErrorCode::kDeadlock, fmt::format("somebody else {} rows of {} that this change is about",
                                                   same ? "wrote" : "deleted", now.identifier().ToString()));
  }
  return {};
}

bool RowChange::marks() const {
  return fresh_.empty() && ToLower(table_.metadata().Property("write.delete.mode", "copy-on-write")) == "merge-on-read" &&
         table_.metadata().format_version > 1;
}

WriteOutcome RowChange::Counted(const SnapshotChange& change) const {
  WriteOutcome outcome;
  for (const auto& file : fresh_) {
    outcome.rows += file.record_count;
    outcome.bytes += file.file_size;
  }
  outcome.files = static_cast<int64_t>(change.added.size() + change.added_deletes.size());
  outcome.rows_removed = rows_removed_;
  return outcome;
}

// Removes the files that this attempt made, but for those of the new rows.
void RowChange::Forget(const SnapshotChange& change) const {
  std::set<std::string> fresh;
  for (const auto& file : fresh_) fresh.insert(file.path);
  std::vector<std::string> made;
  for (const auto* files : {&change.added, &change.added_deletes})
    for (const auto& file : *files)
      if (!fresh.contains(file.path)) made.push_back(file.path);
  (void)table_.store().Remove(made).has_value();
}

Result<WriteOutcome> RowChange::Commit(SnapshotChange& change, std::stop_token stop) {
  change.added.insert(change.added.end(), fresh_.begin(), fresh_.end());
  change.operation = change.added.empty() ? "delete" : "overwrite";
  WriteOutcome outcome = Counted(change);
  const bool nothing = change.added.empty() && change.removed.empty() && change.added_deletes.empty();
  if (nothing && !changes_layout() && change.properties.empty()) return outcome;
  change.validate = [this, sequence = table_.metadata().last_sequence_number](const Table& now) {
    return CheckNobodyElse(now, sequence);
  };
  auto committed = CommitSnapshot(table_, change, stop);
  if (!committed) {
    if (committed.error().code() != ErrorCode::kStartOver) Forget(change);
    return std::move(committed).error();
  }
  outcome.snapshot_id = *committed;
  return outcome;
}

Result<WriteOutcome> RowChange::Try(std::stop_token stop) {
  rows_removed_ = 0;
  const ScanOptions scan = Concerned(table_);
  DVT_ASSIGN(filter_, BindFilter(scan.filter, schema_));
  partitions_.clear();
  deletes_seen_.clear();
  for (const auto& file : fresh_) partitions_.insert(PartitionOf(file));
  DVT_ASSIGN(const ScanPlan plan, table_.Plan(scan, stop));
  SnapshotChange change = layout_;
  change.branch = options_.append.branch;
  change.summary = options_.append.summary;
  change.keep_added = true;
  std::vector<const FileTask*> mixed;
  DVT_TRY(Sort(plan, change, mixed));
  DVT_ASSIGN(const auto writer, RowWriter::Make(table_, schema_, layout_.spec, layout_.order));
  DeleteReader deletes(table_.store(), schema_);
  const auto verdict = [&, marks = marks()](const FileTask& task, const std::vector<bool>& meant) {
    return marks ? MarkDeleted(task, meant, deletes, change, stop) : Rewrite(task, meant, *writer, deletes, change, stop);
  };
  auto judged = RowJudge(table_, schema_, filter_, keys_.get()).Run(mixed, verdict, stop);
  if (judged) {
    auto files = writer->Finish();
    if (files) change.added = *std::move(files);
    if (!files) judged = std::move(files).error();
  }
  if (!judged) {
    Forget(change);
    return std::move(judged).error();
  }
  return Commit(change, stop);
}

Result<WriteOutcome> RowChange::Run(std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    auto outcome = Try(stop);
    if (outcome) return outcome;
    const ErrorCode code = outcome.error().code();
    bool again = code == ErrorCode::kDeadlock && attempt < kMostAttempts && !changes_layout() && !stop.stop_requested();
    if (again) {
      auto refreshed = table_.Refresh(stop);
      if (!refreshed) outcome = std::move(refreshed).error();
      again = outcome.error().code() == ErrorCode::kDeadlock;
    }
    if (!again) {
      std::vector<std::string> paths;
      for (const auto& file : fresh_) paths.push_back(file.path);
      if (code != ErrorCode::kStartOver) (void)table_.store().Remove(paths).has_value();
      return outcome;
    }
  }
}

Result<WriteOutcome> Delete(Table& table, const Filter& filter, const AppendOptions& options, std::stop_token stop) {
  ReplaceOptions replace;
  replace.append = options;
  replace.what = Replaces::kFiltered;
  replace.filter = filter;
  return Told("iceberg.delete", table.identifier(), options, [&]() -> Result<WriteOutcome> {
    DVT_TRY(CheckWritable(table, options.branch, options.create_branch));
    return RowChange(table, replace, table.metadata().schema()).Run(stop);
  });
}

}  // namespace dvt::lake
