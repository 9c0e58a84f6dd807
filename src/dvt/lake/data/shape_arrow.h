#pragma once

#include <arrow/array.h>

#include "dvt/lake/iceberg/literal.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

/// The names of a file's fields at one level, or null if the file has ids.
using NameLevel = const std::vector<NameMapping::Entry>*;

/// The id of a file's field: its own, or by its name.
int IdInFile(const arrow::Field& field, NameLevel names);
/// The names below a field; null if there are none.
NameLevel NamesBelow(const arrow::Field& field, NameLevel names);
/// The names below the element (0) of a list, or the key (0) and value (1) of a map.
NameLevel NamesOfMember(NameLevel names, size_t place);

/// An array of a file as the table's schema wants it: types widened, members of structs found by id, missing ones null (or their initial
/// default), dropped ones left out.
Result<std::shared_ptr<arrow::Array>> ShapeArray(const std::shared_ptr<arrow::Array>& array, const NestedField& wanted,
                                                 NameLevel names);
/// A column that a file does not have.
Result<std::shared_ptr<arrow::Array>> MissingColumn(const NestedField& wanted, int64_t rows);
/// A column with one value.
Result<std::shared_ptr<arrow::Array>> ConstantColumn(const NestedField& wanted, const Literal& value, int64_t rows);

}  // namespace dvt::lake
