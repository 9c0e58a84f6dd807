#include <arrow/array/array_nested.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/scalar.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>

#include <algorithm>

#include "dvt/lake/data/row_filter_arrow.h"
#include "dvt/lake/data/shape_arrow.h"
#include "dvt/lake/data/types_arrow.h"

namespace dvt::lake {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

Error ShapeError(const NestedField& wanted, const arrow::Status& status) {
  return Error(ErrorCode::kData, fmt::format("the column '{}' does not fit the table's type {}: {}", wanted.name,
                                             wanted.type.ToString(), status.message()));
}

const NameMapping::Entry* EntryOf(const arrow::Field& field, NameLevel names) {
  if (names == nullptr) return nullptr;
  for (const auto& entry : *names)
    if (std::find(entry.names.begin(), entry.names.end(), field.name()) != entry.names.end()) return &entry;
  return nullptr;
}

Result<ArrayPtr> CastTo(const ArrayPtr& array, const NestedField& wanted) {
  const auto type = ArrowTypeOf(wanted.type);
  if (array->type()->Equals(*type)) return array;
  ArrayPtr source = array;
  if (source->type_id() == arrow::Type::EXTENSION) source = static_cast<const arrow::ExtensionArray&>(*source).storage();
  if (source->type()->Equals(*type)) return source;
  auto cast = arrow::compute::Cast(*source, type);
  if (!cast.ok()) return ShapeError(wanted, cast.status());
  return *std::move(cast);
}

// Validity bits that start at the array's first row; null if nothing is null.
Result<std::shared_ptr<arrow::Buffer>> AlignedValidity(const arrow::Array& from, const NestedField& wanted) {
  if (from.null_count() == 0) return std::shared_ptr<arrow::Buffer>();
  if (from.offset() == 0) return from.null_bitmap();
  auto bits = arrow::internal::CopyBitmap(arrow::default_memory_pool(), from.null_bitmap_data(), from.offset(), from.length());
  if (!bits.ok()) return ShapeError(wanted, bits.status());
  return *std::move(bits);
}

Result<ArrayPtr> ShapeStruct(const ArrayPtr& array, const NestedField& wanted, NameLevel names) {
  if (array->type_id() != arrow::Type::STRUCT) return ShapeError(wanted, arrow::Status::TypeError("it is no struct in the file"));
  const auto& from = static_cast<const arrow::StructArray&>(*array);
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (const auto& member : wanted.type.fields) {
    ArrayPtr shaped;
    for (int i = 0; i < from.num_fields() && shaped == nullptr; ++i) {
      const auto& field = *from.type()->field(i);
      if (IdInFile(field, names) != member.id) continue;
      DVT_ASSIGN(shaped, ShapeArray(from.field(i), member, NamesBelow(field, names)));
    }
    if (shaped == nullptr) {
      DVT_ASSIGN(shaped, MissingColumn(member, from.length()));
    }
    children.push_back(shaped->data());
  }
  // from.field(i) is sliced to the parent's offset, so the new parent starts at 0.
  DVT_ASSIGN(const auto validity, AlignedValidity(from, wanted));
  auto data = arrow::ArrayData::Make(ArrowTypeOf(wanted.type), from.length(), {validity}, from.null_count());
  data->child_data = std::move(children);
  return arrow::MakeArray(data);
}

Result<ArrayPtr> ShapeList(const ArrayPtr& array, const NestedField& wanted, NameLevel names) {
  ArrayPtr list = array;
  if (list->type_id() != arrow::Type::LIST) {  // large lists, views
    auto cast = arrow::compute::Cast(*list, arrow::list(list->type()->field(0)));
    if (!cast.ok()) return ShapeError(wanted, cast.status());
    list = *cast;
  }
  const auto& from = static_cast<const arrow::ListArray&>(*list);
  DVT_ASSIGN(const ArrayPtr values, ShapeArray(from.values(), wanted.type.fields[0], NamesOfMember(names, 0)));
  auto data = arrow::ArrayData::Make(ArrowTypeOf(wanted.type), from.length(), {from.null_bitmap(), from.value_offsets()},
                                     {values->data()}, from.null_count(), from.offset());
  return arrow::MakeArray(data);
}

Result<ArrayPtr> ShapeMap(const ArrayPtr& array, const NestedField& wanted, NameLevel names) {
  if (array->type_id() != arrow::Type::MAP) return ShapeError(wanted, arrow::Status::TypeError("it is no map in the file"));
  const auto& from = static_cast<const arrow::MapArray&>(*array);
  DVT_ASSIGN(const ArrayPtr keys, ShapeArray(from.keys(), wanted.type.fields[0], NamesOfMember(names, 0)));
  DVT_ASSIGN(const ArrayPtr items, ShapeArray(from.items(), wanted.type.fields[1], NamesOfMember(names, 1)));
  const auto type = ArrowTypeOf(wanted.type);
  auto entries = arrow::ArrayData::Make(type->field(0)->type(), keys->length(), {nullptr}, {keys->data(), items->data()}, 0);
  auto data = arrow::ArrayData::Make(type, from.length(), {from.null_bitmap(), from.value_offsets()}, {entries},
                                     from.null_count(), from.offset());
  return arrow::MakeArray(data);
}

}  // namespace

int IdInFile(const arrow::Field& field, NameLevel names) {
  if (names == nullptr) return FieldIdOf(field);
  const auto* entry = EntryOf(field, names);
  return entry == nullptr || entry->id == 0 ? -1 : entry->id;
}

NameLevel NamesBelow(const arrow::Field& field, NameLevel names) {
  static const std::vector<NameMapping::Entry> none;
  if (names == nullptr) return nullptr;
  const auto* entry = EntryOf(field, names);
  return entry == nullptr ? &none : &entry->fields;
}

// Elements, keys and values have many names in files; their place tells which they are.
NameLevel NamesOfMember(NameLevel names, size_t place) {
  static const std::vector<NameMapping::Entry> none;
  if (names == nullptr) return nullptr;
  return place < names->size() ? &(*names)[place].fields : &none;
}

Result<ArrayPtr> ShapeArray(const ArrayPtr& array, const NestedField& wanted, NameLevel names) {
  InitializeCompute();
  switch (wanted.type.id) {
    case TypeId::kStruct: return ShapeStruct(array, wanted, names);
    case TypeId::kList: return ShapeList(array, wanted, names);
    case TypeId::kMap: return ShapeMap(array, wanted, names);
    case TypeId::kUnknown: return MissingColumn(wanted, array->length());
    default: return CastTo(array, wanted);
  }
}

Result<ArrayPtr> ConstantColumn(const NestedField& wanted, const Literal& value, int64_t rows) {
  if (value.is_null()) {
    auto nulls = arrow::MakeArrayOfNull(ArrowTypeOf(wanted.type), rows);
    if (!nulls.ok()) return ShapeError(wanted, nulls.status());
    return *std::move(nulls);
  }
  auto array = arrow::MakeArrayFromScalar(*ArrowScalarOf(wanted.type, value), rows);
  if (!array.ok()) return ShapeError(wanted, array.status());
  return *std::move(array);
}

Result<ArrayPtr> MissingColumn(const NestedField& wanted, int64_t rows) {
  Literal value;
  if (wanted.initial_default && wanted.type.is_primitive()) {
    DVT_ASSIGN(value, LiteralFromJson(wanted.type, *wanted.initial_default));
  }
  return ConstantColumn(wanted, value, rows);
}

}  // namespace dvt::lake
