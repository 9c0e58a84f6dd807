#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/column_page.h>
#include <parquet/column_writer.h>
#include <parquet/exception.h>

#include <algorithm>

#include "dvt/lake/data/parquet_assembly_arrow.h"
#include "dvt/lake/storage/file_store_arrow.h"

namespace dvt::lake {

namespace {

constexpr const char* kMagic = "PAR1";

}  // namespace

// Errors of the store keep what Arrow says of them.
Error ParquetAssembly::Failed(const std::string& why) const { return StorageError(arrow::Status::IOError(why), location_); }

Result<std::unique_ptr<ParquetAssembly>> ParquetAssembly::Begin(std::shared_ptr<arrow::io::OutputStream> out,
                                                                const std::string& location, const arrow::Schema& schema,
                                                                std::shared_ptr<parquet::WriterProperties> properties) {
  std::unique_ptr<ParquetAssembly> file(new ParquetAssembly);
  file->out_ = std::move(out);
  file->location_ = location;
  file->properties_ = std::move(properties);
  try {
    auto status = parquet::arrow::ToParquetSchema(&schema, *file->properties_, &file->schema_);
    if (status.ok()) status = file->out_->Write(kMagic, 4);
    if (!status.ok()) return StorageError(status, location);
    file->metadata_ = parquet::FileMetaDataBuilder::Make(file->schema_.get(), file->properties_);
    file->index_ = parquet::PageIndexBuilder::Make(file->schema_.get());
  } catch (const parquet::ParquetException& error) {
    return file->Failed(error.what());
  }
  return file;
}

int64_t ParquetAssembly::Place() const {
  PARQUET_ASSIGN_OR_THROW(const int64_t place, out_->Tell());
  return place;
}

Status ParquetAssembly::Add(int64_t rows, const std::vector<EncodedChunk>& chunks) {
  try {
    AddGroup(rows, chunks);
    bytes_.store(Place(), std::memory_order_relaxed);
  } catch (const parquet::ParquetStatusException& error) {
    return StorageError(error.status(), location_);
  } catch (const parquet::ParquetException& error) {
    return Failed(error.what());
  }
  return {};
}

void ParquetAssembly::AddGroup(int64_t rows, const std::vector<EncodedChunk>& chunks) {
  auto* group = metadata_->AppendRowGroup();
  index_->AppendRowGroup();
  int64_t uncompressed = 0;
  for (size_t i = 0; i < chunks.size(); ++i) uncompressed += AddChunk(chunks[i], static_cast<int>(i), *group->NextColumnChunk());
  group->set_num_rows(rows);
  group->Finish(uncompressed, groups_++);
}

int64_t ParquetAssembly::AddChunk(const EncodedChunk& chunk, int column, parquet::ColumnChunkMetaDataBuilder& metadata) {
  const auto& path = schema_->Column(column)->path();
  const auto pager = parquet::PageWriter::Open(
      out_, properties_->compression(path), &metadata, groups_, static_cast<int16_t>(column), arrow::default_memory_pool(), false,
      nullptr, nullptr, false, index_->GetColumnIndexBuilder(column), index_->GetOffsetIndexBuilder(column));
  int64_t uncompressed = 0;
  if (chunk.dictionary != nullptr)
    uncompressed +=
        pager->WriteDictionaryPage(parquet::DictionaryPage(chunk.dictionary, chunk.dictionary_values, parquet::Encoding::PLAIN));
  bool plain = false;
  for (const auto& page : chunk.pages) {
    plain = plain || page.encoding == parquet::Encoding::PLAIN;
    uncompressed +=
        pager->WriteDataPage(parquet::DataPageV1(page.bytes, page.entries, page.encoding, parquet::Encoding::RLE,
                                                 parquet::Encoding::RLE, page.uncompressed, page.statistics, page.first_row));
  }
  if (chunk.statistics.is_set()) metadata.SetStatistics(chunk.statistics);
  pager->Close(chunk.dictionary != nullptr, chunk.dictionary != nullptr && plain);
  return uncompressed;
}

Result<std::shared_ptr<parquet::FileMetaData>> ParquetAssembly::Finish() {
  try {
    index_->Finish();
    const auto places = index_->WriteTo(out_.get());
    metadata_->SetIndexLocations(parquet::IndexKind::kColumnIndex, places.column_index_locations);
    metadata_->SetIndexLocations(parquet::IndexKind::kOffsetIndex, places.offset_index_locations);
    std::shared_ptr<parquet::FileMetaData> metadata = metadata_->Finish();
    parquet::WriteFileMetaData(*metadata, out_.get());
    bytes_.store(Place(), std::memory_order_relaxed);
    if (const auto status = out_->Close(); !status.ok()) return StorageError(status, location_);
    return metadata;
  } catch (const parquet::ParquetStatusException& error) {
    return StorageError(error.status(), location_);
  } catch (const parquet::ParquetException& error) {
    return Failed(error.what());
  }
}

}  // namespace dvt::lake
