#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors::postgres {

/// A profile's postgres settings, checked. Holds the password: never print.
struct Settings {
  std::string connection;  ///< the connection's name, for messages
  std::string host, port, user, password, database;
  std::string schema = "public";
  std::string role, search_path;
  std::vector<std::pair<std::string, std::string>> extra;  ///< other libpq parameters
  double connect_timeout_seconds = 30;

  /// "host:port/database as user", for people.
  std::string Describe() const;
  /// Every occurrence of the password in `text` masked.
  std::string Redact(std::string text) const;
};

/// kConfig with the place in profiles.yml if a setting is missing or unusable.
Result<Settings> ReadSettings(const ConnectionConfig& config);

}  // namespace dvt::connectors::postgres
