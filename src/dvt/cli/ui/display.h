#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "dvt/run/observer.h"

namespace dvt::cli {

struct DisplayOptions {
  bool live = false;                        ///< redraw running nodes on the terminal
  std::chrono::milliseconds line_every{0};  ///< without a terminal: a plain line about a running node so often; 0: never
  bool color = false;
  std::optional<run::LogLevel> level = run::LogLevel::kInfo;  ///< none: only what the command was asked for
};

/// What the terminal can do: live and colours only on a terminal, NO_COLOR respected. `force_colors`: also elsewhere.
DisplayOptions DetectTerminal(bool no_progress, bool use_colors, bool force_colors, std::optional<run::LogLevel> level);

/// Prints a run to standard output: live lines with bars where the terminal allows, plain lines elsewhere. Thread-safe.
std::unique_ptr<run::Observer> MakeDisplay(const DisplayOptions& options);

/// In characters; the defaults where it is unknown.
struct TerminalSize {
  int columns = 100;
  int rows = 40;
};
TerminalSize SizeOfTerminal();

}  // namespace dvt::cli
