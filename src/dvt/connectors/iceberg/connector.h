#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// Tables of an Iceberg REST catalog as sources and targets: namespaces are schemas. They are read and written through `lake`, which lies in the
/// module libdvt_iceberg with the rest of this connector; it is loaded when the first connection of this type is made. `uri` is needed.
Result<std::shared_ptr<Connector>> MakeIcebergConnector(const ConnectionConfig& config);
std::vector<std::string> IcebergSettings();

}  // namespace dvt::connectors
