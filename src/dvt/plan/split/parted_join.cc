#include "dvt/plan/split/parted_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/columnar/types/key_types.h"
#include "dvt/plan/split/cut_join.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;

constexpr int kMostParts = 256;
constexpr int64_t kPartShare = 8;   // of what may be held, of a part: hash tables take more than rows, and parts differ
constexpr int64_t kTextBytes = 24;  // of a text, about, with what tells where it ends

/// About as many bytes as the rows take in columns.
int64_t BytesOf(const ExtractFragment& extract) {
  int64_t row = 0;
  for (const columnar::Field& field : extract.fields) {
    const int width = columnar::FixedWidth(field.type);
    row += width > 0 ? width : field.type.kind == columnar::TypeKind::kBool ? 1 : kTextBytes;
  }
  return extract.estimated_rows.value_or(0) * std::max<int64_t>(row, 1);
}

// What takes columns that it does not name. The star of count(*) takes none.
bool TakesAll(const Node* node) {
  if (node->Is(Kind::kPivot) || node->Is(Kind::kMatchRecognize)) return true;
  if (node->Is(Kind::kFunction)) return EqualsIgnoreCase(node->text, "COLUMNS");
  if (node->Is(Kind::kStar)) return node->Child(0) != nullptr;
  if (!node->Is(Kind::kSelect)) return false;
  const Node* items = node->Child(sql::kItemsSlot);
  return items != nullptr && std::any_of(items->Children().begin(), items->Children().end(),
                                         [](const Node* item) { return item != nullptr && item->Is(Kind::kStar); });
}

class PartedJoinFinder {
 public:
  PartedJoinFinder(const sql::Dialect& engine, const std::vector<ExtractFragment>& extracts, int64_t join_bytes)
      : engine_(engine), extracts_(extracts), join_bytes_(join_bytes) {}

  std::optional<PartedJoin> Find(const Node* transform) {
    Node* tree = sql::Clone(arena_, transform);
    if (sql::Contains(tree, [](const Node* n) { return (n->Is(Kind::kWith) && n->Has(sql::kRecursive)) || TakesAll(n); }))
      return std::nullopt;
    sql::MapSchema schema;
    for (const ExtractFragment& extract : extracts_) schema.Add({"", "", extract.input_name}, extract.fields);
    auto analysis = sql::Analyze(tree, engine_, &schema);
    if (!analysis) return std::nullopt;
    const JoinSides sides(arena_, engine_, extracts_, *analysis, tree);
    sides_ = &sides;
    analysis_ = &*analysis;
    FindNamed(tree);
    LookAtJoins(tree);
    regions_ = FindJoinRegions(tree);
    for (JoinRegion& region : regions_) {
      LookAtPairs(region);
      LookAtTests(region);
    }
    if (!best_) return std::nullopt;
    const int64_t part_bytes = std::max<int64_t>(join_bytes_ / kPartShare, 1);
    const int parts = static_cast<int>(std::min<int64_t>((smaller_bytes_ + part_bytes - 1) / part_bytes, kMostParts));
    return JoinCutter(arena_, engine_, sides, *analysis, tree).Cut(*best_, parts);
  }

 private:
  // Sources whose rows are taken as wholes, or whose columns USING or NATURAL compares: there, names matter.
  void FindNamed(Node* tree) {
    for (const sql::Scope& scope : analysis_->scopes()) {
      for (const auto& [source, index] : scope.join_columns) named_.insert(source);
    }
    for (const Node* column : sql::FindAll(tree, Kind::kColumn)) {
      const sql::ColumnBinding* binding = analysis_->Find(column);
      if (binding != nullptr && binding->source != nullptr && (binding->row || binding->index < 0))
        named_.insert(binding->source);
    }
  }

  std::optional<JoinSide> SideOf(const Node* item) const {
    auto side = sides_->Of(item);
    if (side && named_.contains(side->source)) return std::nullopt;
    return side;
  }

  /// Takes the join if its smaller side is the largest so far; of its keys columns rather than expressions.
  void Offer(CutPlace place, const JoinSide& left, const JoinSide& right, const std::vector<JoinKeys>& keys) {
    const int64_t bytes = std::min(BytesOf(*left.extract), BytesOf(*right.extract));
    if (keys.empty() || bytes <= join_bytes_ || bytes <= smaller_bytes_ || !sides_->AreAll(left, right)) return;
    const auto plain = std::find_if(keys.begin(), keys.end(), [](const JoinKeys& each) { return each.columns; });
    place.left = left;
    place.right = right;
    place.keys = plain == keys.end() ? keys.front() : *plain;
    best_ = std::move(place);
    smaller_bytes_ = bytes;
  }

  std::vector<JoinKeys> KeysIn(const std::vector<Node*>& terms, const JoinSide& left, const JoinSide& right) const {
    std::vector<JoinKeys> out;
    for (const Node* term : terms) {
      if (auto keys = sides_->KeysOf(term, left, right)) out.push_back(*keys);
    }
    return out;
  }

  // Joins of two inputs, of any kind.
  void LookAtJoins(Node* tree) {
    for (Node* join : sql::FindAll(tree, Kind::kJoin)) {
      const bool plain = join->op == Op::kInner || join->op == Op::kLeft || join->op == Op::kRight || join->op == Op::kFull ||
                         join->op == Op::kSemi || join->op == Op::kAnti;
      if (!plain || (join->flags & ~(sql::kInnerWord | sql::kOuterWord)) != 0 || !join->text.empty() ||
          join->Child(3) != nullptr || join->Child(2) == nullptr || !IsFixed(join->Child(2), engine_))
        continue;
      const auto left = SideOf(join->Child(0)), right = SideOf(join->Child(1));
      if (!left || !right || !sides_->IsOver(join->Child(2), left->source, right->source)) continue;
      std::vector<Node*> terms;
      sql::SplitConjunction(join->Child(2), terms);
      CutPlace place;
      place.shape = CutPlace::Shape::kJoin;
      place.node = join;
      Offer(std::move(place), *left, *right, KeysIn(terms, *left, *right));
    }
  }

  // Two tables that conditions of WHERE, or of other inner joins, connect.
  void LookAtPairs(JoinRegion& region) {
    if (region.rigid || region.items.size() < 2) return;
    const auto tables = TablesOf(region);
    for (size_t i = 0; i < tables.size(); ++i) {
      const auto first = SideOf(tables[i].node);
      for (size_t j = i + 1; first && j < tables.size(); ++j) {
        if (!tables[i].whole && !tables[j].whole) continue;
        const auto second = SideOf(tables[j].node);
        if (!second) continue;
        const bool turned = !tables[j].whole;  // the one that is left out must be an item of its own
        CutPlace place;
        place.shape = CutPlace::Shape::kPair;
        place.region = &region;
        place.kept = turned ? tables[j] : tables[i];
        place.gone = turned ? tables[i] : tables[j];
        const JoinSide& left = turned ? *second : *first;
        const JoinSide& right = turned ? *first : *second;
        Offer(std::move(place), left, right, KeysIn(region.conditions, left, right));
      }
    }
  }

  // EXISTS, NOT EXISTS and IN that look for rows of one input. NOT IN depends on NULLs in other parts.
  void LookAtTests(JoinRegion& region) {
    if (region.select == nullptr || region.rigid) return;
    for (Node* condition : region.conditions) {
      const Node* test = sql::Unparen(condition);
      if (test->Is(Kind::kUnary, Op::kNot) && sql::Unparen(test->Child(0))->Is(Kind::kExists))
        test = sql::Unparen(test->Child(0));
      if (!test->Is(Kind::kExists) && (!test->Is(Kind::kIn) || test->Has(sql::kNot))) continue;
      Node* inner = sql::InnerQuery(test->Child(test->Is(Kind::kIn) ? 1 : 0));
      const auto right = inner == nullptr ? std::nullopt : TestedSide(inner);
      if (!right) continue;
      for (const RegionTable& table : TablesOf(region)) {
        const auto left = SideOf(table.node);
        if (!left || !IsTestOf(inner, *left, *right)) continue;
        CutPlace place;
        place.shape = CutPlace::Shape::kTest;
        place.region = &region;
        place.kept = table;
        place.node = condition;
        place.inner = inner;
        Offer(std::move(place), *left, *right, KeysOfTest(test, inner, *left, *right));
      }
    }
  }

  std::optional<JoinSide> TestedSide(const Node* inner) const {
    if (!inner->Is(Kind::kSelect) || !inner->text.empty()) return std::nullopt;
    for (uint32_t slot = 0; slot < inner->count; ++slot) {
      if (slot != sql::kItemsSlot && slot != sql::kFromSlot && slot != sql::kWhereSlot && inner->Child(slot) != nullptr)
        return std::nullopt;
    }
    const Node* from = inner->Child(sql::kFromSlot);
    while (from != nullptr && from->Is(Kind::kList) && from->count == 1) from = from->Child(0);
    return from == nullptr || from->Is(Kind::kList) ? std::nullopt : SideOf(from);
  }

  bool IsTestOf(const Node* inner, const JoinSide& left, const JoinSide& right) const {
    for (const uint32_t slot : {sql::kItemsSlot, sql::kWhereSlot}) {
      const Node* part = inner->Child(slot);
      if (part != nullptr && (!IsFixed(part, engine_) || !sides_->IsOver(part, left.source, right.source))) return false;
    }
    return true;
  }

  std::vector<JoinKeys> KeysOfTest(const Node* test, const Node* inner, const JoinSide& left, const JoinSide& right) const {
    std::vector<Node*> terms;
    sql::SplitConjunction(inner->Child(sql::kWhereSlot), terms);
    auto keys = KeysIn(terms, left, right);
    if (!test->Is(Kind::kIn)) return keys;
    if (!IsFixed(test->Child(0), engine_) || !sides_->IsOver(test->Child(0), left.source)) return {};
    const Node* items = inner->Child(sql::kItemsSlot);
    const Node* item = items->count == 1 ? items->Child(0) : nullptr;
    if (item == nullptr) return {};
    if (item->Is(Kind::kAlias)) item = item->Child(0);
    if (auto found = sides_->KeysOf(test->Child(0), item, left, right)) keys.push_back(*found);
    return keys;
  }

  const sql::Dialect& engine_;
  const std::vector<ExtractFragment>& extracts_;
  const int64_t join_bytes_;
  sql::Arena arena_;
  const JoinSides* sides_ = nullptr;
  const sql::Analysis* analysis_ = nullptr;
  std::set<const sql::Source*> named_;
  std::vector<JoinRegion> regions_;
  std::optional<CutPlace> best_;
  int64_t smaller_bytes_ = 0;
};

}  // namespace

std::optional<PartedJoin> FindPartedJoin(const sql::Node* transform, const sql::Dialect& engine,
                                         const std::vector<ExtractFragment>& extracts, int64_t join_bytes) {
  if (join_bytes <= 0) return std::nullopt;
  int large = 0;  // an input may be both sides
  for (const ExtractFragment& extract : extracts) {
    if (extract.input_name == kJoinedInput) return std::nullopt;
    large += static_cast<int>(BytesOf(extract) > join_bytes);
  }
  if (large == 0) return std::nullopt;
  return PartedJoinFinder(engine, extracts, join_bytes).Find(transform);
}

}  // namespace dvt::plan
