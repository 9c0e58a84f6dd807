#pragma once

#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::columnar {

/// Appends one value of a column to a builder of the same type.
void AppendCopy(ColumnBuilder& builder, const ColumnView& column, int64_t row);
/// All rows of a batch that somebody else owns.
Array CopyBatch(const ArrowArray& batch, const Fields& fields);
/// The rows of a batch whose `keep` is not zero; the batch itself if that is all of them.
Array CopyRows(Array batch, const Fields& fields, const std::vector<uint8_t>& keep);

}  // namespace dvt::columnar
