#include "dvt/plan/split/plain_join.h"

#include <algorithm>

namespace dvt::plan {

using sql::Kind;
using sql::Node;
using sql::Op;

namespace {

std::optional<columnar::JoinKind> KindOf(const CutPlace& place) {
  if (place.shape == CutPlace::Shape::kPair) return columnar::JoinKind::kInner;
  if (place.shape != CutPlace::Shape::kJoin) return std::nullopt;
  switch (place.node->op) {
    case Op::kInner: return columnar::JoinKind::kInner;
    case Op::kLeft: return columnar::JoinKind::kLeft;
    case Op::kRight: return columnar::JoinKind::kRight;
    case Op::kFull: return columnar::JoinKind::kFull;
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<PartedJoin::Plain> PlainJoins::Of(const CutPlace& place) const {
  const auto kind = KindOf(place);
  if (!kind || !place.keys.columns) return std::nullopt;
  PartedJoin::Plain out;
  out.kind = *kind;
  std::vector<Node*> terms;
  if (place.shape == CutPlace::Shape::kJoin) {
    sql::SplitConjunction(place.node->Child(2), terms);
  } else {  // other conditions are checked over the joined rows
    std::copy_if(place.region->conditions.begin(), place.region->conditions.end(), std::back_inserter(terms),
                 [&](const Node* condition) { return IsKeyTest(place, condition); });
  }
  for (const Node* term : terms) {
    auto keys = KeysOf(place, term);
    if (!keys) return std::nullopt;
    out.keys.push_back(std::move(*keys));
  }
  if (out.keys.empty()) return std::nullopt;
  return out;
}

std::optional<PartedJoin::Plain::Keys> PlainJoins::KeysOf(const CutPlace& place, const Node* condition) const {
  const Node* test = sql::Unparen(condition);
  if (!test->Is(Kind::kBinary, Op::kEq)) return std::nullopt;
  for (const auto& [a, b] : {std::pair{test->Child(0), test->Child(1)}, std::pair{test->Child(1), test->Child(0)}}) {
    auto left = ColumnOf(place.left, a), right = ColumnOf(place.right, b);
    if (left && right) return PartedJoin::Plain::Keys{std::move(*left), std::move(*right)};
  }
  return std::nullopt;
}

std::optional<std::string> PlainJoins::ColumnOf(const JoinSide& side, const Node* expression) const {
  expression = sql::Unparen(expression);
  if (!expression->Is(Kind::kColumn)) return std::nullopt;
  const sql::ColumnBinding* binding = analysis_.Find(expression);
  if (binding == nullptr || binding->source != side.source || binding->row || binding->fields != 0 || !binding->merged.empty())
    return std::nullopt;
  return ColumnOf(side, binding->index);
}

// Through the layers, each of which must choose columns only, to the input's own.
std::optional<std::string> PlainJoins::ColumnOf(const JoinSide& side, int index) const {
  for (size_t layer = 0; layer + 1 < side.layers.size(); ++layer) {
    const Node* select = side.layers[layer]->query->query;
    if (index < 0 || select->Child(sql::kWhereSlot) != nullptr) return std::nullopt;
    const Node* items = select->Child(sql::kItemsSlot);
    if (static_cast<uint32_t>(index) >= items->count) return std::nullopt;
    const Node* item = items->Child(static_cast<uint32_t>(index));
    item = sql::Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item);
    const sql::ColumnBinding* binding = item->Is(Kind::kColumn) ? analysis_.Find(item) : nullptr;
    if (binding == nullptr || binding->source != side.layers[layer + 1] || binding->row || binding->fields != 0)
      return std::nullopt;
    index = binding->index;
  }
  const auto& columns = side.layers.back()->columns;
  if (index < 0 || static_cast<size_t>(index) >= columns.size()) return std::nullopt;
  return columns[static_cast<size_t>(index)].name;
}

bool PlainJoins::AddColumn(const CutPlace& place, const sql::Source* source, int index, std::string name,
                           PartedJoin::Plain& plain) const {
  const bool right = source == place.right.source;
  if (!right && source != place.left.source) return false;
  auto column = ColumnOf(right ? place.right : place.left, index);
  if (!column) return false;
  plain.columns.push_back({right, std::move(*column), std::move(name)});
  return true;
}

bool PlainJoins::AddItems(const CutPlace& place, const Node* items, PartedJoin::Plain& plain) const {
  return std::all_of(items->Children().begin(), items->Children().end(), [&](const Node* item) {
    const bool named = item->Is(Kind::kAlias);
    const Node* value = sql::Unparen(named ? item->Child(0) : item);
    const sql::ColumnBinding* binding = value->Is(Kind::kColumn) ? analysis_.Find(value) : nullptr;
    if (binding == nullptr || binding->row || binding->fields != 0 || !binding->merged.empty()) return false;
    return AddColumn(place, binding->source, binding->index, std::string(named ? item->Child(1)->text : ""), plain);
  });
}

}  // namespace dvt::plan
