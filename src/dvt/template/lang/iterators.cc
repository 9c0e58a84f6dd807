#include "dvt/template/lang/iterators.h"

#include <fmt/format.h>

#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

using MaybeObject = Result<std::optional<Object>>;

namespace {
MaybeObject Some(Object value) { return std::optional<Object>(std::move(value)); }
}  // namespace

Object MakeGenerator(ObjectList items, std::string type_name) {
  return Object(std::make_shared<GeneratorObject>(std::move(type_name), std::move(items)));
}

Result<ObjectList> GeneratorObject::Iterate(Context&) {
  ObjectList rest(items_.begin() + static_cast<std::ptrdiff_t>(next_), items_.end());
  next_ = items_.size();
  return rest;
}

std::optional<Object> GeneratorObject::Next() {
  if (next_ >= items_.size()) return std::nullopt;
  return items_[next_++];
}

Result<Object> GeneratorObject::CallMethod(Context&, std::string_view name, const Arguments&) {
  if (name == "__next__" || name == "next") {
    if (auto item = Next()) return std::move(*item);
    return Error(ErrorCode::kNotFound, "the iterator is exhausted");
  }
  return Error(ErrorCode::kNotFound, fmt::format("'{} object' has no attribute '{}'", type_name_, name));
}

Value GeneratorObject::ToValue() const {
  Value out = Value::MakeList();
  for (size_t i = next_; i < items_.size(); ++i) out.Push(items_[i].ToValue());
  return out;
}

std::string ViewObject::TypeName() const {
  return what_ == What::kKeys ? "dict_keys" : what_ == What::kValues ? "dict_values" : "dict_items";
}

ObjectList ViewObject::Items() const {
  ObjectList out;
  out.reserve(dict_.dict().size());
  for (const auto& [key, value] : dict_.dict().entries()) {
    out.push_back(what_ == What::kKeys ? key : what_ == What::kValues ? value : Object::Tuple({key, value}));
  }
  return out;
}

std::optional<bool> ViewObject::Contains(const Object& item) const {
  if (what_ != What::kKeys) return std::nullopt;
  return item.IsHashable() && dict_.dict().Find(item) != nullptr;
}

std::string ViewObject::Repr() const { return TypeName() + "(" + Object::List(Items()).Repr() + ")"; }
Value ViewObject::ToValue() const { return Object::List(Items()).ToValue(); }

std::optional<int64_t> RangeObject::Length() const {
  if (step_ > 0) return start_ < stop_ ? (stop_ - start_ - 1) / step_ + 1 : 0;
  return start_ > stop_ ? (start_ - stop_ - 1) / -step_ + 1 : 0;
}

Result<ObjectList> RangeObject::Iterate(Context&) {
  ObjectList out;
  int64_t count = *Length();
  out.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) out.emplace_back(start_ + i * step_);
  return out;
}

MaybeObject RangeObject::GetItem(Context&, const Object& key) {
  if (!key.is_int()) return std::optional<Object>();
  int64_t at = key.as_int() < 0 ? key.as_int() + *Length() : key.as_int();
  if (at < 0 || at >= *Length()) return std::optional<Object>();
  return Some(Object(start_ + at * step_));
}

std::optional<bool> RangeObject::Contains(const Object& item) const {
  if (!item.is_int()) return std::nullopt;
  int64_t value = item.as_int();
  bool inside = step_ > 0 ? value >= start_ && value < stop_ : value <= start_ && value > stop_;
  return inside && (value - start_) % step_ == 0;
}

std::string RangeObject::Repr() const {
  return step_ == 1 ? fmt::format("range({}, {})", start_, stop_) : fmt::format("range({}, {}, {})", start_, stop_, step_);
}

bool RangeObject::Equals(const Object& other) const {
  auto range = other.host_as<RangeObject>();
  if (range == nullptr || *Length() != *range->Length()) return false;
  if (*Length() == 0) return true;
  return start_ == range->start_ && (*Length() == 1 || step_ == range->step_);
}

Value RangeObject::ToValue() const {
  Value out = Value::MakeList();
  for (int64_t i = 0; i < *Length(); ++i) out.Push(Value(start_ + i * step_));
  return out;
}

MaybeObject NamespaceObject::GetAttr(Context&, std::string_view name) {
  if (const Object* value = attributes.dict().Find(name)) return Some(*value);
  return std::optional<Object>();
}

Status NamespaceObject::SetAttr(std::string_view name, Object value) {
  attributes.dict().Set(Object(name), std::move(value));
  return {};
}

MaybeObject LoopObject::GetAttr(Context& context, std::string_view name) {
  auto index = static_cast<int64_t>(index_);
  auto length = static_cast<int64_t>(items_->size());
  if (name == "index") return Some(Object(index + 1));
  if (name == "index0") return Some(Object(index));
  if (name == "revindex") return Some(Object(length - index));
  if (name == "revindex0") return Some(Object(length - index - 1));
  if (name == "first") return Some(Object(index == 0));
  if (name == "last") return Some(Object(index + 1 == length));
  if (name == "length") return Some(Object(length));
  if (name == "depth") return Some(Object(static_cast<int64_t>(depth_ + 1)));
  if (name == "depth0") return Some(Object(static_cast<int64_t>(depth_)));
  if (name == "previtem") return Some(index_ > 0 ? (*items_)[index_ - 1] : Object::Undefined("", "!there is no previous item"));
  if (name == "nextitem") {
    return Some(index + 1 < length ? (*items_)[index_ + 1] : Object::Undefined("", "!there is no next item"));
  }
  auto self = std::static_pointer_cast<LoopObject>(shared_from_this());
  if (name == "cycle") {
    return Some(MakeFunction("cycle", [self](Context&, const Arguments& arguments) -> Result<Object> {
      if (arguments.positional.empty()) return Error(ErrorCode::kType, "no items for cycling given");
      return arguments.positional[self->index_ % arguments.positional.size()];
    }));
  }
  if (name == "changed") {
    return Some(MakeFunction("changed", [self](Context&, const Arguments& arguments) -> Result<Object> {
      bool same = self->last_changed_ && Object::List(*self->last_changed_).Equals(Object::List(arguments.positional));
      self->last_changed_ = arguments.positional;
      return Object(!same);
    }));
  }
  (void)context;
  return std::optional<Object>();
}

Result<Object> LoopObject::Call(Context& context, const Arguments& arguments) {
  if (!recurse_) {
    return Error(ErrorCode::kType, "The loop must have the 'recursive' marker to be called recursively.");
  }
  if (arguments.positional.size() != 1) return Error(ErrorCode::kType, "loop() takes one argument, what to loop over");
  return recurse_(context, arguments.positional[0], depth_ + 1);
}

std::string LoopObject::Repr() const { return fmt::format("<LoopContext {}/{}>", index_ + 1, items_->size()); }

}  // namespace dvt::tmpl
