#pragma once

#include <string_view>

#include "dvt/lake/filter/expression.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::connectors::iceberg {

/// The part of a rendered condition that the lake evaluates with the engine's meaning. It keeps at least the rows for which the condition is true;
/// the engine evaluates the whole again. Left out: what is no comparison of a column with constants, and comparisons of floating-point columns (the
/// engine sorts NaN above all numbers).
lake::Filter PushedFilter(std::string_view where, const lake::Schema& schema);

}  // namespace dvt::connectors::iceberg
