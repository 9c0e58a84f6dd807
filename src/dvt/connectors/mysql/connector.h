#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// Names that a profile's entry of `type: mysql` (or `mariadb`) may use.
std::vector<std::string> MySqlSettings();
/// MariaDB and MySQL through libmariadb. Validates the settings (kConfig with place and hint); does not connect.
Result<std::shared_ptr<Connector>> MakeMySqlConnector(const ConnectionConfig& config);

}  // namespace dvt::connectors
