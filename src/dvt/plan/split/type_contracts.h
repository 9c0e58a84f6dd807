#pragma once

#include "dvt/plan/pushdown/filters.h"
#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {

/// DVT002 for columns of different sources that a query takes for equal, also through CTEs and subqueries, although their types,
/// precisions, scales, lengths, padding, zones or collations differ.
void WarnJoinTypes(const sql::Analysis& analysis, const sql::Dialect& dialect, const ModelQuery& query, const Catalog& catalog,
                   Diagnostics& warnings);

/// What a table's column does not hold of a result's, a clause for people; empty if it holds everything.
std::string LoadMismatch(const columnar::DataType& from, const columnar::DataType& to);

}  // namespace dvt::plan
