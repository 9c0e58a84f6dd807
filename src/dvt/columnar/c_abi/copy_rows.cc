#include "dvt/columnar/c_abi/copy_rows.h"

#include <algorithm>

namespace dvt::columnar {

namespace {

void AppendNestedCopy(ColumnBuilder& builder, const ColumnView& column, int64_t row) {
  if (column.type().kind == TypeKind::kList) {
    const auto range = column.ListRange(row);
    const ColumnView items = column.child(0);
    for (int64_t i = range.begin; i < range.end; ++i) AppendCopy(builder.child(0), items, i);
  } else {
    for (size_t i = 0; i < column.type().children.size(); ++i)
      AppendCopy(builder.child(static_cast<int>(i)), column.child(static_cast<int>(i)), row);
  }
  builder.AppendNested();
}

void AppendFixedCopy(ColumnBuilder& builder, const ColumnView& column, int64_t row) {
  switch (FixedWidth(column.type())) {
    case 1: return builder.AppendFixed(column.Fixed<uint8_t>(row));
    case 2: return builder.AppendFixed(column.Fixed<uint16_t>(row));
    case 4: return builder.AppendFixed(column.Fixed<uint32_t>(row));
    case 8: return builder.AppendFixed(column.Fixed<uint64_t>(row));
    default: return builder.AppendNull();  // there is no other width
  }
}

}  // namespace

void AppendCopy(ColumnBuilder& builder, const ColumnView& column, int64_t row) {
  const DataType& type = column.type();
  if (type.kind == TypeKind::kNull || column.IsNull(row)) return builder.AppendNull();
  switch (type.kind) {
    case TypeKind::kBool: return builder.AppendBool(column.Bool(row));
    case TypeKind::kDecimal:
      if (ArrowDecimal(type).bits == 128) return builder.AppendDecimal(column.Decimal(row));
      return builder.AppendDecimal256(column.Bytes(row, 32));
    case TypeKind::kString:
    case TypeKind::kJson:
    case TypeKind::kUnknown:
    case TypeKind::kBinary: return builder.AppendBytes(column.Text(row));
    case TypeKind::kUuid: return builder.AppendUuid(column.Bytes(row, 16));
    case TypeKind::kInterval: {
      const auto value = column.Interval(row);
      return builder.AppendInterval(value.months, value.days, value.nanoseconds);
    }
    case TypeKind::kList:
    case TypeKind::kStruct: return AppendNestedCopy(builder, column, row);
    default: return AppendFixedCopy(builder, column, row);
  }
}

Array CopyBatch(const ArrowArray& batch, const Fields& fields) {
  const auto columns = BatchColumns(batch, fields);
  BatchBuilder builder(fields);
  for (int64_t row = 0; row < batch.length; ++row) {
    for (size_t i = 0; i < columns.size(); ++i) AppendCopy(builder.column(static_cast<int>(i)), columns[i], row);
  }
  return builder.Finish();
}

Array CopyRows(Array batch, const Fields& fields, const std::vector<uint8_t>& keep) {
  if (std::find(keep.begin(), keep.end(), 0) == keep.end()) return batch;
  const auto columns = BatchColumns(batch.get(), fields);
  BatchBuilder builder(fields);
  for (size_t row = 0; row < keep.size(); ++row) {
    if (keep[row] == 0) continue;
    for (size_t i = 0; i < columns.size(); ++i)
      AppendCopy(builder.column(static_cast<int>(i)), columns[i], static_cast<int64_t>(row));
  }
  return builder.Finish();
}

}  // namespace dvt::columnar
