#pragma once

#include <cstdint>
#include <string>

namespace dvt {

/// Appends a code point in UTF-8 (RFC 3629). The code point is not checked: surrogates are written as three bytes.
void AppendUtf8(std::string& out, uint32_t code_point);

}  // namespace dvt
