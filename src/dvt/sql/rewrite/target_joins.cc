// Joins in systems that have fewer of them: FULL JOIN as two joins, UPDATE … FROM as UPDATE … JOIN.
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

// The name by which columns of a table are called; nullptr if it has none.
Node* NameOf(Arena& arena, const Node* table) {
  const Node* alias = table->Child(0);
  if (alias != nullptr && alias->Child(0) != nullptr) return Clone(arena, alias->Child(0));
  const bool named = table->Is(Kind::kTable) && table->Child(1)->count > 0;
  return named ? Clone(arena, table->Child(1)->Child(table->Child(1)->count - 1)) : nullptr;
}

// ON, or what USING (a, b) means.
Node* ConditionOf(Arena& arena, const Node* join) {
  if (join->Child(2) != nullptr) return Clone(arena, join->Child(2));
  const Node* columns = join->Child(3);
  Node* all = nullptr;
  for (uint32_t i = 0; columns != nullptr && i < columns->count; ++i) {
    Node *left = NameOf(arena, join->Child(0)), *right = NameOf(arena, join->Child(1));
    if (left == nullptr || right == nullptr) return nullptr;
    Node* one = MakeBinary(arena, Op::kEq, NewNode(arena, Kind::kColumn, {left, Clone(arena, columns->Child(i))}),
                           NewNode(arena, Kind::kColumn, {right, Clone(arena, columns->Child(i))}));
    all = all == nullptr ? one : MakeBinary(arena, Op::kAnd, all, one);
  }
  return all;
}

// The full join of two tables that the rows of a plain SELECT come from; nullptr if there is none, or more.
Node* FullJoinOf(Node* select) {
  Node* from = select->Child(kFromSlot);
  if (from == nullptr || from->count != 1 || !from->Child(0)->Is(Kind::kJoin, Op::kFull)) return nullptr;
  for (const uint32_t slot : {kGroupSlot, kHavingSlot, kDistinctSlot, kQualifySlot, kWindowSlot}) {
    if (select->Child(slot) != nullptr) return nullptr;
  }
  Node* join = from->children[0];
  const bool calls = Contains(select->Child(kItemsSlot), [](const Node* node) {
    return node->Is(Kind::kFunction) && (node->Child(kOverSlot) != nullptr || node->text != "COALESCE");
  });
  const bool plain = join->Child(0)->Is(Kind::kTable) && !join->Child(1)->Is(Kind::kJoin) && !join->Has(kNatural) && !calls;
  return plain ? join : nullptr;
}

// x FULL JOIN y ON c: the rows of x LEFT JOIN y, and those of x RIGHT JOIN y that meet none of x.
Node* InTwoJoins(Arena& arena, Node* select) {
  Node* join = FullJoinOf(select);
  Node* condition = join == nullptr ? nullptr : ConditionOf(arena, join);
  if (condition == nullptr) return select;
  Node* both = NewSlots(arena, Kind::kSetOperation, kSetSlots);
  both->op = Op::kUnion;
  both->Set(kAll);
  for (const uint32_t slot : {kWithSlot, kOrderSlot, kLimitSlot, kOffsetSlot, kLockSlot}) {
    both->children[slot] = select->Child(slot);
    select->children[slot] = nullptr;
  }
  both->comments = select->comments;
  select->comments = nullptr;
  join->op = Op::kLeft;
  Node* right = Clone(arena, select);
  right->children[kFromSlot]->children[0]->op = Op::kRight;
  Node* inner = MakeSelect(arena);
  Append(arena, inner->Child(kItemsSlot), MakeNumber(arena, 1));
  inner->children[kFromSlot] = NewNode(arena, Kind::kList, {Clone(arena, join->Child(0))});
  inner->children[kWhereSlot] = condition;
  Node* sub = NewSlots(arena, Kind::kSubquery, kInnerSlots);
  sub->children[kInnerSlot] = inner;
  Node* alone = MakeNot(arena, NewNode(arena, Kind::kExists, {sub}));
  Node*& where = right->children[kWhereSlot];
  where = where == nullptr ? alone : MakeBinary(arena, Op::kAnd, where, alone);
  both->children[kLeftSlot] = select;
  both->children[kRightSlot] = right;
  return both;
}

// UPDATE t SET a = u.a FROM u WHERE c is UPDATE t JOIN u ON TRUE SET t.a = u.a WHERE c.
void JoinedUpdate(Arena& arena, Node* update) {
  Node* tables = update->Child(3);
  if (tables == nullptr || tables->count == 0) return;
  const Node* name = NameOf(arena, update->Child(1));
  if (name == nullptr) return;
  for (Node* table : tables->Children()) {
    Node* always = NewNode(arena, Kind::kBoolean, {}, {}, Op::kTrue);
    update->children[1] = NewNode(arena, Kind::kJoin, {update->children[1], table, always, nullptr}, {}, Op::kInner);
  }
  update->children[3] = nullptr;
  for (Node* assignment : update->Child(2)->Children()) {
    Node* target = assignment->children[0];
    if (target->Is(Kind::kColumn) && target->count == 1)
      assignment->children[0] = NewNode(arena, Kind::kColumn, {Clone(arena, name), target->children[0]});
  }
}

}  // namespace

bool ShapeJoins(Arena& arena, Node*& tree, const Dialect& target) {
  if (tree == nullptr || !target.Has(Feature::kMultiTableDelete)) return false;
  if (tree->Is(Kind::kUpdate) && !target.Has(Feature::kUpdateFrom)) JoinedUpdate(arena, tree);
  bool changed = false;
  if (!target.Has(Feature::kFullJoin)) {
    Rewrite(tree, [&](Node* node) -> Node* {
      Node* out = node->Is(Kind::kSelect) ? InTwoJoins(arena, node) : node;
      changed = changed || out != node;
      return out;
    });
  }
  return changed;
}

}  // namespace dvt::sql
