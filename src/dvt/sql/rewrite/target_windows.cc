// Windows that have names, and DISTINCT ON, for systems that have neither.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

Node* DefinitionOf(const Node* windows, const Node* name) {
  for (Node* each : windows->Children()) {
    if (EqualsIgnoreCase(each->Child(0)->text, name->text)) return each->children[1];
  }
  return nullptr;
}

// What a window takes over from the one that it names.
void Inherit(Arena& arena, const Node* windows, Node* window, int depth) {
  Node* base = window->Child(0) == nullptr || depth > 64 ? nullptr : DefinitionOf(windows, window->Child(0));
  if (base == nullptr) return;
  window->children[0] = nullptr;
  Node* copy = Clone(arena, base);
  Inherit(arena, windows, copy, depth + 1);
  for (uint32_t i = 1; i < 4; ++i) {
    if (window->Child(i) == nullptr && copy->Child(i) != nullptr) SetChild(arena, window, i, copy->Child(i));
  }
}

void Replace(Arena& arena, const Node* windows, Node* node) {
  if (node == nullptr) return;
  if (node->Is(Kind::kFunction) && node->Child(kOverSlot) != nullptr) {
    Node*& over = node->children[kOverSlot];
    if (over->Is(Kind::kIdentifier)) {
      if (DefinitionOf(windows, over) != nullptr) {
        Node* named = NewNode(arena, Kind::kWindow, {over, nullptr, nullptr, nullptr});
        Inherit(arena, windows, named, 0);
        over = named;
      }
    } else {
      Inherit(arena, windows, over, 0);
    }
  }
  for (Node* child : node->Children()) Replace(arena, windows, child);
}

Node* NameOf(Arena& arena, const Node* item, int& unnamed) {
  if (item->Is(Kind::kAlias)) return Clone(arena, item->Child(1));
  if (item->Is(Kind::kColumn)) return Clone(arena, item->Child(item->count - 1));
  if (item->Is(Kind::kStar)) return nullptr;
  const std::string name = unnamed++ == 0 ? "_col" : "_col_" + std::to_string(unnamed);
  return MakeIdentifier(arena, name, false);
}

}  // namespace

// SUM(x) OVER w … WINDOW w AS (…) is SUM(x) OVER (…).
void InlineWindows(Arena& arena, Node* select) {
  Node* windows = std::exchange(select->children[kWindowSlot], nullptr);
  for (const uint32_t slot : {uint32_t{kItemsSlot}, uint32_t{kQualifySlot}, uint32_t{kOrderSlot}, uint32_t{kDistinctSlot}})
    Replace(arena, windows, select->Child(slot));
}

// SELECT DISTINCT ON (a) b … ORDER BY c is SELECT b FROM (SELECT b AS b, ROW_NUMBER() OVER (PARTITION BY a ORDER BY c) AS _row_number …)
// AS _t WHERE _row_number = 1.
Node* FirstOfEach(Arena& arena, Node* select) {
  Node* keys = std::exchange(select->children[kDistinctSlot], nullptr);
  Node* order = std::exchange(select->children[kOrderSlot], nullptr);
  Node* partition = NewNode(arena, Kind::kList);
  for (Node* key : keys->Children()) Append(arena, partition, key);
  if (order == nullptr) {
    order = NewNode(arena, Kind::kList);
    for (const Node* key : keys->Children()) Append(arena, order, NewNode(arena, Kind::kOrderItem, {Clone(arena, key)}));
  }
  Node* outer = MakeSelect(arena);
  Node* items = select->Child(kItemsSlot);
  int unnamed = 0;
  for (Node*& item : items->Children()) {
    Node* name = NameOf(arena, item, unnamed);
    Append(arena, outer->Child(kItemsSlot),
           name == nullptr ? NewNode(arena, Kind::kStar) : NewNode(arena, Kind::kColumn, {name}));
    if (name != nullptr && !item->Is(Kind::kAlias)) item = NewNode(arena, Kind::kAlias, {item, Clone(arena, name)});
  }
  Node* number = MakeFunction(arena, "ROW_NUMBER", {});
  SetChild(arena, number, kOverSlot, NewNode(arena, Kind::kWindow, {nullptr, partition, order, nullptr}));
  Append(arena, items, NewNode(arena, Kind::kAlias, {number, MakeIdentifier(arena, "_row_number", false)}));
  Node* table = MakeDerivedTable(arena, select, "");
  table->children[0] = NewNode(arena, Kind::kTableAlias, {MakeIdentifier(arena, "_t", false), nullptr});
  outer->children[kFromSlot] = NewNode(arena, Kind::kList, {table});
  outer->children[kWhereSlot] = MakeBinary(
      arena, Op::kEq, NewNode(arena, Kind::kColumn, {MakeIdentifier(arena, "_row_number", false)}), MakeNumber(arena, 1));
  for (const uint32_t slot : {kWithSlot, kLimitSlot, kOffsetSlot})
    outer->children[slot] = std::exchange(select->children[slot], nullptr);
  return outer;
}

}  // namespace dvt::sql
