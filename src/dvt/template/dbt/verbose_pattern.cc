#include "dvt/template/dbt/verbose_pattern.h"

#include <algorithm>
#include <cctype>

namespace dvt::tmpl {

bool TakeVerboseFlag(std::string& text) {
  bool verbose = false;
  for (size_t at = 0; text.compare(at, 2, "(?") == 0;) {
    const size_t end = text.find_first_not_of("aiLmsux", at + 2);
    if (end == std::string::npos || text[end] != ')') break;
    std::string flags = text.substr(at + 2, end - at - 2);
    verbose = verbose || flags.find('x') != std::string::npos;
    std::erase_if(flags, [](char c) { return c == 'x' || c == 'a' || c == 'u' || c == 'L'; });
    const std::string head = flags.empty() ? "" : "(?" + flags + ")";
    text.replace(at, end + 1 - at, head);
    at += head.size();
  }
  return verbose;
}

std::string WithoutLayout(const std::string& text) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
    } else if (in_class) {
      in_class = c != ']';
      out += c;
    } else if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      in_class = c == '[';
      out += c;
    }
  }
  return out;
}

}  // namespace dvt::tmpl
