#pragma once

#include <string>
#include <string_view>

namespace dvt::sql {

/// How long the 0b1011 is that `text` begins with; 0 if it does not.
size_t BinaryNumber(std::string_view text);

/// A hexadecimal digit.
bool IsHex(char c);
/// Appends the character that `c` behind a backslash stands for; \\a and \\v only where they are `controls`.
void AppendEscape(std::string& out, char c, bool controls);
/// Appends the character of \101, \x41, \u0041 or \U00000041, whose letter is raw[i], and moves `i` to its last digit; false: no code.
bool DecodeCode(std::string_view raw, size_t& i, std::string& out, bool bytes);

}  // namespace dvt::sql
