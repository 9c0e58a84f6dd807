#include <fmt/format.h>

#include "dvt/template/lang/macro_object.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/template.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

/// A method taken off its object: `{% set f = "abc".upper %}`.
class BoundMethod : public HostObject {
 public:
  BoundMethod(Object self, std::string name) : self_(std::move(self)), name_(std::move(name)) {}
  std::string TypeName() const override { return "builtin_function_or_method"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context& context, const Arguments& arguments) override {
    try {
      return CallBuiltinMethod(context, self_, name_, arguments);
    } catch (Raised& raised) {
      return std::move(raised.error);
    }
  }
  std::string Repr() const override { return fmt::format("<built-in method {} of {} object>", name_, self_.TypeName()); }

 private:
  Object self_;
  std::string name_;
};

Object Missing(Context& context, const Object& object, std::string name) {
  return Object::Undefined(std::move(name), OwnerName(object), context.lenient_undefined());
}

int64_t ClampIndex(const Object& index, int64_t size, int64_t missing, int64_t low, int64_t high) {
  if (index.is_none()) return missing;
  int64_t at = RequireInt(index, "slice indices must be integers or None");
  if (at < 0) at += size;
  return std::clamp(at, low, high);
}

}  // namespace

std::string OwnerName(const Object& object) {
  if (object.is_none()) return "None";
  return object.TypeName() + " object";
}

ObjectList IterateObject(Context& context, const Object& object) {
  switch (object.kind()) {
    case Kind::kList:
    case Kind::kTuple: return object.items();
    case Kind::kUndefined: return {};
    case Kind::kDict:
    case Kind::kSet: {
      ObjectList keys;
      for (const auto& entry : (object.is_dict() ? object.dict() : object.set()).entries()) keys.push_back(entry.first);
      return keys;
    }
    case Kind::kString: {
      ObjectList characters;
      const std::string& text = object.as_string();
      for (size_t i = 0; i < text.size();) {
        size_t size = Utf8Size(text, i);
        characters.emplace_back(text.substr(i, size));
        i += size;
      }
      return characters;
    }
    case Kind::kHost:
      if (object.host()->is_iterable()) return Unwrap(object.host()->Iterate(context));
      break;
    default: break;
  }
  RaiseType(fmt::format("'{}' object is not iterable", object.TypeName()));
}

std::optional<int64_t> LengthOf(const Object& object) {
  switch (object.kind()) {
    case Kind::kUndefined: return 0;
    case Kind::kString: return CodePoints(object.as_string());
    case Kind::kList:
    case Kind::kTuple: return static_cast<int64_t>(object.items().size());
    case Kind::kDict: return static_cast<int64_t>(object.dict().size());
    case Kind::kSet: return static_cast<int64_t>(object.set().size());
    case Kind::kHost: return object.host()->Length();
    default: return std::nullopt;
  }
}

Object GetAttribute(Context& context, const Object& object, std::string_view name) {
  if (object.is_host()) {
    if (auto value = Unwrap(object.host()->GetAttr(context, name))) return std::move(*value);
    if (auto value = Unwrap(object.host()->GetItem(context, Object(name)))) return std::move(*value);
    return Missing(context, object, std::string(name));
  }
  if (object.is_undefined()) {
    if (object.undefined().lenient) return object;
    RaiseUndefined(object);
  }
  if (HasMethod(object, name)) return Object(std::make_shared<BoundMethod>(object, std::string(name)));
  if (object.is_dict()) {
    if (const Object* value = object.dict().Find(name)) return *value;
  }
  return Missing(context, object, std::string(name));
}

Object GetSubscript(Context& context, const Object& object, const Object& key) {
  if (object.is_undefined()) {
    if (object.undefined().lenient) return object;
    RaiseUndefined(object);
  }
  if (object.is_dict()) {
    if (key.IsHashable()) {
      if (const Object* value = object.dict().Find(key)) return *value;
    }
  } else if ((object.is_sequence() || object.is_string()) && (key.is_int() || key.is_bool())) {
    int64_t size = *LengthOf(object);
    int64_t at = key.as_int() < 0 ? key.as_int() + size : key.as_int();
    if (at >= 0 && at < size) {
      if (object.is_sequence()) return object.items()[static_cast<size_t>(at)];
      const std::string& text = object.as_string();
      size_t from = ByteOffset(text, at);
      return Object(text.substr(from, Utf8Size(text, from)));
    }
  } else if (object.is_host()) {
    if (auto value = Unwrap(object.host()->GetItem(context, key))) return std::move(*value);
  }
  if (key.is_string()) {
    if (object.is_host()) {
      if (auto value = Unwrap(object.host()->GetAttr(context, key.as_string()))) return std::move(*value);
    } else if (HasMethod(object, key.as_string())) {
      return Object(std::make_shared<BoundMethod>(object, key.as_string()));
    }
    return Missing(context, object, key.as_string());
  }
  return Object::Undefined("", fmt::format("!{} has no element {}", OwnerName(object), key.Repr()), context.lenient_undefined());
}

Object GetPath(Context& context, const Object& object, const Object& path) {
  if (!path.is_string()) return GetSubscript(context, object, path);
  Object current = object;
  const std::string& text = path.as_string();
  size_t from = 0;
  while (true) {
    size_t dot = text.find('.', from);
    std::string part = text.substr(from, dot == std::string::npos ? dot : dot - from);
    bool is_index = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    current = GetSubscript(context, current, is_index ? Object(static_cast<int64_t>(std::stoll(part))) : Object(part));
    if (dot == std::string::npos) return current;
    from = dot + 1;
  }
}

Object SliceOf(const Object& object, const Object& start, const Object& stop, const Object& step) {
  RequireDefined(object);
  if (object.is_dict() || object.is_set()) RaiseType("unhashable type: 'slice'");
  if (!object.is_sequence() && !object.is_string()) RaiseType(fmt::format("'{}' object is not subscriptable", object.TypeName()));
  int64_t by = step.is_none() ? 1 : RequireInt(step, "slice indices must be integers or None");
  if (by == 0) Raise(ErrorCode::kInvalidArgument, "slice step cannot be zero");
  int64_t size = *LengthOf(object);
  int64_t from = by > 0 ? ClampIndex(start, size, 0, 0, size) : ClampIndex(start, size, size - 1, -1, size - 1);
  int64_t to = by > 0 ? ClampIndex(stop, size, size, 0, size) : ClampIndex(stop, size, -1, -1, size - 1);
  if (object.is_string()) {
    auto points = ToCodePoints(object.as_string());
    std::string out;
    for (int64_t i = from; by > 0 ? i < to : i > to; i += by) AppendUtf8(out, points[static_cast<size_t>(i)]);
    return Object(std::move(out));
  }
  ObjectList out;
  for (int64_t i = from; by > 0 ? i < to : i > to; i += by) out.push_back(object.items()[static_cast<size_t>(i)]);
  return object.is_list() ? Object::List(std::move(out)) : Object::Tuple(std::move(out));
}

Object CallObject(Context& context, const Object& callee, const Arguments& arguments) {
  if (callee.is_host()) {
    if (auto* macro = dynamic_cast<MacroObject*>(callee.host().get())) return macro->Invoke(context, arguments);
    return Unwrap(callee.host()->Call(context, arguments));
  }
  if (callee.is_undefined()) {
    if (callee.undefined().lenient) return callee;
    RaiseUndefined(callee);
  }
  RaiseType(fmt::format("'{}' object is not callable", callee.TypeName()));
}

Object CallMethodOf(Context& context, const Object& object, std::string_view name, const Arguments& arguments) {
  if (object.is_host()) return Unwrap(object.host()->CallMethod(context, name, arguments));
  if (HasMethod(object, name)) return CallBuiltinMethod(context, object, name, arguments);
  return CallObject(context, GetAttribute(context, object, name), arguments);
}

int64_t RequireInt(const Object& object, std::string_view what) {
  RequireDefined(object);
  if (object.is_int() || object.is_bool()) return object.as_int();
  RaiseType(std::string(what) + ", not " + object.TypeName());
}

const std::string& RequireString(const Object& object, std::string_view what) {
  RequireDefined(object);
  if (!object.is_string()) RaiseType(fmt::format("{} must be str, not {}", what, object.TypeName()));
  return object.as_string();
}

}  // namespace dvt::tmpl
