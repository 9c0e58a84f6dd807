#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/analyze/qualify.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/print/printer.h"
#include "dvt/sql/rewrite/transpile.h"

namespace dvt::sql {

/// Statements re-printed, prettily.
Result<std::string> Format(std::string_view sql, const Dialect& dialect, const PrintOptions& options);
/// The tree as JSON: kind, text, op, flags, children by slot.
Result<Value> ParseToJson(std::string_view sql, const Dialect& dialect);
/// {"tables": […], "outputs": [{"name", "type", "sources": [{"table", "column"}]}]}.
Result<Value> Lineage(std::string_view sql, const Dialect& dialect, SchemaProvider* schema);

}  // namespace dvt::sql
