#pragma once

#include "dvt/plan/pushdown/filters.h"
#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {

/// DVT002 for columns of different sources that a query takes for equal although their types, padding, zones or collations differ.
void WarnJoinTypes(const sql::Analysis& analysis, const sql::Dialect& dialect, const ModelQuery& query, const Catalog& catalog,
                   Diagnostics& warnings);

/// DVT002 for result columns that the existing table of an incremental model cannot hold as they are.
void WarnLoadTypes(const PlanRequest& request, const columnar::Fields& output, Catalog& catalog, Diagnostics& warnings);

}  // namespace dvt::plan
