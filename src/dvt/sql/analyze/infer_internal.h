#pragma once

#include <functional>

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

}  // namespace dvt::sql
