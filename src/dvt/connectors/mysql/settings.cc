#include "dvt/connectors/mysql/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"

namespace dvt::connectors::mysql {

namespace {

// Reads typed members of the settings map; keeps the first error.
class SettingReader {
 public:
  explicit SettingReader(const ConnectionConfig& config) : config_(config) {}

  const Value* Find(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      const Value* value = config_.settings.Find(name);
      if (value != nullptr && !value->is_null()) return value;
    }
    return nullptr;
  }

  void Text(std::initializer_list<const char*> names, std::string& out) {
    const Value* value = Find(names);
    if (value == nullptr) return;
    if (value->is_list() || value->is_map()) return Fail(names, *value, "must be a text");
    out = value->ToText();
  }

  void Path(const char* name, std::string& out) {
    Text({name}, out);
    if (!out.empty()) out = JoinPath(config_.base_folder, out);
  }

  void Bool(const char* name, bool& out) {
    const Value* value = Find({name});
    if (value == nullptr) return;
    if (value->is_bool()) {
      out = value->as_bool();
      return;
    }
    const std::string text = ToLower(value->is_list() || value->is_map() ? "" : value->ToText());
    if (text == "true" || text == "1" || text == "yes" || text == "on")
      out = true;
    else if (text == "false" || text == "0" || text == "no" || text == "off")
      out = false;
    else
      Fail({name}, *value, "must be true or false");
  }

  void Number(const char* name, double low, double high, double& out) {
    const Value* value = Find({name});
    if (value == nullptr) return;
    double number = 0;
    if (value->is_number()) {
      number = value->as_float();
    } else {
      const std::string text = value->is_string() ? value->as_string() : std::string();
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
      if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        return Fail({name}, *value, "must be a number");
      }
    }
    if (number < low || number > high) return Fail({name}, *value, fmt::format("must be from {} to {}", low, high));
    out = number;
  }

  // The index of the value among `allowed`, or -1 if the setting is absent.
  int Choice(const char* name, std::initializer_list<const char*> allowed) {
    const Value* value = Find({name});
    if (value == nullptr) return -1;
    const std::string text = ToLower(value->is_list() || value->is_map() ? "" : value->ToText());
    std::vector<std::string> names(allowed.begin(), allowed.end());
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == text) return static_cast<int>(i);
    }
    Fail({name}, *value, "must be one of " + Join(names, ", ") + "." + DidYouMean(text, names));
    return -1;
  }

  void Require(std::initializer_list<const char*> names) {
    if (Find(names) != nullptr || error_) return;
    error_ = Error(ErrorCode::kConfig, fmt::format("connection '{}' lacks the setting '{}'", config_.name, *names.begin()))
                 .At({config_.file, config_.settings.mark().line, config_.settings.mark().column})
                 .WithHint(fmt::format("Add `{}:` to this connection of type {}.", *names.begin(), config_.type));
  }

  std::optional<Error>& error() { return error_; }

 private:
  // The value itself is never shown: it may be a secret in the wrong place.
  void Fail(std::initializer_list<const char*> names, const Value& value, const std::string& what) {
    if (error_) return;
    error_ = Error(ErrorCode::kConfig, fmt::format("connection '{}': '{}' {}", config_.name, *names.begin(), what))
                 .At({config_.file, value.mark().line, value.mark().column});
  }

  const ConnectionConfig& config_;
  std::optional<Error> error_;
};

bool IsLoopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

// MySQL's own names for the modes; verify_ca is taken as the stricter verify_identity.
void ReadTls(SettingReader& reader, Settings& settings) {
  reader.Path("ssl_ca", settings.ssl_ca);
  reader.Path("ssl_cert", settings.ssl_cert);
  reader.Path("ssl_key", settings.ssl_key);
  const bool local = !settings.unix_socket.empty() || IsLoopback(settings.host);
  settings.tls = local ? TlsMode::kDisabled : TlsMode::kPreferred;
  if (!settings.ssl_cert.empty()) settings.tls = TlsMode::kRequired;
  if (!settings.ssl_ca.empty()) settings.tls = TlsMode::kVerifyIdentity;
  switch (reader.Choice("ssl_mode", {"disabled", "preferred", "required", "verify_ca", "verify_identity"})) {
    case 0: settings.tls = TlsMode::kDisabled; break;
    case 1: settings.tls = TlsMode::kPreferred; break;
    case 2: settings.tls = TlsMode::kRequired; break;
    case 3:
    case 4: settings.tls = TlsMode::kVerifyIdentity; break;
    default: break;
  }
  bool disabled = false;
  reader.Bool("ssl_disabled", disabled);
  if (disabled) settings.tls = TlsMode::kDisabled;
}

}  // namespace

std::string Settings::Address() const { return unix_socket.empty() ? fmt::format("{}:{}", host, port) : unix_socket; }

ReadConventions ConventionsOf(const Settings& settings) {
  return {settings.tinyint1_is_bool, settings.zero_dates_are_null, settings.time_as};
}

std::vector<std::string> SettingNames() {
  return {"type",    "host",       "server",           "port",    "user",         "username",        "password",
          "pass",    "schema",     "database",         "dbname",  "unix_socket",  "ssl_disabled",    "ssl_mode",
          "ssl_ca",  "ssl_cert",   "ssl_key",          "charset", "collation",    "connect_timeout", "threads",
          "retries", "zero_dates", "tinyint1_is_bool", "time_as", "local_infile", "snapshot_lock",   "compress"};
}

Result<Settings> ParseSettings(const ConnectionConfig& config) {
  SettingReader reader(config);
  Settings settings;
  reader.Require({"schema", "database", "dbname"});
  reader.Require({"user", "username"});
  reader.Text({"host", "server"}, settings.host);
  double port = settings.port;
  reader.Number("port", 1, 65535, port);
  settings.port = static_cast<int>(port);
  reader.Text({"user", "username"}, settings.user);
  reader.Text({"password", "pass"}, settings.password);
  reader.Text({"schema", "database", "dbname"}, settings.schema);
  reader.Text({"unix_socket"}, settings.unix_socket);
  reader.Number("connect_timeout", 0.1, 86400, settings.connect_timeout_seconds);
  ReadTls(reader, settings);
  reader.Bool("tinyint1_is_bool", settings.tinyint1_is_bool);
  settings.zero_dates_are_null = reader.Choice("zero_dates", {"error", "null"}) == 1;
  switch (reader.Choice("time_as", {"time", "interval", "text"})) {
    case 1: settings.time_as = TimeAs::kInterval; break;
    case 2: settings.time_as = TimeAs::kText; break;
    default: break;
  }
  reader.Bool("local_infile", settings.local_infile);
  reader.Bool("snapshot_lock", settings.snapshot_lock);
  reader.Bool("compress", settings.compress);
  settings.key_tables = config.key_tables;
  if (reader.error()) return std::move(*reader.error());
  return settings;
}

}  // namespace dvt::connectors::mysql
