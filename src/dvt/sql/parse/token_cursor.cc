#include "dvt/sql/parse/token_cursor.h"

#include "dvt/base/text/text.h"

namespace dvt::sql {

bool TokenCursor::IsWord(std::string_view upper, size_t n) const {
  const Token& t = Ahead(n);
  return t.type == Tok::kWord && t.text.size() == upper.size() && EqualsIgnoreCase(t.text, upper);
}

bool TokenCursor::Eat(Kw kw) {
  if (!Is(kw)) return false;
  Next();
  return true;
}

bool TokenCursor::Eat(Kw first, Kw second) {
  if (!Is(first) || !IsAhead(1, second)) return false;
  at_ += 2;
  return true;
}

bool TokenCursor::EatWord(std::string_view upper) {
  if (!IsWord(upper)) return false;
  Next();
  return true;
}

bool TokenCursor::EatSymbol(std::string_view s) {
  if (!IsSymbol(s)) return false;
  Next();
  return true;
}

}  // namespace dvt::sql
