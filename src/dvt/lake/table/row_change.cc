#include "dvt/lake/table/row_change.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/filter/value_range.h"
#include "dvt/lake/table/row_change_internal.h"
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

Result<std::shared_ptr<arrow::RecordBatch>> WithoutRows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                        const std::vector<bool>& goes) {
  std::vector<bool> stays(goes);
  stays.flip();
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

Result<std::vector<bool>> RowChange::GoesOf(const arrow::RecordBatch& batch) const {
  std::vector<bool> goes(static_cast<size_t>(batch.num_rows()));
  if (options_.what == Replaces::kKeys) {
    DVT_ASSIGN(const auto keys, RowKeys(keys_->fields, schema_.fields, batch));
    for (size_t i = 0; i < goes.size(); ++i) goes[i] = keys_->keys.contains(keys[i]);
    return goes;
  }
  DVT_ASSIGN(const auto mask, EvaluateFilter(filter_, schema_.fields, batch));
  const auto& values = static_cast<const arrow::BooleanArray&>(*mask);
  for (size_t i = 0; i < goes.size(); ++i)
    goes[i] = values.IsValid(static_cast<int64_t>(i)) && values.Value(static_cast<int64_t>(i));
  return goes;
}

Status RowChange::Judge(const FileTask& task, const Take& take, std::stop_token stop) const {
  ParquetRead read;
  read.fields = schema_.fields;
  const std::string mapping = table_.metadata().Property("schema.name-mapping.default", "");
  if (mapping.empty()) {
    read.names = NameMapping::Of(schema_);
  } else {
    DVT_ASSIGN(const Value json, ParseJson(mapping));
    DVT_ASSIGN(read.names, NameMapping::FromJson(json));
  }
  if (const PartitionSpec* spec = table_.metadata().FindSpec(task.file.spec_id)) {
    for (size_t i = 0; i < spec->fields.size(); ++i)
      if (spec->fields[i].transform.kind() == TransformKind::kIdentity)
        read.constants[spec->fields[i].source_id] = task.file.partition[i];
  }
  DVT_ASSIGN(const auto file, ParquetFile::Open(table_.store(), task.file.path, task.file.file_size, std::move(read)));
  for (int group = 0; group < file->row_groups(); ++group) {
    DVT_ASSIGN(const auto reader, file->OpenRowGroup(group));
    int64_t row = file->first_row(group);
    while (true) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the change was cancelled");
      DVT_ASSIGN(const auto batch, reader->Next());
      if (batch == nullptr) break;
      DVT_ASSIGN(const auto goes, GoesOf(*batch));
      DVT_TRY(take(batch, row, goes));
      row += batch->num_rows();
    }
  }
  return {};
}

Status RowChange::Rewrite(const FileTask& task, RowWriter& writer, DeleteReader& deletes, SnapshotChange& change,
                          std::stop_token stop) {
  // A file is read twice, so that nothing is written of one that keeps all its rows.
  bool any = false;
  DVT_TRY(Judge(
      task,
      [&](const auto&, int64_t, const std::vector<bool>& goes) -> Status {
        any = any || std::find(goes.begin(), goes.end(), true) != goes.end();
        return {};
      },
      stop));
  if (!any) return {};
  DVT_ASSIGN(const auto earlier, deletes.For(task.file, task.deletes));
  int64_t left = 0, before = 0;
  DVT_TRY(Judge(
      task,
      [&](const auto& batch, int64_t first_row, const std::vector<bool>& goes) -> Status {
        std::vector<bool> gone(goes);
        DVT_ASSIGN(const auto alive, earlier->Survivors(*batch, schema_.fields, first_row));
        for (size_t i = 0; i < gone.size(); ++i) {
          before += alive[i] ? 1 : 0;
          gone[i] = gone[i] || !alive[i];
        }
        DVT_ASSIGN(const auto kept, WithoutRows(batch, gone));
        left += kept->num_rows();
        return kept->num_rows() > 0 ? writer.Write(kept) : Status();
      },
      stop));
  change.removed.insert(task.file.path);
  rows_removed_ += before - left;
  return {};
}

Status RowChange::MarkDeleted(const FileTask& task, DeleteReader& deletes, SnapshotChange& change, std::stop_token stop) {
  DVT_ASSIGN(const auto earlier, deletes.For(task.file, task.deletes));
  std::vector<int64_t> places;
  DVT_TRY(Judge(
      task,
      [&](const auto& batch, int64_t first_row, const std::vector<bool>& goes) -> Status {
        DVT_ASSIGN(const auto alive, earlier->Survivors(*batch, schema_.fields, first_row));
        for (size_t i = 0; i < goes.size(); ++i)
          if (goes[i] && alive[i]) places.push_back(first_row + static_cast<int64_t>(i));
        return {};
      },
      stop));
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

// New files that this change would have looked into, if it had begun after them.
Status RowChange::CheckNobodyElse(const Table& now, int64_t sequence_number) const {
  ScanOptions scan;
  scan.ref = options_.append.branch == "main" ? "" : options_.append.branch;
  scan.filter = options_.filter;
  DVT_ASSIGN(const ScanPlan plan, now.Plan(scan, {}));
  for (const auto& task : plan.tasks) {
    if (task.sequence_number <= sequence_number) continue;
    if (options_.what == Replaces::kPartitions && !partitions_.contains(PartitionOf(task.file))) continue;
    return Error(ErrorCode::kDeadlock,
                 fmt::format("somebody else wrote rows to {} that this change is about", now.identifier().ToString()));
  }
  return {};
}

Result<WriteOutcome> RowChange::Try(std::stop_token stop) {
  rows_removed_ = 0;
  DVT_ASSIGN(filter_, BindFilter(options_.filter, schema_));
  partitions_.clear();
  for (const auto& file : fresh_) partitions_.insert(PartitionOf(file));
  ScanOptions scan;
  scan.ref = options_.append.branch == "main" ? "" : options_.append.branch;
  scan.filter = options_.filter;
  DVT_ASSIGN(const ScanPlan plan, table_.Plan(scan, stop));
  SnapshotChange change = layout_;
  change.branch = options_.append.branch;
  change.summary = options_.append.summary;
  change.keep_added = true;
  const bool marks = fresh_.empty() &&
                     ToLower(table_.metadata().Property("write.delete.mode", "copy-on-write")) == "merge-on-read" &&
                     table_.metadata().format_version > 1;
  DVT_ASSIGN(const auto writer, RowWriter::Make(table_, schema_));
  DeleteReader deletes(table_.store(), schema_);
  for (const auto& task : plan.tasks) {
    DVT_ASSIGN(const Fate fate, FateOf(task));
    if (fate == Fate::kGoes) {
      change.removed.insert(task.file.path);
      rows_removed_ += task.file.record_count;
    } else if (fate == Fate::kMixed && marks) {
      DVT_TRY(MarkDeleted(task, deletes, change, stop));
    } else if (fate == Fate::kMixed) {
      DVT_TRY(Rewrite(task, *writer, deletes, change, stop));
    }
  }
  DVT_ASSIGN(change.added, writer->Finish());
  std::vector<std::string> made;
  for (const auto* files : {&change.added, &change.added_deletes})
    for (const auto& file : *files) made.push_back(file.path);
  change.added.insert(change.added.end(), fresh_.begin(), fresh_.end());
  change.operation = change.added.empty() && change.added_deletes.empty() ? "delete" : "overwrite";
  if (fresh_.empty() && !change.added_deletes.empty() && change.added.empty()) change.operation = "delete";
  WriteOutcome outcome;
  for (const auto& file : fresh_) {
    outcome.rows += file.record_count;
    outcome.bytes += file.file_size;
  }
  outcome.files = static_cast<int64_t>(change.added.size() + change.added_deletes.size());
  outcome.rows_removed = rows_removed_;
  const bool nothing = change.added.empty() && change.removed.empty() && change.added_deletes.empty();
  if (nothing && !changes_layout() && change.properties.empty()) return outcome;
  change.validate = [this, sequence = table_.metadata().last_sequence_number](const Table& now) {
    return CheckNobodyElse(now, sequence);
  };
  auto committed = CommitSnapshot(table_, change, stop);
  if (!committed) {
    if (committed.error().code() != ErrorCode::kStartOver) (void)table_.store().Remove(made).has_value();
    return std::move(committed).error();
  }
  outcome.snapshot_id = *committed;
  return outcome;
}

Result<WriteOutcome> RowChange::Run(std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    auto outcome = Try(stop);
    if (outcome) return outcome;
    const ErrorCode code = outcome.error().code();
    const bool again = code == ErrorCode::kDeadlock && attempt < kMostAttempts && !changes_layout() && !stop.stop_requested();
    if (!again) {
      std::vector<std::string> paths;
      for (const auto& file : fresh_) paths.push_back(file.path);
      if (code != ErrorCode::kStartOver) (void)table_.store().Remove(paths).has_value();
      return outcome;
    }
    DVT_TRY(table_.Refresh(stop));
  }
}

Result<WriteOutcome> Delete(Table& table, const Filter& filter, const AppendOptions& options, std::stop_token stop) {
  ReplaceOptions replace;
  replace.append = options;
  replace.what = Replaces::kFiltered;
  replace.filter = filter;
  return Told("iceberg.delete", table.identifier(), options,
              [&] { return RowChange(table, replace, table.metadata().schema()).Run(stop); });
}

}  // namespace dvt::lake
