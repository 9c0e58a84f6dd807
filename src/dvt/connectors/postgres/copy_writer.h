#pragma once

#include <memory>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// A sink that appends by COPY FROM STDIN inside one transaction on its own connection.
Result<std::unique_ptr<Sink>> OpenCopySink(std::unique_ptr<Connection> connection, const SinkRequest& request,
                                           std::stop_token stop);

}  // namespace dvt::connectors::postgres
