#pragma once

#include "dvt/plan/split/inputs.h"

namespace dvt::plan {

/// Lets sources group rows that the block above a join groups, counts or tells apart only by some columns: equal rows of a table come as
/// one, with their number and the partial results of aggregates over that table (or over tables joined in the source). Where a block
/// ignores duplicates (DISTINCT, IN, EXISTS, UNION …) the number is left out. Only what saves rows by the estimates is done, or all if
/// options.key_filter_rows is 0. `inputs.evaluated` must be complete.
void ReduceInputs(const PlanOptions& options, const sql::Analysis& analysis, const sql::Dialect& dialect, const sql::Node* root,
                  const FilterAnalysis& filters, const std::set<const sql::Source*>& whole, CollectedInputs& inputs);

/// Adds the parts of the query that partial results replace.
void AddReplaced(const PartialCall& partial, std::set<const sql::Node*>& done);

/// Columns of FROM sources that a tree names, but for what stands in `skip`.
std::set<ColumnRef> NamedColumns(const sql::Analysis& analysis, const sql::Node* root, const std::set<const sql::Node*>& skip);

/// Combines the partial results in place of the calls. `types`: of the columns that it makes.
void CombinePartials(sql::Arena& arena, const sql::Dialect& dialect, const sql::Analysis& analysis, const CollectedInputs& inputs,
                     std::map<const sql::Node*, columnar::DataType>& types);

}  // namespace dvt::plan
