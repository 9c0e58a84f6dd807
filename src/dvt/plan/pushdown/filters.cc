#include "dvt/plan/pushdown/filters.h"

#include <algorithm>
#include <set>

#include "dvt/plan/pushdown/window_columns.h"

namespace dvt::plan {
namespace {

using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;
using sql::Source;
using PKind = Predicate::Kind;

bool HasUnknown(const Predicate& p) {
  return p.kind == PKind::kUnknown || std::any_of(p.children.begin(), p.children.end(), HasUnknown);
}

bool IsLimited(const Node* query) {
  return query->Child(sql::kLimitSlot) != nullptr || query->Child(sql::kOffsetSlot) != nullptr;
}

// A LIMIT on the block itself or on one of the parentheses around it.
bool IsLimited(const Scope* scope) {
  const Node* node = scope->outermost;
  while (node != nullptr && node != scope->query && node->Is(Kind::kSubquery)) {
    if (IsLimited(node)) return true;
    node = node->Child(sql::kInnerSlot);
  }
  return IsLimited(scope->query);
}

bool KeepsMeaning(const ColumnRef& a, const ColumnRef& b) {
  const auto& x = a.source->columns[static_cast<size_t>(a.index)].type;
  const auto& y = b.source->columns[static_cast<size_t>(b.index)].type;
  if (x.is_integer() && y.is_integer()) return true;
  if (x.kind != y.kind) return false;
  return x.kind == TypeKind::kDate || x.kind == TypeKind::kDecimal || (x.kind == TypeKind::kString && !x.fixed && !y.fixed);
}

// Only those conjuncts that are false or unknown on NULL-extended rows.
std::optional<Predicate> NullRejecting(const Predicate& p) {
  if (RejectsNulls(p) && p.kind != PKind::kAnd) return p;
  if (p.kind != PKind::kAnd) return std::nullopt;
  std::vector<Predicate> kept;
  for (const Predicate& child : p.children) {
    if (RejectsNulls(child)) kept.push_back(child);
  }
  if (kept.empty()) return std::nullopt;
  return AllOf(std::move(kept));
}

// `1 = 0`, FALSE, NULL: what leaves no row.
bool IsNeverTrue(const Node* term) {
  term = sql::Unparen(term);
  if (term->Is(Kind::kNull)) return true;
  if (const auto constant = FoldConstant(term)) return constant->kind == Literal::Kind::kBool && constant->ticks == 0;
  if (!term->Is(Kind::kBinary, Op::kEq)) return false;
  const auto a = FoldConstant(term->Child(0)), b = FoldConstant(term->Child(1));
  const bool numbers = a && b && a->kind == Literal::Kind::kNumber && b->kind == Literal::Kind::kNumber;
  return numbers && a->scale == b->scale && a->digits != b->digits;
}

// A condition on a source that no row meets.
std::optional<Predicate> Nothing(const Source* source, const Node* origin) {
  if (source->columns.empty()) return std::nullopt;
  Predicate out;
  out.kind = PKind::kIn;
  out.column = {source, 0};
  out.origin = origin;
  return out;
}

/// Reads one FROM clause and WHERE into facts.
class BlockReader {
 public:
  BlockReader(const sql::Analysis& analysis, const Scope* scope, BlockFacts& facts)
      : analysis_(analysis), scope_(scope), facts_(facts) {
    for (Source* source : scope->sources) by_node_[source->node] = source;
    resolve_ = [this](const Node* column) { return ResolveColumn(column); };
  }

  void Read(std::vector<Predicate> inherited) {
    Node* from = scope_->query->Child(sql::kFromSlot);
    facts_.movable = IsMovable(from);
    if (!facts_.movable || from == nullptr) return;
    Lift(scope_->query->Child(sql::kWhereSlot));
    Walk(from, false, true);
    for (Predicate& p : inherited) lifted_.push_back(std::move(p));
    const Predicate all = AllOf(lifted_);
    for (Source* source : scope_->sources) Add(source, WeakenTo(all, source), facts_.nullable[source]);
    PropagateKeys(all);
    for (const auto& [on, side] : locals_) ApplyLocal(on, side, all);
  }

  std::optional<ColumnRef> ResolveColumn(const Node* column) const {
    const sql::ColumnBinding* binding = analysis_.Find(column);
    if (binding == nullptr || binding->source == nullptr || binding->outer || binding->index < 0 || !binding->merged.empty())
      return std::nullopt;
    if (std::find(scope_->sources.begin(), scope_->sources.end(), binding->source) == scope_->sources.end()) return std::nullopt;
    return ColumnRef{binding->source, binding->index};
  }

 private:
  static bool IsMovable(const Node* from) {
    bool movable = true;
    sql::Visit(from, [&](const Node* node) {
      if (node->IsQuery()) return false;
      if (node->Is(Kind::kSample) || node->Is(Kind::kJoin, Op::kPositional)) movable = false;
      if (node->Is(Kind::kJoin) && node->Has(sql::kAsof)) movable = false;
      return true;
    });
    return movable;
  }

  // Conjuncts that hold for every row of the block.
  void Lift(Node* condition) {
    if (condition == nullptr) return;
    std::vector<Node*> terms;
    sql::SplitConjunction(condition, terms);
    for (Node* term : terms) {
      Predicate p = ReadPredicate(term, resolve_);
      NoteOpaque(term, p);
      if (IsNeverTrue(term)) {
        for (const Source* source : scope_->sources) Add(source, Nothing(source, term), false);
      }
      if (auto pair = ReadPair(term)) facts_.joins.push_back(*pair);
      facts_.terms.emplace_back(term, p);
      lifted_.push_back(std::move(p));
    }
  }

  std::optional<KeyPair> ReadPair(const Node* term) const {
    const Node* node = sql::Unparen(term);
    if (!node->Is(Kind::kBinary, Op::kEq)) return std::nullopt;
    const Node* a = sql::Unparen(node->Child(0));
    const Node* b = sql::Unparen(node->Child(1));
    if (!a->Is(Kind::kColumn) || !b->Is(Kind::kColumn)) return std::nullopt;
    const auto left = ResolveColumn(a), right = ResolveColumn(b);
    if (!left || !right || left->source == right->source) return std::nullopt;
    return KeyPair{*left, *right, term};
  }

  void NoteOpaque(const Node* term, const Predicate& p) {
    if (!HasUnknown(p)) return;
    std::set<const Source*> sources;
    bool foreign = false;
    sql::Visit(term, [&](const Node* node) {
      if (node->IsQuery()) foreign = true;
      if (!node->Is(Kind::kColumn)) return true;
      const auto column = ResolveColumn(node);
      if (column) sources.insert(column->source);
      foreign = foreign || !column;
      return false;
    });
    if (!foreign && sources.size() == 1) facts_.opaque[*sources.begin()].push_back(term);
  }

  void Walk(Node* node, bool nullable, bool liftable) {
    if (node == nullptr) return;
    if (node->Is(Kind::kList)) {
      for (Node* child : node->Children()) Walk(child, nullable, liftable);
    } else if (node->Is(Kind::kParenTable)) {
      Walk(node->Child(1), nullable, liftable);
    } else if (node->Is(Kind::kJoin)) {
      WalkJoin(node, nullable, liftable);
    } else if (const auto it = by_node_.find(node); it != by_node_.end()) {
      facts_.nullable[it->second] = nullable;
    }
  }

  void WalkJoin(Node* join, bool nullable, bool liftable) {
    Node* left = join->Child(0);
    Node* right = join->Child(1);
    Node* on = join->Child(2);
    const bool left_open = join->op == Op::kRight || join->op == Op::kFull;
    const bool right_open = join->op == Op::kLeft || join->op == Op::kFull || join->op == Op::kSemi || join->op == Op::kAnti;
    Walk(left, nullable || left_open, liftable && !left_open);
    Walk(right, nullable || right_open, liftable && !right_open);
    if (on == nullptr || join->op == Op::kFull) return;
    if (left_open) {
      locals_.emplace_back(on, left);
    } else if (right_open) {
      locals_.emplace_back(on, right);
    } else if (liftable) {
      Lift(on);
    } else {
      locals_.emplace_back(on, join);
    }
  }

  // A source below `node`, with whether it can be NULL-extended inside of it.
  void Below(Node* node, bool nullable, std::vector<std::pair<Source*, bool>>& out) const {
    if (node == nullptr) return;
    if (node->Is(Kind::kParenTable)) return Below(node->Child(1), nullable, out);
    if (node->Is(Kind::kJoin)) {
      const bool left_open = node->op == Op::kRight || node->op == Op::kFull;
      const bool right_open = node->op == Op::kLeft || node->op == Op::kFull || node->op == Op::kSemi || node->op == Op::kAnti;
      Below(node->Child(0), nullable || left_open, out);
      Below(node->Child(1), nullable || right_open, out);
      return;
    }
    if (const auto it = by_node_.find(node); it != by_node_.end()) out.emplace_back(it->second, nullable);
  }

  // The condition of an outer join cuts only the rows of its null-supplying side (which would find no partner).
  void ApplyLocal(Node* on, Node* side, const Predicate& all) {
    std::vector<Node*> terms;
    sql::SplitConjunction(on, terms);
    std::vector<Predicate> read;
    for (Node* term : terms) {
      read.push_back(ReadPredicate(term, resolve_));
      NoteOpaque(term, read.back());
    }
    const Predicate local = AllOf(std::move(read));
    std::vector<std::pair<Source*, bool>> below;
    Below(side, false, below);
    for (const auto& [source, open] : below) {
      Add(source, WeakenTo(local, source), open);
      for (Node* term : terms) {
        const auto pair = ReadPair(term);
        if (!pair) continue;
        const bool first = pair->left.source == source;
        if (!first && pair->right.source != source) continue;
        const ColumnRef& to = first ? pair->left : pair->right;
        const ColumnRef& from = first ? pair->right : pair->left;
        facts_.one_sided.push_back({to, from, term});
        const bool inside = std::any_of(below.begin(), below.end(), [&](const auto& b) { return b.first == from.source; });
        if (!inside) Add(source, Transfer(all, from, to), open);
      }
    }
  }

  // What `all` says about `from`, said about its equal `to`.
  static std::optional<Predicate> Transfer(const Predicate& all, const ColumnRef& from, const ColumnRef& to) {
    if (!KeepsMeaning(from, to)) return std::nullopt;
    return Weaken(all, [&](const ColumnRef& column) { return column == from ? std::optional(to) : std::nullopt; });
  }

  void PropagateKeys(const Predicate& all) {
    for (const auto& group : EqualColumns(facts_.joins)) {
      for (const ColumnRef& from : group) {
        for (const ColumnRef& to : group) {
          if (from != to) Add(to.source, Transfer(all, from, to), facts_.nullable[to.source]);
        }
      }
    }
  }

  void Add(const Source* source, std::optional<Predicate> p, bool nullable) {
    if (!p) return;
    if (nullable) p = NullRejecting(*p);
    if (!p) return;
    auto [it, fresh] = facts_.filters.try_emplace(source, *p);
    if (!fresh) it->second = AllOf({it->second, *p});
  }

  const sql::Analysis& analysis_;
  const Scope* scope_;
  BlockFacts& facts_;
  Resolve resolve_;
  std::map<const Node*, Source*> by_node_;
  std::vector<Predicate> lifted_;
  std::vector<std::pair<Node*, Node*>> locals_;  // condition, the side that it cuts
};

}  // namespace

std::vector<std::vector<ColumnRef>> EqualColumns(const std::vector<KeyPair>& pairs) {
  std::vector<std::vector<ColumnRef>> classes;
  for (const KeyPair& pair : pairs) {
    std::vector<ColumnRef> merged{pair.left, pair.right};
    for (auto it = classes.begin(); it != classes.end();) {
      const bool touches =
          std::any_of(it->begin(), it->end(), [&](const ColumnRef& c) { return c == pair.left || c == pair.right; });
      if (!touches) {
        ++it;
        continue;
      }
      for (const ColumnRef& c : *it) {
        if (std::find(merged.begin(), merged.end(), c) == merged.end()) merged.push_back(c);
      }
      it = classes.erase(it);
    }
    classes.push_back(std::move(merged));
  }
  return classes;
}

struct FilterAnalysis::State {
  const sql::Analysis& analysis;
  const sql::Dialect& dialect;
  std::map<const Source*, const Scope*> scope_of;
  std::map<const Scope*, std::vector<const Source*>> readers;
  std::map<const Scope*, const Scope*> set_of;
  std::map<const Scope*, BlockFacts> facts;
  std::set<const Scope*> running;

  std::vector<Predicate> Inherited(const Scope* scope);
  std::vector<Predicate> MapDown(const Scope* scope, const Predicate& wanted);
  std::optional<std::vector<std::optional<ColumnRef>>> OutputColumns(const Scope* scope);
  const BlockFacts& Of(const Scope* scope);
  std::optional<Predicate> FilterOf(const Source* source);
};

// The FROM column behind each output column where a filter may move below the block's grouping; nothing if it may not move at all.
std::optional<std::vector<std::optional<ColumnRef>>> FilterAnalysis::State::OutputColumns(const Scope* scope) {
  const Node* select = scope->query;
  BlockFacts unused;
  const BlockReader reader(analysis, scope, unused);
  const Node* items = select->Child(sql::kItemsSlot);
  const Node* group = select->Child(sql::kGroupSlot);
  const Node* distinct = select->Child(sql::kDistinctSlot);
  if (items == nullptr || (distinct != nullptr && distinct->count > 0)) return std::nullopt;
  const auto partitions = PartitionColumns(select, [&](const Node* column) { return reader.ResolveColumn(column); });
  if (!partitions && select->Child(sql::kQualifySlot) != nullptr) return std::nullopt;
  std::vector<std::optional<ColumnRef>> columns;
  for (const Node* item : items->Children()) {
    const Node* value = sql::Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item);
    if (value->Is(Kind::kStar)) return std::nullopt;
    if (group == nullptr && sql::HasAggregate(value, dialect)) return std::nullopt;
    columns.push_back(value->Is(Kind::kColumn) ? reader.ResolveColumn(value) : std::nullopt);
    if (columns.back() && partitions && !partitions->contains(*columns.back())) columns.back().reset();
  }
  if (group == nullptr) {
    if (select->Child(sql::kHavingSlot) != nullptr) return std::nullopt;
    return columns;
  }
  if (group->flags != 0) return std::nullopt;
  std::set<ColumnRef> keys;
  for (const Node* key : group->Children()) {
    const Node* node = sql::Unparen(key);
    if (node->Is(Kind::kRollup) || node->Is(Kind::kCube) || node->Is(Kind::kGroupingSets)) return std::nullopt;
    if (node->Is(Kind::kNumber)) {
      const int position = std::atoi(std::string(node->text).c_str());
      if (position >= 1 && position <= static_cast<int>(columns.size()) && columns[position - 1])
        keys.insert(*columns[position - 1]);
    } else if (node->Is(Kind::kColumn)) {
      if (const auto column = reader.ResolveColumn(node)) keys.insert(*column);
    }
  }
  for (auto& column : columns) {
    if (column && !keys.contains(*column)) column.reset();
  }
  return columns;
}

std::vector<Predicate> FilterAnalysis::State::MapDown(const Scope* scope, const Predicate& wanted) {
  if (IsLimited(scope)) return {};
  const auto columns = OutputColumns(scope);
  if (!columns) return {};
  // Replaces output positions by FROM columns; parts that have none are lost.
  std::function<std::optional<Predicate>(const Predicate&)> map = [&](const Predicate& p) -> std::optional<Predicate> {
    if (p.kind == PKind::kUnknown) return std::nullopt;
    if (p.kind == PKind::kAnd || p.kind == PKind::kOr) {
      std::vector<Predicate> kept;
      for (const Predicate& child : p.children) {
        auto mapped = map(child);
        if (mapped) {
          kept.push_back(std::move(*mapped));
        } else if (p.kind == PKind::kOr) {
          return std::nullopt;
        }
      }
      if (kept.empty()) return std::nullopt;
      return p.kind == PKind::kAnd ? AllOf(std::move(kept)) : AnyOf(std::move(kept));
    }
    auto place = [&](const ColumnRef& c) {
      return c.index >= 0 && c.index < static_cast<int>(columns->size()) ? (*columns)[static_cast<size_t>(c.index)]
                                                                         : std::nullopt;
    };
    const auto column = place(p.column);
    if (!column) return std::nullopt;
    Predicate out = p;
    out.column = *column;
    if (p.kind == PKind::kColumns) {
      const auto other = place(p.other);
      if (!other) return std::nullopt;
      out.other = *other;
    }
    return out;
  };
  auto mapped = map(wanted);
  if (!mapped) return {};
  return {std::move(*mapped)};
}

std::vector<Predicate> FilterAnalysis::State::Inherited(const Scope* scope) {
  if (scope->recursive) return {};
  auto to_outputs = [](const ColumnRef& column) { return std::optional(ColumnRef{nullptr, column.index}); };
  if (const auto it = set_of.find(scope); it != set_of.end()) {
    const Scope* set = it->second;
    if (set->query->Has(sql::kByName) || IsLimited(set) || set->recursive) return {};
    return Inherited(set);
  }
  const auto it = readers.find(scope);
  if (it == readers.end() || it->second.empty()) return {};
  std::vector<Predicate> any;
  for (const Source* reader : it->second) {
    const auto filter = FilterOf(reader);
    if (!filter) return {};
    auto weaker = Weaken(*filter, to_outputs);
    if (!weaker) return {};
    any.push_back(std::move(*weaker));
  }
  return {AnyOf(std::move(any))};
}

const BlockFacts& FilterAnalysis::State::Of(const Scope* scope) {
  const auto [it, fresh] = facts.try_emplace(scope);
  if (!fresh || !scope->query->Is(Kind::kSelect) || !running.insert(scope).second) return it->second;
  std::vector<Predicate> inherited;
  for (const Predicate& p : Inherited(scope)) {
    for (Predicate& mapped : MapDown(scope, p)) inherited.push_back(std::move(mapped));
  }
  BlockFacts block;
  BlockReader(analysis, scope, block).Read(std::move(inherited));
  running.erase(scope);
  return facts[scope] = std::move(block);
}

std::optional<Predicate> FilterAnalysis::State::FilterOf(const Source* source) {
  const auto it = scope_of.find(source);
  if (it == scope_of.end()) return std::nullopt;
  const BlockFacts& block = Of(it->second);
  const auto found = block.filters.find(source);
  return found == block.filters.end() ? std::nullopt : std::optional(found->second);
}

FilterAnalysis::FilterAnalysis(const sql::Analysis& analysis, const sql::Dialect& dialect)
    : state_(new State{analysis, dialect, {}, {}, {}, {}, {}}) {
  for (const Scope& scope : analysis.scopes()) {
    for (const Source* source : scope.sources) {
      state_->scope_of[source] = &scope;
      if (source->query != nullptr) state_->readers[source->query].push_back(source);
    }
    for (const Scope* branch : scope.branches) state_->set_of[branch] = &scope;
  }
}

FilterAnalysis::~FilterAnalysis() = default;
const BlockFacts& FilterAnalysis::Of(const Scope* scope) const { return state_->Of(scope); }
std::optional<Predicate> FilterAnalysis::FilterOf(const Source* source) const { return state_->FilterOf(source); }
const Scope* FilterAnalysis::ScopeOf(const Source* source) const {
  const auto it = state_->scope_of.find(source);
  return it == state_->scope_of.end() ? nullptr : it->second;
}

std::optional<std::vector<std::optional<ColumnRef>>> FilterAnalysis::OutputColumns(const Scope* scope) const {
  return state_->OutputColumns(scope);
}
const std::vector<const Source*>& FilterAnalysis::ReadersOf(const Scope* scope) const { return state_->readers[scope]; }
bool FilterAnalysis::IsLimited(const Scope* scope) { return plan::IsLimited(scope); }

}  // namespace dvt::plan
