#pragma once

#include <parquet/metadata.h>

#include <optional>

#include "dvt/lake/iceberg/literal.h"

namespace dvt::lake {

/// What a Parquet column chunk says of its values.
struct ColumnStats {
  std::optional<int64_t> nulls;
  std::optional<Literal> lower;
  std::optional<Literal> upper;
};

/// Bounds are left out where the file's type is not the table's or its widening.
ColumnStats StatsOf(const parquet::ColumnChunkMetaData& chunk, const parquet::ColumnDescriptor& column, const Type& type);

}  // namespace dvt::lake
