#include <fmt/format.h>

#include <cstdio>

#include "dvt/base/text/text.h"
#include "dvt/template/dbt/context_internal.h"
#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/interpreter.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/native_literal.h"

namespace dvt::tmpl {
namespace {

Object FromText(Context&, const Arguments& a, bool yaml) {
  auto args = BindArgs(a, yaml ? "fromyaml" : "fromjson", {{"string", std::nullopt}, {"default", Object()}});
  RequireDefined(args[0]);
  if (!args[0].is_string()) {
    if (a.positional.size() > 1 || !a.named.empty()) return args[1];
    RaiseType(fmt::format("{} needs text, not {}", yaml ? "fromyaml" : "fromjson", args[0].TypeName()));
  }
  auto value = yaml ? ParseYaml(args[0].as_string()) : ParseJson(args[0].as_string());
  return value ? Object::FromValue(*value) : args[1];
}

Object ToJsonFunction(Context&, const Arguments& a) {
  auto args = BindArgs(a, "tojson", {{"value", std::nullopt}, {"default", Object()}, {"sort_keys", Object(false)}});
  if (args[0].is_undefined() || args[0].is_set()) return args[1];
  return Object(PythonJson(args[0].ToValue(), -1, args[2].Truth()));
}

Object ToYamlFunction(Context&, const Arguments& a) {
  auto args = BindArgs(a, "toyaml", {{"value", std::nullopt}, {"default", Object()}, {"sort_keys", Object(false)}});
  std::string text = ToYaml(args[0].ToValue());
  if (!text.empty() && text.back() != '\n') text += '\n';
  return Object(std::move(text));
}

Object MakeSet(Context& c, const Arguments& a, bool strict) {
  auto args = BindArgs(a, "set", {{"value", std::nullopt}, {"default", Object()}});
  bool iterable = args[0].is_string() || args[0].is_sequence() || args[0].is_dict() || args[0].is_set() ||
                  (args[0].is_host() && args[0].host()->is_iterable());
  if (!iterable) {
    if (!strict) return args[1];
    RaiseType(fmt::format("'{}' object is not iterable", args[0].TypeName()));
  }
  ObjectList items = IterateObject(c, args[0]);
  for (const auto& item : items) {
    if (item.IsHashable()) continue;
    if (!strict) return args[1];
    RequireHashable(item);
  }
  return Object::Set(items);
}

// zip(…, default=none): what cannot be gone through gives the default, or, strictly, an error.
Object Zip(Context& c, const Arguments& a, bool strict) {
  std::vector<ObjectList> columns;
  size_t shortest = SIZE_MAX;
  for (const auto& each : a.positional) {
    try {
      columns.push_back(IterateObject(c, each));
    } catch (Raised&) {
      if (strict) throw;
      const Object* fallback = a.FindNamed("default");
      return fallback == nullptr ? Object() : *fallback;
    }
    shortest = std::min(shortest, columns.back().size());
  }
  ObjectList out;
  for (size_t i = 0; !columns.empty() && i < shortest; ++i) {
    ObjectList row;
    for (const auto& column : columns) row.push_back(column[i]);
    out.push_back(Object::Tuple(std::move(row)));
  }
  return MakeGenerator(std::move(out), "zip");
}

[[noreturn]] void RaiseCompiler(Context& c, const Arguments& a) {
  std::string message = a.positional.empty() ? std::string("raise_compiler_error") : a.positional[0].Str();
  throw Raised{Error(ErrorCode::kInvalidArgument, std::move(message)).At(c.place())};
}

/// flags.FULL_REFRESH and the like; a flag that is not set is none.
class Flags : public HostObject {
 public:
  explicit Flags(Value values) : values_(std::move(values)) {}
  std::string TypeName() const override { return "Flags"; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    if (const Value* value = values_.Find(name)) return std::optional<Object>(Object::FromValue(*value));
    if (const Value* value = values_.Find(ToUpper(name))) return std::optional<Object>(Object::FromValue(*value));
    bool upper = ToUpper(name) == name;
    return upper ? std::optional<Object>(Object()) : std::optional<Object>();
  }
  std::string Repr() const override { return "Flags(" + Object::FromValue(values_).Repr() + ")"; }

 private:
  Value values_;
};

/// One flag of adapter.behavior.
class BehaviorFlag : public HostObject {
 public:
  explicit BehaviorFlag(bool on) : on_(on) {}
  std::string TypeName() const override { return "BehaviorFlag"; }
  bool Truth() const override { return on_; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    return name == "no_warn" || name == "setting" ? std::optional<Object>(Object(on_)) : std::nullopt;
  }
  std::string Repr() const override { return on_ ? "True" : "False"; }

 private:
  bool on_;
};

class Behavior : public HostObject {
 public:
  explicit Behavior(Value flags) : flags_(std::move(flags)) {}
  std::string TypeName() const override { return "Behavior"; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    const Value* flag = flags_.Find(name);
    if (flag == nullptr) flag = flags_.Find(ToUpper(name));
    return std::optional<Object>(Object(std::make_shared<BehaviorFlag>(flag != nullptr && flag->is_bool() && flag->as_bool())));
  }

 private:
  Value flags_;
};

/// `context`: every name that a template can use, by name.
class ContextObject : public HostObject {
 public:
  std::string TypeName() const override { return "dict"; }
  Result<std::optional<Object>> GetItem(Context& c, const Object& key) override {
    return key.is_string() ? c.Resolve(key.as_string()) : std::optional<Object>();
  }
  Result<std::optional<Object>> GetAttr(Context& c, std::string_view name) override {
    if (name == "get") {
      return std::optional<Object>(MakeFunction("get", [](Context& inner, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("get", {{"key", std::nullopt}, {"default", Object()}}));
        auto found = inner.Resolve(bound[0].Str());
        return found ? std::move(*found) : bound[1];
      }));
    }
    if (name == "update") {
      return std::optional<Object>(MakeFunction("update", [](Context& inner, const Arguments& a) -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind("update", {{"other", std::nullopt}}));
        if (!bound[0].is_dict()) return Error(ErrorCode::kType, "context.update() needs a dict");
        for (const auto& [key, value] : bound[0].dict().entries()) inner.Set(key.Str(), value);
        return Object();
      }));
    }
    if (name == "keys") {
      return std::optional<Object>(MakeFunction("keys", [](Context& inner, const Arguments&) -> Result<Object> {
        auto names = inner.KnownNames();
        return Object::List({names.begin(), names.end()});
      }));
    }
    return c.Resolve(name);
  }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context& c) override {
    auto names = c.KnownNames();
    return ObjectList(names.begin(), names.end());
  }
};

}  // namespace

Object Exceptions(const Shared& shared) {
  auto raise = [](const char* name, const char* prefix) {
    std::string before = prefix;
    return std::pair<std::string, Object>(name, MakeFunction(name, [before](Context& c, const Arguments& a) -> Result<Object> {
                                            std::string message = before;
                                            for (size_t i = 0;
                                                 i < a.positional.size() && i < (before.empty() ? 1 : a.positional.size()); ++i) {
                                              if (i > 0) message += ", ";
                                              message += a.positional[i].Str();
                                            }
                                            return Error(ErrorCode::kInvalidArgument, std::move(message)).At(c.place());
                                          }));
  };
  Object warn = MakeFunction("warn", [shared](Context& c, const Arguments& a) -> Result<Object> {
    DVT_ASSIGN(auto bound, a.Bind("warn", {{"msg", std::nullopt}}));
    if (shared->params.warn) DVT_TRY(shared->params.warn(bound[0].Str(), c.place()));
    return Object("");
  });
  return MakeRecord("exceptions", {raise("raise_compiler_error", ""),
                                   raise("raise_database_error", ""),
                                   raise("raise_not_implemented", ""),
                                   raise("raise_parsing_error", ""),
                                   raise("raise_dependency_error", ""),
                                   raise("raise_fail_fast_error", ""),
                                   raise("raise_contract_error", "This model has an enforced contract that failed: "),
                                   raise("column_type_missing", "A column type is missing: "),
                                   raise("missing_config", "a required config is missing: "),
                                   raise("missing_materialization", "no materialization was found: "),
                                   raise("missing_relation", "a relation does not exist: "),
                                   raise("relation_wrong_type", "a relation is of another type: "),
                                   raise("invalid_materialization_argument", "an invalid materialization argument: "),
                                   raise("raise_invalid_property_yml_version", "an invalid property file version: "),
                                   raise("raise_duplicate_patch_name", "a duplicate: "),
                                   raise("raise_ambiguous_alias", "an ambiguous alias: "),
                                   raise("raise_ambiguous_catalog_match", "an ambiguous match: "),
                                   raise("raise_cache_inconsistent", "the cache is inconsistent: "),
                                   raise("raise_dataclass_not_dict", "no dict: "),
                                   {"warn", warn}});
}

void AddOutput(Context& context, const Shared& shared) {
  context.Set("log", MakeFunction("log", [shared](Context&, const Arguments& a) -> Result<Object> {
                DVT_ASSIGN(auto bound, a.Bind("log", {{"msg", std::nullopt}, {"info", Object(false)}}));
                if (shared->params.log) shared->params.log(bound[0].Str(), bound[1].Truth());
                return Object("");
              }));
  context.Set("print", MakeFunction("print", [shared](Context&, const Arguments& a) -> Result<Object> {
                DVT_ASSIGN(auto bound, a.Bind("print", {{"msg", std::nullopt}}));
                if (shared->params.print) shared->params.print(bound[0].Str());
                return Object("");
              }));
  context.Set("write", MakeFunction("write", [shared](Context&, const Arguments& a) -> Result<Object> {
                DVT_ASSIGN(auto bound, a.Bind("write", {{"payload", std::nullopt}}));
                if (shared->params.write) DVT_TRY(shared->params.write(bound[0].Str()));
                return Object("");
              }));
  context.Set("debug", MakeFunction("debug", [](Context&, const Arguments&) -> Result<Object> { return Object(""); }));
}

Object MakeFlags(const Shared& shared) {
  return Object(std::make_shared<Flags>(shared->params.flags ? shared->params.flags() : Value::MakeMap()));
}

Object MakeBehavior(const Value& flags) { return Object(std::make_shared<Behavior>(flags)); }

Object MakeContextObject() { return Object(std::make_shared<ContextObject>()); }

void AddValueGlobals(Environment& environment) {
  auto add = [&](const char* name, RawFunction function) { environment.SetGlobal(name, MakeFunction(name, Builtin(function))); };
  add("fromjson", [](Context& c, const Arguments& a) { return FromText(c, a, false); });
  add("fromyaml", [](Context& c, const Arguments& a) { return FromText(c, a, true); });
  add("tojson", ToJsonFunction);
  add("toyaml", ToYamlFunction);
  add("set", [](Context& c, const Arguments& a) { return MakeSet(c, a, false); });
  add("set_strict", [](Context& c, const Arguments& a) { return MakeSet(c, a, true); });
  add("zip", [](Context& c, const Arguments& a) { return Zip(c, a, false); });
  add("zip_strict", [](Context& c, const Arguments& a) { return Zip(c, a, true); });
  add("try_or_compiler_error", [](Context& c, const Arguments& a) -> Object {
    if (a.positional.size() < 2) RaiseType("try_or_compiler_error needs a message and a function");
    Arguments rest{{a.positional.begin() + 2, a.positional.end()}, a.named};
    try {
      return CallObject(c, a.positional[1], rest);
    } catch (Raised&) {
      RaiseCompiler(c, a);
    }
  });
  add("local_md5", [](Context&, const Arguments& a) {
    return Object(Md5Hex(BindArgs(a, "local_md5", {{"value", std::nullopt}})[0].Str()));
  });
  add("diff_of_two_dicts", [](Context&, const Arguments& a) {
    auto args = BindArgs(a, "diff_of_two_dicts", {{"dict_a", std::nullopt}, {"dict_b", std::nullopt}});
    Object out = Object::MakeDict();
    if (!args[0].is_dict() || !args[1].is_dict()) RaiseType("diff_of_two_dicts needs two dicts");
    // Texts are alike whatever their case; keys that the second lacks stay as they are.
    const auto alike = [](const Object& x, const Object& y) {
      return x.is_string() && y.is_string() ? EqualsIgnoreCase(x.as_string(), y.as_string()) : x.Equals(y);
    };
    for (const auto& [key, value] : args[0].dict().entries()) {
      const Object* other = nullptr;
      for (const auto& [their_key, theirs] : args[1].dict().entries()) {
        if (alike(key, their_key)) other = &theirs;
      }
      if (other == nullptr) {
        out.dict().Set(key, value);
        continue;
      }
      const ObjectList known = other->is_list() ? other->items() : ObjectList{*other};
      ObjectList rest;
      for (const auto& item : value.is_list() ? value.items() : ObjectList{value}) {
        if (std::none_of(known.begin(), known.end(), [&](const Object& each) { return alike(item, each); })) rest.push_back(item);
      }
      if (!rest.empty()) out.dict().Set(key, Object::List(std::move(rest)));
    }
    return out;
  });
  environment.SetGlobal("return", ReturnFunction());
  environment.SetGlobal("render", MakeFunction("render", [](Context& c, const Arguments& a) -> Result<Object> {
                          DVT_ASSIGN(auto bound, a.Bind("render", {{"string", std::nullopt}}));
                          DVT_ASSIGN(auto parsed, Parse(bound[0].Str(), c.place().file));
                          DVT_ASSIGN(auto text, Render(parsed, c));
                          return Object(std::move(text));
                        }));
}

}  // namespace dvt::tmpl
