#include "dvt/connectors/sqlite/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/sqlite/connector.h"

namespace dvt::connectors::sqlite {
namespace {

class Reader {
 public:
  explicit Reader(const ConnectionConfig& config) : config_(config) {}

  const Value* Find(std::string_view name) const {
    const Value* value = config_.settings.Find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  Error Wrong(const Value& value, std::string_view name, std::string_view need) const {
    return Error(ErrorCode::kConfig, fmt::format("connection '{}': {} must be {}", config_.name, name, need))
        .At({config_.file, value.mark().line, value.mark().column});
  }
  Status Text(std::string_view name, std::string& out) const {
    const Value* value = Find(name);
    if (value == nullptr) return {};
    if (value->is_list() || value->is_map()) return Wrong(*value, name, "a text");
    out = value->ToText();
    return {};
  }
  Status Bool(std::string_view name, bool& out) const {
    const Value* value = Find(name);
    if (value == nullptr) return {};
    const std::string text = value->is_list() || value->is_map() ? "" : ToLower(value->ToText());
    if (text != "true" && text != "false") return Wrong(*value, name, "true or false");
    out = text == "true";
    return {};
  }
  Status Seconds(std::string_view name, double& out) const {
    const Value* value = Find(name);
    if (value == nullptr) return {};
    const std::string text = value->is_list() || value->is_map() ? "" : value->ToText();
    double number = -1;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number < 0)
      return Wrong(*value, name, "a number of seconds");
    out = number;
    return {};
  }
  Result<std::string> Path(const Value& value, std::string_view name) const {
    if (value.is_list() || value.is_map() || value.ToText().empty()) return Wrong(value, name, "the path of a file");
    const std::string text = value.ToText();
    if (text == ":memory:")
      return Wrong(value, name, "a file").WithHint("every session of an in-memory database would be empty; name a file");
    if (text.starts_with("~/")) return Canonical(HomeFolder() + text.substr(1));
    return Canonical(AbsolutePath(JoinPath(config_.base_folder, text)));
  }

 private:
  // Without symbolic links: one file has one name, by which its readers and writers know of each other.
  static std::string Canonical(const std::string& path) {
    std::error_code code;
    const auto canonical = std::filesystem::weakly_canonical(path, code);
    return code ? path : canonical.string();
  }

  const ConnectionConfig& config_;
};

Status ReadPaths(const ConnectionConfig& config, const Reader& reader, Settings& settings) {
  if (const Value* path = reader.Find("path")) {
    DVT_ASSIGN(settings.path, reader.Path(*path, "path"));
  }
  if (const Value* paths = reader.Find("schemas_and_paths")) {
    if (!paths->is_map()) return reader.Wrong(*paths, "schemas_and_paths", "a mapping of schema names to files");
    for (const Value::Entry& entry : paths->map()) {
      DVT_ASSIGN(std::string path, reader.Path(entry.value, "schemas_and_paths: " + entry.key));
      if (EqualsIgnoreCase(entry.key, "main"))
        settings.path = std::move(path);
      else
        settings.attached.emplace_back(entry.key, std::move(path));
    }
  }
  if (const Value* folder = reader.Find("schema_directory")) {
    DVT_ASSIGN(settings.schema_directory, reader.Path(*folder, "schema_directory"));
  }
  if (settings.path.empty())
    return Error(ErrorCode::kConfig, fmt::format("connection '{}' names no SQLite file", config.name))
        .At({config.file, config.settings.mark().line, config.settings.mark().column})
        .WithHint("set path: to the file, or schemas_and_paths: with an entry main");
  return {};
}

}  // namespace

Result<Settings> ReadSettings(const ConnectionConfig& config) {
  Settings settings;
  const Reader reader(config);
  DVT_TRY(ReadPaths(config, reader, settings));
  DVT_TRY(reader.Text("database", settings.database));
  DVT_TRY(reader.Text("schema", settings.schema));
  DVT_TRY(reader.Bool("read_only", settings.read_only));
  DVT_TRY(reader.Seconds("timeout", settings.busy_seconds));
  if (settings.database.empty()) settings.database = std::filesystem::path(settings.path).stem().string();
  bool known = EqualsIgnoreCase(settings.schema, "main") || !settings.schema_directory.empty();
  std::vector<std::string> names{"main"};
  for (const auto& [schema, path] : settings.attached) {
    known = known || EqualsIgnoreCase(schema, settings.schema);
    names.push_back(schema);
  }
  if (!known) {
    const Mark mark = config.settings["schema"].mark();
    return Error(ErrorCode::kConfig, fmt::format("connection '{}': no file is given for schema '{}'.{}", config.name,
                                                 settings.schema, DidYouMean(settings.schema, names)))
        .At({config.file, mark.line, mark.column})
        .WithHint("a schema of SQLite is a file: add it to schemas_and_paths, set schema_directory, or use schema: main");
  }
  return settings;
}

}  // namespace dvt::connectors::sqlite

namespace dvt::connectors {

std::vector<std::string> SqliteSettings() {
  return {"path", "database", "schema", "schemas_and_paths", "schema_directory", "read_only", "timeout", "threads"};
}

}  // namespace dvt::connectors
