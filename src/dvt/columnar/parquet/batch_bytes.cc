#include "dvt/columnar/parquet/batch_bytes_arrow.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/util/byte_size.h>

#include <optional>

namespace dvt::columnar {

bool IsText(const arrow::DataType& type) { return type.id() == arrow::Type::STRING || type.id() == arrow::Type::BINARY; }

bool IsFlat(const arrow::DataType& type) {
  return IsText(type) || arrow::is_primitive(type.id()) || arrow::is_decimal(type.id()) ||
         type.id() == arrow::Type::FIXED_SIZE_BINARY;
}

namespace {

// Arrow counts those of any column, but looks at every buffer of it; rows are dealt in many small slices.
std::optional<int64_t> FlatBytes(const arrow::ArrayData& column) {
  const arrow::DataType& type = column.type->id() == arrow::Type::EXTENSION
                                    ? *static_cast<const arrow::ExtensionType&>(*column.type).storage_type()
                                    : *column.type;
  if (!IsFlat(type)) return std::nullopt;
  const int64_t validity = column.MayHaveNulls() ? column.length / 8 : 0;
  if (IsText(type)) {
    const auto* offsets = column.GetValues<int32_t>(1);
    const int64_t texts = column.length == 0 ? 0 : offsets[column.length] - offsets[0];
    return validity + column.length * static_cast<int64_t>(sizeof(int32_t)) + texts;
  }
  return validity + column.length * type.bit_width() / 8;
}

}  // namespace

int64_t RawBytes(const arrow::RecordBatch& batch) {
  int64_t flat = 0;
  for (const auto& column : batch.column_data()) {
    const auto bytes = FlatBytes(*column);
    if (!bytes) {
      const auto all = arrow::util::ReferencedBufferSize(batch);
      return all.ok() ? *all : batch.num_rows() * 8 * batch.num_columns();
    }
    flat += *bytes;
  }
  return flat;
}

}  // namespace dvt::columnar
