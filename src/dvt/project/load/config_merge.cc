#include "dvt/project/load/config_merge.h"

#include <algorithm>

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
                            "dbt_valid_to_current",
                            "snapshot_meta_column_names",
                            "transient",
                            "cluster_by",
                            "partition_by",
                            "loaded_at_field",
                            "loaded_at_query",
                            "prefer_column",
                            "retry",
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

}  // namespace

Value DefaultConfig(model::ResourceType type) {
  Value config = Value::MakeMap();
  auto set = [&](std::string key, Value value) { config.map().push_back({std::move(key), std::move(value), {}}); };
  Value list = Value::MakeList();
  Value map = Value::MakeMap();
  set("enabled", true);
  set("alias", Value());
  if (type == model::ResourceType::kTest) {
    set("schema", "dbt_test__audit");
    set("database", Value());
    set("tags", list);
    set("meta", map);
    for (auto key : {"group", "static_analysis"}) set(key, Value());
    set("materialized", "test");
    set("severity", "ERROR");
    for (auto key : {"store_failures", "store_failures_as", "sql_header", "where", "limit"}) set(key, Value());
    set("fail_calc", "count(*)");
    set("warn_if", "!= 0");
    set("error_if", "!= 0");
    return config;
  }
  for (auto key : {"schema", "database"}) set(key, Value());
  set("tags", list);
  set("meta", map);
  for (auto key : {"group", "static_analysis"}) set(key, Value());
  bool is_model =
      type == model::ResourceType::kModel || type == model::ResourceType::kAnalysis || type == model::ResourceType::kOperation;
  set("materialized", is_model ? "view" : std::string(model::ResourceTypeName(type)));
  for (auto key : {"incremental_strategy", "batch_size"}) set(key, Value());
  set("lookback", 1);
  set("begin", Value());
  set("persist_docs", map);
  set("post-hook", list);
  set("pre-hook", list);
  set("quoting", map);
  set("column_types", map);
  for (auto key : {"full_refresh", "unique_key"}) set(key, Value());
  set("on_schema_change", "ignore");
  set("on_configuration_change", "apply");
  set("grants", map);
  set("packages", list);
  Value docs = map;
  docs.Set("show", true);
  docs.Set("node_color", Value());
  set("docs", docs);
  Value contract = map;
  contract.Set("enforced", false);
  contract.Set("alias_types", true);
  set("contract", contract);
  for (auto key : {"event_time", "concurrent_batches"}) set(key, Value());
  if (type == model::ResourceType::kModel) {
    set("access", "protected");
    for (auto key : {"freshness", "on_error"}) set(key, Value());
    Value pointer = map;
    for (auto key : {"enabled", "alias"}) pointer.Set(key, Value());
    set("latest_version_pointer", pointer);
  } else if (type == model::ResourceType::kSeed) {
    set("delimiter", ",");
    set("quote_columns", Value());
  } else if (type == model::ResourceType::kSnapshot) {
    for (auto key : {"strategy", "target_schema", "target_database", "updated_at", "check_cols"}) set(key, Value());
  }
  return config;
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
    Value* current = into.Find(key);
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

void CheckConfigKeys(const Value& config, const std::string& owner, const std::string& file, Diagnostics& diagnostics) {
  if (!config.is_map()) return;
  for (const auto& entry : config.map()) WarnNearMiss(entry.key, entry.key_mark, "the config of " + owner, file, diagnostics);
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
