#include "dvt/connectors/registry/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/connectors/duckdb/connector.h"
#include "dvt/connectors/files/connector.h"
#include "dvt/connectors/iceberg/connector.h"
#include "dvt/connectors/mysql/connector.h"
#include "dvt/connectors/postgres/connector.h"
#include "dvt/connectors/sqlite/connector.h"

namespace dvt::connectors {
namespace {

/// Settings that dvt itself reads from an entry, whatever its type.
constexpr const char* kSharedSettings[] = {"type", "threads", "schema", "database", "transfer", "load_budget"};

const ConnectorKind* FindKind(const std::string& type) {
  for (const ConnectorKind& kind : ConnectorKinds()) {
    if (EqualsIgnoreCase(kind.type, type)) return &kind;
    for (const std::string& alias : kind.aliases)
      if (EqualsIgnoreCase(alias, type)) return &kind;
  }
  return nullptr;
}

Error UnknownType(const ConnectionConfig& config) {
  std::vector<std::string> names, types;
  for (const ConnectorKind& kind : ConnectorKinds()) {
    types.push_back(kind.type);
    names.push_back(kind.type);
    names.insert(names.end(), kind.aliases.begin(), kind.aliases.end());
  }
  const Mark mark = config.settings["type"].mark();
  if (config.type.empty())
    return Error(ErrorCode::kConfig, fmt::format("connection '{}' has no type", config.name))
        .At({config.file, config.settings.mark().line, config.settings.mark().column})
        .WithHint("add type: " + Join(types, " | "));
  return Error(ErrorCode::kConfig, fmt::format("connection '{}' has the unknown type '{}'.{}", config.name, config.type,
                                               DidYouMean(config.type, names)))
      .At({config.file, mark.line, mark.column})
      .WithHint("known types: " + Join(types, ", "));
}

Status CheckSettings(const ConnectionConfig& config, const ConnectorKind& kind) {
  if (!config.settings.is_map()) return {};
  std::vector<std::string> allowed = kind.settings;
  allowed.insert(allowed.end(), std::begin(kSharedSettings), std::end(kSharedSettings));
  for (const Value::Entry& entry : config.settings.map()) {
    if (std::find(allowed.begin(), allowed.end(), entry.key) != allowed.end()) continue;
    std::vector<std::string> names = kind.settings;
    std::sort(names.begin(), names.end());
    return Error(ErrorCode::kConfig, fmt::format("connection '{}' (type {}) has the unknown setting '{}'.{}", config.name,
                                                 kind.type, entry.key, DidYouMean(entry.key, allowed)))
        .At({config.file, entry.key_mark.line, entry.key_mark.column})
        .WithHint("settings of " + kind.type + ": " + Join(names, ", "));
  }
  return {};
}

}  // namespace

const std::vector<ConnectorKind>& ConnectorKinds() {
  static const std::vector<ConnectorKind> kinds = {
      {"postgres", {"postgresql"}, MakePostgresConnector, PostgresSettings()},
      {"mysql", {"mariadb"}, MakeMySqlConnector, MySqlSettings()},
      {"sqlite", {"sqlite3"}, MakeSqliteConnector, SqliteSettings()},
      {"duckdb", {}, MakeDuckDbConnector, DuckDbSettings()},
      {"files", {"file"}, MakeFilesConnector, FilesSettings()},
      {"iceberg", {}, MakeIcebergConnector, IcebergSettings()},
  };
  return kinds;
}

Result<std::shared_ptr<Connector>> MakeConnector(const ConnectionConfig& config) {
  const ConnectorKind* kind = FindKind(config.type);
  if (kind == nullptr) return UnknownType(config);
  DVT_TRY(CheckSettings(config, *kind));
  return kind->make(config);
}

}  // namespace dvt::connectors
