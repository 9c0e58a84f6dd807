#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors::sqlite {

/// A checked profile entry. In SQLite a schema is a database file.
struct Settings {
  std::string path;                                           ///< file of schema main: absolute, no links; ":memory:" is refused
  std::vector<std::pair<std::string, std::string>> attached;  ///< other schemas and their files
  std::string schema_directory;                               ///< each <schema>.db in it is a schema; may be empty
  std::string database;                                       ///< only a name
  std::string schema = "main";
  bool read_only = false;
  double busy_seconds = 30;  ///< how long to wait for another program's lock
};

Result<Settings> ReadSettings(const ConnectionConfig& config);

}  // namespace dvt::connectors::sqlite
