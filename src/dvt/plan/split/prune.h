#pragma once

#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {

/// Select lists of EXISTS, which nobody reads, become constants. Works on a query as written.
void SimplifyExists(sql::Arena& arena, sql::Node* query);

/// Removes from CTEs and derived tables what no outer block reads, and CTEs that nobody reads. Expects a qualified query without
/// stars. The rows of the query stay the same: DISTINCT, set operations other than UNION ALL, volatile and row-making items keep all.
Status PruneColumns(sql::Arena& arena, sql::Node* query, const sql::Dialect& dialect, sql::SchemaProvider* schema);

}  // namespace dvt::plan
