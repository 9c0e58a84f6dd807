#include "dvt/template/lang/native_literal.h"

#include "dvt/template/lang/lexer.h"
#include "dvt/template/lang/parser.h"
#include "dvt/template/lang/raise.h"

namespace dvt::tmpl {
namespace {

bool IsConstant(const ast::Expr& expr) {
  using ast::ExprType;
  switch (expr.type) {
    case ExprType::kConst: return true;
    case ExprType::kList:
    case ExprType::kTuple:
    case ExprType::kConcat:
    case ExprType::kAnd:
    case ExprType::kOr:
    case ExprType::kNot:
    case ExprType::kNeg:
    case ExprType::kPos:
      for (const auto& item : static_cast<const ast::Group&>(expr).items) {
        if (!IsConstant(*item)) return false;
      }
      return true;
    case ExprType::kDict:
      for (const auto& [key, value] : static_cast<const ast::DictLiteral&>(expr).entries) {
        if (!IsConstant(*key) || !IsConstant(*value)) return false;
      }
      return true;
    case ExprType::kBinary:
      return IsConstant(*static_cast<const ast::Binary&>(expr).left) && IsConstant(*static_cast<const ast::Binary&>(expr).right);
    default: return false;
  }
}

std::optional<Object> FromLiteral(const ast::Expr& expr) {
  using ast::ExprType;
  if (expr.type == ExprType::kConst) return static_cast<const ast::Const&>(expr).value;
  if (expr.type == ExprType::kNeg || expr.type == ExprType::kPos) {
    auto inner = FromLiteral(*static_cast<const ast::Group&>(expr).items[0]);
    if (!inner || !inner->is_number() || inner->is_bool()) return std::nullopt;
    if (expr.type == ExprType::kPos) return inner;
    return inner->is_float() ? Object(-inner->as_float()) : Object(-inner->as_int());
  }
  if (expr.type == ExprType::kList || expr.type == ExprType::kTuple) {
    ObjectList items;
    for (const auto& item : static_cast<const ast::Group&>(expr).items) {
      auto value = FromLiteral(*item);
      if (!value) return std::nullopt;
      items.push_back(std::move(*value));
    }
    return expr.type == ExprType::kList ? Object::List(std::move(items)) : Object::Tuple(std::move(items));
  }
  if (expr.type != ExprType::kDict) return std::nullopt;
  Object dict = Object::MakeDict();
  for (const auto& [key, value] : static_cast<const ast::DictLiteral&>(expr).entries) {
    auto k = FromLiteral(*key);
    auto v = FromLiteral(*value);
    if (!k || !v || !k->IsHashable()) return std::nullopt;
    dict.dict().Set(std::move(*k), std::move(*v));
  }
  return dict;
}

}  // namespace

std::optional<Object> LiteralValue(std::string_view text) {
  // Python's spelling only: `true`, `false` and `none` are names there.
  if (text == "true" || text == "false" || text == "none") return std::nullopt;
  std::string wrapped = "{{" + std::string(text) + "}}";
  try {
    ParseOptions options;
    auto tokens = Tokenize(wrapped, "", options);
    if (tokens.size() < 3 || tokens[0].type != TokenType::kVariableBegin) return std::nullopt;
    tokens.erase(tokens.begin());
    if (tokens[tokens.size() - 2].type != TokenType::kVariableEnd) return std::nullopt;
    return FromLiteral(*Parser(std::move(tokens), "", options).ParseSingleExpression());
  } catch (const Raised&) {
    return std::nullopt;
  }
}

Object NativeResult(const ast::Expr& expr, const Object& value) {
  std::string filter;
  if (expr.type == ast::ExprType::kFilter) filter = static_cast<const ast::Filter&>(expr).name;
  if (filter == "as_text" || IsConstant(expr) || value.is_undefined()) return Object(value.Str());
  if (filter != "as_native" && filter != "as_bool" && filter != "as_number") return value;
  if (!value.is_string()) {
    bool fits = filter == "as_native" || (filter == "as_bool" && value.is_bool()) ||
                (filter == "as_number" && value.is_number() && !value.is_bool());
    if (fits) return value;
  }
  auto literal = LiteralValue(value.Str());
  if (filter == "as_native") return literal ? *literal : value;
  bool fits = literal && (filter == "as_bool" ? literal->is_bool() : literal->is_number() && !literal->is_bool());
  if (!fits) {
    throw Raised{Error(ErrorCode::kType, "Could not convert value '" + value.Str() + "' into type '" +
                                             (filter == "as_bool" ? "bool" : "number") + "'")
                     .WithHint(filter == "as_bool" ? "as_bool takes only True and False" : "")};
  }
  return *literal;
}

}  // namespace dvt::tmpl
