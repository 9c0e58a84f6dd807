#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "dvt/sql/lex/lexer.h"

namespace dvt::sql {

/// The tokens of one text and the place where reading stands; the last token is the end.
class TokenCursor {
 public:
  explicit TokenCursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
  bool AtEnd() const { return Cur().type == Tok::kEnd; }
  bool EatSymbol(std::string_view s);
  size_t at() const { return at_; }

 protected:
  const Token& Cur() const { return tokens_[at_]; }
  const Token& Ahead(size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  bool Is(Kw kw) const { return Cur().kw == kw; }
  bool IsAhead(size_t n, Kw kw) const { return Ahead(n).kw == kw; }
  bool IsSymbol(std::string_view s) const { return SymbolAhead(0, s); }
  bool SymbolAhead(size_t n, std::string_view s) const { return Ahead(n).type == Tok::kSymbol && Ahead(n).symbol == Symbol(s); }
  bool IsWord(std::string_view upper, size_t n = 0) const;  ///< a word that is no keyword of the table
  bool Eat(Kw kw);
  bool Eat(Kw first, Kw second);
  bool EatWord(std::string_view upper);
  const Token& Next() { return tokens_[at_ < tokens_.size() - 1 ? at_++ : at_]; }

  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace dvt::sql
