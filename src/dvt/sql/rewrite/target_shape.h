#pragma once

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

/// The last step of writing a tree in another dialect: forms that the target insists on, without a change of meaning. Values and conditions
/// apart (TRUE is 1, or 1 = 1), names for the columns of derived tables, TOP and OFFSET where they may stand, WITH only at the top.
/// `tree`, read in `source`, may be replaced; new nodes go into `arena`.
/// FROM UNNEST(GENERATE_DATE_ARRAY(a, b, step)) as a recursive common table expression. Comes before all other rewriting.
void DatesByRecursion(Arena& arena, Node* tree, const Dialect& source, const Dialect& target);
void ShapeForTarget(Arena& arena, Node*& tree, const Dialect& source, const Dialect& target);

/// Full joins as two joins, and UPDATE … FROM as UPDATE … JOIN, where the target has neither; true if a query became another.
bool ShapeJoins(Arena& arena, Node*& tree, const Dialect& target);
/// Temporary tables by name (#t) or by word, SELECT INTO or CREATE TABLE AS, APPLY or LATERAL, as the target has them.
void ShapeTables(Arena& arena, Node*& tree, const Dialect& source, const Dialect& target);

/// Columns of views and of recursive queries, aliases of tables to delete from, words of transactions: as the target has them.
void ShapeStatements(Arena& arena, Node*& tree, const Dialect& target);

/// Storage, partitions and other properties of a table.
void ShapeSettings(Arena& arena, Node* create, const Dialect& source, const Dialect& target);
/// EXCLUDE behind the items of a query, and where WITH of an insert stands.
void ShapeClauses(Arena& arena, Node*& tree, const Dialect& target);

/// Temporary views, changes of columns, constraints, as lakes have them.
void ShapeStorage(Arena& arena, Node*& tree, const Dialect& source, const Dialect& target);

/// Where conditions are no values: TRUE, FALSE and columns as conditions, conditions as values.
void SeparateConditions(Arena& arena, Node*& slot, bool condition);

/// The named windows of a SELECT where they are used; and DISTINCT ON by row numbers.
void InlineWindows(Arena& arena, Node* select);
Node* FirstOfEach(Arena& arena, Node* select);

}  // namespace dvt::sql
