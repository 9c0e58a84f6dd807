// Rows of arrays: LATERAL VIEW EXPLODE(x) t AS a here, CROSS JOIN UNNEST(x) AS t(a) there.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

bool IsCall(const Node* table, std::string_view name) {
  return table != nullptr && table->Is(Kind::kTableFunction) && table->Child(1)->Is(Kind::kFunction) &&
         EqualsIgnoreCase(table->Child(1)->text, name);
}

bool IsUnnestJoin(const Node* join) {
  return join->Is(Kind::kJoin) && IsCall(join->Child(1), "UNNEST") &&
         (join->op == Op::kCross || (join->op == Op::kInner && join->Child(2) == nullptr));
}

Node* Named(Arena& arena, Node* table, Node* columns) { return NewNode(arena, Kind::kTableAlias, {table, columns}); }

}  // namespace

// LATERAL VIEW for a dialect without it.
Node* Rewriter::JoinOfView(Node* join) {
  Node* rows = join->Child(1);
  Node* call = rows->Child(1);
  Node* alias = rows->Child(0);
  Node* name = alias == nullptr ? nullptr : alias->Child(0);
  Node* columns = alias == nullptr ? nullptr : alias->Child(1);
  const bool outer = join->Has(kOuterWord);
  const auto of = [&](std::string_view function) { return EqualsIgnoreCase(call->text, function); };
  if (!of("EXPLODE") && !of("POSEXPLODE") && !of("INLINE")) {
    Note(Verdict::kUnsupported, join, "LATERAL VIEW", std::string(to_.name) + " has no such rows of " + ToUpper(call->text));
    return join;
  }
  join->op = outer ? Op::kLeft : Op::kCross;
  join->Set(kOuterWord, false);
  if (outer) join->children[2] = Made(NewNode(arena_, Kind::kBoolean, {}, {}, Op::kTrue));
  Node* value = call->Child(kArgsSlot)->Child(0);
  if (of("INLINE")) {
    Node* depth =
        NewNode(arena_, Kind::kNamedArg, {MakeIdentifier(arena_, "max_depth", false), MakeNumber(arena_, 2)}, {}, Op::kArrowArg);
    Node* select = MakeSelect(arena_);
    Append(arena_, select->Child(kItemsSlot), Made(MakeFunction(arena_, "UNNEST", {value, Made(depth)})));
    join->children[1] = LateralQuery(select);
    if (name == nullptr) name = MakeIdentifier(arena_, "_u_" + std::to_string(views_), false);
    ++views_;
    join->children[1]->children[0] = Named(arena_, name, columns);
    return join;
  }
  Node* unnest = Made(MakeFunction(arena_, "UNNEST", {value}));
  if (!of("POSEXPLODE") || columns == nullptr || columns->count < 2) {
    rows->children[1] = unnest;
    return join;
  }
  // Positions count from zero in the view, from one WITH ORDINALITY.
  Node* select = MakeSelect(arena_);
  Node* position = columns->children[0];
  Node* place = Made(MakeBinary(arena_, Op::kSub, NewNode(arena_, Kind::kColumn, {position}), MakeNumber(arena_, 1)));
  Append(arena_, select->Child(kItemsSlot), Made(NewNode(arena_, Kind::kAlias, {place, position})));
  Node* names = NewNode(arena_, Kind::kList);
  for (uint32_t i = 1; i < columns->count; ++i) {
    Append(arena_, select->Child(kItemsSlot), NewNode(arena_, Kind::kColumn, {columns->children[i]}));
    Append(arena_, names, columns->children[i]);
  }
  Append(arena_, names, position);
  rows->children[1] = unnest;
  rows->children[0] = Named(arena_, name, names);
  rows->Set(kWithOrdinality);
  Made(rows);
  Node* from = NewNode(arena_, Kind::kList, {rows});
  select->children[kFromSlot] = from;
  join->children[1] = LateralQuery(select);
  return join;
}

Node* Rewriter::LateralQuery(Node* select) {
  Node* query = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
  query->children[kInnerSlot] = Made(select);
  Node* table = NewNode(arena_, Kind::kDerivedTable, {nullptr, Made(query)});
  table->Set(kLateral);
  return Made(table);
}

// CROSS JOIN UNNEST(x) AS t(a) as a view. Views stand behind all other joins.
Node* Rewriter::ViewOfJoin(Node* join) {
  Node* left = join->Child(0);
  if (!IsUnnestJoin(join)) {
    if (!left->Is(Kind::kJoin) || !IsUnnestJoin(left)) return join;
    join->children[0] = left->Child(0);
    left->children[0] = join;
    return ViewOfJoin(left);
  }
  Node* rows = join->Child(1);
  const Node* alias = rows->Child(0);
  Node* args = rows->Child(1)->Child(kArgsSlot);
  const Node* columns = alias == nullptr ? nullptr : alias->Child(1);
  if (columns == nullptr) {
    Note(Verdict::kUnsupported, join, "UNNEST", "LATERAL VIEW needs names for its columns");
    if (alias == nullptr) return join;
  }
  join->op = Op::kLateralView;
  if (args->count > 1) {
    Node* zipped = MakeFunction(arena_, "ARRAYS_ZIP", std::span<Node* const>(args->children, args->count));
    rows->children[1] = Made(MakeFunction(arena_, "INLINE", {Made(zipped)}));
    if (FindConcept(to_, "arrays_zip") == nullptr)
      Note(Verdict::kUnsupported, join, "UNNEST", std::string(to_.name) + " does not read several arrays side by side");
    return join;
  }
  const bool places = rows->Has(kWithOrdinality);
  rows->children[1] = Made(MakeFunction(arena_, places ? "POSEXPLODE" : "EXPLODE", {args->Child(0)}));
  if (places && columns != nullptr) {
    Note(Verdict::kDifferent, join, "WITH ORDINALITY", "positions count from zero in " + std::string(to_.name));
    Node* names = NewNode(arena_, Kind::kList);
    const bool named = columns->count > 1;
    Append(arena_, names, named ? columns->children[columns->count - 1] : MakeIdentifier(arena_, "pos", false));
    for (uint32_t i = 0; i < columns->count - (named ? 1 : 0); ++i) Append(arena_, names, columns->children[i]);
    rows->children[0] = Named(arena_, alias->Child(0), names);
  }
  // Where the source names only the column, so does the target if it can.
  if (columns != nullptr && from_.Has(Feature::kUnnestOffset) && to_.Has(Feature::kUsingFormat))
    rows->children[0]->children[0] = nullptr;
  return join;
}

}  // namespace dvt::sql
