// Exposures, metrics and their like, and groups in the shape of dbt's manifest.
#include "dvt/model/node_value.h"
#include "dvt/model/semantic.h"

namespace dvt::model {

namespace {

using Kind = SemanticNode::Kind;

Value RefList(const std::vector<RefCall>& refs) {
  Value list = Value::MakeList();
  for (const auto& ref : refs) {
    Value entry = Value::MakeMap();
    entry.Set("name", ref.name);
    entry.Set("package", TextOrNull(ref.package));
    entry.Set("version", TextOrNull(ref.version));
    list.Push(std::move(entry));
  }
  return list;
}

Value DependsOn(const std::vector<std::string>& nodes) {
  Value depends = Value::MakeMap();
  depends.Set("macros", Value::MakeList());
  depends.Set("nodes", StringList(nodes));
  return depends;
}

// The members that all of them have, in front.
template <class Other>
Value Head(const Other& other, std::string_view type) {
  Value value = Value::MakeMap();
  value.Set("name", other.name);
  value.Set("resource_type", std::string(type));
  value.Set("package_name", other.package);
  value.Set("path", other.path);
  value.Set("original_file_path", other.original_path);
  value.Set("unique_id", other.unique_id);
  return value;
}

// A map with the keys in their order: what `given` says, else null.
Value Filled(const Value& given, std::initializer_list<const char*> keys) {
  Value map = Value::MakeMap();
  for (const char* key : keys) map.Set(key, given[key]);
  return map;
}

// "total", or {name: total, filter: …}: always the longer form; null stays null.
Value Input(const Value& given, bool is_measure) {
  if (given.is_null()) return {};
  Value entry = given.is_map() ? given : Value::MakeMap();
  if (!given.is_map()) entry.Set("name", given.ToText());
  if (!is_measure) return Filled(entry, {"name", "filter", "alias", "offset_window", "offset_to_grain"});
  Value measure = Filled(entry, {"name", "filter", "alias", "join_to_timespine", "fill_nulls_with"});
  if (measure["join_to_timespine"].is_null()) measure.Set("join_to_timespine", false);
  return measure;
}

Value TypeParams(const SemanticNode& node) {
  const Value& given = node.raw["type_params"];
  Value params = Value::MakeMap();
  params.Set("measure", Input(given["measure"], true));
  Value inputs = Value::MakeList();
  if (!given["measure"].is_null()) inputs.Push(Input(given["measure"], true));
  params.Set("input_measures", std::move(inputs));
  for (const char* key : {"numerator", "denominator"}) params.Set(key, Input(given[key], false));
  for (const char* key : {"expr", "window", "grain_to_date"}) params.Set(key, given[key]);
  Value metrics = Value::MakeList();
  if (given["metrics"].is_list()) {
    for (const auto& metric : given["metrics"].list()) metrics.Push(Input(metric, false));
  }
  params.Set("metrics", std::move(metrics));
  for (const char* key : {"conversion_type_params", "cumulative_type_params", "metric_aggregation_params", "fill_nulls_with"})
    params.Set(key, given[key]);
  params.Set("join_to_timespine", given["join_to_timespine"].is_bool() ? given["join_to_timespine"] : Value(false));
  params.Set("is_private", given["is_private"]);
  return params;
}

void SetMetric(const SemanticNode& node, Value& value) {
  value.Set("description", node.description);
  value.Set("label", node.raw["label"].is_null() ? Value(node.name) : node.raw["label"]);
  value.Set("type", node.raw["type"]);
  value.Set("type_params", TypeParams(node));
  for (const char* key : {"filter", "metadata", "time_granularity"}) value.Set(key, node.raw[key]);
}

void SetSemanticModel(const SemanticNode& node, Value& value) {
  value.Set("model", node.raw["model"]);
  value.Set("description", TextOrNull(node.description));
  for (const char* key : {"label", "defaults"}) value.Set(key, node.raw[key]);
  for (const char* key : {"entities", "measures", "dimensions"})
    value.Set(key, node.raw[key].is_list() ? node.raw[key] : Value::MakeList());
  value.Set("primary_entity", node.raw["primary_entity"]);
}

void SetSavedQuery(const SemanticNode& node, Value& value) {
  const Value& given = node.raw["query_params"];
  Value params = Value::MakeMap();
  for (const char* key : {"metrics", "group_by"}) params.Set(key, given[key].is_list() ? given[key] : Value::MakeList());
  params.Set("where", given["where"]);
  params.Set("order_by", given["order_by"].is_list() ? given["order_by"] : Value::MakeList());
  params.Set("limit", given["limit"]);
  value.Set("query_params", std::move(params));
  value.Set("exports", node.raw["exports"].is_list() ? node.raw["exports"] : Value::MakeList());
  value.Set("description", TextOrNull(node.description));
  value.Set("label", node.raw["label"]);
}

}  // namespace

Value SemanticToValue(const SemanticNode& node) {
  Value value = Head(node, SemanticKindName(node.kind));
  value.Set("fqn", StringList(node.fqn));
  switch (node.kind) {
    case Kind::kMetric: SetMetric(node, value); break;
    case Kind::kSemanticModel: SetSemanticModel(node, value); break;
    case Kind::kSavedQuery: SetSavedQuery(node, value); break;
  }
  value.Set("config", node.config);
  value.Set("depends_on", DependsOn(node.depends_on_nodes));
  value.Set("refs", RefList(node.refs));
  if (node.kind == Kind::kMetric) {
    value.Set("sources", Value::MakeList());
    value.Set("metrics", Value::MakeList());
    value.Set("meta", node.config["meta"]);
  }
  value.Set("group", node.config["group"]);
  if (node.kind != Kind::kSemanticModel) value.Set("tags", StringList(node.tags));
  return value;
}

Value ExposureToValue(const ExposureNode& exposure) {
  Value value = Head(exposure, "exposure");
  value.Set("fqn", StringList(exposure.fqn));
  value.Set("description", "");
  for (const char* key : {"type", "owner", "description", "label", "maturity", "url"}) {
    if (const Value* given = exposure.raw.Find(key); given != nullptr) value.Set(key, *given);
  }
  value.Set("meta", exposure.config["meta"]);
  value.Set("tags", StringList(exposure.tags));
  value.Set("config", exposure.config);
  value.Set("refs", RefList(exposure.refs));
  Value sources = Value::MakeList();
  for (const auto& source : exposure.sources) sources.Push(StringList({source.source, source.table}));
  value.Set("sources", std::move(sources));
  Value metrics = Value::MakeList();
  for (const auto& metric : exposure.metrics) metrics.Push(StringList({metric}));
  value.Set("metrics", std::move(metrics));
  value.Set("depends_on", DependsOn(exposure.depends_on_nodes));
  return value;
}

Value GroupToValue(const GroupNode& group) {
  Value value = Head(group, "group");
  for (const char* key : {"owner", "description"}) value.Set(key, group.raw[key]);
  value.Set("config", group.raw["config"].is_map() ? group.raw["config"] : Value::MakeMap());
  return value;
}

}  // namespace dvt::model
