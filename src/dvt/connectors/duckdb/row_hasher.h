#pragma once

#include <memory>

#include "dvt/columnar/duckdb/handles.h"
#include "dvt/connectors/api/row_hasher.h"

namespace dvt::connectors::duckdb {

/// Hashes rows inside DuckDB, by functions of ours.
std::shared_ptr<const RowHasher> MakeRowHasher();
/// Adds them to a database: dvt_row_key(…) and dvt_row_hash(…) over values of any type that has a neutral one.
Status RegisterHashFunctions(const std::shared_ptr<columnar::duckdb::Database>& database);

}  // namespace dvt::connectors::duckdb
