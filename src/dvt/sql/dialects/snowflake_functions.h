#pragma once

#include <span>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The functions of Snowflake, and its types.
std::span<const FunctionSpec> SnowflakeFunctions();
std::span<const TypeSpec> SnowflakeTypes();

}  // namespace dvt::sql
