#pragma once

#include <span>

#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The functions of BigQuery, and its types.
std::span<const FunctionSpec> BigqueryFunctions();
std::span<const TypeSpec> BigqueryTypes();

}  // namespace dvt::sql
