#pragma once

#include <optional>
#include <stop_token>
#include <string_view>

#include "dvt/connectors/mysql/catalog.h"
#include "dvt/connectors/mysql/connection.h"

namespace dvt::connectors::mysql {

/// Cuts a read of one relation into partitions that together read every row exactly once, and fills the plan's partitions, row
/// estimates, `partitioned_by` and notes. `exact` says that the scope's connections see one moment. The bounds only balance the
/// work: the outer ranges are open, so rows outside of them (and NULLs, in the first range) are read too.
Status PlanPartitions(Connection& connection, const Connector& connector, const ReadRequest& request, const TableFacts& table,
                      bool exact, ReadPlan& plan, std::stop_token stop);

/// The optimizer's row estimate of a query over one table; nothing for joins and what cannot be explained.
std::optional<int64_t> EstimateQuery(Connection& connection, std::string_view sql, std::stop_token stop);

/// How many readers may run at a time: by cores and by what the server's connection limit leaves.
Result<int> ParallelReaders(Connection& connection, const ReadOptions& options, std::stop_token stop);

}  // namespace dvt::connectors::mysql
