#pragma once

#include "dvt/base/text/value.h"
#include "dvt/sql/analyze/schema.h"
#include "dvt/sql/rewrite/transpile.h"

namespace dvt::sql {

/// {"table": {"column": "type as the dialect writes it"}}, under "schema" of a request; names are folded as if written without quotes.
/// Nested maps (schema or database first) are read as qualified tables. kType for a type that cannot be read.
Result<MapSchema> SchemaOf(const Value& request, const Dialect& dialect);
/// {"code", "verdict", "construct", "message", "line", "column"}
Value NoteValue(const TranspileNote& note);
/// Syntax errors: [{"line", "column", "message", "hint"}, …], the hint being the source line with a caret under the place.
Value ErrorsValue(const Diagnostics& found);
/// {"statements": [tree…]}: each node as {"kind", "op", "text", "children"}, absent children as null.
Value TreeAnswer(const Ast& ast);
/// What a statement reads and writes: {"tables", "written", "output_columns", "types", "columns", "lineage"}. Several statements:
/// {"tables", "written", "statements": [one such answer each]}. `tables` are those read or written, `columns` what is needed of each.
/// With `qualify` also {"qualified": the first statement's query with every name explicit}, and a name that is not known is an error.
Result<Value> AnalysisAnswer(Ast& ast, const Dialect& dialect, SchemaProvider* schema, bool qualify = false);
/// {"lineage": {output column: ["table.column"]}, "tree": [step]} with a step of {"name", "relation", "expression", "base", "from": [step]};
/// several statements: {"statements": [one such answer each]}.
Result<Value> LineageAnswer(Ast& ast, const Dialect& dialect, SchemaProvider* schema);

}  // namespace dvt::sql
