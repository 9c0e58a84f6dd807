#pragma once

#include <arrow/io/interfaces.h>
#include <parquet/file_writer.h>
#include <parquet/page_index.h>

#include <atomic>
#include <memory>
#include <vector>

#include "dvt/lake/encode/column_encoder_arrow.h"

namespace dvt::lake {

/// Puts encoded row groups one after another into a Parquet file, then the page index and the footer. One thread at a time, but for `bytes`.
class ParquetAssembly {
 public:
  static Result<std::unique_ptr<ParquetAssembly>> Begin(std::shared_ptr<arrow::io::OutputStream> out, const std::string& location,
                                                        const arrow::Schema& schema,
                                                        std::shared_ptr<parquet::WriterProperties> properties);

  const parquet::SchemaDescriptor& schema() const { return *schema_; }
  Status Add(int64_t rows, const std::vector<EncodedChunk>& chunks);
  /// Ends and closes the file.
  Result<std::shared_ptr<parquet::FileMetaData>> Finish();
  /// In the file so far. May be asked from other threads.
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  ParquetAssembly() = default;
  Error Failed(const std::string& why) const;
  void AddGroup(int64_t rows, const std::vector<EncodedChunk>& chunks);
  int64_t AddChunk(const EncodedChunk& chunk, int column, parquet::ColumnChunkMetaDataBuilder& metadata);
  int64_t Place() const;

  std::shared_ptr<arrow::io::OutputStream> out_;
  std::string location_;
  std::shared_ptr<parquet::WriterProperties> properties_;
  std::shared_ptr<parquet::SchemaDescriptor> schema_;
  std::unique_ptr<parquet::FileMetaDataBuilder> metadata_;
  std::unique_ptr<parquet::PageIndexBuilder> index_;
  int16_t groups_ = 0;
  std::atomic<int64_t> bytes_{0};
};

}  // namespace dvt::lake
