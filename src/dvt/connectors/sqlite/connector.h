#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// Names that a profile's entry of `type: sqlite` may use.
std::vector<std::string> SqliteSettings();
/// SQLite files, with dbt-sqlite's settings or simply `path`. Validates the settings (kConfig with place and hint); opens nothing.
Result<std::shared_ptr<Connector>> MakeSqliteConnector(const ConnectionConfig& config);

}  // namespace dvt::connectors
