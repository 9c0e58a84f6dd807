#pragma once

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// Says every UPPER of a tree of `dialect` so that it gives the engine's letters (ExactUpper), in place; new nodes go into `arena`. All of
/// them are of texts. Whether there was one.
bool WriteExactUpper(Arena& arena, Node*& root, const Dialect& dialect);

}  // namespace dvt::sql
