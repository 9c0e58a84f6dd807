#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/util/compression.h>
#include <parquet/column_reader.h>
#include <parquet/metadata.h>

#include <memory>

#include "dvt/lake/data/page_header.h"

namespace dvt::lake {

/// The pages of one column of a row group, of a local file: read a window at a time, and decompressed into the same memory. Parquet's
/// own makes a zstd decompressor for every page, which asks the processor what it can; in a virtual machine that takes longer than a small page
/// does. Here each thread has one. A page lasts until the next is asked for. For one thread at a time.
class ChunkPages : public parquet::PageReader {
 public:
  /// Whether the chunk can be read so: it is neither encrypted nor of an unknown codec.
  static bool Reads(const parquet::ColumnChunkMetaData& chunk);

  /// `window`: bytes that are read at once.
  ChunkPages(std::shared_ptr<arrow::io::RandomAccessFile> file, const parquet::ColumnChunkMetaData& chunk, int64_t window);

  /// Throws ParquetException, as the interface wants it.
  std::shared_ptr<parquet::Page> NextPage() override;
  void set_max_page_header_size(uint32_t size) override { most_header_ = size; }

 private:
  PageHeader NextHeader();
  void Fill(int64_t bytes);
  std::shared_ptr<arrow::Buffer> Content(const PageHeader& header, int64_t plain);
  void Decompress(const uint8_t* from, int64_t bytes, uint8_t* to, int64_t room);
  void DecompressZstd(const uint8_t* from, int64_t bytes, uint8_t* to, int64_t room);

  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const int64_t values_;  // of the chunk
  const int64_t window_;
  int64_t most_header_ = 16 << 20;
  std::unique_ptr<arrow::util::Codec> codec_;  // null: not compressed
  bool is_zstd_ = false;
  int64_t at_ = 0;   // in the file: behind what the window has
  int64_t end_ = 0;  // of the file
  std::unique_ptr<arrow::ResizableBuffer> read_, plain_;
  int64_t begin_ = 0, filled_ = 0;  // of the window: what was not used yet
  int64_t given_ = 0;               // values
};

}  // namespace dvt::lake
