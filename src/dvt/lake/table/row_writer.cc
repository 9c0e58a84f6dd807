#include <arrow/array.h>
#include <arrow/memory_pool.h>
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
constexpr int64_t kKeptBytes = int64_t{24} << 20;    // in memory, of all lanes together
constexpr int64_t kDealtBytes = int64_t{8} << 20;    // of the rows that are dealt to lanes together
constexpr int64_t kGroupBytes = int64_t{16} << 20;   // of the rows of a lane that are encoded together
constexpr int64_t kEncodeBytes = int64_t{32} << 20;  // of all lanes that are encoded at a time
constexpr int64_t kDiskBytes = int64_t{8} << 30;     // that may wait on disk
constexpr int kSortedToFile = 3;                     // rows of a file before encoding, in target sizes

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
  const SortOrder& sort = order ? *order : metadata.sort_order();
  if (!sort.fields.empty()) writer->sort_ = std::make_unique<RowSort>(sort, schema.fields);
  const int64_t group = std::min(kGroupBytes, writer->options_.row_group_bytes);
  writer->lane_bytes_ = writer->sort_ == nullptr ? group : std::max(group, writer->options_.target_bytes * kSortedToFile);
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
  file.sort_order_id = sort_ == nullptr ? 0 : sort_->order_id();
  files_.push_back(std::move(file));
  return {};
}

Status RowWriter::Write(const std::shared_ptr<arrow::RecordBatch>& batch) {
  for (int64_t at = 0; at < batch->num_rows(); at += kSliceRows) {
    const auto slice = batch->num_rows() <= kSliceRows ? batch : batch->Slice(at, kSliceRows);
    rows_ += slice->num_rows();
    if (partitioner_ == nullptr && sort_ == nullptr) {
      DVT_TRY(WritePlain(slice));
      continue;
    }
    waiting_bytes_ += RawBytes(*slice);
    waiting_.push_back(slice);
    if (waiting_bytes_ >= kDealtBytes) DVT_TRY(Deal());
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

namespace {

Result<std::shared_ptr<arrow::RecordBatch>> Together(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  if (batches.size() == 1) return batches.front();
  auto table = arrow::Table::FromRecordBatches(batches);
  auto together = table.ok() ? (*table)->CombineChunksToBatch() : table.status();
  if (!together.ok()) return Error(ErrorCode::kMemory, together.status().message());
  return *std::move(together);
}

}  // namespace

void RowWriter::Give(PartitionValues values, std::shared_ptr<arrow::RecordBatch> rows) {
  Lane& lane = lanes_[PartitionKey(values)];
  lane.values = std::move(values);
  const int64_t bytes = RawBytes(*rows);
  lane.kept_bytes += bytes;
  kept_bytes_ += bytes;
  lane.kept.push_back(std::move(rows));
}

// Many rows at once: the parts of a small batch would be tiny.
Status RowWriter::Deal() {
  if (waiting_.empty()) return {};
  DVT_ASSIGN(auto together, Together(waiting_));
  waiting_.clear();
  waiting_bytes_ = 0;
  if (partitioner_ == nullptr) {
    Give(PartitionValues(spec_.fields.size()), std::move(together));
  } else {
    DVT_ASSIGN(auto parts, partitioner_->Split(together));
    together.reset();
    for (auto& part : parts) Give(std::move(part.values), std::move(part.batch));
  }
  if (kept_bytes_ > kKeptBytes) DVT_TRY(Spill());
  return {};
}

// All lanes but those that have a row group: what is written to disk is read again.
Status RowWriter::Spill() {
  DVT_TRY(FlushFull());
  if (kept_bytes_ <= kKeptBytes / 2) return {};
  for (auto& [key, lane] : lanes_) DVT_TRY(SpillLane(lane));
  arrow::default_memory_pool()->ReleaseUnused();
  return {};
}

Status RowWriter::SpillLane(Lane& lane) {
  if (lane.kept.empty()) return {};
  DVT_ASSIGN(const auto rows, Together(lane.kept));
  lane.kept.clear();
  if (sort_ != nullptr) {
    DVT_ASSIGN(auto run, sort_->Keep(rows, log_));
    lane.spilled.push_back(std::move(run));
  } else {
    DVT_ASSIGN(const auto segment, log_.Keep(*rows));
    lane.spilled.push_back({segment});
  }
  lane.spilled_bytes += lane.kept_bytes;
  kept_bytes_ -= lane.kept_bytes;
  lane.kept_bytes = 0;
  return {};
}

Status RowWriter::FlushFull() {
  std::vector<Lane*> lanes;
  int64_t on_disk = log_.bytes();
  for (auto& [key, lane] : lanes_)
    if (lane.bytes() > 0) lanes.push_back(&lane);
  std::sort(lanes.begin(), lanes.end(), [](const Lane* a, const Lane* b) { return a->bytes() > b->bytes(); });
  size_t count = 0;
  const bool crowded = on_disk > kDiskBytes;
  while (count < lanes.size() && (lanes[count]->bytes() >= lane_bytes_ || (crowded && on_disk > kDiskBytes / 2)))
    on_disk -= lanes[count++]->spilled_bytes;
  lanes.resize(count);
  return Flush(lanes, false);
}

// Lanes write to files of their own, so they are encoded at the same time, as many as memory bears.
Status RowWriter::Flush(const std::vector<Lane*>& lanes, bool close) {
  for (size_t first = 0; first < lanes.size();) {
    int64_t bytes = 0;
    size_t last = first;
    while (last < lanes.size() && (last == first || bytes + lanes[last]->bytes() <= kEncodeBytes))
      bytes += lanes[last++]->bytes();
    for (size_t i = first; i < last; ++i) {
      if (sort_ != nullptr) DVT_TRY(SpillLane(*lanes[i]));
      if (lanes[i]->writer == nullptr) DVT_TRY(OpenFile(*lanes[i]));
    }
    if (pool_ == nullptr)
      pool_ = std::make_unique<ThreadPool>(std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1));
    std::vector<Status> done(last - first);
    pool_->ParallelFor(static_cast<int>(last - first), [&](int i) {
      Lane& lane = *lanes[first + static_cast<size_t>(i)];
      done[static_cast<size_t>(i)] = sort_ == nullptr ? EncodeLane(lane) : EncodeSorted(lane);
    });
    for (size_t i = first; i < last; ++i) {
      if (!done[i - first]) return std::move(done[i - first]).error();
      Lane& lane = *lanes[i];
      for (const auto& run : lane.spilled)
        for (const auto& segment : run) log_.Release(segment);
      lane.spilled.clear();
      kept_bytes_ -= lane.kept_bytes;
      lane.kept_bytes = lane.spilled_bytes = 0;
      // A file of sorted rows takes no others behind them.
      if (close || sort_ != nullptr || lane.writer->EstimatedBytes() >= options_.target_bytes) DVT_TRY(CloseFile(lane));
    }
    arrow::default_memory_pool()->ReleaseUnused();
    first = last;
  }
  return {};
}

// One row group of all that the lane has. Called by several threads, each for its lane.
Status RowWriter::EncodeLane(Lane& lane) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> rows;
  const auto schema = ArrowSchemaOf(options_.schema.fields);
  for (const auto& run : lane.spilled) {
    DVT_ASSIGN(auto batch, log_.Read(run.front(), schema));
    rows.push_back(std::move(batch));
  }
  rows.insert(rows.end(), lane.kept.begin(), lane.kept.end());
  lane.kept.clear();
  return lane.writer->WriteRowGroup(rows);
}

Status RowWriter::EncodeSorted(Lane& lane) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> group;
  int64_t bytes = 0;
  DVT_TRY(sort_->Merge(lane.spilled, log_, [&](std::shared_ptr<arrow::RecordBatch> rows) -> Status {
    if (rows->num_rows() == 0) return {};
    bytes += RawBytes(*rows);
    group.push_back(std::move(rows));
    if (bytes < kGroupBytes) return {};
    DVT_TRY(lane.writer->WriteRowGroup(group));
    group.clear();
    bytes = 0;
    return {};
  }));
  return group.empty() ? Status() : lane.writer->WriteRowGroup(group);
}

Result<std::vector<DataFile>> RowWriter::Finish() {
  DVT_TRY(Deal());
  std::vector<Lane*> lanes;
  for (auto& [key, lane] : lanes_)
    if (lane.bytes() > 0) lanes.push_back(&lane);
  DVT_TRY(Flush(lanes, true));
  for (auto& [key, lane] : lanes_) DVT_TRY(CloseFile(lane));
  lanes_.clear();
  finished_ = true;
  return files_;
}

}  // namespace dvt::lake
