#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt {

/// How a program ended, and what it said on both of its outputs.
struct ProcessOutcome {
  int code = 0;  ///< of a signal: 128 + its number
  std::string output;
};

/// Runs a program found by PATH to its end, without input, with `environment` on top of ours. A stop kills it and what it started.
/// kNotFound if there is no such program, kCancelled after a stop. Thread-safe.
Result<ProcessOutcome> RunProcess(const std::vector<std::string>& command, const std::string& folder,
                                  const std::vector<std::pair<std::string, std::string>>& environment, std::stop_token stop);

}  // namespace dvt
