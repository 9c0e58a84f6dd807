#include "dvt/base/text/utf8.h"

namespace dvt {

void AppendUtf8(std::string& out, uint32_t code_point) {
  const auto following = [&](int shift) { out += static_cast<char>(0x80 | (code_point >> shift & 0x3f)); };
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  if (code_point < 0x800) {
    out += static_cast<char>(0xc0 | code_point >> 6);
  } else if (code_point < 0x10000) {
    out += static_cast<char>(0xe0 | code_point >> 12);
    following(6);
  } else {
    out += static_cast<char>(0xf0 | (code_point >> 18 & 7));
    following(12);
    following(6);
  }
  following(0);
}

}  // namespace dvt
