#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/template/lang/ast.h"
#include "dvt/template/lang/ops.h"
#include "dvt/template/lang/raise.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

/// Names set in one block; names point into syntax trees.
struct Scope {
  explicit Scope(std::shared_ptr<Scope> outer) : parent(std::move(outer)) {}
  std::vector<std::pair<std::string_view, Object>> names;
  std::shared_ptr<Scope> parent;

  void Set(std::string_view name, Object value);
  const Object* Find(std::string_view name) const;  ///< outwards
};

struct Context::State {
  int64_t steps = 0;
  int depth = 0;                      ///< macro calls under way
  int entries = 0;                    ///< renders and calls from C++ under way
  const std::string* file = nullptr;  ///< of the text being evaluated
  ast::Pos pos;
  std::vector<std::string> macro_stack;
  std::vector<std::shared_ptr<Scope>> captured;  ///< scopes that macros hold on to; emptied at the end, breaking cycles
};

/// Evaluates one text in one context.
class Interpreter {
 public:
  enum class Flow : uint8_t { kNormal, kReturn, kBreak, kContinue };

  Interpreter(std::shared_ptr<const Template> tmpl, Context& context);

  /// Runs a whole text with a scope of its own.
  std::string Run();
  Object EvaluateAlone(const ast::Expr& expr);
  /// Calls a macro of this text. `closure` is the scope it was defined in; null: a macro of a project file.
  Object CallMacro(const ast::Macro& macro, const std::shared_ptr<Scope>& closure, const Arguments& arguments,
                   const std::string& name, const std::string& package, bool catches_return);

  static Context::State& StateOf(Context& context);

 private:
  using ScopePtr = std::shared_ptr<Scope>;

  // Statements.
  Flow ExecuteBody(const ast::Body& body, const ScopePtr& scope, std::string& out);
  Flow Execute(const ast::Stmt& stmt, const ScopePtr& scope, std::string& out);
  Flow ExecuteFor(const ast::For& node, const ScopePtr& scope, std::string& out);
  Flow LoopOver(const ast::For& node, const Object& iterable, int depth, const ScopePtr& scope, std::string& out);
  Flow ExecuteSetBlock(const ast::SetBlock& node, const ScopePtr& scope, std::string& out);
  Flow ExecuteCallBlock(const ast::CallBlock& node, const ScopePtr& scope, std::string& out);
  bool IsReturnCall(const ast::Expr& expr, const ScopePtr& scope, Object* value);
  void Assign(const ast::Target& target, Object value, Scope& scope, Scope& names);
  void Append(std::string& out, const Object& value);
  void BindParameters(const ast::Macro& macro, const Arguments& arguments, const std::string& name, const ScopePtr& scope);
  ScopePtr ModuleScope();

  // Expressions.
  Object Eval(const ast::Expr& expr, const ScopePtr& scope);
  Object EvalName(const ast::Name& node, const ScopePtr& scope);
  Object EvalGroup(const ast::Group& node, const ScopePtr& scope);
  Object EvalCompare(const ast::Compare& node, const ScopePtr& scope);
  Object EvalCall(const ast::Call& node, const ScopePtr& scope, const Object* caller = nullptr);
  Object EvalFilter(const ast::Filter& node, const ScopePtr& scope, const Object* innermost = nullptr);
  Object EvalTest(const ast::Filter& node, const ScopePtr& scope);
  Object EvalItem(const ast::Item& node, const ScopePtr& scope);
  Arguments EvalArguments(const ast::CallArgs& args, const ScopePtr& scope);
  [[noreturn]] void RaiseUndefinedCall(const Object& callee, const ast::Expr& node);
  void Step(ast::Pos pos);

  std::shared_ptr<const Template> tmpl_;
  Context& context_;
  Context::State& state_;
  Object return_value_;
};

/// Runs `work` (which throws Raised) at a public entry: counts entries, restores state, turns exceptions into an Error.
template <class F>
auto Guarded(Context& context, F&& work) -> Result<decltype(work())>;

/// The function behind the name `return`.
Object ReturnFunction();

}  // namespace dvt::tmpl
