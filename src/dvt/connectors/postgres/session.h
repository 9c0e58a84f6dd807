#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// Takes the connection of a session that has ended.
using GiveBack = std::function<void(std::unique_ptr<Connection>)>;

/// A session over one connection. Queries stream row by row, in binary format. Once the session and the streams made from it are
/// gone, `give_back` gets the connection.
std::unique_ptr<Session> MakeSession(std::unique_ptr<Connection> connection, GiveBack give_back);

}  // namespace dvt::connectors::postgres
