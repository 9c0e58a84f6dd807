#include "dvt/sql/rewrite/exact_upper.h"

#include <vector>

#include "dvt/sql/dialects/letter_case.h"
#include "dvt/sql/rewrite/function_template.h"

namespace dvt::sql {

bool WriteExactUpper(Arena& arena, Node*& root, const Dialect& dialect) {
  if (root == nullptr) return false;
  bool found = false;
  for (Node*& child : root->Children()) found = WriteExactUpper(arena, child, dialect) || found;
  const Node* arguments = root->Is(Kind::kFunction) ? root->Child(kArgsSlot) : nullptr;
  if (arguments == nullptr || arguments->count != 1) return found;
  const FunctionSpec* spec = FindFunction(dialect, root->text, 1);
  const std::string_view form = ExactUpper(dialect);
  if (spec == nullptr || spec->concept_ != "upper" || form.empty()) return found;
  const Node* shape = FunctionTemplate(dialect, form);
  if (shape == nullptr) return found;  // a unit test excludes it
  std::vector<Node*> args(arguments->Children().begin(), arguments->Children().end()), made;
  Node* exact = Instantiate(arena, shape, args, made);
  exact->begin = root->begin;
  exact->comments = root->comments;
  root = exact;
  return true;
}

}  // namespace dvt::sql
