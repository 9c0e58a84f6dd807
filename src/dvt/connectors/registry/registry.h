#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// A system that dvt can talk to.
struct ConnectorKind {
  std::string type;                   ///< the profile's `type`
  std::vector<std::string> aliases;   ///< "postgresql", "mariadb"
  ConnectorFactory make;              ///< validates the settings; does not connect
  std::vector<std::string> settings;  ///< names that the profile may use
};

/// All built-in systems: one registration line each, in registry.cc.
const std::vector<ConnectorKind>& ConnectorKinds();
/// kConfig with the nearest type's name if there is none, or if a setting's name is unknown.
Result<std::shared_ptr<Connector>> MakeConnector(const ConnectionConfig& config);

}  // namespace dvt::connectors
