#pragma once

#include <string_view>

namespace dvt::graph {

/// Whether the whole of `text` fits a pattern of shells: `*` any run of characters, `?` one character, `[a-z]` and `[!a-z]` one of
/// a set. A `[` that is never closed stands for itself; nothing is escaped.
bool MatchesWildcard(std::string_view pattern, std::string_view text);

/// Whether the text holds `*`, `?`, `[` or `]`.
bool HasWildcard(std::string_view text);

}  // namespace dvt::graph
