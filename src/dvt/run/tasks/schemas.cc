#include "dvt/run/tasks/schemas.h"

#include <fmt/format.h>

#include <set>

#include "dvt/run/context/node_adapter.h"
#include "dvt/run/tasks/operation.h"

namespace dvt::run {

namespace {

bool HasOwnMacro(const RunContext& run, const std::string& type) {
  tmpl::ContextParams params;
  params.macros = run.macros;
  params.package = run.manifest->project.name;
  params.target = Value::MakeMap();
  params.target.Set("type", type);
  return tmpl::IsOverridden(params, "create_schema");
}

// A schema by the project's own macro create_schema.
std::function<Status()> ByProject(RunContext& run, const Compiler& compiler, const std::string& connection,
                                  const std::string& schema, std::stop_token stop) {
  return [&run, &compiler, connection, schema, stop]() -> Status {
    model::Node node = OperationNode(run, "create_schema");
    node.connection = connection;
    DVT_ASSIGN(auto connector, run.connections->Get(connection));
    NodeAdapter adapter(run, connector, stop);
    const auto resolver = compiler.MakeResolver(node, adapter, stop);
    const auto params = compiler.Params(node, &adapter, resolver.get());
    DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
    context->set_stop_token(stop);
    const auto macro = context->Resolve("create_schema");
    if (!macro) return Error(ErrorCode::kNotFound, "macro 'create_schema' is missing");
    tmpl::Arguments arguments;
    arguments.positional = {tmpl::MakeRelation({connector->default_database(), schema, "", ""}, adapter.policy())};
    if (auto called = context->Call(*macro, std::move(arguments)); !called) {
      (void)adapter.Rollback();
      return std::move(called).error();
    }
    return adapter.Commit();
  };
}

}  // namespace

void ExpectSessions(RunContext& run, const std::vector<std::string>& selected) {
  constexpr int kSessions = 2;
  if (run.connections->tape() != nullptr) return;  // perhaps nobody is asked
  std::set<std::string> names;
  const auto& manifest = *run.manifest;
  const auto named = [&](const std::string& name) { return name.empty() ? manifest.target : name; };
  for (const auto& id : selected) {
    const auto found = manifest.nodes.find(id);
    if (found == manifest.nodes.end()) continue;
    names.insert(named(found->second.connection));
    for (const auto& parent : found->second.depends_on_nodes) {
      if (const auto source = manifest.sources.find(parent); source != manifest.sources.end())
        names.insert(named(source->second.connection));
      if (const auto node = manifest.nodes.find(parent); node != manifest.nodes.end() && !node->second.is_ephemeral())
        names.insert(named(node->second.connection));
    }
  }
  for (const auto& name : names) {
    const auto budget = run.connections->BudgetOf(name);
    if (!budget || *budget != nullptr) continue;  // who sets limits is not asked before it is time
    if (const auto connector = run.connections->Get(name)) (*connector)->Expect(kSessions);
  }
}

void MakeSchemas(RunContext& run, const Compiler& compiler, const std::vector<std::string>& selected, std::stop_token stop) {
  std::set<std::pair<std::string, std::string>> schemas;
  for (const auto& id : selected) {
    const auto found = run.manifest->nodes.find(id);
    if (found == run.manifest->nodes.end()) continue;
    const model::Node& node = found->second;
    const bool builds = node.type == model::ResourceType::kModel || node.type == model::ResourceType::kSeed ||
                        node.type == model::ResourceType::kSnapshot || node.type == model::ResourceType::kFunction;
    if (builds && !node.is_ephemeral())
      schemas.emplace(node.connection.empty() ? run.manifest->target : node.connection, node.schema);
  }
  std::set<std::string> failed;
  for (const auto& [connection, schema] : schemas) {
    if (stop.stop_requested() || failed.contains(connection)) continue;
    const auto connector = run.connections->Get(connection);
    if (!connector) {
      failed.insert(connection);
      continue;
    }
    std::function<Status()> make;
    if (HasOwnMacro(run, (*connector)->config().type)) make = ByProject(run, compiler, connection, schema, stop);
    const auto made = run.relations.EnsureSchema(**connector, schema, stop, make);
    if (made) continue;
    failed.insert(connection);
    if (make)
      run.observer->Message(Severity::kError, fmt::format("macro create_schema of the project failed for schema '{}': {}", schema,
                                                          made.error().ToString()));
  }
}

}  // namespace dvt::run
