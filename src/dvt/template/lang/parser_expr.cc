#include <charconv>
#include <cstdlib>

#include "dvt/template/lang/parser.h"
#include "dvt/template/lang/parser_depth.h"
#include "dvt/template/lang/raise.h"

namespace dvt::tmpl {

using ast::ExprPtr;
using ast::ExprType;

bool Parser::SkipIf(TokenType type) {
  if (!Is(type)) return false;
  Take();
  return true;
}

bool Parser::SkipIfName(std::string_view name) {
  if (!IsName(name)) return false;
  Take();
  return true;
}

Token Parser::Expect(TokenType type) {
  if (!Is(type)) {
    if (Is(TokenType::kEnd))
      Fail("unexpected end of template, expected '" + std::string(DescribeTokenType(type)) + "'.", Current());
    Fail("expected token '" + std::string(DescribeTokenType(type)) + "', got '" + DescribeToken(Current()) + "'", Current());
  }
  return Take();
}

void Parser::ExpectName(std::string_view name) {
  if (!IsName(name)) Fail("expected token '" + std::string(name) + "', got '" + DescribeToken(Current()) + "'", Current());
  Take();
}

void Parser::Fail(const std::string& message, const Token& token, std::string hint) const {
  throw Raised{Error(ErrorCode::kSyntax, message).At({file_, token.line, token.column}).WithHint(std::move(hint))};
}

ExprPtr Parser::ParseSingleExpression() {
  ExprPtr expression = Expression();
  if (!Is(TokenType::kVariableEnd)) Fail("chunk after expression", Current());
  return expression;
}

ExprPtr Parser::Expression(bool with_condition) {
  Deeper deeper(*this);
  return with_condition ? Condition() : Or();
}

ExprPtr Parser::Condition() {
  ast::Pos pos = Here();
  ExprPtr value = Or();
  while (SkipIfName("if")) {
    auto cond = std::make_unique<ast::Cond>(pos);
    cond->then = std::move(value);
    cond->test = Or();
    if (SkipIfName("else")) {
      Deeper deeper(*this);
      cond->otherwise = Condition();
    }
    value = std::move(cond);
    pos = Here();
  }
  return value;
}

namespace {

ExprPtr Grouped(ExprType type, ast::Pos pos, ExprPtr left, ExprPtr right) {
  if (left->type == type && (type == ExprType::kAnd || type == ExprType::kOr)) {
    static_cast<ast::Group&>(*left).items.push_back(std::move(right));
    return left;
  }
  auto group = std::make_unique<ast::Group>(type, pos);
  group->items.push_back(std::move(left));
  group->items.push_back(std::move(right));
  return group;
}

ExprPtr Single(ExprType type, ast::Pos pos, ExprPtr operand) {
  auto group = std::make_unique<ast::Group>(type, pos);
  group->items.push_back(std::move(operand));
  return group;
}

}  // namespace

ExprPtr Parser::Or() {
  ast::Pos pos = Here();
  ExprPtr left = And();
  while (SkipIfName("or")) left = Grouped(ExprType::kOr, pos, std::move(left), And());
  return left;
}

ExprPtr Parser::And() {
  ast::Pos pos = Here();
  ExprPtr left = Not();
  while (SkipIfName("and")) left = Grouped(ExprType::kAnd, pos, std::move(left), Not());
  return left;
}

ExprPtr Parser::Not() {
  if (!IsName("not")) return Comparison();
  Deeper deeper(*this);
  ast::Pos pos = Here();
  Take();
  return Single(ExprType::kNot, pos, Not());
}

ExprPtr Parser::Comparison() {
  ast::Pos pos = Here();
  ExprPtr first = Sum();
  auto compare = std::make_unique<ast::Compare>(pos);
  while (true) {
    ast::CompareOp op;
    switch (Current().type) {
      case TokenType::kEq: op = ast::CompareOp::kEq; break;
      case TokenType::kNe: op = ast::CompareOp::kNe; break;
      case TokenType::kLt: op = ast::CompareOp::kLt; break;
      case TokenType::kLe: op = ast::CompareOp::kLe; break;
      case TokenType::kGt: op = ast::CompareOp::kGt; break;
      case TokenType::kGe: op = ast::CompareOp::kGe; break;
      default:
        if (IsName("in")) {
          op = ast::CompareOp::kIn;
        } else if (IsName("not") && Next().type == TokenType::kName && Next().text == "in") {
          op = ast::CompareOp::kNotIn;
          Take();
        } else {
          if (compare->rest.empty()) return first;
          compare->first = std::move(first);
          return compare;
        }
    }
    Take();
    compare->rest.emplace_back(op, Sum());
  }
}

ExprPtr Parser::Sum() {
  ExprPtr left = Concat();
  while (Is(TokenType::kAdd) || Is(TokenType::kSub)) {
    auto node = std::make_unique<ast::Binary>(Here(), Is(TokenType::kAdd) ? BinaryOp::kAdd : BinaryOp::kSub);
    Take();
    node->left = std::move(left);
    node->right = Concat();
    left = std::move(node);
  }
  return left;
}

ExprPtr Parser::Concat() {
  ast::Pos pos = Here();
  ExprPtr first = Product();
  if (!Is(TokenType::kTilde)) return first;
  auto group = std::make_unique<ast::Group>(ExprType::kConcat, pos);
  group->items.push_back(std::move(first));
  while (SkipIf(TokenType::kTilde)) group->items.push_back(Product());
  return group;
}

ExprPtr Parser::Product() {
  ExprPtr left = Power();
  while (true) {
    BinaryOp op;
    switch (Current().type) {
      case TokenType::kMul: op = BinaryOp::kMul; break;
      case TokenType::kDiv: op = BinaryOp::kDiv; break;
      case TokenType::kFloorDiv: op = BinaryOp::kFloorDiv; break;
      case TokenType::kMod: op = BinaryOp::kMod; break;
      default: return left;
    }
    auto node = std::make_unique<ast::Binary>(Here(), op);
    Take();
    node->left = std::move(left);
    node->right = Power();
    left = std::move(node);
  }
}

ExprPtr Parser::Power() {
  ExprPtr left = Unary();
  while (Is(TokenType::kPow)) {
    auto node = std::make_unique<ast::Binary>(Here(), BinaryOp::kPow);
    Take();
    node->left = std::move(left);
    node->right = Unary();
    left = std::move(node);
  }
  return left;
}

ExprPtr Parser::Unary(bool with_filter) {
  Deeper deeper(*this);
  ast::Pos pos = Here();
  ExprPtr node;
  if (SkipIf(TokenType::kSub)) {
    node = Single(ExprType::kNeg, pos, Unary(false));
  } else if (SkipIf(TokenType::kAdd)) {
    node = Single(ExprType::kPos, pos, Unary(false));
  } else {
    node = Primary();
  }
  node = Postfix(std::move(node));
  return with_filter ? PostfixAndFilters(std::move(node)) : std::move(node);
}

ExprPtr Parser::Primary() {
  Token token = Current();
  ast::Pos pos = Here();
  switch (token.type) {
    case TokenType::kName: {
      Take();
      if (token.text == "true" || token.text == "True") return std::make_unique<ast::Const>(pos, Object(true));
      if (token.text == "false" || token.text == "False") return std::make_unique<ast::Const>(pos, Object(false));
      if (token.text == "none" || token.text == "None") return std::make_unique<ast::Const>(pos, Object());
      for (auto* macro : macros_) {
        if (token.text == "varargs") macro->uses_varargs = true;
        if (token.text == "kwargs") macro->uses_kwargs = true;
        if (token.text == "caller") macro->uses_caller = true;
      }
      return std::make_unique<ast::Name>(pos, token.text);
    }
    case TokenType::kString: {
      std::string text;
      while (Is(TokenType::kString)) text += Take().text;
      return std::make_unique<ast::Const>(pos, Object(std::move(text)));
    }
    case TokenType::kInteger: {
      Take();
      int base = 10;
      std::string_view digits = token.text;
      if (digits.size() > 2 && digits[0] == '0' && (digits[1] > '9')) {
        char kind = static_cast<char>(digits[1] | 0x20);
        base = kind == 'x' ? 16 : kind == 'o' ? 8 : 2;
        digits.remove_prefix(2);
      }
      int64_t value = 0;
      auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
      if (error != std::errc()) Fail("the integer " + token.text + " is too large (64 bits)", token);
      return std::make_unique<ast::Const>(pos, Object(value));
    }
    case TokenType::kFloat: Take(); return std::make_unique<ast::Const>(pos, Object(std::strtod(token.text.c_str(), nullptr)));
    case TokenType::kLeftParen: {
      Take();
      ExprPtr node = Tuple(true, {}, true);
      Expect(TokenType::kRightParen);
      return node;
    }
    case TokenType::kLeftBracket: return ListLiteral();
    case TokenType::kLeftBrace: return DictLiteral();
    default: Fail("unexpected '" + DescribeToken(token) + "'", token);
  }
}

ExprPtr Parser::Tuple(bool with_condition, std::vector<std::string> stop_names, bool parenthesised) {
  ast::Pos pos = Here();
  std::vector<ExprPtr> items;
  bool is_tuple = false;
  while (true) {
    if (!items.empty()) Expect(TokenType::kComma);
    if (AtTupleEnd(stop_names)) break;
    items.push_back(Expression(with_condition));
    if (!Is(TokenType::kComma)) break;
    is_tuple = true;
  }
  if (!is_tuple) {
    if (!items.empty()) return std::move(items[0]);
    if (!parenthesised) Fail("Expected an expression, got '" + DescribeToken(Current()) + "'", Current());
  }
  auto tuple = std::make_unique<ast::Group>(ExprType::kTuple, pos);
  tuple->items = std::move(items);
  return tuple;
}

bool Parser::AtTupleEnd(const std::vector<std::string>& stop_names) const {
  if (Is(TokenType::kVariableEnd) || Is(TokenType::kBlockEnd) || Is(TokenType::kRightParen)) return true;
  for (const auto& name : stop_names) {
    if (IsName(name)) return true;
  }
  return false;
}

ExprPtr Parser::ListLiteral() {
  auto list = std::make_unique<ast::Group>(ExprType::kList, Here());
  Expect(TokenType::kLeftBracket);
  while (!Is(TokenType::kRightBracket)) {
    if (!list->items.empty()) Expect(TokenType::kComma);
    if (Is(TokenType::kRightBracket)) break;
    list->items.push_back(Expression());
  }
  Expect(TokenType::kRightBracket);
  return list;
}

ExprPtr Parser::DictLiteral() {
  auto dict = std::make_unique<ast::DictLiteral>(Here());
  Expect(TokenType::kLeftBrace);
  while (!Is(TokenType::kRightBrace)) {
    if (!dict->entries.empty()) Expect(TokenType::kComma);
    if (Is(TokenType::kRightBrace)) break;
    ExprPtr key = Expression();
    Expect(TokenType::kColon);
    dict->entries.emplace_back(std::move(key), Expression());
  }
  Expect(TokenType::kRightBrace);
  return dict;
}

ExprPtr Parser::Postfix(ExprPtr node) {
  while (true) {
    if (Is(TokenType::kDot) || Is(TokenType::kLeftBracket)) {
      node = Subscript(std::move(node));
    } else if (Is(TokenType::kLeftParen)) {
      node = CallOf(std::move(node));
    } else {
      return node;
    }
  }
}

ExprPtr Parser::PostfixAndFilters(ExprPtr node) {
  while (true) {
    if (Is(TokenType::kPipe)) {
      node = FilterChain(std::move(node));
    } else if (IsName("is")) {
      node = TestOf(std::move(node));
    } else if (Is(TokenType::kLeftParen)) {
      node = CallOf(std::move(node));
    } else {
      return node;
    }
  }
}

ExprPtr Parser::FilterChain(ExprPtr node, bool start_inline) {
  while (Is(TokenType::kPipe) || start_inline) {
    if (!start_inline) Take();
    start_inline = false;
    auto filter = std::make_unique<ast::Filter>(ExprType::kFilter, Here());
    filter->name = DottedName();
    filter->operand = std::move(node);
    if (Is(TokenType::kLeftParen)) filter->args = Arguments();
    node = std::move(filter);
  }
  return node;
}

std::string Parser::DottedName() {
  std::string name = Expect(TokenType::kName).text;
  while (SkipIf(TokenType::kDot)) name += '.' + Expect(TokenType::kName).text;
  return name;
}

ExprPtr Parser::TestOf(ExprPtr operand) {
  Take();
  auto test = std::make_unique<ast::Filter>(ExprType::kTest, Here());
  test->negated = SkipIfName("not");
  test->name = DottedName();
  test->operand = std::move(operand);
  TokenType type = Current().type;
  bool is_word = type == TokenType::kName && !IsName("else") && !IsName("or") && !IsName("and");
  if (type == TokenType::kLeftParen) {
    test->args = Arguments();
  } else if (is_word || type == TokenType::kString || type == TokenType::kInteger || type == TokenType::kFloat ||
             type == TokenType::kLeftBracket || type == TokenType::kLeftBrace) {
    if (IsName("is")) Fail("You cannot chain multiple tests with is", Current());
    test->args.positional.push_back(Postfix(Primary()));
  }
  return test;
}

ExprPtr Parser::Subscript(ExprPtr node) {
  ast::Pos pos = Here();
  if (SkipIf(TokenType::kDot)) {
    Token name = Take();
    if (name.type == TokenType::kName)
      return std::make_unique<ast::Attr>(ast::Pos{name.line, name.column}, std::move(node), name.text);
    if (name.type != TokenType::kInteger) Fail("expected name or number", name);
    auto index = std::make_unique<ast::Const>(pos, Object(static_cast<int64_t>(std::strtoll(name.text.c_str(), nullptr, 10))));
    return std::make_unique<ast::Item>(pos, std::move(node), std::move(index));
  }
  Expect(TokenType::kLeftBracket);
  std::vector<ExprPtr> parts;
  while (!Is(TokenType::kRightBracket)) {
    if (!parts.empty()) Expect(TokenType::kComma);
    parts.push_back(SubscriptPart());
  }
  Token close = Expect(TokenType::kRightBracket);
  if (parts.empty()) Fail("an index or slice is missing between [ and ]", close);
  if (parts.size() == 1) return std::make_unique<ast::Item>(pos, std::move(node), std::move(parts[0]));
  auto tuple = std::make_unique<ast::Group>(ExprType::kTuple, pos);
  tuple->items = std::move(parts);
  return std::make_unique<ast::Item>(pos, std::move(node), std::move(tuple));
}

ExprPtr Parser::SubscriptPart() {
  auto slice = std::make_unique<ast::Slice>(Here());
  if (!Is(TokenType::kColon)) {
    ExprPtr first = Expression();
    if (!Is(TokenType::kColon)) return first;
    slice->start = std::move(first);
  }
  Expect(TokenType::kColon);
  auto at_end = [&] { return Is(TokenType::kRightBracket) || Is(TokenType::kComma); };
  if (!Is(TokenType::kColon) && !at_end()) slice->stop = Expression();
  if (SkipIf(TokenType::kColon) && !at_end()) slice->step = Expression();
  return slice;
}

ExprPtr Parser::CallOf(ExprPtr callee) {
  auto call = std::make_unique<ast::Call>(callee->pos);
  call->callee = std::move(callee);
  call->args = Arguments();
  return call;
}

ast::CallArgs Parser::Arguments() {
  ast::CallArgs args;
  Expect(TokenType::kLeftParen);
  bool first = true;
  while (!Is(TokenType::kRightParen)) {
    if (!first) {
      Expect(TokenType::kComma);
      if (Is(TokenType::kRightParen)) break;
    }
    first = false;
    auto ensure = [&](bool ok) {
      if (!ok) Fail("invalid syntax for function call expression", Current());
    };
    if (SkipIf(TokenType::kMul)) {
      ensure(args.star == nullptr && args.double_star == nullptr);
      args.star = Expression();
    } else if (SkipIf(TokenType::kPow)) {
      ensure(args.double_star == nullptr);
      args.double_star = Expression();
    } else if (Is(TokenType::kName) && Next().type == TokenType::kAssign) {
      ensure(args.double_star == nullptr);
      std::string name = Take().text;
      Take();
      args.named.emplace_back(std::move(name), Expression());
    } else {
      ensure(args.star == nullptr && args.double_star == nullptr && args.named.empty());
      args.positional.push_back(Expression());
    }
  }
  Expect(TokenType::kRightParen);
  return args;
}

}  // namespace dvt::tmpl
