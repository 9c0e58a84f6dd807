#pragma once

#include <map>
#include <string>

#include "dvt/plan/split/inputs.h"

namespace dvt::plan {

/// By which name the transform sees a column of an occurrence.
using ExposedNames = std::map<ColumnRef, std::string>;

/// The engine ignores case in names, and joined tables may share names: those get others.
ExposedNames ExposeColumns(const CollectedInputs& inputs);

ExtractFragment MakeExtract(const Catalog& catalog, const SplitInput& input, const ExposedNames& names);
ExtractFragment MakeExtract(const Catalog& catalog, const JoinedInput& join, const ExposedNames& names);

ExtractFragment MakeExtract(const Catalog& catalog, const GroupedInput& group);

/// Lets the query read the inputs instead of the tables: names, columns, and the joins that the sources now do.
/// `types`: of the columns that are new.
void UseInputs(sql::Arena& arena, const sql::Dialect& dialect, sql::Node* root, const sql::Analysis& analysis,
               const CollectedInputs& inputs, const ExposedNames& names, std::map<const sql::Node*, columnar::DataType>& types);

}  // namespace dvt::plan
