#pragma once

#include <arrow/array.h>
#include <arrow/type.h>

#include <memory>
#include <vector>

#include "dvt/base/fwd.h"
#include "dvt/base/result/result.h"

namespace dvt::columnar {

/// What goes into one Parquet column of a column's rows: an entry for each value, null and empty list.
struct LeafRows {
  std::shared_ptr<arrow::Array> array;
  int64_t rows = 0;
  /// The places of the values in the array; empty if all of it are values (`dense`).
  std::vector<int32_t> present;
  bool dense = true;
  /// One an entry. Empty: every entry is a value; every entry begins a row.
  std::vector<uint8_t> definition, repetition;

  int64_t values() const { return dense ? array->length() : static_cast<int64_t>(present.size()); }
  int64_t entries() const { return definition.empty() ? values() : static_cast<int64_t>(definition.size()); }
};

/// The Parquet columns of a column, in the order of the file's schema, with the levels of Dremel's paper (Melnik et al. 2010) as Parquet counts them.
/// kConstraint where a member that must have values has a null.
Result<std::vector<LeafRows>> LeafRowsOf(const std::shared_ptr<arrow::Array>& column, const arrow::Field& field);

}  // namespace dvt::columnar
