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

std::optional<ExactNumber> Read(const Node* node, const ExactColumn& column, bool inside) {
  node = sql::Unparen(node);
  if (node == nullptr) return std::nullopt;
  if (node->Is(Kind::kColumn)) {
    auto out = OfColumn(node, column);
    return inside && out && out->integer ? std::nullopt
                                         : out;  // sums of integers may leave their type, differently in each system
  }
  if (node->Is(Kind::kNumber)) return Literally(node);
  const bool times = node->Is(Kind::kBinary, Op::kMul);
  if (!times && !node->Is(Kind::kBinary, Op::kAdd) && !node->Is(Kind::kBinary, Op::kSub)) return std::nullopt;
  const auto left = Read(node->Child(0), column, true), right = Read(node->Child(1), column, true);
  if (!left || !right || (left->integer && right->integer)) return std::nullopt;
  ExactNumber out;
  out.sql = fmt::format("({} {} {})", left->sql, times ? "*" : node->op == Op::kAdd ? "+" : "-", right->sql);
  out.scale = times ? left->scale + right->scale : std::max(left->scale, right->scale);
  out.precision = times ? left->precision + right->precision
                        : std::max(left->precision - left->scale, right->precision - right->scale) + 1 + out.scale;
  if (out.precision > kMostDigits) return std::nullopt;
  return out;
}

}  // namespace

std::optional<ExactNumber> ReadExactNumber(const Node* expression, const ExactColumn& column) {
  return Read(expression, column, false);
}

}  // namespace dvt::plan
