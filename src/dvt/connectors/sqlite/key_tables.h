#pragma once

#include <string>

#include "dvt/connectors/api/key_table.h"
#include "dvt/connectors/sqlite/handle.h"

namespace dvt::connectors::sqlite {

/// As queries of the connection name it.
std::string KeyTableNameOf(const KeyTable& table);
/// Makes and fills those that the connection has not, in its temporary database; also while it reads, and if it is read only.
Status MakeKeyTables(Handle& handle, const KeyTables& tables);

}  // namespace dvt::connectors::sqlite
