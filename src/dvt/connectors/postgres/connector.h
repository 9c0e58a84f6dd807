#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// A connection to PostgreSQL through libpq. Checks the settings; does not connect.
/// Data leave and enter by binary COPY; plain tables are read in page ranges under one exported snapshot.
Result<std::shared_ptr<Connector>> MakePostgresConnector(const ConnectionConfig& config);

/// Names that a profile may use for a connection of type postgres (those of dbt-postgres).
std::vector<std::string> PostgresSettings();

}  // namespace dvt::connectors
