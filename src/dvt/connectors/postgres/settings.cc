#include "dvt/connectors/postgres/settings.h"

#include <fmt/format.h>

#include <unistd.h>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/connectors/postgres/connector.h"

namespace dvt::connectors {

namespace postgres {

namespace {

Error SettingError(const ConnectionConfig& config, const Value& value, std::string message) {
  return Error(ErrorCode::kConfig, std::move(message)).At({config.file, value.mark().line, value.mark().column});
}

Result<std::string> Text(const ConnectionConfig& config, std::initializer_list<std::string_view> names,
                         std::string fallback = {}) {
  for (const auto name : names) {
    const Value* value = config.settings.Find(name);
    if (value == nullptr || value->is_null()) continue;
    if (value->is_list() || value->is_map()) {
      return SettingError(
          config, *value,
          fmt::format("connection '{}': {} must be a single value, not a {}", config.name, name, value->TypeName()));
    }
    return value->ToText();
  }
  return fallback;
}

Result<int64_t> Number(const ConnectionConfig& config, std::string_view name, int64_t fallback, int64_t least, int64_t most) {
  const Value* value = config.settings.Find(name);
  if (value == nullptr || value->is_null()) return fallback;
  const std::string text = value->is_list() || value->is_map() ? std::string() : value->ToText();
  int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    return SettingError(
        config, *value,
        fmt::format("connection '{}': {} must be a whole number from {} to {}, not '{}'", config.name, name, least, most, text));
  }
  return number;
}

Status ReadExtra(const ConnectionConfig& config, Settings& out) {
  static constexpr std::string_view kSslModes[] = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
  for (const auto name : {"sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl"}) {
    DVT_ASSIGN(std::string text, Text(config, {name}));
    if (text.empty()) continue;
    if (std::string_view(name) == "sslmode" &&
        std::find(std::begin(kSslModes), std::end(kSslModes), text) == std::end(kSslModes)) {
      return SettingError(config, config.settings[name],
                          fmt::format("connection '{}': sslmode is '{}'; it may be disable, allow, prefer, require, verify-ca or "
                                      "verify-full",
                                      config.name, text));
    }
    out.extra.emplace_back(name, std::move(text));
  }
  DVT_ASSIGN(const int64_t idle, Number(config, "keepalives_idle", 0, 0, 86'400));
  if (idle > 0) out.extra.emplace_back("keepalives_idle", std::to_string(idle));
  DVT_ASSIGN(std::string application, Text(config, {"application_name"}, "dvt"));
  out.extra.emplace_back("application_name", std::move(application));
  return {};
}

}  // namespace

std::string Settings::Describe() const {
  return fmt::format("{}{}{}/{} as {}", host, host.starts_with('/') ? " port " : ":", port, database, user);
}

std::string Settings::Redact(std::string text) const {
  return password.size() < 3 ? text : ReplaceAll(std::move(text), password, "***");
}

Result<Settings> ReadSettings(const ConnectionConfig& config) {
  Settings out;
  out.connection = config.name;
  DVT_ASSIGN(out.host, Text(config, {"host"}, "localhost"));
  DVT_ASSIGN(const int64_t port, Number(config, "port", 5432, 1, 65'535));
  out.port = std::to_string(port);
  DVT_ASSIGN(out.user, Text(config, {"user", "username"}));
  DVT_ASSIGN(out.password, Text(config, {"password", "pass"}));
  DVT_ASSIGN(out.database, Text(config, {"dbname", "database"}));
  DVT_ASSIGN(out.schema, Text(config, {"schema"}, "public"));
  DVT_ASSIGN(out.role, Text(config, {"role"}));
  DVT_ASSIGN(out.search_path, Text(config, {"search_path"}));
  for (const auto& [name, value] : {std::pair{"user", &out.user}, std::pair{"dbname", &out.database}}) {
    if (!value->empty()) continue;
    return SettingError(config, config.settings, fmt::format("connection '{}' (postgres) has no {}", config.name, name))
        .WithHint(fmt::format("Add '{}:' to this output in profiles.yml.", name));
  }
  DVT_ASSIGN(const int64_t timeout, Number(config, "connect_timeout", 30, 0, 86'400));
  out.connect_timeout_seconds = timeout == 0 ? 30 : static_cast<double>(timeout);
  DVT_TRY(ReadExtra(config, out));
  return out;
}

}  // namespace postgres

std::vector<std::string> PostgresSettings() {
  return {"type",
          "host",
          "port",
          "user",
          "username",
          "password",
          "pass",
          "dbname",
          "database",
          "schema",
          "threads",
          "connect_timeout",
          "retries",
          "role",
          "search_path",
          "sslmode",
          "sslrootcert",
          "sslcert",
          "sslkey",
          "sslcrl",
          "keepalives_idle",
          "application_name"};
}

}  // namespace dvt::connectors
