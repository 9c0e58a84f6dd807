#pragma once

#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

/// Writes COLUMNS(…), *COLUMNS(…) and `* LIKE …` as the columns that they stand for, named as the system names them, in select items, WHERE,
/// ORDER BY, DISTINCT ON and the lists of UNPIVOT. Those over tables whose columns are not known stay; patterns that only the system itself can
/// read, and outputs whose names only it knows, are errors (kUnsupported). Changes `query` in place; `schema` may be null.
Status ExpandColumnPatterns(Arena& arena, Node* query, const Dialect& dialect, SchemaProvider* schema,
                            const AnalyzeOptions& options);
/// Whether any is left, in nested queries too.
bool HasAnyColumnPattern(const Node* query, const Dialect& dialect);

}  // namespace dvt::sql
