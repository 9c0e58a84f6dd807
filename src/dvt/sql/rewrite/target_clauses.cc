// Clauses that few dialects have, in the target's terms: EXCLUDE behind the items, WITH of an insert.
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

// SELECT a, * EXCLUDE (b) FROM t is SELECT * EXCLUDE (b) FROM (SELECT a, * FROM t); order and limit stay inside.
Node* WithoutColumns(Arena& arena, Node* select) {
  Node* names = std::exchange(select->children[kExcludeSlot], nullptr);
  Node* outer = MakeSelect(arena);
  Append(arena, outer->Child(kItemsSlot), NewNode(arena, Kind::kStar, {nullptr, names}));
  Node* sub = NewSlots(arena, Kind::kSubquery, kInnerSlots);
  sub->children[kInnerSlot] = select;
  outer->children[kWithSlot] = std::exchange(select->children[kWithSlot], nullptr);
  outer->children[kFromSlot] = NewNode(arena, Kind::kList, {NewNode(arena, Kind::kDerivedTable, {nullptr, sub})});
  return outer;
}

}  // namespace

void ShapeClauses(Arena& arena, Node*& tree, const Dialect& target) {
  if (tree == nullptr) return;
  for (Node*& child : tree->Children()) ShapeClauses(arena, child, target);
  if (tree->Is(Kind::kInsert) && target.Has(Feature::kInsertOverwrite) && !target.Has(Feature::kCanonicalNames) &&
      tree->Child(kInsertWith) == nullptr && tree->Child(kInsertSource) != nullptr && tree->Child(kInsertSource)->IsQuery())
    tree->children[kInsertWith] = std::exchange(tree->children[kInsertSource]->children[kWithSlot], nullptr);
  if (!tree->Is(Kind::kSelect)) return;
  if (tree->Child(kExcludeSlot) != nullptr && !target.Has(Feature::kExcludeBehind)) tree = WithoutColumns(arena, tree);
}

}  // namespace dvt::sql
