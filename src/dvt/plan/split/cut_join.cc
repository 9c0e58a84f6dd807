#include "dvt/plan/split/cut_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/plan/split/plain_join.h"

namespace dvt::plan {

using sql::Kind;
using sql::Node;
using sql::Op;

namespace {

std::set<const Node*> CtesOf(const CutPlace& place) {
  std::set<const Node*> out;
  for (const JoinSide* side : {&place.left, &place.right}) {
    for (const sql::Source* layer : side->layers) {
      if (layer->kind == sql::SourceKind::kCte) out.insert(layer->query->query);
    }
  }
  return out;
}

void Replace(Node*& below, const Node* node, Node* with) {
  sql::Rewrite(below, [&](Node* each) { return each == node ? with : each; });
}

}  // namespace

std::optional<PartedJoin> JoinCutter::Cut(CutPlace& place, int parts) {
  PartedJoin out;
  out.count = parts;
  NameSides(place, out);
  plain_ = PlainJoins(analysis_).Of(place);
  NameItems(place);
  Node* below = TakeOut(place, out);
  if (!possible_) return std::nullopt;
  DropCtes(place);
  if (alone_) {
    out.join_sql = Printed(tree_);
    out.plain = std::move(plain_);
    return out;
  }
  if (IsLeft(place.left.extract) || IsLeft(place.right.extract)) return std::nullopt;
  out.name = kJoinedInput;
  Node* columns = below->Child(sql::kItemsSlot);
  ReadJoined(place, columns);
  if (columns->count == 0) CountRows(columns);
  out.join_sql = Printed(below);
  out.plain = std::move(plain_);
  out.rest_sql = Printed(tree_);
  return out;
}

void JoinCutter::NameSides(const CutPlace& place, PartedJoin& out) const {
  const auto name = [&](const JoinSide& side, const Node* key, PartedSide& named) {
    named.input = named.name = side.extract->input_name;
    if (place.keys.columns) {
      named.column = key->Child(0)->text;
    } else {
      named.key = sql::Print(key, engine_);
    }
  };
  name(place.left, place.keys.left, out.left);
  name(place.right, place.keys.right, out.right);
  if (out.left.input == out.right.input) out.right.name += " again";
}

// The query of the join alone, still without columns; what is left of the tree reads it in its place.
Node* JoinCutter::TakeOut(CutPlace& place, const PartedJoin& out) {
  const std::vector<Node*> taken = TakeConditions(place);
  alone_ = IsJoinAlone(place) && (!plain_ || ItemsArePlain(place));
  Node* left = sides_.Relation(place.left, out.left.name);
  Node* right = sides_.Relation(place.right, out.right.name);
  Node* from = left;
  std::vector<Node*> where;
  if (place.shape == CutPlace::Shape::kJoin) {
    sql::SetChild(arena_, place.node, 0, left);
    sql::SetChild(arena_, place.node, 1, right);
    from = alone_ ? place.node : sql::Clone(arena_, place.node);
  } else if (place.shape == CutPlace::Shape::kPair) {
    from = sql::MakeJoin(arena_, Op::kInner, left, right, sql::Conjunction(arena_, taken));
  } else {
    sql::SetChild(arena_, place.inner, sql::kFromSlot, sql::NewNode(arena_, Kind::kList, {right}));
    where = taken;
  }
  Node* below = alone_ ? place.shape == CutPlace::Shape::kJoin ? nullptr : place.region->select : sql::MakeSelect(arena_);
  if (below != nullptr) {
    sql::SetChild(arena_, below, sql::kFromSlot, sql::NewNode(arena_, Kind::kList, {from}));
    sql::SetChild(arena_, below, sql::kWhereSlot, where.empty() ? nullptr : sql::Conjunction(arena_, where));
  }
  if (alone_) return below;
  const std::vector<std::string> name = {std::string(kJoinedInput)};
  Node* joined = sql::MakeTable(arena_, name, {});
  if (place.shape == CutPlace::Shape::kJoin) {
    Replace(tree_, place.node, joined);
    return below;
  }
  JoinRegion& region = *place.region;
  Replace(region.items[place.kept.item], place.kept.node, joined);
  if (place.shape == CutPlace::Shape::kPair)
    region.items.erase(region.items.begin() + static_cast<std::ptrdiff_t>(place.gone.item));
  possible_ = Rebuild(arena_, region);
  return below;
}

// Conditions of the region that the join can check by itself.
std::vector<Node*> JoinCutter::TakeConditions(CutPlace& place) {
  std::vector<Node*> taken;
  if (place.region == nullptr) return taken;
  std::vector<Node*> left;
  const sql::Source* other = place.shape == CutPlace::Shape::kPair ? place.right.source : nullptr;
  for (Node* condition : place.region->conditions) {
    const bool take =
        plain_ ? PlainJoins(analysis_).IsKeyTest(place, condition)
               : condition == place.node || (IsFixed(condition, engine_) && sides_.IsOver(condition, place.left.source, other));
    (take ? taken : left).push_back(condition);
  }
  place.region->conditions = std::move(left);
  return taken;
}

// Nothing but the join, its conditions and expressions of its rows: such a query gives the same in parts.
bool JoinCutter::IsJoinAlone(const CutPlace& place) const {
  if (!tree_->Is(Kind::kSelect) || !tree_->text.empty()) return false;
  for (uint32_t slot = sql::kOrderSlot; slot < tree_->count; ++slot) {
    if (slot != sql::kItemsSlot && slot != sql::kFromSlot && slot != sql::kWhereSlot && tree_->Child(slot) != nullptr)
      return false;
  }
  if (const Node* with = tree_->Child(sql::kWithSlot)) {
    const auto dropped = CtesOf(place);
    if (!std::all_of(with->Children().begin(), with->Children().end(),
                     [&](Node* cte) { return dropped.contains(sql::InnerQuery(cte->Child(1))); }))
      return false;
  }
  if (!IsFixed(tree_->Child(sql::kItemsSlot), engine_)) return false;
  if (place.region != nullptr)
    return place.region->select == tree_ && place.region->conditions.empty() && place.kept.whole &&
           place.region->items.size() == (place.shape == CutPlace::Shape::kPair ? 2 : 1);
  const Node* from = tree_->Child(sql::kFromSlot);
  if (from != nullptr && from->Is(Kind::kList) && from->count == 1) from = from->Child(0);
  return from == place.node && IsFixed(tree_->Child(sql::kWhereSlot), engine_);
}

// Of a plain join, a query that is the join alone must have columns only; what else it does is left to the engine, over the joined rows.
bool JoinCutter::ItemsArePlain(const CutPlace& place) {
  PartedJoin::Plain found = *plain_;
  if (tree_->Child(sql::kWhereSlot) != nullptr && place.shape == CutPlace::Shape::kJoin) return false;
  if (!PlainJoins(analysis_).AddItems(place, tree_->Child(sql::kItemsSlot), found)) return false;
  plain_ = std::move(found);
  return true;
}

// Rows are counted only: one column, whichever.
void JoinCutter::CountRows(Node* columns) {
  constexpr std::string_view kName = "dvt_c1";
  if (plain_) plain_->columns.push_back({false, plain_->keys.front().left, std::string(kName)});
  sql::Append(arena_, columns, sql::MakeAlias(arena_, sql::MakeNumber(arena_, 1), kName));
}

// CTEs that now stand where they were read.
void JoinCutter::DropCtes(const CutPlace& place) {
  const auto dropped = CtesOf(place);
  if (dropped.empty()) return;
  sql::Rewrite(tree_, [&](Node* node) {
    if (!node->IsQuery()) return node;
    Node* with = node->Child(sql::kWithSlot);
    if (with == nullptr || !with->Is(Kind::kWith)) return node;
    std::vector<Node*> kept;
    for (Node* cte : with->Children()) {
      if (!dropped.contains(sql::InnerQuery(cte->Child(1)))) kept.push_back(cte);
    }
    if (kept.size() == with->count) return node;
    Node* rest = kept.empty() ? nullptr : sql::NewNode(arena_, Kind::kWith, {});
    for (Node* cte : kept) sql::Append(arena_, rest, cte);
    sql::SetChild(arena_, node, sql::kWithSlot, rest);
    return node;
  });
}

bool JoinCutter::IsLeft(const ExtractFragment* extract) const {
  const auto tables = sql::FindAll(tree_, Kind::kTable);
  return std::any_of(tables.begin(), tables.end(), [&](const Node* table) { return sides_.ExtractOf(table) == extract; });
}

// The columns of both sides that are still read become those of the join's rows.
void JoinCutter::ReadJoined(const CutPlace& place, Node* columns) {
  std::map<std::pair<const sql::Source*, int>, std::string> names;
  for (Node* column : sql::FindAll(tree_, Kind::kColumn)) {
    const sql::ColumnBinding* binding = analysis_.Find(column);
    if (binding == nullptr || binding->index < 0) continue;
    const sql::Source* source = binding->source;
    if (source != place.left.source && source != place.right.source) continue;
    const auto [entry, added] = names.try_emplace({source, binding->index}, fmt::format("dvt_c{}", names.size() + 1));
    if (added) {
      Node* whole =
          sql::MakeColumn(arena_, sql::AliasOrName(source->node), source->columns[static_cast<size_t>(binding->index)].name);
      sql::Append(arena_, columns, sql::MakeAlias(arena_, whole, entry->second));
      if (plain_ && !PlainJoins(analysis_).AddColumn(place, source, binding->index, entry->second, *plain_)) plain_.reset();
    }
    std::vector<Node*> fields(column->Children().end() - binding->fields, column->Children().end());
    column->count = 0;
    sql::Append(arena_, column, sql::MakeIdentifier(arena_, kJoinedInput));
    sql::Append(arena_, column, sql::MakeIdentifier(arena_, entry->second));
    for (Node* field : fields) sql::Append(arena_, column, field);
  }
}

// Items that are columns keep the names that they had from them.
void JoinCutter::NameItems(const CutPlace& place) {
  for (Node* select : sql::FindAll(tree_, Kind::kSelect)) {
    Node* items = select->Child(sql::kItemsSlot);
    if (items == nullptr) continue;
    for (Node*& item : items->Children()) {
      const sql::ColumnBinding* binding = item != nullptr && item->Is(Kind::kColumn) ? analysis_.Find(item) : nullptr;
      if (binding != nullptr && (binding->source == place.left.source || binding->source == place.right.source))
        item = sql::MakeAlias(arena_, item, arena_.Copy(item->Child(item->count - 1)->text));
    }
  }
}

std::string JoinCutter::Printed(const Node* tree) const {
  sql::PrintOptions pretty;
  pretty.pretty = true;
  return sql::Print(tree, engine_, pretty);
}

}  // namespace dvt::plan
