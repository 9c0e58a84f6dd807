#include "dvt/run/tasks/operation.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/run/context/node_adapter.h"

namespace dvt::run {

using tmpl::Object;

model::Node OperationNode(const RunContext& run, const std::string& name) {
  model::Node node;
  node.unique_id = "operation." + run.manifest->project.name + "." + name;
  node.type = model::ResourceType::kOperation;
  node.package = run.manifest->project.name;
  node.name = name;
  node.connection = run.manifest->target;
  node.original_path = run.manifest->project.file;
  return node;
}

namespace {

const tmpl::MacroCatalog::Entry* FindOperation(const RunContext& run, const std::string& name) {
  const size_t dot = name.find('.');
  if (dot != std::string::npos) return run.macros->FindIn(name.substr(0, dot), name.substr(dot + 1));
  const std::string& root = run.manifest->project.name;
  if (const auto* found = run.macros->Find(name, root)) return found;
  for (const auto& [package, macros] : run.macros->packages()) {  // a macro of a package, without its name
    if (const auto found = macros.find(name); found != macros.end()) return &found->second;
  }
  return nullptr;
}

}  // namespace

Status RunOperation(RunContext& run, const Compiler& compiler, const std::string& name, const Value& arguments,
                    std::stop_token stop) {
  const auto* macro = FindOperation(run, name);
  if (macro == nullptr) {
    return Error(ErrorCode::kNotFound, fmt::format("there is no macro '{}'.{}", name, DidYouMean(name, run.macros->Names())))
        .WithHint("give a macro of the project's macros/ folder, or package.macro");
  }
  model::Node node = OperationNode(run, name);
  node.package = macro->package;
  DVT_ASSIGN(auto connector, run.connections->Get(node.connection));
  NodeAdapter adapter(run, connector, stop);
  const auto resolver = compiler.MakeResolver(node, adapter, stop);
  auto params = compiler.Params(node, &adapter, resolver.get());
  params.node = nullptr;
  params.this_relation.reset();
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  context->set_stop_token(stop);
  std::vector<std::pair<std::string, Object>> named;
  for (const auto& entry : arguments.is_map() ? arguments.map() : Value::Map())
    named.emplace_back(entry.key, Object::FromValue(entry.value));
  auto called = tmpl::CallMacro(macro->object, {}, std::move(named), *context);
  if (!called) {
    (void)adapter.Rollback();
    return std::move(called).error();
  }
  return adapter.Commit();
}

}  // namespace dvt::run
