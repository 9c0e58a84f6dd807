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

/// The name in `metric('name')` or `metric('package', 'name')`; empty if the text is anything else.
std::string CalledMetric(const std::string& text) {
  std::string_view inner = TrimView(text);
  if (!inner.starts_with("metric") || !inner.ends_with(")")) return {};
  inner = TrimView(inner.substr(6));
  if (!inner.starts_with("(")) return {};
  inner = TrimView(inner.substr(1, inner.size() - 2));
  if (const size_t comma = inner.rfind(','); comma != std::string_view::npos) inner = TrimView(inner.substr(comma + 1));
  if (inner.size() < 2 || (inner.front() != '\'' && inner.front() != '"') || inner.back() != inner.front()) return {};
  return std::string(inner.substr(1, inner.size() - 2));
}

}  // namespace

/// One table of a source, from its property entry to the manifest.
class Loader::SourceBuilder {
 public:
  SourceBuilder(Loader& loader, const Patch& patch, const Package& package, const Value& table);
  void Build();

 private:
  void Describe();
  void ReadFreshness();
  void Limits();
  void CheckFreshness();
  void ReadConfig();
  Value FindConnection() const;
  void Locate(const Value& connection);
  void AddToManifest();

  Loader& loader_;
  const Patch& patch_;
  const Package& package_;
  const Value& source_;
  const Value& table_;
  Place place_;
  YamlCheck check_;
  model::SourceNode node_;
  std::string owner_;          // in messages
  std::vector<Value> layers_;  // of the project files, outermost first
  bool enabled_ = true;
};

Loader::SourceBuilder::SourceBuilder(Loader& loader, const Patch& patch, const Package& package, const Value& table)
    : loader_(loader),
      patch_(patch),
      package_(package),
      source_(patch.raw),
      table_(table),
      place_(PlaceOf(patch.place.file, table.mark())),
      check_(patch.place.file, loader.manifest_.diagnostics) {
  node_.package = patch.package;
  node_.source_name = patch.name;
  node_.name = table["name"].ToText();
  owner_ = "source '" + node_.source_name + "." + node_.name + "'";
  node_.unique_id = "source." + node_.package + "." + node_.source_name + "." + node_.name;
  node_.place = place_;
  node_.original_path = patch.place.file;
  node_.fqn = Fqn(node_.package, patch.file->path, node_.source_name);
  node_.fqn.push_back(node_.name);
  node_.raw = table;
}

void Loader::SourceBuilder::Build() {
  Describe();
  ReadFreshness();
  ReadConfig();
  const Value connection = FindConnection();
  if (!connection.is_null()) node_.connection = connection.ToText();
  if (enabled_) Locate(connection);
  AddToManifest();
}

void Loader::SourceBuilder::Describe() {
  std::string identifier = check_.Text(table_, "identifier", owner_);
  node_.identifier = identifier.empty() ? node_.name : identifier;
  node_.loader = check_.Text(table_.Find("loader") ? table_ : source_, "loader", owner_);
  node_.description = check_.Text(table_, "description", owner_);
  node_.source_description = check_.Text(source_, "description", patch_.owner());
  node_.quoting = MergedMaps(source_["quoting"], table_["quoting"]);
  node_.columns = ReadColumns(table_, owner_, patch_.place.file, loader_.manifest_.diagnostics);
}

void Loader::SourceBuilder::ReadFreshness() {
  const Value& freshness = Setting(table_, "freshness");
  const bool off = table_.Find("freshness") && table_["freshness"].is_null();
  const Value& of_source = Setting(source_, "freshness");
  if (!off) node_.freshness = freshness.is_map() ? MergedMaps(of_source, freshness) : of_source;
  Limits();
  const Value& own = Setting(table_, "loaded_at_field");
  const Value& loaded_at_field = own.is_null() ? Setting(source_, "loaded_at_field") : own;
  if (!loaded_at_field.is_null()) node_.loaded_at_field = loaded_at_field.ToText();
  CheckFreshness();
}

// What is not said is there and empty, unless the table takes it all away.
void Loader::SourceBuilder::Limits() {
  const auto is_null = [](const Value& entry) {
    const Value* own = entry.Find("freshness");
    const Value* config = entry["config"].Find("freshness");
    return (own != nullptr && own->is_null()) || (config != nullptr && config->is_null());
  };
  if (is_null(table_) || (is_null(source_) && !node_.freshness.is_map())) {
    node_.freshness = Value();
    return;
  }
  Value all = Value::MakeMap();
  for (const char* key : {"warn_after", "error_after"}) {
    const Value* given = node_.freshness.Find(key);
    if (given != nullptr && (given->is_null() || !given->is_map())) {
      all.Set(key, *given);
      continue;
    }
    Value limit = given == nullptr ? Value::MakeMap() : *given;
    for (const char* part : {"count", "period"}) {
      if (limit.Find(part) == nullptr) limit.Set(part, Value());
    }
    all.Set(key, std::move(limit));
  }
  all.Set("filter", node_.freshness["filter"]);
  if (node_.freshness.is_map()) {
    for (const auto& entry : node_.freshness.map()) {
      if (all.Find(entry.key) == nullptr) all.Set(entry.key, entry.value);
    }
    all.set_mark(node_.freshness.mark());
  }
  node_.freshness = std::move(all);
}

// Limits are {count: 12, period: hour}; null takes one away.
void Loader::SourceBuilder::CheckFreshness() {
  if (!node_.freshness.is_map()) return;
  const std::string owner = "the freshness of " + owner_;
  check_.KnownKeys(node_.freshness, {"warn_after", "error_after", "filter"}, owner);
  for (const char* key : {"warn_after", "error_after"}) {
    const Value* limit = check_.Map(node_.freshness, key, owner);
    if (limit == nullptr || limit->map().empty()) continue;
    const Value &count = (*limit)["count"], &period = (*limit)["period"];
    if (count.is_null() && period.is_null()) continue;
    if (!count.is_int() || count.as_int() < 0)
      check_.Fail("'count' in " + std::string(key) + " of " + owner_ + " must be a number, found " + ToJson(count),
                  count.is_null() ? limit->mark() : count.mark());
    static const std::vector<std::string> kPeriods = {"minute", "hour", "day"};
    if (std::find(kPeriods.begin(), kPeriods.end(), period.ToText()) == kPeriods.end())
      check_.Fail("'period' in " + std::string(key) + " of " + owner_ + " must be minute, hour or day, found " + ToJson(period),
                  period.is_null() ? limit->mark() : period.mark());
  }
}

void Loader::SourceBuilder::ReadConfig() {
  Value& config = node_.config;
  config = Value::MakeMap();
  config.Set("enabled", true);
  config.Set("event_time", Value());
  config.Set("freshness", Value());
  config.Set("loaded_at_field", Value());
  config.Set("loaded_at_query", Value());
  config.Set("meta", Value::MakeMap());
  config.Set("tags", Value::MakeList());
  config.Set("static_analysis", Value());
  layers_ = ConfigLayers(package_.config.sources, node_.fqn);
  if (!package_.root) {
    for (auto& layer : ConfigLayers(loader_.manifest_.project.sources, node_.fqn)) layers_.push_back(std::move(layer));
  }
  for (const auto& layer : layers_) MergeConfig(config, layer);
  for (const Value* entry : {&source_, &table_}) {
    for (const char* key : {"tags", "meta"}) {
      Value layer = Value::MakeMap();
      if (const Value* value = entry->Find(key)) layer.Set(key, *value);
      MergeConfig(config, layer);
    }
    MergeConfig(config, (*entry)["config"]);
  }
  config.Erase("connection");
  config.Set("freshness", node_.freshness);
  if (!node_.loaded_at_field.empty()) config.Set("loaded_at_field", node_.loaded_at_field);
  node_.tags = UniqueTags(config["tags"]);
  const Value& enabled = config["enabled"];
  if (!enabled.is_bool())
    check_.Fail("Config 'enabled' of " + owner_ + " must be true or false, found " + ToJson(enabled), table_.mark());
  enabled_ = !enabled.is_bool() || enabled.as_bool();
}

/// The table's connection over the source's over the project files' (outermost first); null if none.
Value Loader::SourceBuilder::FindConnection() const {
  Value connection = ConnectionOf(table_);
  if (connection.is_null()) connection = ConnectionOf(source_);
  for (const auto& layer : layers_) {
    if (connection.is_null() && layer.Find("connection")) connection = layer["connection"];
  }
  return connection;
}

void Loader::SourceBuilder::Locate(const Value& connection) {
  const ConnectionNames& names = loader_.NamesOf(node_.connection.empty() ? loader_.manifest_.target : node_.connection,
                                                 PlaceOf(patch_.place.file, connection.mark()));
  std::string database = check_.Text(source_, "database", patch_.owner());
  std::string schema = check_.Text(source_, "schema", patch_.owner());
  node_.database = database.empty() ? names.database : database;
  node_.schema = schema.empty() ? node_.source_name : schema;
}

void Loader::SourceBuilder::AddToManifest() {
  model::Manifest& manifest = loader_.manifest_;
  std::string id = node_.unique_id;
  auto& sources = enabled_ ? manifest.sources : manifest.disabled_sources;
  auto [at, added] = sources.emplace(id, std::move(node_));
  if (added || !enabled_) return;
  manifest.diagnostics.Fail("The " + owner_ + " is defined twice: " + at->second.place.ToString() + " and " + place_.ToString(),
                            place_);
}

void Loader::BuildSources() {
  for (auto& patch : patches_) {
    if (patch.section != "sources") continue;
    patch.used = true;
    const Value& tables = patch.raw["tables"];
    if (!tables.is_list()) continue;
    for (const auto& table : tables.list()) {
      if (!table.is_map() || table["name"].is_null()) continue;
      SourceBuilder(*this, patch, *PackageOf(patch.package), table).Build();
    }
  }
}

namespace {

void CheckExposure(const Patch& patch, YamlCheck& check) {
  static const std::vector<std::string> kTypes = {"dashboard", "notebook", "analysis", "ml", "application"};
  const std::string type = check.RequiredText(patch.raw, "type", patch.owner());
  if (!type.empty() && std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    check.Fail("'" + type + "' is no type of an exposure." + DidYouMean(type, kTypes), patch.raw["type"].mark(),
               "types are: " + Join(kTypes, ", "));
  }
  const Value* owner = check.Map(patch.raw, "owner", patch.owner());
  if (owner == nullptr && patch.raw["owner"].is_null()) {
    check.Fail(patch.owner() + " needs an 'owner'", patch.raw.mark(), "add owner: {name: …, email: …}");
  } else if (owner != nullptr && (*owner)["name"].is_null() && (*owner)["email"].is_null()) {
    check.Fail("The owner of " + patch.owner() + " needs a 'name' or an 'email'", owner->mark());
  }
}

}  // namespace

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
    CheckExposure(patch, check);
    for (const auto& text : check.Texts(patch.raw, "depends_on", patch.owner())) {
      Place place = PlaceOf(patch.place.file, patch.raw["depends_on"].mark());
      if (std::string metric = CalledMetric(text); !metric.empty()) {
        node.metrics.push_back(std::move(metric));
        continue;
      }
      auto calls = frontend_.ExtractModel(patch.package, "{{ " + text + " }}", place);
      if (!calls) {
        manifest_.diagnostics.Fail(calls.error());
        continue;
      }
      if (calls->refs.empty() && calls->sources.empty()) {
        check.Fail("'" + text + "' in depends_on of " + patch.owner() + " is no ref(…), source(…) or metric(…)",
                   {place.line, place.column});
      }
      node.refs.insert(node.refs.end(), calls->refs.begin(), calls->refs.end());
      node.sources.insert(node.sources.end(), calls->sources.begin(), calls->sources.end());
    }
    node.raw = patch.raw;
    node.tags = UniqueTags(node.config["tags"]);
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

void Loader::WarnMissingVersions(const Patch& patch) {
  for (const auto& entry : patch.raw["versions"].list()) {
    if (!entry.is_map() || entry["v"].is_null()) continue;
    const std::string version = entry["v"].ToText();
    const std::string id = "model." + patch.package + "." + patch.name + ".v" + version;
    if (manifest_.nodes.count(id) + manifest_.disabled.count(id) > 0) continue;
    const std::string file = entry.Find("defined_in") ? entry["defined_in"].ToText() : patch.name + "_v" + version;
    manifest_.diagnostics.Warn("NoNodeForYamlKey",
                               "There is no file " + file + ".sql for version " + version + " of " + patch.owner(),
                               {patch.place.file, entry.mark().line, entry.mark().column},
                               "write it, name another by `defined_in`, or take the version out");
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
    if (patch.used || patch.section == "unit_tests") continue;
    auto names = candidates(patch.section);
    manifest_.diagnostics.Warn(
        "NoNodeForYamlKey",
        "There is no " + patch.owner() + " for this entry of '" + patch.section + "'." + DidYouMean(patch.name, names),
        patch.place);
  }
  for (const auto& patch : patches_) {
    if (patch.section == "models" && patch.used && patch.raw["versions"].is_list()) WarnMissingVersions(patch);
  }
}

}  // namespace dvt::project
