// What stands for something else: aliases, positions, USING and NATURAL.
#include <algorithm>
#include <charconv>

#include "dvt/sql/analyze/qualifier_internal.h"

namespace dvt::sql {

namespace {

// A constant in GROUP BY or ORDER BY would be a position, or nothing.
bool IsConstant(const Node* expression) {
  switch (Unparen(expression)->kind) {
    case Kind::kNumber:
    case Kind::kString:
    case Kind::kNull:
    case Kind::kBoolean:
    case Kind::kParameter: return true;
    default: return false;
  }
}

// Aliases made of aliases could double at each step: what has grown too far stays a name.
bool IsLarge(const Node* expression) {
  constexpr int kMost = 2000;
  int nodes = 0;
  Visit(expression, [&](const Node*) { return ++nodes <= kMost; });
  return nodes > kMost;
}

const Node* Value(const Node* item) { return item->Is(Kind::kAlias) ? item->Child(0) : item; }

}  // namespace

void Qualifier::ExpandReferences(const Scope& scope) {
  Node* select = scope.query;
  // In order: an alias may be made of those before it.
  for (Node* item : select->Child(kItemsSlot)->Children()) ExpandAliases(item, scope, false);
  ExpandAliases(select->Child(kFromSlot), scope, false);
  ExpandAliases(select->Child(kWhereSlot), scope, false);
  ExpandGroupPositions(select->Child(kGroupSlot), scope);
  ExpandAliases(select->Child(kGroupSlot), scope, true);
  ExpandGroupPositions(select->Child(kDistinctSlot), scope);
  ExpandAliases(select->Child(kDistinctSlot), scope, true);
  ExpandAliases(select->Child(kHavingSlot), scope, false);
  ExpandAliases(select->Child(kQualifySlot), scope, false);
  ExpandOrder(select->Child(kOrderSlot), scope);
}

void Qualifier::ExpandAliases(Node* clause, const Scope& scope, bool group) {
  if (clause == nullptr) return;
  for (Node* column : FindAll(clause, Kind::kColumn)) ExpandAlias(column, scope, group);
}

void Qualifier::ExpandAlias(Node* column, const Scope& scope, bool group) {
  const ColumnBinding* binding = analysis_.Find(column);
  if (binding == nullptr || binding->alias == nullptr || binding->scope != &scope) return;
  const Node* value = Value(binding->alias);
  // What changes from one evaluation to the next must stay one.
  if (IsLarge(value)) return;
  if (value == column || IsVolatile(value, dialect_) || Contains(value, [&](const Node* n) { return n == column; })) return;
  if (!group || !IsConstant(value)) return Replace(column, Clone(arena_, value));
  const auto items = scope.query->Child(kItemsSlot)->Children();
  const auto at = std::find(items.begin(), items.end(), binding->alias);
  if (at != items.end()) Replace(column, MakeNumber(arena_, at - items.begin() + 1));
}

// The item that a position names, or nullptr.
const Node* Qualifier::ItemAt(const Scope& scope, const Node* number) const {
  if (!number->Is(Kind::kNumber)) return nullptr;
  uint32_t position = 0;
  const auto read = std::from_chars(number->text.data(), number->text.data() + number->text.size(), position);
  const Node* items = scope.query->Child(kItemsSlot);
  if (read.ptr != number->text.data() + number->text.size() || position < 1 || position > items->count) return nullptr;
  // Behind a star that is still there positions are not those of the items.
  const bool star =
      std::any_of(items->Children().begin(), items->Children().end(), [](const Node* n) { return n->Is(Kind::kStar); });
  return star ? nullptr : items->Child(position - 1);
}

void Qualifier::ExpandGroupPositions(Node* list, const Scope& scope) {
  if (list == nullptr) return;
  for (Node* key : list->Children()) {
    const bool nested = key->Is(Kind::kRollup) || key->Is(Kind::kCube) || key->Is(Kind::kGroupingSets) || key->Is(Kind::kRow) ||
                        key->Is(Kind::kParen);
    if (nested) {
      ExpandGroupPositions(key, scope);
      continue;
    }
    const Node* item = ItemAt(scope, key);
    if (item == nullptr || IsConstant(Value(item)) || IsVolatile(Value(item), dialect_)) continue;
    Replace(key, Clone(arena_, Value(item)));
  }
}

// A position becomes the output's name; aliases inside of larger expressions become what they stand for.
void Qualifier::ExpandOrder(Node* order, const Scope& scope) {
  if (order == nullptr) return;
  for (Node* term : order->Children()) {
    Node* key = term->Child(0);
    if (Unparen(key)->Is(Kind::kColumn)) continue;
    const Node* item = ItemAt(scope, key);
    if (item == nullptr) {
      ExpandAliases(key, scope, false);
      continue;
    }
    if (!item->Is(Kind::kAlias)) continue;
    const auto items = scope.query->Child(kItemsSlot)->Children();
    const auto same = std::count_if(items.begin(), items.end(), [&](const Node* other) {
      return other->Is(Kind::kAlias) && Equal(other->Child(1), item->Child(1));
    });
    if (same == 1) Replace(key, NewNode(arena_, Kind::kColumn, {Clone(arena_, item->Child(1))}));
  }
}

void Qualifier::ExpandJoins(const Scope& scope) {
  Node* from = scope.query->Child(kFromSlot);
  if (!scope.output_known) return;
  for (Node* join : FindAll(from, Kind::kJoin, true)) ExpandJoin(join);
}

void Qualifier::ExpandJoin(Node* join) {
  const auto* pairs = analysis_.PairsOf(join);
  if (pairs == nullptr) return;
  std::vector<Node*> terms;
  for (const auto& [left, right] : *pairs) {
    for (const auto& [source, index] : left.sides) {
      if (NameOf(*source).empty() || index < 0) return;
    }
    if (NameOf(*right.sides.front().first).empty()) return;
    terms.push_back(MakeBinary(arena_, Op::kEq, ValueOf(left.sides, left.any_side), ValueOf(right.sides, right.any_side)));
  }
  SetChild(arena_, join, 2, Conjunction(arena_, terms));
  SetChild(arena_, join, 3, nullptr);
  join->Set(kNatural, false);
}

}  // namespace dvt::sql
