#include "dvt/sql/analyze/column_flow.h"

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::sql {

namespace {

const Node* ValueOf(const Node* item) { return item->Is(Kind::kAlias) ? item->Child(0) : item; }

}  // namespace

std::string ColumnFlow::NameOf(const FlowColumn& column) {
  if (column.index < 0) return column.name;
  const auto at = static_cast<size_t>(column.index);
  return column.source != nullptr ? column.source->columns[at].name : column.scope->output[at].name;
}

void ColumnFlow::OfExpression(const Node* expression, const Scope* scope, const Take& take) const {
  if (expression == nullptr || expression->Is(Kind::kExists)) return;
  if (expression->IsQuery()) {
    const Scope* nested = analysis_.ScopeOf(expression);
    if (nested == nullptr) return;
    for (size_t i = 0; i < nested->output.size(); ++i) take({nullptr, nested, static_cast<int>(i), {}});
    return;
  }
  if (expression->Is(Kind::kColumn)) {
    OfColumn(expression, scope, take);
    return;
  }
  if (expression->Is(Kind::kFunction)) {
    if (const Node* over = expression->Child(kOverSlot); over != nullptr && over->Is(Kind::kIdentifier))
      OfNamedWindow(over, scope, take);
  }
  if (expression->Is(Kind::kWindow) && expression->Child(0) != nullptr) OfNamedWindow(expression->Child(0), scope, take);
  for (const Node* child : expression->Children()) OfExpression(child, scope, take);
}

void ColumnFlow::OfColumn(const Node* column, const Scope* scope, const Take& take) const {
  const ColumnBinding* binding = analysis_.Find(column);
  if (binding == nullptr) return;
  if (binding->alias != nullptr) {
    const auto& origins = binding->scope->origins;
    const auto at =
        std::find_if(origins.begin(), origins.end(), [&](const OutputOrigin& origin) { return origin.item == binding->alias; });
    if (at != origins.end()) return take({nullptr, binding->scope, static_cast<int>(at - origins.begin()), {}});
    OfExpression(ValueOf(binding->alias), scope, take);
  } else if (binding->output >= 0) {
    take({nullptr, binding->scope, binding->output, {}});
  } else if (binding->merged.size() > 1) {
    for (const auto& [source, index] : binding->merged) take({source, nullptr, index, {}});
  } else if (binding->row) {
    for (size_t i = 0; i < binding->source->columns.size(); ++i) take({binding->source, nullptr, static_cast<int>(i), {}});
    if (!binding->source->columns_known) take({binding->source, nullptr, -1, "*"});
  } else if (binding->source != nullptr) {
    take({binding->source, nullptr, binding->index, binding->index < 0 ? binding->name : std::string()});
  }
}

void ColumnFlow::OfNamedWindow(const Node* name, const Scope* scope, const Take& take) const {
  if (scope == nullptr || !scope->query->Is(Kind::kSelect)) return;
  const Node* windows = scope->query->Child(kWindowSlot);
  if (windows == nullptr) return;
  for (const Node* window : windows->Children()) {
    if (!EqualsIgnoreCase(window->Child(0)->text, name->text) || window->Child(0) == name) continue;
    OfExpression(window->Child(1), scope, take);
    return;
  }
}

void ColumnFlow::Of(const FlowColumn& column, const Take& take) const {
  if (column.source != nullptr) {
    OfSource(column, take);
  } else if (column.scope != nullptr) {
    OfResult(column, take);
  }
}

void ColumnFlow::OfJoined(const FlowColumn& column, const Take& take) const {
  const Source& source = *column.source;
  const auto at = static_cast<size_t>(column.index);
  if (column.index >= 0 && at < source.joined.size()) {
    for (const auto& [side, index] : source.joined[at].sides) take({side, nullptr, index, {}});
    if (at >= source.made_of.size()) return;
    for (const Node* expression : source.made_of[at]) OfExpression(expression, source.scope, take);
    return;
  }
  // A name that is not known comes from the table below, if its columns are not known either.
  const Node* below = source.node->Child(1);
  for (const Source* each : source.scope->sources) {
    if (each->node == below && !each->columns_known) take({each, nullptr, -1, column.name});
  }
}

void ColumnFlow::OfSource(const FlowColumn& column, const Take& take) const {
  const Source& source = *column.source;
  if (source.query != nullptr) {
    // More aliases than known outputs: the column stands behind a star over unknown columns.
    const bool beyond = column.index >= 0 && static_cast<size_t>(column.index) >= source.query->output.size();
    if (!beyond) take({nullptr, source.query, column.index, column.name});
    return;
  }
  if (source.kind == SourceKind::kJoin || source.kind == SourceKind::kPivot) return OfJoined(column, take);
  // A function's columns are made of all its arguments.
  if (source.kind == SourceKind::kFunction) OfExpression(source.node->Child(1), source.scope, take);
}

// A name that only a star over unknown columns can have given belongs to the one source of that star.
void ColumnFlow::OfOpenStars(const Scope& scope, const std::string& name, const Take& take) const {
  for (size_t i = 0; i < scope.output.size(); ++i) {
    if (EqualsIgnoreCase(scope.output[i].name, name)) return take({nullptr, &scope, static_cast<int>(i), {}});
  }
  if (scope.open_stars.size() == 1) take({scope.open_stars.front(), nullptr, -1, name});
  for (const Scope* branch : scope.branches) take({nullptr, branch, -1, name});
}

void ColumnFlow::OfResult(const FlowColumn& column, const Take& take) const {
  const Scope& scope = *column.scope;
  if (column.index < 0) return OfOpenStars(scope, column.name, take);
  const auto at = static_cast<size_t>(column.index);
  if (scope.query->Is(Kind::kValues)) {
    for (const Node* row : scope.query->Child(kInnerSlot)->Children())
      OfExpression(row->Child(static_cast<uint32_t>(at)), &scope, take);
    return;
  }
  if (at >= scope.origins.size()) return;
  const OutputOrigin& origin = scope.origins[at];
  if (origin.left >= 0 && !scope.branches.empty()) take({nullptr, scope.branches[0], origin.left, {}});
  // The rows of EXCEPT's right side only take some away.
  const bool both = !scope.query->Is(Kind::kSetOperation, Op::kExcept);
  if (both && origin.right >= 0 && scope.branches.size() > 1) take({nullptr, scope.branches[1], origin.right, {}});
  for (const auto& [source, index] : origin.columns) take({source, nullptr, index, {}});
  if (origin.columns.empty() && origin.item != nullptr) OfExpression(ValueOf(origin.item), &scope, take);
}

}  // namespace dvt::sql
