#include "dvt/plan/pushdown/key_edges.h"

#include <algorithm>

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Scope;

class EdgeFinder {
 public:
  EdgeFinder(const sql::Analysis& analysis, const sql::Dialect& dialect, const FilterAnalysis& filters)
      : analysis_(analysis), dialect_(dialect), filters_(filters) {}

  std::vector<KeyEdge> Find() {
    for (const Scope& scope : analysis_.scopes()) {
      if (!scope.query->Is(Kind::kSelect)) continue;
      const BlockFacts& facts = filters_.Of(&scope);
      for (const auto& group : EqualColumns(facts.joins)) AddAll(group);
      for (const KeyPair& pair : facts.one_sided) Add({pair.left.source, nullptr, pair.left.index}, End(pair.right));
      for (const auto& [term, unused] : facts.terms) ReadTerm(scope, term);
    }
    return std::move(edges_);
  }

 private:
  static KeyEnd End(const ColumnRef& column) { return {column.source, nullptr, column.index}; }

  void Add(const KeyEnd& target, const KeyEnd& from) {
    const bool known = std::any_of(edges_.begin(), edges_.end(),
                                   [&](const KeyEdge& edge) { return edge.target == target && edge.from == from; });
    if (!known) edges_.push_back({target, from});
  }

  void AddAll(const std::vector<ColumnRef>& group) {
    for (const ColumnRef& target : group) {
      for (const ColumnRef& from : group) {
        if (target.source != from.source) Add(End(target), End(from));
      }
    }
  }

  struct Bound {
    ColumnRef column;
    bool outer = false;
  };

  std::optional<Bound> Resolve(const Node* node) const {
    node = sql::Unparen(node);
    if (node == nullptr || !node->Is(Kind::kColumn)) return std::nullopt;
    const sql::ColumnBinding* binding = analysis_.Find(node);
    if (binding == nullptr || binding->source == nullptr || binding->index < 0 || !binding->merged.empty() ||
        binding->fields != 0 || binding->row) {
      return std::nullopt;
    }
    return Bound{{binding->source, binding->index}, binding->outer};
  }

  // "own = column of an enclosing block".
  std::optional<KeyPair> Correlation(const Node* term) const {
    term = sql::Unparen(term);
    if (!term->Is(Kind::kBinary, Op::kEq)) return std::nullopt;
    auto a = Resolve(term->Child(0)), b = Resolve(term->Child(1));
    if (!a || !b || a->outer == b->outer) return std::nullopt;
    if (a->outer) std::swap(a, b);
    return KeyPair{a->column, b->column, term};
  }

  void ReadTerm(const Scope& scope, const Node* term) {
    term = sql::Unparen(term);
    if (const auto pair = Correlation(term)) Add(End(pair->left), End(pair->right));
    if (term->Is(Kind::kExists)) ReadExists(scope, term);
    if (term->Is(Kind::kIn) && !term->Has(sql::kNot)) ReadIn(scope, term);
  }

  const Scope* InnerBlock(const Node* query) const {
    if (query == nullptr || !query->IsQuery()) return nullptr;
    return analysis_.ScopeOf(sql::InnerQuery(const_cast<Node*>(query)));
  }

  static bool IsOwn(const Scope& scope, const sql::Source* source) {
    return std::find(scope.sources.begin(), scope.sources.end(), source) != scope.sources.end();
  }

  // A row of the outer block needs a partner inside.
  void ReadExists(const Scope& scope, const Node* exists) {
    const Scope* inner = InnerBlock(exists->Child(0));
    if (inner == nullptr || !inner->query->Is(Kind::kSelect) || AlwaysOneRow(inner->query)) return;
    for (const auto& [term, unused] : filters_.Of(inner).terms) {
      const auto pair = Correlation(term);
      if (pair && IsOwn(scope, pair->right.source) && IsOwn(*inner, pair->left.source)) Add(End(pair->right), End(pair->left));
    }
  }

  // Aggregates without GROUP BY give a row even of nothing.
  bool AlwaysOneRow(const Node* select) const {
    if (select->Child(sql::kGroupSlot) != nullptr) return false;
    if (select->Child(sql::kHavingSlot) != nullptr) return true;
    const Node* items = select->Child(sql::kItemsSlot);
    return items == nullptr || std::any_of(items->Children().begin(), items->Children().end(), [&](const Node* item) {
             return sql::HasAggregate(item->Is(Kind::kAlias) ? item->Child(0) : item, dialect_);
           });
  }

  // Each side of IN only needs what the other has.
  void ReadIn(const Scope& scope, const Node* in) {
    const auto column = Resolve(in->Child(0));
    const Scope* inner = InnerBlock(in->Child(1));
    if (!column || column->outer || inner == nullptr || !IsOwn(scope, column->column.source)) return;
    Add(End(column->column), {nullptr, inner, 0});
    Add({nullptr, inner, 0}, End(column->column));
  }

  const sql::Analysis& analysis_;
  const sql::Dialect& dialect_;
  const FilterAnalysis& filters_;
  std::vector<KeyEdge> edges_;
};

}  // namespace

std::vector<KeyEdge> FindKeyEdges(const sql::Analysis& analysis, const sql::Dialect& dialect, const FilterAnalysis& filters) {
  return EdgeFinder(analysis, dialect, filters).Find();
}

}  // namespace dvt::plan
