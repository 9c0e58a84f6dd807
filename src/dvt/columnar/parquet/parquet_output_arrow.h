#pragma once

#include <arrow/type.h>

#include <map>
#include <memory>

#include "dvt/columnar/parquet/parquet_assembly_arrow.h"
#include "dvt/columnar/parquet/row_group_encoder_arrow.h"

namespace dvt::columnar {

/// How a Parquet file is laid out.
struct ParquetLayout {
  int64_t row_group_bytes = int64_t{128} << 20;  ///< in memory, before encoding
  int64_t row_group_rows = 1 << 20;
  ChunkLimits limits;         ///< zstd, level 1: 3 takes a sixth more time for a twentieth less
  EncodingChoices choices;    ///< what files learn from each other; empty: nothing
  bool page_index = true;     ///< held till the file ends, some 200 bytes a page
  bool arrow_schema = false;  ///< kept in the footer, for readers that give Arrow's types back
};

/// One Parquet file under construction, and what is counted of its rows. One thread at a time, but for what says otherwise.
class ParquetOutput {
 public:
  /// `layout` must outlive it. `error`: of `out`'s errors. kUnsupported where Parquet has no such type.
  static Result<std::unique_ptr<ParquetOutput>> Open(std::shared_ptr<arrow::io::OutputStream> out,
                                                     std::shared_ptr<arrow::Schema> schema, const ParquetLayout& layout,
                                                     StreamError error);

  /// A row group that somebody else encodes, and adds when its columns are finished.
  std::unique_ptr<RowGroupEncoder> NewGroup(int64_t expected_rows) const;
  Status Add(int64_t rows, RowGroupEncoder& group);
  /// Ends and closes the file.
  Result<std::shared_ptr<parquet::FileMetaData>> Finish();

  const ParquetLayout& layout() const { return *layout_; }
  int64_t rows() const { return rows_; }
  /// Of columns outside lists and maps, by field id.
  const std::map<int, int64_t>& nans() const { return nans_; }
  /// In the file so far. From any thread.
  int64_t bytes() const { return file_->bytes(); }

 private:
  ParquetOutput() = default;

  const ParquetLayout* layout_ = nullptr;
  EncodingChoices choices_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<ParquetAssembly> file_;
  int64_t rows_ = 0;
  std::map<int, int64_t> nans_;
};

}  // namespace dvt::columnar
