// Rows of dates where nothing generates them: a common table expression that steps from the first to the last.
#include <string>
#include <vector>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

// The call GENERATE_DATE_ARRAY(…) that a table unnests, or nullptr.
Node* DatesOf(const Node* table) {
  if (!table->Is(Kind::kTableFunction) || !table->Child(1)->Is(Kind::kFunction) ||
      !EqualsIgnoreCase(table->Child(1)->text, "UNNEST"))
    return nullptr;
  const Node* args = table->Child(1)->Child(kArgsSlot);
  Node* call = args != nullptr && args->count == 1 ? args->Child(0) : nullptr;
  const bool dates = call != nullptr && call->Is(Kind::kFunction) && EqualsIgnoreCase(call->text, "GENERATE_DATE_ARRAY");
  return dates && call->Child(kArgsSlot)->count >= 2 ? call : nullptr;
}

Node* AsDate(Arena& arena, Node* value) {
  if (value->Is(Kind::kCast) && EqualsIgnoreCase(value->Child(1)->text, "DATE")) return value;
  return MakeCast(arena, value, MakeTypeName(arena, "DATE"));
}

// One query's worth of dates.
class Steps {
 public:
  Steps(Arena& arena, Node* call, std::string_view column, std::string_view name) : arena_(arena), column_(column), name_(name) {
    const Node* args = call->Child(kArgsSlot);
    first_ = args->Child(0);
    last_ = args->Child(1);
    step_ = args->Child(2);
  }

  Node* Cte() {
    Node* start = MakeSelect(arena_);
    Append(arena_, start->Child(kItemsSlot), MakeAlias(arena_, AsDate(arena_, first_), column_, false));
    Node* next = MakeSelect(arena_);
    Append(arena_, next->Child(kItemsSlot), Next());
    next->children[kFromSlot] = From();
    next->children[kWhereSlot] = MakeBinary(arena_, Op::kLe, Next(), AsDate(arena_, last_));
    Node* both = NewSlots(arena_, Kind::kSetOperation, kSetSlots);
    both->op = Op::kUnion;
    both->Set(kAll);
    both->children[kLeftSlot] = start;
    both->children[kRightSlot] = next;
    Node* columns = NewNode(arena_, Kind::kList, {MakeIdentifier(arena_, column_, false)});
    Node* alias = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, name_, false), columns});
    return NewNode(arena_, Kind::kCte, {alias, both});
  }

  Node* Table() {
    Node* select = MakeSelect(arena_);
    Append(arena_, select->Child(kItemsSlot), Column());
    select->children[kFromSlot] = From();
    Node* table = MakeDerivedTable(arena_, select, "");
    table->children[0] = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, name_, false), nullptr});
    return table;
  }

 private:
  Node* Column() { return NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, column_, false)}); }
  Node* From() {
    Node* name = NewNode(arena_, Kind::kName, {MakeIdentifier(arena_, name_, false)});
    return NewNode(arena_, Kind::kList, {NewNode(arena_, Kind::kTable, {nullptr, name, nullptr})});
  }
  // CAST(column + step AS DATE)
  Node* Next() {
    const bool interval = step_ != nullptr && step_->Is(Kind::kInterval);
    const Node* count = interval ? step_->Child(0) : nullptr;
    Node* number = count == nullptr           ? MakeNumber(arena_, 1)
                   : count->Is(Kind::kString) ? NewNode(arena_, Kind::kNumber, {}, count->text)
                                              : Clone(arena_, count);
    const std::string_view unit = interval && !step_->text.empty() ? step_->text : std::string_view("DAY");
    Node* word = NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, unit, false)});
    return AsDate(arena_, MakeFunction(arena_, "DATE_ADD", {Column(), number, word}));
  }

  Arena& arena_;
  std::string_view column_;
  std::string_view name_;
  Node* first_;
  Node* last_;
  Node* step_;
};

// Replaces the tables below `slot`; their common table expressions go to `ctes`.
void Replace(Arena& arena, Node*& slot, std::vector<Node*>& ctes) {
  if (slot == nullptr) return;
  if (Node* call = DatesOf(slot)) {
    const Node* alias = slot->Child(0);
    const Node* columns = alias == nullptr ? nullptr : alias->Child(1);
    const Node* column = columns != nullptr && columns->count > 0 ? columns->Child(0) : nullptr;
    const std::string_view name = column != nullptr && column->Is(Kind::kIdentifier) ? column->text : "date_value";
    const std::string number = ctes.empty() ? "" : "_" + std::to_string(ctes.size());
    Steps steps(arena, call, name, arena.Copy("_generated_dates" + number));
    ctes.push_back(steps.Cte());
    slot = steps.Table();
    return;
  }
  for (Node*& child : slot->Children()) Replace(arena, child, ctes);
}

}  // namespace

void DatesByRecursion(Arena& arena, Node* tree, const Dialect& target) {
  if (tree == nullptr || !tree->IsQuery()) return;
  std::vector<Node*> ctes;
  Replace(arena, tree, ctes);
  if (ctes.empty()) return;
  Node* with = NewNode(arena, Kind::kWith);
  with->Set(kRecursive, !target.Has(Feature::kImplicitRecursion));
  for (Node* cte : ctes) Append(arena, with, cte);
  if (const Node* before = tree->Child(kWithSlot)) {
    for (Node* cte : before->Children()) Append(arena, with, cte);
  }
  tree->children[kWithSlot] = with;
}

}  // namespace dvt::sql
