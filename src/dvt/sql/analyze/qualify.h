#pragma once

#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

struct QualifyOptions {
  bool expand_stars = true;
  bool qualify_columns = true;  ///< every column gets its source's name in front
  bool alias_outputs = true;    ///< every select item gets the name of its output column as alias
  bool alias_tables = true;     ///< every table gets its name as alias
  bool quote = false;           ///< all names folded and marked as quoted, so that they mean the same in any dialect
  bool name_everything = false;  ///< outputs without a name are called _col_0 …, derived tables without one _0 …; column lists of
                                 ///< CTEs and derived tables become the names of the columns themselves
  bool expand_references = false;  ///< select aliases and positions become what they stand for; in ORDER BY, the output's name
  bool expand_joins = false;       ///< USING and NATURAL become ON, where all columns are known
  AnalyzeOptions analyze;

  /// All rewrites: the query then reads alike in every dialect.
  static QualifyOptions Everything();
};

/// Rewrites a query in place so that every name is explicit. `schema` may be null; then stars and unqualified columns of several tables stay
/// (or are errors, if strict).
Status Qualify(Arena& arena, Node*& query, const Dialect& dialect, SchemaProvider* schema, const QualifyOptions& options = {});

}  // namespace dvt::sql
