#pragma once

#include <functional>
#include <memory>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/connection.h"
#include "dvt/connectors/postgres/log_pacer.h"

namespace dvt::connectors::postgres {

/// Takes the connection of a sink that has committed: nothing of the sink is left in its session.
using KeepConnection = std::function<void(std::unique_ptr<Connection>)>;

/// A sink that appends by COPY FROM STDIN inside one transaction on its own connection, and tells `pacer` of what it sends.
Result<std::unique_ptr<Sink>> OpenCopySink(std::unique_ptr<Connection> connection, const SinkRequest& request,
                                           KeepConnection keep, std::shared_ptr<LogPacer> pacer, std::stop_token stop);

}  // namespace dvt::connectors::postgres
