// CASE.
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::Case() {
  Depth depth(*this);
  Node* node = New(Kind::kCase, {nullptr, nullptr});
  Next();
  if (!Is(Kw::kWHEN)) node->children[0] = Expression();
  while (Is(Kw::kWHEN)) {
    Node* when = New(Kind::kWhen);
    size_t first = at_;
    Next();
    Add(when, Expression());
    Expect(Kw::kTHEN, "THEN");
    Add(when, Expression());
    TakeComments(when, first);
    Add(node, when);
  }
  if (node->count == 2) Unexpected("WHEN");
  if (Eat(Kw::kELSE)) node->children[1] = Expression();
  Expect(Kw::kEND, "END");
  return node;
}

}  // namespace dvt::sql
