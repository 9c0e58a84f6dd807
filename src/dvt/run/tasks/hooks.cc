#include "dvt/run/tasks/hooks.h"

#include <fmt/format.h>

#include <chrono>
#include <set>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/run/context/node_adapter.h"
#include "dvt/run/context/query_comment.h"
#include "dvt/run/tasks/operation.h"
#include "dvt/template/dbt/data_record.h"

namespace dvt::run {

using model::NodeResult;
using tmpl::Object;

namespace {

double NowSeconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// One statement as a node: operation.shop.shop-on-run-start-0, named shop.on-run-start.0 where people see it.
model::Node HookNode(const RunContext& run, const model::ProjectConfig& project, const std::string& phase, size_t index,
                     std::string sql) {
  const std::string name = fmt::format("{}-{}-{}", project.name, phase, index);
  model::Node node = OperationNode(run, name);
  node.package = project.name;
  node.unique_id = fmt::format("operation.{}.{}", project.name, name);
  node.path = "hooks/" + name + ".sql";
  node.original_path = "dbt_project.yml";
  if (const size_t slash = project.file.rfind('/'); slash != std::string::npos)
    node.original_path = project.file.substr(slash + 1);
  node.alias = name;
  node.fqn = {project.name, phase, std::to_string(index)};
  node.raw_code = std::move(sql);
  node.tags = {phase};
  node.config = project::DefaultConfig(model::ResourceType::kOperation);
  return node;
}

std::vector<model::Node> HookNodes(const RunContext& run, const std::string& phase) {
  std::vector<model::Node> nodes;
  auto add = [&](const model::ProjectConfig& project) {
    size_t index = 0;
    for (const auto& hook : HookObjects(phase == "on-run-start" ? project.on_run_start : project.on_run_end))
      nodes.push_back(HookNode(run, project, phase, index++, hook.dict().Find(std::string_view("sql"))->Str()));
  };
  add(run.manifest->project);
  for (const auto& [name, package] : run.manifest->packages) add(package);
  return nodes;
}

// A node as dbt's object: what its configuration does not name is none.
Object NodeRecord(const model::Node& node) {
  const Value value = node.unit_test ? model::UnitTestToValue(node) : model::NodeToValue(node);
  tmpl::DataRecordParts parts{"Node", {}};
  for (const auto& entry : value.map()) {
    if (entry.key == "config") {
      tmpl::DataRecordParts config{"NodeConfig", {}, true};
      for (const auto& each : entry.value.map()) config.members.emplace_back(each.key, Object::FromValue(each.value));
      parts.members.emplace_back(entry.key, tmpl::MakeDataRecord(std::move(config)));
    } else {
      parts.members.emplace_back(entry.key, Object::FromValue(entry.value));
    }
  }
  return tmpl::MakeDataRecord(std::move(parts));
}

Object ResultRecord(const model::Node& node, const NodeResult& result) {
  auto stage = [](const char* name, double from, double to) {
    return tmpl::MakeDataRecord(
        {"TimingInfo", {{"name", Object(name)}, {"started_at", tmpl::MakeMoment(from)}, {"completed_at", tmpl::MakeMoment(to)}}});
  };
  tmpl::ObjectList timing;
  if (result.started > 0) {
    timing = {stage("compile", result.started, result.compile_completed),
              stage("execute", result.compile_completed, result.completed)};
  }
  return tmpl::MakeDataRecord({"RunResult",
                               {{"status", Object(result.status)},
                                {"timing", Object::List(std::move(timing))},
                                {"thread_id", Object(result.thread)},
                                {"execution_time", Object(result.execution_seconds)},
                                {"adapter_response", Object::FromValue(result.adapter_response)},
                                {"message", result.message.empty() ? Object() : Object(result.message)},
                                {"failures", result.failures ? Object(*result.failures) : Object()},
                                {"node", NodeRecord(node)},
                                {"unique_id", Object(result.unique_id)}}});
}

// `results`, `schemas` and `database_schemas` as on-run-end sees them.
std::vector<std::pair<std::string, Object>> EndVariables(const RunContext& run, const std::vector<NodeResult>& so_far) {
  tmpl::ObjectList results, schemas, database_schemas;
  std::set<std::pair<std::string, std::string>> seen;
  std::set<std::string> names;
  for (const auto& result : so_far) {
    const model::Node* found = run.manifest->FindNode(result.unique_id);
    if (found == nullptr) continue;
    const model::Node& node = *found;
    results.push_back(ResultRecord(node, result));
    if (node.type == model::ResourceType::kTest || node.unit_test || result.status == "skipped") continue;
    if (seen.emplace(node.database, node.schema).second)
      database_schemas.push_back(Object::Tuple({Object(node.database), Object(node.schema)}));
    if (names.insert(node.schema).second) schemas.emplace_back(node.schema);
  }
  return {{"results", Object::List(std::move(results))},
          {"schemas", Object::List(std::move(schemas))},
          {"database_schemas", Object::List(std::move(database_schemas))}};
}

Result<Compiled> CompileHook(RunContext& run, const Compiler& compiler, const model::Node& node, NodeAdapter& adapter,
                             const std::vector<std::pair<std::string, Object>>& variables, std::stop_token stop) {
  DVT_ASSIGN(auto comment, QueryCommentOf(run, compiler, node, adapter));
  adapter.SetQueryComment(std::move(comment));
  auto compiled = compiler.CompileText(node, node.raw_code, adapter, stop, variables);
  if (compiled) return compiled;
  (void)adapter.Rollback();
  return std::move(compiled).error().AtIfUnknown({node.original_path, 0, 0}).Within("in " + Join(node.fqn, "."));
}

Status RunHook(const Compiled& compiled, const model::Node& node, NodeAdapter& adapter, NodeResult& result) {
  result.compile_completed = NowSeconds();
  result.compiled = true;
  result.compiled_code = compiled.sql;
  if (!compiled.sql.empty()) {
    auto done = adapter.Execute(compiled.sql, false, false);
    if (!done) {
      (void)adapter.Rollback();
      return std::move(done).error().Within("in " + Join(node.fqn, ".") + ": " + compiled.sql);
    }
  }
  return adapter.Commit();
}

}  // namespace

std::map<std::string, model::Node> AllHookNodes(const RunContext& run) {
  std::map<std::string, model::Node> all;
  for (const char* phase : {"on-run-start", "on-run-end"}) {
    for (auto& node : HookNodes(run, phase)) {
      std::string id = node.unique_id;
      all.emplace(std::move(id), std::move(node));
    }
  }
  return all;
}

std::vector<Object> HookObjects(const Value& hooks) {
  std::vector<Object> objects;
  auto add = [&](const Value& hook) {
    if (hook.is_string()) {
      objects.push_back(Object::MakeDict({{"sql", hook.as_string()}, {"transaction", true}}));
    } else if (hook.is_map()) {
      const bool transaction = !hook["transaction"].is_bool() || hook["transaction"].as_bool();
      objects.push_back(Object::MakeDict({{"sql", hook["sql"].ToText()}, {"transaction", transaction}}));
    }
  };
  if (hooks.is_list()) {
    for (const auto& hook : hooks.list()) add(hook);
  } else {
    add(hooks);
  }
  return objects;
}

Result<std::vector<NodeResult>> RunHooks(RunContext& run, const Compiler& compiler, const std::string& phase,
                                         const std::vector<NodeResult>& so_far, std::stop_token stop) {
  const auto nodes = HookNodes(run, phase);
  std::vector<NodeResult> results;
  std::vector<std::pair<std::string, Object>> variables;
  if (phase == "on-run-end" && !nodes.empty()) variables = EndVariables(run, so_far);
  bool failed = false;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const model::Node& node = nodes[i];
    const std::string name = Join(node.fqn, ".");
    const int index = static_cast<int>(i) + 1, total = static_cast<int>(nodes.size());
    NodeResult result;
    result.unique_id = node.unique_id;
    result.thread = "main";
    if (failed) {
      result.status = "skipped";
      result.message = name + " skipped";
      result.failures = 1;
    } else {
      result.started = result.compile_completed = NowSeconds();
      DVT_ASSIGN(auto connector, run.connections->Get(node.connection));
      NodeAdapter adapter(run, connector, stop);
      DVT_ASSIGN(const auto compiled, CompileHook(run, compiler, node, adapter, variables, stop));
      run.observer->HookStarted(node, index, total);
      auto done = RunHook(compiled, node, adapter, result);
      result.completed = NowSeconds();
      result.execution_seconds = result.completed - result.started;
      failed = !done;
      result.status = done ? "success" : "error";
      result.failures = done ? 0 : 1;
      result.message = done ? name + " passed"
                            : SecretRegistry::Redact(std::move(done).error().AtIfUnknown({node.original_path, 0, 0}).ToString());
    }
    run.observer->HookFinished(node, index, total, result);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace dvt::run
