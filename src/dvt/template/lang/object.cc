#include "dvt/template/lang/object.h"

#include <cmath>

#include "dvt/template/lang/object_internal.h"
#include "dvt/template/lang/raise.h"

namespace dvt::tmpl {
namespace {

// Deeply nested containers are freed by a queue instead of by recursion.
thread_local int t_free_depth = 0;
thread_local std::vector<std::function<void()>>* t_free_queue = nullptr;
constexpr int kMostFreeDepth = 64;

template <class T>
struct FlatDelete {
  void operator()(const T* p) const {
    if (t_free_depth >= kMostFreeDepth && t_free_queue != nullptr) {
      t_free_queue->push_back([p] { delete p; });
      return;
    }
    std::vector<std::function<void()>> queue;
    bool outermost = t_free_queue == nullptr;
    if (outermost) t_free_queue = &queue;
    ++t_free_depth;
    delete p;
    --t_free_depth;
    if (!outermost) return;
    while (!queue.empty()) {
      auto next = std::move(queue.back());
      queue.pop_back();
      ++t_free_depth;
      next();
      --t_free_depth;
    }
    t_free_queue = nullptr;
  }
};

template <class T>
std::shared_ptr<T> MakeFlat(T value) {
  return std::shared_ptr<T>(new T(std::move(value)), FlatDelete<T>());
}

}  // namespace

Object Object::Undefined(std::string name, std::string owner, bool lenient) {
  return Object(Data(std::make_shared<const UndefinedInfo>(UndefinedInfo{std::move(name), std::move(owner), lenient})));
}
Object Object::Markup(std::string text) {
  return Object(Data(std::make_shared<const StringData>(StringData{std::move(text), true})));
}
Object Object::List(ObjectList items) { return Object(Data(MakeFlat(std::move(items)))); }
Object Object::Tuple(ObjectList items) { return Object(Data(std::shared_ptr<const ObjectList>(MakeFlat(std::move(items))))); }
Object Object::MakeDict() { return Object(Data(MakeFlat(Dict()))); }

Object Object::MakeDict(std::vector<std::pair<std::string, Object>> entries) {
  Object made = MakeDict();
  for (auto& [key, value] : entries) made.dict().Set(Object(std::move(key)), std::move(value));
  return made;
}

Object Object::Set(const ObjectList& items) {
  auto box = MakeFlat(SetBox());
  for (const auto& item : items) box->members.Set(item, Object());
  return Object(Data(std::move(box)));
}

Object Object::FromValue(const Value& value) {
  if (value.is_bool()) return Object(value.as_bool());
  if (value.is_int()) return Object(value.as_int());
  if (value.is_float()) return Object(value.as_float());
  if (value.is_string()) return Object(value.as_string());
  if (value.is_list()) {
    ObjectList items;
    items.reserve(value.list().size());
    for (const auto& item : value.list()) items.push_back(FromValue(item));
    return List(std::move(items));
  }
  if (value.is_map()) {
    Object made = MakeDict();
    for (const auto& entry : value.map()) made.dict().Set(Object(entry.key), FromValue(entry.value));
    return made;
  }
  return Object();
}

const ObjectList& Object::items() const { return is_list() ? list() : *std::get<std::shared_ptr<const ObjectList>>(data_); }
Dict& Object::set() const { return std::get<std::shared_ptr<SetBox>>(data_)->members; }
bool Object::is_callable() const { return is_host() && host()->is_callable(); }

bool Object::Truth() const {
  switch (kind()) {
    case Kind::kUndefined:
    case Kind::kNone: return false;
    case Kind::kBool: return as_bool();
    case Kind::kInt: return as_int() != 0;
    case Kind::kFloat: return as_float() != 0;
    case Kind::kString: return !as_string().empty();
    case Kind::kList:
    case Kind::kTuple: return !items().empty();
    case Kind::kDict: return !dict().empty();
    case Kind::kSet: return !set().empty();
    case Kind::kHost: return host()->Truth();
  }
  return false;
}

std::string Object::TypeName() const {
  switch (kind()) {
    case Kind::kUndefined: return "Undefined";
    case Kind::kNone: return "NoneType";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int";
    case Kind::kFloat: return "float";
    case Kind::kString: return is_markup() ? "Markup" : "str";
    case Kind::kList: return "list";
    case Kind::kTuple: return "tuple";
    case Kind::kDict: return "dict";
    case Kind::kSet: return "set";
    case Kind::kHost: return host()->TypeName();
  }
  return "object";
}

std::string Object::UndefinedMessage() const {
  const auto& info = undefined();
  if (info.owner.empty()) return info.name.empty() ? "a value is undefined" : "'" + info.name + "' is undefined";
  if (info.owner[0] == '!') return info.owner.substr(1);  // a ready-made sentence
  return "'" + info.owner + "' has no attribute '" + info.name + "'";
}

bool Object::Equals(const Object& other) const {
  if (is_number() && other.is_number()) {
    if (is_float() || other.is_float()) return as_float() == other.as_float();
    return as_int() == other.as_int();
  }
  if (is_host()) return host()->Equals(other);
  if (other.is_host()) return other.host()->Equals(*this);
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::kUndefined:
    case Kind::kNone: return true;
    case Kind::kString: return as_string() == other.as_string();
    case Kind::kList:
    case Kind::kTuple: {
      if (&items() == &other.items()) return true;
      if (StackIsLow()) return false;
      if (items().size() != other.items().size()) return false;
      for (size_t i = 0; i < items().size(); ++i) {
        if (!items()[i].Equals(other.items()[i])) return false;
      }
      return true;
    }
    case Kind::kDict:
    case Kind::kSet: {
      const Dict& a = is_dict() ? dict() : set();
      const Dict& b = is_dict() ? other.dict() : other.set();
      if (&a == &b) return true;
      if (a.size() != b.size() || StackIsLow()) return false;
      for (const auto& [key, value] : a.entries()) {
        const Object* match = b.Find(key);
        if (match == nullptr || (is_dict() && !value.Equals(*match))) return false;
      }
      return true;
    }
    default: return false;
  }
}

bool Object::Same(const Object& other) const {
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::kList: return &list() == &other.list();
    case Kind::kTuple: return &items() == &other.items() || (items().empty() && other.items().empty());
    case Kind::kDict: return &dict() == &other.dict();
    case Kind::kSet: return &set() == &other.set();
    case Kind::kHost: return host() == other.host();
    default: return Equals(other);
  }
}

bool Object::IsHashable() const {
  if (is_list() || is_dict() || is_set()) return false;
  if (is_tuple()) {
    for (const auto& item : items()) {
      if (!item.IsHashable()) return false;
    }
  }
  return true;
}

size_t Object::Hash() const {
  switch (kind()) {
    case Kind::kBool:
    case Kind::kInt: return std::hash<double>()(static_cast<double>(as_int()));
    case Kind::kFloat: return std::hash<double>()(as_float());
    case Kind::kString: return std::hash<std::string_view>()(as_string());
    case Kind::kTuple: {
      size_t hash = 17;
      for (const auto& item : items()) hash = hash * 31 + item.Hash();
      return hash;
    }
    case Kind::kHost: return host()->Hash();
    default: return static_cast<size_t>(kind());
  }
}

Value Object::ToValue() const {
  switch (kind()) {
    case Kind::kBool: return Value(as_bool());
    case Kind::kInt: return Value(as_int());
    case Kind::kFloat: return Value(as_float());
    case Kind::kString: return Value(as_string());
    case Kind::kList:
    case Kind::kTuple: {
      Value out = Value::MakeList();
      if (StackIsLow()) return out;
      for (const auto& item : items()) out.Push(item.ToValue());
      return out;
    }
    case Kind::kDict: {
      Value out = Value::MakeMap();
      if (StackIsLow()) return out;
      for (const auto& [key, value] : dict().entries()) out.Set(JsonKey(key), value.ToValue());
      return out;
    }
    case Kind::kSet: {
      Value out = Value::MakeList();
      for (const auto& [key, value] : set().entries()) out.Push(key.ToValue());
      return out;
    }
    case Kind::kHost: return host()->ToValue();
    default: return Value();
  }
}

std::string JsonKey(const Object& key) {
  if (key.is_bool()) return key.as_bool() ? "true" : "false";
  if (key.is_none()) return "null";
  return key.Str();
}

}  // namespace dvt::tmpl
