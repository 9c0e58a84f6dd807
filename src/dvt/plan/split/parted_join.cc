#include "dvt/plan/split/parted_join.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/columnar/types/key_types.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;

constexpr std::string_view kJoined = "dvt_joined";

/// One side of a join: an input under an alias.
struct Side {
  const ExtractFragment* extract = nullptr;
  std::string alias;
};

struct Candidate {
  size_t position = 0;  // among the joins of the tree
  Side left, right;
  std::string left_key, right_key;
  int64_t smaller_bytes = 0;
};

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
  return *extract.estimated_rows * std::max<int64_t>(row, 1);
}

const columnar::DataType* TypeOf(const ExtractFragment& extract, const std::string& column) {
  for (const columnar::Field& field : extract.fields) {
    if (EqualsIgnoreCase(field.name, column)) return &field.type;
  }
  return nullptr;
}

/// "alias"."column", else false.
bool IsColumnOf(const Node* node, const std::string& alias, std::string& column) {
  if (!node->Is(Kind::kColumn) || node->count != 2 || !EqualsIgnoreCase(node->Child(0)->text, alias)) return false;
  column = node->Child(1)->text;
  return true;
}

class PartedJoinFinder {
 public:
  PartedJoinFinder(const sql::Dialect& engine, const std::vector<ExtractFragment>& extracts, int64_t join_bytes)
      : engine_(engine), extracts_(extracts), join_bytes_(join_bytes) {}

  std::optional<PartedJoin> Find(const Node* transform) {
    Node* tree = sql::Clone(arena_, transform);
    if (sql::Contains(tree, [](const Node* n) { return (n->Is(Kind::kWith) && n->Has(sql::kRecursive)) || BareStar(n); }))
      return std::nullopt;
    CountNames(tree);
    std::optional<Candidate> best;
    const auto joins = sql::FindAll(tree, Kind::kJoin);
    for (size_t i = 0; i < joins.size(); ++i) {
      auto found = Judge(joins[i]);
      if (!found || InNamedQuery(tree, joins[i])) continue;
      found->position = i;
      if (!best || found->smaller_bytes > best->smaller_bytes) best = std::move(found);
    }
    if (!best) return std::nullopt;
    return Take(tree, joins[best->position], *best);
  }

 private:
  // A star that stands for columns; that of count(*) does not.
  static bool BareStar(const Node* node) {
    if (!node->Is(Kind::kSelect)) return false;
    const Node* items = node->Child(sql::kItemsSlot);
    return items != nullptr && std::any_of(items->Children().begin(), items->Children().end(),
                                           [](const Node* item) { return item != nullptr && item->Is(Kind::kStar); });
  }

  void CountNames(Node* tree) {
    for (const Kind kind : {Kind::kTable, Kind::kDerivedTable, Kind::kTableFunction, Kind::kParenTable, Kind::kPivot}) {
      for (const Node* node : sql::FindAll(tree, kind)) {
        ++aliases_[ToLower(sql::AliasOrName(node))];
        if (const auto* extract = ExtractOf(node)) ++reads_[extract];
      }
    }
    for (const ExtractFragment& extract : extracts_) {
      for (const auto& all : extract.key_filters) {
        for (const KeyFilter& filter : all) {
          for (const KeySource& source : filter.from) key_sources_.insert(source.input);
        }
      }
    }
  }

  const ExtractFragment* ExtractOf(const Node* node) const {
    if (!node->Is(Kind::kTable)) return nullptr;
    const Node* name = node->Child(sql::kNameSlot);
    if (name == nullptr || !name->Is(Kind::kName) || name->count != 1) return nullptr;
    const auto found = std::find_if(extracts_.begin(), extracts_.end(),
                                    [&](const ExtractFragment& extract) { return extract.input_name == name->Child(0)->text; });
    return found == extracts_.end() ? nullptr : &*found;
  }

  std::optional<Side> SideOf(const Node* node) const {
    if (node == nullptr) return std::nullopt;
    const auto* extract = ExtractOf(node);
    if (extract == nullptr || reads_.at(extract) != 1 || !extract->key_filters.empty() ||
        key_sources_.contains(extract->input_name) || !extract->estimated_rows)
      return std::nullopt;
    for (uint32_t slot = sql::kSampleSlot; slot < node->count; ++slot) {
      if (node->Child(slot) != nullptr) return std::nullopt;
    }
    const Node* alias = node->Child(sql::kAliasSlot);
    if (alias != nullptr && alias->Child(1) != nullptr) return std::nullopt;  // columns under other names
    Side side{extract, std::string(sql::AliasOrName(node))};
    if (aliases_.at(ToLower(side.alias)) != 1) return std::nullopt;
    return side;
  }

  std::optional<Candidate> Judge(const Node* join) const {
    const bool plain = join->op == Op::kInner || join->op == Op::kLeft || join->op == Op::kRight || join->op == Op::kFull;
    const Node* on = join->Child(2);
    if (!plain || (join->flags & ~(sql::kInnerWord | sql::kOuterWord)) != 0 || !join->text.empty() || on == nullptr ||
        join->Child(3) != nullptr || sql::HasSubquery(on))
      return std::nullopt;
    const auto left = SideOf(join->Child(0)), right = SideOf(join->Child(1));
    if (!left || !right) return std::nullopt;
    Candidate out;
    out.left = *left;
    out.right = *right;
    out.smaller_bytes = std::min(BytesOf(*left->extract), BytesOf(*right->extract));
    if (out.smaller_bytes <= join_bytes_) return std::nullopt;
    std::string ignored;
    const bool foreign = sql::Contains(on, [&](const Node* node) {
      return node->Is(Kind::kColumn) && !IsColumnOf(node, left->alias, ignored) && !IsColumnOf(node, right->alias, ignored);
    });
    if (foreign) return std::nullopt;
    std::vector<Node*> terms;
    sql::SplitConjunction(const_cast<Node*>(on), terms);
    for (const Node* term : terms) {
      if (KeysOf(sql::Unparen(term), out)) return out;
    }
    return std::nullopt;
  }

  static bool KeysOf(const Node* term, Candidate& out) {
    if (!term->Is(Kind::kBinary, Op::kEq)) return false;
    const Node* a = sql::Unparen(term->Child(0));
    const Node* b = sql::Unparen(term->Child(1));
    const bool keys = (IsColumnOf(a, out.left.alias, out.left_key) && IsColumnOf(b, out.right.alias, out.right_key)) ||
                      (IsColumnOf(b, out.left.alias, out.left_key) && IsColumnOf(a, out.right.alias, out.right_key));
    if (!keys) return false;
    const auto* left = TypeOf(*out.left.extract, out.left_key);
    const auto* right = TypeOf(*out.right.extract, out.right_key);
    return left != nullptr && right != nullptr && columnar::HashAlike(*left, *right);
  }

  // A named query may be read several times, which its inputs cannot.
  static bool InNamedQuery(Node* tree, const Node* join) {
    for (const Node* named : sql::FindAll(tree, Kind::kCte)) {
      if (sql::Contains(named, [&](const Node* node) { return node == join; })) return true;
    }
    return false;
  }

  // Nothing but the join, its conditions and expressions of its rows: such a query gives the same in parts.
  bool IsJoinAlone(const Node* tree, const Node* join) const {
    if (!tree->Is(Kind::kSelect)) return false;
    const Node* from = tree->Child(sql::kFromSlot);
    if (from != nullptr && from->Is(Kind::kList) && from->count == 1) from = from->Child(0);
    if (from != join) return false;
    for (uint32_t slot = 0; slot < tree->count; ++slot) {
      if (slot != sql::kItemsSlot && slot != sql::kFromSlot && slot != sql::kWhereSlot && tree->Child(slot) != nullptr)
        return false;
    }
    const Node* items = tree->Child(sql::kItemsSlot);
    return !sql::HasAggregate(items, engine_) && !sql::HasWindow(items) && !sql::HasSubquery(tree->Child(sql::kItemsSlot)) &&
           (tree->Child(sql::kWhereSlot) == nullptr || !sql::HasSubquery(tree->Child(sql::kWhereSlot)));
  }

  PartedJoin Take(Node* tree, Node* join, const Candidate& candidate) {
    PartedJoin out;
    const int64_t part_bytes = std::max<int64_t>(join_bytes_ / kPartShare, 1);
    const int64_t parts = (candidate.smaller_bytes + part_bytes - 1) / part_bytes;
    out.count = static_cast<int>(std::min<int64_t>(parts, kMostParts));
    out.left = {candidate.left.extract->input_name, candidate.left_key};
    out.right = {candidate.right.extract->input_name, candidate.right_key};
    if (IsJoinAlone(tree, join)) {
      out.join_sql = Printed(tree);
      return out;
    }
    out.name = kJoined;
    Node* below = sql::MakeSelect(arena_);
    Node* columns = below->Child(sql::kItemsSlot);
    NameItems(tree, candidate);
    std::map<std::pair<std::string, std::string>, std::string> names;
    for (Node* column : sql::FindAll(tree, Kind::kColumn)) {
      std::string name;
      const bool left = IsColumnOf(column, candidate.left.alias, name);
      if ((!left && !IsColumnOf(column, candidate.right.alias, name)) || Below(join, column)) continue;
      const std::string& alias = left ? candidate.left.alias : candidate.right.alias;
      const auto [entry, added] = names.try_emplace({alias, name}, fmt::format("c{}", names.size() + 1));
      if (added) sql::Append(arena_, columns, sql::MakeAlias(arena_, sql::Clone(arena_, column), arena_.Copy(entry->second)));
      column->count = 0;
      sql::Append(arena_, column, sql::MakeIdentifier(arena_, kJoined));
      sql::Append(arena_, column, sql::MakeIdentifier(arena_, entry->second));
    }
    if (columns->count == 0) sql::Append(arena_, columns, sql::MakeAlias(arena_, sql::MakeNumber(arena_, 1), "c1"));
    sql::SetChild(arena_, below, sql::kFromSlot, sql::Clone(arena_, join));
    out.join_sql = Printed(below);
    const std::vector<std::string> name = {std::string(kJoined)};
    sql::Rewrite(tree, [&](Node* node) { return node == join ? sql::MakeTable(arena_, name, {}) : node; });
    out.rest_sql = Printed(tree);
    return out;
  }

  static bool Below(const Node* top, const Node* wanted) {
    return sql::Contains(top, [&](const Node* node) { return node == wanted; });
  }

  // Items that are columns keep the names that they had from them.
  void NameItems(Node* tree, const Candidate& candidate) {
    for (Node* select : sql::FindAll(tree, Kind::kSelect)) {
      Node* items = select->Child(sql::kItemsSlot);
      if (items == nullptr) continue;
      for (Node*& item : items->Children()) {
        std::string name;
        if (IsColumnOf(item, candidate.left.alias, name) || IsColumnOf(item, candidate.right.alias, name))
          item = sql::MakeAlias(arena_, item, arena_.Copy(name));
      }
    }
  }

  std::string Printed(const Node* tree) const {
    sql::PrintOptions pretty;
    pretty.pretty = true;
    return sql::Print(tree, engine_, pretty);
  }

  const sql::Dialect& engine_;
  const std::vector<ExtractFragment>& extracts_;
  const int64_t join_bytes_;
  sql::Arena arena_;
  std::map<std::string, int> aliases_;
  std::map<const ExtractFragment*, int> reads_;
  std::set<std::string> key_sources_;
};

}  // namespace

std::optional<PartedJoin> FindPartedJoin(const sql::Node* transform, const sql::Dialect& engine,
                                         const std::vector<ExtractFragment>& extracts, int64_t join_bytes) {
  if (join_bytes <= 0) return std::nullopt;
  for (const ExtractFragment& extract : extracts) {
    if (extract.input_name == kJoined) return std::nullopt;
  }
  return PartedJoinFinder(engine, extracts, join_bytes).Find(transform);
}

}  // namespace dvt::plan
