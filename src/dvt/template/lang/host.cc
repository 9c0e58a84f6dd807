#include "dvt/template/lang/object.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

Result<std::optional<Object>> HostObject::GetAttr(Context&, std::string_view) { return std::optional<Object>(); }

Result<std::optional<Object>> HostObject::GetItem(Context& context, const Object& key) {
  if (key.is_string()) return GetAttr(context, key.as_string());
  return std::optional<Object>();
}

Status HostObject::SetAttr(std::string_view name, Object) {
  return Error(ErrorCode::kType, fmt::format("cannot set attribute '{}' of a {} object", name, TypeName()));
}

Result<Object> HostObject::Call(Context&, const Arguments&) {
  return Error(ErrorCode::kType, fmt::format("'{}' object is not callable", TypeName()));
}

Result<Object> HostObject::CallMethod(Context& context, std::string_view name, const Arguments& arguments) {
  DVT_ASSIGN(auto method, GetAttr(context, name));
  if (!method) {
    auto names = AttributeNames();
    return Error(ErrorCode::kNotFound, fmt::format("'{}' object has no attribute '{}'", TypeName(), name))
        .WithHint(NearestName(name, names).empty() ? "" : "did you mean '" + NearestName(name, names) + "'?");
  }
  return context.Call(*method, arguments);
}

Result<ObjectList> HostObject::Iterate(Context&) {
  return Error(ErrorCode::kType, fmt::format("'{}' object is not iterable", TypeName()));
}

bool HostObject::Truth() const {
  auto length = Length();
  return !length || *length != 0;
}

std::string HostObject::Repr() const { return fmt::format("<{} object>", TypeName()); }
bool HostObject::Equals(const Object& other) const { return other.is_host() && other.host().get() == this; }
size_t HostObject::Hash() const { return std::hash<const void*>()(this); }
Result<std::optional<Object>> HostObject::Binary(BinaryOp, const Object&, bool) const { return std::optional<Object>(); }

namespace {

class NativeFunction : public HostObject {
 public:
  NativeFunction(std::string name, Function function) : name_(std::move(name)), function_(std::move(function)) {}
  std::string TypeName() const override { return "function"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context& context, const Arguments& arguments) override { return function_(context, arguments); }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    if (name == "name" || name == "__name__") return std::optional<Object>(Object(name_));
    return std::optional<Object>();
  }
  std::string Repr() const override { return "<function " + name_ + ">"; }

 private:
  std::string name_;
  Function function_;
};

class Record : public HostObject {
 public:
  Record(std::string type_name, std::vector<std::pair<std::string, Object>> attributes)
      : type_name_(std::move(type_name)), attributes_(std::move(attributes)) {}
  std::string TypeName() const override { return type_name_; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    for (const auto& [key, value] : attributes_) {
      if (key == name) return std::optional<Object>(value);
    }
    return std::optional<Object>();
  }
  std::vector<std::string> AttributeNames() const override {
    std::vector<std::string> names;
    for (const auto& attribute : attributes_) names.push_back(attribute.first);
    return names;
  }

 private:
  std::string type_name_;
  std::vector<std::pair<std::string, Object>> attributes_;
};

Error Argument(std::string message) { return Error(ErrorCode::kInvalidArgument, std::move(message)); }

}  // namespace

Object MakeFunction(std::string name, Function function) {
  return Object(std::make_shared<NativeFunction>(std::move(name), std::move(function)));
}

Object MakeRecord(std::string type_name, std::vector<std::pair<std::string, Object>> attributes) {
  return Object(std::make_shared<Record>(std::move(type_name), std::move(attributes)));
}

const Object* Arguments::FindNamed(std::string_view name) const {
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<ObjectList> Arguments::Bind(std::string_view function, const std::vector<Parameter>& parameters) const {
  if (positional.size() > parameters.size()) {
    return Argument(fmt::format("{}() takes {} positional argument{} but {} {} given", function, parameters.size(),
                                parameters.size() == 1 ? "" : "s", positional.size(), positional.size() == 1 ? "was" : "were"));
  }
  std::vector<std::optional<Object>> bound(parameters.size());
  for (size_t i = 0; i < positional.size(); ++i) bound[i] = positional[i];
  for (const auto& [name, value] : named) {
    size_t at = 0;
    while (at < parameters.size() && parameters[at].name != name) ++at;
    if (at == parameters.size()) return Argument(fmt::format("{}() got an unexpected keyword argument '{}'", function, name));
    if (bound[at]) return Argument(fmt::format("{}() got multiple values for argument '{}'", function, name));
    bound[at] = value;
  }
  ObjectList values;
  std::vector<std::string> missing;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!bound[i]) bound[i] = parameters[i].default_value;
    if (!bound[i]) {
      missing.push_back("'" + parameters[i].name + "'");
      continue;
    }
    values.push_back(std::move(*bound[i]));
  }
  if (!missing.empty()) {
    std::string names = missing.size() == 1 ? missing[0] : "";
    for (size_t i = 0; missing.size() > 1 && i < missing.size(); ++i) {
      names += (i == 0 ? "" : i + 1 < missing.size() ? ", " : missing.size() == 2 ? " and " : ", and ") + missing[i];
    }
    return Argument(fmt::format("{}() missing {} required positional argument{}: {}", function, missing.size(),
                                missing.size() == 1 ? "" : "s", names));
  }
  return values;
}

}  // namespace dvt::tmpl
