#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"
#include "dvt/sql/parse/token_cursor.h"

namespace dvt::sql {

/// Makes the nodes of the tree that is read; unless said otherwise they begin at the current token.
class TreeBuilder : public TokenCursor {
 public:
  TreeBuilder(Ast& ast, const Dialect& dialect, std::vector<Token> tokens)
      : TokenCursor(std::move(tokens)), ast_(ast), arena_(ast.arena), d_(dialect) {}

 protected:
  bool Has(Feature f) const { return d_.Has(f); }
  Node* New(Kind kind, std::initializer_list<Node*> children = {}, std::string_view text = {}, Op op = Op::kNone);
  Node* NewAt(uint32_t begin, Kind kind, std::initializer_list<Node*> children = {}, std::string_view text = {},
              Op op = Op::kNone);
  Node* Slots(Kind kind, uint32_t slots);
  Node* Word(std::string_view text);
  Node* Phrase(std::string_view tag, std::initializer_list<Node*> pieces = {});
  Node* EmptyName() { return New(Kind::kIdentifier); }  ///< the missing part of a..b
  void Add(Node* list, Node* child) { Append(arena_, list, child); }
  std::string_view SourceOf(uint32_t begin, uint32_t end) const;

  Ast& ast_;
  Arena& arena_;
  const Dialect& d_;
};

}  // namespace dvt::sql
