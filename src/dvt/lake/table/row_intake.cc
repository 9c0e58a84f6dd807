#include <arrow/c/bridge.h>

#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/iceberg/evolution.h"
#include "dvt/lake/storage/file_store_arrow.h"
#include "dvt/lake/table/row_intake_internal.h"

namespace dvt::lake {

namespace {

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

Result<RowSource> RowSource::Open(columnar::Stream stream) {
  RowSource source;
  source.stream_ = std::make_unique<columnar::Stream>(std::move(stream));
  ArrowArrayStream raw = source.stream_->Take();
  ArrowSchema schema;
  schema.release = nullptr;
  const int failed = raw.get_schema(&raw, &schema);
  *source.stream_ = columnar::Stream(raw);
  if (failed != 0) return Error(ErrorCode::kData, "the rows to write have no schema");
  auto imported = arrow::ImportSchema(&schema);
  if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
  source.schema_ = *std::move(imported);
  return source;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowSource::Next() {
  DVT_ASSIGN(columnar::Array batch, stream_->Next());
  if (!batch.valid()) return std::shared_ptr<arrow::RecordBatch>();
  ArrowArray raw = batch.Take();
  auto imported = arrow::ImportRecordBatch(&raw, schema_);
  if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
  return *std::move(imported);
}

Result<RowIntake> RowIntake::Open(Table& table, columnar::Stream rows, bool evolve_schema) {
  RowIntake intake;
  DVT_ASSIGN(intake.source_, RowSource::Open(std::move(rows)));
  DVT_TRY(PrepareSchema(table, *intake.source_.schema(), evolve_schema, intake.change_));
  intake.schema_ = intake.change_.schema ? *intake.change_.schema : table.metadata().schema();
  DVT_ASSIGN(intake.shaper_, RowShaper::Make(*intake.source_.schema(), intake.schema_));
  DVT_ASSIGN(intake.writer_, RowWriter::Make(table, intake.schema_));
  return intake;
}

Result<std::vector<DataFile>> RowIntake::Read(const std::function<Status(const arrow::RecordBatch&)>& seen,
                                              std::stop_token stop) {
  while (true) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "the write was cancelled");
    DVT_ASSIGN(const auto batch, source_.Next());
    if (batch == nullptr) return writer_->Finish();
    DVT_ASSIGN(const auto shaped, shaper_->Shape(*batch));
    if (seen) DVT_TRY(seen(*shaped));
    DVT_TRY(writer_->Write(shaped));
  }
}

}  // namespace dvt::lake
