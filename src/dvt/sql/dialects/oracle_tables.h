#pragma once

#include <span>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The functions and types of Oracle.
std::span<const FunctionSpec> OracleFunctions();
std::span<const TypeSpec> OracleTypes();

}  // namespace dvt::sql
