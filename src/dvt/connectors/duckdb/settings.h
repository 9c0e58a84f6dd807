#pragma once

#include <map>
#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors::duckdb {

struct Attachment {
  std::string path;
  std::string alias;
  std::string type;  ///< empty: DuckDB
  bool read_only = false;
};

struct Extension {
  std::string name;
  std::string repository;  ///< empty: DuckDB's own
};

/// A checked profile entry.
struct Settings {
  std::string path;      ///< absolute; empty: in memory
  std::string database;  ///< catalog that unqualified relations live in
  std::string schema = "main";
  bool read_only = false;
  int threads = 0;                             ///< 0: DuckDB's default
  std::map<std::string, std::string> options;  ///< DuckDB settings
  std::vector<Attachment> attach;
  std::vector<Extension> extensions;
};

Result<Settings> ReadSettings(const ConnectionConfig& config);

}  // namespace dvt::connectors::duckdb
