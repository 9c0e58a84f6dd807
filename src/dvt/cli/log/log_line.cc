#include "dvt/cli/log/log_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <ctime>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"

namespace dvt::cli {

namespace {

using run::LogEvent;
using run::LogLevel;

constexpr const char* kReset = "\x1b[0m";
constexpr const char* kCodes[] = {"\x1b[31m", "\x1b[32m", "\x1b[33m", kReset};

// "Thread-1" as dbt's workers are called.
std::string ThreadLabel() {
  const std::string& name = run::ThreadName();
  return name.starts_with("Thread-") ? name + " (worker)" : name;
}

std::string JsonLine(const LogEvent& event, std::string message, const LogOrigin& origin) {
  Value info = Value::MakeMap();
  info.Set("category", "");
  info.Set("code", event.code);
  info.Set("extra", origin.extra);
  info.Set("invocation_id", origin.invocation_id);
  info.Set("level", LevelName(event.level));
  info.Set("msg", std::move(message));
  info.Set("name", event.name);
  info.Set("pid", static_cast<int64_t>(getpid()));
  info.Set("thread", ThreadLabel());
  info.Set("ts", artifacts::UtcTimestamp());
  Value line = Value::MakeMap();
  line.Set("data", event.data);
  line.Set("info", std::move(info));
  SecretRegistry::RedactAll(line);
  return ToJson(line) + "\n";
}

}  // namespace

std::string LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: return "error";
  }
  return "info";
}

std::string ClockTime(bool micros) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::string text = fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
  if (micros) {
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    text += fmt::format(".{:06}", since % 1'000'000);
  }
  return text;
}

std::string WithoutColors(std::string text) {
  if (text.find('\x1b') == std::string::npos) return text;
  for (const char* code : kCodes) text = ReplaceAll(std::move(text), code, "");
  return text;
}

std::string Green(const std::string& text) { return "\x1b[32m" + text + kReset; }
std::string Yellow(const std::string& text) { return "\x1b[33m" + text + kReset; }
std::string Red(const std::string& text) { return "\x1b[31m" + text + kReset; }

std::string LogLine(const LogEvent& event, LogFormat format, bool colors, const LogOrigin& origin) {
  std::string message = colors ? event.message : WithoutColors(event.message);
  if (format == LogFormat::kJson) return JsonLine(event, std::move(message), origin);
  message = SecretRegistry::Redact(std::move(message)) + "\n";
  if (event.audience == run::Audience::kOutput) return message;
  const std::string begin = colors ? kReset : "";
  if (format == LogFormat::kText) return begin + ClockTime(false) + "  " + message;
  return fmt::format("{}{} [{:<5}] [{}]: {}", begin, ClockTime(true), LevelName(event.level), ThreadLabel(), message);
}

}  // namespace dvt::cli
