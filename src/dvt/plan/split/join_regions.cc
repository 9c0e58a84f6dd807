#include "dvt/plan/split/join_regions.h"

#include <algorithm>

namespace dvt::plan {

using sql::Kind;
using sql::Node;
using sql::Op;

namespace {

bool IsPlainJoin(const Node* node) {
  return node->Is(Kind::kJoin) && (node->flags & ~(sql::kInnerWord | sql::kOuterWord)) == 0 && node->text.empty() &&
         node->Child(3) == nullptr;
}

bool IsOuterJoin(const Node* node) {
  return IsPlainJoin(node) && (node->op == Op::kLeft || node->op == Op::kRight || node->op == Op::kFull);
}

bool IsBareParen(const Node* node) { return node->Is(Kind::kParenTable) && node->Child(sql::kAliasSlot) == nullptr; }

class RegionFinder {
 public:
  std::vector<JoinRegion> Find(Node* tree) {
    for (Node* select : sql::FindAll(tree, Kind::kSelect)) {
      Node* from = select->Child(sql::kFromSlot);
      if (from == nullptr) continue;
      JoinRegion region;
      region.select = select;
      if (from->Is(Kind::kList)) {
        for (Node* item : from->Children()) Add(region, item);
      } else {
        Add(region, from);
      }
      sql::SplitConjunction(select->Child(sql::kWhereSlot), region.conditions);
      regions_.push_back(std::move(region));
    }
    return std::move(regions_);
  }

 private:
  void Add(JoinRegion& region, Node* item) {
    while (IsBareParen(item)) item = item->Child(1);
    if (IsInnerJoin(item)) {
      Add(region, item->Child(0));
      Add(region, item->Child(1));
      sql::SplitConjunction(item->Child(2), region.conditions);
      return;
    }
    if (IsOuterJoin(item)) {
      for (const uint32_t slot : {0u, 1u}) AddSide(item, slot);
    } else if (!item->Is(Kind::kTable) && (!item->Is(Kind::kDerivedTable) || item->Has(sql::kLateral))) {
      region.rigid = true;
    }
    region.items.push_back(item);
  }

  void AddSide(Node* join, uint32_t slot) {
    Node* side = join->Child(slot);
    while (IsBareParen(side)) side = side->Child(1);
    if (IsOuterJoin(side)) {
      for (const uint32_t each : {0u, 1u}) AddSide(side, each);
      return;
    }
    if (!IsInnerJoin(side)) return;
    JoinRegion region;
    region.holder = join;
    region.slot = slot;
    Add(region, side);
    regions_.push_back(std::move(region));
  }

  std::vector<JoinRegion> regions_;
};

}  // namespace

bool IsInnerJoin(const Node* node) {
  return IsPlainJoin(node) && (node->op == Op::kInner || node->op == Op::kCross || node->op == Op::kComma);
}

std::vector<JoinRegion> FindJoinRegions(Node* tree) { return RegionFinder().Find(tree); }

std::vector<RegionTable> TablesOf(const JoinRegion& region) {
  std::vector<RegionTable> out;
  for (size_t i = 0; i < region.items.size(); ++i) {
    Node* node = region.items[i];
    while (IsBareParen(node) || (IsOuterJoin(node) && node->op != Op::kFull)) {
      node = node->Child(node->Is(Kind::kParenTable) || node->op == Op::kRight ? 1 : 0);
    }
    if (node->Is(Kind::kTable) || node->Is(Kind::kDerivedTable)) out.push_back({node, i, node == region.items[i]});
  }
  return out;
}

bool Rebuild(sql::Arena& arena, const JoinRegion& region) {
  Node* all = nullptr;
  if (region.select != nullptr) {
    all = sql::Conjunction(arena, region.conditions);
    sql::SetChild(arena, region.select, sql::kFromSlot, sql::MakeList(arena, region.items));
    sql::SetChild(arena, region.select, sql::kWhereSlot, all);
    return true;
  }
  if (region.items.size() < 2 && !region.conditions.empty()) return false;
  all = sql::Conjunction(arena, region.conditions);
  Node* joined = region.items.front();
  for (size_t i = 1; i < region.items.size(); ++i) {
    const bool last = i + 1 == region.items.size() && all != nullptr;
    joined = sql::MakeJoin(arena, last ? Op::kInner : Op::kCross, joined, region.items[i], last ? all : nullptr);
  }
  const bool one = region.items.size() == 1;
  sql::SetChild(arena, region.holder, region.slot, one ? joined : sql::NewNode(arena, Kind::kParenTable, {nullptr, joined}));
  return true;
}

}  // namespace dvt::plan
