#include <string>

#include "dvt/sql/ast/node.h"

namespace dvt::sql {

Node* NewNode(Arena& arena, Kind kind, std::initializer_list<Node*> children, std::string_view text, Op op) {
  Node* node = new (arena.Allocate(sizeof(Node))) Node();
  node->kind = kind;
  node->op = op;
  node->text = text;
  if (children.size() > 0) {
    node->count = node->capacity = static_cast<uint32_t>(children.size());
    node->children = arena.NewArray<Node*>(children.size());
    std::copy(children.begin(), children.end(), node->children);
  }
  return node;
}

Node* NewSlots(Arena& arena, Kind kind, uint32_t slots) {
  Node* node = NewNode(arena, kind);
  node->count = node->capacity = slots;
  node->children = arena.NewArray<Node*>(slots);
  std::fill_n(node->children, slots, nullptr);
  return node;
}

void Append(Arena& arena, Node* node, Node* child) {
  if (node->count == node->capacity) {
    uint32_t capacity = node->capacity == 0 ? 4 : node->capacity * 2;
    Node** children = arena.NewArray<Node*>(capacity);
    std::copy_n(node->children, node->count, children);
    node->children = children;
    node->capacity = capacity;
  }
  node->children[node->count++] = child;
}

void SetChild(Arena& arena, Node* node, uint32_t slot, Node* child) {
  while (node->count <= slot) Append(arena, node, nullptr);
  node->children[slot] = child;
}

Node* MakeList(Arena& arena, std::span<Node* const> items) {
  Node* list = NewSlots(arena, Kind::kList, static_cast<uint32_t>(items.size()));
  std::copy(items.begin(), items.end(), list->children);
  return list;
}

Node* MakeIdentifier(Arena& arena, std::string_view name, bool quoted) {
  Node* node = NewNode(arena, Kind::kIdentifier, {}, arena.Copy(name));
  node->Set(kQuoted, quoted);
  return node;
}

Node* MakeColumn(Arena& arena, std::string_view table, std::string_view column) {
  Node* node = NewNode(arena, Kind::kColumn);
  if (!table.empty()) Append(arena, node, MakeIdentifier(arena, table));
  Append(arena, node, MakeIdentifier(arena, column));
  return node;
}

Node* MakeNumber(Arena& arena, int64_t value) {
  Node* node = NewNode(arena, Kind::kNumber, {}, arena.Copy(std::to_string(value < 0 ? -value : value)));
  return value < 0 ? NewNode(arena, Kind::kUnary, {node}, {}, Op::kNeg) : node;
}

Node* MakeString(Arena& arena, std::string_view value) {
  return NewNode(arena, Kind::kString, {}, arena.Copy(value), Op::kPlain);
}

Node* MakeBinary(Arena& arena, Op op, Node* left, Node* right) { return NewNode(arena, Kind::kBinary, {left, right}, {}, op); }

Node* MakeNot(Arena& arena, Node* operand) { return NewNode(arena, Kind::kUnary, {operand}, {}, Op::kNot); }

Node* MakeFunction(Arena& arena, std::string_view name, std::initializer_list<Node*> args) {
  return MakeFunction(arena, name, std::span<Node* const>(args.begin(), args.size()));
}

Node* MakeFunction(Arena& arena, std::string_view name, std::span<Node* const> args) {
  return NewNode(arena, Kind::kFunction, {MakeList(arena, args)}, arena.Copy(name));
}

Node* MakeAlias(Arena& arena, Node* expression, std::string_view name, bool quoted) {
  return NewNode(arena, Kind::kAlias, {expression, MakeIdentifier(arena, name, quoted)});
}

Node* MakeParen(Arena& arena, Node* expression) { return NewNode(arena, Kind::kParen, {expression}); }

Node* MakeTypeName(Arena& arena, std::string_view name, std::initializer_list<int64_t> parameters) {
  Node* node = NewNode(arena, Kind::kTypeName, {}, arena.Copy(name), Op::kScalarType);
  for (int64_t p : parameters) Append(arena, node, MakeNumber(arena, p));
  return node;
}

Node* MakeCast(Arena& arena, Node* value, Node* type) { return NewNode(arena, Kind::kCast, {value, type}); }

Node* MakeTable(Arena& arena, std::span<const std::string> parts, std::string_view alias) {
  Node* name = NewNode(arena, Kind::kName);
  for (const std::string& part : parts) {
    if (!part.empty()) Append(arena, name, MakeIdentifier(arena, part));
  }
  Node* alias_node = alias.empty() ? nullptr : NewNode(arena, Kind::kTableAlias, {MakeIdentifier(arena, alias), nullptr});
  return NewNode(arena, Kind::kTable, {alias_node, name, nullptr});
}

Node* MakeSelect(Arena& arena) {
  Node* select = NewSlots(arena, Kind::kSelect, kSelectSlots);
  select->children[kItemsSlot] = NewNode(arena, Kind::kList);
  return select;
}

Node* MakeDerivedTable(Arena& arena, Node* query, std::string_view alias) {
  if (!query->Is(Kind::kSubquery)) {
    Node* sub = NewSlots(arena, Kind::kSubquery, kInnerSlots);
    sub->children[kInnerSlot] = query;
    query = sub;
  }
  return NewNode(arena, Kind::kDerivedTable, {NewNode(arena, Kind::kTableAlias, {MakeIdentifier(arena, alias), nullptr}), query});
}

Node* MakeJoin(Arena& arena, Op type, Node* left, Node* right, Node* on) {
  return NewNode(arena, Kind::kJoin, {left, right, on, nullptr}, {}, type);
}

Node* Conjunction(Arena& arena, std::span<Node* const> terms) {
  Node* all = nullptr;
  for (Node* term : terms) {
    if (term != nullptr) all = all == nullptr ? term : MakeBinary(arena, Op::kAnd, all, term);
  }
  return BalanceChain(all);
}

void SplitConjunction(Node* predicate, std::vector<Node*>& terms) {
  if (predicate == nullptr) return;
  Node* inner = Unparen(predicate);
  if (!inner->Is(Kind::kBinary, Op::kAnd)) {
    terms.push_back(predicate);
    return;
  }
  SplitConjunction(inner->Child(0), terms);
  SplitConjunction(inner->Child(1), terms);
}

Node* Clone(Arena& arena, const Node* node) {
  if (node == nullptr) return nullptr;
  Node* copy = new (arena.Allocate(sizeof(Node))) Node(*node);
  copy->text = arena.Copy(node->text);
  copy->capacity = node->count;
  if (node->count > 0) {
    copy->children = arena.NewArray<Node*>(node->count);
    for (uint32_t i = 0; i < node->count; ++i) copy->children[i] = Clone(arena, node->children[i]);
  }
  const Comment** tail = &copy->comments;
  for (const Comment* c = node->comments; c != nullptr; c = c->next) {
    auto* next = new (arena.Allocate(sizeof(Comment))) Comment(*c);
    next->text = arena.Copy(c->text);
    next->next = nullptr;
    *tail = next;
    tail = &next->next;
  }
  return copy;
}

}  // namespace dvt::sql
