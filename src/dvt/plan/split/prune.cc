#include "dvt/plan/split/prune.h"

#include <algorithm>
#include <map>
#include <set>

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;
using sql::Source;

const Node* ValueOf(const Node* item) { return sql::Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item); }

/// One pass over an analysed query.
class Pruner {
 public:
  Pruner(sql::Arena& arena, Node* query, const sql::Dialect& dialect, const sql::Analysis& analysis)
      : arena_(arena), query_(query), dialect_(dialect), analysis_(analysis) {
    for (const Source& source : analysis.sources()) {
      if (source.query != nullptr) readers_[source.query].push_back(&source);
    }
    for (const Node* cte : sql::FindAll(query, Kind::kCte)) {
      const bool renamed = cte->Child(0) != nullptr && cte->Child(0)->Child(1) != nullptr;
      if (renamed) fixed_.insert(analysis.ScopeOf(cte->Child(1)));
    }
    for (const Scope& scope : analysis.scopes()) FixReadersOf(scope);
    sql::Visit(query, [&](const Node* node) {
      const sql::ColumnBinding* binding = node->Is(Kind::kColumn) ? analysis.Find(node) : nullptr;
      if (binding != nullptr && binding->alias != nullptr) named_.insert(binding->alias);
      return true;
    });
  }

  bool Run() {
    bool changed = DropCtes();
    for (const Scope& scope : analysis_.scopes()) {
      if (scope.kind == sql::ScopeKind::kCte || scope.kind == sql::ScopeKind::kDerived) changed = Prune(scope) || changed;
    }
    return changed;
  }

 private:
  // Stars, natural joins and renaming lists read all columns, by position.
  void FixReadersOf(const Scope& scope) {
    if (!scope.query->Is(Kind::kSelect)) return;
    const Node* items = scope.query->Child(sql::kItemsSlot);
    bool all =
        std::any_of(items->Children().begin(), items->Children().end(), [](const Node* item) { return item->Is(Kind::kStar); });
    sql::Visit(scope.query->Child(sql::kFromSlot), [&](const Node* node) {
      if (node->Is(Kind::kJoin) && node->Has(sql::kNatural)) all = true;
      return !node->IsQuery();
    });
    for (const Source* source : scope.sources) {
      const Node* alias = source->node->Child(0);
      if (source->query != nullptr && (all || (alias != nullptr && alias->Child(1) != nullptr))) fixed_.insert(source->query);
    }
  }

  bool DropCtes() {
    bool changed = false;
    std::vector<Node*> holders;
    sql::Visit(query_, [&](const Node* node) {
      if (node->IsQuery() && node->Child(sql::kWithSlot) != nullptr) holders.push_back(const_cast<Node*>(node));
      return true;
    });
    for (Node* holder : holders) {
      Node* with = holder->Child(sql::kWithSlot);
      uint32_t kept = 0;
      for (uint32_t i = 0; i < with->count; ++i) {
        const Scope* scope = analysis_.ScopeOf(with->children[i]->Child(1));
        const bool unread = scope != nullptr && !readers_.contains(scope);
        if (!unread) with->children[kept++] = with->children[i];
      }
      changed = changed || kept != with->count;
      with->count = kept;
      if (kept == 0) sql::SetChild(arena_, holder, sql::kWithSlot, nullptr);
    }
    return changed;
  }

  // The SELECTs whose items make the scope's columns; empty if their lists may not change.
  std::vector<const Scope*> Leaves(const Scope* scope) const {
    if (scope->recursive || fixed_.contains(scope)) return {};
    if (scope->outermost != scope->query && scope->outermost->Child(sql::kOrderSlot) != nullptr) return {};
    if (scope->query->Is(Kind::kSelect)) return {scope};
    const Node* set = scope->query;
    if (!set->Is(Kind::kSetOperation, Op::kUnion) || !set->Has(sql::kAll) || set->Has(sql::kByName) ||
        set->Child(sql::kOrderSlot) != nullptr) {
      return {};
    }
    std::vector<const Scope*> out;
    for (const Scope* branch : scope->branches) {
      const auto below = Leaves(branch);
      if (below.empty()) return {};
      out.insert(out.end(), below.begin(), below.end());
    }
    return out;
  }

  bool Prune(const Scope& scope) {
    const auto it = readers_.find(&scope);
    if (it == readers_.end()) return false;
    const auto leaves = Leaves(&scope);
    if (leaves.empty()) return false;
    std::set<int> keep;
    for (const Source* reader : it->second) {
      if (!reader->columns_known) return false;
      keep.insert(reader->used.begin(), reader->used.end());
    }
    const uint32_t count = leaves.front()->query->Child(sql::kItemsSlot)->count;
    for (const Scope* leaf : leaves) {
      if (leaf->query->Child(sql::kItemsSlot)->count != count || !Protect(*leaf, keep)) return false;
    }
    if (keep.empty()) keep.insert(0);
    if (keep.size() >= count) return false;
    for (const Scope* leaf : leaves) {
      Node* items = leaf->query->Child(sql::kItemsSlot);
      uint32_t kept = 0;
      for (uint32_t i = 0; i < count; ++i) {
        if (keep.contains(static_cast<int>(i))) items->children[kept++] = items->children[i];
      }
      items->count = kept;
    }
    return true;
  }

  // Adds the items that must stay for other reasons than being read. False: all must.
  bool Protect(const Scope& scope, std::set<int>& keep) const {
    const Node* select = scope.query;
    const Node* items = select->Child(sql::kItemsSlot);
    const Node* group = select->Child(sql::kGroupSlot);
    if (select->Child(sql::kDistinctSlot) != nullptr || (group != nullptr && group->flags != 0)) return false;
    int last = 0;
    for (const Node* list : {group, static_cast<const Node*>(select->Child(sql::kOrderSlot))}) {
      if (list == nullptr) continue;
      for (const Node* entry : list->Children()) {
        const Node* value = sql::Unparen(entry->Is(Kind::kOrderItem) ? entry->Child(0) : entry);
        if (value->Is(Kind::kNumber)) last = std::max(last, std::atoi(std::string(value->text).c_str()));
      }
    }
    int aggregate = -1;
    bool kept_aggregate = false;
    for (uint32_t i = 0; i < items->count; ++i) {
      const Node* item = items->Child(i);
      const int index = static_cast<int>(i);
      if (item->Is(Kind::kStar)) return false;
      if (index < last || named_.contains(item) || MakesRows(ValueOf(item))) keep.insert(index);
      if (group == nullptr && sql::HasAggregate(ValueOf(item), dialect_)) {
        if (aggregate < 0) aggregate = index;
        kept_aggregate = kept_aggregate || keep.contains(index);
      }
    }
    if (aggregate >= 0 && !kept_aggregate) keep.insert(aggregate);
    return true;
  }

  bool MakesRows(const Node* value) const {
    if (sql::IsVolatile(value, dialect_)) return true;
    return sql::Contains(value, [&](const Node* node) {
      if (!node->Is(Kind::kFunction)) return false;
      const sql::FunctionSpec* spec = sql::FindFunction(dialect_, node->text);
      return spec == nullptr || (spec->flags & sql::kTableValued) != 0;
    });
  }

  sql::Arena& arena_;
  Node* query_;
  const sql::Dialect& dialect_;
  const sql::Analysis& analysis_;
  std::map<const Scope*, std::vector<const Source*>> readers_;
  std::set<const Scope*> fixed_;
  std::set<const Node*> named_;  // items that another part of their SELECT names
};

}  // namespace

void SimplifyExists(sql::Arena& arena, Node* query) {
  for (Node* exists : sql::FindAll(query, Kind::kExists)) {
    Node* inner = sql::InnerQuery(exists->Child(0));
    if (inner == nullptr || !inner->Is(Kind::kSelect)) continue;
    const Node* items = inner->Child(sql::kItemsSlot);
    const bool plain = std::all_of(items->Children().begin(), items->Children().end(), [](const Node* item) {
      const Node* value = ValueOf(item);
      return value->Is(Kind::kStar) || value->Is(Kind::kColumn) || value->Is(Kind::kNumber) || value->Is(Kind::kNull);
    });
    for (const uint32_t slot : {sql::kDistinctSlot, sql::kGroupSlot, sql::kHavingSlot, sql::kQualifySlot}) {
      if (inner->Child(slot) != nullptr) inner = nullptr;
      if (inner == nullptr) break;
    }
    if (inner == nullptr || !plain || inner->Child(sql::kOrderSlot) != nullptr) continue;
    Node* one = sql::MakeAlias(arena, sql::MakeNumber(arena, 1), "one");
    sql::SetChild(arena, inner, sql::kItemsSlot, sql::NewNode(arena, Kind::kList, {one}));
  }
}

Status PruneColumns(sql::Arena& arena, Node* query, const sql::Dialect& dialect, sql::SchemaProvider* schema) {
  constexpr int kDeepest = 50;  // each pass reaches one level of CTEs further down
  for (int pass = 0; pass < kDeepest; ++pass) {
    DVT_ASSIGN(const auto analysis, sql::Analyze(query, dialect, schema));
    if (!Pruner(arena, query, dialect, analysis).Run()) break;
  }
  return {};
}

}  // namespace dvt::plan
