#pragma once

#include <string>
#include <string_view>

namespace dvt::connectors::mysql {

/// An identifier in backticks.
std::string QuoteName(std::string_view name);
/// Appends a text as a quoted string literal (for sessions without NO_BACKSLASH_ESCAPES, which ours are).
void AppendLiteral(std::string& out, std::string_view text);
std::string Literal(std::string_view text);
/// Appends the bytes as X'…'.
void AppendHexLiteral(std::string& out, std::string_view bytes);

}  // namespace dvt::connectors::mysql
