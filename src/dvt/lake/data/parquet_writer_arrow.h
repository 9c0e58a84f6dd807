#pragma once

#include <arrow/record_batch.h>
#include <parquet/arrow/writer.h>

#include <functional>
#include <map>
#include <memory>

#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// How data files are written; from the table's properties.
struct ParquetWrite {
  Schema schema;
  int64_t target_bytes = int64_t{512} << 20;
  int64_t row_group_bytes = int64_t{128} << 20;  ///< in memory, before encoding
  int64_t row_group_rows = 1 << 20;
  std::string codec = "zstd";
  int codec_level = 1;    ///< of zstd: 3 takes a sixth more time for a twentieth less
  Properties properties;  ///< metrics modes

  static Result<ParquetWrite> Of(const TableMetadata& table, const Schema& schema);
};

/// Writes one Parquet file with field ids; what its statistics say becomes a DataFile. Not thread-safe. A file that is not finished is
/// removed by its owner.
class ParquetWriter {
 public:
  static Result<std::unique_ptr<ParquetWriter>> Open(FileStore& store, const std::string& location, const ParquetWrite& options);

  /// Adds to the open row group, which is kept encoded in memory.
  Status Write(const arrow::RecordBatch& batch);
  /// Writes batches as a row group of their own, column by column, keeping nothing.
  Status WriteRowGroup(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches);
  /// Bytes that the file would about have if it ended now.
  int64_t EstimatedBytes() const;
  const std::string& location() const { return location_; }
  /// Closes the file.
  Result<DataFile> Finish();

 private:
  ParquetWriter() = default;
  Error Failed(const arrow::Status& status) const;
  Status CountNans(const arrow::RecordBatch& batch);

  const ParquetWrite* options_ = nullptr;
  std::string location_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<arrow::io::OutputStream> out_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t rows_ = 0, group_raw_ = 0, group_rows_ = 0, written_raw_ = 0;
  std::map<int, int64_t> nans_;
};

/// Bytes of the buffers of a batch, of slices the part that they show.
int64_t RawBytes(const arrow::RecordBatch& batch);

}  // namespace dvt::lake
