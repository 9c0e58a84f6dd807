#pragma once

#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

struct QualifyOptions {
  bool expand_stars = true;
  bool qualify_columns = true;  ///< every column gets its source's name in front
  bool alias_outputs = true;    ///< every select item gets the name of its output column as alias
  bool alias_tables = true;     ///< every table gets its name as alias
  bool quote = false;           ///< all names folded and marked as quoted, so that they mean the same in any dialect
  AnalyzeOptions analyze;
};

/// Rewrites a query in place so that every name is explicit. `schema` may be null; then stars and unqualified columns of several tables stay
/// (or are errors, if strict).
Status Qualify(Arena& arena, Node*& query, const Dialect& dialect, SchemaProvider* schema, const QualifyOptions& options = {});

}  // namespace dvt::sql
