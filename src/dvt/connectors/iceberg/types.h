#pragma once

#include <string>

#include "dvt/columnar/types/data_type.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::connectors::iceberg {

/// A table's columns as neutral fields. Types that have no neutral counterpart (maps) are kUnknown and cannot be read.
columnar::Fields FieldsOf(const lake::Schema& schema);
/// The table type that a neutral type is stored as. `loss`, if not null, says what is lost. kType if there is none.
Result<lake::Type> StoredType(const columnar::DataType& type, std::string* loss);
/// The neutral type whose Arrow layout the table stores without a further change: where it differs, rows are cast before they are written.
Result<columnar::DataType> WrittenType(const columnar::DataType& type);

}  // namespace dvt::connectors::iceberg
