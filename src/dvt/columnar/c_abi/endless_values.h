#pragma once

#include "dvt/base/result/result.h"
#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::columnar {

/// An error (kData) that names the first column of the batch with a day or moment without end, for systems and formats that have none.
Status RefuseEndless(const ArrowArray& batch, const Fields& fields, std::string_view system);

}  // namespace dvt::columnar
