#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors {

/// Setting names of `type: files`: path (the root folder), format (of written files: parquet, csv, jsonl), delimiter (of CSV).
std::vector<std::string> FilesSettings();

/// A folder of CSV, JSON-lines and Parquet files as a connection: a file is a relation named by the file (with or without its
/// ending), a sub-folder is a schema. It runs no SQL: the engine does the work. Written files replace old ones by a rename.
Result<std::shared_ptr<Connector>> MakeFilesConnector(const ConnectionConfig& config);

}  // namespace dvt::connectors
