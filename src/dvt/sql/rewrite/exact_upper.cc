#include "dvt/sql/rewrite/exact_upper.h"

#include <vector>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/letter_case.h"
#include "dvt/sql/rewrite/function_template.h"

namespace dvt::sql {

namespace {

// The call that gives an output without a name its name, behind casts.
const Node* NamingCall(const Node* item) {
  while (item->Is(Kind::kCast) || item->Is(Kind::kParen)) item = item->Child(0);
  return item->Is(Kind::kFunction) ? item : nullptr;
}

bool IsUpper(const Node* node, const Dialect& dialect) {
  const Node* arguments = node->Is(Kind::kFunction) ? node->Child(kArgsSlot) : nullptr;
  const FunctionSpec* spec = arguments != nullptr && arguments->count == 1 ? FindFunction(dialect, node->text, 1) : nullptr;
  return spec != nullptr && spec->concept_ == "upper";
}

// Outputs that are called as the function keep its name.
void KeepNames(Arena& arena, Node* select, const Dialect& dialect) {
  Node* items = select->Child(kItemsSlot);
  if (items == nullptr || !dialect.Has(Feature::kNamesAfterCalls)) return;
  for (Node*& item : items->Children()) {
    const Node* call = NamingCall(item);
    if (call != nullptr && IsUpper(call, dialect)) item = MakeAlias(arena, item, ToLower(call->text));
  }
}

bool Write(Arena& arena, Node*& root, const Dialect& dialect, const Node* shape) {
  if (root == nullptr) return false;
  if (root->Is(Kind::kSelect)) KeepNames(arena, root, dialect);
  bool found = false;
  for (Node*& child : root->Children()) found = Write(arena, child, dialect, shape) || found;
  if (!IsUpper(root, dialect)) return found;
  const Node* arguments = root->Child(kArgsSlot);
  std::vector<Node*> args(arguments->Children().begin(), arguments->Children().end()), made;
  Node* exact = Instantiate(arena, shape, args, made);
  exact->begin = root->begin;
  exact->comments = root->comments;
  root = exact;
  return true;
}

}  // namespace

bool WriteExactUpper(Arena& arena, Node*& root, const Dialect& dialect) {
  const std::string_view form = ExactUpper(dialect);
  const Node* shape = form.empty() ? nullptr : FunctionTemplate(dialect, form);
  return shape != nullptr && Write(arena, root, dialect, shape);
}

}  // namespace dvt::sql
