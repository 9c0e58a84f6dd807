#include <arrow/c/bridge.h>

#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/iceberg/evolution.h"
#include "dvt/lake/storage/file_store_arrow.h"
#include "dvt/lake/table/commit.h"
#include "dvt/lake/table/row_intake_internal.h"
#include "dvt/lake/table/stream.h"

namespace dvt::lake {

namespace {

// Columns of nulls only say nothing of their type; they fit every optional column and make none.
Result<std::vector<NestedField>> TypedFields(const arrow::Schema& incoming) {
  arrow::FieldVector typed;
  for (const auto& field : incoming.fields())
    if (field->type()->id() != arrow::Type::NA) typed.push_back(field);
  return FieldsOfArrow(arrow::Schema(typed));
}

Status CheckFits(const Schema& table, std::vector<NestedField> fields, bool leave_out_new) {
  if (leave_out_new) std::erase_if(fields, [&](const NestedField& field) { return table.Find(field.name, true) == nullptr; });
  return CheckFitsSchema(table, fields);
}

Status PrepareSchema(const Table& table, const arrow::Schema& incoming, const AppendOptions& options, SnapshotChange& change) {
  DVT_ASSIGN(const auto fields, TypedFields(incoming));
  const TableMetadata& metadata = table.metadata();
  if (!options.evolve_schema) return CheckFits(metadata.schema(), fields, options.leave_out_new);
  DVT_ASSIGN(EvolvedSchema evolved, UnionByName(metadata.schema(), fields, metadata.last_column_id));
  if (options.drop_missing) {
    DVT_ASSIGN(const auto all, FieldsOfArrow(incoming));
    evolved = DropMissing(std::move(evolved), all);
  }
  if (!evolved.changed) return {};
  change.schema = std::move(evolved.schema);
  change.last_column_id = evolved.last_column_id;
  return {};
}

Status PrepareRebuild(const Table& table, const arrow::Schema& incoming, const TableLayout& layout, SnapshotChange& change) {
  DVT_ASSIGN(const auto fields, TypedFields(incoming));
  const TableMetadata& metadata = table.metadata();
  EvolvedSchema rebuilt = RebuiltSchema(metadata.schema(), fields, metadata.last_column_id);
  DVT_ASSIGN(PartitionSpec spec, ParsePartitionSpec(layout.partition_by, rebuilt.schema));
  spec = NumberedSpec(metadata, std::move(spec));
  if (spec.id != metadata.default_spec_id) change.spec = std::move(spec);
  DVT_ASSIGN(SortOrder order, ParseSortOrder(layout.sorted_by, rebuilt.schema));
  order = NumberedOrder(metadata, std::move(order));
  if (order.id != metadata.default_sort_order_id) change.order = std::move(order);
  if (rebuilt.changed) {
    change.schema = std::move(rebuilt.schema);
    change.last_column_id = rebuilt.last_column_id;
  }
  for (const auto& [key, value] : layout.properties)
    if (metadata.Property(key, value + ".") != value) change.properties[key] = value;
  return {};
}

void PrepareDescriptions(const Table& table, const AppendOptions& options, SnapshotChange& change) {
  const TableMetadata& metadata = table.metadata();
  for (const auto& [key, value] : options.properties)
    if (metadata.Property(key, value + ".") != value) change.properties[key] = value;
  Schema schema = change.schema ? *change.schema : metadata.schema();
  if (!SetDocs(schema, options.docs)) return;
  if (!change.schema) change.last_column_id = metadata.last_column_id;
  change.schema = std::move(schema);
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
  DVT_TRY(CheckNames(source.schema_->fields()));
  return source;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowSource::Next() {
  DVT_ASSIGN(columnar::Array batch, NextWhole(*stream_));
  if (!batch.valid()) return std::shared_ptr<arrow::RecordBatch>();
  ArrowArray raw = batch.Take();
  auto imported = arrow::ImportRecordBatch(&raw, schema_);
  if (!imported.ok()) return StorageError(imported.status(), "the rows to write");
  return *std::move(imported);
}

Result<RowIntake> RowIntake::Open(Table& table, columnar::Stream rows, const AppendOptions& options, const TableLayout* layout) {
  DVT_TRY(CheckWritable(table, options.branch, options.create_branch));
  RowIntake intake;
  DVT_ASSIGN(intake.source_, RowSource::Open(std::move(rows)));
  if (layout == nullptr) {
    DVT_TRY(PrepareSchema(table, *intake.source_.schema(), options, intake.change_));
  } else {
    DVT_TRY(PrepareRebuild(table, *intake.source_.schema(), *layout, intake.change_));
  }
  PrepareDescriptions(table, options, intake.change_);
  intake.schema_ = intake.change_.schema ? *intake.change_.schema : table.metadata().schema();
  DVT_ASSIGN(intake.shaper_, RowShaper::Make(*intake.source_.schema(), intake.schema_));
  DVT_ASSIGN(intake.writer_, RowWriter::Make(table, intake.schema_, intake.change_.spec, intake.change_.order));
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
