#pragma once

#include <memory>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// A session over one connection. Queries that can stand inside COPY stream by binary COPY, others row by row.
std::unique_ptr<Session> MakeSession(std::unique_ptr<Connection> connection);

}  // namespace dvt::connectors::postgres
