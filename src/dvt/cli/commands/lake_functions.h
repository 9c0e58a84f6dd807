#pragma once

#include <stop_token>

#include "dvt/base/result/result.h"
#include "dvt/cli/commands/lake_options.h"

namespace dvt::cli {

/// What the module libdvt_iceberg does for the program.
struct LakeFunctions {
  Result<int> (*command)(const LakeOptions& options, std::stop_token stop);
  void (*close)();  ///< puts the clients of object stores down; nothing of the module is used after it
};

/// Before the program ends: closes the module if anything has loaded it.
void CloseLake();

}  // namespace dvt::cli

extern "C" const dvt::cli::LakeFunctions* dvt_iceberg_functions();
