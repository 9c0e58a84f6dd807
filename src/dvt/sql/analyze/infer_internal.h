#pragma once

#include <functional>
#include <string_view>

#include "dvt/columnar/types/data_type.h"
#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

using NodeTypes = std::function<columnar::DataType(const Node&)>;

/// InferType with the types of nested queries (their first output column) as well; `query_type` may be null.
columnar::DataType InferWithQueries(const Node* expression, const Dialect& dialect, const NodeTypes& column_type,
                                    const NodeTypes& query_type);
/// The type that values of both types are brought to by CASE, COALESCE, UNION; kUnknown if there is none.
columnar::DataType CommonType(const columnar::DataType& a, const columnar::DataType& b);
/// The same for numbers of any two kinds.
columnar::DataType CommonNumeric(const columnar::DataType& a, const columnar::DataType& b);
/// What a kTypeName means; a name that the dialect does not know is looked up in the neutral one.
columnar::DataType TypeOfName(const Node* type_name, const Dialect& dialect);

/// Types of expressions in one dialect. Where dialects differ their features and tables decide; what cannot be known for sure is kUnknown.
class Inference {
 public:
  Inference(const Dialect& dialect, const NodeTypes& column_type, const NodeTypes& query_type)
      : dialect_(dialect), column_type_(column_type), query_type_(query_type) {}

  columnar::DataType Of(const Node* node) const;

 private:
  using DataType = columnar::DataType;

  DataType OfNumber(const Node* number) const;
  DataType OfCase(const Node* node) const;
  DataType OfExtract(const Node* node) const;
  DataType OfBinary(const Node* node) const;
  DataType OfElement(const Node* node) const;
  DataType OfField(const Node* node) const;
  DataType OfStruct(const Node* fields) const;
  DataType OfArray(const Node* elements) const;
  /// What both operands of CASE, COALESCE … are brought to; a literal text takes the type of what it stands beside.
  DataType Common(const Node* a, const DataType& a_type, const Node* b, const DataType& b_type) const;
  bool IsPointLiteral(const Node* node) const;
  DataType CommonOf(const Node* args, uint32_t begin) const;

  // Operators (infer_arithmetic.cc).
  DataType Arithmetic(const Node* node, DataType left, DataType right) const;
  DataType Quotient(const DataType& left, const DataType& right) const;
  DataType Temporal(Op op, const DataType& left, const DataType& right, const Node* interval) const;

  // Calls (infer_function.cc).
  DataType OfFunction(const Node* node) const;
  DataType OfConstructor(std::string_view name, const Node* args) const;
  DataType OfRule(TypeRule rule, const Node* call) const;
  DataType OfResult(std::string_view rule, const Node* call) const;
  DataType OfArgument(const Node* call, uint32_t i) const;
  bool HasArgument(const Node* call, columnar::TypeKind kind) const;
  DataType OfSum(const DataType& argument) const;
  DataType OfTemporalArgument(const Node* call, std::string_view name) const;

  const Dialect& dialect_;
  const NodeTypes& column_type_;
  const NodeTypes& query_type_;
};

}  // namespace dvt::sql
