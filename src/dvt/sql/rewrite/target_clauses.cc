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

// GROUP_CONCAT(a, ';' ORDER BY b) names its separator last; JSON_OBJECT('a', 1) is of pairs.
void CanonicalCall(Arena& arena, Node* call) {
  Node* args = call->Child(kArgsSlot) == nullptr ? nullptr : call->children[kArgsSlot];
  if (args == nullptr) return;
  const auto slot = [&](uint32_t i) { return call->Child(i) == nullptr ? nullptr : call->children[i]; };
  if (call->text == "GROUP_CONCAT" && args->count == 2 && slot(kSeparatorSlot) == nullptr &&
      (slot(kArgOrderSlot) == nullptr) != (slot(kWithinSlot) == nullptr)) {
    if (Node* within = slot(kWithinSlot)) {
      SetChild(arena, call, kArgOrderSlot, within);
      call->children[kWithinSlot] = nullptr;
    }
    SetChild(arena, call, kSeparatorSlot, args->children[1]);
    args->count = 1;
  }
  const bool one = call->text == "JSON_OBJECTAGG" && args->count == 2;
  if ((call->text != "JSON_OBJECT" && !one) || args->count % 2 != 0) return;
  for (const Node* each : args->Children()) {
    if (each->Is(Kind::kNamedArg) || each->Is(Kind::kStar)) return;
  }
  for (uint32_t i = 0; i < args->count; i += 2) {
    Node* pair = NewNode(arena, Kind::kNamedArg, {args->children[i], args->children[i + 1]});
    pair->op = Op::kPairArg;
    args->children[i / 2] = pair;
  }
  args->count /= 2;
}

}  // namespace

void ShapeClauses(Arena& arena, Node*& tree, const Dialect& target) {
  if (tree == nullptr) return;
  for (Node*& child : tree->Children()) ShapeClauses(arena, child, target);
  if (tree->Is(Kind::kInsert) && target.Has(Feature::kInsertOverwrite) && !target.Has(Feature::kCanonicalNames) &&
      tree->Child(kInsertWith) == nullptr && tree->Child(kInsertSource) != nullptr && tree->Child(kInsertSource)->IsQuery())
    tree->children[kInsertWith] = std::exchange(tree->children[kInsertSource]->children[kWithSlot], nullptr);
  if (tree->Is(Kind::kFunction) && target.Has(Feature::kCanonicalNames)) CanonicalCall(arena, tree);
  if (!tree->Is(Kind::kSelect)) return;
  if (tree->Child(kExcludeSlot) != nullptr && !target.Has(Feature::kExcludeBehind)) tree = WithoutColumns(arena, tree);
}

}  // namespace dvt::sql
