#pragma once

#include <arrow/record_batch.h>

#include <cstdint>

namespace dvt::columnar {

/// Texts and bytes with places of 32 bits.
bool IsText(const arrow::DataType& type);
/// Texts, and what has values of one width: all that lies in at most three buffers.
bool IsFlat(const arrow::DataType& type);

/// Bytes of the buffers of a batch, of slices the part that they show.
int64_t RawBytes(const arrow::RecordBatch& batch);

}  // namespace dvt::columnar
