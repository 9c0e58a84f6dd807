#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <thread>

#include "dvt/connectors/postgres/settings.h"

namespace dvt::connectors::postgres {

/// Keeps the server's log writer at work while rows are loaded. Left alone it wakes five times a second: loading sessions then write the
/// log themselves, wait for the disk after every 16 MB of it, and mostly do so while they hold the lock that lets the table grow. A
/// session that commits nothing, without waiting, wakes it after every few megabytes. Thread-safe. An aid only: whatever fails in it ends it.
class LogPacer {
 public:
  /// Opens nothing before so much was loaded that it pays.
  explicit LogPacer(Settings settings) : settings_(std::move(settings)) {}

  /// Bytes handed to the server by any of the loading sessions. Never blocks on the server.
  void Wrote(size_t bytes);
  /// Closes the session, on the thread that has it, until so much more is loaded that it pays again.
  void Rest();

 private:
  void Work(std::stop_token stop);

  const Settings settings_;
  std::atomic<size_t> bytes_{0};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool due_ = false;
  bool resting_ = false;
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace dvt::connectors::postgres
