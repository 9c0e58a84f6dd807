#include "dvt/template/dbt/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"
#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/lang/interpreter.h"

namespace dvt::tmpl {
namespace {

/// The macros of one package as `package.macro(…)`.
class PackageNamespace : public HostObject {
 public:
  PackageNamespace(Shared shared, std::string package) : shared_(std::move(shared)), package_(std::move(package)) {}
  std::string TypeName() const override { return "package '" + package_ + "'"; }
  Result<std::optional<Object>> GetAttr(Context& context, std::string_view name) override {
    if (const auto over = shared_->overrides.find(package_ + "." + std::string(name)); over != shared_->overrides.end())
      return std::optional<Object>(over->second);
    const auto* entry = shared_->params.macros->FindIn(package_, name);
    // Functions here, macros in dbt: the package has them there.
    const bool is_function = package_ == "dbt" && (name == "run_query" || name == "statement");
    if (entry == nullptr && is_function) {
      return context.ResolveOwn(name);  // not a macro of that name in the package at hand
    }
    if (entry == nullptr) return DictMethod(name);
    if (shared_->params.resolver != nullptr) shared_->params.resolver->MacroUsed(*entry);
    return std::optional<Object>(entry->object);
  }
  std::vector<std::string> AttributeNames() const override {
    std::vector<std::string> names;
    auto macros = shared_->params.macros->packages().find(package_ == "dvt" ? "dbt" : package_);
    if (macros == shared_->params.macros->packages().end()) return names;
    for (const auto& entry : macros->second) names.push_back(entry.first);
    return names;
  }
  bool is_mapping() const override { return true; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override {
    const auto names = AttributeNames();
    return ObjectList(names.begin(), names.end());
  }
  std::optional<bool> Contains(const Object& item) const override {
    return item.is_string() && shared_->params.macros->FindIn(package_, item.as_string()) != nullptr;
  }

 private:
  // What a package of macros has of a dict.
  std::optional<Object> DictMethod(std::string_view name) {
    auto self = std::static_pointer_cast<PackageNamespace>(shared_from_this());
    if (name == "get") {
      return MakeFunction("get", [self](Context& context, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("get", {{"key", std::nullopt}, {"default", Object()}}));
        const bool known = self->Contains(bound[0]).value_or(false);
        if (!known) return bound[1];
        DVT_ASSIGN(auto found, self->GetAttr(context, bound[0].as_string()));
        return found.value_or(bound[1]);
      });
    }
    if (name != "keys") return std::nullopt;
    return MakeFunction("keys", [self](Context& context, const Arguments&) -> Result<Object> {
      DVT_ASSIGN(auto names, self->Iterate(context));
      return Object::List(std::move(names));
    });
  }

  Shared shared_;
  std::string package_;
};

std::optional<Object> FindName(const Shared& shared, std::string_view name) {
  const auto& params = shared->params;
  if (const auto over = shared->overrides.find(name); over != shared->overrides.end()) return over->second;
  if (params.macros != nullptr) {
    if (const auto* entry = params.macros->Find(name, params.package)) {
      if (params.resolver != nullptr) params.resolver->MacroUsed(*entry);
      return entry->object;
    }
    bool is_package = name == "dbt" || name == "dvt" || params.macros->packages().find(name) != params.macros->packages().end();
    if (is_package) return Object(std::make_shared<PackageNamespace>(shared, std::string(name)));
  }
  return std::nullopt;
}

ObjectList HookList(const Value& hooks) {
  ObjectList out;
  if (hooks.is_null()) return out;
  const Value::List single{hooks};
  for (const auto& hook : hooks.is_list() ? hooks.list() : single) {
    Object made =
        Object::MakeDict({{"sql", Object(hook.is_map() ? hook["sql"].ToText() : hook.ToText())}, {"transaction", Object(true)}});
    if (hook.is_map() && hook["transaction"].is_bool())
      made.dict().Set(Object("transaction"), Object(hook["transaction"].as_bool()));
    out.push_back(std::move(made));
  }
  return out;
}

std::optional<Object> ModelVariable(const Shared& shared) {
  if (NodeValue(shared).is_null()) return std::nullopt;
  Object value = Object::FromValue(NodeValue(shared));
  const Object* batch = value.is_dict() ? value.dict().Find(std::string_view("batch")) : nullptr;
  if (const auto& window = shared->params.batch_window; window && batch != nullptr && batch->is_dict()) {
    batch->dict().Set(Object("event_time_start"), MakeDateTime(window->first, true));
    batch->dict().Set(Object("event_time_end"), MakeDateTime(window->second, true));
  }
  return value;
}

std::optional<Object> GraphVariable(const Shared& shared) {
  if (!shared->params.graph) return std::nullopt;
  Object value = Object::FromValue(shared->params.graph());
  if (shared->params.graph_additions) shared->loan.emplace(shared->params.graph_additions, value);
  return value;
}

Object DictOf(const Value& value) { return value.is_null() ? Object::MakeDict() : Object::FromValue(value); }

std::optional<Object> SelectedResources(const Shared& shared) {
  const auto& make = shared->params.selected_resources;
  const auto ids = make ? make() : std::vector<std::string>();
  return Object::List({ids.begin(), ids.end()});
}

std::optional<Object> NodeText(const Shared& shared, const char* key) {
  const Value& node = NodeValue(shared);
  if (node.is_null()) return std::nullopt;
  return node[key].is_string() ? Object(node[key].as_string()) : Object();
}

std::optional<Object> NodeHooks(const Shared& shared, const char* key) {
  const Value& node = NodeValue(shared);
  if (node.is_null()) return std::nullopt;
  return Object::List(HookList(node["config"][key]));
}

// What most templates never ask for is made when one does: a run renders thousands of them.
using MakeVariable = std::optional<Object> (*)(const Shared&);
constexpr std::array<std::string_view, 13> kLateNames = {
    "model",
    "graph",
    "schema",
    "database",
    "pre_hooks",
    "post_hooks",
    "target",
    "modules",
    "selected_resources",
    "exceptions",
    "flags",
    "context",
    "invocation_args_dict",
};
constexpr std::array<MakeVariable, kLateNames.size()> kLateVariables = {
    ModelVariable,
    GraphVariable,
    [](const Shared& shared) { return NodeText(shared, "schema"); },
    [](const Shared& shared) { return NodeText(shared, "database"); },
    [](const Shared& shared) { return NodeHooks(shared, "pre-hook"); },
    [](const Shared& shared) { return NodeHooks(shared, "post-hook"); },
    [](const Shared& shared) { return std::optional(DictOf(shared->params.target)); },
    [](const Shared&) { return std::optional(Modules()); },
    SelectedResources,
    [](const Shared& shared) { return std::optional(Exceptions(shared)); },
    [](const Shared& shared) { return std::optional(MakeFlags(shared)); },
    [](const Shared&) { return std::optional(MakeContextObject()); },
    [](const Shared& shared) { return std::optional(DictOf(shared->params.invocation_args)); },
};

void AddScalars(Context& context, const Shared& shared) {
  const auto& params = shared->params;
  context.Set("execute", Object(params.execute));
  context.Set("project_name", Object(params.project_name));
  context.Set("invocation_id", Object(params.invocation_id));
  context.Set("dbt_version", Object(params.dbt_version));
  context.Set("thread_id", Object(params.thread_id));
  context.Set("run_started_at", MakeDateTime(params.run_started_at, true));
  context.Set("dbt_metadata_envs", Object::MakeDict());
  context.SetLate(kLateNames, [shared](std::string_view name) {
    const auto at = std::find(kLateNames.begin(), kLateNames.end(), name);
    return kLateVariables[static_cast<size_t>(at - kLateNames.begin())](shared);
  });
}

std::unique_ptr<Context> NewContext(const Shared& shared) {
  auto context = std::make_unique<Context>(DbtEnvironment());
  context->set_limits(shared->params.limits);
  context->set_lenient_undefined(shared->params.lenient_undefined);
  return context;
}

// What is a macro or a function stays callable; a variable gets the value.
Status AddOverrides(Context& context, const Shared& shared) {
  const auto& params = shared->params;
  if (!params.overrides.is_map()) return {};
  for (const auto& entry : params.overrides.map()) {
    const Object value = Object::FromValue(entry.value);
    const size_t dot = entry.key.find('.');
    const bool in_package = dot != std::string::npos;
    const auto known = in_package ? std::nullopt : context.Resolve(entry.key);
    const bool macro_of_package = in_package && params.macros != nullptr &&
                                  params.macros->FindIn(entry.key.substr(0, dot), entry.key.substr(dot + 1)) != nullptr;
    if (params.warn && !known && !macro_of_package)
      DVT_TRY(params.warn(fmt::format("'{}' is overridden, and there is no such macro or variable", entry.key), {}));
    const bool constant = known && !known->is_callable();
    shared->overrides.emplace(
        entry.key,
        constant ? value : MakeFunction(entry.key, [value](Context&, const Arguments&) -> Result<Object> { return value; }));
  }
  return {};
}

}  // namespace

const Value& NodeValue(const Shared& shared) {
  if (!shared->node) shared->node = shared->params.node ? shared->params.node() : Value();
  return *shared->node;
}

std::shared_ptr<const Environment> DbtEnvironment() {
  static const std::shared_ptr<const Environment> environment = [] {
    auto made = std::make_shared<Environment>();
    // In text they do nothing; RenderNative looks at them.
    for (const char* name : {"as_text", "as_bool", "as_number", "as_native"}) {
      made->SetFilter(
          name, [](Context&, const Arguments& a) -> Result<Object> { return a.positional.empty() ? Object() : a.positional[0]; });
    }
    AddValueGlobals(*made);
    return made;
  }();
  return environment;
}

Result<std::unique_ptr<Context>> MakeNodeContext(const ContextParams& params) {
  auto shared = std::make_shared<ContextShared>();
  shared->params = params;
  auto context = NewContext(shared);
  AddAdapter(*context, shared);
  AddConfigFunctions(*context, shared);
  AddOutput(*context, shared);
  AddStatementFunctions(*context, shared);
  AddScalars(*context, shared);
  for (const auto& [name, value] : params.extra) context->Set(name, value);
  context->SetLookup([shared](std::string_view name) { return FindName(shared, name); });
  context->SetLookupNames([shared]() -> std::vector<std::string> {
    return shared->params.macros == nullptr ? std::vector<std::string>() : shared->params.macros->Names();
  });
  DVT_TRY(AddOverrides(*context, shared));
  return context;
}

Result<std::unique_ptr<Context>> MakeYamlContext(const ContextParams& params) {
  auto shared = std::make_shared<ContextShared>();
  shared->params = params;
  auto context = NewContext(shared);
  AddConfigFunctions(*context, shared);
  AddOutput(*context, shared);
  AddScalars(*context, shared);
  for (const auto& [name, value] : params.extra) context->Set(name, value);
  return context;
}

namespace {

Error AtMark(Error error, const std::string& file, Mark mark) {
  Place place{file, mark.line, mark.column};
  if (error.place().file.empty() || error.place().file == file) return std::move(error).At(place);
  return error;
}

}  // namespace

Result<Value> RenderYaml(const Value& value, Context& context, const std::string& file) {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos && text.find("{#") == std::string::npos)
      return value;
    auto parsed = Parse(text, file);
    if (!parsed) return AtMark(std::move(parsed).error(), file, value.mark());
    auto rendered = RenderNative(*parsed, context);
    if (!rendered) return AtMark(std::move(rendered).error(), file, value.mark());
    Value out = rendered->ToValue();
    out.set_mark(value.mark());
    out.set_quoted(value.quoted());
    return out;
  }
  if (value.is_list()) {
    Value out = Value::MakeList();
    for (const auto& item : value.list()) {
      DVT_ASSIGN(auto rendered, RenderYaml(item, context, file));
      out.Push(std::move(rendered));
    }
    out.set_mark(value.mark());
    return out;
  }
  if (!value.is_map()) return value;
  Value::Map entries;
  for (const auto& entry : value.map()) {
    DVT_ASSIGN(auto rendered, RenderYaml(entry.value, context, file));
    entries.push_back({entry.key, std::move(rendered), entry.key_mark});
  }
  Value out(std::move(entries));
  out.set_mark(value.mark());
  return out;
}

}  // namespace dvt::tmpl
