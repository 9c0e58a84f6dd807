#include "dvt/lake/table/append.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/iceberg/evolution.h"
#include "dvt/lake/storage/file_store_arrow.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/row_change_internal.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

namespace {

/// A stream's rows, imported.
class RowSource {
 public:
  static Result<RowSource> Open(columnar::Stream stream) {
    RowSource source;
    source.stream_ = std::make_unique<columnar::Stream>(std::move(stream));
    ArrowArrayStream raw = source.stream_->Take();
    ArrowSchema schema;
    schema.release = nullptr;
    if (raw.get_schema(&raw, &schema) != 0) {
      *source.stream_ = columnar::Stream(raw);
      return Error(ErrorCode::kData, "the rows to write have no schema");
    }
    *source.stream_ = columnar::Stream(raw);
    auto imported = arrow::ImportSchema(&schema);
    if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
    source.schema_ = *std::move(imported);
    return source;
  }

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  Result<std::shared_ptr<arrow::RecordBatch>> Next() {
    DVT_ASSIGN(columnar::Array batch, stream_->Next());
    if (!batch.valid()) return std::shared_ptr<arrow::RecordBatch>();
    ArrowArray raw = batch.Take();
    auto imported = arrow::ImportRecordBatch(&raw, schema_);
    if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
    return *std::move(imported);
  }

 private:
  std::unique_ptr<columnar::Stream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
};

Status PrepareSchema(const Table& table, const arrow::Schema& incoming, bool evolve, SnapshotChange& change) {
  // Columns of nulls only say nothing of their type; they fit every optional column and make none.
  arrow::FieldVector typed;
  for (const auto& field : incoming.fields())
    if (field->type()->id() != arrow::Type::NA) typed.push_back(field);
  DVT_ASSIGN(const auto fields, FieldsOfArrow(arrow::Schema(typed)));
  const TableMetadata& metadata = table.metadata();
  if (!evolve) return CheckFitsSchema(metadata.schema(), fields);
  DVT_ASSIGN(EvolvedSchema evolved, UnionByName(metadata.schema(), fields, metadata.last_column_id));
  if (!evolved.changed) return {};
  change.schema = std::move(evolved.schema);
  change.last_column_id = evolved.last_column_id;
  return {};
}

}  // namespace

Result<Schema> SchemaOfStream(columnar::Stream& rows) {
  ArrowArrayStream raw = rows.Take();
  ArrowSchema schema;
  schema.release = nullptr;
  const int failed = raw.get_schema(&raw, &schema);
  rows = columnar::Stream(raw);
  if (failed != 0) return Error(ErrorCode::kData, "the rows to write have no schema");
  auto imported = arrow::ImportSchema(&schema);
  if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
  Schema out;
  DVT_ASSIGN(out.fields, FieldsOfArrow(**imported));
  return out;
}

namespace {

/// Reads a stream's rows into new files of the table; the schema may have to change for them.
class RowIntake {
 public:
  static Result<RowIntake> Open(Table& table, columnar::Stream rows, const AppendOptions& options) {
    RowIntake intake;
    DVT_ASSIGN(intake.source_, RowSource::Open(std::move(rows)));
    DVT_TRY(PrepareSchema(table, *intake.source_.schema(), options.evolve_schema, intake.change));
    intake.schema = intake.change.schema ? *intake.change.schema : table.metadata().schema();
    DVT_ASSIGN(intake.shaper_, RowShaper::Make(*intake.source_.schema(), intake.schema));
    DVT_ASSIGN(intake.writer, RowWriter::Make(table, intake.schema));
    return intake;
  }

  // Every batch is shown to `seen` before it is written.
  Result<std::vector<DataFile>> Read(const std::function<Status(const arrow::RecordBatch&)>& seen, std::stop_token stop) {
    while (true) {
      if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the write was cancelled");
      DVT_ASSIGN(const auto batch, source_.Next());
      if (batch == nullptr) return writer->Finish();
      DVT_ASSIGN(const auto shaped, shaper_->Shape(*batch));
      if (seen) DVT_TRY(seen(*shaped));
      DVT_TRY(writer->Write(shaped));
    }
  }

  SnapshotChange change;  // the schema's, if it changes
  Schema schema;
  std::unique_ptr<RowWriter> writer;

 private:
  RowSource source_;
  std::unique_ptr<RowShaper> shaper_;
};

// The columns whose values make a row's key.
Result<std::vector<NestedField>> KeyFields(const Table& table, const Schema& schema, const std::vector<std::string>& names) {
  std::vector<NestedField> fields;
  for (const auto& name : names) {
    const NestedField* field = schema.Find(name);
    if (field == nullptr) field = schema.Find(name, true);
    if (field == nullptr || field->type.is_nested())
      return Error(ErrorCode::kNotFound,
                   fmt::format("the table has no column '{}' that could be a key.{}", name, DidYouMean(name, schema.Names())));
    fields.push_back(*field);
  }
  for (const int id : names.empty() ? schema.identifier_ids : std::vector<int>())
    if (const NestedField* field = schema.Find(id)) fields.push_back(*field);
  if (fields.empty())
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("rows of {} cannot be matched: it has no identifier columns", table.identifier().ToString()))
        .WithHint("name the columns of the key");
  return fields;
}

Status TakeKeys(const arrow::RecordBatch& batch, const Schema& schema, EqualityKeys& keys) {
  DVT_ASSIGN(auto rows, RowKeys(keys.fields, schema.fields, batch));
  for (auto& row : rows)
    if (!keys.keys.insert(std::move(row)).second)
      return Error(ErrorCode::kConstraint, "the rows to write have a key more than once");
  return {};
}

}  // namespace

Result<WriteOutcome> Replace(Table& table, columnar::Stream rows, const ReplaceOptions& options, std::stop_token stop) {
  DVT_ASSIGN(RowIntake intake, RowIntake::Open(table, std::move(rows), options.append));
  RowChange row_change(table, options, intake.schema);
  auto keys = std::make_shared<EqualityKeys>();
  std::function<Status(const arrow::RecordBatch&)> seen;
  if (options.what == Replaces::kKeys) {
    DVT_ASSIGN(keys->fields, KeyFields(table, intake.schema, options.keys));
    seen = [&](const arrow::RecordBatch& batch) { return TakeKeys(batch, intake.schema, *keys); };
  }
  DVT_ASSIGN(auto files, intake.Read(seen, stop));
  row_change.SetFresh(std::move(files));
  row_change.SetKeys(std::move(keys));
  row_change.SetSchema(intake.change);
  return row_change.Run(stop);
}

Result<WriteOutcome> Append(Table& table, columnar::Stream rows, const AppendOptions& options, std::stop_token stop) {
  DVT_ASSIGN(RowIntake intake, RowIntake::Open(table, std::move(rows), options));
  SnapshotChange& change = intake.change;
  change.branch = options.branch;
  change.summary = options.summary;
  DVT_ASSIGN(change.added, intake.Read({}, stop));
  WriteOutcome outcome;
  outcome.rows = intake.writer->rows();
  outcome.files = static_cast<int64_t>(change.added.size());
  for (const auto& file : change.added) outcome.bytes += file.file_size;
  DVT_ASSIGN(outcome.snapshot_id, CommitSnapshot(table, change, stop));
  return outcome;
}

}  // namespace dvt::lake
