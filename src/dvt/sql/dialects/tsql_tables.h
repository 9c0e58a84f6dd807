#pragma once

#include <span>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The functions and types of T-SQL.
std::span<const FunctionSpec> TsqlFunctions();
std::span<const TypeSpec> TsqlTypes();

}  // namespace dvt::sql
