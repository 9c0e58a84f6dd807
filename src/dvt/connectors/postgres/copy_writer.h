#pragma once

#include <functional>
#include <memory>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// Takes the connection of a sink that has committed: nothing of the sink is left in its session.
using KeepConnection = std::function<void(std::unique_ptr<Connection>)>;

/// A sink that appends by COPY FROM STDIN inside one transaction on its own connection.
Result<std::unique_ptr<Sink>> OpenCopySink(std::unique_ptr<Connection> connection, const SinkRequest& request,
                                           KeepConnection keep, std::stop_token stop);

}  // namespace dvt::connectors::postgres
