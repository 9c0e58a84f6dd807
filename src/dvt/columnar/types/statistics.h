#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dvt::columnar {

/// What a system's own statistics say about one column; values are texts in the engine's spelling. Parts are of all rows, in [0, 1].
struct ColumnStatistics {
  std::optional<double> distinct;  ///< number of different values
  double null_part = 0;
  std::vector<std::pair<std::string, double>> common;  ///< frequent values with their parts
  std::vector<std::string> bounds;                     ///< ascending; between two neighbours lie equally many of the other values
};

/// By the position of the table's columns; empty if nothing is known.
using TableStatistics = std::vector<ColumnStatistics>;

}  // namespace dvt::columnar
