#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <vector>

#include "dvt/columnar/parquet/column_encoder_arrow.h"

namespace dvt::columnar {

using EncodingChoices = std::vector<std::shared_ptr<EncodingChoice>>;

/// A choice for each Parquet column of a schema, none made yet.
EncodingChoices NewChoices(const arrow::Schema& schema);

/// The columns of a row group under construction. Different columns may be worked on by different threads.
class RowGroupEncoder {
 public:
  /// `parquet` is the same schema as Parquet's; both, and the limits, must outlive the encoder.
  RowGroupEncoder(const arrow::Schema& schema, const parquet::SchemaDescriptor& parquet, const ChunkLimits& limits,
                  const EncodingChoices& choices, int64_t expected_rows);

  int columns() const { return static_cast<int>(columns_.size()); }
  Status Append(int column, const std::shared_ptr<arrow::Array>& rows);
  /// Ends a column.
  Status Finish(int column);
  /// The chunks of all columns, once each is finished.
  std::vector<EncodedChunk> Take();
  /// Compressed so far, of all columns. From any thread.
  int64_t bytes() const;

 private:
  /// A column has as many Parquet columns as it has members without members.
  struct Column {
    std::shared_ptr<arrow::Field> field;
    std::vector<std::unique_ptr<ColumnEncoder>> leaves;
    std::vector<EncodedChunk> chunks;
  };
  std::vector<Column> columns_;
};

}  // namespace dvt::columnar
