#pragma once

#include "dvt/columnar/types/relation.h"
#include "dvt/columnar/types/statistics.h"

namespace dvt::plan {

/// A relation with what its system knows of the values in it.
struct DescribedTable : columnar::TableInfo {
  columnar::TableStatistics statistics;

  /// Of the column at that position; nullptr if nothing is known.
  const columnar::ColumnStatistics* StatisticsOf(int column) const;
};

}  // namespace dvt::plan
