#pragma once

#include <arrow/type.h>

#include "dvt/lake/iceberg/literal.h"
#include "dvt/lake/iceberg/schema.h"

namespace arrow {
struct Scalar;
class Array;
}  // namespace arrow

namespace dvt::lake {

/// The Arrow form of Iceberg's types that scans give and writers take; Parquet files get ids from the fields' metadata.
std::shared_ptr<arrow::DataType> ArrowTypeOf(const Type& type);
std::shared_ptr<arrow::Field> ArrowFieldOf(const NestedField& field);
std::shared_ptr<arrow::Schema> ArrowSchemaOf(const std::vector<NestedField>& fields);

/// The id that a Parquet reader found for a field; -1 if the file has none.
int FieldIdOf(const arrow::Field& field);

/// That no two columns, or members of one struct, have the same name. `above` stands before the name in the error.
Status CheckNames(const arrow::FieldVector& fields, const std::string& above = {});

/// The Iceberg columns that Arrow data would have in a new table; ids are counted from 1. kUnsupported names the column.
Result<std::vector<NestedField>> FieldsOfArrow(const arrow::Schema& schema);

/// A value of a column as an Arrow scalar, to compare with.
std::shared_ptr<arrow::Scalar> ArrowScalarOf(const Type& type, const Literal& value);
/// The value of an array (made by ArrowTypeOf's type) at a row.
Literal LiteralAt(const Type& type, const arrow::Array& array, int64_t row);

}  // namespace dvt::lake
