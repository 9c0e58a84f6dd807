#include "dvt/run/context/template_bridge.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"
#include "dvt/run/context/test_arguments.h"
#include "dvt/template/lang/outside.h"

namespace dvt::run {

using project::FileBlock;
using project::ModelCalls;
using project::YamlScope;
using tmpl::Object;

namespace {

FileBlock::Kind KindOf(tmpl::Definition::Type type) {
  switch (type) {
    case tmpl::Definition::Type::kTest: return FileBlock::Kind::kTest;
    case tmpl::Definition::Type::kMaterialization: return FileBlock::Kind::kMaterialization;
    case tmpl::Definition::Type::kSnapshot: return FileBlock::Kind::kSnapshot;
    default: return FileBlock::Kind::kMacro;
  }
}

std::vector<FileBlock> BlocksOf(const tmpl::Template& parsed, const std::string& package, const std::string& path) {
  std::vector<FileBlock> blocks;
  for (const auto& definition : parsed.definitions()) {
    if (definition.type == tmpl::Definition::Type::kDocs) continue;
    FileBlock block;
    block.kind = KindOf(definition.type);
    block.macro.package = package;
    block.macro.name = block.kind == FileBlock::Kind::kSnapshot ? definition.name : definition.macro_name;
    block.macro.unique_id = "macro." + package + "." + block.macro.name;
    block.macro.path = path;
    block.macro.original_path = path;
    block.macro.text = parsed.text().substr(definition.begin, definition.end - definition.begin);
    block.macro.place = definition.place;
    block.body = parsed.text().substr(definition.body_begin, definition.body_end - definition.body_begin);
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::string TextArgument(const tmpl::StaticCall& call, size_t position, std::string_view name) {
  if (call.args.is_list() && position < call.args.list().size()) return call.args.list()[position].ToText();
  const Value* named = call.kwargs.Find(name);
  return named == nullptr || named->is_null() ? "" : named->ToText();
}

model::RefCall RefOf(const tmpl::StaticCall& call) {
  model::RefCall ref;
  const size_t count = call.args.is_list() ? call.args.list().size() : 0;
  ref.name = count > 0 ? call.args.list()[count - 1].ToText() : "";
  if (count > 1) ref.package = call.args.list()[0].ToText();
  for (const char* key : {"version", "v"}) {
    if (const Value* version = call.kwargs.Find(key); version != nullptr && !version->is_null()) ref.version = version->ToText();
  }
  ref.place = call.place;
  return ref;
}

Value ConfigOf(const tmpl::StaticCall& call) {
  Value config = Value::MakeMap();
  // config({'a': 1}) and config(a=1) mean the same.
  if (call.args.is_list()) {
    for (const auto& argument : call.args.list()) {
      if (!argument.is_map()) continue;
      for (const auto& entry : argument.map()) config.Set(entry.key, entry.value);
    }
  }
  for (const auto& entry : call.kwargs.map()) config.Set(entry.key, entry.value);
  return config;
}

// Records what a model calls while it is rendered with `execute` false.
class RecordingResolver : public tmpl::NodeResolver {
 public:
  explicit RecordingResolver(const model::Node& node) : node_(node) {}

  Result<Object> Ref(const model::RefCall& call) override {
    calls.refs.push_back(call);
    return tmpl::MakeRelation({"", "", call.name, ""}, policy_);
  }
  Result<Object> Source(const model::SourceCall& call) override {
    calls.sources.push_back(call);
    return tmpl::MakeRelation({"", call.source, call.table, ""}, policy_);
  }
  Result<Object> Function(const model::RefCall& call) override {
    calls.functions.push_back(call);
    return tmpl::MakeRelation({"", "", call.name, ""}, policy_);
  }
  Status Config(const Value& kwargs, const Place& place) override {
    calls.configs.push_back({kwargs, place});
    return {};
  }
  std::optional<Value> ConfigGet(std::string_view name) override {
    for (auto config = calls.configs.rbegin(); config != calls.configs.rend(); ++config) {
      if (const Value* value = config->kwargs.Find(name)) return *value;
    }
    const Value* value = node_.config.Find(name);
    return value == nullptr || value->is_null() ? std::nullopt : std::optional<Value>(*value);
  }
  void MacroUsed(const tmpl::MacroCatalog::Entry& entry) override {
    if (std::find(calls.macros.begin(), calls.macros.end(), entry.unique_id) == calls.macros.end())
      calls.macros.push_back(entry.unique_id);
  }

  ModelCalls calls;

 private:
  const model::Node& node_;
  std::shared_ptr<const tmpl::RelationPolicy> policy_ = std::make_shared<tmpl::RelationPolicy>();
};

}  // namespace

TemplateBridge::TemplateBridge(const std::string& root_package)
    : macros_(std::make_shared<tmpl::MacroCatalog>(root_package)),
      started_(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()) {}

Status TemplateBridge::Prepare() { return macros_->AddBuiltins(); }

tmpl::ContextParams TemplateBridge::Params(const YamlScope& scope) const {
  tmpl::ContextParams params;
  params.macros = macros_;
  params.package = macros_->root_package();
  params.project_name = macros_->root_package();
  params.target = scope.target;
  if (scope.vars.is_map()) {
    for (const auto& entry : scope.vars.map()) params.vars[entry.key] = entry.value;
  }
  params.cli_vars = scope.vars;
  params.dispatch = scope.dispatch;
  params.run_started_at = started_;
  params.env = scope.env;
  params.secrets_allowed = scope.secrets_allowed;
  return params;
}

bool TemplateBridge::DependsOnMoment() const { return tmpl::OutsideReads() > 0; }

Result<Value> TemplateBridge::RenderYaml(const Value& tree, const YamlScope& scope, const std::string& file) {
  DVT_ASSIGN(const auto context, tmpl::MakeYamlContext(Params(scope)));
  return tmpl::RenderYaml(tree, *context, file);
}

Result<std::vector<FileBlock>> TemplateBridge::AddMacroFile(const std::string& package, const std::string& path,
                                                            std::string_view text) {
  DVT_ASSIGN(const auto parsed, tmpl::Parse(std::string(text), path));
  DVT_TRY(macros_->Add(package, parsed));
  return BlocksOf(*parsed, package, path);
}

Result<std::vector<FileBlock>> TemplateBridge::SnapshotBlocks(const std::string& package, const std::string& path,
                                                              std::string_view text) {
  DVT_ASSIGN(const auto parsed, tmpl::Parse(std::string(text), path));
  return BlocksOf(*parsed, package, path);
}

std::vector<model::MacroNode> TemplateBridge::BuiltinMacros() {
  std::vector<model::MacroNode> nodes;
  const auto found = macros_->packages().find("dbt");
  if (found == macros_->packages().end()) return nodes;
  for (const auto& [name, entry] : found->second) {
    model::MacroNode node;
    node.package = "dbt";
    node.name = name;
    node.unique_id = entry.unique_id;
    node.path = entry.tmpl->file();
    node.original_path = entry.tmpl->file();
    node.text = entry.tmpl->text().substr(entry.definition->begin, entry.definition->end - entry.definition->begin);
    node.place = entry.definition->place;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::vector<std::string> TemplateBridge::MacroDependencies(const model::MacroNode& macro) {
  std::vector<std::string> ids;
  const auto* entry = macros_->FindIn(macro.package, macro.name);
  if (entry == nullptr) return ids;
  for (const auto& call : tmpl::ExtractCalls(*entry->tmpl, *entry->definition).macros) {
    const auto* called =
        call.package.empty() ? macros_->Find(call.name, macro.package) : macros_->FindIn(call.package, call.name);
    if (called != nullptr && std::find(ids.begin(), ids.end(), called->unique_id) == ids.end()) ids.push_back(called->unique_id);
  }
  return ids;
}

bool TemplateBridge::ReadsTemplates(const tmpl::ExtractedCalls& calls) const {
  return variables_are_templates_ && !calls.Of("var").empty();
}

bool TemplateBridge::MacroDecides(const tmpl::MacroCatalog::Entry& entry) {
  std::lock_guard lock(mutex_);
  std::set<std::string> visiting;
  return Decides(entry, visiting);
}

// With the lock held. Only final answers are kept: what depends on a macro still being looked at is asked again.
bool TemplateBridge::Decides(const tmpl::MacroCatalog::Entry& entry, std::set<std::string>& visiting) {
  // Built-in macros call ref or source only on behalf of arguments that a model gave them.
  if (entry.package == "dbt") return entry.unique_id == "macro.dbt.set_sql_header";
  if (const auto found = decides_.find(entry.unique_id); found != decides_.end()) return found->second;
  if (!visiting.insert(entry.unique_id).second) return false;  // a cycle adds nothing
  const auto calls = tmpl::ExtractCalls(*entry.tmpl, *entry.definition);
  bool decides = calls.has_dependencies || !calls.constant || ReadsTemplates(calls);
  for (const auto& call : calls.macros) {
    if (decides) break;
    const auto* called =
        call.package.empty() ? macros_->Find(call.name, entry.package) : macros_->FindIn(call.package, call.name);
    decides = called != nullptr && Decides(*called, visiting);
    if (!call.dispatched) continue;
    for (const auto* each : macros_->Implementations(call.name)) decides = decides || Decides(*each, visiting);
  }
  visiting.erase(entry.unique_id);
  if (decides || visiting.empty()) decides_[entry.unique_id] = decides;
  return decides;
}

Result<ModelCalls> TemplateBridge::ExtractModel(const std::string& package, std::string_view text, const Place& place) {
  tmpl::ParseOptions options;
  options.first_line = std::max(1, place.line);
  DVT_ASSIGN(const auto parsed, tmpl::Parse(std::string(text), place.file, options));
  ModelCalls out;
  if (parsed->is_plain()) return out;
  const auto calls = tmpl::ExtractCalls(*parsed);
  out.needs_render = !calls.constant || ReadsTemplates(calls);
  for (const auto& call : calls.calls) {
    // A variable of the environment that has to be there: whether it is, rendering tells.
    if (call.function == "env_var" && call.args.list().size() + call.kwargs.map().size() < 2) out.needs_render = true;
    if (!call.constant) continue;
    if (call.function == "ref") out.refs.push_back(RefOf(call));
    if (call.function == "function") out.functions.push_back(RefOf(call));
    if (call.function == "source")
      out.sources.push_back({TextArgument(call, 0, "source_name"), TextArgument(call, 1, "table_name"), call.place});
    if (call.function == "config") out.configs.push_back({ConfigOf(call), call.place});
  }
  for (const auto& call : calls.macros) {
    for (const auto* each : macros_->Implementations(call.dispatched ? call.name : ""))
      out.needs_render = out.needs_render || MacroDecides(*each);
    const auto* called = call.package.empty() ? macros_->Find(call.name, package) : macros_->FindIn(call.package, call.name);
    if (called == nullptr) continue;
    if (std::find(out.macros.begin(), out.macros.end(), called->unique_id) == out.macros.end())
      out.macros.push_back(called->unique_id);
    out.needs_render = out.needs_render || MacroDecides(*called);
  }
  return out;
}

Result<ModelCalls> TemplateBridge::RenderModel(const model::Node& node, const YamlScope& scope) {
  DVT_ASSIGN(const auto parsed, tmpl::Parse(node.raw_code, node.original_path));
  RecordingResolver resolver(node);
  tmpl::ContextParams params = Params(scope);
  params.package = node.package;
  params.node = [&node] { return model::NodeToValue(node); };
  params.this_relation = tmpl::RelationParts{node.database, node.schema, node.alias, ""};
  params.execute = false;
  params.lenient_undefined = true;
  params.resolver = &resolver;
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  DVT_TRY(SetTestArguments(node, *context));
  DVT_TRY(tmpl::Render(parsed, *context));
  return std::move(resolver.calls);
}

Result<std::optional<std::string>> TemplateBridge::GenerateName(std::string_view macro, const Value& custom,
                                                                const model::Node& node, const YamlScope& scope) {
  const auto* entry = macros_->Find(macro, macros_->root_package());
  if (entry == nullptr || entry->package == "dbt") return std::optional<std::string>();
  RecordingResolver resolver(node);
  tmpl::ContextParams params = Params(scope);
  params.package = node.package;
  params.node = [&node] { return model::NodeToValue(node); };
  params.resolver = &resolver;
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  DVT_ASSIGN(const Object name,
             tmpl::CallMacro(entry->object, {Object::FromValue(custom), Object::FromValue(params.node())}, {}, *context));
  return std::optional<std::string>(std::string(TrimView(name.Str())));
}

}  // namespace dvt::run
