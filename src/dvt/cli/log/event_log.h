#pragma once

#include <memory>
#include <vector>

#include "dvt/cli/log/log_sink.h"
#include "dvt/run/observer.h"

namespace dvt::cli {

/// Tells what a run does in dbt's events, to all sinks. `printer_width` is the column at which "[RUN]" and the like begin.
std::unique_ptr<run::Observer> MakeEventLog(LogOrigin origin, std::vector<std::unique_ptr<LogSink>> sinks, int printer_width);

/// Hands everything on to each of several.
std::unique_ptr<run::Observer> MakeBroadcast(std::vector<std::unique_ptr<run::Observer>> observers);

}  // namespace dvt::cli
