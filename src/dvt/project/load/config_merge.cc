#include "dvt/project/load/config_merge.h"

#include <algorithm>
#include <initializer_list>
#include <map>

#include "dvt/base/text/text.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

const Keys& KnownConfigs() {
  static const Keys keys = {"enabled",
                            "tags",
                            "pre-hook",
                            "post-hook",
                            "pre_hook",
                            "post_hook",
                            "database",
                            "schema",
                            "alias",
                            "persist_docs",
                            "full_refresh",
                            "meta",
                            "grants",
                            "contract",
                            "materialized",
                            "unique_key",
                            "on_schema_change",
                            "incremental_strategy",
                            "incremental_predicates",
                            "quoting",
                            "column_types",
                            "quote_columns",
                            "delimiter",
                            "docs",
                            "group",
                            "access",
                            "event_time",
                            "batch_size",
                            "lookback",
                            "begin",
                            "concurrent_batches",
                            "packages",
                            "severity",
                            "store_failures",
                            "store_failures_as",
                            "limit",
                            "where",
                            "fail_calc",
                            "warn_if",
                            "error_if",
                            "target_schema",
                            "target_database",
                            "strategy",
                            "updated_at",
                            "check_cols",
                            "target",
                            "compute",
                            "connection",
                            "on_configuration_change",
                            "freshness",
                            "static_analysis",
                            "indexes",
                            "sql_header",
                            "invalidate_hard_deletes",
                            "hard_deletes",
                            "change_detection",
                            "hash_deletes",
                            "hash_groups",
                            "watermarks",
                            "dbt_valid_to_current",
                            "snapshot_meta_column_names",
                            "transient",
                            "cluster_by",
                            "partition_by",
                            "loaded_at_field",
                            "loaded_at_query",
                            "prefer_column",
                            "retry",
                            "type",
                            "volatility",
                            "runtime_version",
                            "entry_point",
                            "partitions"};
  return keys;
}

std::string CanonicalKey(const std::string& key) {
  if (key == "pre_hook" || key == "prehook") return "pre-hook";
  if (key == "post_hook" || key == "posthook") return "post-hook";
  return key;
}

Value::List AsList(const Value& value) {
  if (value.is_list()) return value.list();
  return value.is_null() ? Value::List() : Value::List{value};
}

Value Hook(const Value& value) {
  Value source = value;
  if (value.is_string() && !TrimView(value.as_string()).empty() && TrimView(value.as_string())[0] == '{') {
    auto parsed = ParseJson(value.as_string());
    if (parsed && parsed->is_map() && parsed->Find("sql")) source = *std::move(parsed);
  }
  Value hook = Value::MakeMap();
  hook.set_mark(value.mark());
  if (source.is_map()) {
    hook.Set("sql", source["sql"]);
    hook.Set("transaction", source.Find("transaction") ? source["transaction"] : Value(true));
  } else {
    hook.Set("sql", source);
    hook.Set("transaction", true);
  }
  hook.Set("index", Value());
  return hook;
}

enum class Merge { kReplace, kAppend, kHooks, kUpdate, kGrants };

Merge MergeOf(std::string_view key) {
  if (key == "tags" || key == "packages") return Merge::kAppend;
  if (key == "pre-hook" || key == "post-hook") return Merge::kHooks;
  if (key == "grants") return Merge::kGrants;
  static constexpr std::string_view kUpdated[] = {"meta", "docs", "quoting", "column_types", "contract", "persist_docs"};
  return std::find(std::begin(kUpdated), std::end(kUpdated), key) != std::end(kUpdated) ? Merge::kUpdate : Merge::kReplace;
}

void UpdateMap(Value& into, const Value& from) {
  if (!into.is_map()) into = Value::MakeMap();
  for (const auto& entry : from.map()) into.Set(entry.key, entry.value);
}

void MergeGrants(Value& into, const Value& from) {
  if (!into.is_map()) into = Value::MakeMap();
  for (const auto& entry : from.map()) {
    bool add = !entry.key.empty() && entry.key[0] == '+';
    std::string key = add ? entry.key.substr(1) : entry.key;
    Value grantees = add ? Value(AsList(into[key])) : Value::MakeList();
    for (const auto& item : AsList(entry.value)) grantees.Push(item);
    into.Set(key, std::move(grantees));
  }
}

void WarnNearMiss(const std::string& key, Mark mark, const std::string& owner, const std::string& file,
                  Diagnostics& diagnostics) {
  const Keys& known = KnownConfigs();
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  std::string nearest = NearestName(key, known);
  if (nearest.empty() || EditDistance(key, nearest) > 2) return;
  diagnostics.Warn("CustomKeyInConfigDeprecation",
                   "Unknown config '" + key + "' in " + owner + ". Did you mean '" + nearest + "'?", PlaceOf(file, mark),
                   "own settings belong under `meta:`");
}

/// A config of defaults under construction; its keys keep the order they are set in.
class Defaults {
 public:
  void Set(std::string key, Value value) { config_.map().push_back({std::move(key), std::move(value), {}}); }
  void SetNull(std::initializer_list<const char*> keys) {
    for (const char* key : keys) Set(key, Value());
  }
  void SetEmptyList(std::string key) { Set(std::move(key), Value::MakeList()); }
  void SetEmptyMap(std::string key) { Set(std::move(key), Value::MakeMap()); }
  Value Take() { return std::move(config_); }

 private:
  Value config_ = Value::MakeMap();
};

void AddTestDefaults(Defaults& defaults) {
  defaults.Set("schema", "dbt_test__audit");
  defaults.SetNull({"database"});
  defaults.SetEmptyList("tags");
  defaults.SetEmptyMap("meta");
  defaults.SetNull({"group", "static_analysis"});
  defaults.Set("materialized", "test");
  defaults.Set("severity", "ERROR");
  defaults.SetNull({"store_failures", "store_failures_as", "sql_header", "where", "limit"});
  defaults.Set("fail_calc", "count(*)");
  defaults.Set("warn_if", "!= 0");
  defaults.Set("error_if", "!= 0");
}

Value DefaultDocs() {
  Value docs = Value::MakeMap();
  docs.Set("show", true);
  docs.Set("node_color", Value());
  return docs;
}

Value DefaultContract() {
  Value contract = Value::MakeMap();
  contract.Set("enforced", false);
  contract.Set("alias_types", true);
  return contract;
}

/// What models, analyses, operations, seeds and snapshots have in common.
void AddNodeDefaults(Defaults& defaults, model::ResourceType type) {
  defaults.SetNull({"schema", "database"});
  defaults.SetEmptyList("tags");
  defaults.SetEmptyMap("meta");
  defaults.SetNull({"group", "static_analysis"});
  const bool is_query =
      type == model::ResourceType::kModel || type == model::ResourceType::kAnalysis || type == model::ResourceType::kOperation;
  defaults.Set("materialized", is_query ? "view" : std::string(model::ResourceTypeName(type)));
  defaults.SetNull({"incremental_strategy", "batch_size"});
  defaults.Set("lookback", 1);
  defaults.SetNull({"begin"});
  defaults.SetEmptyMap("persist_docs");
  defaults.SetEmptyList("post-hook");
  defaults.SetEmptyList("pre-hook");
  defaults.SetEmptyMap("quoting");
  defaults.SetEmptyMap("column_types");
  defaults.SetNull({"full_refresh", "unique_key"});
  defaults.Set("on_schema_change", "ignore");
  defaults.Set("on_configuration_change", "apply");
  defaults.SetEmptyMap("grants");
  defaults.SetEmptyList("packages");
  defaults.Set("docs", DefaultDocs());
  defaults.Set("contract", DefaultContract());
  defaults.SetNull({"event_time", "concurrent_batches"});
}

void AddModelDefaults(Defaults& defaults) {
  defaults.Set("access", "protected");
  defaults.SetNull({"freshness", "on_error"});
  Value pointer = Value::MakeMap();
  for (auto key : {"enabled", "alias"}) pointer.Set(key, Value());
  defaults.Set("latest_version_pointer", std::move(pointer));
}

void AddSeedDefaults(Defaults& defaults) {
  defaults.Set("delimiter", ",");
  defaults.SetNull({"quote_columns"});
}

void AddFunctionDefaults(Defaults& defaults) {
  defaults.Set("type", "scalar");
  defaults.SetNull({"volatility", "runtime_version", "entry_point"});
  Value snowflake = Value::MakeMap();
  snowflake.Set("quote_args", true);
  defaults.Set("snowflake", std::move(snowflake));
}

void AddSnapshotDefaults(Defaults& defaults) {
  defaults.SetNull({"strategy", "target_schema", "target_database", "updated_at", "check_cols"});
}

}  // namespace

bool IsConfigKey(std::string_view key) {
  const Keys& known = KnownConfigs();
  return std::find(known.begin(), known.end(), key) != known.end();
}

namespace {

Value MakeDefaultConfig(model::ResourceType type) {
  Defaults defaults;
  defaults.Set("enabled", true);
  defaults.SetNull({"alias"});
  if (type == model::ResourceType::kTest) {
    AddTestDefaults(defaults);
    return defaults.Take();
  }
  AddNodeDefaults(defaults, type);
  switch (type) {
    case model::ResourceType::kModel: AddModelDefaults(defaults); break;
    case model::ResourceType::kSeed: AddSeedDefaults(defaults); break;
    case model::ResourceType::kSnapshot: AddSnapshotDefaults(defaults); break;
    case model::ResourceType::kFunction: AddFunctionDefaults(defaults); break;
    default: break;
  }
  return defaults.Take();
}

}  // namespace

Value DefaultConfig(model::ResourceType type) {
  using model::ResourceType;
  static const std::map<ResourceType, Value> configs = [] {
    std::map<ResourceType, Value> made;
    for (const auto each : {ResourceType::kModel, ResourceType::kSeed, ResourceType::kTest, ResourceType::kSnapshot,
                            ResourceType::kAnalysis, ResourceType::kOperation, ResourceType::kFunction})
      made.emplace(each, MakeDefaultConfig(each));
    return made;
  }();
  return configs.at(type);
}

void MergeConfig(Value& into, const Value& layer) {
  if (!layer.is_map()) return;
  if (!into.is_map()) into = Value::MakeMap();
  for (const auto& entry : layer.map()) {
    std::string key = CanonicalKey(entry.key);
    Merge rule = MergeOf(key);
    if (rule == Merge::kReplace) {
      into.Set(key, entry.value);
      continue;
    }
    Value* current = into.Edit(key);
    if (!current)
      current = &into.Set(key, rule == Merge::kAppend || rule == Merge::kHooks ? Value::MakeList() : Value::MakeMap());
    if (entry.value.is_null()) continue;
    if (rule == Merge::kAppend || rule == Merge::kHooks) {
      if (!current->is_list()) *current = Value(AsList(*current));
      for (const auto& item : AsList(entry.value)) current->Push(rule == Merge::kHooks ? Hook(item) : item);
    } else if (!entry.value.is_map()) {
      *current = entry.value;  // reported by the node's check
    } else if (rule == Merge::kUpdate) {
      UpdateMap(*current, entry.value);
    } else {
      MergeGrants(*current, entry.value);
    }
  }
}

std::vector<Value> ConfigLayers(const Value& tree, const std::vector<std::string>& fqn) {
  std::vector<Value> layers;
  const Value* level = &tree;
  for (size_t depth = 0; level && level->is_map(); ++depth) {
    Value layer = Value::MakeMap();
    for (const auto& entry : level->map()) {
      if (!entry.key.empty() && entry.key[0] == '+') {
        layer.Set(TrimView(std::string_view(entry.key).substr(1)), entry.value);
      } else if (!entry.value.is_map()) {
        layer.Set(entry.key, entry.value);
      }
    }
    if (!layer.map().empty()) layers.push_back(std::move(layer));
    if (depth >= fqn.size()) break;
    level = level->Find(fqn[depth]);
  }
  return layers;
}

void CheckConfigTree(const Value& tree, const std::string& section, const std::string& file, Diagnostics& diagnostics) {
  if (!tree.is_map()) return;
  for (const auto& entry : tree.map()) {
    if (!entry.key.empty() && entry.key[0] == '+') {
      WarnNearMiss(std::string(TrimView(std::string_view(entry.key).substr(1))), entry.key_mark, "'" + section + "'", file,
                   diagnostics);
    } else if (entry.value.is_map()) {
      CheckConfigTree(entry.value, section, file, diagnostics);
    } else {
      WarnNearMiss(entry.key, entry.key_mark, "'" + section + "'", file, diagnostics);
    }
  }
}

void CheckConfigKeys(const Value& config, const std::string& owner, const std::string& file, Diagnostics& diagnostics, Mark at) {
  if (!config.is_map()) return;
  for (const auto& entry : config.map()) {
    WarnNearMiss(entry.key, entry.key_mark.line > 0 ? entry.key_mark : at, "the config of " + owner, file, diagnostics);
  }
}

std::vector<std::string> UniqueTags(const Value& tags) {
  std::vector<std::string> unique;
  for (const auto& tag : AsList(tags)) {
    std::string text = tag.ToText();
    if (std::find(unique.begin(), unique.end(), text) == unique.end()) unique.push_back(std::move(text));
  }
  return unique;
}

}  // namespace dvt::project
