#pragma once

#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/catalog.h"

namespace dvt::connectors::postgres {

/// Plans the read of a request inside the coordinator's transaction (so that the locks of its preparation hold until the
/// scope's end, and no table is rewritten under its readers).
Result<ReadPlan> PlanPostgresRead(const Connector& connector, Connection& connection, const ReadRequest& request,
                                  std::stop_token stop);

}  // namespace dvt::connectors::postgres
