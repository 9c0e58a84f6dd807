#pragma once

#include "dvt/plan/split/inputs.h"

namespace dvt::plan {

/// LIMIT, and ORDER BY … LIMIT, of a query block goes to the source of the one table whose rows decide it: through outer joins that keep
/// each of its rows, branches of UNION ALL, and plain selections. The engine sorts and limits again. `inputs.evaluated` must be complete.
void LimitInputs(const sql::Analysis& analysis, const sql::Dialect& dialect, const FilterAnalysis& filters,
                 CollectedInputs& inputs);

/// Whether the source sorts values of the column as the engine does; both put equal values together.
bool OrdersAlike(const columnar::Field& field, const SourceProfile& source);

}  // namespace dvt::plan
