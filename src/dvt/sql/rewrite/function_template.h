#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// A `read` or `write` text of a function table, parsed once in its dialect and kept for ever. Null if the text does not parse, which a unit test
/// excludes for every row of every dialect. Thread-safe.
const Node* FunctionTemplate(const Dialect& dialect, std::string_view text);
/// The argument list of a `read` text without '='.
const Node* ArgumentTemplate(const Dialect& dialect, std::string_view text);

/// A copy of the template in `arena` in which ARG1 … are the arguments and ARGS those that follow the highest named one; an argument used twice is
/// cloned. In strings, interval units and EXTRACT fields ARGn becomes the word of that argument. Made nodes are appended to `made`.
Node* Instantiate(Arena& arena, const Node* shape, std::span<Node* const> args, std::vector<Node*>& made);

/// The canonical name of a date part ("DAY", "ISOWEEK") as it is written in calls: a bare word, a string or an abbreviation (dd, mm, yyyy). Empty for
/// anything else.
std::string UnitWord(const Node* node);

}  // namespace dvt::sql
