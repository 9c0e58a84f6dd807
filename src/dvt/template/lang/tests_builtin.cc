#include <cmath>

#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

const Object& First(const Arguments& a) {
  if (a.positional.empty()) RaiseType("a test needs a value");
  return a.positional[0];
}
const Object& Second(const Arguments& a) {
  if (a.positional.size() < 2) {
    if (!a.named.empty()) return a.named[0].second;
    RaiseType("test missing 1 required positional argument");
  }
  return a.positional[1];
}

template <ast::CompareOp kOp>
Object CompareTest(Context& c, const Arguments& a) {
  return Object(CompareOperation(c, kOp, First(a), Second(a)));
}

template <int kWanted>
Object Parity(Context& c, const Arguments& a) {
  return Object(BinaryOperation(c, BinaryOp::kMod, First(a), Object(2)).Equals(Object(kWanted)));
}

Object IsIterable(const Object& o) {
  return Object(o.is_string() || o.is_sequence() || o.is_dict() || o.is_set() || o.is_undefined() ||
                (o.is_host() && o.host()->is_iterable()));
}

template <bool kUpper>
Object TextCase(Context& c, const Arguments& a) {
  return CallStringMethod(c, Object(First(a).Str()), kUpper ? "isupper" : "islower", {});
}

}  // namespace

void AddTests(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetTest(name, Builtin(function)); };
  using ast::CompareOp;
  for (const char* name : {"eq", "==", "equalto"}) add(name, CompareTest<CompareOp::kEq>);
  for (const char* name : {"ne", "!="}) add(name, CompareTest<CompareOp::kNe>);
  for (const char* name : {"lt", "<", "lessthan"}) add(name, CompareTest<CompareOp::kLt>);
  for (const char* name : {"le", "<="}) add(name, CompareTest<CompareOp::kLe>);
  for (const char* name : {"gt", ">", "greaterthan"}) add(name, CompareTest<CompareOp::kGt>);
  for (const char* name : {"ge", ">="}) add(name, CompareTest<CompareOp::kGe>);
  add("in", CompareTest<CompareOp::kIn>);
  add("defined", [](Context&, const Arguments& a) { return Object(!First(a).is_undefined()); });
  add("undefined", [](Context&, const Arguments& a) { return Object(First(a).is_undefined()); });
  add("none", [](Context&, const Arguments& a) { return Object(First(a).is_none()); });
  add("boolean", [](Context&, const Arguments& a) { return Object(First(a).is_bool()); });
  add("true", [](Context&, const Arguments& a) { return Object(First(a).is_bool() && First(a).as_bool()); });
  add("false", [](Context&, const Arguments& a) { return Object(First(a).is_bool() && !First(a).as_bool()); });
  add("integer", [](Context&, const Arguments& a) { return Object(First(a).is_int()); });
  add("float", [](Context&, const Arguments& a) { return Object(First(a).is_float()); });
  add("number", [](Context&, const Arguments& a) { return Object(First(a).is_number()); });
  add("string", [](Context&, const Arguments& a) { return Object(First(a).is_string()); });
  add("mapping", [](Context&, const Arguments& a) {
    const Object& o = First(a);
    return Object(o.is_dict() || (o.is_host() && o.host()->is_mapping()));
  });
  add("sequence", [](Context&, const Arguments& a) {
    const Object& o = First(a);
    if (o.is_string() || o.is_sequence() || o.is_dict() || o.is_undefined()) return Object(true);
    return Object(o.is_host() && (o.TypeName() == "range" || o.TypeName() == "Row" || o.TypeName() == "MappedSequence"));
  });
  add("iterable", [](Context&, const Arguments& a) { return IsIterable(First(a)); });
  add("callable", [](Context&, const Arguments& a) { return Object(First(a).is_callable() || First(a).is_undefined()); });
  add("sameas", [](Context&, const Arguments& a) { return Object(First(a).Same(Second(a))); });
  add("escaped", [](Context&, const Arguments& a) { return Object(First(a).is_markup()); });
  add("even", Parity<0>);
  add("odd", Parity<1>);
  add("divisibleby", [](Context& c, const Arguments& a) {
    return Object(BinaryOperation(c, BinaryOp::kMod, First(a), Second(a)).Equals(Object(0)));
  });
  add("lower", TextCase<false>);
  add("upper", TextCase<true>);
  add("filter", [](Context& c, const Arguments& a) { return Object(c.environment().FindFilter(First(a).Str()) != nullptr); });
  add("test", [](Context& c, const Arguments& a) { return Object(c.environment().FindTest(First(a).Str()) != nullptr); });
}

}  // namespace dvt::tmpl
