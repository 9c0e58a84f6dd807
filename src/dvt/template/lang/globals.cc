#include <fmt/format.h>

#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"

namespace dvt::tmpl {
namespace {

constexpr int64_t kMostRange = 100'000;  // the limit of Jinja's sandbox, which dbt uses

Object Range(Context&, const Arguments& a) {
  if (a.positional.empty()) RaiseType("range expected at least 1 argument, got 0");
  if (a.positional.size() > 3) RaiseType(fmt::format("range expected at most 3 arguments, got {}", a.positional.size()));
  auto at = [&](size_t i) {
    RequireDefined(a.positional[i]);
    if (!a.positional[i].is_int() && !a.positional[i].is_bool()) {
      RaiseType(fmt::format("'{}' object cannot be interpreted as an integer", a.positional[i].TypeName()));
    }
    return a.positional[i].as_int();
  };
  int64_t start = a.positional.size() > 1 ? at(0) : 0;
  int64_t stop = a.positional.size() > 1 ? at(1) : at(0);
  int64_t step = a.positional.size() > 2 ? at(2) : 1;
  if (step == 0) Raise(ErrorCode::kInvalidArgument, "range() arg 3 must not be zero");
  auto range = std::make_shared<RangeObject>(start, stop, step);
  if (*range->Length() > kMostRange) {
    Raise(ErrorCode::kInvalidArgument,
          fmt::format("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({}).", kMostRange));
  }
  return Object(range);
}

Object MakeDictFrom(Context& context, const Arguments& a) {
  Object made = Object::MakeDict();
  CallBuiltinMethod(context, made, "update", a);
  return made;
}

Object MakeNamespace(Context& context, const Arguments& a) {
  auto made = std::make_shared<NamespaceObject>();
  CallBuiltinMethod(context, made->attributes, "update", a);
  return Object(made);
}

/// cycler('a', 'b'): next(), current, reset().
class Cycler : public HostObject {
 public:
  explicit Cycler(ObjectList items) : items_(std::move(items)) {}
  std::string TypeName() const override { return "Cycler"; }
  Result<std::optional<Object>> GetAttr(Context&, std::string_view name) override {
    if (name == "current") return std::optional<Object>(items_[at_]);
    if (name != "next" && name != "reset") return std::optional<Object>();
    auto self = std::static_pointer_cast<Cycler>(shared_from_this());
    bool reset = name == "reset";
    return std::optional<Object>(MakeFunction(std::string(name), [self, reset](Context&, const Arguments&) -> Result<Object> {
      Object current = self->items_[self->at_];
      self->at_ = reset ? 0 : (self->at_ + 1) % self->items_.size();
      return reset ? Object() : current;
    }));
  }

 private:
  ObjectList items_;
  size_t at_ = 0;
};

/// joiner(', '): nothing the first time, the separator afterwards.
class Joiner : public HostObject {
 public:
  explicit Joiner(Object separator) : separator_(std::move(separator)) {}
  std::string TypeName() const override { return "Joiner"; }
  bool is_callable() const override { return true; }
  Result<Object> Call(Context&, const Arguments&) override {
    if (used_) return separator_;
    used_ = true;
    return Object("");
  }

 private:
  Object separator_;
  bool used_ = false;
};

Object Lipsum(Context&, const Arguments& a) {
  auto args = BindArgs(a, "lipsum", {{"n", Object(5)}, {"html", Object(true)}, {"min", Object(20)}, {"max", Object(100)}});
  static constexpr const char* kWords[] = {"lorem", "ipsum", "dolor", "sit", "amet", "elit", "porta", "nunc", "velit", "urna"};
  std::string out;
  for (int64_t paragraph = 0; paragraph < std::min<int64_t>(args[0].as_int(), 1000); ++paragraph) {
    std::string text;
    for (int64_t i = 0; i < std::min<int64_t>(args[2].as_int(), 1000); ++i)
      text += (i > 0 ? " " : "") + std::string(kWords[i % 10]);
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(text[0]));
    out += (paragraph > 0 ? "\n\n" : "") + (args[1].Truth() ? "<p>" + text + ".</p>" : text + ".");
  }
  return Object(std::move(out));
}

}  // namespace

void AddGlobals(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetGlobal(name, MakeFunction(name, Builtin(function))); };
  add("range", Range);
  add("dict", MakeDictFrom);
  add("namespace", MakeNamespace);
  add("lipsum", Lipsum);
  add("cycler", [](Context&, const Arguments& a) {
    if (a.positional.empty()) RaiseType("at least one item has to be provided");
    return Object(std::make_shared<Cycler>(a.positional));
  });
  add("joiner", [](Context&, const Arguments& a) {
    return Object(std::make_shared<Joiner>(BindArgs(a, "joiner", {{"sep", Object(", ")}})[0]));
  });
}

}  // namespace dvt::tmpl
