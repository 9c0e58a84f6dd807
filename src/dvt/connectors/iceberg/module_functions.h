#pragma once

#include <map>
#include <string>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors::iceberg {

/// What the module libdvt_iceberg exports for this folder.
struct ModuleFunctions {
  /// `properties` go to the catalog and the storage by the names of Iceberg's other clients.
  std::shared_ptr<Connector> (*make)(const ConnectionConfig& config, std::map<std::string, std::string> properties);
};

}  // namespace dvt::connectors::iceberg

extern "C" const dvt::connectors::iceberg::ModuleFunctions* dvt_iceberg_connector();
