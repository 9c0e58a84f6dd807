#pragma once

#include <memory>
#include <optional>

#include "dvt/run/observer.h"

namespace dvt::cli {

struct DisplayOptions {
  bool live = false;  ///< redraw running nodes on the terminal
  bool color = false;
  std::optional<run::LogLevel> level = run::LogLevel::kInfo;  ///< none: only what the command was asked for
};

/// What the terminal can do: live and colours only on a terminal, NO_COLOR respected. `force_colors`: also elsewhere.
DisplayOptions DetectTerminal(bool no_progress, bool use_colors, bool force_colors, std::optional<run::LogLevel> level);

/// Prints a run to standard output: live lines with bars where the terminal allows, plain lines elsewhere. Thread-safe.
std::unique_ptr<run::Observer> MakeDisplay(const DisplayOptions& options);

/// Columns of the terminal, 100 where unknown.
int TerminalWidth();

}  // namespace dvt::cli
