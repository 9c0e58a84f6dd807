#include <arrow/array.h>
#include <arrow/table.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "dvt/base/text/text.h"
#include "dvt/base/thread/thread_pool.h"
#include "dvt/lake/data/shape_arrow.h"
#include "dvt/lake/data/types_arrow.h"
#include "dvt/lake/table/row_writer_internal.h"

namespace dvt::lake {

namespace {

constexpr int64_t kSliceRows = 1 << 16;
constexpr int64_t kKeptBytes = int64_t{64} << 20;   // of all partitions together
constexpr int64_t kDealtBytes = int64_t{16} << 20;  // of the rows that are dealt to partitions together

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

Result<std::unique_ptr<RowWriter>> RowWriter::Make(const Table& table, const Schema& schema,
                                                   const std::optional<PartitionSpec>& spec,
                                                   const std::optional<SortOrder>& order) {
  std::unique_ptr<RowWriter> writer(new RowWriter);
  const TableMetadata& metadata = table.metadata();
  writer->store_ = table.shared_store();
  DVT_ASSIGN(writer->options_, ParquetWrite::Of(metadata, schema));
  writer->spec_ = spec ? *spec : metadata.spec();
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
  waiting_bytes_ += RawBytes(*batch);
  waiting_.push_back(batch);
  return waiting_bytes_ >= kDealtBytes ? Deal() : Status();
}

// Many rows at once: the parts of a small batch would be tiny.
Status RowWriter::Deal() {
  if (waiting_.empty()) return {};
  auto table = arrow::Table::FromRecordBatches(waiting_);
  auto together = table.ok() ? (*table)->CombineChunksToBatch() : table.status();
  if (!together.ok()) return Error(ErrorCode::kMemory, together.status().message());
  waiting_.clear();
  waiting_bytes_ = 0;
  DVT_ASSIGN(auto parts, partitioner_->Split(*together));
  for (auto& part : parts) {
    Lane& lane = lanes_[PartitionKey(part.values)];
    lane.values = std::move(part.values);
    const int64_t bytes = RawBytes(*part.batch);
    lane.kept_bytes += bytes;
    kept_bytes_ += bytes;
    lane.kept.push_back(std::move(part.batch));
  }
  while (kept_bytes_ > kKeptBytes) DVT_TRY(FlushLargest());
  return {};
}

// The largest lanes, until half the budget is free.
Status RowWriter::FlushLargest() {
  std::vector<Lane*> lanes;
  for (auto& [key, lane] : lanes_)
    if (!lane.kept.empty()) lanes.push_back(&lane);
  std::sort(lanes.begin(), lanes.end(), [](const Lane* a, const Lane* b) { return a->kept_bytes > b->kept_bytes; });
  int64_t freed = 0;
  size_t count = 0;
  while (count < lanes.size() && kept_bytes_ - freed > kKeptBytes / 2) freed += lanes[count++]->kept_bytes;
  lanes.resize(count);
  return Flush(lanes);
}

// Lanes write to files of their own, so they are encoded at the same time.
Status RowWriter::Flush(const std::vector<Lane*>& lanes) {
  for (Lane* lane : lanes)
    if (lane->writer == nullptr) DVT_TRY(OpenFile(*lane));
  std::vector<Status> done(lanes.size());
  if (pool_ == nullptr)
    pool_ = std::make_unique<ThreadPool>(std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1));
  pool_->ParallelFor(static_cast<int>(lanes.size()), [&](int i) {
    Lane& lane = *lanes[static_cast<size_t>(i)];
    done[static_cast<size_t>(i)] = lane.writer->WriteRowGroup(lane.kept);
    lane.kept.clear();
  });
  for (auto& status : done)
    if (!status) return std::move(status).error();
  for (Lane* lane : lanes) {
    kept_bytes_ -= lane->kept_bytes;
    lane->kept_bytes = 0;
    if (lane->writer->EstimatedBytes() >= options_.target_bytes) DVT_TRY(CloseFile(*lane));
  }
  return {};
}

Result<std::vector<DataFile>> RowWriter::Finish() {
  DVT_TRY(Deal());
  std::vector<Lane*> kept;
  for (auto& [key, lane] : lanes_)
    if (!lane.kept.empty()) kept.push_back(&lane);
  DVT_TRY(Flush(kept));
  for (auto& [key, lane] : lanes_) DVT_TRY(CloseFile(lane));
  lanes_.clear();
  finished_ = true;
  return files_;
}

}  // namespace dvt::lake
