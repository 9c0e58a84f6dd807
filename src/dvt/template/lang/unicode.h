#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/text/utf8.h"

/// Text as Python sees it: sequences of code points over our UTF-8.
namespace dvt::tmpl {

/// Bytes of the character that begins at `pos` (at least 1, also for broken UTF-8).
size_t Utf8Size(std::string_view text, size_t pos);
uint32_t DecodeUtf8(std::string_view text, size_t pos, size_t* size);
bool IsAscii(std::string_view text);
/// Number of code points.
int64_t CodePoints(std::string_view text);
std::vector<uint32_t> ToCodePoints(std::string_view text);
std::string FromCodePoints(const std::vector<uint32_t>& points);
/// Byte offset of the n-th code point.
size_t ByteOffset(std::string_view text, int64_t index);

bool IsSpacePoint(uint32_t c);
bool IsAlphaPoint(uint32_t c);
bool IsDigitPoint(uint32_t c);
bool IsUpperPoint(uint32_t c);
bool IsLowerPoint(uint32_t c);
bool IsPrintablePoint(uint32_t c);
uint32_t ToUpperPoint(uint32_t c);
uint32_t ToLowerPoint(uint32_t c);
std::string UpperText(std::string_view text);
std::string LowerText(std::string_view text);

/// \r\n and \r become \n.
std::string NormalizeNewlines(std::string_view text);
/// Python's string-literal escapes; false for broken ones (\x, \u, \U, \N).
bool DecodeEscapes(std::string_view raw, std::string* out);

}  // namespace dvt::tmpl
