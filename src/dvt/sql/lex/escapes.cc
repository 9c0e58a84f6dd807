#include "dvt/sql/lex/escapes.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "dvt/base/text/utf8.h"

namespace dvt::sql {

namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

void AppendEscape(std::string& out, char c, bool controls) {
  switch (c) {
    case 'n': out += '\n'; break;
    case 't': out += '\t'; break;
    case 'r': out += '\r'; break;
    case 'b': out += '\b'; break;
    case 'f': out += '\f'; break;
    case '0': out += '\0'; break;
    case 'Z': out += '\x1a'; break;
    case 'a': out += controls ? '\a' : 'a'; break;
    case 'v': out += controls ? '\v' : 'v'; break;
    default: out += c;
  }
}

// \101, \x41, \u0041, \U00000041 of E-strings.
bool DecodeCode(std::string_view raw, size_t& i, std::string& out, bool bytes) {
  size_t digits = 0, base = 16, start = i + 1;
  if (raw[i] == 'x')
    digits = 2;
  else if (raw[i] == 'u')
    digits = 4;
  else if (raw[i] == 'U')
    digits = 8;
  else if (raw[i] >= '0' && raw[i] <= '7')
    digits = 3, base = 8, start = i;
  if (digits == 0) return false;
  uint32_t code = 0;
  size_t n = 0;
  while (n < digits && start + n < raw.size() &&
         (base == 16 ? IsHex(raw[start + n]) : (raw[start + n] >= '0' && raw[start + n] <= '7'))) {
    char c = raw[start + n++];
    code = code * static_cast<uint32_t>(base) + static_cast<uint32_t>(IsDigit(c) ? c - '0' : (c | 32) - 'a' + 10);
  }
  if (n == 0) return false;
  bool byte = bytes && (raw[i] == 'x' || base == 8);
  i = start + n - 1;
  if (byte) {
    out += static_cast<char>(code);
  } else {
    AppendUtf8(out, code);
  }
  return true;
}

size_t BinaryNumber(std::string_view text) {
  if (!text.starts_with("0b")) return 0;
  const size_t end = std::min(text.find_first_not_of("01", 2), text.size());
  const bool word = end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_');
  return end > 2 && !word ? end : 0;
}

}  // namespace dvt::sql
