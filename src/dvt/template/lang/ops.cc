#include "dvt/template/lang/ops.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "dvt/template/lang/template.h"

namespace dvt::tmpl {
namespace {

[[noreturn]] void RaiseUnsupported(BinaryOp op, const Object& left, const Object& right) {
  std::string hint;
  if (op == BinaryOp::kAdd && (left.is_string() || right.is_string())) hint = "use ~ to join text with other values";
  std::string_view shown = op == BinaryOp::kPow ? "** or pow()" : BinaryOpName(op);
  throw Raised{Error(ErrorCode::kType,
                     fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", shown, left.TypeName(), right.TypeName()))
                   .WithHint(std::move(hint))};
}

[[noreturn]] void RaiseOverflow() { Raise(ErrorCode::kData, "the integer result does not fit 64 bits"); }

int64_t FloorDivide(int64_t a, int64_t b) {
  if (b == 0) Raise(ErrorCode::kData, "integer division or modulo by zero");
  if (a == std::numeric_limits<int64_t>::min() && b == -1) RaiseOverflow();
  int64_t quotient = a / b;
  return (a % b != 0 && ((a < 0) != (b < 0))) ? quotient - 1 : quotient;
}

Object IntPower(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) Raise(ErrorCode::kData, "0.0 cannot be raised to a negative power");
    return Object(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) RaiseOverflow();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) RaiseOverflow();
  }
  return Object(result);
}

Object IntOperation(BinaryOp op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
    case BinaryOp::kAdd:
      if (__builtin_add_overflow(a, b, &result)) RaiseOverflow();
      return Object(result);
    case BinaryOp::kSub:
      if (__builtin_sub_overflow(a, b, &result)) RaiseOverflow();
      return Object(result);
    case BinaryOp::kMul:
      if (__builtin_mul_overflow(a, b, &result)) RaiseOverflow();
      return Object(result);
    case BinaryOp::kDiv:
      if (b == 0) Raise(ErrorCode::kData, "division by zero");
      return Object(static_cast<double>(a) / static_cast<double>(b));
    case BinaryOp::kFloorDiv: return Object(FloorDivide(a, b));
    case BinaryOp::kMod:
      if (b == -1) return Object(0);
      return Object(a - FloorDivide(a, b) * b);
    case BinaryOp::kPow: return IntPower(a, b);
  }
  return Object();
}

Object FloatOperation(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::kAdd: return Object(a + b);
    case BinaryOp::kSub: return Object(a - b);
    case BinaryOp::kMul: return Object(a * b);
    case BinaryOp::kDiv:
      if (b == 0) Raise(ErrorCode::kData, "float division by zero");
      return Object(a / b);
    case BinaryOp::kFloorDiv:
    case BinaryOp::kMod: {
      if (b == 0) Raise(ErrorCode::kData, op == BinaryOp::kMod ? "float modulo" : "float floor division by zero");
      double mod = std::fmod(a, b);
      if (mod != 0 && ((b < 0) != (mod < 0))) mod += b;
      if (mod == 0) mod = std::copysign(0.0, b);
      if (op == BinaryOp::kMod) return Object(mod);
      double quotient = (a - mod) / b;
      double floor = std::floor(quotient);
      return Object(quotient - floor > 0.5 ? floor + 1.0 : floor);
    }
    case BinaryOp::kPow: {
      if (a == 0 && b < 0) Raise(ErrorCode::kData, "0.0 cannot be raised to a negative power");
      double result = std::pow(a, b);
      if (std::isinf(result) && !std::isinf(a) && !std::isinf(b)) Raise(ErrorCode::kData, "Numerical result out of range");
      return Object(result);
    }
  }
  return Object();
}

Object Repeat(Context& context, const Object& sequence, int64_t times) {
  times = std::max<int64_t>(times, 0);
  if (sequence.is_string()) {
    size_t size = sequence.as_string().size();
    if (size > 0 && static_cast<uint64_t>(times) > context.limits().max_output / size)
      CheckSize(context, context.limits().max_output + 1);
    std::string out;
    out.reserve(size * static_cast<size_t>(times));
    for (int64_t i = 0; i < times; ++i) out += sequence.as_string();
    return sequence.is_markup() ? Object::Markup(std::move(out)) : Object(std::move(out));
  }
  ObjectList items;
  if (!sequence.items().empty() && times > 50'000'000 / static_cast<int64_t>(sequence.items().size())) {
    Raise(ErrorCode::kMemory, "the list would become too long");
  }
  for (int64_t i = 0; i < times; ++i) items.insert(items.end(), sequence.items().begin(), sequence.items().end());
  return sequence.is_list() ? Object::List(std::move(items)) : Object::Tuple(std::move(items));
}

Object SetDifference(const Object& left, const Object& right) {
  ObjectList kept;
  for (const auto& [item, none] : left.set().entries()) {
    if (right.set().Find(item) == nullptr) kept.push_back(item);
  }
  return Object::Set(kept);
}

}  // namespace

std::string_view BinaryOpName(BinaryOp op) {
  static constexpr std::string_view kNames[] = {"+", "-", "*", "/", "//", "%", "**"};
  return kNames[static_cast<size_t>(op)];
}

void RaiseUndefined(const Object& undefined) { Raise(ErrorCode::kNotFound, undefined.UndefinedMessage()); }

void CheckSize(const Context& context, size_t bytes) {
  if (bytes > context.limits().max_output) {
    Raise(ErrorCode::kMemory, fmt::format("the rendered text is longer than {} bytes", context.limits().max_output));
  }
}

Object BinaryOperation(Context& context, BinaryOp op, const Object& left, const Object& right) {
  if (left.is_int() && right.is_int()) return IntOperation(op, left.as_int(), right.as_int());
  if (left.is_number() && right.is_number()) {
    if (left.is_float() || right.is_float()) return FloatOperation(op, left.as_float(), right.as_float());
    return IntOperation(op, left.as_int(), right.as_int());
  }
  if (op == BinaryOp::kMod && left.is_string()) return Object(PercentFormat(context, left.as_string(), right));
  RequireDefined(left);
  RequireDefined(right);
  if (left.is_host()) {
    if (auto result = Unwrap(left.host()->Binary(op, right, false))) return std::move(*result);
  }
  if (right.is_host()) {
    if (auto result = Unwrap(right.host()->Binary(op, left, true))) return std::move(*result);
  }
  auto is_whole = [](const Object& o) { return o.is_int() || o.is_bool(); };
  if (op == BinaryOp::kAdd) {
    if (left.is_string() && right.is_string()) {
      CheckSize(context, left.as_string().size() + right.as_string().size());
      return left.is_markup() && right.is_markup() ? Object::Markup(left.as_string() + right.as_string())
                                                   : Object(left.as_string() + right.as_string());
    }
    if ((left.is_list() && right.is_list()) || (left.is_tuple() && right.is_tuple())) {
      ObjectList items = left.items();
      items.insert(items.end(), right.items().begin(), right.items().end());
      return left.is_list() ? Object::List(std::move(items)) : Object::Tuple(std::move(items));
    }
    auto kind = [](const Object& o) { return o.is_string() ? "str" : o.is_list() ? "list" : "tuple"; };
    if (left.is_string()) RaiseType(fmt::format("can only concatenate str (not \"{}\") to str", right.TypeName()));
    if (left.is_sequence()) RaiseType(fmt::format("can only concatenate {0} (not \"{1}\") to {0}", kind(left), right.TypeName()));
  }
  if (op == BinaryOp::kMul) {
    if ((left.is_string() || left.is_sequence()) && is_whole(right)) return Repeat(context, left, right.as_int());
    if ((right.is_string() || right.is_sequence()) && is_whole(left)) return Repeat(context, right, left.as_int());
  }
  if (op == BinaryOp::kSub && left.is_set() && right.is_set()) return SetDifference(left, right);
  RaiseUnsupported(op, left, right);
}

Object Negate(const Object& operand, bool minus) {
  if (operand.is_float()) return Object(minus ? -operand.as_float() : operand.as_float());
  if (operand.is_number()) {
    if (operand.as_int() == std::numeric_limits<int64_t>::min()) RaiseOverflow();
    return Object(minus ? -operand.as_int() : operand.as_int());
  }
  RequireDefined(operand);
  RaiseType(fmt::format("bad operand type for unary {}: '{}'", minus ? '-' : '+', operand.TypeName()));
}

int Order(const Object& left, const Object& right, std::string_view op) {
  if (left.is_number() && right.is_number()) {
    if (left.is_float() || right.is_float()) {
      double a = left.as_float();
      double b = right.as_float();
      return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2;  // NaN is unordered
    }
    return left.as_int() < right.as_int() ? -1 : left.as_int() > right.as_int() ? 1 : 0;
  }
  if (left.is_string() && right.is_string()) {
    int order = left.as_string().compare(right.as_string());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  RequireDefined(left);
  RequireDefined(right);
  if ((left.is_list() && right.is_list()) || (left.is_tuple() && right.is_tuple())) {
    if (StackIsLow()) Raise(ErrorCode::kInvalidArgument, "the values are nested too deeply to compare");
    const auto& a = left.items();
    const auto& b = right.items();
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
      if (!a[i].Equals(b[i])) return Order(a[i], b[i], op);
    }
    return a.size() < b.size() ? -1 : a.size() > b.size() ? 1 : 0;
  }
  if (left.is_host()) {
    if (auto order = left.host()->Compare(right)) return *order;
  }
  if (right.is_host()) {
    if (auto order = right.host()->Compare(left)) return -*order;
  }
  RaiseType(fmt::format("'{}' not supported between instances of '{}' and '{}'", op, left.TypeName(), right.TypeName()));
}

bool CompareOperation(Context& context, ast::CompareOp op, const Object& left, const Object& right) {
  using ast::CompareOp;
  auto subset = [](const Object& a, const Object& b) {
    for (const auto& [item, none] : a.set().entries()) {
      if (b.set().Find(item) == nullptr) return false;
    }
    return true;
  };
  bool sets = left.is_set() && right.is_set();
  switch (op) {
    case CompareOp::kEq: return left.Equals(right);
    case CompareOp::kNe: return !left.Equals(right);
    case CompareOp::kLt: return sets ? subset(left, right) && !subset(right, left) : Order(left, right, "<") == -1;
    case CompareOp::kLe: {
      if (sets) return subset(left, right);
      int order = Order(left, right, "<=");
      return order == -1 || order == 0;
    }
    case CompareOp::kGt: return sets ? subset(right, left) && !subset(left, right) : Order(left, right, ">") == 1;
    case CompareOp::kGe: {
      if (sets) return subset(right, left);
      int order = Order(left, right, ">=");
      return order == 1 || order == 0;
    }
    case CompareOp::kIn: return Contains(context, right, left);
    case CompareOp::kNotIn: return !Contains(context, right, left);
  }
  return false;
}

bool Contains(Context& context, const Object& container, const Object& item) {
  switch (container.kind()) {
    case Kind::kString:
      RequireDefined(item);
      if (!item.is_string()) RaiseType("'in <string>' requires string as left operand, not " + item.TypeName());
      return container.as_string().find(item.as_string()) != std::string::npos;
    case Kind::kList:
    case Kind::kTuple:
      for (const auto& member : container.items()) {
        if (member.Equals(item)) return true;
      }
      return false;
    case Kind::kDict: RequireHashable(item); return container.dict().Find(item) != nullptr;
    case Kind::kSet: RequireHashable(item); return container.set().Find(item) != nullptr;
    case Kind::kUndefined: return false;
    case Kind::kHost: {
      if (auto known = container.host()->Contains(item)) return *known;
      if (!container.host()->is_iterable()) break;
      for (const auto& member : Unwrap(container.host()->Iterate(context))) {
        if (member.Equals(item)) return true;
      }
      return false;
    }
    default: break;
  }
  RaiseType("argument of type '" + container.TypeName() + "' is not iterable");
}

void RequireHashable(const Object& object) {
  if (object.IsHashable()) return;
  const Object* inner = &object;
  while (inner->is_tuple()) {
    for (const auto& item : inner->items()) {
      if (!item.IsHashable()) {
        inner = &item;
        break;
      }
    }
  }
  RaiseType("unhashable type: '" + inner->TypeName() + "'");
}

}  // namespace dvt::tmpl
