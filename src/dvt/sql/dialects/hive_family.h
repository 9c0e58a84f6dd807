#pragma once

#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

// Function tables of the systems that grew out of Hive's world.
std::span<const FunctionSpec> HiveFunctions();
std::span<const FunctionSpec> SparkFunctions();
std::span<const FunctionSpec> DatabricksFunctions();
std::span<const FunctionSpec> TrinoFunctions();

}  // namespace dvt::sql
