// Conditions and values apart, for systems without truth values.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

bool IsBooleanIs(const Node* node) { return node->Is(Kind::kIs) && node->Child(1)->Is(Kind::kBoolean); }

bool IsChoice(const Node* node) {
  return node->Is(Kind::kFunction) && (EqualsIgnoreCase(node->text, "IIF") || EqualsIgnoreCase(node->text, "IF"));
}

// (1 = 1) or (1 = 0)
Node* Truth(Arena& arena, bool value) {
  return MakeParen(arena, MakeBinary(arena, Op::kEq, MakeNumber(arena, 1), MakeNumber(arena, value ? 1 : 0)));
}

// The slots of a node that hold conditions.
bool HoldsCondition(const Node* parent, uint32_t slot) {
  switch (parent->kind) {
    case Kind::kSelect: return slot == kWhereSlot || slot == kHavingSlot || slot == kQualifySlot;
    case Kind::kJoin: return slot == 2;
    case Kind::kFunction: return slot == kFilterSlot;
    case Kind::kIfStatement:
    case Kind::kWhileStatement: return slot == 0;
    case Kind::kUpdate: return slot == 4;
    case Kind::kDelete: return slot == 3;
    case Kind::kMerge: return slot == 3;
    case Kind::kMergeWhen: return slot == 0;
    case Kind::kConnect: return true;
    default: return false;
  }
}

}  // namespace

void SeparateConditions(Arena& arena, Node*& slot, bool condition) {
  if (slot == nullptr) return;
  Node* node = slot;
  if (node->Is(Kind::kBoolean)) {
    const bool value = node->op == Op::kTrue;
    slot = condition ? Truth(arena, value) : MakeNumber(arena, value ? 1 : 0);
    return;
  }
  if (IsBooleanIs(node)) {
    const bool value = node->Child(1)->op == Op::kTrue;
    Node* equal = MakeBinary(arena, Op::kEq, node->Child(0), MakeNumber(arena, value ? 1 : 0));
    slot = node->Has(kNot) ? MakeNot(arena, equal) : equal;
    SeparateConditions(arena, equal->children[0], false);
    return;
  }
  if (node->Is(Kind::kBinary, Op::kConcat)) node->op = Op::kAdd;  // texts are added
  const bool connective =
      node->Is(Kind::kBinary, Op::kAnd) || node->Is(Kind::kBinary, Op::kOr) || node->Is(Kind::kUnary, Op::kNot);
  const bool passes = connective || (node->Is(Kind::kParen) && condition);
  for (uint32_t i = 0; i < node->count; ++i) {
    Node*& child = node->children[i];
    if (child == nullptr) continue;
    if (node->Is(Kind::kCase) && i >= 2) {
      SeparateConditions(arena, child->children[0], node->Child(0) == nullptr);
      SeparateConditions(arena, child->children[1], false);
    } else if (IsChoice(node) && i == kArgsSlot && child->count > 0) {
      for (uint32_t k = 0; k < child->count; ++k) SeparateConditions(arena, child->children[k], k == 0);
    } else {
      SeparateConditions(arena, child, passes || HoldsCondition(node, i));
    }
  }
  if (condition && (node->Is(Kind::kColumn) || node->Is(Kind::kNumber)))
    slot = MakeBinary(arena, Op::kNeq, node, MakeNumber(arena, 0));
}

}  // namespace dvt::sql
