#include "dvt/artifacts/manifest/manifest_file.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <map>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"

namespace dvt::artifacts {

namespace {

Value MacroToValue(const model::MacroNode& macro) {
  Value value = Value::MakeMap();
  value.Set("name", macro.name);
  value.Set("resource_type", "macro");
  value.Set("package_name", macro.package);
  value.Set("path", macro.path);
  value.Set("original_file_path", macro.original_path);
  value.Set("unique_id", macro.unique_id);
  value.Set("macro_sql", macro.text);
  Value depends = Value::MakeMap();
  depends.Set("macros", model::StringList(macro.depends_on_macros));
  value.Set("depends_on", std::move(depends));
  value.Set("description", macro.description);
  value.Set("meta", macro.patch["meta"].is_map() ? macro.patch["meta"] : Value::MakeMap());
  value.Set("patch_path", macro.patch_path.empty() ? Value() : Value(macro.patch_path));
  Value arguments = Value::MakeList();
  if (macro.patch["arguments"].is_list()) {
    for (const auto& given : macro.patch["arguments"].list()) {
      Value argument = Value::MakeMap();
      argument.Set("name", given["name"]);
      argument.Set("type", given["type"]);
      argument.Set("description", given["description"].is_null() ? Value("") : given["description"]);
      arguments.Push(std::move(argument));
    }
  }
  value.Set("arguments", std::move(arguments));
  return value;
}

Value ExposureToValue(const model::ExposureNode& exposure) {
  Value value = Value::MakeMap();
  value.Set("name", exposure.name);
  value.Set("resource_type", "exposure");
  value.Set("package_name", exposure.package);
  value.Set("path", exposure.path);
  value.Set("original_file_path", exposure.original_path);
  value.Set("unique_id", exposure.unique_id);
  value.Set("fqn", model::StringList(exposure.fqn));
  value.Set("description", "");
  for (const char* key : {"type", "owner", "description", "label", "maturity", "url"}) {
    if (const Value* given = exposure.raw.Find(key); given != nullptr) value.Set(key, *given);
  }
  value.Set("meta", exposure.config["meta"]);
  value.Set("tags", exposure.config["tags"]);
  value.Set("config", exposure.config);
  Value refs = Value::MakeList();
  for (const auto& ref : exposure.refs) {
    Value entry = Value::MakeMap();
    entry.Set("name", ref.name);
    entry.Set("package", ref.package.empty() ? Value() : Value(ref.package));
    entry.Set("version", ref.version.empty() ? Value() : Value(ref.version));
    refs.Push(std::move(entry));
  }
  value.Set("refs", std::move(refs));
  Value sources = Value::MakeList();
  for (const auto& source : exposure.sources) sources.Push(model::StringList({source.source, source.table}));
  value.Set("sources", std::move(sources));
  value.Set("metrics", Value::MakeList());
  Value depends = Value::MakeMap();
  depends.Set("macros", Value::MakeList());
  depends.Set("nodes", model::StringList(exposure.depends_on_nodes));
  value.Set("depends_on", std::move(depends));
  return value;
}

// parent_map and child_map over everything that has parents.
void SetMaps(const model::Manifest& manifest, Value& root) {
  std::map<std::string, std::vector<std::string>> parents, children;
  auto add = [&](const std::string& id, const std::vector<std::string>& depends) {
    parents[id];
    children[id];
    for (const auto& parent : depends) {
      parents[id].push_back(parent);
      children[parent].push_back(id);
    }
  };
  for (const auto& [id, node] : manifest.nodes) add(id, node.depends_on_nodes);
  for (const auto& [id, test] : manifest.unit_tests) add(id, test.depends_on_nodes);
  for (const auto& [id, source] : manifest.sources) add(id, {});
  for (const auto& [id, exposure] : manifest.exposures) add(id, exposure.depends_on_nodes);
  auto to_value = [](const std::map<std::string, std::vector<std::string>>& map) {
    Value value = Value::MakeMap();
    value.map().reserve(map.size());
    for (const auto& [id, others] : map) value.map().push_back({id, model::StringList(others), {}});
    return value;
  };
  root.Set("parent_map", to_value(parents));
  root.Set("child_map", to_value(children));
  root.Set("group_map", Value::MakeMap());
}

template <class Map, class Convert>
Value ToMap(const Map& items, Convert convert) {
  Value value = Value::MakeMap();
  value.map().reserve(items.size());
  for (const auto& [id, item] : items) value.map().push_back({id, convert(item), {}});
  return value;
}

}  // namespace

std::string UtcTimestamp(double seconds) {
  const double whole = std::floor(seconds);
  const auto time = static_cast<std::time_t>(whole);
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min, utc.tm_sec, static_cast<int>((seconds - whole) * 1e6));
}

std::string UtcTimestamp() {
  return UtcTimestamp(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count());
}

Value MetadataToValue(const Metadata& metadata, std::string_view schema) {
  Value head = Value::MakeMap();
  head.Set("dbt_schema_version", std::string(schema));
  head.Set("dbt_version", metadata.dbt_version);
  head.Set("generated_at", metadata.generated_at.empty() ? UtcTimestamp() : metadata.generated_at);
  head.Set("invocation_id", metadata.invocation_id);
  head.Set("invocation_started_at", metadata.invocation_started_at.empty() ? Value() : Value(metadata.invocation_started_at));
  head.Set("env", Value::MakeMap());
  return head;
}

std::string ManifestJson(const model::Manifest& manifest, const Metadata& metadata) {
  Value root = Value::MakeMap();
  Value head = MetadataToValue(metadata, "https://schemas.getdbt.com/dbt/manifest/v12.json");
  head.Set("project_name", manifest.project.name);
  head.Set("project_id", Md5Hex(manifest.project.name));
  head.Set("send_anonymous_usage_stats", false);
  head.Set("adapter_type", metadata.adapter_type);
  root.Set("metadata", std::move(head));
  root.Set("nodes", ToMap(manifest.nodes, model::NodeToValue));
  root.Set("sources", ToMap(manifest.sources, model::SourceToValue));
  root.Set("macros", ToMap(manifest.macros, MacroToValue));
  root.Set("docs", manifest.docs.is_map() ? manifest.docs : Value::MakeMap());
  root.Set("exposures", ToMap(manifest.exposures, ExposureToValue));
  for (const char* empty : {"metrics", "groups", "selectors", "saved_queries", "semantic_models"})
    root.Set(empty, Value::MakeMap());
  root.Set("unit_tests", ToMap(manifest.unit_tests, model::UnitTestToValue));
  root.Set("disabled", ToMap(manifest.disabled, [](const model::Node& node) {
             Value list = Value::MakeList();
             list.Push(node.unit_test ? model::UnitTestToValue(node) : model::NodeToValue(node));
             return list;
           }));
  SetMaps(manifest, root);
  SecretRegistry::RedactAll(root);
  return ToJson(root);
}

Status WriteManifest(const std::string& folder, const model::Manifest& manifest, const Metadata& metadata) {
  return WriteFileAtomic(JoinPath(folder, "manifest.json"), ManifestJson(manifest, metadata));
}

}  // namespace dvt::artifacts
