#include "dvt/cli/log/open_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/log/event_log.h"
#include "dvt/cli/ui/display.h"
#include "dvt/cli/version.h"

namespace dvt::cli {

namespace {

using run::LogLevel;

std::optional<LogLevel> LevelOf(const std::string& name) {
  if (name == "debug") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "warn") return LogLevel::kWarn;
  if (name == "error") return LogLevel::kError;
  return std::nullopt;
}

LogFormat FormatOf(const std::string& name) {
  return name == "json" ? LogFormat::kJson : name == "debug" ? LogFormat::kDebug : LogFormat::kText;
}

// The environment's DBT_ENV_CUSTOM_ENV_X=y as {X: y}: for whoever reads the log.
Value CustomEnvironment() {
  Value custom = Value::MakeMap();
  constexpr std::string_view kPrefix = "DBT_ENV_CUSTOM_ENV_";
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    custom.Set(text.substr(kPrefix.size(), equals - kPrefix.size()), text.substr(equals + 1));
  }
  return custom;
}

bool Typed(const Options& options, const char* a, const char* b) {
  return options.given.contains(a) || options.given.contains(b);
}

}  // namespace

Result<std::shared_ptr<run::Observer>> OpenLog(const Options& options, const ProjectHead& project) {
  const LogOrigin origin{options.invocation_id, CustomEnvironment()};
  const bool wants_colors = options.use_colors && Typed(options, "use-colors", "use-colors");
  // `dvt sql` is a filter: nothing joins what it writes.
  const bool filter = options.command == "sql" || options.command == "lake";
  std::optional<LogLevel> level = filter ? std::nullopt : LevelOf(options.log_level);
  if (options.quiet && level && *level < LogLevel::kError) level = LogLevel::kError;
  std::vector<std::unique_ptr<run::Observer>> observers;
  std::vector<std::unique_ptr<LogSink>> sinks;
  const DisplayOptions display = DetectTerminal(options.no_progress, options.use_colors, wants_colors, level);
  if (options.log_format == "default") {
    observers.push_back(MakeDisplay(display));
  } else {
    sinks.push_back(std::make_unique<LogSink>(SinkOptions{FormatOf(options.log_format), level, display.color}));
  }
  const auto file_level = LevelOf(options.log_level_file);
  if (!project.folder.empty() && file_level && !filter) {
    const std::string folder = !options.log_path.empty()   ? options.log_path
                               : !project.log_path.empty() ? project.log_path
                                                           : "logs";
    const bool colors = options.use_colors_file && Typed(options, "use-colors-file", "use-colors");
    const SinkOptions how{options.log_format_file == "default" ? LogFormat::kDebug : FormatOf(options.log_format_file),
                          file_level, colors};
    DVT_ASSIGN(auto sink, LogSink::OpenFile(how, JoinPath(project.folder, folder), options.log_file_max_bytes, origin));
    sinks.push_back(std::move(sink));
  }
  if (!sinks.empty()) observers.push_back(MakeEventLog(origin, std::move(sinks), options.printer_width));
  return std::shared_ptr<run::Observer>(observers.size() == 1 ? std::move(observers.front())
                                                              : MakeBroadcast(std::move(observers)));
}

void TellBegin(const Options& options) {
  run::LogEvent version;
  version.name = "MainReportVersion";
  version.code = "A001";
  version.message = fmt::format("Running with dvt={} (dbt={})", kDvtVersion, kDbtVersion);
  version.data.Set("log_version", 3);
  version.data.Set("version", std::string("=") + kDbtVersion);
  options.observer->Event(version);
  run::LogEvent arguments;
  arguments.name = "MainReportArgs";
  arguments.code = "A002";
  arguments.level = LogLevel::kDebug;
  Value args = Value::MakeMap();
  const Value flags = FlagsValue(options);
  for (const auto& flag : flags.map()) args.Set(flag.key, flag.value.is_null() ? "None" : flag.value.ToText());
  args.Set("invocation_command", "dvt " + Join(options.arguments, " "));
  arguments.message = "running dvt with arguments " + ToJson(args);
  arguments.data.Set("args", std::move(args));
  options.observer->Event(arguments);
}

void TellEnd(const Options& options, bool success, double elapsed_seconds) {
  run::LogEvent end;
  end.name = "CommandCompleted";
  end.code = "Q039";
  end.level = LogLevel::kDebug;
  const std::string now = artifacts::UtcTimestamp();
  const std::string command = "dvt " + options.command;
  end.message = fmt::format("Command `{}` {} at {} after {:.2f} seconds", command, success ? "succeeded" : "failed",
                            now.substr(11, 15), elapsed_seconds);
  end.data.Set("command", command);
  end.data.Set("completed_at", now);
  end.data.Set("elapsed", elapsed_seconds);
  end.data.Set("success", success);
  options.observer->Event(end);
}

}  // namespace dvt::cli
