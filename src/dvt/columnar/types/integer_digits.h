#pragma once

#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// Decimal digits that hold every value of an integer type; 0 for all other types.
int IntegerDigits(const DataType& type);

}  // namespace dvt::columnar
