#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "dvt/base/result/result.h"

namespace dvt {

/// How often and after which pauses a failed unit of work is repeated. Waits are seconds.
struct RetryPolicy {
  int max_retries = 5;
  double base_seconds = 1.0;
  double max_seconds = 60.0;
  bool retry_on_unknown = true;
  /// The work is a whole transfer, so that kStartOver is mended by repeating it; a part of one hands that error on.
  bool starts_over = false;

  /// min(base·2^attempt + rand(0, base·0.1), max); `attempt` counts from 0.
  std::chrono::duration<double> Wait(int attempt) const;
  /// Decided by the code alone; the codes that can never succeed by repeating are refused first.
  bool IsRetryable(const Error& error) const;
};

/// Best-effort class of an error known only by its message, for errors without a vendor code.
ErrorCode ClassifyMessage(std::string_view message);
/// Class of an errno value.
ErrorCode ClassifyErrno(int errno_value);

/// Sleeps unless stopped; false if the stop came first.
bool SleepFor(std::chrono::duration<double> wait, std::stop_token stop);

/// Calls `work` until it succeeds, fails for good, or the retries are used up. `on_retry` (may be null) hears each failure
/// with the attempt's number (from 1) and the pause in seconds. A stop during a pause yields kCancelled.
Status RunWithRetry(const RetryPolicy& policy, std::stop_token stop, const std::function<Status()>& work,
                    const std::function<void(const Error&, int, double)>& on_retry);

}  // namespace dvt
