#pragma once

#include <arrow/record_batch.h>

#include <memory>

#include "dvt/columnar/parquet/parquet_output_arrow.h"
#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// How data files are written; from the table's properties.
struct ParquetWrite : columnar::ParquetLayout {
  Schema schema;
  int64_t target_bytes = int64_t{512} << 20;
  Properties properties;  ///< metrics modes

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
  /// For row groups that somebody else encodes.
  columnar::ParquetOutput& output() { return *output_; }
  /// In the file so far. From any thread.
  int64_t bytes() const { return output_->bytes(); }
  const std::string& location() const { return location_; }
  /// Closes the file.
  Result<DataFile> Finish();

 private:
  ParquetWriter() = default;
  Status EncodeGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);

  const ParquetWrite* options_ = nullptr;
  std::string location_;
  std::unique_ptr<columnar::ParquetOutput> output_;
};

}  // namespace dvt::lake
