#pragma once

#include <stop_token>
#include <string>

#include "dvt/columnar/duckdb/handles.h"
#include "dvt/connectors/api/key_table.h"

namespace dvt::connectors::duckdb {

/// As queries of the connection name it.
std::string KeyTableNameOf(const KeyTable& table);
/// Makes and fills the tables in the connection's temporary database; also if the file is read only.
Status MakeKeyTables(columnar::duckdb::Connection& connection, const KeyTables& tables, const std::stop_token& stop);

}  // namespace dvt::connectors::duckdb
