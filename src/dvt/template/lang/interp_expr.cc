#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/interpreter.h"

namespace dvt::tmpl {

using ast::ExprType;

void Interpreter::Step(ast::Pos pos) {
  state_.pos = pos;
  if (++state_.steps > context_.limits_.max_steps) {
    Raise(ErrorCode::kInvalidArgument,
          fmt::format("the template ran for more than {} steps: does it ever end?", context_.limits_.max_steps));
  }
  if ((state_.steps & 0xFFF) == 0 && context_.stop_.stop_requested()) Raise(ErrorCode::kCancelled, "cancelled");
}

Object Interpreter::Eval(const ast::Expr& expr, const ScopePtr& scope) {
  Step(expr.pos);
  switch (expr.type) {
    case ExprType::kConst: return static_cast<const ast::Const&>(expr).value;
    case ExprType::kName: return EvalName(static_cast<const ast::Name&>(expr), scope);
    case ExprType::kList:
    case ExprType::kTuple:
    case ExprType::kConcat:
    case ExprType::kAnd:
    case ExprType::kOr:
    case ExprType::kNot:
    case ExprType::kNeg:
    case ExprType::kPos: return EvalGroup(static_cast<const ast::Group&>(expr), scope);
    case ExprType::kDict: {
      Object dict = Object::MakeDict();
      for (const auto& [key, value] : static_cast<const ast::DictLiteral&>(expr).entries) {
        Object k = Eval(*key, scope);
        RequireHashable(k);
        dict.dict().Set(std::move(k), Eval(*value, scope));
      }
      return dict;
    }
    case ExprType::kBinary: {
      const auto& node = static_cast<const ast::Binary&>(expr);
      if (StackIsLow()) Raise(ErrorCode::kInvalidArgument, "the expression is nested too deeply");
      Object left = Eval(*node.left, scope);
      Object right = Eval(*node.right, scope);
      state_.pos = expr.pos;
      return BinaryOperation(context_, node.op, left, right);
    }
    case ExprType::kCompare: return EvalCompare(static_cast<const ast::Compare&>(expr), scope);
    case ExprType::kCond: {
      const auto& node = static_cast<const ast::Cond&>(expr);
      if (Eval(*node.test, scope).Truth()) return Eval(*node.then, scope);
      if (node.otherwise != nullptr) return Eval(*node.otherwise, scope);
      return Object::Undefined("", "!the inline if-expression evaluated to false and no else section was defined.");
    }
    case ExprType::kAttr: {
      const auto& node = static_cast<const ast::Attr&>(expr);
      Object object = Eval(*node.object, scope);
      state_.pos = expr.pos;
      return GetAttribute(context_, object, node.name);
    }
    case ExprType::kItem: return EvalItem(static_cast<const ast::Item&>(expr), scope);
    case ExprType::kCall: return EvalCall(static_cast<const ast::Call&>(expr), scope);
    case ExprType::kFilter: return EvalFilter(static_cast<const ast::Filter&>(expr), scope);
    case ExprType::kTest: return EvalTest(static_cast<const ast::Filter&>(expr), scope);
    case ExprType::kSlice: break;
  }
  Raise(ErrorCode::kInternal, "a slice stands alone");
}

Object Interpreter::EvalName(const ast::Name& node, const ScopePtr& scope) {
  if (const Object* local = scope->Find(node.name)) return *local;
  if (auto found = context_.Resolve(node.name)) return std::move(*found);
  return Object::Undefined(node.name, "", context_.lenient_undefined_);
}

Object Interpreter::EvalGroup(const ast::Group& node, const ScopePtr& scope) {
  switch (node.type) {
    case ExprType::kAnd:
    case ExprType::kOr: {
      Object value;
      for (const auto& item : node.items) {
        value = Eval(*item, scope);
        if (value.Truth() == (node.type == ExprType::kOr)) break;
      }
      return value;
    }
    case ExprType::kNot: return Object(!Eval(*node.items[0], scope).Truth());
    case ExprType::kNeg:
    case ExprType::kPos: {
      Object operand = Eval(*node.items[0], scope);
      state_.pos = node.pos;
      return Negate(operand, node.type == ExprType::kNeg);
    }
    case ExprType::kConcat: {
      std::string text;
      for (const auto& item : node.items) {
        text += Eval(*item, scope).Str();
        CheckSize(context_, text.size());
      }
      return Object(std::move(text));
    }
    default: {
      ObjectList items;
      items.reserve(node.items.size());
      for (const auto& item : node.items) items.push_back(Eval(*item, scope));
      return node.type == ExprType::kList ? Object::List(std::move(items)) : Object::Tuple(std::move(items));
    }
  }
}

Object Interpreter::EvalCompare(const ast::Compare& node, const ScopePtr& scope) {
  Object left = Eval(*node.first, scope);
  for (const auto& [op, operand] : node.rest) {
    Object right = Eval(*operand, scope);
    state_.pos = node.pos;
    if (!CompareOperation(context_, op, left, right)) return Object(false);
    left = std::move(right);
  }
  return Object(true);
}

Object Interpreter::EvalItem(const ast::Item& node, const ScopePtr& scope) {
  Object object = Eval(*node.object, scope);
  if (node.key->type == ExprType::kSlice) {
    const auto& slice = static_cast<const ast::Slice&>(*node.key);
    auto part = [&](const ast::ExprPtr& e) { return e == nullptr ? Object() : Eval(*e, scope); };
    Object start = part(slice.start);
    Object stop = part(slice.stop);
    Object step = part(slice.step);
    state_.pos = node.pos;
    return SliceOf(object, start, stop, step);
  }
  Object key = Eval(*node.key, scope);
  state_.pos = node.pos;
  return GetSubscript(context_, object, key);
}

Arguments Interpreter::EvalArguments(const ast::CallArgs& args, const ScopePtr& scope) {
  Arguments out;
  out.positional.reserve(args.positional.size());
  for (const auto& arg : args.positional) out.positional.push_back(Eval(*arg, scope));
  for (const auto& [name, value] : args.named) {
    if (out.FindNamed(name) != nullptr) Raise(ErrorCode::kSyntax, "keyword argument repeated: " + name);
    out.named.emplace_back(name, Eval(*value, scope));
  }
  if (args.star != nullptr) {
    for (auto& item : IterateObject(context_, Eval(*args.star, scope))) out.positional.push_back(std::move(item));
  }
  if (args.double_star != nullptr) {
    Object mapping = Eval(*args.double_star, scope);
    if (!mapping.is_dict()) RaiseType("argument after ** must be a mapping, not " + mapping.TypeName());
    for (const auto& [key, value] : mapping.dict().entries()) {
      if (!key.is_string()) RaiseType("keywords must be strings");
      if (out.FindNamed(key.as_string()) != nullptr) {
        RaiseType("got multiple values for keyword argument '" + key.as_string() + "'");
      }
      out.named.emplace_back(key.as_string(), value);
    }
  }
  return out;
}

Object Interpreter::EvalCall(const ast::Call& node, const ScopePtr& scope, const Object* caller) {
  if (StackIsLow()) Raise(ErrorCode::kInvalidArgument, "calls are nested too deeply");
  if (node.callee->type == ExprType::kAttr) {
    const auto& attr = static_cast<const ast::Attr&>(*node.callee);
    Object object = Eval(*attr.object, scope);
    if (!object.is_undefined()) {
      Arguments arguments = EvalArguments(node.args, scope);
      if (caller != nullptr) arguments.named.emplace_back("caller", *caller);
      state_.pos = attr.pos;
      return CallMethodOf(context_, object, attr.name, arguments);
    }
    state_.pos = attr.pos;
    if (!object.undefined().lenient) RaiseUndefinedCall(object, *attr.object);
    return object;
  }
  Object callee = Eval(*node.callee, scope);
  if (callee.is_undefined()) {
    if (callee.undefined().lenient) {
      EvalArguments(node.args, scope);
      return callee;
    }
    state_.pos = node.pos;
    RaiseUndefinedCall(callee, *node.callee);
  }
  Arguments arguments = EvalArguments(node.args, scope);
  if (caller != nullptr) arguments.named.emplace_back("caller", *caller);
  state_.pos = node.pos;
  return CallObject(context_, callee, arguments);
}

void Interpreter::RaiseUndefinedCall(const Object& callee, const ast::Expr& node) {
  std::string hint;
  if (node.type == ExprType::kName) {
    auto names = context_.KnownNames();
    std::string nearest = NearestName(static_cast<const ast::Name&>(node).name, names);
    hint = nearest.empty() ? "no macro, function or variable has this name; a package may be missing from packages.yml"
                           : "did you mean '" + nearest + "'?";
  }
  throw Raised{Error(ErrorCode::kNotFound, callee.UndefinedMessage()).WithHint(std::move(hint))};
}

Object Interpreter::EvalFilter(const ast::Filter& node, const ScopePtr& scope, const Object* innermost) {
  Arguments arguments;
  if (node.operand == nullptr) {
    arguments.positional.push_back(*innermost);
  } else if (node.operand->type == ExprType::kFilter) {
    arguments.positional.push_back(EvalFilter(static_cast<const ast::Filter&>(*node.operand), scope, innermost));
  } else {
    arguments.positional.push_back(Eval(*node.operand, scope));
  }
  const Function* filter = context_.environment().FindFilter(node.name);
  state_.pos = node.pos;
  if (filter == nullptr) {
    std::string nearest = NearestName(node.name, context_.environment().FilterNames());
    throw Raised{Error(ErrorCode::kSyntax, "No filter named '" + node.name + "'.")
                     .WithHint(nearest.empty() ? "" : "did you mean '" + nearest + "'?")};
  }
  Arguments rest = EvalArguments(node.args, scope);
  for (auto& item : rest.positional) arguments.positional.push_back(std::move(item));
  arguments.named = std::move(rest.named);
  state_.pos = node.pos;
  return Unwrap((*filter)(context_, arguments));
}

Object Interpreter::EvalTest(const ast::Filter& node, const ScopePtr& scope) {
  Arguments arguments;
  arguments.positional.push_back(Eval(*node.operand, scope));
  const Function* test = context_.environment().FindTest(node.name);
  state_.pos = node.pos;
  if (test == nullptr) {
    std::string nearest = NearestName(node.name, context_.environment().TestNames());
    throw Raised{Error(ErrorCode::kSyntax, "No test named '" + node.name + "'.")
                     .WithHint(nearest.empty() ? "" : "did you mean '" + nearest + "'?")};
  }
  Arguments rest = EvalArguments(node.args, scope);
  for (auto& item : rest.positional) arguments.positional.push_back(std::move(item));
  arguments.named = std::move(rest.named);
  state_.pos = node.pos;
  return Object(Unwrap((*test)(context_, arguments)).Truth() != node.negated);
}

}  // namespace dvt::tmpl
