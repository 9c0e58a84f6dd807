#include "dvt/lake/data/chunk_pages_arrow.h"

#include <arrow/buffer.h>
#include <parquet/column_page.h>
#include <parquet/exception.h>
#include <parquet/types.h>

#include <algorithm>
#include <cstring>

#include "dvt/columnar/parquet/batch_memory_arrow.h"

namespace dvt::lake {

namespace {

constexpr int64_t kHeader = 256;  // bytes: what most headers take, with statistics

[[noreturn]] void Corrupt(const char* what) { throw parquet::ParquetException(what); }

bool IsKnown(parquet::Compression::type codec) {
  return codec != parquet::Compression::LZO && arrow::util::Codec::IsAvailable(codec);
}

parquet::Encoding::type EncodingOf(int32_t number) {
  if (number > parquet::Encoding::BYTE_STREAM_SPLIT) return parquet::Encoding::UNKNOWN;
  return static_cast<parquet::Encoding::type>(number);
}

}  // namespace

bool ChunkPages::Reads(const parquet::ColumnChunkMetaData& chunk) {
  return chunk.crypto_metadata() == nullptr && IsKnown(chunk.compression());
}

ChunkPages::ChunkPages(std::shared_ptr<arrow::io::RandomAccessFile> file, const parquet::ColumnChunkMetaData& chunk,
                       int64_t window)
    : file_(std::move(file)), values_(chunk.num_values()), window_(window), at_(chunk.data_page_offset()) {
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) at_ = std::min(at_, chunk.dictionary_page_offset());
  PARQUET_ASSIGN_OR_THROW(end_, file_->GetSize());
  if (at_ < 0 || at_ > end_) Corrupt("a column begins outside the file");
  PARQUET_ASSIGN_OR_THROW(read_, arrow::AllocateResizableBuffer(0, columnar::BatchMemory()));
  PARQUET_ASSIGN_OR_THROW(plain_, arrow::AllocateResizableBuffer(0, columnar::BatchMemory()));
  if (chunk.compression() == parquet::Compression::UNCOMPRESSED) return;
  PARQUET_ASSIGN_OR_THROW(codec_, arrow::util::Codec::Create(chunk.compression()));
  is_zstd_ = chunk.compression() == parquet::Compression::ZSTD;
}

// Sees to it that the window has so many bytes, or all up to the file's end.
void ChunkPages::Fill(int64_t bytes) {
  if (filled_ - begin_ >= bytes || at_ == end_) return;
  uint8_t* window = read_->mutable_data();
  if (begin_ > 0) {
    std::memmove(window, window + begin_, static_cast<size_t>(filled_ - begin_));
    filled_ -= begin_;
    begin_ = 0;
  }
  const int64_t wanted = std::min(std::max(bytes - filled_, window_), end_ - at_);
  if (filled_ + wanted > read_->size()) PARQUET_THROW_NOT_OK(read_->Resize(filled_ + wanted, /*shrink_to_fit=*/false));
  PARQUET_ASSIGN_OR_THROW(const int64_t got, file_->ReadAt(at_, wanted, read_->mutable_data() + filled_));
  if (got != wanted) Corrupt("the file ended while a page was read");
  at_ += got;
  filled_ += got;
}

PageHeader ChunkPages::NextHeader() {
  PageHeader header;
  size_t length = 0;
  for (int64_t bytes = kHeader;; bytes *= 4) {
    Fill(std::min(bytes, most_header_));
    const auto there = static_cast<size_t>(filled_ - begin_);
    const auto read = ReadPageHeader({read_->data() + begin_, there}, header, length);
    if (read == HeaderRead::kWhole) break;
    if (read == HeaderRead::kCorrupt || at_ == end_ || bytes >= most_header_) Corrupt("a page's header is corrupt");
  }
  begin_ += static_cast<int64_t>(length);
  return header;
}

std::shared_ptr<parquet::Page> ChunkPages::NextPage() {
  while (given_ < values_) {
    const PageHeader header = NextHeader();
    Fill(header.compressed_bytes);
    if (filled_ - begin_ < header.compressed_bytes) Corrupt("a page is longer than the file");
    const int64_t place = begin_;
    const auto encoding = EncodingOf(header.encoding);
    std::shared_ptr<parquet::Page> page;
    switch (header.kind) {
      case PageHeader::Kind::kDictionary:
        page = std::make_shared<parquet::DictionaryPage>(Content(header, 0), header.values, encoding, header.is_sorted);
        break;
      case PageHeader::Kind::kData:
        page = std::make_shared<parquet::DataPageV1>(Content(header, 0), header.values, encoding,
                                                     EncodingOf(header.definition_encoding),
                                                     EncodingOf(header.repetition_encoding), header.uncompressed_bytes);
        given_ += header.values;
        break;
      case PageHeader::Kind::kDataV2:
        page = std::make_shared<parquet::DataPageV2>(
            Content(header,
                    header.is_compressed ? int64_t{header.definition_bytes} + header.repetition_bytes : header.compressed_bytes),
            header.values, header.nulls, header.rows, encoding, header.definition_bytes, header.repetition_bytes,
            header.uncompressed_bytes);
        given_ += header.values;
        break;
      default: break;  // an index, or what a later version of the format has
    }
    begin_ = place + header.compressed_bytes;
    if (page != nullptr) return page;
  }
  return nullptr;
}

// The page behind the header; its first `plain` bytes are not compressed in any case.
std::shared_ptr<arrow::Buffer> ChunkPages::Content(const PageHeader& header, int64_t plain) {
  const uint8_t* from = read_->data() + begin_;
  if (codec_ == nullptr || plain == header.compressed_bytes) {
    if (codec_ == nullptr && header.compressed_bytes != header.uncompressed_bytes)
      Corrupt("a page has another size than it says");
    return std::make_shared<arrow::Buffer>(from, header.compressed_bytes);
  }
  if (header.uncompressed_bytes > plain_->size())
    PARQUET_THROW_NOT_OK(plain_->Resize(header.uncompressed_bytes, /*shrink_to_fit=*/false));
  uint8_t* to = plain_->mutable_data();
  if (plain > 0) std::memcpy(to, from, static_cast<size_t>(plain));
  if (header.uncompressed_bytes > plain)
    Decompress(from + plain, header.compressed_bytes - plain, to + plain, header.uncompressed_bytes - plain);
  return std::make_shared<arrow::Buffer>(to, header.uncompressed_bytes);
}

void ChunkPages::Decompress(const uint8_t* from, int64_t bytes, uint8_t* to, int64_t room) {
  if (is_zstd_) return DecompressZstd(from, bytes, to, room);
  PARQUET_ASSIGN_OR_THROW(const int64_t got, codec_->Decompress(bytes, from, room, to));
  if (got != room) Corrupt("a page has another size than it says");
}

void ChunkPages::DecompressZstd(const uint8_t* from, int64_t bytes, uint8_t* to, int64_t room) {
  thread_local std::shared_ptr<arrow::util::Decompressor> decompressor;
  if (decompressor == nullptr) {
    PARQUET_ASSIGN_OR_THROW(decompressor, codec_->MakeDecompressor());
  }
  PARQUET_THROW_NOT_OK(decompressor->Reset());
  while (room > 0) {
    PARQUET_ASSIGN_OR_THROW(const auto done, decompressor->Decompress(bytes, from, room, to));
    if (done.bytes_read == 0 && done.bytes_written == 0) Corrupt("a page has another size than it says");
    from += done.bytes_read;
    bytes -= done.bytes_read;
    to += done.bytes_written;
    room -= done.bytes_written;
    if (decompressor->IsFinished() && room > 0) PARQUET_THROW_NOT_OK(decompressor->Reset());  // several frames
  }
}

}  // namespace dvt::lake
