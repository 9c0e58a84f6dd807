// Chains: a AND b AND c …, a || b || c …, q UNION ALL r UNION ALL s ….
#include <algorithm>
#include <vector>

#include "dvt/sql/ast/node.h"

namespace dvt::sql {

namespace {

// Shorter chains stay nested on the left, as they were written.
constexpr size_t kLongRun = 128;

uint32_t LeftSlot(const Node* node) { return node->Is(Kind::kSetOperation) ? static_cast<uint32_t>(kLeftSlot) : 0; }

bool IsLink(const Node* node) { return node != nullptr && (node->Is(Kind::kBinary) || node->Is(Kind::kSetOperation)); }

// Whether grouping does not matter for a run of such links, so that its text may be read into any shape.
bool IsAssociative(const Node* link) {
  if (link->comments != nullptr) return false;
  if (link->Is(Kind::kSetOperation)) {
    for (uint32_t slot = 0; slot < kLeftSlot; ++slot) {
      if (link->Child(slot) != nullptr) return false;
    }
    return link->op == Op::kUnion || link->op == Op::kIntersect;
  }
  switch (link->op) {
    case Op::kAnd:
    case Op::kOr:
    case Op::kXor:
    case Op::kConcat:
    case Op::kAdd:
    case Op::kMul:
    case Op::kBitAnd:
    case Op::kBitOr:
    case Op::kBitXor: return true;
    default: return false;
  }
}

bool SameRun(const Node* a, const Node* b) { return a->kind == b->kind && a->op == b->op && a->flags == b->flags; }

// The tree of operands [first, last], joined by links[first] … links[last - 1].
Node* Build(const std::vector<Node*>& operands, const std::vector<Node*>& links, size_t first, size_t last) {
  if (first == last) return operands[first];
  const size_t middle = first + (last - first) / 2;
  Node* link = links[middle];
  const uint32_t left = LeftSlot(link);
  link->children[left] = Build(operands, links, first, middle);
  link->children[left + 1] = Build(operands, links, middle + 1, last);
  link->begin = link->children[left]->begin;
  if (middle + 1 < last) link->children[left + 1]->Set(kChained);
  return link;
}

// A run, lowest link first, over `bottom`: balanced if it is long and its operands allow it, else as it was.
Node* Join(const std::vector<Node*>& links, Node* bottom) {
  const uint32_t left = LeftSlot(links.front());
  std::vector<Node*> operands = {bottom};
  for (const Node* link : links) operands.push_back(link->Child(left + 1));
  // Months are not added up like numbers: a date is moved by one interval after the other.
  const bool intervals = links.front()->op == Op::kAdd && std::any_of(operands.begin(), operands.end(), [](const Node* operand) {
                           return operand->Is(Kind::kInterval);
                         });
  if (links.size() < kLongRun || !IsAssociative(links.front()) || intervals) {
    links.front()->children[left] = bottom;
    return links.back();
  }
  return Build(operands, links, 0, links.size());
}

}  // namespace

Node* BalanceChain(Node* chain) {
  size_t length = 0;
  for (const Node* link = chain; IsLink(link) && length < kLongRun; link = link->Child(LeftSlot(link))) ++length;
  if (length < kLongRun) return chain;
  std::vector<Node*> links;  // the highest first
  Node* bottom = chain;
  for (; IsLink(bottom); bottom = bottom->Child(LeftSlot(bottom))) links.push_back(bottom);
  std::reverse(links.begin(), links.end());
  for (size_t first = 0; first < links.size();) {
    size_t last = first + 1;
    while (last < links.size() && SameRun(links[first], links[last])) ++last;
    bottom =
        Join({links.begin() + static_cast<std::ptrdiff_t>(first), links.begin() + static_cast<std::ptrdiff_t>(last)}, bottom);
    first = last;
  }
  return bottom;
}

}  // namespace dvt::sql
