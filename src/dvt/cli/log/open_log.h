#pragma once

#include <memory>

#include "dvt/cli/flags.h"
#include "dvt/cli/options.h"

namespace dvt::cli {

/// Everything that hears this invocation: the terminal in the wanted format, and dbt.log in the log folder of the project. Fails if
/// the log file cannot be written.
Result<std::shared_ptr<run::Observer>> OpenLog(const Options& options, const ProjectHead& project);

/// What begins and ends every log: the versions, the flags, and how the command went.
void TellBegin(const Options& options);
void TellEnd(const Options& options, bool success, double elapsed_seconds);

}  // namespace dvt::cli
