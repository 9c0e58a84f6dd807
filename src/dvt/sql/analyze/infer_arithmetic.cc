// Types of operators on numbers and times, and what two types have in common.
#include <algorithm>

#include "dvt/columnar/types/integer_digits.h"
#include "dvt/sql/analyze/infer_internal.h"
#include "dvt/sql/dialects/result_types.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::IntegerDigits;
using columnar::TypeKind;

namespace {

bool IsUnsigned(TypeKind kind) { return kind >= TypeKind::kUInt8 && kind <= TypeKind::kUInt64; }

int WholeDigits(const DataType& type) {
  return type.kind == TypeKind::kDecimal ? type.precision - type.scale : IntegerDigits(type);
}

// Digits beyond those of most systems stay only where an operand has so many already.
int MostDigits(const DataType& a, const DataType& b) { return std::max({38, a.precision, b.precision}); }

DataType CommonStruct(const DataType& a, const DataType& b) {
  if (a.children.size() != b.children.size()) return {};
  DataType out = a;
  for (size_t i = 0; i < a.children.size(); ++i) {
    out.children[i].type = CommonType(a.children[i].type, b.children[i].type);
    if (out.children[i].type.kind == TypeKind::kUnknown) return {};
  }
  return out;
}

}  // namespace

DataType CommonNumeric(const DataType& a, const DataType& b) {
  if (a.kind == TypeKind::kFloat64 || b.kind == TypeKind::kFloat64) return TypeKind::kFloat64;
  if (a.kind == TypeKind::kFloat32 || b.kind == TypeKind::kFloat32)
    return a.kind == b.kind ? TypeKind::kFloat32 : TypeKind::kFloat64;
  if (a.kind == TypeKind::kDecimal || b.kind == TypeKind::kDecimal) {
    if ((a.kind == TypeKind::kDecimal && a.precision == 0) || (b.kind == TypeKind::kDecimal && b.precision == 0))
      return TypeKind::kDecimal;
    const int scale = std::max(a.scale, b.scale);
    return DataType::Decimal(std::min(MostDigits(a, b), std::max(WholeDigits(a), WholeDigits(b)) + scale), scale);
  }
  static constexpr TypeKind kSigned[] = {TypeKind::kInt8, TypeKind::kInt16, TypeKind::kInt32, TypeKind::kInt64};
  const int digits = std::max(IntegerDigits(a), IntegerDigits(b));
  if (a.kind == b.kind) return a;
  if (IsUnsigned(a.kind) && IsUnsigned(b.kind)) return IntegerDigits(a) >= IntegerDigits(b) ? a : b;
  for (const TypeKind kind : kSigned) {
    const bool holds =
        IntegerDigits(kind) > digits || (IntegerDigits(kind) == digits && !IsUnsigned(a.kind) && !IsUnsigned(b.kind));
    if (holds) return kind;
  }
  return digits >= 19 ? DataType::Decimal(20, 0) : DataType(TypeKind::kInt64);
}

DataType CommonType(const DataType& a, const DataType& b) {
  if (a.kind == TypeKind::kNull) return b;
  if (b.kind == TypeKind::kNull || a == b) return a;
  if (a.is_numeric() && b.is_numeric()) return CommonNumeric(a, b);
  if (a.kind == TypeKind::kString && b.kind == TypeKind::kString) {
    return a.length == 0 || b.length == 0 ? DataType::String() : DataType::String(std::max(a.length, b.length));
  }
  if (a.kind == TypeKind::kDate && (b.kind == TypeKind::kTimestamp || b.kind == TypeKind::kTimestampTz)) return b;
  if (b.kind == TypeKind::kDate && (a.kind == TypeKind::kTimestamp || a.kind == TypeKind::kTimestampTz)) return a;
  if (a.kind == TypeKind::kTimestamp && b.kind == TypeKind::kTimestampTz) return b;
  if (b.kind == TypeKind::kTimestamp && a.kind == TypeKind::kTimestampTz) return a;
  if (a.kind == b.kind && a.kind == TypeKind::kList && !a.children.empty() && !b.children.empty()) {
    DataType element = CommonType(a.children[0].type, b.children[0].type);
    return element.kind == TypeKind::kUnknown ? DataType() : DataType::List(std::move(element));
  }
  if (a.kind == b.kind && a.kind == TypeKind::kStruct) return CommonStruct(a, b);
  if (a.kind == b.kind && (a.is_temporal() || a.kind == TypeKind::kBinary)) return a.kind;
  return {};
}

DataType Inference::Arithmetic(const Node* node, DataType left, DataType right) const {
  const Op op = node->op;
  if (left.kind == TypeKind::kNull) left = right;
  if (right.kind == TypeKind::kNull) right = left;
  if (left.is_temporal() || right.is_temporal()) {
    const Node* interval = left.kind == TypeKind::kInterval ? node->Child(0) : node->Child(1);
    return Temporal(op, left, right, Unparen(interval));
  }
  if (right.kind == TypeKind::kDecimal && IsPointLiteral(node->Child(0))) left = right;
  if (left.kind == TypeKind::kDecimal && IsPointLiteral(node->Child(1))) right = left;
  const bool bits = op == Op::kBitAnd || op == Op::kBitOr || op == Op::kBitXor || op == Op::kShiftLeft || op == Op::kShiftRight;
  if (bits && left.kind == TypeKind::kBinary) return left;
  if (!left.is_numeric() || !right.is_numeric()) return {};
  if (bits && dialect_.Has(Feature::kUnsignedBits)) return TypeKind::kUInt64;
  const bool integers = left.is_integer() && right.is_integer();
  if (op == Op::kIntDiv) return integers ? CommonNumeric(left, right) : DataType(TypeKind::kInt64);
  if (op == Op::kPow) return TypeKind::kFloat64;
  if (op == Op::kDiv) return Quotient(left, right);
  const DataType common = CommonNumeric(left, right);
  if (common.kind != TypeKind::kDecimal || common.precision == 0) return common;
  const int most = MostDigits(left, right);
  if (op == Op::kMul) {
    const int scale = left.scale + right.scale;
    return DataType::Decimal(std::min(most, WholeDigits(left) + WholeDigits(right) + scale), std::min(most, scale));
  }
  if (op == Op::kAdd || op == Op::kSub) return DataType::Decimal(std::min(most, common.precision + 1), common.scale);
  return common;
}

DataType Inference::Quotient(const DataType& left, const DataType& right) const {
  if (left.is_integer() && right.is_integer()) {
    if (dialect_.Has(Feature::kSlashIsInteger)) return CommonNumeric(left, right);
    return ResultRule(dialect_, "{int/int}") == "DECIMAL" ? DataType(TypeKind::kDecimal) : DataType(TypeKind::kFloat64);
  }
  const DataType common = CommonNumeric(left, right);
  if (common.kind != TypeKind::kDecimal) return common;
  return ResultRule(dialect_, "{exact/exact}") == "DECIMAL" ? DataType(TypeKind::kDecimal) : DataType(TypeKind::kFloat64);
}

// A date moved by whole days stays a date where the dialect adds them as such.
DataType Inference::Temporal(Op op, const DataType& left, const DataType& right, const Node* interval) const {
  const TypeKind a = left.kind, b = right.kind;
  if (op == Op::kMul || op == Op::kDiv) return TypeKind::kInterval;
  if (a == TypeKind::kInterval && b == TypeKind::kInterval) return TypeKind::kInterval;
  if (a == TypeKind::kInterval) return Temporal(op, right, left, interval);
  if (b == TypeKind::kInterval) {
    if (a != TypeKind::kDate) return left;
    const bool in_days =
        interval != nullptr && interval->Is(Kind::kInterval) &&
        (interval->text.starts_with("DAY") || interval->text.starts_with("MONTH") || interval->text.starts_with("YEAR") ||
         interval->text.starts_with("WEEK") || interval->text.starts_with("QUARTER"));
    return in_days && ResultRule(dialect_, "{date+days}") == "DATE" ? DataType(TypeKind::kDate) : DataType(TypeKind::kTimestamp);
  }
  if (op == Op::kSub && a == TypeKind::kDate && b == TypeKind::kDate) return TypeKind::kInt64;
  if (op == Op::kSub && left.is_temporal() && right.is_temporal()) return TypeKind::kInterval;
  if (a == TypeKind::kDate && right.is_integer()) return TypeKind::kDate;
  if (b == TypeKind::kDate && left.is_integer()) return TypeKind::kDate;
  return {};
}

}  // namespace dvt::sql
