#pragma once

#include <duckdb.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar::duckdb {

/// One column of a batch under construction, fed from DuckDB vectors.
class VectorReader {
 public:
  VectorReader(duckdb_logical_type source, const DataType& type);
  /// Appends rows [first, first + count) of a flat vector. kData if a value does not fit the neutral type.
  Status Append(duckdb_vector vector, idx_t first, idx_t count);
  size_t bytes() const;
  /// The array so far; the reader is empty again.
  ArrowArray Finish();

 private:
  void AppendValidity(const uint64_t* validity, idx_t first, idx_t count);
  Status AppendValues(duckdb_vector vector, idx_t first, idx_t count, const uint64_t* validity);
  void AppendBools(const uint8_t* data, idx_t count);
  Status AppendTexts(const duckdb_string_t* data, idx_t first, idx_t count, const uint64_t* validity);
  Status AppendLists(duckdb_vector vector, idx_t first, idx_t count, const uint64_t* validity);
  Status AppendStructs(duckdb_vector vector, idx_t first, idx_t count);
  struct Rows {  // rows [first, first + count) of a flat vector
    const void* data;
    idx_t first;
    idx_t count;
    const uint64_t* validity;  // null: all valid
  };
  void AppendUnchanged(const Rows& rows, size_t width);
  template <class From, class To, class Convert>
  Status AppendConverted(const Rows& rows, Convert convert);
  Status AppendFinerStamps(const Rows& rows, int64_t units_per_micro);
  Status AppendCoarserStamps(const Rows& rows, int64_t micros_per_unit);
  Status AppendDecimals(const Rows& rows);
  Status AppendHugeints(const Rows& rows);
  Status AppendIntervals(const Rows& rows);
  Status AppendUuids(const Rows& rows);

  DataType type_;
  duckdb_type source_;
  duckdb_type physical_;  // of decimals
  GrowBuffer values_;
  GrowBuffer offsets_;
  GrowBuffer validity_;
  std::vector<VectorReader> children_;
  int64_t length_ = 0;
  int64_t nulls_ = 0;
};

/// Gathers DuckDB chunks into one Arrow batch of any number of rows. Not thread-safe.
class ChunkReader {
 public:
  /// `types` are those of the chunks; `fields` their neutral mapping (MapType), each direct.
  ChunkReader(const std::vector<duckdb_logical_type>& types, Fields fields);
  Status Append(duckdb_data_chunk chunk);
  int64_t rows() const { return rows_; }
  size_t bytes() const;
  Array Finish();

 private:
  Fields fields_;
  std::vector<VectorReader> columns_;
  int64_t rows_ = 0;
};

}  // namespace dvt::columnar::duckdb
