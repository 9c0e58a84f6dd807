#pragma once

#include <optional>

#include "dvt/plan/cost/described_table.h"

namespace dvt::plan {

/// About how many different values a column has, where that is known; empty otherwise.
std::optional<double> DistinctValues(const DescribedTable& table, int column);
/// The same as a cautious guess: rather too many.
double GuessedDistinctValues(const DescribedTable& table, int column);

}  // namespace dvt::plan
