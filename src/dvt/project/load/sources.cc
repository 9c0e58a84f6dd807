#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"
#include "dvt/project/profiles/profiles.h"

namespace dvt::project {
namespace {

/// `config.<key>` over `<key>`, as dbt reads what moved into config.
const Value& Setting(const Value& entry, std::string_view key) {
  const Value& in_config = entry["config"][key];
  return in_config.is_null() ? entry[key] : in_config;
}

Value MergedMaps(const Value& base, const Value& over) {
  Value merged = base.is_map() ? base : Value::MakeMap();
  if (over.is_map()) {
    for (const auto& entry : over.map()) merged.Set(entry.key, entry.value);
  }
  return merged;
}

/// connection:, config.connection or meta.connection; null if none.
const Value& ConnectionOf(const Value& entry) {
  for (const Value* place : {&entry, &entry["config"], &entry["meta"], &entry["config"]["meta"]}) {
    const Value& value = (*place)["connection"];
    if (!value.is_null()) return value;
  }
  static const Value none;
  return none;
}

}  // namespace

void Loader::BuildSource(const Patch& patch, const Package& package, const Value& table) {
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const Value& source = patch.raw;
  model::SourceNode node;
  node.package = patch.package;
  node.source_name = patch.name;
  node.name = table["name"].ToText();
  std::string owner = "source '" + node.source_name + "." + node.name + "'";
  node.unique_id = "source." + node.package + "." + node.source_name + "." + node.name;
  node.place = PlaceOf(patch.place.file, table.mark());
  node.original_path = patch.place.file;
  node.fqn = Fqn(node.package, patch.file->path, node.source_name);
  node.fqn.push_back(node.name);
  std::string identifier = check.Text(table, "identifier", owner);
  node.identifier = identifier.empty() ? node.name : identifier;
  node.loader = check.Text(table.Find("loader") ? table : source, "loader", owner);
  node.description = check.Text(table, "description", owner);
  node.source_description = check.Text(source, "description", patch.owner());
  node.quoting = MergedMaps(source["quoting"], table["quoting"]);
  node.columns = ReadColumns(table, owner, patch.place.file, manifest_.diagnostics);
  const Value& freshness = Setting(table, "freshness");
  bool off = table.Find("freshness") && table["freshness"].is_null();
  if (!off)
    node.freshness = freshness.is_map() ? MergedMaps(Setting(source, "freshness"), freshness) : Setting(source, "freshness");
  const Value& loaded_at = Setting(table, "loaded_at_field");
  const Value& loaded_at_field = loaded_at.is_null() ? Setting(source, "loaded_at_field") : loaded_at;
  if (!loaded_at_field.is_null()) node.loaded_at_field = loaded_at_field.ToText();
  node.config = Value::MakeMap();
  node.config.Set("enabled", true);
  node.config.Set("tags", Value::MakeList());
  node.config.Set("meta", Value::MakeMap());
  auto layers = ConfigLayers(package.config.sources, node.fqn);
  if (!package.root) {
    for (auto& layer : ConfigLayers(manifest_.project.sources, node.fqn)) layers.push_back(std::move(layer));
  }
  for (const auto& layer : layers) MergeConfig(node.config, layer);
  for (const Value* entry : {&source, &table}) {
    for (const char* key : {"tags", "meta"}) {
      Value layer = Value::MakeMap();
      if (const Value* value = entry->Find(key)) layer.Set(key, *value);
      MergeConfig(node.config, layer);
    }
    MergeConfig(node.config, (*entry)["config"]);
  }
  node.config.Erase("connection");
  node.tags = UniqueTags(node.config["tags"]);
  const Value& enabled = node.config["enabled"];
  if (!enabled.is_bool())
    check.Fail("Config 'enabled' of " + owner + " must be true or false, found " + ToJson(enabled), table.mark());
  Value connection = ConnectionOf(table);
  if (connection.is_null()) connection = ConnectionOf(source);
  for (const auto& layer : layers) {
    if (connection.is_null() && layer.Find("connection")) connection = layer["connection"];
  }
  if (!connection.is_null()) node.connection = connection.ToText();
  bool is_enabled = !enabled.is_bool() || enabled.as_bool();
  if (is_enabled) {
    const ConnectionNames& names =
        NamesOf(node.connection.empty() ? manifest_.target : node.connection, PlaceOf(patch.place.file, connection.mark()));
    std::string database = check.Text(source, "database", patch.owner());
    std::string schema = check.Text(source, "schema", patch.owner());
    node.database = database.empty() ? names.database : database;
    node.schema = schema.empty() ? node.source_name : schema;
  }
  node.raw = table;
  std::string id = node.unique_id;
  auto& sources = is_enabled ? manifest_.sources : manifest_.disabled_sources;
  auto [at, added] = sources.emplace(id, std::move(node));
  if (!added && is_enabled) {
    manifest_.diagnostics.Fail("The " + owner + " is defined twice: " + at->second.place.ToString() + " and " +
                                   PlaceOf(patch.place.file, table.mark()).ToString(),
                               PlaceOf(patch.place.file, table.mark()));
  }
}

void Loader::BuildSources() {
  for (auto& patch : patches_) {
    if (patch.section != "sources") continue;
    patch.used = true;
    const Value& tables = patch.raw["tables"];
    if (!tables.is_list()) continue;
    for (const auto& table : tables.list()) {
      if (table.is_map() && !table["name"].is_null()) BuildSource(patch, *PackageOf(patch.package), table);
    }
  }
}

void Loader::BuildExposures() {
  for (auto& patch : patches_) {
    if (patch.section != "exposures") continue;
    patch.used = true;
    YamlCheck check(patch.place.file, manifest_.diagnostics);
    model::ExposureNode node;
    node.name = patch.name;
    node.package = patch.package;
    node.unique_id = "exposure." + node.package + "." + node.name;
    node.path = patch.file->path;
    node.original_path = patch.file->original_path;
    node.fqn = Fqn(node.package, patch.file->path, node.name);
    node.place = patch.place;
    node.config = Value::MakeMap();
    node.config.Set("enabled", true);
    node.config.Set("tags", Value::MakeList());
    node.config.Set("meta", Value::MakeMap());
    for (const auto& layer : ConfigLayers(PackageOf(patch.package)->config.exposures, node.fqn)) MergeConfig(node.config, layer);
    for (const char* key : {"tags", "meta", "enabled"}) {
      if (const Value* value = patch.raw.Find(key)) {
        Value layer = Value::MakeMap();
        layer.Set(key, *value);
        MergeConfig(node.config, layer);
      }
    }
    MergeConfig(node.config, patch.raw["config"]);
    check.RequiredText(patch.raw, "type", patch.owner());
    for (const auto& text : check.Texts(patch.raw, "depends_on", patch.owner())) {
      Place place = PlaceOf(patch.place.file, patch.raw["depends_on"].mark());
      auto calls = frontend_.ExtractModel(patch.package, "{{ " + text + " }}", place);
      if (!calls) {
        manifest_.diagnostics.Fail(calls.error());
        continue;
      }
      if (calls->refs.empty() && calls->sources.empty()) {
        check.Fail("'" + text + "' in depends_on of " + patch.owner() + " is no ref(…) or source(…)", {place.line, place.column});
      }
      node.refs.insert(node.refs.end(), calls->refs.begin(), calls->refs.end());
      node.sources.insert(node.sources.end(), calls->sources.begin(), calls->sources.end());
    }
    node.raw = patch.raw;
    const Value& enabled = node.config["enabled"];
    if (enabled.is_bool() && !enabled.as_bool()) continue;
    std::string id = node.unique_id;
    if (!manifest_.exposures.emplace(id, std::move(node)).second)
      check.Fail("There are two exposures named '" + patch.name + "'", patch.raw.mark());
  }
}

void Loader::PatchMacros() {
  for (auto& patch : patches_) {
    if (patch.section != "macros") continue;
    auto macro = manifest_.macros.find("macro." + patch.package + "." + patch.name);
    if (macro == manifest_.macros.end()) continue;
    patch.used = true;
    macro->second.description = patch.raw["description"].is_string() ? patch.raw["description"].as_string() : "";
    macro->second.patch = patch.raw;
    macro->second.patch_path = patch.package + "://" + patch.place.file;
  }
}

void Loader::WarnUnusedPatches() {
  auto candidates = [&](const std::string& section) {
    std::vector<std::string> names;
    if (section == "macros") {
      for (const auto& [id, macro] : manifest_.macros) names.push_back(macro.name);
      return names;
    }
    for (const auto& [id, node] : manifest_.nodes) {
      std::string type(model::ResourceTypeName(node.type));
      if (type + "s" == section || (section == "analyses" && type == "analysis")) names.push_back(node.name);
    }
    return names;
  };
  for (const auto& patch : patches_) {
    if (patch.used) continue;
    auto names = candidates(patch.section);
    manifest_.diagnostics.Warn(
        "NoNodeForYamlKey",
        "There is no " + patch.owner() + " for this entry of '" + patch.section + "'." + DidYouMean(patch.name, names),
        patch.place);
  }
}

}  // namespace dvt::project
