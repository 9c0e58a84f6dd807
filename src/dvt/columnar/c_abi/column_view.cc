#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::columnar {

ColumnView::ColumnView(const ArrowArray& array, const DataType& type)
    : array_(&array),
      type_(&type),
      offset_(array.offset),
      length_(array.length),
      validity_(array.n_buffers > 0 && array.null_count != 0 ? static_cast<const uint8_t*>(array.buffers[0]) : nullptr),
      values_(nullptr),
      offsets_(nullptr),
      all_null_(type.kind == TypeKind::kNull) {
  if (array.n_buffers == 2 && type.kind != TypeKind::kList) values_ = static_cast<const uint8_t*>(array.buffers[1]);
  if (array.n_buffers == 2 && type.kind == TypeKind::kList) offsets_ = static_cast<const int32_t*>(array.buffers[1]);
  if (array.n_buffers == 3) {
    offsets_ = static_cast<const int32_t*>(array.buffers[1]);
    values_ = static_cast<const uint8_t*>(array.buffers[2]);
  }
}

int64_t ColumnView::Integer(int64_t row) const {
  switch (type_->kind) {
    case TypeKind::kInt8: return Fixed<int8_t>(row);
    case TypeKind::kInt16: return Fixed<int16_t>(row);
    case TypeKind::kInt32: return Fixed<int32_t>(row);
    case TypeKind::kUInt8: return Fixed<uint8_t>(row);
    case TypeKind::kUInt16: return Fixed<uint16_t>(row);
    case TypeKind::kUInt32: return Fixed<uint32_t>(row);
    case TypeKind::kDate: return Fixed<int32_t>(row);
    case TypeKind::kBool: return Bool(row) ? 1 : 0;
    default: return Fixed<int64_t>(row);
  }
}

double ColumnView::Float(int64_t row) const {
  return type_->kind == TypeKind::kFloat32 ? static_cast<double>(Fixed<float>(row)) : Fixed<double>(row);
}

ColumnView::IntervalValue ColumnView::Interval(int64_t row) const {
  const uint8_t* at = Bytes(row, 16);
  IntervalValue value;
  std::memcpy(&value.months, at, 4);
  std::memcpy(&value.days, at + 4, 4);
  std::memcpy(&value.nanoseconds, at + 8, 8);
  return value;
}

ColumnView ColumnView::child(int i) const {
  ColumnView view(*array_->children[i], type_->children[static_cast<size_t>(i)].type);
  // A struct's children are indexed by the struct's own rows.
  if (type_->kind == TypeKind::kStruct) view.offset_ += offset_;
  return view;
}

std::vector<ColumnView> BatchColumns(const ArrowArray& batch, const Fields& fields) {
  std::vector<ColumnView> columns;
  columns.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    columns.emplace_back(*batch.children[i], fields[i].type);
    if (fields[i].type.kind != TypeKind::kNull) columns.back().Shift(batch.offset);
  }
  return columns;
}

}  // namespace dvt::columnar
