#pragma once

#include <arrow/record_batch.h>

#include <map>
#include <memory>

#include "dvt/lake/data/parquet_assembly_arrow.h"
#include "dvt/lake/encode/row_group_encoder_arrow.h"
#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// How data files are written; from the table's properties.
struct ParquetWrite {
  Schema schema;
  int64_t target_bytes = int64_t{512} << 20;
  int64_t row_group_bytes = int64_t{128} << 20;  ///< in memory, before encoding
  int64_t row_group_rows = 1 << 20;
  ChunkLimits limits;       ///< zstd, level 1: 3 takes a sixth more time for a twentieth less
  Properties properties;    ///< metrics modes
  EncodingChoices choices;  ///< what files learn from each other; empty: nothing

  /// kInvalidArgument names a property that cannot be used.
  static Result<ParquetWrite> Of(const TableMetadata& table, const Schema& schema);
};

/// Writes one Parquet file with field ids; what its statistics say becomes a DataFile. One thread at a time. A file that is not finished is
/// removed by its owner.
class ParquetWriter {
 public:
  /// `options` must outlive the writer.
  static Result<std::unique_ptr<ParquetWriter>> Open(FileStore& store, const std::string& location, const ParquetWrite& options);

  /// Writes batches as row groups of their own.
  Status WriteRowGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);
  /// A row group that somebody else encodes, and adds when its columns are finished.
  std::unique_ptr<RowGroupEncoder> NewGroup(int64_t expected_rows) const;
  Status Add(int64_t rows, RowGroupEncoder& group);
  /// In the file so far. From any thread.
  int64_t bytes() const { return file_->bytes(); }
  const std::string& location() const { return location_; }
  const ParquetWrite& options() const { return *options_; }
  /// Closes the file.
  Result<DataFile> Finish();

 private:
  ParquetWriter() = default;
  Status EncodeGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

  const ParquetWrite* options_ = nullptr;
  std::string location_;
  ChunkLimits limits_;
  EncodingChoices choices_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<ParquetAssembly> file_;
  int64_t rows_ = 0;
  std::map<int, int64_t> nans_;
};

/// Bytes of the buffers of a batch, of slices the part that they show.
int64_t RawBytes(const arrow::RecordBatch& batch);

}  // namespace dvt::lake
