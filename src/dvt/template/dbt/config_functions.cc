#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/dbt/data_record.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

Error Missing(std::string_view what, const Context& context) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{} cannot be used here", what)).At(context.place());
}

Result<std::string> RequireText(const Object& value, std::string_view function) {
  if (value.is_string()) return value.as_string();
  if (value.is_undefined()) return Error(ErrorCode::kNotFound, value.UndefinedMessage());
  return Error(ErrorCode::kInvalidArgument, fmt::format("{}() needs text, not {}", function, value.Repr()));
}

Result<Object> CallRef(Context& c, const Shared& shared, const Arguments& a) {
  if (shared->params.resolver == nullptr) return Missing("ref()", c);
  if (a.positional.empty() || a.positional.size() > 2) {
    return Error(ErrorCode::kInvalidArgument, fmt::format("ref() takes at most two arguments ({} given)", a.positional.size()))
        .WithHint("ref('model') or ref('package', 'model')");
  }
  model::RefCall call;
  call.place = c.place();
  DVT_ASSIGN(call.name, RequireText(a.positional.back(), "ref"));
  if (a.positional.size() == 2) {
    DVT_ASSIGN(call.package, RequireText(a.positional[0], "ref"));
  }
  for (const auto& [key, value] : a.named) {
    if (key != "v" && key != "version") {
      return Error(ErrorCode::kInvalidArgument, fmt::format("ref() got an unexpected keyword argument '{}'", key))
          .WithHint("ref takes v or version");
    }
    if (!value.is_none()) call.version = value.Str();
  }
  return shared->params.resolver->Ref(call);
}

Result<Object> CallSource(Context& c, const Shared& shared, const Arguments& a) {
  if (shared->params.resolver == nullptr) return Missing("source()", c);
  if (a.positional.size() != 2 || !a.named.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("source() takes exactly two arguments ({} given)", a.positional.size() + a.named.size()))
        .WithHint("source('source name', 'table name')");
  }
  model::SourceCall call;
  call.place = c.place();
  DVT_ASSIGN(call.source, RequireText(a.positional[0], "source"));
  DVT_ASSIGN(call.table, RequireText(a.positional[1], "source"));
  return shared->params.resolver->Source(call);
}

Result<Object> CallFunction(Context& c, const Shared& shared, const Arguments& a) {
  if (shared->params.resolver == nullptr) return Missing("function()", c);
  if (a.positional.empty() || a.positional.size() > 2 || !a.named.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("function() takes one or two arguments ({} given)", a.positional.size() + a.named.size()))
        .WithHint("function('name') or function('package', 'name')");
  }
  model::RefCall call;
  call.place = c.place();
  DVT_ASSIGN(call.name, RequireText(a.positional.back(), "function"));
  if (a.positional.size() == 2) {
    DVT_ASSIGN(call.package, RequireText(a.positional[0], "function"));
  }
  return shared->params.resolver->Function(call);
}

Object ProjectRecord(const Value& project) {
  DataRecordParts parts{"RuntimeConfig", {}};
  for (const auto& entry : project.map()) {
    Object value = Object::FromValue(entry.value);
    if (entry.key == "args" || entry.key == "vars") {
      DataRecordParts inner{entry.key, {}, true};
      for (const auto& each : entry.value.map()) inner.members.emplace_back(each.key, Object::FromValue(each.value));
      value = MakeDataRecord(std::move(inner));
    } else if (entry.key == "dependencies") {
      value = Object::MakeDict();
      for (const auto& each : entry.value.map()) value.dict().Set(Object(each.key), ProjectRecord(each.value));
    }
    parts.members.emplace_back(entry.key, std::move(value));
  }
  return MakeDataRecord(std::move(parts));
}

/// `ref` and `source`: functions that also know the project, as ref.config.
class LinkFunction : public HostObject {
 public:
  using Body = Result<Object> (*)(Context&, const Shared&, const Arguments&);
  LinkFunction(Shared shared, std::string name, Body body) : shared_(std::move(shared)), name_(std::move(name)), body_(body) {}
  std::string TypeName() const override { return "function"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context& c, const Arguments& a) override { return body_(c, shared_, a); }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name != "config" || !shared_->params.project) return std::optional<Object>();
    return std::optional<Object>(ProjectRecord(shared_->params.project()));
  }
  std::string Repr() const override { return "<function " + name_ + ">"; }

 private:
  Shared shared_;
  std::string name_;
  Body body_;
};

/// `config`: called to set, asked by get and require.
class ConfigObject : public HostObject {
 public:
  explicit ConfigObject(Shared shared) : shared_(std::move(shared)) {}
  std::string TypeName() const override { return "config"; }
  bool is_callable() const override { return true; }
  std::vector<std::string> AttributeNames() const override {
    return {"get", "require", "set", "persist_relation_docs", "persist_column_docs"};
  }

  Result<Object> Call(Context& c, const Arguments& a) override {
    if (shared_->params.resolver == nullptr) return Missing("config()", c);
    Value kwargs = Value::MakeMap();
    if (a.positional.size() > 1 || (a.positional.size() == 1 && (!a.positional[0].is_dict() || !a.named.empty()))) {
      return Error(ErrorCode::kInvalidArgument, "Invalid inline model config")
          .WithHint("config(name=value, …) or config({'name': value, …})");
    }
    if (!a.positional.empty()) kwargs = a.positional[0].ToValue();
    for (const auto& [key, value] : a.named) {
      std::string name = key == "pre_hook" ? "pre-hook" : key == "post_hook" ? "post-hook" : key;
      kwargs.Set(name, value.ToValue());
    }
    DVT_TRY(shared_->params.resolver->Config(kwargs, c.place()));
    return Object("");
  }

  MaybeObject GetAttr(Context&, std::string_view name) override {
    auto self = std::static_pointer_cast<ConfigObject>(shared_from_this());
    std::string method(name);
    bool known = method == "set";
    for (const auto& each : AttributeNames()) known = known || each == method;
    if (method == "meta_get" || method == "meta_require") known = true;
    if (!known) {
      if (auto value = self->Find(method)) return std::optional<Object>(Object::FromValue(*value));
      return std::optional<Object>();
    }
    return std::optional<Object>(
        MakeFunction(method, [self, method](Context& c, const Arguments& a) { return self->Method(c, method, a); }));
  }

 private:
  std::optional<Value> Find(const std::string& name) const {
    return shared_->params.resolver == nullptr ? std::nullopt : shared_->params.resolver->ConfigGet(name);
  }

  Result<Object> Method(Context& c, const std::string& method, const Arguments& a) {
    if (method == "set") {
      DVT_ASSIGN(auto bound, a.Bind("config.set", {{"name", std::nullopt}, {"value", std::nullopt}}));
      return Call(c, Arguments{{}, {{bound[0].Str(), bound[1]}}});
    }
    if (method == "persist_relation_docs" || method == "persist_column_docs") {
      auto docs = Find("persist_docs");
      const Value none;
      const Value& flag = docs ? (*docs)[method == "persist_relation_docs" ? "relation" : "columns"] : none;
      return Object(flag.is_bool() && flag.as_bool());
    }
    std::vector<Parameter> parameters = {{"name", std::nullopt}, {"default", Object()}, {"validator", Object()}};
    bool require = method == "require" || method == "meta_require";
    if (require) parameters = {{"name", std::nullopt}, {"validator", Object()}};
    DVT_ASSIGN(auto bound, a.Bind("config." + method, parameters));
    // While parsing, what is configured is not settled yet: nothing may depend on it.
    if (shared_->params.lenient_undefined && !shared_->params.execute) return Object("");
    std::string name = bound[0].Str();
    std::optional<Value> value;
    if (method.starts_with("meta_")) {
      auto meta = Find("meta");
      if (meta && meta->Find(name) != nullptr) value = *meta->Find(name);
    } else {
      value = Find(name);
    }
    if (value) return Object::FromValue(*value);
    if (!require) return bound[1];
    if (!shared_->params.execute) return Object("");
    return Error(ErrorCode::kConfig, fmt::format("the config '{}' is required but is not set", name)).At(c.place());
  }

  Shared shared_;
};

/// `var`: called to read, has_var to ask.
class VarObject : public HostObject {
 public:
  explicit VarObject(Shared shared) : shared_(std::move(shared)) {}
  std::string TypeName() const override { return "var"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context& c, const Arguments& a) override {
    DVT_ASSIGN(auto bound, a.Bind("var", {{"name", std::nullopt}, {"default", Object::Undefined()}}));
    const auto& vars = shared_->params.vars;
    auto found = vars.find(bound[0].Str());
    if (found != vars.end()) return Rendered(c, found->first, found->second);
    if (!bound[1].is_undefined() || a.positional.size() > 1 || a.FindNamed("default") != nullptr) return bound[1];
    if (shared_->params.lenient_undefined) return Object();  // while parsing: only running it needs the variable
    std::vector<std::string> names;
    for (const auto& entry : vars) names.push_back(entry.first);
    return Error(ErrorCode::kNotFound, fmt::format("Required var '{}' not found in config", bound[0].Str()))
        .At(c.place())
        .WithHint("set it under vars: in dbt_project.yml, with --vars, or give a default: var('" + bound[0].Str() + "', …)" +
                  DidYouMean(bound[0].Str(), names));
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name != "has_var") return std::optional<Object>();
    auto shared = shared_;
    return std::optional<Object>(MakeFunction("has_var", [shared](Context&, const Arguments& a) -> Result<Object> {
      DVT_ASSIGN(auto bound, a.Bind("has_var", {{"name", std::nullopt}}));
      return Object(shared->params.vars.count(bound[0].Str()) != 0);
    }));
  }

 private:
  // A variable's text may be a template: it means what it means where it is read, so that it may say ref or source.
  Result<Object> Rendered(Context& c, const std::string& name, const Value& value) {
    if (!value.is_string() || value.as_string().find('{') == std::string::npos) return Object::FromValue(value);
    auto& open = shared_->open_vars;
    if (std::find(open.begin(), open.end(), name) != open.end())
      return Error(ErrorCode::kConfig, fmt::format("The variable '{}' reads itself", name)).At(c.place());
    DVT_ASSIGN(const auto parsed, Parse(value.as_string(), c.place().file));
    if (parsed->is_plain()) return Object::FromValue(value);
    open.push_back(name);
    auto text = Render(parsed, c);
    open.pop_back();
    if (!text) return std::move(text).error().Within(fmt::format("in the variable '{}'", name));
    return Object(*std::move(text));
  }

  Shared shared_;
};

}  // namespace

Result<Object> EnvVar(const ContextParams& params, const std::string& name, const std::optional<std::string>& fallback,
                      const Place& place) {
  if (IsSecretVariable(name) && !params.secrets_allowed) {
    return Error(ErrorCode::kConfig,
                 fmt::format("Secret env vars are allowed only in profiles.yml or packages.yml. Found '{}' referenced elsewhere.",
                             name))
        .At(place);
  }
  std::optional<std::string> value;
  if (params.env) {
    value = params.env(name);
  } else if (const char* text = std::getenv(name.c_str()); text != nullptr) {
    value = text;
  }
  if (value) {
    if (IsSecretVariable(name)) SecretRegistry::Register(*value);
    return Object(std::move(*value));
  }
  if (fallback) return Object(*fallback);
  return Error(ErrorCode::kConfig, fmt::format("Env var required but not provided: '{}'", name))
      .At(place)
      .WithHint(fmt::format("set it, or give a default: env_var('{}', '…')", name));
}

void AddConfigFunctions(Context& context, const Shared& shared) {
  Object ref(std::make_shared<LinkFunction>(shared, "ref", CallRef));
  Object source(std::make_shared<LinkFunction>(shared, "source", CallSource));
  Object function = MakeFunction("function", [shared](Context& c, const Arguments& a) { return CallFunction(c, shared, a); });
  Object config(std::make_shared<ConfigObject>(shared));
  Object var(std::make_shared<VarObject>(shared));
  Object env_var = MakeFunction("env_var", [shared](Context& c, const Arguments& a) -> Result<Object> {
    DVT_ASSIGN(auto bound, a.Bind("env_var", {{"var", std::nullopt}, {"default", Object()}}));
    bool has_default = a.positional.size() > 1 || a.FindNamed("default") != nullptr;
    std::optional<std::string> fallback;
    if (has_default && bound[1].is_string()) fallback = bound[1].as_string();
    auto value = EnvVar(shared->params, bound[0].Str(), fallback, c.place());
    if (!value && has_default && !IsSecretVariable(bound[0].Str())) return bound[1];  // a default that is not text keeps its type
    return value;
  });
  Object doc = MakeFunction("doc", [shared](Context& c, const Arguments& a) -> Result<Object> {
    if (shared->params.resolver == nullptr) return Missing("doc()", c);
    if (a.positional.empty() || a.positional.size() > 2)
      return Error(ErrorCode::kInvalidArgument, "doc() takes one or two arguments");
    std::string package = a.positional.size() == 2 ? a.positional[0].Str() : "";
    DVT_ASSIGN(auto text, shared->params.resolver->Doc(package, a.positional.back().Str()));
    return Object(std::move(text));
  });
  context.Set("ref", ref);
  context.Set("source", source);
  context.Set("function", function);
  context.Set("config", config);
  context.Set("var", var);
  context.Set("env_var", env_var);
  context.Set("doc", doc);
  context.Set("builtins", Object::MakeDict({{"ref", ref},
                                            {"source", source},
                                            {"function", function},
                                            {"config", config},
                                            {"var", var},
                                            {"env_var", env_var},
                                            {"doc", doc}}));
}

}  // namespace dvt::tmpl
