#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// Names that a profile's entry of `type: duckdb` may use.
std::vector<std::string> DuckDbSettings();
/// DuckDB files and in-memory databases. Validates the settings (kConfig with place and hint); does not open the file. All
/// connectors of one process share one instance a file; an in-memory database is shared by equal connection names and lives as
/// long as a connector or session of it does.
Result<std::shared_ptr<Connector>> MakeDuckDbConnector(const ConnectionConfig& config);

}  // namespace dvt::connectors
