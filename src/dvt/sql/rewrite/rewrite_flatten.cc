// Rows of arrays where they come from FLATTEN: UNNEST(x) AS t(a) is TABLE(FLATTEN(INPUT => x)) AS t(seq, key, path, index, a, this).
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

bool IsUnnest(const Node* node) {
  return node->Is(Kind::kTableFunction) && node->Child(1) != nullptr && node->Child(1)->Is(Kind::kFunction) &&
         EqualsIgnoreCase(node->Child(1)->text, "UNNEST") && node->Child(1)->Child(kArgsSlot)->count > 0;
}

// The tables of a FROM that are arrays, and how many tables there are.
void CollectArrays(Node* node, std::vector<Node*>& arrays, size_t& tables) {
  if (node == nullptr) return;
  if (node->Is(Kind::kList) || node->Is(Kind::kJoin)) {
    for (uint32_t i = 0; i < node->count && (i < 2 || node->Is(Kind::kList)); ++i)
      CollectArrays(node->children[i], arrays, tables);
    return;
  }
  ++tables;
  if (IsUnnest(node)) arrays.push_back(node);
}

// The names of the fields of [STRUCT(1 AS a, …), …].
std::vector<std::string> FieldNames(const Node* array) {
  std::vector<std::string> names;
  const Node* first = array->Is(Kind::kArray) && array->count > 0 ? array->Child(0) : nullptr;
  if (first == nullptr || !first->Is(Kind::kFunction) || !EqualsIgnoreCase(first->text, "STRUCT")) return names;
  for (const Node* field : first->Child(kArgsSlot)->Children()) {
    if (field->Is(Kind::kAlias) && field->Child(1)->Is(Kind::kIdentifier)) names.emplace_back(field->Child(1)->text);
  }
  return names;
}

// Visits the columns below `slot`; queries inside only if `deep`.
void Columns(Node*& slot, bool deep, const std::function<Node*(Node*)>& change) {
  if (slot == nullptr || (!deep && slot->IsQuery())) return;
  if (slot->Is(Kind::kColumn)) {
    slot = change(slot);
    return;
  }
  for (Node*& child : slot->Children()) Columns(child, deep, change);
}

}  // namespace

// value['a']['b'] for the parts of a column from the n-th on.
Node* Rewriter::FieldOf(Node* base, const Node* column, uint32_t from) {
  for (uint32_t i = from; i < column->count; ++i) {
    base = NewNode(arena_, Kind::kSubscript, {base, Made(MakeString(arena_, column->Child(i)->text))});
    base->begin = column->begin;
    Made(base);
  }
  return base;
}

// What names a field of an array's item is a subscript: x.a is x['a'], and an item without a name is `value`.
void Rewriter::ItemFields(Node* select) {
  std::vector<Node*> arrays;
  size_t tables = 0;
  CollectArrays(select->Child(kFromSlot), arrays, tables);
  const auto fields = [&](bool deep, const std::function<Node*(Node*)>& change) {
    for (Node*& item : select->Child(kItemsSlot)->Children()) {
      const Node* column = item->Is(Kind::kColumn) ? item : nullptr;
      Columns(item, deep, change);
      if (column != nullptr && item != column)
        item = NewNode(arena_, Kind::kAlias, {item, Clone(arena_, column->Child(column->count - 1))});
    }
    for (uint32_t slot = 0; slot < select->count; ++slot) {
      if (slot != kItemsSlot && (deep || slot != kFromSlot)) Columns(select->children[slot], deep, change);
    }
  };
  for (const Node* array : arrays) {
    const Node* alias = array->Child(0);
    const Node* value = array->Child(1)->Child(kArgsSlot)->Child(0);
    if (alias != nullptr && alias->Child(1) != nullptr && alias->Child(1)->count > 0) {
      const Node* name = alias->Child(1)->Child(0);
      fields(true, [&](Node* column) {
        const bool of_item = column->count > 1 && column->Child(0)->Is(Kind::kIdentifier) &&
                             column->Child(column->count - 1)->Is(Kind::kIdentifier) &&
                             EqualsIgnoreCase(column->Child(0)->text, name->text);
        if (!of_item) return column;
        Node* base = NewNode(arena_, Kind::kColumn, {column->children[0]});
        base->begin = column->begin;
        return FieldOf(base, column, 1);
      });
    } else if (alias == nullptr) {
      const std::vector<std::string> names = FieldNames(value);
      fields(false, [&](Node* column) {
        bool field = column->count == 1 && column->Child(0)->Is(Kind::kIdentifier) && names.empty() && tables == 1;
        for (const std::string& name : names)
          field = field || (column->count == 1 && EqualsIgnoreCase(column->Child(0)->text, name));
        if (!field) return column;
        return FieldOf(NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, "value", false)}), column, 0);
      });
    }
  }
}

// A series, or an array, as a table.
bool Rewriter::FlattenRows(Node* table) {
  Node* call = table->Child(1);
  if (!customary_ || !to_.Has(Feature::kFlatten) || call == nullptr || !call->Is(Kind::kFunction)) return false;
  const bool unnest = IsUnnest(table);
  const FunctionSpec* spec = unnest || &from_ == &to_ ? nullptr : SpecOf(call);
  const bool series = spec != nullptr && (spec->family_name() == "generate_series" || spec->concept_ == "range_duckdb");
  if (!unnest && !series) return false;
  if (unnest && call->Child(kArgsSlot)->count > 1)
    Note(Verdict::kUnsupported, table, "UNNEST", std::string(to_.name) + " does not read several arrays side by side");
  if (table->Has(kWithOrdinality) && !from_.Has(Feature::kUnnestOffset))
    Note(Verdict::kDifferent, table, "WITH ORDINALITY", "positions count from zero in " + std::string(to_.name));
  const Node* alias = table->Child(0);
  Node* name = alias == nullptr ? nullptr : alias->children[0];
  if (name == nullptr) name = MakeIdentifier(arena_, "_t" + std::to_string(unnested_++), false);
  const Node* given = alias == nullptr ? nullptr : alias->Child(1);
  const bool place = table->Has(kWithOrdinality) && given != nullptr && given->count > 1;
  const auto column = [&](std::string_view word) { return MakeIdentifier(arena_, word, false); };
  Node* names = NewNode(arena_, Kind::kList, {column("seq"), column("key"), column("path")});
  Append(arena_, names, place ? given->children[given->count - 1] : column("index"));
  Append(arena_, names, given != nullptr && given->count > 0 ? given->children[0] : column("value"));
  Append(arena_, names, column("this"));
  table->children[0] = NewNode(arena_, Kind::kTableAlias, {name, names});
  table->Set(kWithOrdinality, false);
  table->Set(kWithOffset, false);
  Node* flatten = FlattenCall(unnest ? call->Child(kArgsSlot)->children[0] : call);
  table->children[1] = table->Has(kLateral) ? flatten : Made(MakeFunction(arena_, "TABLE", {flatten}));
  return true;
}

// FLATTEN(INPUT => value)
Node* Rewriter::FlattenCall(Node* value) {
  Node* input = NewNode(arena_, Kind::kNamedArg, {MakeIdentifier(arena_, "INPUT", false), value}, {}, Op::kArrowArg);
  return Made(MakeFunction(arena_, "FLATTEN", {Made(input)}));
}

// x IN UNNEST(array) as x IN (SELECT value FROM TABLE(FLATTEN(INPUT => array)) AS _u(…)).
Node* Rewriter::InFlattened(Node* in) {
  const Node* table = in->Child(1);
  const bool array = customary_ && to_.Has(Feature::kFlatten) && table->Is(Kind::kFunction) &&
                     EqualsIgnoreCase(table->text, "UNNEST") && table->Child(kArgsSlot)->count == 1;
  if (!array) return nullptr;
  Node* names = NewNode(arena_, Kind::kList);
  for (const std::string_view name : {"seq", "key", "path", "index", "value", "this"})
    Append(arena_, names, MakeIdentifier(arena_, name, false));
  Node* alias = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, "_u", false), names});
  Node* rows = Made(MakeFunction(arena_, "TABLE", {FlattenCall(table->Child(kArgsSlot)->children[0])}));
  Node* select = MakeSelect(arena_);
  Append(arena_, select->Child(kItemsSlot), Made(NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, "value", false)})));
  select->children[kFromSlot] = NewNode(arena_, Kind::kList, {Made(NewNode(arena_, Kind::kTableFunction, {alias, rows}))});
  Node* query = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
  query->children[kInnerSlot] = Made(select);
  in->children[1] = Made(query);
  return Made(in);
}

}  // namespace dvt::sql
