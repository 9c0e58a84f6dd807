#pragma once

#include <span>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The functions of ClickHouse, and its types.
std::span<const FunctionSpec> ClickhouseFunctions();
std::span<const TypeSpec> ClickhouseTypes();

}  // namespace dvt::sql
