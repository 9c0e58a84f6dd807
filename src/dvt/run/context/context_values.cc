#include "dvt/run/context/context_values.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"
#include "dvt/project/load/load.h"

namespace dvt::run {

Value TargetValue(const model::Profile& profile, const std::string& name, const connectors::Connector& connector) {
  static constexpr std::string_view kSecrets[] = {"password", "pass",          "token",  "private_key",
                                                  "secret",   "client_secret", "ssl_key"};
  Value target = Value::MakeMap();
  if (const Value* settings = profile.outputs.Find(name); settings != nullptr && settings->is_map()) {
    for (const auto& entry : settings->map()) {
      if (std::find(std::begin(kSecrets), std::end(kSecrets), entry.key) == std::end(kSecrets))
        target.Set(entry.key, entry.value);
    }
  }
  target.Set("name", name);
  target.Set("target_name", name);
  target.Set("profile_name", profile.name);
  target.Set("type", connector.config().type);
  target.Set("schema", connector.default_schema());
  target.Set("database", connector.default_database());
  target.Set("dbname", connector.default_database());
  target.Set("threads", profile.threads);
  return target;
}

std::map<std::string, Value> VarsFor(const model::Manifest& manifest, const Value& cli_vars, const std::string& package) {
  std::map<std::string, Value> vars;
  const auto found = manifest.packages.find(package);
  const Value own = found == manifest.packages.end() ? Value() : found->second.vars;
  const Value effective = project::EffectiveVars(manifest.project, package, own, cli_vars);
  for (const auto& entry : effective.map()) vars[entry.key] = entry.value;
  return vars;
}

Value FlagsValue(const RunOptions& options) {
  Value flags = Value::MakeMap();
  for (const auto& flag : options.flags.is_map() ? options.flags.map() : Value::Map()) flags.Set(ToUpper(flag.key), flag.value);
  flags.Set("FULL_REFRESH", options.full_refresh);
  flags.Set("FAIL_FAST", options.fail_fast);
  flags.Set("WHICH", options.command);
  flags.Set("EMPTY", options.empty);
  return flags;
}

Value ProjectValue(const model::Manifest& manifest, const RunOptions& options) {
  auto about = [](const model::ProjectConfig& config) {
    Value value = Value::MakeMap();
    value.Set("project_name", config.name);
    value.Set("version", config.version);
    value.Set("project_root", config.folder);
    value.Set("vars", config.vars.is_map() ? config.vars : Value::MakeMap());
    return value;
  };
  Value project = about(manifest.project);
  Value dependencies = Value::MakeMap();
  dependencies.Set(manifest.project.name, project);
  for (const auto& [name, package] : manifest.packages) dependencies.Set(name, about(package));
  project.Set("profile_name", manifest.profile.name);
  project.Set("target_name", manifest.target);
  project.Set("cli_vars", options.cli_vars.is_map() ? options.cli_vars : Value::MakeMap());
  project.Set("args", options.arguments.is_map() ? options.arguments : Value::MakeMap());
  project.Set("dependencies", std::move(dependencies));
  return project;
}

Value GraphValue(const model::Manifest& manifest) {
  Value graph = Value::MakeMap();
  auto fill = [&](const char* key, const auto& from, auto to_value) {
    Value part = Value::MakeMap();
    for (const auto& [id, each] : from) part.map().push_back({id, to_value(each), {}});
    graph.Set(key, std::move(part));
  };
  for (const char* key : {"nodes", "functions"}) graph.Set(key, Value::MakeMap());
  for (const auto& [id, node] : manifest.nodes) {
    const char* key = node.type == model::ResourceType::kFunction ? "functions" : "nodes";
    graph.Edit(key)->map().push_back({id, model::NodeToValue(node), {}});
  }
  for (const auto& [id, each] : manifest.operations) graph.Edit("nodes")->map().push_back({id, model::NodeToValue(each), {}});
  fill("sources", manifest.sources, model::SourceToValue);
  fill("exposures", manifest.exposures, model::ExposureToValue);
  fill("groups", manifest.groups, model::GroupToValue);
  fill("unit_tests", manifest.unit_tests, model::UnitTestToValue);
  for (const char* key : {"metrics", "semantic_models", "saved_queries"}) graph.Set(key, Value::MakeMap());
  using Kind = model::SemanticNode::Kind;
  for (const auto& [id, node] : manifest.semantic_nodes) {
    const char* key = node.kind == Kind::kMetric          ? "metrics"
                      : node.kind == Kind::kSemanticModel ? "semantic_models"
                                                          : "saved_queries";
    graph.Edit(key)->Set(id, model::SemanticToValue(node));
  }
  return graph;
}

}  // namespace dvt::run
