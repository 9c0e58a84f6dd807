#pragma once

#include <string>
#include <string_view>

#include "dvt/base/text/value.h"

namespace dvt::sql {

/// Answers one request of the JSON protocol that scripts use: {"id", "read", "write", "sql", …} gives {"id", "sql"} or
/// {"id", "error", "error_kind"}. `verb` is transpile, format, parse, analyze or lineage. Dialect names may be empty: the neutral dialect.
/// Never fails: errors are part of the answer. Thread-safe.
Value AnswerRequest(std::string_view verb, const Value& request);

/// One line of JSON in, one line of JSON out (without the line break). A line that is no JSON object gives an error of kind "other".
std::string AnswerLine(std::string_view verb, std::string_view line);

}  // namespace dvt::sql
