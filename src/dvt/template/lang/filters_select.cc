#include <fmt/format.h>

#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"

namespace dvt::tmpl {
namespace {

Object Map(Context& context, const Arguments& a) {
  if (a.positional.empty()) RaiseType("map needs a value");
  ObjectList out;
  if (!a.positional[0].Truth()) return MakeGenerator({});
  if (a.positional.size() == 1 && a.FindNamed("attribute") != nullptr) {
    const Object* attribute = a.FindNamed("attribute");
    const Object* missing = a.FindNamed("default");
    for (const auto& [name, value] : a.named) {
      if (name != "attribute" && name != "default") RaiseType(fmt::format("Unexpected keyword argument '{}'", name));
    }
    for (const auto& item : IterateObject(context, a.positional[0])) {
      Object value = GetPath(context, item, *attribute);
      out.push_back(value.is_undefined() && missing != nullptr ? *missing : value);
    }
    return MakeGenerator(std::move(out));
  }
  if (a.positional.size() < 2) RaiseType("map requires a filter argument");
  std::string filter = a.positional[1].Str();
  for (const auto& item : IterateObject(context, a.positional[0])) {
    Arguments arguments;
    arguments.positional.push_back(item);
    arguments.positional.insert(arguments.positional.end(), a.positional.begin() + 2, a.positional.end());
    arguments.named = a.named;
    out.push_back(ApplyFilter(context, filter, std::move(arguments)));
  }
  return MakeGenerator(std::move(out));
}

template <bool kKeep, bool kByAttribute>
Object Choose(Context& context, const Arguments& a) {
  size_t at = 1;
  if (a.positional.empty()) RaiseType("select needs a value");
  if (!a.positional[0].Truth()) return MakeGenerator({});
  if (kByAttribute && a.positional.size() < 2) RaiseType("Missing parameter for attribute name");
  Object attribute = kByAttribute ? a.positional[at++] : Object();
  bool has_test = a.positional.size() > at;
  std::string test = has_test ? a.positional[at++].Str() : "";
  ObjectList out;
  for (auto& item : IterateObject(context, a.positional[0])) {
    Object value = kByAttribute ? GetPath(context, item, attribute) : item;
    bool passes = false;
    if (has_test) {
      Arguments arguments;
      arguments.positional.push_back(value);
      arguments.positional.insert(arguments.positional.end(), a.positional.begin() + static_cast<std::ptrdiff_t>(at),
                                  a.positional.end());
      arguments.named = a.named;
      passes = ApplyTest(context, test, std::move(arguments));
    } else {
      passes = value.Truth();
    }
    if (passes == kKeep) out.push_back(std::move(item));
  }
  return MakeGenerator(std::move(out));
}

Object Attr(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "attr", {{"obj", {}}, {"name", {}}});
  std::string name = args[1].Str();
  if (args[0].is_host()) {
    if (auto value = Unwrap(args[0].host()->GetAttr(context, name))) return std::move(*value);
  } else if (HasMethod(args[0], name)) {
    return GetAttribute(context, args[0], name);
  } else if (args[0].is_undefined()) {
    RequireDefined(args[0]);
  }
  return Object::Undefined(name, OwnerName(args[0]), context.lenient_undefined());
}

Object Default(Context&, const Arguments& a) {
  auto args = BindArgs(a, "default", {{"value", {}}, {"default_value", Object("")}, {"boolean", Object(false)}});
  bool missing = args[0].is_undefined() || (args[2].Truth() && !args[0].Truth());
  return missing ? args[1] : args[0];
}

}  // namespace

void AddSelectFilters(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetFilter(name, Builtin(function)); };
  add("map", Map);
  add("select", Choose<true, false>);
  add("reject", Choose<false, false>);
  add("selectattr", Choose<true, true>);
  add("rejectattr", Choose<false, true>);
  add("attr", Attr);
  add("default", Default);
  add("d", Default);
}

}  // namespace dvt::tmpl
