#pragma once

#include <string>
#include <vector>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The query that a statement runs, for analysis only: its nodes are those of the statement, under new ones in the arena.
struct StatementQuery {
  Node* query = nullptr;             ///< null for statements without one
  std::vector<std::string> targets;  ///< the (folded) columns that its output columns go to, if the statement names them
};

/// A query is its own. INSERT, CREATE TABLE and CREATE VIEW have one; UPDATE's gives the new values over its tables, DELETE's no columns over
/// the rows that it reads.
StatementQuery QueryOf(Arena& arena, Node* statement, const Dialect& dialect);

}  // namespace dvt::sql
