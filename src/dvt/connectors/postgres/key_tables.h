#pragma once

#include <stop_token>
#include <string>

#include "dvt/connectors/api/key_table.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// As queries of the session name it.
std::string KeyTableNameOf(const KeyTable& table);
/// Makes and fills the tables in the connection's open transaction, which must be allowed to write and only reads afterwards. They go
/// with the transaction.
Status MakeKeyTables(Connection& connection, const KeyTables& tables, const std::stop_token& stop);

}  // namespace dvt::connectors::postgres
