// Groups, metrics, semantic models and saved queries.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

using Kind = model::SemanticNode::Kind;

constexpr struct {
  const char* section;
  const char* project_key;
  Kind kind;
} kKinds[] = {{"semantic_models", "semantic-models", Kind::kSemanticModel},
              {"metrics", "metrics", Kind::kMetric},
              {"saved_queries", "saved-queries", Kind::kSavedQuery}};

std::string NameIn(const Value& input) { return input.is_map() ? input["name"].ToText() : input.is_null() ? "" : input.ToText(); }

// The measures a metric reads, by the places where its type names them.
std::vector<std::string> MeasuresOf(const Value& params) {
  std::vector<std::string> names;
  for (const Value* input : {&params["measure"], &params["conversion_type_params"]["base_measure"],
                             &params["conversion_type_params"]["conversion_measure"]}) {
    if (std::string name = NameIn(*input); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> MetricsOf(const Value& raw, Kind kind) {
  std::vector<std::string> names;
  const Value& params = kind == Kind::kSavedQuery ? raw["query_params"] : raw["type_params"];
  for (const Value* input :
       {&params["numerator"], &params["denominator"], &params["cumulative_type_params"]["metric"],
        &params["conversion_type_params"]["base_metric"], &params["conversion_type_params"]["conversion_metric"]}) {
    if (std::string name = NameIn(*input); !name.empty()) names.push_back(std::move(name));
  }
  if (params["metrics"].is_list()) {
    for (const auto& input : params["metrics"].list()) names.push_back(NameIn(input));
  }
  return names;
}

void AddOnce(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

void Loader::BuildGroups() {
  for (auto& patch : patches_) {
    if (patch.section != "groups") continue;
    patch.used = true;
    YamlCheck check(patch.place.file, manifest_.diagnostics);
    const Value* owner = check.Map(patch.raw, "owner", patch.owner());
    if (owner == nullptr && patch.raw["owner"].is_null()) check.Fail(patch.owner() + " needs an 'owner'", patch.raw.mark());
    if (owner != nullptr && (*owner)["name"].is_null() && (*owner)["email"].is_null())
      check.Fail("The owner of " + patch.owner() + " needs a 'name' or an 'email'", owner->mark());
    model::GroupNode group;
    group.name = patch.name;
    group.package = patch.package;
    group.unique_id = "group." + patch.package + "." + patch.name;
    group.path = patch.file->path;
    group.original_path = patch.file->original_path;
    group.raw = patch.raw;
    group.place = patch.place;
    manifest_.groups.emplace(group.unique_id, std::move(group));
  }
}

void Loader::BuildSemanticNodes() {
  for (const auto& kind : kKinds) {
    for (auto& patch : patches_) {
      if (patch.section != kind.section) continue;
      patch.used = true;
      BuildSemanticNode(patch, kind.kind, PackageOf(patch.package)->config.raw[kind.project_key]);
    }
  }
}

void Loader::BuildSemanticNode(const Patch& patch, model::SemanticNode::Kind kind, const Value& tree) {
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  model::SemanticNode node;
  node.kind = kind;
  node.name = patch.name;
  node.package = patch.package;
  node.unique_id = std::string(model::SemanticKindName(kind)) + "." + patch.package + "." + patch.name;
  node.path = patch.file->path;
  node.original_path = patch.file->original_path;
  node.fqn = Fqn(patch.package, patch.file->path, patch.name);
  node.place = patch.place;
  node.raw = patch.raw;
  node.description = check.Text(patch.raw, "description", patch.owner());
  node.config.Set("enabled", true);
  node.config.Set("group", Value());
  node.config.Set("meta", Value::MakeMap());
  for (const auto& layer : ConfigLayers(tree, node.fqn)) MergeConfig(node.config, layer);
  for (const char* key : {"group", "meta"}) {
    Value layer = Value::MakeMap();
    if (const Value* value = patch.raw.Find(key); value != nullptr) layer.Set(key, *value);
    MergeConfig(node.config, layer);
  }
  MergeConfig(node.config, patch.raw["config"]);
  node.tags = UniqueTags(kind == Kind::kMetric ? patch.raw["tags"] : node.config["tags"]);
  const Value& enabled = node.config["enabled"];
  if (enabled.is_bool() && !enabled.as_bool()) return;
  if (kind == Kind::kMetric) {
    static const std::vector<std::string> kTypes = {"simple", "ratio", "derived", "cumulative", "conversion"};
    const std::string type = check.RequiredText(patch.raw, "type", patch.owner());
    if (!type.empty() && std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end())
      check.Fail("'" + type + "' is no type of a metric." + DidYouMean(type, kTypes), patch.raw["type"].mark(),
                 "types are: " + Join(kTypes, ", "));
    check.Map(patch.raw, "type_params", patch.owner());
  }
  if (kind == Kind::kSemanticModel) SemanticModelCalls(patch, node);
  node.metrics = kind == Kind::kSemanticModel ? std::vector<std::string>() : MetricsOf(patch.raw, kind);
  std::string id = node.unique_id;
  if (kind == Kind::kSemanticModel) AddMeasureMetrics(node);
  if (!manifest_.semantic_nodes.emplace(id, std::move(node)).second)
    check.Fail("There are two entries for " + patch.owner(), patch.raw.mark());
}

void Loader::SemanticModelCalls(const Patch& patch, model::SemanticNode& node) {
  YamlCheck check(patch.place.file, manifest_.diagnostics);
  const std::string text = check.RequiredText(patch.raw, "model", patch.owner());
  if (text.empty()) return;
  const Place place = PlaceOf(patch.place.file, patch.raw["model"].mark());
  auto calls = frontend_.ExtractModel(patch.package, "{{ " + text + " }}", place);
  if (!calls) {
    manifest_.diagnostics.Fail(calls.error());
  } else if (calls->refs.size() != 1) {
    check.Fail("'model' of " + patch.owner() + " must be ref('…'), found '" + text + "'", patch.raw["model"].mark());
  } else {
    node.refs = calls->refs;
  }
}

// `create_metric: true` makes a metric of a measure.
void Loader::AddMeasureMetrics(const model::SemanticNode& semantic) {
  const Value& measures = semantic.raw["measures"];
  if (!measures.is_list()) return;
  for (const auto& measure : measures.list()) {
    const Value& create = measure["create_metric"];
    if (!create.is_bool() || !create.as_bool()) continue;
    model::SemanticNode metric = semantic;
    metric.kind = Kind::kMetric;
    metric.name = measure["name"].ToText();
    metric.unique_id = "metric." + metric.package + "." + metric.name;
    metric.fqn.back() = metric.name;
    metric.refs.clear();
    metric.tags.clear();
    metric.description =
        measure["description"].is_string() ? measure["description"].as_string() : "Metric created from measure " + metric.name;
    metric.config.Set("group", Value());
    metric.raw = Value::MakeMap();
    metric.raw.Set("name", metric.name);
    metric.raw.Set("label", measure["label"].is_null() ? Value(metric.name) : measure["label"]);
    metric.raw.Set("type", "simple");
    Value& params = metric.raw.Set("type_params", Value::MakeMap());
    params.Set("measure", metric.name);
    params.Set("expr", measure["expr"]);
    manifest_.semantic_nodes.emplace(metric.unique_id, std::move(metric));
  }
}

void Loader::LinkSemanticNodes() {
  std::map<std::string, std::string> measures, metrics;  // name → unique id
  for (const auto& [id, node] : manifest_.semantic_nodes) {
    if (node.kind == Kind::kMetric) metrics.emplace(node.name, id);
    if (node.kind != Kind::kSemanticModel || !node.raw["measures"].is_list()) continue;
    for (const auto& measure : node.raw["measures"].list()) measures.emplace(measure["name"].ToText(), id);
  }
  auto link = [&](const std::string& name, const std::map<std::string, std::string>& known, const char* what,
                  const std::string& owner, const Place& place, std::vector<std::string>& depends) {
    if (auto found = known.find(name); found != known.end()) return AddOnce(depends, found->second);
    std::vector<std::string> names;
    for (const auto& entry : known) names.push_back(entry.first);
    manifest_.diagnostics.Fail(
        "The " + std::string(what) + " '" + name + "' that " + owner + " reads was not found." + DidYouMean(name, names), place);
  };
  for (auto& [id, node] : manifest_.semantic_nodes) {
    const std::string owner = ReplaceAll(std::string(model::SemanticKindName(node.kind)), "_", " ") + " '" + node.name + "'";
    for (const auto& ref : node.refs) {
      const model::Node* target = FindRef(ref, node.package);
      model::Node as_node;  // only to word
      as_node.unique_id = id;
      as_node.name = node.name;
      if (target != nullptr) {
        AddOnce(node.depends_on_nodes, target->unique_id);
      } else {
        manifest_.diagnostics.Fail(MissingRef(as_node, ref));
      }
    }
    if (node.kind == Kind::kMetric) {
      for (const auto& name : MeasuresOf(node.raw["type_params"]))
        link(name, measures, "measure", owner, node.place, node.depends_on_nodes);
    }
    for (const auto& name : node.metrics) link(name, metrics, "metric", owner, node.place, node.depends_on_nodes);
  }
  for (auto& [id, exposure] : manifest_.exposures) {
    for (const auto& name : exposure.metrics)
      link(name, metrics, "metric", "exposure '" + exposure.name + "'", exposure.place, exposure.depends_on_nodes);
  }
}

}  // namespace dvt::project
