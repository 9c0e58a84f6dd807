// Arrays made by an aggregate and sorted or freed of duplicates at once, where the aggregate alone can do both.
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// How an array is sorted by a call: ARRAY_SORT(x), SORT_ARRAY(x, FALSE), LIST_SORT(x, 'DESC', 'NULLS FIRST').
struct Sorting {
  bool known = false;
  bool descending = false;
  bool nulls_last = false;
};

Sorting SortingOf(std::string_view family, const Node* args, bool nulls_last) {
  Sorting out{true, family == "array_reverse_sort", nulls_last && family == "array_sort"};
  for (uint32_t i = 1; i < args->count; ++i) {
    const Node* arg = args->Child(i);
    if (arg->Is(Kind::kBoolean))
      out.descending = arg->op == Op::kFalse;
    else if (arg->Is(Kind::kString) && (arg->text == "ASC" || arg->text == "DESC"))
      out.descending = arg->text == "DESC";
    else if (arg->Is(Kind::kString) && (arg->text == "NULLS FIRST" || arg->text == "NULLS LAST"))
      out.nulls_last = arg->text == "NULLS LAST";
    else
      out.known = false;
  }
  return out;
}

}  // namespace

// ARRAY_SORT(ARRAY_AGG(x)) as ARRAY_AGG(x ORDER BY x), ARRAY_DISTINCT(ARRAY_AGG(x)) as ARRAY_AGG(DISTINCT x); nullptr for anything else.
Node* Rewriter::AggregatedArray(Node* call) {
  if (!customary_ || &from_ == &to_ || !to_.Has(Feature::kAliasKeysGrouping)) return nullptr;
  const Node* args = call->Child(kArgsSlot);
  if (args == nullptr || args->count == 0 || !args->Child(0)->Is(Kind::kFunction)) return nullptr;
  const FunctionSpec* spec = SpecOf(call);
  const std::string_view family = spec == nullptr ? std::string_view() : spec->family_name();
  const bool distinct = family == "array_distinct";
  if (!distinct && family != "array_sort" && family != "sort_array" && family != "array_reverse_sort") return nullptr;
  const Sorting sorting = SortingOf(family, args, !from_.Has(Feature::kCanonicalNames));
  Node* inner = args->children[0];
  Node* made = AggregatedArray(inner);  // nullptr, or the aggregate of an inner ARRAY_DISTINCT, perhaps inside of a condition
  Node* aggregate = made == nullptr ? inner : made;
  while (aggregate->Is(Kind::kFunction) && made != nullptr && !aggregate->Has(kDistinctArgs))
    aggregate = aggregate->Child(kArgsSlot)->children[aggregate->Child(kArgsSlot)->count == 3 ? 2 : 0];
  const FunctionSpec* of = made == nullptr ? SpecOf(aggregate) : nullptr;
  const bool plain = made != nullptr || (of != nullptr && of->family_name() == "array_agg");
  if (!plain || !sorting.known || aggregate->Child(kArgOrderSlot) != nullptr || aggregate->Child(kFilterSlot) != nullptr ||
      aggregate->Child(kOverSlot) != nullptr || aggregate->Child(kWithinSlot) != nullptr ||
      aggregate->Child(kCallLimitSlot) != nullptr || aggregate->Child(kArgsSlot)->count != 1)
    return nullptr;
  if (distinct && from_.Has(Feature::kStructBraces)) {  // which leaves NULLs out, too
    const Node* shape = FunctionTemplate(to_, "IF(COUNT(*) = 0, NULL, COALESCE(ARRAY_AGG(DISTINCT ARG1 IGNORE NULLS), []))");
    std::vector<Node*> fresh;
    Node* value[] = {aggregate->Child(kArgsSlot)->children[0]};
    Node* out = Instantiate(arena_, shape, value, fresh, {.dialect = &to_});
    made_.insert(fresh.begin(), fresh.end());
    return out;
  }
  if (distinct) {
    aggregate->Set(kDistinctArgs);
  } else {
    const Node* value = aggregate->Child(kArgsSlot)->Child(0);
    Node* order = NewNode(arena_, Kind::kList);
    if (sorting.nulls_last && !sorting.descending && !aggregate->Has(kDistinctArgs)) {
      Node* null = NewNode(arena_, Kind::kIs, {Clone(arena_, value), NewNode(arena_, Kind::kNull)});
      Append(arena_, order, NewNode(arena_, Kind::kOrderItem, {null}));
    }
    Node* key = NewNode(arena_, Kind::kOrderItem, {Clone(arena_, value)});
    key->Set(kDesc, sorting.descending);
    Append(arena_, order, key);
    SetChild(arena_, aggregate, kArgOrderSlot, order);
  }
  return made == nullptr ? aggregate : made;
}

}  // namespace dvt::sql
