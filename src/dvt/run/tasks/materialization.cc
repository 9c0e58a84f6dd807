// A node is built by the macro of its materialization: the program's own, or one of the project or of a package.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/run/tasks/hooks.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

using model::NodeResult;
using model::ResourceType;
using tmpl::Object;

// Where a node's text goes, below target/compiled or target/run; a file that defines several nodes is a folder there.
std::string NodeRunner::TextPath(const std::string& kind, const model::Node& node, const Batch* batch) const {
  const bool several = node.test || node.type == ResourceType::kSnapshot;
  std::string path = node.original_path + (several ? "/" + node.name + ".sql" : "");
  if (batch != nullptr) {  // models/x.sql: models/x/x_2024-01-31.sql
    const std::string stem = path.substr(0, path.rfind('.'));
    path = stem + "/" + stem.substr(stem.rfind('/') + 1) + "_" + batch->label + ".sql";
  }
  return JoinPath(run_.target_folder, kind + "/" + node.package + "/" + path);
}

// What failed while rows move is told of the model's file; the built-in macro that was running is context.
static Error AtNode(const model::Node& node, Error error) {
  const std::string file = error.place().file;
  const auto& builtin = tmpl::BuiltinMacros();
  if (file.empty() || std::none_of(builtin.begin(), builtin.end(), [&](const auto& each) { return each.path == file; }))
    return error;
  std::string context = "in " + error.place().ToString();
  return std::move(error).At({node.original_path, 0, 0}).Within(std::move(context));
}

const tmpl::MacroCatalog::Entry* MaterializationMacro(const RunContext& run, const std::string& name, NodeAdapter& adapter) {
  const Value& must_be_told = run.manifest->project.flags["require_explicit_package_overrides_for_builtin_materializations"];
  const bool packages_override = must_be_told.is_bool() && !must_be_told.as_bool();  // as before dbt 1.8
  return run.macros->FindMaterialization(name, adapter.DispatchPrefixes(), packages_override);
}

// What the statement `main` gave; none if there was none.
static Result<Object> MainResult(tmpl::Context& context) {
  const auto load_result = context.Resolve("load_result");
  if (!load_result) return Object();
  tmpl::Arguments arguments;
  arguments.positional = {Object("main")};
  return context.Call(*load_result, std::move(arguments));
}

// The context in which the macro ran.
Result<std::unique_ptr<tmpl::Context>> NodeRunner::CallMaterialization(const tmpl::MacroCatalog::Entry& macro,
                                                                       const model::Node& node, const Compiled& compiled,
                                                                       NodeAdapter& adapter, std::stop_token stop,
                                                                       const Object& defer_relation) {
  const auto resolver = compiler_.MakeResolver(node, adapter, stop);
  auto params = compiler_.Params(node, &adapter, resolver.get());
  const Batch* batch = adapter.batch();
  params.extra = {
      {"sql", compiled.sql},
      {"compiled_code", compiled.sql},
      {"defer_relation", defer_relation},
      {"pre_hooks", Object::List(HookObjects(batch != nullptr && !batch->opens ? Value() : node.config["pre-hook"]))},
      {"post_hooks", Object::List(HookObjects(batch != nullptr && !batch->closes ? Value() : node.config["post-hook"]))}};
  params.write = [&](const std::string& text) { return WriteFileIfChanged(TextPath("run", node, adapter.batch()), text + "\n"); };
  DVT_ASSIGN(auto context, tmpl::MakeNodeContext(params));
  context->set_stop_token(stop);
  if (auto called = tmpl::CallMacro(macro.object, {}, {}, *context); !called) return AtNode(node, std::move(called).error());
  return context;
}

// Behind a batch that is not its model's last one, others follow.
TransferContext NodeRunner::ModelTransferContext(const model::Node& node, const Batch* batch) const {
  TransferContext context = MakeTransferContext(node);
  if (batch == nullptr || batch->closes) context.is_last = [this] { return run_.unfinished_nodes == 1; };
  return context;
}

Status NodeRunner::Materialize(const model::Node& node, const std::string& materialization, const Compiled& compiled,
                               NodeAdapter& adapter, NodeResult& result, std::stop_token stop, const Object& defer_relation) {
  const auto* macro = MaterializationMacro(run_, materialization, adapter);
  if (macro == nullptr) {
    return Error(ErrorCode::kConfig, fmt::format("there is no materialization '{}' for {}.{}", materialization, adapter.type(),
                                                 DidYouMean(materialization, {"table", "view", "incremental", "ephemeral"})))
        .At({node.original_path, 0, 0})
        .WithHint("built in are: table, view, incremental, ephemeral; a project can add its own in macros/");
  }
  DVT_ASSIGN(const auto context, CallMaterialization(*macro, node, compiled, adapter, stop, defer_relation));
  if (adapter.rows_loaded()) {
    result.message = fmt::format("SELECT {}", *adapter.rows_loaded());
    result.adapter_response.Set("rows_affected", *adapter.rows_loaded());
  }
  DVT_ASSIGN(const Object main, MainResult(*context));
  if (main.is_none() || main.is_undefined()) return {};
  DVT_ASSIGN(const Object response, context->GetAttr(main, "response"));
  if (result.message.empty()) result.message = node.type == model::ResourceType::kFunction ? "SUCCESS" : response.Str();
  result.adapter_response.Set("_message", result.message);
  return {};
}

// A data test by the materialization `test` of a project or a package. False: there is none, or the rows are not all on one connection.
Result<bool> NodeRunner::JudgeByProject(const model::Node& node, const Compiled& compiled, NodeAdapter& adapter, Verdict& verdict,
                                        std::stop_token stop) {
  const auto* macro = MaterializationMacro(run_, "test", adapter);
  if (macro == nullptr || macro->package == "dbt" || !compiled.foreign.empty()) return false;
  DVT_TRY(run_.relations.EnsureSchema(adapter.connector(), node.schema, stop));
  DVT_ASSIGN(const auto context, CallMaterialization(*macro, node, compiled, adapter, stop, Object()));
  DVT_ASSIGN(const Object main, MainResult(*context));
  const Error nothing = Error(ErrorCode::kConfig, "materialization 'test' of package '" + macro->package +
                                                      "' ran no statement 'main' that "
                                                      "gives failures, should_warn and should_error")
                            .At(macro->definition->place)
                            .WithHint("fetch the result of get_test_sql(…) by {% call statement('main', fetch_result=True) %}");
  if (main.is_none() || main.is_undefined()) return nothing;
  DVT_ASSIGN(const Object rows, context->GetAttr(main, "data"));
  if (!rows.is_list() || rows.list().empty()) return nothing;
  DVT_ASSIGN(const auto cells, context->Iterate(rows.list().front()));
  if (cells.size() < 3) return nothing;
  verdict = {cells[0].is_number() ? static_cast<int64_t>(cells[0].as_float()) : 0, cells[1].Truth(), cells[2].Truth()};
  return true;
}

}  // namespace dvt::run
