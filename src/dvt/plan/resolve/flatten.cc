#include <algorithm>

#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;

struct NamedQuery {
  std::string name;
  Node* query;
};

/// Folds SELECTs over CTEs and derived tables that only choose, compute and filter into one SELECT.
class Flattener {
 public:
  Flattener(sql::Arena& arena, const sql::Dialect& dialect) : arena_(arena), dialect_(dialect) {}

  Node* Run(Node* query, std::vector<NamedQuery> visible) {
    query = sql::InnerQuery(query);
    if (query == nullptr || !query->Is(Kind::kSelect) || !AddCtes(query->Child(sql::kWithSlot), visible) || !IsSimple(query))
      return nullptr;
    Node* from = query->Child(sql::kFromSlot);
    while (from != nullptr && from->Is(Kind::kList) && from->count == 1) from = from->Child(0);
    if (from == nullptr) return nullptr;
    const Node* alias = from->Child(0);
    if (alias != nullptr && alias->Child(1) != nullptr) return nullptr;
    if (from->Is(Kind::kTable)) {
      const Node* name = from->Child(1);
      const auto it =
          name->count != 1 ? visible.rend() : std::find_if(visible.rbegin(), visible.rend(), [&](const NamedQuery& q) {
            return sql::SameName(dialect_, q.name, name->Child(0)->text);
          });
      if (it == visible.rend()) return sql::Clone(arena_, query);
      std::vector<NamedQuery> earlier(visible.begin(), it.base() - 1);
      Node* inner = it->query;
      return Merge(query, inner, std::move(earlier));
    }
    if (!from->Is(Kind::kDerivedTable) || from->Has(sql::kLateral)) return nullptr;
    return Merge(query, from->Child(1), std::move(visible));
  }

 private:
  static bool AddCtes(const Node* with, std::vector<NamedQuery>& visible) {
    if (with == nullptr) return true;
    if (with->Has(sql::kRecursive)) return false;
    for (const Node* cte : with->Children()) {
      const Node* alias = cte->Child(0);
      if (alias == nullptr || alias->Child(0) == nullptr || alias->Child(1) != nullptr || !cte->Child(1)->IsQuery()) return false;
      visible.push_back({std::string(alias->Child(0)->text), cte->Child(1)});
    }
    return true;
  }

  bool IsSimple(const Node* select) const {
    for (uint32_t slot = 0; slot < select->count; ++slot) {
      const bool allowed = slot == sql::kWithSlot || slot == sql::kItemsSlot || slot == sql::kFromSlot || slot == sql::kWhereSlot;
      if (!allowed && select->Child(slot) != nullptr) return false;
    }
    const Node* items = select->Child(sql::kItemsSlot);
    if (items == nullptr || !IsScalar(select->Child(sql::kWhereSlot))) return false;
    return std::all_of(items->Children().begin(), items->Children().end(), [&](const Node* item) {
      return item->Is(Kind::kAlias) && !item->Child(0)->Is(Kind::kStar) && IsScalar(item->Child(0));
    });
  }

  bool IsScalar(const Node* expression) const {
    return expression == nullptr || (!sql::HasAggregate(expression, dialect_) && !sql::HasWindow(expression) &&
                                     !sql::HasSubquery(expression) && !sql::IsVolatile(expression, dialect_));
  }

  // Columns of `inner` in place of the references to them.
  bool Substitute(Node*& slot, const Node* inner) const {
    bool complete = true;
    sql::RewriteTop(slot, [&](Node* node) -> std::pair<Node*, bool> {
      if (!node->Is(Kind::kColumn)) return {node, true};
      const std::string_view name = node->Child(node->count - 1)->text;
      for (const Node* item : inner->Child(sql::kItemsSlot)->Children()) {
        if (item->Child(1)->text == name) return {sql::Clone(arena_, item->Child(0)), false};
      }
      complete = false;
      return {node, false};
    });
    return complete;
  }

  Node* Merge(const Node* outer, Node* inner_query, std::vector<NamedQuery> visible) {
    Node* inner = Run(inner_query, std::move(visible));
    if (inner == nullptr) return nullptr;
    Node* out = sql::Clone(arena_, outer);
    Node* where = out->Child(sql::kWhereSlot);
    if (where != nullptr && !Substitute(where, inner)) return nullptr;
    for (Node* item : out->Child(sql::kItemsSlot)->Children()) {
      if (!Substitute(item->children[0], inner)) return nullptr;
    }
    const std::vector<Node*> terms = {inner->Child(sql::kWhereSlot), where};
    sql::SetChild(arena_, out, sql::kWithSlot, nullptr);
    sql::SetChild(arena_, out, sql::kFromSlot, inner->Child(sql::kFromSlot));
    sql::SetChild(arena_, out, sql::kWhereSlot, sql::Conjunction(arena_, terms));
    return out;
  }

  sql::Arena& arena_;
  const sql::Dialect& dialect_;
};

}  // namespace

Node* FlattenSelection(sql::Arena& arena, Node* query, const sql::Dialect& dialect) {
  return Flattener(arena, dialect).Run(query, {});
}

}  // namespace dvt::plan
