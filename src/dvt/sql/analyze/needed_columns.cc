#include "dvt/sql/analyze/needed_columns.h"

#include <algorithm>
#include <charconv>

namespace dvt::sql {

NeededColumns::NeededColumns(const Analysis& analysis, const Dialect& dialect)
    : dialect_(dialect), analysis_(analysis), flow_(analysis) {
  Reach(analysis.root(), true);
  Drain();
}

std::set<std::string> NeededColumns::Of(const Source& source) const {
  std::set<std::string> names;
  for (auto at = needed_.lower_bound({&source, nullptr, -1, {}}); at != needed_.end() && at->source == &source; ++at)
    names.insert(ColumnFlow::NameOf(*at));
  return names;
}

bool NeededColumns::Has(const Scope& scope, size_t output) const {
  return needed_.contains({nullptr, &scope, static_cast<int>(output), {}});
}

void NeededColumns::Need(FlowColumn column) {
  if (!needed_.insert(column).second) return;
  if (column.source != nullptr && column.source->query != nullptr) Reach(column.source->query, false);
  if (column.scope != nullptr) Reach(column.scope, false);
  open_.push_back(std::move(column));
}

void NeededColumns::Drain() {
  while (!open_.empty()) {
    const FlowColumn column = std::move(open_.back());
    open_.pop_back();
    // A result column's nested queries are reached by walking its item; the flow alone knows only their results.
    if (column.scope != nullptr && column.index >= 0 && static_cast<size_t>(column.index) < column.scope->origins.size()) {
      const OutputOrigin& origin = column.scope->origins[static_cast<size_t>(column.index)];
      if (origin.columns.empty() && origin.item != nullptr) Walk(origin.item, column.scope);
    }
    flow_.Of(column, [&](FlowColumn next) { Need(std::move(next)); });
  }
}

void NeededColumns::NeedAll(const Scope& scope) {
  if (!all_.insert(&scope).second) return;
  for (size_t i = 0; i < scope.output.size(); ++i) Need({nullptr, &scope, static_cast<int>(i), {}});
}

// The scope's rows are read: all that decides about them is needed.
void NeededColumns::Reach(const Scope* scope, bool all) {
  if (scope == nullptr) return;
  if (all) NeedAll(*scope);
  if (!reached_.insert(scope).second) return;
  for (const Node* layer = scope->outermost; layer != nullptr;
       layer = layer->Is(Kind::kSubquery) ? layer->Child(kInnerSlot) : nullptr) {
    for (const uint32_t slot : {kOrderSlot, kLimitSlot, kOffsetSlot}) Walk(layer->Child(slot), scope);
    ReachPositions(*scope, layer->Child(kOrderSlot));
  }
  if (scope->query->Is(Kind::kSelect)) return ReachSelect(*scope);
  if (scope->query->Is(Kind::kValues)) return Walk(scope->query->Child(kInnerSlot), scope);
  const Node* set = scope->query;
  const bool whole = !set->Is(Kind::kSetOperation, Op::kUnion) || !set->Has(kAll);
  for (const Scope* branch : scope->branches) Reach(branch, whole);
  if (whole) NeedAll(*scope);
}

void NeededColumns::ReachSelect(const Scope& scope) {
  const Node* select = scope.query;
  for (const auto& [source, index] : scope.join_columns) Need({source, nullptr, index, {}});
  for (const Source* source : scope.sources) {
    if (source->query != nullptr) Reach(source->query, false);
    // The columns that PIVOT leaves are what it groups by.
    const bool groups = source->node->Is(Kind::kPivot) && !source->node->Has(kUnpivot);
    for (size_t i = 0; groups && i < source->joined.size(); ++i) {
      for (const auto& [side, index] : source->joined[i].sides) Need({side, nullptr, index, {}});
    }
  }
  Walk(select->Child(kFromSlot), &scope);
  for (const uint32_t slot :
       {kDistinctSlot, kWhereSlot, kGroupSlot, kHavingSlot, kWindowSlot, kQualifySlot, kConnectSlot, kPrewhereSlot, kLimitBySlot})
    Walk(select->Child(slot), &scope);
  ReachPositions(scope, select->Child(kGroupSlot));
  const Node* group = select->Child(kGroupSlot);
  const Node* distinct = select->Child(kDistinctSlot);
  const bool plain_distinct = distinct != nullptr && distinct->count == 0;
  if (plain_distinct || (group != nullptr && group->Has(kAll))) return NeedAll(scope);
  if (distinct != nullptr) ReachPositions(scope, distinct);
  for (size_t i = 0; i < scope.origins.size(); ++i) {
    if (scope.origins[i].columns.empty() && StaysUnread(scope.origins[i].item)) Need({nullptr, &scope, static_cast<int>(i), {}});
  }
}

// ORDER BY 1, GROUP BY (1), ROLLUP (1, 2).
void NeededColumns::ReachPositions(const Scope& scope, const Node* list) {
  if (list == nullptr || list->IsQuery()) return;
  if (list->Is(Kind::kNumber)) {
    size_t position = 0;
    std::from_chars(list->text.data(), list->text.data() + list->text.size(), position);
    if (position >= 1 && position <= scope.output.size()) Need({nullptr, &scope, static_cast<int>(position - 1), {}});
    return;
  }
  const bool list_like = list->Is(Kind::kList) || list->Is(Kind::kGroupBy) || list->Is(Kind::kRollup) || list->Is(Kind::kCube) ||
                         list->Is(Kind::kGroupingSets) || list->Is(Kind::kRow) || list->Is(Kind::kParen) ||
                         list->Is(Kind::kOrderItem) || list->Is(Kind::kDistinct);
  if (!list_like) return;
  for (const Node* child : list->Children()) ReachPositions(scope, child);
}

// Nested queries give all their columns; tables in FROM are reached as sources.
void NeededColumns::Walk(const Node* expression, const Scope* scope) {
  if (expression == nullptr) return;
  if (expression->IsQuery()) return Reach(analysis_.ScopeOf(expression), true);
  if (expression->Is(Kind::kDerivedTable)) return;
  if (expression->Is(Kind::kColumn)) {
    if (const ColumnBinding* binding = analysis_.Find(expression); binding != nullptr && binding->alias != nullptr) {
      for (size_t i = 0; i < scope->origins.size(); ++i) {
        if (scope->origins[i].item == binding->alias) Need({nullptr, scope, static_cast<int>(i), {}});
      }
    }
    return flow_.OfExpression(expression, scope, [&](FlowColumn column) { Need(std::move(column)); });
  }
  if (expression->Is(Kind::kFunction)) {
    const Node* args = expression->Child(kArgsSlot);
    const bool star = args != nullptr && std::any_of(args->Children().begin(), args->Children().end(),
                                                     [](const Node* argument) { return argument->Is(Kind::kStar); });
    const FunctionSpec* spec = FindFunction(dialect_, expression->text);
    // COUNT(*) counts rows; another function of * takes all columns.
    if (star && (spec == nullptr || spec->concept_ != "count")) NeedStar(*scope, expression);
  }
  for (const Node* child : expression->Children()) Walk(child, scope);
}

void NeededColumns::NeedStar(const Scope& scope, const Node*) {
  for (const VisibleColumn& column : scope.visible) {
    for (const auto& [source, index] : column.sides) {
      if (index >= 0) Need({source, nullptr, index, {}});
    }
  }
}

// Dropping it would change effects or the number of rows.
bool NeededColumns::StaysUnread(const Node* item) const {
  return Contains(item, [&](const Node* node) {
    if (!node->Is(Kind::kFunction)) return false;
    const FunctionSpec* spec = FindFunction(dialect_, node->text);
    return spec != nullptr && (spec->flags & (kVolatile | kTableValued)) != 0;
  });
}

}  // namespace dvt::sql
