#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/interpreter.h"
#include "dvt/template/lang/iterators.h"
#include "dvt/template/lang/macro_object.h"

namespace dvt::tmpl {

using ast::StmtType;

void Scope::Set(std::string_view name, Object value) {
  for (auto& [key, old] : names) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  names.emplace_back(name, std::move(value));
}

const Object* Scope::Find(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent.get()) {
    for (const auto& [key, value] : scope->names) {
      if (key == name) return &value;
    }
  }
  return nullptr;
}

Interpreter::Interpreter(std::shared_ptr<const Template> tmpl, Context& context)
    : tmpl_(std::move(tmpl)), context_(context), state_(*context.state_) {}

Context::State& Interpreter::StateOf(Context& context) { return *context.state_; }

std::string Interpreter::Run() {
  std::string out;
  auto scope = std::make_shared<Scope>(nullptr);
  if (ExecuteBody(tmpl_->body(), scope, out) == Flow::kReturn) {
    Raise(ErrorCode::kInvalidArgument, "return() outside of a macro");
  }
  return out;
}

Object Interpreter::EvaluateAlone(const ast::Expr& expr) { return Eval(expr, std::make_shared<Scope>(nullptr)); }

Interpreter::Flow Interpreter::ExecuteBody(const ast::Body& body, const ScopePtr& scope, std::string& out) {
  for (const auto& stmt : body.statements) {
    if (const Flow flow = Execute(*stmt, scope, out); flow != Flow::kNormal) return flow;
  }
  return Flow::kNormal;
}

void Interpreter::Append(std::string& out, const Object& value) {
  if (value.is_string()) {
    out += value.as_string();
  } else {
    out += value.Str();
  }
  CheckSize(context_, out.size());
}

bool Interpreter::IsReturnCall(const ast::Expr& expr, const ScopePtr& scope, Object* value) {
  if (expr.type != ast::ExprType::kCall || state_.depth == 0) return false;
  const auto& call = static_cast<const ast::Call&>(expr);
  if (call.callee->type != ast::ExprType::kName || static_cast<const ast::Name&>(*call.callee).name != "return") return false;
  if (call.args.positional.size() > 1 || !call.args.named.empty() || call.args.star != nullptr ||
      call.args.double_star != nullptr) {
    return false;
  }
  Object callee = EvalName(static_cast<const ast::Name&>(*call.callee), scope);
  if (!callee.is_host() || callee.host() != ReturnFunction().host()) return false;
  *value = call.args.positional.empty() ? Object() : Eval(*call.args.positional[0], scope);
  return true;
}

Interpreter::Flow Interpreter::Execute(const ast::Stmt& stmt, const ScopePtr& scope, std::string& out) {
  Step(stmt.pos);
  switch (stmt.type) {
    case StmtType::kData:
      out += static_cast<const ast::Data&>(stmt).text;
      CheckSize(context_, out.size());
      return Flow::kNormal;
    case StmtType::kOutput:
    case StmtType::kDo: {
      const auto& node = static_cast<const ast::ExprStmt&>(stmt);
      if (IsReturnCall(*node.expr, scope, &return_value_)) return Flow::kReturn;
      Object value = Eval(*node.expr, scope);
      if (stmt.type == StmtType::kOutput) Append(out, value);
      return Flow::kNormal;
    }
    case StmtType::kIf: {
      const auto& node = static_cast<const ast::If&>(stmt);
      for (const auto& [test, body] : node.branches) {
        if (Eval(*test, scope).Truth()) return ExecuteBody(body, scope, out);
      }
      return ExecuteBody(node.otherwise, scope, out);
    }
    case StmtType::kBreak: return Flow::kBreak;
    case StmtType::kContinue: return Flow::kContinue;
    case StmtType::kFor: return ExecuteFor(static_cast<const ast::For&>(stmt), scope, out);
    case StmtType::kSet: {
      const auto& node = static_cast<const ast::Set&>(stmt);
      Object value = Eval(*node.value, scope);
      state_.pos = stmt.pos;
      Assign(node.target, std::move(value), *scope, *scope);
      return Flow::kNormal;
    }
    case StmtType::kSetBlock: return ExecuteSetBlock(static_cast<const ast::SetBlock&>(stmt), scope, out);
    case StmtType::kCallBlock: return ExecuteCallBlock(static_cast<const ast::CallBlock&>(stmt), scope, out);
    case StmtType::kFilterBlock: {
      const auto& node = static_cast<const ast::FilterBlock&>(stmt);
      std::string text;
      if (const Flow flow = ExecuteBody(node.body, std::make_shared<Scope>(scope), text); flow != Flow::kNormal) return flow;
      Object value{std::move(text)};
      Append(out, EvalFilter(static_cast<const ast::Filter&>(*node.filter), scope, &value));
      return Flow::kNormal;
    }
    case StmtType::kWith: {
      const auto& node = static_cast<const ast::With&>(stmt);
      auto inner = std::make_shared<Scope>(scope);
      for (const auto& [target, value] : node.values) Assign(target, Eval(*value, scope), *inner, *inner);
      return ExecuteBody(node.body, inner, out);
    }
    case StmtType::kScope: return ExecuteBody(static_cast<const ast::Scope&>(stmt).body, std::make_shared<Scope>(scope), out);
    case StmtType::kDefinition: {
      const auto& node = static_cast<const ast::DefinitionStmt&>(stmt);
      if (!node.binds) return Flow::kNormal;
      state_.captured.push_back(scope);
      scope->Set(node.macro->name, Object(std::make_shared<MacroObject>(tmpl_, node.macro, scope, "")));
      return Flow::kNormal;
    }
    case StmtType::kMacro: break;
  }
  return Flow::kNormal;
}

void Interpreter::Assign(const ast::Target& target, Object value, Scope& scope, Scope& names) {
  if (target.is_tuple) {
    ObjectList items = IterateObject(context_, value);
    if (items.size() != target.parts.size()) {
      Raise(ErrorCode::kType,
            items.size() > target.parts.size()
                ? fmt::format("too many values to unpack (expected {})", target.parts.size())
                : fmt::format("not enough values to unpack (expected {}, got {})", target.parts.size(), items.size()));
    }
    for (size_t i = 0; i < items.size(); ++i) Assign(target.parts[i], std::move(items[i]), scope, names);
    return;
  }
  if (target.attribute.empty()) {
    names.Set(target.name, std::move(value));
    return;
  }
  const Object* holder = scope.Find(target.name);
  std::optional<Object> found;
  if (holder == nullptr) found = context_.Resolve(target.name);
  const Object& object = holder != nullptr ? *holder : found ? *found : Object::Undefined(target.name);
  auto space = object.host_as<NamespaceObject>();
  if (space == nullptr) RaiseType("cannot assign attribute on non-namespace object");
  Unwrap(space->SetAttr(target.attribute, std::move(value)));
}

Interpreter::Flow Interpreter::ExecuteFor(const ast::For& node, const ScopePtr& scope, std::string& out) {
  Object iterable = Eval(*node.iterable, scope);
  state_.pos = node.pos;
  return LoopOver(node, iterable, 0, scope, out);
}

Interpreter::Flow Interpreter::LoopOver(const ast::For& node, const Object& iterable, int depth, const ScopePtr& scope,
                                        std::string& out) {
  if (StackIsLow()) Raise(ErrorCode::kInvalidArgument, "loops are nested too deeply");
  ObjectList items = IterateObject(context_, iterable);
  if (node.filter != nullptr) {
    ObjectList kept;
    for (auto& item : items) {
      auto inner = std::make_shared<Scope>(scope);
      Assign(node.target, item, *inner, *inner);
      if (Eval(*node.filter, inner).Truth()) kept.push_back(std::move(item));
    }
    items = std::move(kept);
  }
  if (items.empty()) return ExecuteBody(node.otherwise, std::make_shared<Scope>(scope), out);
  LoopObject::Recurse recurse;
  if (node.recursive) {
    recurse = [this, &node, scope](Context&, const Object& inner, int inner_depth) -> Result<Object> {
      std::string text;
      LoopOver(node, inner, inner_depth, scope, text);
      return Object(std::move(text));
    };
  }
  auto shared = std::make_shared<const ObjectList>(std::move(items));
  auto loop = std::make_shared<LoopObject>(shared, depth, std::move(recurse));
  Flow flow = Flow::kNormal;
  std::shared_ptr<Scope> inner;
  for (size_t i = 0; i < shared->size() && flow == Flow::kNormal; ++i) {
    if (inner == nullptr || inner.use_count() > 1) {
      inner = std::make_shared<Scope>(scope);
    } else {
      inner->names.clear();
    }
    loop->MoveTo(i);
    inner->Set("loop", Object(loop));
    Assign(node.target, (*shared)[i], *inner, *inner);
    flow = ExecuteBody(node.body, inner, out);
    if (flow == Flow::kContinue) flow = Flow::kNormal;
  }
  loop->Forget();
  return flow == Flow::kBreak ? Flow::kNormal : flow;
}

Interpreter::Flow Interpreter::ExecuteSetBlock(const ast::SetBlock& node, const ScopePtr& scope, std::string& /*out*/) {
  std::string text;
  if (const Flow flow = ExecuteBody(node.body, std::make_shared<Scope>(scope), text); flow != Flow::kNormal) return flow;
  Object value{std::move(text)};
  if (node.filter != nullptr) value = EvalFilter(static_cast<const ast::Filter&>(*node.filter), scope, &value);
  Assign(node.target, std::move(value), *scope, *scope);
  return Flow::kNormal;
}

Interpreter::Flow Interpreter::ExecuteCallBlock(const ast::CallBlock& node, const ScopePtr& scope, std::string& out) {
  auto caller = std::make_shared<MacroObject>(tmpl_, node.body, scope, "");
  caller->set_is_caller();
  Object as_object(caller);
  Append(out, EvalCall(static_cast<const ast::Call&>(*node.call), scope, &as_object));
  return Flow::kNormal;
}

Interpreter::ScopePtr Interpreter::ModuleScope() {
  auto scope = std::make_shared<Scope>(nullptr);
  std::string ignored;
  for (const auto& stmt : tmpl_->body().statements) {
    if (stmt->type == StmtType::kSet || stmt->type == StmtType::kSetBlock) Execute(*stmt, scope, ignored);
  }
  return scope;
}

void Interpreter::BindParameters(const ast::Macro& macro, const Arguments& arguments, const std::string& name,
                                 const ScopePtr& scope) {
  const auto& given = arguments.positional;
  std::vector<bool> used(arguments.named.size(), false);
  for (size_t i = 0; i < macro.params.size(); ++i) {
    const auto& param = macro.params[i];
    std::optional<Object> value;
    if (i < given.size()) value = given[i];
    for (size_t k = 0; !value && k < arguments.named.size(); ++k) {
      if (arguments.named[k].first != param.name) continue;
      value = arguments.named[k].second;
      used[k] = true;
    }
    if (!value && param.default_value != nullptr) value = Eval(*param.default_value, scope);
    if (!value)
      value = Object::Undefined(param.name, "!parameter '" + param.name + "' was not provided", context_.lenient_undefined_);
    scope->Set(param.name, std::move(*value));
  }
  if (macro.uses_caller && !macro.explicit_caller) {
    Object caller = Object::Undefined("caller", "!No caller defined");
    for (size_t k = 0; k < arguments.named.size(); ++k) {
      if (arguments.named[k].first != "caller") continue;
      caller = arguments.named[k].second;
      used[k] = true;
    }
    scope->Set("caller", std::move(caller));
  }
  Object extra = Object::MakeDict();
  for (size_t k = 0; k < arguments.named.size(); ++k) {
    const auto& [key, value] = arguments.named[k];
    if (used[k]) continue;
    if (!macro.uses_kwargs) {
      std::vector<std::string> names;
      for (const auto& param : macro.params) names.push_back(param.name);
      RaiseType(fmt::format("macro '{}' takes no keyword argument '{}'.{} Its arguments are: {}", name, key,
                            DidYouMean(key, names), names.empty() ? "none" : Join(names, ", ")));
    }
    extra.dict().Set(Object(key), value);
  }
  if (macro.uses_kwargs) scope->Set("kwargs", extra);
  if (macro.uses_varargs) {
    ObjectList rest(given.begin() + static_cast<std::ptrdiff_t>(std::min(given.size(), macro.params.size())), given.end());
    scope->Set("varargs", Object::Tuple(std::move(rest)));
  } else if (given.size() > macro.params.size()) {
    RaiseType(fmt::format("macro '{}' takes not more than {} argument(s)", name, macro.params.size()));
  }
}

namespace {

std::string PlaceText(const std::string* file, ast::Pos pos) {
  return Place{file == nullptr ? "" : *file, pos.line, 0}.ToString();
}

}  // namespace

Object Interpreter::CallMacro(const ast::Macro& macro, const ScopePtr& closure, const Arguments& arguments,
                              const std::string& name, const std::string& package, bool catches_return) {
  const std::string* caller_file = state_.file;
  ast::Pos caller_pos = state_.pos;
  if (state_.depth >= context_.limits_.max_depth || StackIsLow()) {
    Raise(ErrorCode::kInvalidArgument,
          fmt::format("macro calls are nested more than {} deep: does '{}' call itself without end?", state_.depth, name));
  }
  ++state_.depth;
  state_.macro_stack.push_back(package.empty() ? name : package + "." + name);
  state_.file = &tmpl_->file();
  auto leave = [&] {
    --state_.depth;
    state_.macro_stack.pop_back();
    state_.file = caller_file;
    state_.pos = caller_pos;
  };
  Object result;
  try {
    auto scope = std::make_shared<Scope>(closure != nullptr ? closure : ModuleScope());
    BindParameters(macro, arguments, name, scope);
    std::string out;
    if (ExecuteBody(macro.body, scope, out) == Flow::kReturn) {
      result = std::move(return_value_);
      if (!catches_return) {
        leave();
        throw Returned{std::move(result)};
      }
    } else {
      result = Object(std::move(out));
    }
  } catch (Raised& raised) {
    Error error = std::move(raised.error).AtIfUnknown({*state_.file, state_.pos.line, state_.pos.column});
    std::string in = fmt::format("in {} '{}' ({})", catches_return ? "macro" : "call block", state_.macro_stack.back(),
                                 PlaceText(&tmpl_->file(), macro.pos));
    if (caller_file != nullptr) in += ", called from " + PlaceText(caller_file, caller_pos);
    leave();
    constexpr size_t kMostContexts = 12;
    if (error.contexts().size() < kMostContexts) (void)std::move(error).Within(std::move(in));
    throw Raised{std::move(error)};
  } catch (Returned& returned) {
    if (!catches_return) {
      leave();
      throw;
    }
    result = std::move(returned.value);
  }
  leave();
  return result;
}

}  // namespace dvt::tmpl
