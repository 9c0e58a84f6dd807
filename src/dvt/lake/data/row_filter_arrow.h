#pragma once

#include <arrow/record_batch.h>

#include "dvt/lake/filter/expression.h"

namespace dvt::lake {

/// Registers Arrow's kernels; call it before any of them.
void InitializeCompute();

/// The rows of a batch that a filter takes. `fields` are the batch's columns.
Result<std::shared_ptr<arrow::RecordBatch>> FilterRows(const BoundFilter& filter, const std::vector<NestedField>& fields,
                                                       const std::shared_ptr<arrow::RecordBatch>& batch);
/// The rows for which `keep` is true (null is not).
Result<std::shared_ptr<arrow::RecordBatch>> KeepRows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                     const std::shared_ptr<arrow::Array>& keep);
/// For each row of a batch, true, false or null.
Result<std::shared_ptr<arrow::Array>> EvaluateFilter(const BoundFilter& filter, const std::vector<NestedField>& fields,
                                                     const arrow::RecordBatch& batch);
/// The column of a field at any depth of structs, null where a parent is.
Result<std::shared_ptr<arrow::Array>> ColumnOf(int field_id, const std::vector<NestedField>& fields,
                                               const arrow::RecordBatch& batch);

}  // namespace dvt::lake
