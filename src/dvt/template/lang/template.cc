#include "dvt/template/lang/template.h"

#include <pthread.h>

#include <fmt/format.h>

#include "dvt/template/lang/ast.h"
#include "dvt/template/lang/interpreter.h"
#include "dvt/template/lang/lexer.h"
#include "dvt/template/lang/macro_object.h"
#include "dvt/template/lang/native_literal.h"
#include "dvt/template/lang/parser.h"

namespace dvt::tmpl {

Template::~Template() = default;

const Definition* Template::FindDefinition(std::string_view macro_name) const {
  for (const auto& definition : definitions_) {
    if (definition.macro_name == macro_name) return &definition;
  }
  return nullptr;
}

bool StackIsLow() {
  static thread_local const char* lowest = [] {
    pthread_attr_t attributes;
    void* base = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &base, &size);
      pthread_attr_destroy(&attributes);
    }
    return static_cast<const char*>(base) + std::min<size_t>(size / 4, size_t{1} << 20);
  }();
  return static_cast<const char*>(__builtin_frame_address(0)) < lowest;
}

Result<std::shared_ptr<const Template>> Parse(std::string text, std::string file, const ParseOptions& options) {
  std::shared_ptr<Template> made(new Template());
  made->file_ = std::move(file);
  made->text_ = std::move(text);
  try {
    auto tokens = Tokenize(made->text_, made->file_, options);
    made->plain_ = tokens.size() == 1 || (tokens.size() == 2 && tokens[0].type == TokenType::kData);
    Parser(std::move(tokens), made->file_, options).ParseInto(*made);
  } catch (Raised& raised) {
    return std::move(raised.error);
  }
  return std::shared_ptr<const Template>(std::move(made));
}

Result<std::vector<Definition>> ParseDocs(std::string_view text, std::string file) {
  // Only docs blocks count; everything else, tags included, is prose.
  std::vector<Definition> definitions;
  ParseOptions options;
  size_t from = 0;
  while ((from = text.find("{%", from)) != std::string_view::npos) {
    size_t word = text.find_first_not_of(" \t\r\n-+", from + 2);
    if (word == std::string_view::npos || text.substr(word, 5) != "docs ") {
      from += 2;
      continue;
    }
    size_t close = text.find("enddocs", word);
    size_t end = close == std::string_view::npos ? close : text.find("%}", close);
    options.first_line = 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(from), '\n'));
    size_t stop = end == std::string_view::npos ? text.size() : end + 2;
    DVT_ASSIGN(auto parsed, Parse(std::string(text.substr(from, stop - from)), file, options));
    for (Definition definition : parsed->definitions()) {
      definition.begin += from;
      definition.end += from;
      definition.body_begin += from;
      definition.body_end += from;
      definitions.push_back(std::move(definition));
    }
    from = stop;
  }
  return definitions;
}

Context::Context(std::shared_ptr<const Environment> environment)
    : environment_(std::move(environment)), state_(std::make_unique<State>()) {}

Context::~Context() {
  for (auto& scope : state_->captured) scope->names.clear();
}

void Context::Set(std::string name, Object value) { variables_[std::move(name)] = std::move(value); }

const Object* Context::FindVariable(std::string_view name) {
  std::string key(name);
  if (const auto at = variables_.find(key); at != variables_.end()) return &at->second;
  if (std::find(late_names_.begin(), late_names_.end(), name) == late_names_.end()) return nullptr;
  auto made = late_(name);
  return made ? &variables_.emplace(std::move(key), std::move(*made)).first->second : nullptr;
}

std::optional<Object> Context::Resolve(std::string_view name) {
  if (lookup_) {
    if (auto found = lookup_(name)) return found;
  }
  return ResolveOwn(name);
}

std::optional<Object> Context::ResolveOwn(std::string_view name) {
  if (const Object* variable = FindVariable(name)) return *variable;
  if (const Object* global = environment_->FindGlobal(name)) return *global;
  return std::nullopt;
}

std::vector<std::string> Context::KnownNames() const {
  std::vector<std::string> names = environment_->GlobalNames();
  for (const auto& entry : variables_) names.push_back(entry.first);
  for (const std::string_view name : late_names_) {
    if (variables_.count(std::string(name)) == 0) names.emplace_back(name);
  }
  if (lookup_names_) {
    for (auto& name : lookup_names_()) names.push_back(std::move(name));
  }
  return names;
}

template <class F>
auto Guarded(Context& context, F&& work) -> Result<decltype(work())> {
  auto& state = Interpreter::StateOf(context);
  auto saved_file = state.file;
  auto saved_pos = state.pos;
  int saved_depth = state.depth;
  size_t saved_stack = state.macro_stack.size();
  if (state.entries++ == 0) state.steps = 0;
  auto leave = [&] {
    state.file = saved_file;
    state.pos = saved_pos;
    state.depth = saved_depth;
    state.macro_stack.resize(saved_stack);
    --state.entries;
  };
  try {
    auto result = work();
    leave();
    return result;
  } catch (Raised& raised) {
    Error error = std::move(raised.error);
    if (state.file != nullptr) (void)std::move(error).AtIfUnknown({*state.file, state.pos.line, state.pos.column});
    leave();
    return error;
  } catch (Returned&) {
    leave();
    return Error(ErrorCode::kInvalidArgument, "return() outside of a macro");
  } catch (const std::bad_alloc&) {
    leave();
    return Error(ErrorCode::kMemory, "out of memory while rendering");
  }
}

Result<Object> Context::Call(const Object& callable, Arguments arguments) {
  return Guarded(*this, [&] { return CallObject(*this, callable, arguments); });
}
Result<Object> Context::GetAttr(const Object& object, std::string_view name) {
  return Guarded(*this, [&] { return GetAttribute(*this, object, name); });
}
Result<Object> Context::GetItem(const Object& object, const Object& key) {
  return Guarded(*this, [&] { return GetSubscript(*this, object, key); });
}
Result<ObjectList> Context::Iterate(const Object& object) {
  return Guarded(*this, [&] { return IterateObject(*this, object); });
}

Place Context::place() const { return {state_->file == nullptr ? "" : *state_->file, state_->pos.line, state_->pos.column}; }
std::vector<std::string> Context::MacroStack() const { return state_->macro_stack; }

Result<std::string> Render(const std::shared_ptr<const Template>& tmpl, Context& context) {
  return Guarded(context, [&] {
    Interpreter::StateOf(context).file = &tmpl->file();
    return Interpreter(tmpl, context).Run();
  });
}

namespace {

// The one statement that the text comes down to, conditions around it decided; null: it has several parts, or none.
const ast::Stmt* OnlyStatement(const ast::Body& whole, Interpreter& interpreter) {
  const ast::Body* body = &whole;
  while (body->statements.size() == 1 && body->statements[0]->type == ast::StmtType::kIf) {
    const auto& choice = static_cast<const ast::If&>(*body->statements[0]);
    body = &choice.otherwise;
    for (const auto& [test, branch] : choice.branches) {
      if (!interpreter.EvaluateAlone(*test).Truth()) continue;
      body = &branch;
      break;
    }
  }
  return body->statements.size() == 1 ? body->statements[0].get() : nullptr;
}

}  // namespace

Result<Object> RenderNative(const std::shared_ptr<const Template>& tmpl, Context& context) {
  auto native = Guarded(context, [&]() -> std::optional<Object> {
    Interpreter::StateOf(context).file = &tmpl->file();
    Interpreter interpreter(tmpl, context);
    const ast::Stmt* only = OnlyStatement(tmpl->body(), interpreter);
    if (only == nullptr || only->type != ast::StmtType::kOutput) return std::nullopt;
    const auto& expr = *static_cast<const ast::ExprStmt&>(*only).expr;
    const Object value = interpreter.EvaluateAlone(expr);
    return NativeResult(expr, value);
  });
  if (!native) return std::move(native).error();
  if (*native) return **std::move(native);
  DVT_ASSIGN(auto text, Render(tmpl, context));
  return Object(std::move(text));
}

Result<Object> Evaluate(std::string_view expression, Context& context, std::string file) {
  std::string text = "{{ " + std::string(expression) + " }}";
  DVT_ASSIGN(auto tmpl, Parse(std::move(text), std::move(file)));
  const auto& statements = tmpl->body().statements;
  if (statements.size() != 1 || statements[0]->type != ast::StmtType::kOutput) {
    return Error(ErrorCode::kSyntax, "an expression is expected, not '" + std::string(expression) + "'");
  }
  return Guarded(context, [&] {
    Interpreter::StateOf(context).file = &tmpl->file();
    return Interpreter(tmpl, context).EvaluateAlone(*static_cast<const ast::ExprStmt&>(*statements[0]).expr);
  });
}

Result<Object> MacroObject::Call(Context& context, const Arguments& arguments) {
  return Guarded(context, [&] { return Invoke(context, arguments); });
}

Object MacroObject::Invoke(Context& context, const Arguments& arguments) {
  return Interpreter(tmpl_, context).CallMacro(*macro_, closure_, arguments, macro_->name, package_, !is_caller_);
}

Result<std::optional<Object>> MacroObject::GetAttr(Context&, std::string_view name) {
  if (name == "name" || name == "__name__") return std::optional<Object>(Object(macro_->name));
  if (name == "arguments") {
    ObjectList names;
    for (const auto& param : macro_->params) names.emplace_back(param.name);
    return std::optional<Object>(Object::Tuple(std::move(names)));
  }
  if (name == "catch_kwargs") return std::optional<Object>(Object(macro_->uses_kwargs));
  if (name == "catch_varargs") return std::optional<Object>(Object(macro_->uses_varargs));
  if (name == "caller") return std::optional<Object>(Object(macro_->uses_caller));
  return std::optional<Object>();
}

Object MakeMacro(std::shared_ptr<const Template> tmpl, const Definition& definition, std::string package) {
  return Object(std::make_shared<MacroObject>(std::move(tmpl), definition.macro, nullptr, std::move(package)));
}

std::string MacroName(const Object& object) {
  auto macro = object.host_as<MacroObject>();
  return macro == nullptr ? std::string() : macro->name();
}

Result<Object> CallMacro(const Object& macro, ObjectList args, std::vector<std::pair<std::string, Object>> kwargs,
                         Context& context) {
  return context.Call(macro, Arguments{std::move(args), std::move(kwargs)});
}

Object ReturnFunction() {
  static const Object function = MakeFunction("return", [](Context&, const Arguments& arguments) -> Result<Object> {
    DVT_ASSIGN(auto bound, arguments.Bind("return", {{"data", Object()}}));
    throw Returned{std::move(bound[0])};
  });
  return function;
}

}  // namespace dvt::tmpl
