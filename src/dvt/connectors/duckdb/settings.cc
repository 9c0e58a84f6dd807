#include "dvt/connectors/duckdb/settings.h"

#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/duckdb/connector.h"

namespace dvt::connectors::duckdb {
namespace {

Error Wrong(const ConnectionConfig& config, const Value& value, const std::string& name, const std::string& need) {
  return Error(ErrorCode::kConfig,
               fmt::format("connection '{}': {} must be {}, not {}", config.name, name, need, value.TypeName()))
      .At({config.file, value.mark().line, value.mark().column});
}

Status ReadText(const ConnectionConfig& config, const Value& map, std::string_view name, std::string& out) {
  const Value* value = map.Find(name);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_list() || value->is_map()) return Wrong(config, *value, std::string(name), "a text");
  out = value->ToText();
  return {};
}

Status ReadBool(const ConnectionConfig& config, const Value& map, std::string_view name, bool& out) {
  const Value* value = map.Find(name);
  if (value == nullptr || value->is_null()) return {};
  const std::string text = value->is_list() || value->is_map() ? "" : ToLower(value->ToText());
  if (text == "true" || text == "yes" || text == "1")
    out = true;
  else if (text == "false" || text == "no" || text == "0")
    out = false;
  else
    return Wrong(config, *value, std::string(name), "true or false");
  return {};
}

/// The catalog name DuckDB gives a file: its name up to the first dot.
std::string CatalogOf(const std::string& path) {
  if (path.empty()) return "memory";
  std::string name = path.substr(path.find_last_of('/') + 1);
  name = name.substr(0, name.find('.'));
  if (name == "system" || name == "temp" || name == "main") name += "_db";
  return name;
}

std::string ResolvePath(const ConnectionConfig& config, const std::string& path) {
  if (path.empty() || path == ":memory:") return {};
  if (path.find("://") != std::string::npos) return path;
  if (path.starts_with("~/")) return HomeFolder() + path.substr(1);
  return AbsolutePath(JoinPath(config.base_folder, path));
}

Status ReadAttachments(const ConnectionConfig& config, Settings& settings) {
  const Value* list = config.settings.Find("attach");
  if (list == nullptr || list->is_null()) return {};
  if (!list->is_list()) return Wrong(config, *list, "attach", "a list");
  for (const Value& item : list->list()) {
    if (!item.is_map() || item.Find("path") == nullptr)
      return Wrong(config, item, "each entry of attach", "a mapping with a path");
    Attachment attachment;
    DVT_TRY(ReadText(config, item, "path", attachment.path));
    DVT_TRY(ReadText(config, item, "alias", attachment.alias));
    DVT_TRY(ReadText(config, item, "type", attachment.type));
    DVT_TRY(ReadBool(config, item, "read_only", attachment.read_only));
    if (attachment.type.empty() || EqualsIgnoreCase(attachment.type, "duckdb") || EqualsIgnoreCase(attachment.type, "sqlite"))
      attachment.path = ResolvePath(config, attachment.path);
    if (attachment.alias.empty()) attachment.alias = CatalogOf(attachment.path);
    settings.attach.push_back(std::move(attachment));
  }
  return {};
}

// Names, or mappings of name and repo.
Status ReadExtensions(const ConnectionConfig& config, Settings& settings) {
  const Value* list = config.settings.Find("extensions");
  if (list == nullptr || list->is_null()) return {};
  if (!list->is_list()) return Wrong(config, *list, "extensions", "a list");
  for (const Value& item : list->list()) {
    Extension extension;
    if (item.is_map()) {
      DVT_TRY(ReadText(config, item, "name", extension.name));
      DVT_TRY(ReadText(config, item, "repo", extension.repository));
    } else if (!item.is_list() && !item.is_null()) {
      extension.name = item.ToText();
    }
    if (extension.name.empty()) return Wrong(config, item, "each entry of extensions", "a name, or a mapping with a name");
    settings.extensions.push_back(std::move(extension));
  }
  return {};
}

Status ReadOptions(const ConnectionConfig& config, Settings& settings) {
  for (const char* name : {"settings", "config_options"}) {
    const Value* map = config.settings.Find(name);
    if (map == nullptr || map->is_null()) continue;
    if (!map->is_map()) return Wrong(config, *map, name, "a mapping");
    for (const Value::Entry& entry : map->map()) settings.options[entry.key] = entry.value.ToText();
  }
  const Value* threads = config.settings.Find("duckdb_threads");
  if (threads == nullptr || threads->is_null()) return {};
  if (!threads->is_int() || threads->as_int() < 1) return Wrong(config, *threads, "duckdb_threads", "a whole number from 1");
  settings.threads = static_cast<int>(threads->as_int());
  return {};
}

}  // namespace

Result<Settings> ReadSettings(const ConnectionConfig& config) {
  Settings settings;
  std::string path;
  DVT_TRY(ReadText(config, config.settings, "path", path));
  DVT_TRY(ReadText(config, config.settings, "schema", settings.schema));
  DVT_TRY(ReadText(config, config.settings, "database", settings.database));
  DVT_TRY(ReadBool(config, config.settings, "read_only", settings.read_only));
  DVT_TRY(ReadAttachments(config, settings));
  DVT_TRY(ReadExtensions(config, settings));
  DVT_TRY(ReadOptions(config, settings));
  settings.path = ResolvePath(config, path);
  const std::string own = CatalogOf(settings.path);
  if (settings.database.empty()) settings.database = own;
  bool known = EqualsIgnoreCase(settings.database, own);
  std::vector<std::string> names{own};
  for (const Attachment& attachment : settings.attach) {
    known = known || EqualsIgnoreCase(settings.database, attachment.alias);
    names.push_back(attachment.alias);
  }
  if (!known) {
    const Mark mark = config.settings["database"].mark();
    return Error(ErrorCode::kConfig, fmt::format("connection '{}': DuckDB calls the database of this path '{}', not '{}'",
                                                 config.name, own, settings.database))
        .At({config.file, mark.line, mark.column})
        .WithHint(fmt::format("leave database out, or name one of: {}", Join(names, ", ")));
  }
  if (settings.schema.empty()) settings.schema = "main";
  return settings;
}

}  // namespace dvt::connectors::duckdb

namespace dvt::connectors {

std::vector<std::string> DuckDbSettings() {
  return {"path",   "database",       "schema",  "read_only",  "settings",      "config_options",
          "attach", "duckdb_threads", "threads", "extensions", "external_root", "keep_open"};
}

}  // namespace dvt::connectors
