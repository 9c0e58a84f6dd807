#include "dvt/plan/cost/distinct.h"

#include <algorithm>
#include <cmath>

namespace dvt::plan {

const columnar::ColumnStatistics* DescribedTable::StatisticsOf(int column) const {
  const auto at = static_cast<size_t>(column);
  return column >= 0 && at < statistics.size() ? &statistics[at] : nullptr;
}

std::optional<double> DistinctValues(const DescribedTable& table, int column) {
  const columnar::Field& field = table.columns[static_cast<size_t>(column)];
  if (field.type.kind == columnar::TypeKind::kBool) return 2;
  const bool key = std::any_of(table.indexes.begin(), table.indexes.end(), [&](const columnar::IndexInfo& index) {
    return (index.unique || index.primary) && index.columns.size() == 1 && index.columns.front() == field.name;
  });
  if (key && table.estimated_rows) return static_cast<double>(*table.estimated_rows);
  const columnar::ColumnStatistics* known = table.StatisticsOf(column);
  return known == nullptr ? std::nullopt : known->distinct;
}

double GuessedDistinctValues(const DescribedTable& table, int column) {
  constexpr double kMostDays = 10'000, kPart = 0.25, kUnknownRows = 1e6;
  const double rows = table.estimated_rows ? static_cast<double>(*table.estimated_rows) : kUnknownRows;
  const bool day = table.columns[static_cast<size_t>(column)].type.kind == columnar::TypeKind::kDate;
  return std::max(1.0, std::min(rows * kPart, day ? kMostDays : rows));
}

}  // namespace dvt::plan
