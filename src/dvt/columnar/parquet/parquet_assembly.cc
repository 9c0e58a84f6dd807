#include <parquet/arrow/schema.h>
#include <parquet/column_page.h>
#include <parquet/column_writer.h>
#include <parquet/exception.h>

#include <algorithm>

#include "dvt/columnar/parquet/parquet_assembly_arrow.h"

namespace dvt::columnar {

namespace {

constexpr const char* kMagic = "PAR1";

}  // namespace

Result<std::unique_ptr<ParquetAssembly>> ParquetAssembly::Begin(std::shared_ptr<arrow::io::OutputStream> out,
                                                                const arrow::Schema& schema,
                                                                std::shared_ptr<parquet::WriterProperties> properties,
                                                                StreamError error) {
  std::unique_ptr<ParquetAssembly> file(new ParquetAssembly);
  file->out_ = std::move(out);
  file->error_ = std::move(error);
  file->properties_ = std::move(properties);
  DVT_TRY(file->Guarded([&] {
    PARQUET_THROW_NOT_OK(parquet::arrow::ToParquetSchema(&schema, *file->properties_, &file->schema_));
    PARQUET_THROW_NOT_OK(file->out_->Write(kMagic, 4));
    file->metadata_ = parquet::FileMetaDataBuilder::Make(file->schema_.get(), file->properties_);
    if (file->properties_->page_index_enabled()) file->index_ = parquet::PageIndexBuilder::Make(file->schema_.get());
  }));
  return file;
}

// Errors of the stream keep what Arrow says of them.
template <class Body>
Status ParquetAssembly::Guarded(Body body) const {
  try {
    body();
  } catch (const parquet::ParquetStatusException& error) {
    return error_(error.status());
  } catch (const parquet::ParquetException& error) {
    return error_(arrow::Status::IOError(error.what()));
  }
  return {};
}

int64_t ParquetAssembly::Place() const {
  PARQUET_ASSIGN_OR_THROW(const int64_t place, out_->Tell());
  return place;
}

Status ParquetAssembly::Add(int64_t rows, const std::vector<EncodedChunk>& chunks) {
  return Guarded([&] {
    AddGroup(rows, chunks);
    bytes_.store(Place(), std::memory_order_relaxed);
  });
}

void ParquetAssembly::AddGroup(int64_t rows, const std::vector<EncodedChunk>& chunks) {
  auto* group = metadata_->AppendRowGroup();
  if (index_ != nullptr) index_->AppendRowGroup();
  int64_t uncompressed = 0;
  for (size_t i = 0; i < chunks.size(); ++i) uncompressed += AddChunk(chunks[i], static_cast<int>(i), *group->NextColumnChunk());
  group->set_num_rows(rows);
  group->Finish(uncompressed, groups_++);
}

int64_t ParquetAssembly::AddChunk(const EncodedChunk& chunk, int column, parquet::ColumnChunkMetaDataBuilder& metadata) {
  const auto& path = schema_->Column(column)->path();
  const auto pager = parquet::PageWriter::Open(
      out_, properties_->compression(path), &metadata, groups_, static_cast<int16_t>(column), arrow::default_memory_pool(), false,
      nullptr, nullptr, false, index_ == nullptr ? nullptr : index_->GetColumnIndexBuilder(column),
      index_ == nullptr ? nullptr : index_->GetOffsetIndexBuilder(column));
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

void ParquetAssembly::WriteIndex() {
  index_->Finish();
  const auto places = index_->WriteTo(out_.get());
  metadata_->SetIndexLocations(parquet::IndexKind::kColumnIndex, places.column_index_locations);
  metadata_->SetIndexLocations(parquet::IndexKind::kOffsetIndex, places.offset_index_locations);
}

Result<std::shared_ptr<parquet::FileMetaData>> ParquetAssembly::Finish(std::shared_ptr<const arrow::KeyValueMetadata> notes) {
  std::shared_ptr<parquet::FileMetaData> metadata;
  DVT_TRY(Guarded([&] {
    if (index_ != nullptr) WriteIndex();
    metadata = metadata_->Finish(notes);
    parquet::WriteFileMetaData(*metadata, out_.get());
    bytes_.store(Place(), std::memory_order_relaxed);
    PARQUET_THROW_NOT_OK(out_->Close());
  }));
  return metadata;
}

}  // namespace dvt::columnar
