#include "dvt/template/lang/extract.h"

#include <unordered_set>

#include "dvt/template/lang/ast.h"

namespace dvt::tmpl {
namespace {

using ast::ExprType;
using ast::StmtType;

bool IsDbtCall(std::string_view name) {
  return name == "ref" || name == "source" || name == "config" || name == "var" || name == "env_var" || name == "doc" ||
         name == "function";
}
bool Decides(std::string_view name) { return name == "ref" || name == "source" || name == "config" || name == "function"; }

/// Functions of dbt and Jinja whose results cannot bring in a ref or a config.
bool IsHarmless(std::string_view name) {
  static const std::unordered_set<std::string_view> names = {"log",
                                                             "print",
                                                             "return",
                                                             "range",
                                                             "dict",
                                                             "namespace",
                                                             "cycler",
                                                             "joiner",
                                                             "lipsum",
                                                             "fromjson",
                                                             "tojson",
                                                             "fromyaml",
                                                             "toyaml",
                                                             "set",
                                                             "set_strict",
                                                             "zip",
                                                             "zip_strict",
                                                             "local_md5",
                                                             "caller",
                                                             "loop",
                                                             "statement",
                                                             "load_result",
                                                             "store_result",
                                                             "run_query",
                                                             "debug",
                                                             "store_raw_result",
                                                             "diff_of_two_dicts",
                                                             "is_incremental",
                                                             "should_full_refresh"};
  return names.count(name) != 0;
}

/// While one lives, the code looked at may not run, or may run more than once.
class ConditionalScope {
 public:
  explicit ConditionalScope(int& depth, bool opens = true) : depth_(depth), opens_(opens) { depth_ += opens_ ? 1 : 0; }
  ~ConditionalScope() { depth_ -= opens_ ? 1 : 0; }
  ConditionalScope(const ConditionalScope&) = delete;
  ConditionalScope& operator=(const ConditionalScope&) = delete;

 private:
  int& depth_;
  bool opens_;
};

class Extractor {
 public:
  explicit Extractor(const std::string& file) : file_(file) {}

  void Body(const ast::Body& body) {
    for (const auto& stmt : body.statements) Statement(*stmt);
  }
  void Macro(const ast::Macro& macro) {
    for (const auto& param : macro.params) {
      if (param.default_value != nullptr) Walk(*param.default_value);
    }
    Body(macro.body);
  }
  ExtractedCalls Take() {
    for (const auto& call : calls_.calls) {
      if (!Decides(call.function)) continue;
      calls_.has_dependencies = true;
      if (!call.constant || call.conditional) calls_.constant = false;
    }
    return std::move(calls_);
  }

 private:
  void Conditional(const ast::Body& body) {
    ConditionalScope conditional(conditional_);
    Body(body);
  }

  void Statement(const ast::Stmt& stmt) {
    switch (stmt.type) {
      case StmtType::kData:
      case StmtType::kBreak:
      case StmtType::kContinue:
      case StmtType::kMacro: return;
      case StmtType::kOutput:
      case StmtType::kDo: return Walk(*static_cast<const ast::ExprStmt&>(stmt).expr);
      case StmtType::kIf: return Branches(static_cast<const ast::If&>(stmt));
      case StmtType::kFor: return Loop(static_cast<const ast::For&>(stmt));
      case StmtType::kSet: return Assignment(static_cast<const ast::Set&>(stmt));
      case StmtType::kSetBlock: return Assignment(static_cast<const ast::SetBlock&>(stmt));
      case StmtType::kCallBlock: {
        const auto& node = static_cast<const ast::CallBlock&>(stmt);
        Walk(*node.call);
        return Conditional(node.body->body);
      }
      case StmtType::kFilterBlock: {
        const auto& node = static_cast<const ast::FilterBlock&>(stmt);
        Walk(*node.filter);
        return Body(node.body);
      }
      case StmtType::kWith: {
        const auto& node = static_cast<const ast::With&>(stmt);
        for (const auto& [target, value] : node.values) Walk(*value);
        return Body(node.body);
      }
      case StmtType::kScope: return Body(static_cast<const ast::Scope&>(stmt).body);
      case StmtType::kDefinition: return OwnMacro(static_cast<const ast::DefinitionStmt&>(stmt));
    }
  }

  /// The first test always runs; the later ones, and every branch, may not.
  void Branches(const ast::If& node) {
    bool first = true;
    for (const auto& [test, body] : node.branches) {
      {
        ConditionalScope conditional(conditional_, !first);
        Walk(*test);
      }
      first = false;
      Conditional(body);
    }
    Conditional(node.otherwise);
  }

  void Loop(const ast::For& node) {
    Walk(*node.iterable);
    ConditionalScope conditional(conditional_);
    if (node.filter != nullptr) Walk(*node.filter);
    Body(node.body);
    Body(node.otherwise);
  }

  void Assignment(const ast::Set& node) {
    Assigned(node.target);
    Walk(*node.value);
  }

  void Assignment(const ast::SetBlock& node) {
    Assigned(node.target);
    if (node.filter != nullptr) Walk(*node.filter);
    Body(node.body);
  }

  /// A macro that this text defines for itself runs, if at all, when it is called.
  void OwnMacro(const ast::DefinitionStmt& node) {
    if (!node.binds) return;
    ConditionalScope conditional(conditional_);
    Macro(*node.macro);
  }

  /// A template that rebinds ref or config is not to be understood statically.
  void Assigned(const ast::Target& target) {
    if (Decides(target.name)) calls_.constant = false;
    for (const auto& part : target.parts) Assigned(part);
  }

  void Walk(const ast::Expr& expr) {
    switch (expr.type) {
      case ExprType::kConst: return;
      case ExprType::kName: return NameValue(static_cast<const ast::Name&>(expr));
      case ExprType::kDict:
        for (const auto& [key, value] : static_cast<const ast::DictLiteral&>(expr).entries) {
          Walk(*key);
          Walk(*value);
        }
        return;
      case ExprType::kBinary:
        Walk(*static_cast<const ast::Binary&>(expr).left);
        return Walk(*static_cast<const ast::Binary&>(expr).right);
      case ExprType::kCompare: {
        const auto& node = static_cast<const ast::Compare&>(expr);
        Walk(*node.first);
        for (const auto& [op, operand] : node.rest) Walk(*operand);
        return;
      }
      case ExprType::kCond: return Choice(static_cast<const ast::Cond&>(expr));
      case ExprType::kAttr: return AttributeValue(static_cast<const ast::Attr&>(expr));
      case ExprType::kItem:
        Walk(*static_cast<const ast::Item&>(expr).object);
        return Walk(*static_cast<const ast::Item&>(expr).key);
      case ExprType::kSlice: {
        const auto& node = static_cast<const ast::Slice&>(expr);
        for (const auto* part : {&node.start, &node.stop, &node.step}) {
          if (*part != nullptr) Walk(**part);
        }
        return;
      }
      case ExprType::kCall: return Call(static_cast<const ast::Call&>(expr));
      case ExprType::kFilter:
      case ExprType::kTest: {
        const auto& node = static_cast<const ast::Filter&>(expr);
        if (node.operand != nullptr) Walk(*node.operand);
        return Args(node.args);
      }
      default: return Operands(static_cast<const ast::Group&>(expr));
    }
  }

  /// What decides about dependencies is handed on as a value.
  void NameValue(const ast::Name& node) {
    const auto& name = node.name;
    if (name == "ref" || name == "source" || name == "function" || name == "builtins" || name == "context")
      calls_.constant = false;
  }

  void AttributeValue(const ast::Attr& node) {
    bool known = node.object->type == ExprType::kName && static_cast<const ast::Name&>(*node.object).name == "builtins";
    if (known && Decides(node.name)) calls_.constant = false;
    if (!known) Walk(*node.object);
  }

  void Choice(const ast::Cond& node) {
    Walk(*node.test);
    ConditionalScope conditional(conditional_);
    Walk(*node.then);
    if (node.otherwise != nullptr) Walk(*node.otherwise);
  }

  /// `and` and `or` may stop after their first operand.
  void Operands(const ast::Group& group) {
    bool lazy = group.type == ExprType::kAnd || group.type == ExprType::kOr;
    for (size_t i = 0; i < group.items.size(); ++i) {
      ConditionalScope conditional(conditional_, lazy && i > 0);
      Walk(*group.items[i]);
    }
  }

  void Args(const ast::CallArgs& args) {
    for (const auto& arg : args.positional) Walk(*arg);
    for (const auto& [name, value] : args.named) Walk(*value);
    if (args.star != nullptr) Walk(*args.star);
    if (args.double_star != nullptr) Walk(*args.double_star);
  }

  Place At(const ast::Expr& expr) const { return {file_, expr.pos.line, expr.pos.column}; }

  void Call(const ast::Call& call) {
    if (call.callee->type == ExprType::kName) {
      const auto& name = static_cast<const ast::Name&>(*call.callee).name;
      if (IsDbtCall(name)) return DbtCall(name, call);
      if (!IsHarmless(name)) calls_.macros.push_back({"", name, At(call)});
      return Args(call.args);
    }
    if (call.callee->type == ExprType::kAttr) {
      const auto& attr = static_cast<const ast::Attr&>(*call.callee);
      if (attr.object->type == ExprType::kName) return MethodCall(static_cast<const ast::Name&>(*attr.object).name, attr, call);
    }
    Walk(*call.callee);
    Args(call.args);
  }

  void MethodCall(const std::string& object, const ast::Attr& attr, const ast::Call& call) {
    if (object == "builtins" && IsDbtCall(attr.name)) return DbtCall(attr.name, call);
    if (object == "adapter" && attr.name == "dispatch") {
      bool literal = !call.args.positional.empty() && call.args.positional[0]->type == ExprType::kConst;
      if (literal) {
        const auto& value = static_cast<const ast::Const&>(*call.args.positional[0]).value;
        std::string package;
        if (call.args.positional.size() > 1 && call.args.positional[1]->type == ExprType::kConst) {
          package = static_cast<const ast::Const&>(*call.args.positional[1]).value.Str();
        }
        for (const auto& [key, expr] : call.args.named) {
          if (key == "macro_namespace" && expr->type == ExprType::kConst)
            package = static_cast<const ast::Const&>(*expr).value.Str();
        }
        calls_.macros.push_back({package, value.Str(), At(call), true});
      } else {
        calls_.constant = false;
      }
      return Args(call.args);
    }
    if (object == "config") {
      if (attr.name == "set") calls_.constant = false;
      return Args(call.args);
    }
    static const std::unordered_set<std::string_view> objects = {"adapter", "api",   "exceptions", "loop",  "this", "target",
                                                                 "model",   "graph", "modules",    "flags", "var",  "caller"};
    if (objects.count(object) == 0) calls_.macros.push_back({object, attr.name, At(call)});
    if (object == "context") calls_.constant = false;
    Args(call.args);
  }

  void DbtCall(const std::string& name, const ast::Call& call) {
    StaticCall found;
    found.function = name;
    found.place = At(call);
    found.conditional = conditional_ > 0;
    found.constant = call.args.star == nullptr && call.args.double_star == nullptr;
    for (const auto& arg : call.args.positional) found.args.Push(Literal(*arg, &found.constant));
    for (const auto& [key, value] : call.args.named) found.kwargs.Set(key, Literal(*value, &found.constant));
    calls_.calls.push_back(std::move(found));
    Args(call.args);
  }

  static Value Literal(const ast::Expr& expr, bool* constant) {
    if (expr.type == ExprType::kConst) return static_cast<const ast::Const&>(expr).value.ToValue();
    if (expr.type == ExprType::kList || expr.type == ExprType::kTuple) {
      Value list = Value::MakeList();
      for (const auto& item : static_cast<const ast::Group&>(expr).items) list.Push(Literal(*item, constant));
      return list;
    }
    if (expr.type == ExprType::kDict) {
      Value map = Value::MakeMap();
      for (const auto& [key, value] : static_cast<const ast::DictLiteral&>(expr).entries) {
        if (key->type != ExprType::kConst) *constant = false;
        Value k = Literal(*key, constant);
        map.Set(k.is_string() ? k.as_string() : k.ToText(), Literal(*value, constant));
      }
      return map;
    }
    if (expr.type == ExprType::kNeg) {
      Value inner = Literal(*static_cast<const ast::Group&>(expr).items[0], constant);
      if (inner.is_int()) return Value(-inner.as_int());
      if (inner.is_float()) return Value(-inner.as_float());
    }
    *constant = false;
    return Value();
  }

  const std::string& file_;
  ExtractedCalls calls_;
  int conditional_ = 0;
};

}  // namespace

std::vector<const StaticCall*> ExtractedCalls::Of(std::string_view function) const {
  std::vector<const StaticCall*> found;
  for (const auto& call : calls) {
    if (call.function == function) found.push_back(&call);
  }
  return found;
}

ExtractedCalls ExtractCalls(const Template& tmpl) {
  Extractor extractor(tmpl.file());
  extractor.Body(tmpl.body());
  return extractor.Take();
}

ExtractedCalls ExtractCalls(const Template& tmpl, const Definition& definition) {
  Extractor extractor(tmpl.file());
  if (definition.macro != nullptr) extractor.Macro(*definition.macro);
  return extractor.Take();
}

}  // namespace dvt::tmpl
