#include "dvt/run/context/sql_blank.h"

#include <algorithm>
#include <cctype>

namespace dvt::run {

size_t SkipBlank(const std::string& sql, size_t at) {
  for (;;) {
    while (at < sql.size() && std::isspace(static_cast<unsigned char>(sql[at])) != 0) ++at;
    if (sql.compare(at, 2, "--") == 0) {
      at = std::min(sql.find('\n', at), sql.size());
    } else if (sql.compare(at, 2, "/*") == 0) {
      const size_t end = sql.find("*/", at + 2);
      at = end == std::string::npos ? sql.size() : end + 2;
    } else {
      return at;
    }
  }
}

}  // namespace dvt::run
