#pragma once

#include <stop_token>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/columnar/types/statistics.h"

namespace dvt::connectors {

/// A connector whose system keeps statistics of columns. Thread-safe, as the connector is.
class StatisticsSource {
 public:
  virtual ~StatisticsSource() = default;
  /// Of the columns of `table`, from what the system has gathered: no table is read. Empty if it has nothing.
  virtual Result<columnar::TableStatistics> Statistics(const columnar::TableInfo& table, std::stop_token stop) = 0;
};

}  // namespace dvt::connectors
