#include <arrow/array.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/lake/data/shape_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

namespace {

constexpr int64_t kSliceRows = 1 << 16;

// Nulls in a column that must have none, at any depth outside lists and maps.
Status CheckRequired(const arrow::Array& column, const NestedField& field) {
  if (field.required && column.null_count() > 0)
    return Error(ErrorCode::kConstraint,
                 fmt::format("the column '{}' is required and has {} null values in the data", field.name, column.null_count()));
  return {};
}

Error NotKnown(const Table& table, const char* how, const Transform& transform) {
  return Error(ErrorCode::kUnsupported, fmt::format("{} is {} by {}, which is not known here: it can be read, not written",
                                                    table.identifier().ToString(), how, transform.ToString()))
      .WithHint("write it with what made it, or change its layout");
}

// That rows can be dealt and ordered as the table wants it.
Status CheckLayout(const Table& table, const Schema& schema, const PartitionSpec& spec, const SortOrder& order) {
  for (const auto& field : spec.fields) {
    if (field.transform.kind() == TransformKind::kUnknown) return NotKnown(table, "partitioned", field.transform);
    if (field.transform.kind() != TransformKind::kVoid && schema.Find(field.source_id) == nullptr)
      return Error(ErrorCode::kData, fmt::format("{} is partitioned by column {}, which its schema does not have",
                                                 table.identifier().ToString(), field.source_id));
  }
  for (const auto& field : order.fields)
    if (field.transform.kind() == TransformKind::kUnknown) return NotKnown(table, "sorted", field.transform);
  return {};
}

}  // namespace

Result<std::unique_ptr<RowShaper>> RowShaper::Make(const arrow::Schema& incoming, const Schema& table) {
  auto shaper = std::make_unique<RowShaper>();
  shaper->table_ = table;
  shaper->schema_ = ArrowSchemaOf(table.fields);
  shaper->names_ = NameMapping::Of(table);
  for (const auto& field : table.fields) {
    int index = -1;
    for (int pass = 0; pass < 2 && index < 0; ++pass) {
      for (int i = 0; i < incoming.num_fields() && index < 0; ++i) {
        const std::string& name = incoming.field(i)->name();
        if (pass == 0 ? name == field.name : EqualsIgnoreCase(name, field.name)) index = i;
      }
    }
    if (index < 0 && field.required && !field.write_default)
      return Error(ErrorCode::kConstraint, fmt::format("the column '{}' is required and the data does not have it", field.name));
    shaper->column_of_.push_back(index);
  }
  return shaper;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowShaper::Shape(const arrow::RecordBatch& batch) const {
  arrow::ArrayVector columns;
  for (size_t i = 0; i < table_.fields.size(); ++i) {
    const NestedField& field = table_.fields[i];
    std::shared_ptr<arrow::Array> column;
    if (column_of_[i] < 0) {
      Literal value;
      if (field.write_default && field.type.is_primitive()) {
        DVT_ASSIGN(value, LiteralFromJson(field.type, *field.write_default));
      }
      DVT_ASSIGN(column, ConstantColumn(field, value, batch.num_rows()));
    } else {
      auto shaped = ShapeArray(batch.column(column_of_[i]), field, &names_.fields[i].fields);
      if (!shaped) return Error(ErrorCode::kType, shaped.error().message()).WithHint("cast the data to the table's type");
      column = *std::move(shaped);
    }
    DVT_TRY(CheckRequired(*column, field));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
}

RowWriter::RowWriter() : pool_(static_cast<int>(std::thread::hardware_concurrency())) {}

Result<std::unique_ptr<RowWriter>> RowWriter::Make(const Table& table, const Schema& schema,
                                                   const std::optional<PartitionSpec>& spec,
                                                   const std::optional<SortOrder>& order) {
  std::unique_ptr<RowWriter> writer(new RowWriter);
  const TableMetadata& metadata = table.metadata();
  DVT_ASSIGN(ParquetWrite options, ParquetWrite::Of(metadata, schema));
  const SortOrder& sort = order ? *order : metadata.sort_order();
  DVT_TRY(CheckLayout(table, schema, spec ? *spec : metadata.spec(), sort));
  const bool sorted = !sort.fields.empty();
  writer->files_ = std::make_unique<NewFiles>(table, std::move(options), spec ? *spec : metadata.spec(), sorted ? sort.id : 0);
  if (sorted || !writer->files_->spec().is_unpartitioned())
    writer->lanes_ = std::make_unique<PartitionLanes>(*writer->files_, writer->pool_, schema.fields,
                                                      sorted ? std::make_unique<RowSort>(sort, schema.fields) : nullptr);
  return writer;
}

RowWriter::~RowWriter() {
  if (!finished_) Discard();
}

void RowWriter::Discard() {
  lanes_.reset();
  strands_.reset();
  file_.reset();
  if (files_ != nullptr) files_->Remove();
}

Status RowWriter::Write(const std::shared_ptr<arrow::RecordBatch>& batch) {
  for (int64_t at = 0; at < batch->num_rows(); at += kSliceRows) {
    const auto slice = batch->num_rows() <= kSliceRows ? batch : batch->Slice(at, kSliceRows);
    rows_ += slice->num_rows();
    DVT_TRY(lanes_ != nullptr ? lanes_->Write(slice) : WritePlain(slice));
  }
  return {};
}

Status RowWriter::WritePlain(const std::shared_ptr<arrow::RecordBatch>& batch) {
  if (file_ == nullptr) {
    DVT_ASSIGN(file_, files_->Open(PartitionValues(files_->spec().fields.size())));
    strands_ = std::make_unique<columnar::ColumnStrands>(file_->output(), pool_);
  }
  DVT_TRY(strands_->Write(batch));
  return strands_->EstimatedBytes() >= files_->options().target_bytes ? ClosePlain() : Status();
}

Status RowWriter::ClosePlain() {
  if (file_ == nullptr) return {};
  DVT_TRY(strands_->Finish());
  strands_.reset();
  DVT_TRY(files_->Close(*file_, PartitionValues(files_->spec().fields.size())));
  file_.reset();
  return {};
}

Result<std::vector<DataFile>> RowWriter::Finish() {
  if (lanes_ != nullptr) DVT_TRY(lanes_->Finish());
  DVT_TRY(ClosePlain());
  columnar::BatchMemory()->ReleaseUnused();
  finished_ = true;
  return files_->Take();
}

}  // namespace dvt::lake
