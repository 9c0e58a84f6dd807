#pragma once

#include "dvt/columnar/types/data_type.h"

namespace dvt::columnar {

/// Whether values of the two types that compare as equal have equal hashes by HashKeys (columnar/hash): integers of any width, else the
/// same exact type. Floating point and nested types have none.
bool HashAlike(const DataType& a, const DataType& b);

}  // namespace dvt::columnar
