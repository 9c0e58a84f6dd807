// Queries in the forms that the target insists on.
#include "dvt/sql/rewrite/target_shape.h"

#include <functional>
#include <set>
#include <string>
#include <unordered_set>

#include "dvt/base/text/text.h"

namespace dvt::sql {

namespace {

class Shaper {
 public:
  Shaper(Arena& arena, const Dialect& source, const Dialect& target) : arena_(arena), from_(source), to_(target) {}

  void Run(Node*& tree) {
    if (to_.Has(Feature::kConditionsOnly)) SeparateConditions(arena_, tree, false);
    Walk(tree);
    if (to_.Has(Feature::kWithOnTop)) {
      const bool body = tree != nullptr && tree->Is(Kind::kCreate) && tree->Child(kCreateBody) != nullptr;
      HoistWith(body ? tree->children[kCreateBody] : tree);
    }
  }

 private:
  // Inner queries first: what is put around an outer one is made of finished parts.
  void Walk(Node*& slot) {
    if (slot == nullptr) return;
    if (slot->Is(Kind::kJoin) && slot->Has(kApplied)) applied_.insert(slot->Child(1));
    for (Node*& child : slot->Children()) Walk(child);
    if (slot->Is(Kind::kWith)) slot->Set(kRecursive, slot->Has(kRecursive) && !to_.Has(Feature::kImplicitRecursion));
    if (to_.Has(Feature::kConditionsOnly) && slot->Is(Kind::kFunction)) Aggregate(slot);
    if (!to_.Has(Feature::kQualify) && slot->Is(Kind::kSelect) && slot->Child(kQualifySlot) != nullptr) Qualify(slot);
    if (slot->Is(Kind::kSelect)) {
      if (!to_.Has(Feature::kNamedWindows) && slot->Child(kWindowSlot) != nullptr) InlineWindows(arena_, slot);
      const Node* distinct = slot->Child(kDistinctSlot);
      if (!to_.Has(Feature::kDistinctOn) && distinct != nullptr && distinct->count > 0) slot = FirstOfEach(arena_, slot);
    }
    if (to_.Has(Feature::kOutputsNeedNames)) NameOutputs(slot);
    if (to_.Has(Feature::kForXml) && slot->IsQuery() && slot->Child(kLockSlot) != nullptr &&
        slot->Child(kLockSlot)->Is(Kind::kLock) &&
        (slot->Child(kLockSlot)->text.starts_with("FOR UPDATE") || slot->Child(kLockSlot)->text.starts_with("FOR SHARE")))
      slot->children[kLockSlot] = nullptr;  // rows are locked by hints
    if (slot->Is(Kind::kSetOperation)) WholeTail(slot);
    if (to_.Has(Feature::kPlainSetBranches) && slot->Is(Kind::kSetOperation)) Branches(slot);
    if (to_.Has(Feature::kOffsetNeedsOrder) && (slot->Is(Kind::kSelect) || slot->Is(Kind::kSetOperation))) Tail(slot);
  }

  void NameOutputs(Node* node) {
    Node* query = nullptr;
    if (node->Is(Kind::kCte) && node->Child(0)->Child(1) == nullptr) query = node->Child(1);
    if (node->Is(Kind::kDerivedTable) && node->Child(0) != nullptr && node->Child(0)->Child(0) != nullptr &&
        node->Child(0)->Child(1) == nullptr)
      query = node->Child(1);
    if (query == nullptr) return;
    query = InnerQuery(query);
    if (!query->Is(Kind::kSelect)) return;
    Node* items = query->Child(kItemsSlot);
    for (uint32_t i = 0; i < items->count; ++i) {
      Node* item = items->children[i];
      const Node* inner = Unparen(item);
      if (item->Is(Kind::kAlias) || item->Is(Kind::kStar) || item->Is(Kind::kField)) continue;
      // An assignment to a variable, and OUTPUT-like lists, have no name.
      while (inner->Is(Kind::kCast)) inner = Unparen(inner->Child(0));
      Node* name = nullptr;
      if (inner->Is(Kind::kColumn) && inner == item && applied_.contains(node)) continue;
      if (inner->Is(Kind::kColumn)) {
        name = Clone(arena_, inner->Child(inner->count - 1));
      } else if (inner->Is(Kind::kNumber) || inner->Is(Kind::kString)) {
        name = MakeIdentifier(arena_, inner->text, true);
      } else {
        name = MakeIdentifier(arena_, "_col_" + std::to_string(i), false);
      }
      items->children[i] = NewNode(arena_, Kind::kAlias, {item, name});
      items->children[i]->comments = item->comments;
      item->comments = nullptr;
    }
  }

  // SUM(x) FILTER(WHERE c) is SUM(IIF(c, x, NULL)); an order stands behind WITHIN GROUP.
  void Aggregate(Node* call) {
    Node* args = call->Child(kArgsSlot);
    if (Node* condition = call->Child(kFilterSlot); condition != nullptr && args != nullptr && args->count > 0) {
      Node*& value = args->children[0];
      const bool star = value->Is(Kind::kStar);
      value = MakeFunction(arena_, "IIF", {condition, star ? MakeNumber(arena_, 1) : value, NewNode(arena_, Kind::kNull)});
      if (star && call->text == "COUNT_BIG") call->text = "COUNT";
      call->children[kFilterSlot] = nullptr;
    }
    if (call->text == "STRING_AGG") {
      call->Set(kDistinctArgs, false);
      if (Node* order = call->Child(kArgOrderSlot)) {
        SetChild(arena_, call, kWithinSlot, order);
        call->children[kArgOrderSlot] = nullptr;
      }
    }
  }

  // … QUALIFY COUNT(*) OVER () > 1: the window functions become columns of a derived table, filtered outside.
  void Qualify(Node*& slot) {
    Node* select = slot;
    Node* condition = std::exchange(select->children[kQualifySlot], nullptr);
    Node* outer = MakeSelect(arena_);
    Node* items = select->Child(kItemsSlot);
    for (uint32_t i = 0; i < items->count; ++i) {
      const Node* item = items->Child(i);
      Node* name = nullptr;
      if (item->Is(Kind::kAlias))
        name = Clone(arena_, item->Child(1));
      else if (item->Is(Kind::kColumn))
        name = Clone(arena_, item->Child(item->count - 1));
      Append(arena_, outer->Child(kItemsSlot),
             name == nullptr ? NewNode(arena_, Kind::kStar) : NewNode(arena_, Kind::kColumn, {name}));
    }
    int windows = 0;
    Rewrite(condition, [&](Node* node) -> Node* {
      if (!node->Is(Kind::kFunction) || node->Child(kOverSlot) == nullptr) return node;
      const std::string name = windows++ == 0 ? "_w" : "_w_" + std::to_string(windows);
      Append(arena_, items, NewNode(arena_, Kind::kAlias, {node, MakeIdentifier(arena_, name, false)}));
      return NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, name, false)});
    });
    Node* table = MakeDerivedTable(arena_, select, "");
    table->children[0] = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, "_t", false), nullptr});
    outer->children[kWithSlot] = std::exchange(select->children[kWithSlot], nullptr);
    for (const uint32_t part : {kOrderSlot, kLimitSlot, kOffsetSlot, kLockSlot})
      outer->children[part] = std::exchange(select->children[part], nullptr);
    outer->children[kFromSlot] = NewNode(arena_, Kind::kList, {table});
    outer->children[kWhereSlot] = condition;
    if (to_.Has(Feature::kOutputsNeedNames)) NameOutputs(table);
    slot = outer;
  }

  static bool HasTail(const Node* query) {
    return query->Child(kOrderSlot) != nullptr || query->Child(kOffsetSlot) != nullptr ||
           (query->Child(kLimitSlot) != nullptr && query->Child(kLimitSlot)->Has(kFetch));
  }

  // SELECT * FROM (query) AS _l_0
  Node* Around(Node* query) {
    Node* outer = MakeSelect(arena_);
    Append(arena_, outer->Child(kItemsSlot), NewNode(arena_, Kind::kStar));
    Node* table = MakeDerivedTable(arena_, query, "");
    table->children[0] =
        NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, "_l_" + std::to_string(next_++), false), nullptr});
    outer->children[kFromSlot] = NewNode(arena_, Kind::kList, {table});
    return outer;
  }

  // Where ORDER BY and LIMIT belong to the last operand, those of the whole stand around it; the last operand's order alone is the whole's.
  void WholeTail(Node*& slot) {
    const bool from = from_.Has(Feature::kTailsInBranches), to = to_.Has(Feature::kTailsInBranches);
    Node* set = slot;
    if (from == to && !from) return;
    if (from && !to) {
      Node* last = set->Child(kRightSlot);
      const bool plain = last->Is(Kind::kSelect) && last->Child(kLimitSlot) == nullptr && last->Child(kOffsetSlot) == nullptr;
      if (plain && set->Child(kOrderSlot) == nullptr) std::swap(set->children[kOrderSlot], last->children[kOrderSlot]);
      return;
    }
    if (set->Child(kOrderSlot) == nullptr && set->Child(kLimitSlot) == nullptr && set->Child(kOffsetSlot) == nullptr) return;
    Node* parts[] = {set->Child(kOrderSlot), set->Child(kLimitSlot), set->Child(kOffsetSlot), set->Child(kLockSlot)};
    for (uint32_t i = 0; i < 4; ++i) set->children[kOrderSlot + i] = nullptr;
    slot = Around(set);
    for (uint32_t i = 0; i < 4; ++i) slot->children[kOrderSlot + i] = parts[i];
    slot->comments = std::exchange(set->comments, nullptr);
  }

  // An operand with an order of its own becomes a derived table; one with TOP alone needs no parentheses.
  void Branches(Node* set) {
    for (const uint32_t slot : {kLeftSlot, kRightSlot}) {
      Node* branch = set->children[slot];
      if (branch->Is(Kind::kSubquery) && !HasTail(branch) && branch->Child(kLimitSlot) == nullptr) {
        Node* inner = branch->Child(kInnerSlot);
        if (HasTail(inner) && inner->Child(kWithSlot) == nullptr) set->children[slot] = Around(inner);
      } else if (HasTail(branch) && !branch->Is(Kind::kSubquery)) {
        set->children[slot] = Around(branch);
      }
    }
  }

  // Whether the keys of an ORDER BY are outputs, by name or number, so that they may stand behind a set operation.
  static bool PlainOrder(const Node* order, Node* query) {
    const Node* select = LeftmostSelect(query);
    const Node* items = select == nullptr ? nullptr : select->Child(kItemsSlot);
    for (const Node* item : order->Children()) {
      const Node* key = Unparen(item->Is(Kind::kOrderItem) ? item->Child(0) : item);
      bool output = key->Is(Kind::kNumber) || (key->Is(Kind::kColumn) && key->count == 1);
      for (uint32_t i = 0; !output && items != nullptr && i < items->count; ++i) output = Equal(key, items->Child(i));
      if (!output) return false;
    }
    return true;
  }

  void Tail(Node*& slot) {
    Node* query = slot;
    Node* limit = query->Child(kLimitSlot);
    const bool set = query->Is(Kind::kSetOperation);
    Node* order = query->Child(kOrderSlot);
    if (limit != nullptr && limit->Has(kFetch) && query->Child(kOffsetSlot) == nullptr)
      query->children[kOffsetSlot] = MakeNumber(arena_, 0);
    const bool offset = query->Child(kOffsetSlot) != nullptr;
    const bool top = limit != nullptr && !offset;
    const bool wrap = set && (top || (offset && order == nullptr) || (order != nullptr && !PlainOrder(order, query)));
    if (wrap) {
      Node* with = query->Child(kWithSlot);
      Node* parts[] = {order, limit, query->Child(kOffsetSlot), query->Child(kLockSlot)};
      for (uint32_t i = kWithSlot; i <= kLockSlot; ++i) query->children[i] = nullptr;
      const Comment* comments = std::exchange(query->comments, nullptr);
      Node* outer = Around(query);
      outer->comments = comments;
      outer->children[kWithSlot] = with;
      for (uint32_t i = 0; i < 4; ++i) outer->children[kOrderSlot + i] = parts[i];
      slot = query = outer;
    }
    if (offset && query->Child(kOrderSlot) == nullptr) {
      Node* none = MakeSelect(arena_);
      Append(arena_, none->Child(kItemsSlot), NewNode(arena_, Kind::kNull));
      Node* sub = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
      sub->children[kInnerSlot] = none;
      query->children[kOrderSlot] = NewNode(arena_, Kind::kList, {NewNode(arena_, Kind::kOrderItem, {sub})});
    }
  }

  // Whether no name of a CTE is given twice.
  static bool CteNamesDiffer(Node* tree) {
    std::set<std::string> names;
    if (tree == nullptr) return true;
    for (const Node* cte : FindAll(tree, Kind::kCte)) {
      const Node* alias = cte->Child(0);
      if (alias != nullptr && alias->Child(0) != nullptr && !names.insert(ToUpper(alias->Child(0)->text)).second) return false;
    }
    return true;
  }

  // WITH stands only before the whole statement: inner ones move there, in front of those that may use them.
  void HoistWith(Node*& tree) {
    if (!CteNamesDiffer(tree)) return;
    std::vector<Node*> moved;
    std::function<void(Node*, bool)> collect = [&](Node* node, bool top) {
      if (node == nullptr) return;
      if (!top && node->IsQuery() && node->Child(kWithSlot) != nullptr) {
        Node* with = std::exchange(node->children[kWithSlot], nullptr);
        for (Node* cte : with->Children()) {
          collect(cte->Child(1), false);
          moved.push_back(cte);
        }
      }
      for (Node* child : node->Children()) collect(child, false);
    };
    Node** with = WithSlotOf(tree);
    if (with == nullptr) return;
    std::vector<Node*> all;
    if (*with != nullptr) {
      for (Node* cte : (*with)->Children()) {
        collect(cte->Child(1), false);
        all.insert(all.end(), moved.begin(), moved.end());
        moved.clear();
        all.push_back(cte);
      }
    }
    Node* kept = std::exchange(*with, nullptr);
    collect(tree, true);
    *with = kept;
    if (moved.empty() && (kept == nullptr || all.size() == kept->count)) return;
    all.insert(all.end(), moved.begin(), moved.end());
    Node* fresh = NewNode(arena_, Kind::kWith);
    for (Node* cte : all) Append(arena_, fresh, cte);
    *with = fresh;
  }

  static Node** WithSlotOf(Node* statement) {
    if (statement == nullptr || statement->count == 0) return nullptr;
    const bool has = statement->IsQuery() || statement->Is(Kind::kInsert) || statement->Is(Kind::kUpdate) ||
                     statement->Is(Kind::kDelete) || statement->Is(Kind::kMerge);
    return has ? &statement->children[0] : nullptr;
  }

  Arena& arena_;
  const Dialect& from_;
  const Dialect& to_;
  int next_ = 0;
  std::unordered_set<const Node*> applied_;  ///< what is applied: its columns keep the names they have
};

}  // namespace

void ShapeForTarget(Arena& arena, Node*& tree, const Dialect& source, const Dialect& target) {
  ShapeTables(arena, tree, source, target);
  ShapeSettings(arena, tree, source, target);
  ShapeStatements(arena, tree, target);
  ShapeClauses(arena, tree, target);
  ShapeStorage(arena, tree, source, target);
  Shaper(arena, source, target).Run(tree);
}

}  // namespace dvt::sql
