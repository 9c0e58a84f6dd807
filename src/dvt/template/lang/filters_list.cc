#include <algorithm>

#include <fmt/format.h>

#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/sorting.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

Object Folded(Context& context, const Object& value, bool case_sensitive) {
  return value.is_string() && !case_sensitive ? CallStringMethod(context, value, "lower", {}) : value;
}

Object Batch(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "batch", {{"value", {}}, {"linecount", {}}, {"fill_with", Object()}});
  int64_t size = RequireInt(args[1], "linecount must be an integer");
  ObjectList rows;
  ObjectList row;
  for (auto& item : IterateObject(context, args[0])) {
    if (static_cast<int64_t>(row.size()) == size) rows.push_back(Object::List(std::move(row))), row = {};
    row.push_back(std::move(item));
  }
  if (!row.empty()) {
    while (!args[2].is_none() && static_cast<int64_t>(row.size()) < size) row.push_back(args[2]);
    rows.push_back(Object::List(std::move(row)));
  }
  return MakeGenerator(std::move(rows));
}

Object Slice(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "slice", {{"value", {}}, {"slices", {}}, {"fill_with", Object()}});
  ObjectList items = IterateObject(context, args[0]);
  int64_t slices = RequireInt(args[1], "slices must be an integer");
  if (slices <= 0) Raise(ErrorCode::kData, "integer division or modulo by zero");
  auto length = static_cast<int64_t>(items.size());
  int64_t per = length / slices;
  int64_t extra = length % slices;
  ObjectList out;
  int64_t offset = 0;
  for (int64_t i = 0; i < slices; ++i) {
    int64_t begin = offset + i * per;
    if (i < extra) ++offset;
    int64_t end = offset + (i + 1) * per;
    ObjectList part(items.begin() + begin, items.begin() + end);
    if (!args[2].is_none() && i >= extra && extra > 0) part.push_back(args[2]);
    if (!args[2].is_none() && extra == 0) part.push_back(args[2]);
    out.push_back(Object::List(std::move(part)));
  }
  return MakeGenerator(std::move(out));
}

Object DictSort(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "dictsort",
                       {{"value", {}}, {"case_sensitive", Object(false)}, {"by", Object("key")}, {"reverse", Object(false)}});
  RequireDefined(args[0]);
  if (!args[0].is_dict()) RaiseType(fmt::format("'{}' object has no attribute 'items'", args[0].TypeName()));
  std::string by = args[2].Str();
  if (by != "key" && by != "value") Raise(ErrorCode::kInvalidArgument, "You can only sort by either \"key\" or \"value\"");
  ObjectList items;
  ObjectList keys;
  for (const auto& [key, value] : args[0].dict().entries()) {
    items.push_back(Object::Tuple({key, value}));
    keys.push_back(Folded(context, by == "key" ? key : value, args[1].Truth()));
  }
  return Object::List(SortByKeys(items, keys, args[3].Truth()));
}

/// The value(s) that sort, groupby and unique look at: several attributes separated by commas give a list.
Object KeyOf(Context& context, const Object& item, const Object& attribute, bool case_sensitive) {
  if (attribute.is_none()) return Folded(context, item, case_sensitive);
  if (!attribute.is_string() || attribute.as_string().find(',') == std::string::npos) {
    return Folded(context, GetPath(context, item, attribute), case_sensitive);
  }
  ObjectList parts;
  Object names = CallStringMethod(context, attribute, "split", {{Object(",")}, {}});
  for (const auto& name : names.items()) {
    parts.push_back(Folded(context, GetPath(context, item, name), case_sensitive));
  }
  return Object::List(std::move(parts));
}

Object Sort(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "sort",
                       {{"value", {}}, {"reverse", Object(false)}, {"case_sensitive", Object(false)}, {"attribute", Object()}});
  ObjectList items = IterateObject(context, args[0]);
  ObjectList keys;
  for (const auto& item : items) keys.push_back(KeyOf(context, item, args[3], args[2].Truth()));
  return Object::List(SortByKeys(items, keys, args[1].Truth()));
}

Object Unique(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "unique", {{"value", {}}, {"case_sensitive", Object(false)}, {"attribute", Object()}});
  Dict seen;
  ObjectList out;
  for (auto& item : IterateObject(context, args[0])) {
    Object key = Folded(context, args[2].is_none() ? item : GetPath(context, item, args[2]), args[1].Truth());
    RequireHashable(key);
    if (seen.Find(key) != nullptr) continue;
    seen.Set(key, Object());
    out.push_back(std::move(item));
  }
  return MakeGenerator(std::move(out));
}

/// (grouper, list) that also answers to .grouper and .list.
class GroupTuple : public HostObject {
 public:
  GroupTuple(Object key, ObjectList items) : key_(std::move(key)), items_(Object::List(std::move(items))) {}
  std::string TypeName() const override { return "_GroupTuple"; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override { return ObjectList{key_, items_}; }
  std::optional<int64_t> Length() const override { return 2; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    if (name == "grouper") return std::optional<Object>(key_);
    if (name == "list") return std::optional<Object>(items_);
    return std::optional<Object>();
  }
  Result<std::optional<Object>> GetItem(Context& context, const Object& key) override {
    if (key.is_int() && (key.as_int() == 0 || key.as_int() == -2)) return std::optional<Object>(key_);
    if (key.is_int() && (key.as_int() == 1 || key.as_int() == -1)) return std::optional<Object>(items_);
    return key.is_string() ? GetAttr(context, key.as_string()) : std::optional<Object>();
  }
  std::string Repr() const override { return Object::Tuple({key_, items_}).Repr(); }
  Value ToValue() const override { return Object::Tuple({key_, items_}).ToValue(); }

 private:
  Object key_;
  Object items_;
};

Object GroupBy(Context& context, const Arguments& a) {
  auto args =
      BindArgs(a, "groupby", {{"value", {}}, {"attribute", {}}, {"default", Object()}, {"case_sensitive", Object(false)}});
  ObjectList items = IterateObject(context, args[0]);
  auto raw_key = [&](const Object& item) {
    Object value = GetPath(context, item, args[1]);
    return value.is_undefined() && !args[2].is_none() ? args[2] : value;
  };
  ObjectList keys;
  for (const auto& item : items) keys.push_back(Folded(context, raw_key(item), args[3].Truth()));
  ObjectList sorted = SortByKeys(items, keys, false);
  ObjectList groups;
  for (size_t i = 0; i < sorted.size();) {
    Object first = raw_key(sorted[i]);
    Object folded = Folded(context, first, args[3].Truth());
    ObjectList members;
    for (; i < sorted.size() && Folded(context, raw_key(sorted[i]), args[3].Truth()).Equals(folded); ++i)
      members.push_back(sorted[i]);
    groups.emplace_back(std::make_shared<GroupTuple>(first, std::move(members)));
  }
  return Object::List(std::move(groups));
}

Object First(Context& context, const Arguments& a) {
  Object value = BindArgs(a, "first", {{"seq", {}}})[0];
  if (auto generator = value.host_as<GeneratorObject>()) {
    if (auto item = generator->Next()) return std::move(*item);
  } else {
    ObjectList items = IterateObject(context, value);
    if (!items.empty()) return items.front();
  }
  return Object::Undefined("", "!No first item, sequence was empty.");
}

Object Last(Context& context, const Arguments& a) {
  Object value = BindArgs(a, "last", {{"seq", {}}})[0];
  if (value.host_as<GeneratorObject>() != nullptr) RaiseType("'generator' object is not reversible");
  ObjectList items = IterateObject(context, value);
  if (!items.empty()) return items.back();
  return Object::Undefined("", "!No last item, sequence was empty.");
}

Object Length(Context&, const Arguments& a) {
  Object value = BindArgs(a, "length", {{"obj", {}}})[0];
  auto length = LengthOf(value);
  if (!length) RaiseType(fmt::format("object of type '{}' has no len()", value.TypeName()));
  return Object(*length);
}

Object Join(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "join", {{"value", {}}, {"d", Object("")}, {"attribute", Object()}});
  std::string separator = args[1].Str();
  std::string out;
  bool first = true;
  for (const auto& item : IterateObject(context, args[0])) {
    if (!first) out += separator;
    first = false;
    out += (args[2].is_none() ? item : GetPath(context, item, args[2])).Str();
    CheckSize(context, out.size());
  }
  return Object(std::move(out));
}

Object Reverse(Context& context, const Arguments& a) {
  Object value = BindArgs(a, "reverse", {{"value", {}}})[0];
  ObjectList items = IterateObject(context, value);
  std::reverse(items.begin(), items.end());
  if (!value.is_string()) return MakeGenerator(std::move(items), "list_reverseiterator");
  std::string out;
  for (const auto& item : items) out += item.as_string();
  return Object(std::move(out));
}

Object ToList(Context& context, const Arguments& a) {
  return Object::List(IterateObject(context, BindArgs(a, "list", {{"value", {}}})[0]));
}

Object Items(Context&, const Arguments& a) {
  Object value = BindArgs(a, "items", {{"value", {}}})[0];
  if (value.is_undefined()) return MakeGenerator({});
  if (!value.is_dict()) RaiseType("Can only get item pairs from a mapping.");
  return MakeGenerator(ViewObject(value, ViewObject::What::kItems).Items());
}

}  // namespace

void AddListFilters(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetFilter(name, Builtin(function)); };
  add("batch", Batch);
  add("slice", Slice);
  add("dictsort", DictSort);
  add("sort", Sort);
  add("unique", Unique);
  add("groupby", GroupBy);
  add("first", First);
  add("last", Last);
  add("length", Length);
  add("count", Length);
  add("join", Join);
  add("reverse", Reverse);
  add("list", ToList);
  add("items", Items);
}

}  // namespace dvt::tmpl
