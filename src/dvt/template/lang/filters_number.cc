#include <cmath>
#include <random>

#include <fmt/format.h>

#include "dvt/template/lang/builtins.h"
#include "dvt/template/lang/outside.h"

namespace dvt::tmpl {
namespace {

Object Abs(Context&, const Arguments& a) {
  Object value = BindArgs(a, "abs", {{"x", {}}})[0];
  if (value.is_float()) return Object(std::fabs(value.as_float()));
  if (value.is_number()) return value.as_int() < 0 ? Negate(value, true) : Object(value.as_int());
  RequireDefined(value);
  RaiseType(fmt::format("bad operand type for abs(): '{}'", value.TypeName()));
}

Object ToInt(Context&, const Arguments& a) {
  auto args = BindArgs(a, "int", {{"value", {}}, {"default", Object(0)}, {"base", Object(10)}});
  const Object& value = args[0];
  if (value.is_int() || value.is_bool()) return Object(value.as_int());
  if (value.is_float()) {
    if (!std::isfinite(value.as_float())) return args[1];
    if (std::fabs(value.as_float()) > 9.2e18) Raise(ErrorCode::kData, "the number does not fit 64 bits");
    return Object(static_cast<int64_t>(value.as_float()));
  }
  if (value.is_string()) {
    int64_t whole = 0;
    if (ParseInt(value.as_string(), static_cast<int>(RequireInt(args[2], "base must be an integer")), &whole))
      return Object(whole);
    double number = 0;
    if (ParseFloat(value.as_string(), &number) && std::isfinite(number)) return Object(static_cast<int64_t>(number));
  }
  if (value.is_undefined()) RequireDefined(value);
  if (value.is_host()) {
    int64_t whole = 0;
    if (ParseInt(value.Str(), 10, &whole)) return Object(whole);
    double number = 0;
    if (ParseFloat(value.Str(), &number) && std::isfinite(number)) return Object(static_cast<int64_t>(number));
  }
  return args[1];
}

Object ToFloat(Context&, const Arguments& a) {
  auto args = BindArgs(a, "float", {{"value", {}}, {"default", Object(0.0)}});
  if (args[0].is_number()) return Object(args[0].as_float());
  RequireDefined(args[0]);
  double number = 0;
  if ((args[0].is_string() || args[0].is_host()) && ParseFloat(args[0].Str(), &number)) return Object(number);
  return args[1];
}

/// Python's round(): half to even, decided on the exact binary value.
double RoundEven(double value, int digits) {
  if (digits >= 0) return std::strtod(fmt::format("{:.{}f}", value, std::min(digits, 300)).c_str(), nullptr);
  double scale = std::pow(10.0, -digits);
  return std::nearbyint(value / scale) * scale;
}

Object Round(Context&, const Arguments& a) {
  auto args = BindArgs(a, "round", {{"value", {}}, {"precision", Object(0)}, {"method", Object("common")}});
  const std::string method = args[2].Str();
  if (method != "common" && method != "ceil" && method != "floor")
    Raise(ErrorCode::kInvalidArgument, "method must be common, ceil or floor");
  RequireDefined(args[0]);
  if (!args[0].is_number()) RaiseType(fmt::format("type {} doesn't define __round__ method", args[0].TypeName()));
  int digits = static_cast<int>(RequireInt(args[1], "precision must be an integer"));
  if (method == "common") {
    if (!args[0].is_float()) {
      if (digits >= 0) return Object(args[0].as_int());
      return Object(static_cast<int64_t>(RoundEven(args[0].as_float(), digits)));
    }
    return Object(RoundEven(args[0].as_float(), digits));
  }
  double scale = std::pow(10.0, digits);
  double scaled = args[0].as_float() * scale;
  return Object((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale);
}

Object FileSize(Context&, const Arguments& a) {
  auto args = BindArgs(a, "filesizeformat", {{"value", {}}, {"binary", Object(false)}});
  RequireDefined(args[0]);
  if (!args[0].is_number() && !args[0].is_string()) {
    RaiseType(fmt::format("float() argument must be a string or a real number, not '{}'", args[0].TypeName()));
  }
  double bytes = args[0].is_number() ? args[0].as_float() : 0;
  if (args[0].is_string() && !ParseFloat(args[0].as_string(), &bytes))
    Raise(ErrorCode::kInvalidArgument, "could not convert string to float");
  bool binary = args[1].Truth();
  double base = binary ? 1024 : 1000;
  if (bytes == 1) return Object("1 Byte");
  if (bytes < base) return Object(fmt::format("{} Bytes", static_cast<int64_t>(bytes)));
  static constexpr const char* kBinary[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
  static constexpr const char* kDecimal[] = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
  double unit = base;
  for (int i = 0; i < 8; ++i) {
    unit *= base;
    if (bytes < unit || i == 7) return Object(fmt::format("{:.1f} {}", base * bytes / unit, (binary ? kBinary : kDecimal)[i]));
  }
  return Object();
}

template <bool kMax>
Object Extreme(Context& context, const Arguments& a) {
  auto args = BindArgs(a, kMax ? "max" : "min", {{"value", {}}, {"case_sensitive", Object(false)}, {"attribute", Object()}});
  ObjectList items = IterateObject(context, args[0]);
  if (items.empty()) return Object::Undefined("", "!No aggregated item, sequence was empty.");
  auto key = [&](const Object& item) {
    Object value = args[2].is_none() ? item : GetPath(context, item, args[2]);
    if (value.is_string() && !args[1].Truth()) return CallStringMethod(context, value, "lower", {});
    return value;
  };
  size_t best = 0;
  Object best_key = key(items[0]);
  for (size_t i = 1; i < items.size(); ++i) {
    Object candidate = key(items[i]);
    if (Order(candidate, best_key, kMax ? ">" : "<") != (kMax ? 1 : -1)) continue;
    best = i;
    best_key = std::move(candidate);
  }
  return items[best];
}

Object Sum(Context& context, const Arguments& a) {
  auto args = BindArgs(a, "sum", {{"iterable", {}}, {"attribute", Object()}, {"start", Object(0)}});
  Object total = args[2];
  if (total.is_string()) RaiseType("sum() can't sum strings [use ''.join(seq) instead]");
  for (const auto& item : IterateObject(context, args[0])) {
    total = BinaryOperation(context, BinaryOp::kAdd, total, args[1].is_none() ? item : GetPath(context, item, args[1]));
  }
  return total;
}

Object Random(Context& context, const Arguments& a) {
  ObjectList items = IterateObject(context, BindArgs(a, "random", {{"seq", {}}})[0]);
  if (items.empty()) return Object::Undefined("", "!No random item, sequence was empty.");
  CountOutsideRead();
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  return items[std::uniform_int_distribution<size_t>(0, items.size() - 1)(generator)];
}

}  // namespace

void AddNumberFilters(Environment& e) {
  auto add = [&](const char* name, RawFunction function) { e.SetFilter(name, Builtin(function)); };
  add("abs", Abs);
  add("int", ToInt);
  add("float", ToFloat);
  add("round", Round);
  add("filesizeformat", FileSize);
  add("max", Extreme<true>);
  add("min", Extreme<false>);
  add("sum", Sum);
  add("random", Random);
}

}  // namespace dvt::tmpl
