#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "dvt/columnar/duckdb/handles.h"
#include "dvt/connectors/duckdb/settings.h"

namespace dvt::connectors::duckdb {

namespace duck = columnar::duckdb;

/// The process's one DuckDB instance of a file (or, in memory, of a connection name), opened on first use. Thread-safe.
/// kIo when another process holds the file, kPermission for read-only files, kNotFound for a missing folder: each with a hint.
Result<std::shared_ptr<duck::Database>> SharedDatabase(const Settings& settings, const std::string& connection_name);

/// A new connection with the settings applied.
Result<std::shared_ptr<duck::Connection>> Connect(const std::shared_ptr<duck::Database>& database, const Settings& settings,
                                                  std::stop_token stop);

}  // namespace dvt::connectors::duckdb
