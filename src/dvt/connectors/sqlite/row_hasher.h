#pragma once

#include <sqlite3.h>

#include <memory>

#include "dvt/connectors/api/row_hasher.h"

namespace dvt::connectors::sqlite {

/// Hashes rows inside SQLite, by functions of ours.
std::shared_ptr<const RowHasher> MakeRowHasher();
/// Adds them to a connection: dvt_row_key(types, …) and dvt_row_hash(types, …). A value that is none of its column's type is an error.
void RegisterHashFunctions(sqlite3* connection);

}  // namespace dvt::connectors::sqlite
