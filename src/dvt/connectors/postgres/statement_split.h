#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dvt::connectors::postgres {

/// The statements of a script, without their semicolons; comments and blanks alone are no statement. Quotes, dollar quotes and
/// nested comments are understood.
std::vector<std::string> SplitStatements(std::string_view sql);
/// The first word in lower case, behind comments and opening parentheses.
std::string FirstWord(std::string_view sql);

}  // namespace dvt::connectors::postgres
