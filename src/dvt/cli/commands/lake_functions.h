#pragma once

#include <stop_token>

#include "dvt/base/result/result.h"
#include "dvt/cli/commands/lake_options.h"

namespace dvt::cli {

/// What the module libdvt_iceberg does for the program.
struct LakeFunctions {
  Result<int> (*command)(const LakeOptions& options, std::stop_token stop);
};

}  // namespace dvt::cli

extern "C" const dvt::cli::LakeFunctions* dvt_iceberg_functions();
