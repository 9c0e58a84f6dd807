#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dvt/template/lang/object.h"

namespace dvt::tmpl {

/// Values handed out once, as Python's generators are.
class GeneratorObject : public HostObject {
 public:
  GeneratorObject(std::string type_name, ObjectList items) : type_name_(std::move(type_name)), items_(std::move(items)) {}
  std::string TypeName() const override { return type_name_; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override;
  Result<Object> CallMethod(Context& context, std::string_view name, const Arguments& arguments) override;
  bool Truth() const override { return true; }
  Value ToValue() const override;
  std::optional<Object> Next();

 private:
  std::string type_name_;
  ObjectList items_;
  size_t next_ = 0;
};
Object MakeGenerator(ObjectList items, std::string type_name = "generator");

/// dict.keys(), .values(), .items(): live views.
class ViewObject : public HostObject {
 public:
  enum class What { kKeys, kValues, kItems };
  ViewObject(Object dict, What what) : dict_(std::move(dict)), what_(what) {}
  std::string TypeName() const override;
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override { return Items(); }
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(dict_.dict().size()); }
  std::optional<bool> Contains(const Object& item) const override;
  std::string Repr() const override;
  Value ToValue() const override;
  ObjectList Items() const;

 private:
  Object dict_;
  What what_;
};

class RangeObject : public HostObject {
 public:
  RangeObject(int64_t start, int64_t stop, int64_t step) : start_(start), stop_(stop), step_(step) {}
  std::string TypeName() const override { return "range"; }
  bool is_iterable() const override { return true; }
  Result<ObjectList> Iterate(Context&) override;
  Result<std::optional<Object>> GetItem(Context& context, const Object& key) override;
  std::optional<int64_t> Length() const override;
  std::optional<bool> Contains(const Object& item) const override;
  std::string Repr() const override;
  bool Equals(const Object& other) const override;
  Value ToValue() const override;

 private:
  int64_t start_, stop_, step_;
};

class NamespaceObject : public HostObject {
 public:
  std::string TypeName() const override { return "Namespace"; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override;
  Status SetAttr(std::string_view name, Object value) override;
  std::string Repr() const override { return "<Namespace " + attributes.Repr() + ">"; }
  Value ToValue() const override { return attributes.ToValue(); }
  Object attributes = Object::MakeDict();
};

/// `loop` inside a for.
class LoopObject : public HostObject {
 public:
  using Recurse = std::function<Result<Object>(Context&, const Object& iterable, int depth)>;
  LoopObject(std::shared_ptr<const ObjectList> items, int depth, Recurse recurse)
      : items_(std::move(items)), depth_(depth), recurse_(std::move(recurse)) {}
  std::string TypeName() const override { return "LoopContext"; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override;
  bool is_callable() const override { return true; }
  Result<Object> Call(Context& context, const Arguments& arguments) override;
  std::optional<int64_t> Length() const override { return static_cast<int64_t>(items_->size()); }
  std::string Repr() const override;
  void MoveTo(size_t index) { index_ = index; }
  void Forget() { recurse_ = nullptr; }

 private:
  std::shared_ptr<const ObjectList> items_;
  size_t index_ = 0;
  int depth_;
  Recurse recurse_;
  std::optional<ObjectList> last_changed_;
};

}  // namespace dvt::tmpl
