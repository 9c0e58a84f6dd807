#pragma once

#include <memory>

#include "dvt/connectors/mysql/connection.h"

namespace dvt::connectors::mysql {

/// A session over one connection. After a cancelled call the connection is gone and its transaction rolled back.
std::unique_ptr<Session> MakeSession(std::shared_ptr<Connection> connection, const ReadConventions& conventions);

}  // namespace dvt::connectors::mysql
