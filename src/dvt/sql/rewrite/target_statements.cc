// Statements in the forms that the target insists on: who names the columns of views and recursive queries, what a DELETE may say.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

// The name of an output column, or one made of its place among those without.
Node* OutputName(Arena& arena, const Node* item, int& unnamed) {
  if (item->Is(Kind::kAlias)) return item->Child(1)->Is(Kind::kIdentifier) ? Clone(arena, item->Child(1)) : nullptr;
  const Node* value = Unparen(item);
  while (value->Is(Kind::kCast)) value = Unparen(value->Child(0));
  if (value->Is(Kind::kColumn) && value->Child(value->count - 1)->Is(Kind::kIdentifier))
    return Clone(arena, value->Child(value->count - 1));
  if (value->Is(Kind::kUnary, Op::kNeg)) value = value->Child(0);
  if (value->Is(Kind::kNumber)) return MakeIdentifier(arena, value->text, true);
  if (value->Is(Kind::kString, Op::kPlain) && !value->text.empty()) return MakeIdentifier(arena, value->text, false);
  return MakeIdentifier(arena, "_c_" + std::to_string(unnamed++), false);
}

// WITH RECURSIVE t AS (SELECT 1 AS n …) names its columns: t(n).
void NameColumns(Arena& arena, Node* cte) {
  Node* alias = cte->Child(0) == nullptr ? nullptr : cte->children[0];
  Node* select = cte->Child(1) != nullptr && cte->Child(1)->IsQuery() ? LeftmostSelect(cte->children[1]) : nullptr;
  if (alias == nullptr || alias->Child(1) != nullptr || select == nullptr) return;
  Node* names = NewNode(arena, Kind::kList);
  int unnamed = 0;
  for (const Node* item : select->Child(kItemsSlot)->Children()) {
    const bool star = item->Is(Kind::kStar) || (item->Is(Kind::kColumn) && item->Child(item->count - 1)->Is(Kind::kStar));
    Node* name = star ? nullptr : OutputName(arena, item, unnamed);
    if (name == nullptr) return;
    Append(arena, names, name);
  }
  SetChild(arena, alias, 1, names);
}

// CREATE VIEW v (a) AS SELECT 1 as CREATE VIEW v AS SELECT 1 AS a.
void ViewColumns(Arena& arena, Node* create) {
  const Node* columns = create->Child(kCreateColumns);
  Node* body = create->children[kCreateBody];
  Node* select = columns == nullptr || body == nullptr || !body->IsQuery() ? nullptr : LeftmostSelect(body);
  Node* items = select == nullptr ? nullptr : select->Child(kItemsSlot);
  if (items == nullptr || items->count != columns->count) return;
  for (uint32_t i = 0; i < items->count; ++i) {
    const Node* column = columns->Child(i);
    if (!column->Is(Kind::kColumnDef) && !column->Is(Kind::kIdentifier)) return;
    if (items->Child(i)->Is(Kind::kStar)) return;
  }
  for (uint32_t i = 0; i < items->count; ++i) {
    const Node* column = columns->Child(i);
    const Node* name = column->Is(Kind::kColumnDef) ? column->Child(0) : column;
    Node*& item = items->children[i];
    int unnamed = 0;
    const Node* known = OutputName(arena, item, unnamed);
    if (unnamed == 0 && known != nullptr && EqualsIgnoreCase(known->text, name->text)) continue;
    item = NewNode(arena, Kind::kAlias, {item->Is(Kind::kAlias) ? item->Child(0) : item, Clone(arena, name)});
  }
  create->children[kCreateColumns] = nullptr;
}

// t.x is x; deeper, inside of queries, it is named after the table itself.
void Unqualify(Arena& arena, Node* node, const Node* alias, const Node* table, bool inner) {
  if (node == nullptr) return;
  if (node->Is(Kind::kColumn) && node->count == 2 && node->Child(0)->Is(Kind::kIdentifier) &&
      EqualsIgnoreCase(node->Child(0)->text, alias->text)) {
    if (inner) {
      node->children[0] = Clone(arena, table);
    } else {
      ++node->children;
      --node->count;
      --node->capacity;
    }
    return;
  }
  for (Node* child : node->Children()) Unqualify(arena, child, alias, table, inner || node->IsQuery());
}

// DELETE FROM t AS a WHERE a.x = 1 as DELETE FROM t WHERE x = 1.
void DeleteFrom(Arena& arena, Node* node) {
  Node* table = node->children[1];
  if (table == nullptr || !table->Is(Kind::kTable) || table->Child(0) == nullptr || node->Child(2) != nullptr) return;
  const Node* alias = table->Child(0)->Child(0);
  const Node* name = table->Child(1);
  if (alias == nullptr || !name->Is(Kind::kName) || name->count == 0) return;
  Unqualify(arena, node->children[3], alias, name->Child(name->count - 1), false);
  table->children[0] = nullptr;
}

void BareColumn(Node* column) {
  if (!column->Is(Kind::kColumn) || column->count < 2) return;
  column->children += column->count - 1;
  column->count = column->capacity = 1;
}

// WHEN MATCHED THEN UPDATE SET t.x = 1 as … SET x = 1.
void MergeColumns(const Node* merge) {
  for (const Node* when : merge->Child(4)->Children()) {
    const Node* action = when->Child(1);
    if (action->Is(Kind::kUpdate) && action->Child(2) != nullptr) {
      for (const Node* assignment : action->Child(2)->Children()) BareColumn(assignment->children[0]);
    }
    if (action->Is(Kind::kInsert) && action->Child(kInsertColumns) != nullptr) {
      for (Node* column : action->Child(kInsertColumns)->Children()) BareColumn(column);
    }
  }
}

// b INT NULL as b INT.
void DropNullWord(Node* column) {
  Node* constraints = column->count > 2 ? column->children[2] : nullptr;
  if (constraints == nullptr) return;
  uint32_t kept = 0;
  for (Node* each : constraints->Children()) {
    const Node* word = each->Is(Kind::kPhrase) && each->count == 1 ? each->Child(0) : each;
    if (!(word->Is(Kind::kWord) && word->text == "NULL")) constraints->children[kept++] = each;
  }
  constraints->count = kept;
  if (kept == 0) column->children[2] = nullptr;
}

}  // namespace

void ShapeStatements(Arena& arena, Node*& tree, const Dialect& target) {
  if (tree == nullptr) return;
  const bool begins = EqualsIgnoreCase(tree->text.substr(0, 5), "BEGIN") && (tree->text.size() == 5 || tree->text[5] == ' ');
  if (tree->Is(Kind::kCommand) && begins && target.Has(Feature::kStartTransaction))
    tree->text = arena.Copy("START TRANSACTION" + std::string(tree->text.substr(5)));
  if (tree->Is(Kind::kDelete) && target.Has(Feature::kBareDelete)) DeleteFrom(arena, tree);
  if (tree->Is(Kind::kMerge) && target.Has(Feature::kBareMergeColumns)) MergeColumns(tree);
  if (tree->Is(Kind::kCreate) && tree->text.ends_with("VIEW") && target.Has(Feature::kPlainViews)) ViewColumns(arena, tree);
  if (tree->Is(Kind::kCreate) && target.Has(Feature::kNullImplied) && tree->Child(kCreateColumns) != nullptr) {
    for (Node* column : tree->Child(kCreateColumns)->Children()) {
      if (column->Is(Kind::kColumnDef)) DropNullWord(column);
    }
  }
  if (target.Has(Feature::kRecursionNamed)) {
    for (const Node* with : FindAll(tree, Kind::kWith)) {
      for (Node* cte : with->Children()) {
        if (with->Has(kRecursive)) NameColumns(arena, cte);
      }
    }
  }
}

}  // namespace dvt::sql
