#pragma once

#include <string>
#include <vector>

#include "dvt/connectors/api/connector.h"

namespace dvt::connectors::mysql {

/// How a connection is encrypted.
enum class TlsMode {
  kDisabled,
  kPreferred,       ///< encrypted if the server offers it, certificate not verified
  kRequired,        ///< encrypted, certificate not verified
  kVerifyIdentity,  ///< encrypted, certificate and host name verified
};

enum class TimeAs { kTime, kInterval, kText };

/// A profile's entry, checked. Holds the password: never print it.
struct Settings {
  std::string host = "127.0.0.1";
  int port = 3306;
  std::string user;
  std::string password;
  std::string schema;
  std::string unix_socket;
  TlsMode tls = TlsMode::kPreferred;
  std::string ssl_ca, ssl_cert, ssl_key;
  double connect_timeout_seconds = 30;
  bool tinyint1_is_bool = false;     ///< tinyint(1) columns are read as booleans
  bool zero_dates_are_null = false;  ///< '0000-00-00' is read as NULL instead of being an error
  TimeAs time_as = TimeAs::kTime;    ///< what TIME columns become
  bool local_infile = true;          ///< LOAD DATA LOCAL may be used
  bool compress = false;             ///< what goes over the wire is compressed (zlib), where the server can
  bool key_tables = false;           ///< reads may make temporary tables of keys, so that their transactions are not READ ONLY
  bool snapshot_lock = true;         ///< a brief global read lock may be taken to open several readers at one moment

  /// "host:port" or the socket's path.
  std::string Address() const;
};

/// Facts that change how a column is read.
struct ReadConventions {
  bool tinyint1_is_bool = false;
  bool zero_dates_are_null = false;
  TimeAs time_as = TimeAs::kTime;
};

ReadConventions ConventionsOf(const Settings& settings);

/// kConfig with place and hint if a setting is missing or has an unusable value.
Result<Settings> ParseSettings(const ConnectionConfig& config);
std::vector<std::string> SettingNames();

}  // namespace dvt::connectors::mysql
