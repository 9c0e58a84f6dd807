// What can be said of an expression by its shape alone.
#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

namespace {

int ArgumentCount(const Node* function) {
  const Node* args = function->Child(kArgsSlot);
  return args == nullptr ? 0 : static_cast<int>(args->count);
}

bool IsAggregateCall(const Node* node, const Dialect& dialect) {
  if (!node->Is(Kind::kFunction) || node->Child(kOverSlot) != nullptr) return false;
  if (node->Child(kFilterSlot) != nullptr || node->Child(kWithinSlot) != nullptr) return true;
  const FunctionSpec* spec = FindFunction(dialect, node->text, ArgumentCount(node));
  if (spec == nullptr) spec = FindFunction(dialect, node->text);
  return spec != nullptr && (spec->flags & kAggregate) != 0;
}

}  // namespace

bool IsVolatile(const Node* expression, const Dialect& dialect) {
  return Contains(expression, [&](const Node* node) {
    if (!node->Is(Kind::kFunction)) return node->Is(Kind::kParameter);
    const FunctionSpec* spec = FindFunction(dialect, node->text, ArgumentCount(node));
    if (spec == nullptr) spec = FindFunction(dialect, node->text);
    return spec == nullptr || (spec->flags & kVolatile) != 0;
  });
}

bool HasAggregate(const Node* expression, const Dialect& dialect) {
  bool found = false;
  Visit(expression, [&](const Node* node) {
    if (found || (node != expression && node->IsQuery())) return false;
    found = IsAggregateCall(node, dialect);
    return !found;
  });
  return found;
}

bool HasWindow(const Node* expression) {
  bool found = false;
  Visit(expression, [&](const Node* node) {
    if (found || (node != expression && node->IsQuery())) return false;
    found = node->Is(Kind::kFunction) && node->Child(kOverSlot) != nullptr;
    return !found;
  });
  return found;
}

bool HasSubquery(const Node* expression) {
  return Contains(expression, [](const Node* node) { return node->IsQuery(); });
}

}  // namespace dvt::sql
