#pragma once

#include <string>
#include <vector>

namespace dvt::cli {

/// Rows of text as an aligned table with a header and rules, as psql draws it. Numeric columns are right-aligned. A cell longer than
/// `max_width` is cut with "…".
std::string ResultTable(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                        const std::vector<bool>& right_aligned, int max_width = 60);

}  // namespace dvt::cli
