#include "dvt/template/dbt/mapped_sequence.h"

#include <algorithm>
#include <utility>

namespace dvt::tmpl {

using MaybeObject = Result<std::optional<Object>>;

MaybeObject MappedSequence::GetItem(Context&, const Object& key) {
  ObjectList values = Values();
  if (key.is_int()) {
    const auto size = static_cast<int64_t>(values.size());
    const int64_t at = key.as_int() < 0 ? key.as_int() + size : key.as_int();
    if (at >= 0 && at < size) return std::optional<Object>(values[static_cast<size_t>(at)]);
  }
  const ObjectList names = Names();
  const auto found = std::find_if(names.begin(), names.end(), [&](const Object& name) { return name.Equals(key); });
  if (found == names.end()) return std::optional<Object>();
  return std::optional<Object>(values[static_cast<size_t>(found - names.begin())]);
}

MaybeObject MappedSequence::GetAttr(Context& context, std::string_view name) {
  static constexpr std::string_view kMembers[] = {"keys", "values", "items", "dict", "get"};
  if (std::find(std::begin(kMembers), std::end(kMembers), name) == std::end(kMembers)) return GetItem(context, Object(name));
  auto self = std::static_pointer_cast<MappedSequence>(shared_from_this());
  return std::optional<Object>(MakeFunction(std::string(name), [self, which = std::string(name)](Context& c, const Arguments& a) {
    return self->Member(c, which, a);
  }));
}

Result<Object> MappedSequence::Member(Context& context, std::string_view which, const Arguments& arguments) {
  if (which == "get") {
    DVT_ASSIGN(auto bound, arguments.Bind(which, {{"key", std::nullopt}, {"default", Object()}}));
    DVT_ASSIGN(auto found, GetItem(context, bound[0]));
    return found.value_or(bound[1]);
  }
  ObjectList names = Names(), values = Values();
  if (which == "keys") return Object::Tuple(std::move(names));
  if (which == "values") return Object::Tuple(std::move(values));
  ObjectList pairs;
  Object dict = Object::MakeDict();
  for (size_t i = 0; i < names.size(); ++i) {
    pairs.push_back(Object::Tuple({names[i], values[i]}));
    dict.dict().Set(names[i], values[i]);
  }
  return which == "dict" ? dict : Object::List(std::move(pairs));
}

namespace {

class NamedValues : public MappedSequence {
 public:
  NamedValues(std::string type_name, ObjectList names, ObjectList values)
      : type_name_(std::move(type_name)), names_(std::move(names)), values_(std::move(values)) {}
  std::string TypeName() const override { return type_name_; }
  std::string Repr() const override { return "<" + type_name_ + ": " + Object::Tuple(names_).Repr() + ">"; }

 protected:
  ObjectList Names() const override { return names_; }
  ObjectList Values() const override { return values_; }

 private:
  std::string type_name_;
  ObjectList names_;
  ObjectList values_;
};

}  // namespace

Object MakeMappedSequence(std::string type_name, ObjectList names, ObjectList values) {
  return Object(std::make_shared<NamedValues>(std::move(type_name), std::move(names), std::move(values)));
}

}  // namespace dvt::tmpl
