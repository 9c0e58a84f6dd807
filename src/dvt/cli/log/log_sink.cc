#include "dvt/cli/log/log_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "dvt/base/fs/files.h"

namespace dvt::cli {

namespace {

constexpr int kKeptFiles = 5;

// Appended to, and not handed on to programs that dvt starts.
std::FILE* Append(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  return descriptor < 0 ? nullptr : fdopen(descriptor, "a");
}

}  // namespace

Result<std::unique_ptr<LogSink>> LogSink::OpenFile(const SinkOptions& options, const std::string& folder, int64_t max_bytes,
                                                   const LogOrigin& origin) {
  DVT_TRY(MakeFolders(folder));
  auto sink = std::make_unique<LogSink>(options);
  sink->path_ = JoinPath(folder, "dbt.log");
  sink->max_bytes_ = max_bytes;
  sink->file_ = Append(sink->path_);
  if (sink->file_ == nullptr)
    return Error(ErrorCode::kIo, fmt::format("cannot write the log '{}': {}", sink->path_, std::strerror(errno)))
        .WithHint("name another folder with --log-path, or leave the file out with --log-level-file none");
  sink->bytes_ = lseek(fileno(sink->file_), 0, SEEK_END);
  if (options.format != LogFormat::kJson)
    sink->WriteText(fmt::format("\n\n{0} {1} | {2} {0}\n", std::string(30, '='), ClockTime(true), origin.invocation_id), false);
  return sink;
}

LogSink::~LogSink() {
  if (path_.empty()) {
    std::fflush(stdout);
  } else if (file_ != nullptr) {
    std::fclose(file_);
  }
}

void LogSink::Write(const run::LogEvent& event, const LogOrigin& origin) {
  if (!Takes(event.level)) return;
  // A listing of thousands of lines is flushed at its end.
  WriteText(LogLine(event, options_.format, options_.colors, origin),
            event.level >= run::LogLevel::kInfo && event.audience != run::Audience::kOutput);
}

void LogSink::WriteText(const std::string& text, bool flush) {
  std::lock_guard lock(mutex_);
  const auto size = static_cast<int64_t>(text.size());
  if (max_bytes_ > 0 && bytes_ > 0 && bytes_ + size > max_bytes_) SetAside();
  if (file_ == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), file_);
  bytes_ += size;
  if (flush) std::fflush(file_);
}

void LogSink::SetAside() {
  std::fclose(file_);
  for (int i = kKeptFiles - 1; i >= 0; --i) {
    const std::string from = i == 0 ? path_ : fmt::format("{}.{}", path_, i);
    std::rename(from.c_str(), fmt::format("{}.{}", path_, i + 1).c_str());
  }
  file_ = Append(path_);
  bytes_ = 0;
}

}  // namespace dvt::cli
