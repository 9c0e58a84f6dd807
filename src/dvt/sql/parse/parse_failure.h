#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dvt::sql {

/// Thrown inside parse/ only, caught at its public entries.
struct ParseFailure {
  size_t offset;
  std::string message;
  bool final = false;  ///< nothing sensible can be read behind it
};

/// A word of the grammar that `word` may be a misspelling of, or empty.
std::string_view NearestKeyword(std::string_view word);

}  // namespace dvt::sql
