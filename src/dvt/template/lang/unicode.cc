#include "dvt/template/lang/unicode.h"

#include <clocale>
#include <cwctype>

namespace dvt::tmpl {
namespace {

locale_t UnicodeLocale() {
  static locale_t locale = [] {
    locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made != nullptr ? made : newlocale(LC_CTYPE_MASK, "C", nullptr);
  }();
  return locale;
}

template <uint32_t (*Map)(uint32_t)>
std::string MapText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    size_t size = 1;
    uint32_t c = DecodeUtf8(text, i, &size);
    if (size == 1 && (text[i] & 0x80) != 0) {
      out += text[i];  // broken bytes stay as they are
    } else {
      AppendUtf8(out, Map(c));
    }
    i += size;
  }
  return out;
}

}  // namespace

size_t Utf8Size(std::string_view text, size_t pos) {
  auto lead = static_cast<unsigned char>(text[pos]);
  size_t size = lead < 0x80 ? 1 : lead >= 0xF0 && lead < 0xF8 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
  if (lead >= 0xF8 || pos + size > text.size()) return 1;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[pos + i]) & 0xC0) != 0x80) return 1;
  }
  return size;
}

uint32_t DecodeUtf8(std::string_view text, size_t pos, size_t* size) {
  *size = Utf8Size(text, pos);
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[pos + i])); };
  switch (*size) {
    case 2: return ((byte(0) & 0x1F) << 6) | (byte(1) & 0x3F);
    case 3: return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
    case 4: return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
    default: return byte(0);
  }
}

bool IsAscii(std::string_view text) {
  for (char c : text) {
    if ((c & 0x80) != 0) return false;
  }
  return true;
}

int64_t CodePoints(std::string_view text) {
  if (IsAscii(text)) return static_cast<int64_t>(text.size());
  int64_t count = 0;
  for (size_t i = 0; i < text.size(); i += Utf8Size(text, i)) ++count;
  return count;
}

std::vector<uint32_t> ToCodePoints(std::string_view text) {
  std::vector<uint32_t> points;
  points.reserve(text.size());
  size_t size = 1;
  for (size_t i = 0; i < text.size(); i += size) points.push_back(DecodeUtf8(text, i, &size));
  return points;
}

std::string FromCodePoints(const std::vector<uint32_t>& points) {
  std::string out;
  for (uint32_t c : points) AppendUtf8(out, c);
  return out;
}

size_t ByteOffset(std::string_view text, int64_t index) {
  size_t pos = 0;
  for (; index > 0 && pos < text.size(); --index) pos += Utf8Size(text, pos);
  return pos;
}

bool IsSpacePoint(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
bool IsAlphaPoint(uint32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return iswalpha_l(static_cast<wint_t>(c), UnicodeLocale()) != 0;
}
bool IsDigitPoint(uint32_t c) { return c >= '0' && c <= '9'; }
bool IsUpperPoint(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  return iswupper_l(static_cast<wint_t>(c), UnicodeLocale()) != 0;
}
bool IsLowerPoint(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z';
  return iswlower_l(static_cast<wint_t>(c), UnicodeLocale()) != 0;
}
bool IsPrintablePoint(uint32_t c) {
  if (c < 0x80) return c >= 0x20 && c < 0x7F;
  if (c == 0xA0 || c == 0xAD || (c != 0x20 && IsSpacePoint(c))) return false;
  return iswprint_l(static_cast<wint_t>(c), UnicodeLocale()) != 0;
}
uint32_t ToUpperPoint(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  return static_cast<uint32_t>(towupper_l(static_cast<wint_t>(c), UnicodeLocale()));
}
uint32_t ToLowerPoint(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return static_cast<uint32_t>(towlower_l(static_cast<wint_t>(c), UnicodeLocale()));
}

std::string UpperText(std::string_view text) {
  std::string upper = MapText<ToUpperPoint>(text);
  for (size_t at = 0; (at = upper.find("\u00DF", at)) != std::string::npos;) upper.replace(at, 2, "SS");
  return upper;
}
std::string LowerText(std::string_view text) { return MapText<ToLowerPoint>(text); }

std::string NormalizeNewlines(std::string_view text) {
  if (text.find('\r') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') {
      out += text[i];
      continue;
    }
    out += '\n';
    if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  return out;
}

bool DecodeEscapes(std::string_view raw, std::string* out) {
  auto hex = [&](size_t from, size_t digits, uint32_t* value) {
    if (from + digits > raw.size()) return false;
    *value = 0;
    for (size_t i = from; i < from + digits; ++i) {
      char c = raw[i];
      int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
      if (digit < 0) return false;
      *value = *value * 16 + static_cast<uint32_t>(digit);
    }
    return *value <= 0x10FFFF;
  };
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      *out += raw[i];
      continue;
    }
    char c = raw[++i];
    uint32_t value = 0;
    static constexpr std::string_view kPlain = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v";
    size_t plain = std::string_view::npos;
    for (size_t k = 0; k < kPlain.size(); k += 2) {
      if (kPlain[k] == c) plain = k;
    }
    if (plain != std::string_view::npos) {
      *out += kPlain[plain + 1];
    } else if (c == '\n') {
      // a continued line
    } else if (c >= '0' && c <= '7') {
      size_t digits = 0;
      for (; digits < 3 && i + digits < raw.size() && raw[i + digits] >= '0' && raw[i + digits] <= '7'; ++digits) {
        value = value * 8 + static_cast<uint32_t>(raw[i + digits] - '0');
      }
      AppendUtf8(*out, value);
      i += digits - 1;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      if (!hex(i + 1, digits, &value)) return false;
      AppendUtf8(*out, value);
      i += digits;
    } else if (c == 'N') {
      return false;
    } else {
      *out += '\\';
      *out += c;
    }
  }
  return true;
}

}  // namespace dvt::tmpl
