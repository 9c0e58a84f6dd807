#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/sorting.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {
namespace {

using Method = Object (*)(Context&, const Object& self, const Arguments& arguments);
using MethodTable = std::unordered_map<std::string_view, Method>;

ObjectList Bound(const Arguments& arguments, std::string_view name, const std::vector<Parameter>& parameters) {
  return Unwrap(arguments.Bind(name, parameters));
}

int64_t IndexOf(const ObjectList& items, const Object& wanted) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].Equals(wanted)) return static_cast<int64_t>(i);
  }
  return -1;
}

Object ListIndex(Context&, const Object& self, const Arguments& a) {
  auto args = Bound(a, "index", {{"value", {}}, {"start", Object(0)}});
  for (int64_t i = RequireInt(args[1], "index must be an integer"); i < static_cast<int64_t>(self.items().size()); ++i) {
    if (i >= 0 && self.items()[static_cast<size_t>(i)].Equals(args[0])) return Object(i);
  }
  Raise(ErrorCode::kInvalidArgument, self.is_list() ? args[0].Repr() + " is not in list" : "tuple.index(x): x not in tuple");
}

Object ListCount(Context&, const Object& self, const Arguments& a) {
  Object wanted = Bound(a, "count", {{"value", {}}})[0];
  return Object(static_cast<int64_t>(
      std::count_if(self.items().begin(), self.items().end(), [&](const Object& o) { return o.Equals(wanted); })));
}

Object ListInsert(Context&, const Object& self, const Arguments& a) {
  auto args = Bound(a, "insert", {{"index", {}}, {"object", {}}});
  auto& list = self.list();
  auto size = static_cast<int64_t>(list.size());
  int64_t at = RequireInt(args[0], "index must be an integer");
  if (at < 0) at += size;
  list.insert(list.begin() + std::clamp<int64_t>(at, 0, size), args[1]);
  return Object();
}

Object ListPop(Context&, const Object& self, const Arguments& a) {
  auto& list = self.list();
  int64_t at = RequireInt(Bound(a, "pop", {{"index", Object(-1)}})[0], "index must be an integer");
  if (list.empty()) Raise(ErrorCode::kInvalidArgument, "pop from empty list");
  if (at < 0) at += static_cast<int64_t>(list.size());
  if (at < 0 || at >= static_cast<int64_t>(list.size())) Raise(ErrorCode::kInvalidArgument, "pop index out of range");
  Object item = list[static_cast<size_t>(at)];
  list.erase(list.begin() + at);
  return item;
}

Object ListRemove(Context&, const Object& self, const Arguments& a) {
  int64_t at = IndexOf(self.list(), Bound(a, "remove", {{"value", {}}})[0]);
  if (at < 0) Raise(ErrorCode::kInvalidArgument, "list.remove(x): x not in list");
  self.list().erase(self.list().begin() + at);
  return Object();
}

Object ListExtend(Context& context, const Object& self, const Arguments& a) {
  Object more = Bound(a, "extend", {{"iterable", {}}})[0];
  RequireDefined(more);
  ObjectList items = IterateObject(context, more);
  self.list().insert(self.list().end(), items.begin(), items.end());
  return Object();
}

Object ListSort(Context& context, const Object& self, const Arguments& a) {
  auto args = Bound(a, "sort", {{"key", Object()}, {"reverse", Object(false)}});
  ObjectList keys;
  for (const auto& item : self.list()) {
    keys.push_back(args[0].is_none() ? item : CallObject(context, args[0], Arguments{{item}, {}}));
  }
  self.list() = SortByKeys(self.list(), keys, args[1].Truth());
  return Object();
}

const MethodTable& ListMethods() {
  static const MethodTable methods = {
      {"append",
       [](Context&, const Object& self, const Arguments& a) {
         self.list().push_back(Bound(a, "append", {{"object", {}}})[0]);
         return Object();
       }},
      {"extend", ListExtend},
      {"insert", ListInsert},
      {"pop", ListPop},
      {"remove", ListRemove},
      {"index", ListIndex},
      {"count", ListCount},
      {"sort", ListSort},
      {"reverse",
       [](Context&, const Object& self, const Arguments&) {
         std::reverse(self.list().begin(), self.list().end());
         return Object();
       }},
      {"clear",
       [](Context&, const Object& self, const Arguments&) {
         self.list().clear();
         return Object();
       }},
      {"copy", [](Context&, const Object& self, const Arguments&) { return Object::List(self.items()); }},
  };
  return methods;
}

const MethodTable& TupleMethods() {
  static const MethodTable methods = {{"index", ListIndex}, {"count", ListCount}};
  return methods;
}

void UpdateDict(Context& context, const Object& self, const Arguments& a) {
  if (a.positional.size() > 1) RaiseType(fmt::format("update expected at most 1 argument, got {}", a.positional.size()));
  if (!a.positional.empty()) {
    const Object& other = a.positional[0];
    RequireDefined(other);
    if (other.is_dict()) {
      auto entries = other.dict().entries();
      for (auto& [key, value] : entries) self.dict().Set(key, value);
    } else {
      for (const auto& pair : IterateObject(context, other)) {
        ObjectList parts = IterateObject(context, pair);
        if (parts.size() != 2) RaiseType("dictionary update sequence element must have length 2");
        RequireHashable(parts[0]);
        self.dict().Set(parts[0], parts[1]);
      }
    }
  }
  for (const auto& [key, value] : a.named) self.dict().Set(Object(key), value);
}

Object DictPop(Context&, const Object& self, const Arguments& a) {
  if (a.positional.empty() || a.positional.size() > 2) RaiseType("pop expected 1 or 2 arguments");
  RequireHashable(a.positional[0]);
  if (const Object* found = self.dict().Find(a.positional[0])) {
    Object value = *found;
    self.dict().Erase(a.positional[0]);
    return value;
  }
  if (a.positional.size() == 2) return a.positional[1];
  Raise(ErrorCode::kNotFound, "KeyError: " + a.positional[0].Repr());
}

Object DictPopItem(Context&, const Object& self, const Arguments&) {
  if (self.dict().empty()) Raise(ErrorCode::kNotFound, "popitem(): dictionary is empty");
  auto entry = self.dict().entries().back();
  self.dict().Erase(entry.first);
  return Object::Tuple({entry.first, entry.second});
}

Object DictGet(Context&, const Object& self, const Arguments& a) {
  auto args = Bound(a, "get", {{"key", {}}, {"default", Object()}});
  RequireHashable(args[0]);
  const Object* value = self.dict().Find(args[0]);
  return value != nullptr ? *value : args[1];
}

Object DictSetDefault(Context&, const Object& self, const Arguments& a) {
  auto args = Bound(a, "setdefault", {{"key", {}}, {"default", Object()}});
  RequireHashable(args[0]);
  if (const Object* value = self.dict().Find(args[0])) return *value;
  self.dict().Set(args[0], args[1]);
  return args[1];
}

template <ViewObject::What kWhat>
Object DictView(Context&, const Object& self, const Arguments& a) {
  Bound(a, kWhat == ViewObject::What::kKeys ? "keys" : kWhat == ViewObject::What::kValues ? "values" : "items", {});
  return Object(std::make_shared<ViewObject>(self, kWhat));
}

Object DictCopy(Context&, const Object& self, const Arguments&) {
  Object copy = Object::MakeDict();
  copy.dict() = self.dict();
  return copy;
}

const MethodTable& DictMethods() {
  static const MethodTable methods = {
      {"keys", DictView<ViewObject::What::kKeys>},
      {"values", DictView<ViewObject::What::kValues>},
      {"items", DictView<ViewObject::What::kItems>},
      {"get", DictGet},
      {"pop", DictPop},
      {"popitem", DictPopItem},
      {"setdefault", DictSetDefault},
      {"copy", DictCopy},
      {"update",
       [](Context& c, const Object& self, const Arguments& a) {
         UpdateDict(c, self, a);
         return Object();
       }},
      {"clear",
       [](Context&, const Object& self, const Arguments&) {
         self.dict().Clear();
         return Object();
       }},
      {"fromkeys",
       [](Context& c, const Object&, const Arguments& a) {
         auto args = Bound(a, "fromkeys", {{"iterable", {}}, {"value", Object()}});
         Object made = Object::MakeDict();
         for (const auto& key : IterateObject(c, args[0])) made.dict().Set(key, args[1]);
         return made;
       }},
  };
  return methods;
}

ObjectList Members(const Object& set) {
  ObjectList members;
  for (const auto& entry : set.set().entries()) members.push_back(entry.first);
  return members;
}

enum class SetOp { kUnion, kIntersection, kDifference, kSymmetric };

template <SetOp kOp>
Object SetOperation(Context& context, const Object& self, const Arguments& a) {
  ObjectList current = Members(self);
  for (const auto& argument : a.positional) {
    ObjectList items = IterateObject(context, argument);
    for (const auto& item : items) RequireHashable(item);
    Object other = Object::Set(items);
    Object mine = Object::Set(current);
    ObjectList next;
    for (const auto& item : current) {
      bool shared = other.set().Find(item) != nullptr;
      if (kOp == SetOp::kUnion || (kOp == SetOp::kIntersection) == shared) next.push_back(item);
    }
    if (kOp == SetOp::kUnion || kOp == SetOp::kSymmetric) {
      for (const auto& item : Members(other)) {
        if (mine.set().Find(item) == nullptr) next.push_back(item);
      }
    }
    current = std::move(next);
  }
  return Object::Set(current);
}

template <bool kSubset>
Object SetCompare(Context& context, const Object& self, const Arguments& a) {
  Object other = Object::Set(IterateObject(context, Bound(a, "issubset", {{"other", {}}})[0]));
  const Object& small = kSubset ? self : other;
  const Object& large = kSubset ? other : self;
  for (const auto& item : Members(small)) {
    if (large.set().Find(item) == nullptr) return Object(false);
  }
  return Object(true);
}

const MethodTable& SetMethods() {
  static const MethodTable methods = {
      {"union", SetOperation<SetOp::kUnion>},
      {"intersection", SetOperation<SetOp::kIntersection>},
      {"difference", SetOperation<SetOp::kDifference>},
      {"symmetric_difference", SetOperation<SetOp::kSymmetric>},
      {"issubset", SetCompare<true>},
      {"issuperset", SetCompare<false>},
      {"isdisjoint", [](Context& c, const Object& self,
                        const Arguments& a) { return Object(SetOperation<SetOp::kIntersection>(c, self, a).set().empty()); }},
      {"copy", [](Context&, const Object& self, const Arguments&) { return Object::Set(Members(self)); }},
      {"add",
       [](Context&, const Object& self, const Arguments& a) {
         Object item = Bound(a, "add", {{"item", {}}})[0];
         RequireHashable(item);
         self.set().Set(item, Object());
         return Object();
       }},
      {"update",
       [](Context& c, const Object& self, const Arguments& a) {
         for (const auto& other : a.positional) {
           for (const auto& item : IterateObject(c, other)) self.set().Set(item, Object());
         }
         return Object();
       }},
      {"discard",
       [](Context&, const Object& self, const Arguments& a) {
         self.set().Erase(Bound(a, "discard", {{"item", {}}})[0]);
         return Object();
       }},
      {"remove",
       [](Context&, const Object& self, const Arguments& a) {
         Object item = Bound(a, "remove", {{"item", {}}})[0];
         if (!self.set().Erase(item)) Raise(ErrorCode::kNotFound, "KeyError: " + item.Repr());
         return Object();
       }},
      {"pop",
       [](Context&, const Object& self, const Arguments&) {
         if (self.set().empty()) Raise(ErrorCode::kNotFound, "pop from an empty set");
         Object item = self.set().entries().front().first;
         self.set().Erase(item);
         return item;
       }},
      {"clear",
       [](Context&, const Object& self, const Arguments&) {
         self.set().Clear();
         return Object();
       }},
  };
  return methods;
}

const MethodTable& NumberMethods() {
  static const MethodTable methods = {
      {"is_integer",
       [](Context&, const Object& self, const Arguments&) {
         return Object(!self.is_float() || (std::isfinite(self.as_float()) && std::floor(self.as_float()) == self.as_float()));
       }},
      {"bit_length",
       [](Context&, const Object& self, const Arguments&) {
         uint64_t magnitude = static_cast<uint64_t>(self.is_float() ? 0 : std::llabs(self.as_int()));
         int64_t bits = 0;
         for (; magnitude != 0; magnitude >>= 1) ++bits;
         return Object(bits);
       }},
  };
  return methods;
}

const MethodTable* TableOf(const Object& object) {
  switch (object.kind()) {
    case Kind::kList: return &ListMethods();
    case Kind::kTuple: return &TupleMethods();
    case Kind::kDict: return &DictMethods();
    case Kind::kSet: return &SetMethods();
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat: return &NumberMethods();
    default: return nullptr;
  }
}

}  // namespace

bool HasMethod(const Object& object, std::string_view name) {
  if (object.is_string()) return HasStringMethod(name);
  const MethodTable* table = TableOf(object);
  return table != nullptr && table->count(name) != 0;
}

Object CallBuiltinMethod(Context& context, const Object& object, std::string_view name, const Arguments& arguments) {
  if (object.is_string()) return CallStringMethod(context, object, name, arguments);
  return TableOf(object)->at(name)(context, object, arguments);
}

ObjectList SortByKeys(const ObjectList& items, const ObjectList& keys, bool reverse) {
  std::vector<size_t> order(items.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  // A failing comparison must not leave the sort half way: check that all keys compare first, in the order Python would find out.
  for (size_t i = 1; i < keys.size(); ++i) Order(keys[i], keys[i - 1]);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return reverse ? Order(keys[b], keys[a]) == -1 : Order(keys[a], keys[b]) == -1; });
  ObjectList sorted;
  sorted.reserve(items.size());
  for (size_t i : order) sorted.push_back(items[i]);
  return sorted;
}

}  // namespace dvt::tmpl
