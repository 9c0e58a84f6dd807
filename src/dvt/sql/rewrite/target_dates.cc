// Rows of dates where nothing generates them: a common table expression that steps from the first to the last.
#include <algorithm>
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
  /// `alias` is what the table is called outside.
  Steps(Arena& arena, Node* call, std::string_view column, std::string_view name, std::string_view alias)
      : arena_(arena), column_(column), name_(name), alias_(alias) {
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
    table->children[0] = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, alias_, false), nullptr});
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
  std::string_view alias_;
  Node* first_;
  Node* last_;
  Node* step_;
};

// Whether a column is called by this table's name.
bool IsQualifier(const Node* node, std::string_view name) {
  if (node == nullptr) return false;
  if (node->Is(Kind::kColumn) && node->count > 1 && EqualsIgnoreCase(node->Child(node->count - 2)->text, name)) return true;
  const auto children = node->Children();
  return std::any_of(children.begin(), children.end(), [&](const Node* child) { return IsQualifier(child, name); });
}

class Replacer {
 public:
  Replacer(Arena& arena, const Node* root, bool alias_is_column)
      : arena_(arena), root_(root), alias_is_column_(alias_is_column) {}

  // Replaces the tables below `slot`; their common table expressions go to `ctes`.
  void Run(Node*& slot) {
    if (slot == nullptr) return;
    Node* call = DatesOf(slot);
    if (call == nullptr) {
      for (Node*& child : slot->Children()) Run(child);
      return;
    }
    const Node* alias = slot->Child(0);
    const Node* columns = alias == nullptr ? nullptr : alias->Child(1);
    const Node* table = alias == nullptr ? nullptr : alias->Child(0);
    const Node* column = columns != nullptr && columns->count > 0 ? columns->Child(0) : alias_is_column_ ? table : nullptr;
    const std::string_view field = column != nullptr && column->Is(Kind::kIdentifier) ? column->text : "date_value";
    const std::string_view name =
        arena_.Copy("_generated_dates" + (ctes.empty() ? std::string() : "_" + std::to_string(ctes.size())));
    const bool called = table != nullptr && IsQualifier(root_, table->text);
    Steps steps(arena_, call, field, name, called ? table->text : name);
    ctes.push_back(steps.Cte());
    slot = steps.Table();
  }

  std::vector<Node*> ctes;

 private:
  Arena& arena_;
  const Node* root_;
  bool alias_is_column_;
};

}  // namespace

void DatesByRecursion(Arena& arena, Node* tree, const Dialect& source, const Dialect& target) {
  if (tree == nullptr || !tree->IsQuery()) return;
  Replacer replacer(arena, tree, source.Has(Feature::kUnnestOffset));
  replacer.Run(tree);
  if (replacer.ctes.empty()) return;
  Node* with = NewNode(arena, Kind::kWith);
  with->Set(kRecursive, !target.Has(Feature::kImplicitRecursion));
  for (Node* cte : replacer.ctes) Append(arena, with, cte);
  if (const Node* before = tree->Child(kWithSlot)) {
    for (Node* cte : before->Children()) Append(arena, with, cte);
  }
  tree->children[kWithSlot] = with;
}

}  // namespace dvt::sql
