// Types of expressions.
#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/infer_internal.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/dialects/result_types.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::Field;
using columnar::TypeKind;

DataType Inference::OfNumber(const Node* number) const {
  const std::string_view text = number->text;
  if (text.size() > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return TypeKind::kInt64;
  if (text.find_first_of("eE") != std::string_view::npos)
    return ResultRule(dialect_, "{exponent}") == "DECIMAL" ? DataType(TypeKind::kDecimal) : DataType(TypeKind::kFloat64);
  const size_t point = text.find('.');
  if (point != std::string_view::npos) {
    if (dialect_.Has(Feature::kDynamicTyping) || ResultRule(dialect_, "{point}") == "FLOAT64") return TypeKind::kFloat64;
    const auto scale = static_cast<int>(text.size() - point - 1);
    return DataType::Decimal(std::max<int>(1, static_cast<int>(text.size()) - 1), scale);
  }
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return DataType::Decimal(static_cast<int>(std::min<size_t>(38, text.size())), 0);
  return value <= INT32_MAX && ResultRule(dialect_, "{integer}") != "INT64" ? TypeKind::kInt32 : TypeKind::kInt64;
}

DataType Inference::Of(const Node* node) const {
  if (node == nullptr) return TypeKind::kUnknown;
  if (node->IsQuery()) return query_type_ ? query_type_(*node) : DataType();
  switch (node->kind) {
    case Kind::kColumn: return column_type_ ? column_type_(*node) : DataType();
    case Kind::kNumber: return OfNumber(node);
    case Kind::kString: return node->op == Op::kHex || node->op == Op::kBytes ? DataType(TypeKind::kBinary) : DataType::String();
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
    case Kind::kNamedArg: return Of(node->Child(1));
    case Kind::kTrim: return Of(node->Child(0)).kind == TypeKind::kBinary ? DataType(TypeKind::kBinary) : DataType::String();
    case Kind::kPosition: return OfResult("INT32", node);
    case Kind::kExtract: return OfExtract(node);
    case Kind::kInterval: return TypeKind::kInterval;
    case Kind::kCast: return TypeOfName(node->Child(1), dialect_);
    case Kind::kCase: return OfCase(node);
    case Kind::kUnary: return node->op == Op::kNot ? DataType(TypeKind::kBool) : Of(node->Child(0));
    case Kind::kBinary: return OfBinary(node);
    case Kind::kFunction: return OfFunction(node);
    case Kind::kArray: return OfArray(node);
    case Kind::kStruct: return OfStruct(node);
    case Kind::kSubscript: return OfElement(node);
    case Kind::kField: return OfField(node);
    case Kind::kAtTimeZone: {
      const TypeKind inner = Of(node->Child(0)).kind;
      return inner == TypeKind::kTimestampTz ? TypeKind::kTimestamp
             : inner == TypeKind::kTimestamp ? TypeKind::kTimestampTz
                                             : TypeKind::kUnknown;
    }
    default: return {};
  }
}

DataType Inference::OfExtract(const Node* node) const {
  if (node->text == "DATE") return TypeKind::kDate;
  if (node->text == "TIME") return TypeKind::kTime;
  const std::string_view rule = ResultRule(dialect_, "{extract}");
  if (rule == "DECIMAL") return TypeKind::kDecimal;
  return rule == "INT32" && ResultRule(dialect_, "{integer}") != "INT64" && !node->text.starts_with("EPOCH") ? TypeKind::kInt32
                                                                                                             : TypeKind::kInt64;
}

DataType Inference::OfCase(const Node* node) const {
  const Node* before = node->Child(1);
  DataType type = before == nullptr ? DataType(TypeKind::kNull) : Of(before);
  for (uint32_t i = 2; i < node->count; ++i) {
    const Node* result = node->Child(i)->Child(1);
    type = Common(before, type, result, Of(result));
    if (before == nullptr || before->Is(Kind::kString)) before = result;
  }
  return type;
}

// 1.5 where such a literal is a double: beside a decimal it is one.
bool Inference::IsPointLiteral(const Node* node) const {
  const Node* bare = node == nullptr ? nullptr : Unparen(node);
  return bare != nullptr && bare->Is(Kind::kNumber) && OfNumber(bare).kind == TypeKind::kFloat64 &&
         bare->text.find_first_of("eE") == std::string_view::npos;
}

DataType Inference::Common(const Node* a, const DataType& a_type, const Node* b, const DataType& b_type) const {
  auto literal = [](const Node* node) { return node != nullptr && Unparen(node)->Is(Kind::kString); };
  auto takes_text = [](const DataType& type) {
    return type.is_temporal() || type.kind == TypeKind::kUuid || type.kind == TypeKind::kJson;
  };
  if (literal(a) && takes_text(b_type)) return b_type;
  if (literal(b) && takes_text(a_type)) return a_type;
  const bool a_text = a_type.kind == TypeKind::kString, b_text = b_type.kind == TypeKind::kString;
  const DataType& other = a_text ? b_type : a_type;
  if (a_text != b_text && other.kind != TypeKind::kUnknown && other.kind != TypeKind::kNull) {
    const std::string_view rule = ResultRule(dialect_, "{text+other}");
    if (rule == "STRING") return DataType::String();
    if (rule == "$other") return other;
  }
  if (IsPointLiteral(a) && b_type.kind == TypeKind::kDecimal) return b_type;
  if (IsPointLiteral(b) && a_type.kind == TypeKind::kDecimal) return a_type;
  return CommonType(a_type, b_type);
}

DataType Inference::CommonOf(const Node* args, uint32_t begin) const {
  if (ResultRule(dialect_, "{text+other}") == "STRING") {
    for (uint32_t i = begin; args != nullptr && i < args->count; ++i) {
      if (Of(args->Child(i)).kind == TypeKind::kString && !Unparen(args->Child(i))->Is(Kind::kString)) return DataType::String();
    }
  }
  DataType type = TypeKind::kNull;
  const Node* before = nullptr;
  for (uint32_t i = begin; args != nullptr && i < args->count; ++i) {
    const Node* each = args->Child(i);
    type = Common(before, type, each, Of(each));
    if (before == nullptr || Unparen(before)->Is(Kind::kString)) before = each;
  }
  return type;
}

DataType Inference::OfBinary(const Node* node) const {
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
      return left.kind == TypeKind::kList || left.kind == TypeKind::kJson || left.kind == TypeKind::kBinary ? left
                                                                                                            : DataType::String();
    }
    case Op::kJsonGet:
    case Op::kJsonPath: return TypeKind::kJson;
    case Op::kJsonGetText:
    case Op::kJsonPathText: return DataType::String();
    case Op::kCustom:
    case Op::kNone: return {};
    default: return Arithmetic(node, Of(node->Child(0)), Of(node->Child(1)));
  }
}

// list[1], list[1:2], struct['a'], json['a'].
DataType Inference::OfElement(const Node* node) const {
  const DataType inner = Of(node->Child(0));
  const Node* index = node->Child(1);
  const bool slice = index != nullptr && index->Is(Kind::kSlice);
  if (slice || inner.kind == TypeKind::kJson) return inner;
  if (inner.kind == TypeKind::kList && !inner.children.empty()) return inner.children[0].type;
  if (inner.kind != TypeKind::kStruct || index == nullptr || !index->Is(Kind::kString)) return {};
  for (const Field& field : inner.children) {
    if (EqualsIgnoreCase(field.name, index->text)) return field.type;
  }
  return {};
}

DataType Inference::OfField(const Node* node) const {
  const DataType inner = Of(node->Child(0));
  const Node* name = node->Child(1);
  if (inner.kind == TypeKind::kJson) return inner;
  if (inner.kind != TypeKind::kStruct || !name->Is(Kind::kIdentifier)) return {};
  for (const Field& field : inner.children) {
    if (EqualsIgnoreCase(field.name, name->text)) return field.type;
  }
  return {};
}

// A field of unknown type makes the whole unknown: half a type would be taken for a whole one.
DataType Inference::OfStruct(const Node* fields) const {
  std::vector<Field> out;
  for (uint32_t i = 0; fields != nullptr && i < fields->count; ++i) {
    const Node* each = fields->Child(i);
    DataType type = Of(each);
    if (type.kind == TypeKind::kUnknown) return {};
    const bool named = each->Is(Kind::kNamedArg);
    out.push_back({std::string(named ? AliasOrName(each->Child(0)) : AliasOrName(each)), std::move(type), true, {}});
  }
  return DataType::Struct(std::move(out));
}

DataType Inference::OfArray(const Node* elements) const {
  if (ResultRule(dialect_, "{array}") == "LIST") return TypeKind::kList;
  DataType element = CommonOf(elements, 0);
  return element.kind == TypeKind::kUnknown ? DataType() : DataType::List(std::move(element));
}

DataType InferWithQueries(const Node* expression, const Dialect& dialect, const NodeTypes& column_type,
                          const NodeTypes& query_type) {
  return Inference(dialect, column_type, query_type).Of(expression);
}

DataType InferType(const Node* expression, const Dialect& dialect, const std::function<DataType(const Node&)>& column_type) {
  return InferWithQueries(expression, dialect, column_type, nullptr);
}

}  // namespace dvt::sql
