#include "dvt/plan/split/exact_number.h"

#include <fmt/format.h>

#include <algorithm>

namespace dvt::plan {
namespace {

using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;

constexpr int kMostDigits = 36;
constexpr int kMostScale = 30;  // MySQL has no more

std::optional<ExactNumber> Literally(const Node* node) {
  const auto literal = node->Is(Kind::kNumber) ? FoldConstant(node) : std::nullopt;
  if (!literal || literal->kind != Literal::Kind::kNumber) return std::nullopt;
  ExactNumber out;
  out.sql = NumberText(*literal);
  out.integer = literal->scale == 0;
  out.scale = literal->scale;
  __int128 digits = literal->digits < 0 ? -literal->digits : literal->digits;
  for (; digits > 0; digits /= 10) ++out.precision;
  out.precision = std::max({out.precision, out.scale, 1});
  return out;
}

std::optional<ExactNumber> OfColumn(const Node* node, const ExactColumn& column) {
  const auto found = column(node);
  if (!found) return std::nullopt;
  const columnar::DataType& type = found->second;
  if (type.kind == TypeKind::kDecimal && type.precision > 0 && type.precision <= 38)
    return ExactNumber{found->first, false, type.precision, type.scale};
  if (type.is_integer()) return ExactNumber{found->first, true, 20, 0};
  return std::nullopt;
}

class Reader {
 public:
  Reader(const ExactColumn& column, const ExactCondition& condition) : column_(column), condition_(condition) {}

  std::optional<ExactNumber> Read(const Node* node, bool inside) const {
    node = sql::Unparen(node);
    if (node == nullptr) return std::nullopt;
    if (node->Is(Kind::kColumn)) {
      auto out = OfColumn(node, column_);
      return inside && out && out->integer ? std::nullopt
                                           : out;  // sums of integers may leave their type, differently in each system
    }
    if (node->Is(Kind::kNumber)) return Literally(node);
    if (node->Is(Kind::kCase)) return OfCase(node, inside);
    if (node->Is(Kind::kUnary, Op::kNeg)) {
      auto out = Read(node->Child(0), true);
      if (out) out->sql = "(-" + out->sql + ")";
      return out;
    }
    return node->Is(Kind::kBinary) ? OfBinary(node) : std::nullopt;
  }

 private:
  std::optional<ExactNumber> OfBinary(const Node* node) const {
    const bool times = node->op == Op::kMul;
    if (!times && node->op != Op::kAdd && node->op != Op::kSub) return std::nullopt;
    const auto left = Read(node->Child(0), true), right = Read(node->Child(1), true);
    if (!left || !right || (left->integer && right->integer)) return std::nullopt;
    ExactNumber out;
    out.sql = fmt::format("({} {} {})", left->sql, times ? "*" : node->op == Op::kAdd ? "+" : "-", right->sql);
    out.scale = times ? left->scale + right->scale : std::max(left->scale, right->scale);
    out.precision = times ? left->precision + right->precision
                          : std::max(left->precision - left->scale, right->precision - right->scale) + 1 + out.scale;
    if (out.precision > kMostDigits || out.scale > kMostScale) return std::nullopt;
    return out;
  }

  // As wide as the widest of its results.
  std::optional<ExactNumber> OfCase(const Node* node, bool inside) const {
    if (!condition_) return std::nullopt;
    ExactNumber out;
    out.integer = true;
    int digits = 0;  // before the point
    const auto text = RenderCase(node, condition_, [&](const Node* value) -> std::optional<std::string> {
      const auto found = Read(value, inside);
      if (!found) return std::nullopt;
      out.integer = out.integer && found->integer;
      digits = std::max(digits, found->precision - found->scale);
      out.scale = std::max(out.scale, found->scale);
      return found->sql;
    });
    out.precision = digits + out.scale;
    if (!text || out.precision == 0 || out.precision > kMostDigits) return std::nullopt;
    out.sql = *text;
    return out;
  }

  const ExactColumn& column_;
  const ExactCondition& condition_;
};

}  // namespace

std::optional<ExactNumber> ReadExactNumber(const Node* expression, const ExactColumn& column, const ExactCondition& condition) {
  return Reader(column, condition).Read(expression, false);
}

std::optional<std::string> RenderCase(const Node* expression, const ExactCondition& condition,
                                      const std::function<std::optional<std::string>(const Node*)>& value) {
  const auto result = [&](const Node* node) -> std::optional<std::string> {
    return sql::Unparen(node)->Is(Kind::kNull) ? std::string("NULL") : value(node);
  };
  std::string out = "CASE";
  for (uint32_t i = 2; i < expression->count; ++i) {
    const Node* when = expression->Child(i);
    const auto test = condition(expression->Child(0), when->Child(0));
    const auto then = test ? result(when->Child(1)) : std::nullopt;
    if (!then) return std::nullopt;
    out += fmt::format(" WHEN {} THEN {}", *test, *then);
  }
  if (const Node* otherwise = expression->Child(1)) {
    const auto text = result(otherwise);
    if (!text) return std::nullopt;
    out += " ELSE " + *text;
  }
  return out + " END";
}

}  // namespace dvt::plan
