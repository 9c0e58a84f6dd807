#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// Whether a call is COLUMNS(…), which stands for several columns of the FROM clause; only where the dialect has it.
bool IsColumnsCall(const Node* node, const Dialect& dialect);
/// Whether it contains COLUMNS(…) or `* LIKE …` of its own query: nested queries do not count.
bool HasColumnPattern(const Node* node, const Dialect& dialect);

/// Whether an ORDER BY is that of all outputs, ORDER BY ALL or ORDER BY *; only where the dialect has it.
bool IsOrderByAll(const Node* order, const Dialect& dialect);

/// Whether a pattern takes the column of that name: the text, list or lambda in COLUMNS(…), or what stands behind `* LIKE`. nullopt where only the
/// system itself could say: expressions that read differently elsewhere, or functions that are not known here.
std::optional<bool> TakesColumn(const Node* pattern, std::string_view name, const Dialect& dialect);

/// An alias with the column's name for `\0` and what groups of the pattern found in it for `\1` … `\9`; nullopt where that cannot be said.
std::optional<std::string> AliasOfColumn(std::string_view alias, const Node* pattern, std::string_view name);

}  // namespace dvt::sql
