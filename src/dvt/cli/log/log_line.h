#pragma once

#include <string>

#include "dvt/run/observer.h"

namespace dvt::cli {

/// What all lines of one invocation share.
struct LogOrigin {
  std::string invocation_id;
  Value extra = Value::MakeMap();  ///< DBT_ENV_CUSTOM_ENV_X=y as {X: y}
};

enum class LogFormat { kText, kDebug, kJson };

/// One line (or paragraph) of the log, ended by a newline, without secrets. `colors` keeps the colour codes of the message.
///   text   17:00:28  message
///   debug  17:00:28.269700 [info ] [MainThread]: message
///   json   {"data": {…}, "info": {…}}, as dbt's structured log has it
std::string LogLine(const run::LogEvent& event, LogFormat format, bool colors, const LogOrigin& origin);

/// "17:00:28", with microseconds if they are wanted: the machine's own time.
std::string ClockTime(bool micros);
/// "info", "warn", …
std::string LevelName(run::LogLevel level);

/// The text without the codes of the colours below.
std::string WithoutColors(std::string text);
/// `text` between the codes of a colour.
std::string Green(const std::string& text);
std::string Yellow(const std::string& text);
std::string Red(const std::string& text);

}  // namespace dvt::cli
