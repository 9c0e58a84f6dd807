#pragma once

#include <arrow/io/interfaces.h>
#include <parquet/file_writer.h>
#include <parquet/page_index.h>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "dvt/columnar/parquet/column_encoder_arrow.h"

namespace dvt::columnar {

/// What an error of the stream that a file is written to becomes.
using StreamError = std::function<Error(const arrow::Status&)>;

/// Puts encoded row groups one after another into a Parquet file, then the page index, if the properties want one, and the footer. One thread at a time, but for `bytes`.
class ParquetAssembly {
 public:
  static Result<std::unique_ptr<ParquetAssembly>> Begin(std::shared_ptr<arrow::io::OutputStream> out, const arrow::Schema& schema,
                                                        std::shared_ptr<parquet::WriterProperties> properties, StreamError error);

  const parquet::SchemaDescriptor& schema() const { return *schema_; }
  Status Add(int64_t rows, const std::vector<EncodedChunk>& chunks);
  /// Ends and closes the file. `notes`: kept in its footer.
  Result<std::shared_ptr<parquet::FileMetaData>> Finish(std::shared_ptr<const arrow::KeyValueMetadata> notes = nullptr);
  /// In the file so far. May be asked from other threads.
  int64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  ParquetAssembly() = default;
  void AddGroup(int64_t rows, const std::vector<EncodedChunk>& chunks);
  int64_t AddChunk(const EncodedChunk& chunk, int column, parquet::ColumnChunkMetaDataBuilder& metadata);
  void WriteIndex();
  int64_t Place() const;
  template <class Body>
  Status Guarded(Body body) const;

  std::shared_ptr<arrow::io::OutputStream> out_;
  StreamError error_;
  std::shared_ptr<parquet::WriterProperties> properties_;
  std::shared_ptr<parquet::SchemaDescriptor> schema_;
  std::unique_ptr<parquet::FileMetaDataBuilder> metadata_;
  std::unique_ptr<parquet::PageIndexBuilder> index_;  // null: none is written
  int16_t groups_ = 0;
  std::atomic<int64_t> bytes_{0};
};

}  // namespace dvt::columnar
