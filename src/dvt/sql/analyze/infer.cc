// Types of expressions. Where dialects differ the dialect's features decide; where a type cannot be known for sure it is kUnknown.
#include <algorithm>
#include <charconv>

#include "dvt/sql/analyze/infer_internal.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/print/printer.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

namespace {

int Digits(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kInt8:
    case TypeKind::kUInt8: return 3;
    case TypeKind::kInt16:
    case TypeKind::kUInt16: return 5;
    case TypeKind::kInt32:
    case TypeKind::kUInt32: return 10;
    case TypeKind::kInt64: return 19;
    case TypeKind::kUInt64: return 20;
    default: return 0;
  }
}

DataType CommonNumeric(const DataType& a, const DataType& b) {
  if (a.kind == TypeKind::kFloat64 || b.kind == TypeKind::kFloat64) return TypeKind::kFloat64;
  if (a.kind == TypeKind::kFloat32 || b.kind == TypeKind::kFloat32)
    return a.kind == b.kind ? TypeKind::kFloat32 : TypeKind::kFloat64;
  if (a.kind == TypeKind::kDecimal || b.kind == TypeKind::kDecimal) {
    if ((a.kind == TypeKind::kDecimal && a.precision == 0) || (b.kind == TypeKind::kDecimal && b.precision == 0))
      return TypeKind::kDecimal;
    const int a_whole = a.kind == TypeKind::kDecimal ? a.precision - a.scale : Digits(a);
    const int b_whole = b.kind == TypeKind::kDecimal ? b.precision - b.scale : Digits(b);
    const int scale = std::max(a.scale, b.scale);
    return DataType::Decimal(std::min(38, std::max(a_whole, b_whole) + scale), scale);
  }
  static constexpr TypeKind kSigned[] = {TypeKind::kInt8, TypeKind::kInt16, TypeKind::kInt32, TypeKind::kInt64};
  const int digits = std::max(Digits(a), Digits(b));
  if (a.kind == b.kind) return a;
  for (const TypeKind kind : kSigned) {
    if (Digits(kind) >= digits && (a.kind == kind || b.kind == kind)) return kind;
  }
  return digits >= 19 ? DataType::Decimal(20, 0) : DataType(TypeKind::kInt64);
}

DataType NumberType(std::string_view text, const Dialect& dialect) {
  if (text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return TypeKind::kInt64;
  if (text.find_first_of("eE") != std::string_view::npos) {
    return dialect.Has(Feature::kDoubleColonCast) && dialect.Has(Feature::kNestedComments) && !dialect.Has(Feature::kQualify)
               ? DataType(TypeKind::kDecimal)
               : DataType(TypeKind::kFloat64);
  }
  const size_t point = text.find('.');
  if (point != std::string_view::npos) {
    if (dialect.Has(Feature::kDynamicTyping)) return TypeKind::kFloat64;
    const auto scale = static_cast<int>(text.size() - point - 1);
    return DataType::Decimal(std::max<int>(1, static_cast<int>(text.size()) - 1), scale);
  }
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return DataType::Decimal(static_cast<int>(std::min<size_t>(38, text.size())), 0);
  return value <= INT32_MAX ? TypeKind::kInt32 : TypeKind::kInt64;
}

class Inference {
 public:
  Inference(const Dialect& dialect, const NodeTypes& column_type, const NodeTypes& query_type)
      : dialect_(dialect), column_type_(column_type), query_type_(query_type) {}

  DataType Of(const Node* node) const {
    if (node == nullptr) return TypeKind::kUnknown;
    if (node->IsQuery()) return query_type_ ? query_type_(*node) : DataType();
    switch (node->kind) {
      case Kind::kColumn: return column_type_ ? column_type_(*node) : DataType();
      case Kind::kNumber: return NumberType(node->text, dialect_);
      case Kind::kString:
        return node->op == Op::kHex || node->op == Op::kBytes ? DataType(TypeKind::kBinary) : DataType::String();
      case Kind::kNull: return TypeKind::kNull;
      case Kind::kBoolean:
      case Kind::kLike:
      case Kind::kBetween:
      case Kind::kIn:
      case Kind::kIs:
      case Kind::kExists: return TypeKind::kBool;
      case Kind::kParen:
      case Kind::kAlias:
      case Kind::kCollate: return Of(node->Child(0));
      case Kind::kTrim: return DataType::String();
      case Kind::kPosition: return TypeKind::kInt32;
      case Kind::kExtract:
        return dialect_.Has(Feature::kSlashIsInteger) && !dialect_.Has(Feature::kDynamicTyping) ? DataType(TypeKind::kDecimal)
                                                                                                : DataType(TypeKind::kInt64);
      case Kind::kInterval: return TypeKind::kInterval;
      case Kind::kCast: return CastType(node->Child(1));
      case Kind::kCase: return CaseType(node);
      case Kind::kUnary: return node->op == Op::kNot ? DataType(TypeKind::kBool) : Of(node->Child(0));
      case Kind::kBinary: return BinaryType(node);
      case Kind::kFunction: return FunctionType(node);
      case Kind::kArray: return DataType::List(node->count > 0 ? Of(node->Child(0)) : DataType(TypeKind::kNull));
      case Kind::kSubscript: {
        const DataType inner = Of(node->Child(0));
        return inner.kind == TypeKind::kList && !inner.children.empty() ? inner.children[0].type : DataType();
      }
      case Kind::kAtTimeZone: {
        const TypeKind inner = Of(node->Child(0)).kind;
        return inner == TypeKind::kTimestampTz ? TypeKind::kTimestamp
               : inner == TypeKind::kTimestamp ? TypeKind::kTimestampTz
                                               : TypeKind::kUnknown;
      }
      default: return {};
    }
  }

 private:
  DataType CastType(const Node* type) const {
    if (type == nullptr) return {};
    auto parsed = ParseTypeName(dialect_, Print(type, dialect_));
    return parsed ? *parsed : DataType();
  }

  DataType CaseType(const Node* node) const {
    DataType type = node->Child(1) == nullptr ? DataType(TypeKind::kNull) : Of(node->Child(1));
    for (uint32_t i = 2; i < node->count; ++i) type = CommonType(type, Of(node->Child(i)->Child(1)));
    return type;
  }

  DataType BinaryType(const Node* node) const {
    switch (node->op) {
      case Op::kOr:
      case Op::kXor:
      case Op::kAnd:
      case Op::kEq:
      case Op::kNeq:
      case Op::kLt:
      case Op::kLe:
      case Op::kGt:
      case Op::kGe:
      case Op::kNullSafeEq:
      case Op::kDistinctFrom:
      case Op::kNotDistinctFrom:
      case Op::kContains:
      case Op::kContainedBy:
      case Op::kHasKey:
      case Op::kHasAny:
      case Op::kHasAll:
      case Op::kOverlaps:
      case Op::kRegexMatch:
      case Op::kRegexNoMatch:
      case Op::kRegexIMatch:
      case Op::kRegexINoMatch:
      case Op::kIsOp: return TypeKind::kBool;
      case Op::kConcat: {
        const DataType left = Of(node->Child(0));
        return left.kind == TypeKind::kList || left.kind == TypeKind::kJson || left.kind == TypeKind::kBinary
                   ? left
                   : DataType::String();
      }
      case Op::kJsonGet:
      case Op::kJsonPath: return TypeKind::kJson;
      case Op::kJsonGetText:
      case Op::kJsonPathText: return DataType::String();
      case Op::kCustom:
      case Op::kNone: return {};
      default: return Arithmetic(node->op, Of(node->Child(0)), Of(node->Child(1)));
    }
  }

  DataType Arithmetic(Op op, DataType left, DataType right) const {
    if (left.kind == TypeKind::kNull) left = right;
    if (right.kind == TypeKind::kNull) right = left;
    if (left.is_temporal() || right.is_temporal()) return Temporal(op, left, right);
    if (!left.is_numeric() || !right.is_numeric()) return {};
    const bool integers = left.is_integer() && right.is_integer();
    if (op == Op::kIntDiv) return integers ? CommonNumeric(left, right) : DataType(TypeKind::kInt64);
    if (op == Op::kPow) return TypeKind::kFloat64;
    if (op == Op::kDiv) {
      if (integers) {
        if (dialect_.Has(Feature::kSlashIsInteger)) return CommonNumeric(left, right);
        return dialect_.Has(Feature::kImplicitStringCasts) && dialect_.Has(Feature::kDivOperator) ? DataType(TypeKind::kDecimal)
                                                                                                  : DataType(TypeKind::kFloat64);
      }
      const DataType common = CommonNumeric(left, right);
      if (common.kind != TypeKind::kDecimal) return common;
      return dialect_.Has(Feature::kSlashIsInteger) || dialect_.Has(Feature::kDivOperator) ? DataType(TypeKind::kDecimal)
                                                                                           : DataType(TypeKind::kFloat64);
    }
    const DataType common = CommonNumeric(left, right);
    if (common.kind != TypeKind::kDecimal || common.precision == 0) return common;
    const int left_whole = left.kind == TypeKind::kDecimal ? left.precision - left.scale : Digits(left);
    const int right_whole = right.kind == TypeKind::kDecimal ? right.precision - right.scale : Digits(right);
    if (op == Op::kMul)
      return DataType::Decimal(std::min(38, left_whole + right_whole + left.scale + right.scale), left.scale + right.scale);
    if (op == Op::kAdd || op == Op::kSub) return DataType::Decimal(std::min(38, common.precision + 1), common.scale);
    return common;
  }

  static DataType Temporal(Op op, const DataType& left, const DataType& right) {
    const TypeKind a = left.kind, b = right.kind;
    if (op == Op::kMul || op == Op::kDiv) return TypeKind::kInterval;
    if (a == TypeKind::kInterval && b == TypeKind::kInterval) return TypeKind::kInterval;
    if (a == TypeKind::kInterval) return Temporal(op, right, left);
    if (b == TypeKind::kInterval) return a == TypeKind::kDate ? DataType(TypeKind::kTimestamp) : left;
    if (op == Op::kSub && a == TypeKind::kDate && b == TypeKind::kDate) return TypeKind::kInt64;
    if (op == Op::kSub && left.is_temporal() && right.is_temporal()) return TypeKind::kInterval;
    if (a == TypeKind::kDate && right.is_integer()) return TypeKind::kDate;
    if (b == TypeKind::kDate && left.is_integer()) return TypeKind::kDate;
    return {};
  }

  DataType FunctionType(const Node* node) const {
    const Node* args = node->Child(kArgsSlot);
    const int count = args == nullptr ? 0 : static_cast<int>(args->count);
    const FunctionSpec* spec = FindFunction(dialect_, node->text, count);
    if (spec == nullptr) spec = FindFunction(dialect_, node->text);
    if (spec == nullptr) return {};
    auto argument = [&](int i) { return i < count ? Of(args->Child(static_cast<uint32_t>(i))) : DataType(); };
    switch (spec->type) {
      case TypeRule::kUnknown: return {};
      case TypeRule::kFirst: return argument(0);
      case TypeRule::kSecond: return argument(1);
      case TypeRule::kCommon: {
        DataType type = TypeKind::kNull;
        for (int i = 0; i < count; ++i) type = CommonType(type, argument(i));
        return type;
      }
      case TypeRule::kBool: return TypeKind::kBool;
      case TypeRule::kInt32: return TypeKind::kInt32;
      case TypeRule::kInt64: return TypeKind::kInt64;
      case TypeRule::kFloat64: return TypeKind::kFloat64;
      case TypeRule::kString: return DataType::String();
      case TypeRule::kBinary: return TypeKind::kBinary;
      case TypeRule::kDate: return TypeKind::kDate;
      case TypeRule::kTime: return TypeKind::kTime;
      case TypeRule::kTimestamp: return TypeKind::kTimestamp;
      case TypeRule::kTimestampTz: return TypeKind::kTimestampTz;
      case TypeRule::kInterval: return TypeKind::kInterval;
      case TypeRule::kJson: return TypeKind::kJson;
      case TypeRule::kUuid: return TypeKind::kUuid;
      case TypeRule::kList: return DataType::List(argument(0));
      case TypeRule::kSum: return SumType(argument(0));
      case TypeRule::kAvg: {
        const DataType first = argument(0);
        const bool exact = first.kind == TypeKind::kDecimal || first.is_integer();
        return exact && !dialect_.Has(Feature::kDynamicTyping) ? DataType(TypeKind::kDecimal) : DataType(TypeKind::kFloat64);
      }
      case TypeRule::kRound: return argument(0).kind == TypeKind::kDecimal ? DataType(TypeKind::kDecimal) : argument(0);
      case TypeRule::kElement: {
        const DataType list = argument(0);
        return list.kind == TypeKind::kList && !list.children.empty() ? list.children[0].type : DataType();
      }
      case TypeRule::kDecimalOfFirst: {
        const DataType first = argument(0);
        return first.kind == TypeKind::kDecimal || first.is_integer() ? DataType(TypeKind::kDecimal) : first;
      }
    }
    return {};
  }

  DataType SumType(const DataType& argument) const {
    if (argument.kind == TypeKind::kFloat32 || argument.kind == TypeKind::kFloat64) return TypeKind::kFloat64;
    if (dialect_.Has(Feature::kDynamicTyping))
      return argument.is_integer() ? DataType(TypeKind::kInt64) : DataType(TypeKind::kFloat64);
    if (argument.is_integer() && argument.kind != TypeKind::kInt64 && argument.kind < TypeKind::kUInt32 &&
        dialect_.Has(Feature::kSmallSums))
      return TypeKind::kInt64;
    if (argument.is_integer()) return DataType::Decimal(38, 0);
    if (argument.kind == TypeKind::kDecimal && argument.precision > 0) return DataType::Decimal(38, argument.scale);
    return argument.kind == TypeKind::kDecimal || argument.kind == TypeKind::kInterval ? argument : DataType();
  }

  const Dialect& dialect_;
  const NodeTypes& column_type_;
  const NodeTypes& query_type_;
};

}  // namespace

DataType CommonType(const DataType& a, const DataType& b) {
  if (a.kind == TypeKind::kNull) return b;
  if (b.kind == TypeKind::kNull || a == b) return a;
  if (a.is_numeric() && b.is_numeric()) return CommonNumeric(a, b);
  if (a.kind == TypeKind::kString && b.kind == TypeKind::kString) {
    return a.length == 0 || b.length == 0 ? DataType::String() : DataType::String(std::max(a.length, b.length));
  }
  if (a.kind == TypeKind::kDate && (b.kind == TypeKind::kTimestamp || b.kind == TypeKind::kTimestampTz)) return b;
  if (b.kind == TypeKind::kDate && (a.kind == TypeKind::kTimestamp || a.kind == TypeKind::kTimestampTz)) return a;
  return {};
}

DataType InferWithQueries(const Node* expression, const Dialect& dialect, const NodeTypes& column_type,
                          const NodeTypes& query_type) {
  return Inference(dialect, column_type, query_type).Of(expression);
}

DataType InferType(const Node* expression, const Dialect& dialect, const std::function<DataType(const Node&)>& column_type) {
  return InferWithQueries(expression, dialect, column_type, nullptr);
}

}  // namespace dvt::sql
