#pragma once

#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "dvt/base/result/result.h"
#include "dvt/cli/log/log_line.h"

namespace dvt::cli {

/// How one place takes the log.
struct SinkOptions {
  LogFormat format = LogFormat::kText;
  std::optional<run::LogLevel> level = run::LogLevel::kInfo;  ///< none: nothing is taken
  bool colors = false;
};

/// Where lines of the log go: the terminal, or a file that is set aside when it grows. Thread-safe.
class LogSink {
 public:
  /// Standard output.
  explicit LogSink(const SinkOptions& options) : options_(options), file_(stdout) {}
  /// Appends to `<folder>/dbt.log`. Once it has `max_bytes` (0: never), it becomes dbt.log.1, that one dbt.log.2, up to dbt.log.5.
  static Result<std::unique_ptr<LogSink>> OpenFile(const SinkOptions& options, const std::string& folder, int64_t max_bytes,
                                                   const LogOrigin& origin);
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  bool Takes(run::LogLevel level) const { return options_.level && level >= *options_.level; }
  void Write(const run::LogEvent& event, const LogOrigin& origin);

 private:
  void WriteText(const std::string& text, bool flush);
  void SetAside();

  SinkOptions options_;
  std::mutex mutex_;
  std::FILE* file_;
  std::string path_;  // empty: standard output
  int64_t max_bytes_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace dvt::cli
