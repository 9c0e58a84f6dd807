#pragma once

#include <arrow/c/abi.h>
#include <duckdb.h>

#include <cstdint>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar::duckdb {

/// Fills rows [0, count) of a fresh DuckDB vector of LogicalTypeOf(type) with rows [first, first + count) of an Arrow column in
/// the layout of ArrowFormat(type). Texts longer than 12 bytes are not copied: they point into the Arrow buffers, which must
/// outlive the vector's use. Fails with kData only for decimals of more than 38 digits.
Status FillVector(const ArrowArray& column, const DataType& type, int64_t first, int64_t count, duckdb_vector vector);

/// Fills and sizes a chunk of the batch's columns from rows [first, first + count); the same rules.
Status FillChunk(const ArrowArray& batch, const Fields& fields, int64_t first, int64_t count, duckdb_data_chunk chunk);

}  // namespace dvt::columnar::duckdb
