#include <fmt/format.h>
#include <parquet/file_reader.h>

#include <map>

#include "dvt/columnar/parquet/batch_memory_arrow.h"
#include "dvt/lake/data/chunk_pages_arrow.h"
#include "dvt/lake/data/parquet_file_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

constexpr int64_t kReadBytes = 1 << 16;  // at once, of a column of a local file

}  // namespace

Error ParquetError(const std::string& location, const std::exception& error) {
  const std::string_view said = error.what();
  return Error(ErrorCode::kData, fmt::format("{} cannot be read as Parquet: {}", location, said.substr(0, said.find('\n'))));
}

Result<std::unique_ptr<parquet::arrow::FileReader>> ParquetFile::MakeReader(int64_t batch_rows) const {
  parquet::ArrowReaderProperties properties(!read_.one_thread);
  properties.set_batch_size(batch_rows);
  properties.set_pre_buffer(false);
  parquet::arrow::FileReaderBuilder builder;
  parquet::ReaderProperties reading(columnar::BatchMemory());
  if (local_) reading.enable_buffered_stream();  // pages are read as they are needed, not whole columns
  reading.set_buffer_size(kReadBytes);
  auto status = builder.Open(input_, reading, metadata_);
  if (!status.ok()) return StorageError(status, location_);
  auto reader = builder.memory_pool(columnar::BatchMemory())->properties(properties)->Build();
  if (!reader.ok()) return StorageError(reader.status(), location_);
  return *std::move(reader);
}

std::shared_ptr<parquet::ColumnReader> ParquetFile::OpenColumn(parquet::ParquetFileReader& reader, int row_group,
                                                               int leaf) const {
  if (!local_) return reader.RowGroup(row_group)->Column(leaf);  // from what was fetched together
  const auto chunk = metadata_->RowGroup(row_group)->ColumnChunk(leaf);
  return parquet::ColumnReader::Make(metadata_->schema()->Column(leaf), std::make_unique<ChunkPages>(input_, *chunk, kReadBytes),
                                     columnar::BatchMemory());
}

Result<std::unique_ptr<ParquetFile::RowGroupReader>> ParquetFile::OpenRowGroup(int row_group, int64_t batch_rows) const {
  std::unique_ptr<RowGroupReader> reader(new RowGroupReader(*this, batch_rows));
  try {
    DVT_TRY(reader->Open(row_group, batch_rows));
  } catch (const std::exception& error) {
    return ParquetError(location_, error);
  }
  return reader;
}

Status ParquetFile::RowGroupReader::Open(int row_group, int64_t batch_rows) {
  DVT_ASSIGN(reader_, file_.MakeReader(batch_rows));
  parquet::ParquetFileReader& pages = *reader_->parquet_reader();
  if (!file_.local_) {
    std::vector<int> all = file_.leaves_;
    for (const auto& [id, flat] : file_.flat_) all.push_back(flat.leaf);
    pages.PreBuffer({row_group}, all, arrow::io::default_io_context(), arrow::io::CacheOptions::LazyDefaults());
  }
  auto batches = reader_->GetRecordBatchReader({row_group}, file_.leaves_);
  if (!batches.ok()) return StorageError(batches.status(), file_.location_);
  batches_ = *std::move(batches);
  const auto group = file_.metadata_->RowGroup(row_group);
  std::multimap<int64_t, const NestedField*> columns;  // the longest last
  for (const auto& wanted : file_.read_.fields) {
    const auto flat = file_.flat_.find(wanted.id);
    if (flat != file_.flat_.end()) columns.emplace(group->ColumnChunk(flat->second.leaf)->total_uncompressed_size(), &wanted);
  }
  for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
    const NestedField& wanted = *column->second;
    const Flat& flat = file_.flat_.at(wanted.id);
    flat_.Add(wanted.id, flat.make(file_.OpenColumn(pages, row_group, flat.leaf), wanted.type));
  }
  return {};
}

// The next rows of the columns that Parquet's reader of batches reads, and of the others.
Status ParquetFile::RowGroupReader::Read() {
  arrow::Status status;
  try {
    if (rest_ == nullptr) status = batches_->ReadNext(&rest_);
  } catch (const std::exception& error) {
    return ParquetError(file_.location_, error);
  }
  if (status.ok() && rest_ != nullptr) status = flat_.Await();
  if (!status.ok()) return StorageError(status, file_.location_);
  return {};
}

Result<std::shared_ptr<arrow::Array>> ParquetFile::RowGroupReader::ColumnOf(const NestedField& wanted, int64_t rows) const {
  if (auto array = flat_.RowsOf(wanted.id, rows)) return array;
  for (int i = 0; i < rest_->num_columns(); ++i) {
    const auto& field = *rest_->schema()->field(i);
    if (IdInFile(field, file_.names_) != wanted.id) continue;
    const auto array = rest_->num_rows() == rows ? rest_->column(i) : rest_->column(i)->Slice(0, rows);
    return ShapeArray(array, wanted, NamesBelow(field, file_.names_));
  }
  const auto constant = file_.read_.constants.find(wanted.id);
  return constant != file_.read_.constants.end() ? ConstantColumn(wanted, constant->second, rows) : MissingColumn(wanted, rows);
}

Result<std::shared_ptr<arrow::RecordBatch>> ParquetFile::RowGroupReader::Next() {
  DVT_TRY(Read());
  if (rest_ == nullptr) return rest_;
  const int64_t rows = flat_.Ready(rest_->num_rows());
  if (rows == 0 && rest_->num_rows() > 0)
    return Error(ErrorCode::kData, fmt::format("{} cannot be read as Parquet: its columns differ in length", file_.location_));
  arrow::ArrayVector columns;
  for (const auto& wanted : file_.read_.fields) {
    auto column = ColumnOf(wanted, rows);
    if (!column) return std::move(column).error().Within("while reading " + file_.location_);
    columns.push_back(*std::move(column));
  }
  rest_ = rest_->num_rows() == rows ? nullptr : rest_->Slice(rows);
  flat_.Take(rows);
  return arrow::RecordBatch::Make(file_.schema_, rows, std::move(columns));
}

}  // namespace dvt::lake
