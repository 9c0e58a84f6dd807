#include <arrow/array.h>
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/lake/data/shape_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

namespace {

constexpr int64_t kSliceRows = 1 << 16;
constexpr int64_t kKeptBytes = int64_t{96} << 20;  // of all partitions together

std::string DataFolder(const TableMetadata& table) {
  std::string folder = table.Property("write.data.path", table.location + "/data");
  while (folder.ends_with('/')) folder.pop_back();
  return folder;
}

// Nulls in a column that must have none, at any depth outside lists and maps.
Status CheckRequired(const arrow::Array& column, const NestedField& field) {
  if (field.required && column.null_count() > 0)
    return Error(ErrorCode::kConstraint,
                 fmt::format("the column '{}' is required and has {} null values in the data", field.name, column.null_count()));
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
      DVT_ASSIGN(column, ShapeArray(batch.column(column_of_[i]), field, &names_.fields[i].fields));
    }
    DVT_TRY(CheckRequired(*column, field));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
}

Result<std::unique_ptr<RowWriter>> RowWriter::Make(const Table& table, const Schema& schema) {
  std::unique_ptr<RowWriter> writer(new RowWriter);
  const TableMetadata& metadata = table.metadata();
  writer->store_ = table.shared_store();
  DVT_ASSIGN(writer->options_, ParquetWrite::Of(metadata, schema));
  writer->spec_ = metadata.spec();
  writer->folder_ = DataFolder(metadata);
  writer->run_ = NewUuid();
  if (!writer->spec_.is_unpartitioned()) writer->partitioner_ = std::make_unique<Partitioner>(writer->spec_, schema.fields);
  return writer;
}

RowWriter::~RowWriter() {
  if (!finished_) Discard();
}

void RowWriter::Discard() {
  lanes_.clear();
  (void)store_->Remove(opened_).has_value();
  opened_.clear();
}

std::string RowWriter::NextLocation(const PartitionValues& values) {
  const std::string partition = spec_.is_unpartitioned() ? std::string() : PartitionPath(spec_, options_.schema, values) + "/";
  return fmt::format("{}/{}{:05}-{}.parquet", folder_, partition, next_file_++, run_);
}

Status RowWriter::OpenFile(Lane& lane) {
  const std::string location = NextLocation(lane.values);
  opened_.push_back(location);
  DVT_ASSIGN(lane.writer, ParquetWriter::Open(*store_, location, options_));
  return {};
}

Status RowWriter::CloseFile(Lane& lane) {
  if (lane.writer == nullptr) return {};
  DVT_ASSIGN(DataFile file, lane.writer->Finish());
  lane.writer.reset();
  file.spec_id = spec_.id;
  file.partition = lane.values;
  file.sort_order_id = 0;
  files_.push_back(std::move(file));
  return {};
}

Status RowWriter::Write(const std::shared_ptr<arrow::RecordBatch>& batch) {
  for (int64_t at = 0; at < batch->num_rows(); at += kSliceRows) {
    const auto slice = batch->num_rows() <= kSliceRows ? batch : batch->Slice(at, kSliceRows);
    rows_ += slice->num_rows();
    if (partitioner_ == nullptr) {
      DVT_TRY(WritePlain(slice));
    } else {
      DVT_TRY(WritePartitioned(slice));
    }
  }
  return {};
}

Status RowWriter::WritePlain(const std::shared_ptr<arrow::RecordBatch>& batch) {
  Lane& lane = lanes_[""];
  lane.values.resize(spec_.fields.size());
  if (lane.writer == nullptr) DVT_TRY(OpenFile(lane));
  DVT_TRY(lane.writer->Write(*batch));
  return lane.writer->EstimatedBytes() >= options_.target_bytes ? CloseFile(lane) : Status();
}

Status RowWriter::WritePartitioned(const std::shared_ptr<arrow::RecordBatch>& batch) {
  DVT_ASSIGN(auto parts, partitioner_->Split(batch));
  for (auto& part : parts) {
    Lane& lane = lanes_[PartitionKey(part.values)];
    lane.values = std::move(part.values);
    const int64_t bytes = RawBytes(*part.batch);
    lane.kept_bytes += bytes;
    kept_bytes_ += bytes;
    lane.kept.push_back(std::move(part.batch));
    if (lane.kept_bytes >= options_.row_group_bytes) DVT_TRY(Flush(lane));
  }
  while (kept_bytes_ > kKeptBytes) DVT_TRY(FlushLargest());
  return {};
}

Status RowWriter::FlushLargest() {
  const auto largest = std::max_element(lanes_.begin(), lanes_.end(),
                                        [](const auto& a, const auto& b) { return a.second.kept_bytes < b.second.kept_bytes; });
  return Flush(largest->second);
}

Status RowWriter::Flush(Lane& lane) {
  if (lane.kept.empty()) return {};
  if (lane.writer == nullptr) DVT_TRY(OpenFile(lane));
  DVT_TRY(lane.writer->WriteRowGroup(lane.kept));
  kept_bytes_ -= lane.kept_bytes;
  lane.kept_bytes = 0;
  lane.kept.clear();
  return lane.writer->EstimatedBytes() >= options_.target_bytes ? CloseFile(lane) : Status();
}

Result<std::vector<DataFile>> RowWriter::Finish() {
  for (auto& [key, lane] : lanes_) {
    DVT_TRY(Flush(lane));
    DVT_TRY(CloseFile(lane));
  }
  lanes_.clear();
  finished_ = true;
  return files_;
}

}  // namespace dvt::lake
