#pragma once

#include <stop_token>
#include <string>

#include "dvt/connectors/api/key_table.h"
#include "dvt/connectors/mysql/connection.h"

namespace dvt::connectors::mysql {

/// As queries name it: temporary tables lie in the schema of the settings.
std::string KeyTableNameOf(const Settings& settings, const KeyTable& table);
/// Makes and fills the tables, in the server's memory. They end no transaction and go with the connection. After an error none is left.
Status MakeKeyTables(Connection& connection, const Settings& settings, const KeyTables& tables, const std::stop_token& stop);
Status DropKeyTables(Connection& connection, const Settings& settings, const KeyTables& tables);

}  // namespace dvt::connectors::mysql
