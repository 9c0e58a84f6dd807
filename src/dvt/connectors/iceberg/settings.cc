// The settings of a connection, and the way to the module that does the rest.
#include <fmt/format.h>

#include "dvt/base/process/shared_library.h"
#include "dvt/connectors/iceberg/connector.h"
#include "dvt/connectors/iceberg/module_functions.h"

namespace dvt::connectors {

namespace {

// A setting of profiles.yml → the property of Iceberg's clients.
constexpr std::pair<const char*, const char*> kNames[] = {
    {"uri", "uri"},
    {"warehouse", "warehouse"},
    {"credential", "credential"},
    {"token", "token"},
    {"scope", "scope"},
    {"audience", "audience"},
    {"resource", "resource"},
    {"oauth2_server_uri", "oauth2-server-uri"},
    {"access_delegation", "access-delegation"},
};

Error Wrong(const ConnectionConfig& config, const Value& value, const std::string& what) {
  return Error(ErrorCode::kConfig, fmt::format("connection '{}' (iceberg) {}", config.name, what))
      .At({config.file, value.mark().line, value.mark().column});
}

Result<std::map<std::string, std::string>> PropertiesOf(const ConnectionConfig& config) {
  std::map<std::string, std::string> properties;
  const Value& given = config.settings["properties"];
  if (!given.is_null() && !given.is_map()) return Wrong(config, given, "has `properties` that are no map");
  if (given.is_map()) {
    for (const auto& entry : given.map()) {
      if (entry.value.is_map() || entry.value.is_list())
        return Wrong(config, entry.value, fmt::format("has a property '{}' that is no text", entry.key));
      properties[entry.key] = entry.value.ToText();
    }
  }
  for (const auto& [setting, property] : kNames) {
    const Value& value = config.settings[setting];
    if (value.is_null()) continue;
    if (value.is_map() || value.is_list()) return Wrong(config, value, fmt::format("has a `{}` that is no text", setting));
    properties[property] = value.ToText();
  }
  const Value &id = config.settings["client_id"], &secret = config.settings["client_secret"];
  if (id.is_null() != secret.is_null())
    return Wrong(config, id.is_null() ? secret : id, "needs `client_id` and `client_secret` together");
  if (!id.is_null()) properties["credential"] = id.ToText() + ":" + secret.ToText();
  return properties;
}

}  // namespace

std::vector<std::string> IcebergSettings() {
  std::vector<std::string> names = {"client_id", "client_secret", "properties"};
  for (const auto& [setting, property] : kNames) names.emplace_back(setting);
  return names;
}

Result<std::shared_ptr<Connector>> MakeIcebergConnector(const ConnectionConfig& config) {
  DVT_ASSIGN(auto properties, PropertiesOf(config));
  DVT_ASSIGN(void* const function, FindFunction("libdvt_iceberg.so", "dvt_iceberg_connector"));
  return reinterpret_cast<decltype(&dvt_iceberg_connector)>(function)()->make(config, std::move(properties));
}

}  // namespace dvt::connectors
