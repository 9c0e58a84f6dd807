#include "dvt/sql/lex/symbols.h"

namespace dvt::sql {
namespace {

// Longest first; which of them are cut short by features is decided in Applies().
constexpr std::string_view kSymbols[] = {
    "!~~*", "~~~", "->>", "#>>", "<=>", "<->", "!~*", "~~*", "!~~", "-|-", "||/", "|/", "^@", "^=", "->",
    "#>",   "#-",  "@>",  "<@",  "?|",  "?&",  "|>",  "!~",  "~*",  "~~",  "@@",  "@?", "||", "&&", "<<",
    ">>",   "<>",  "!=",  "<=",  ">=",  "==",  "::",  ":=",  "=>",  "//",  "**",  "&<", "&>"};

bool Applies(std::string_view symbol, const Dialect& d) {
  switch (symbol[0]) {
    case '/': return d.Has(Feature::kSlashSlash);
    case '*': return d.Has(Feature::kStarStarIsPower);
    case '^': return symbol == "^=" ? d.Has(Feature::kConnectBy) && !d.Has(Feature::kCaretIsPower) : d.Has(Feature::kTildeRegex);
    case '~': return d.Has(Feature::kTildeRegex);
    case '!': return symbol[1] == '=' || d.Has(Feature::kTildeRegex);
    case '#': return d.Has(Feature::kHashJson);
    case '@': return d.Has(Feature::kJsonContainment);
    case '<':
      return (symbol != "<=>" || d.Has(Feature::kNullSafeEquals)) && (symbol != "<@" || d.Has(Feature::kJsonContainment)) &&
             (symbol != "<->" || d.Has(Feature::kTildeRegex));
    case '-': return symbol != "-|-" || d.Has(Feature::kTildeRegex);
    case '|':
      if (symbol == "|>") return d.Has(Feature::kPipeSyntax);
      return !symbol.ends_with('/') || d.Has(Feature::kTildeRegex);
    case '&': return symbol[1] == '&' || d.Has(Feature::kTildeRegex);
    default: return true;
  }
}

}  // namespace

size_t SymbolLength(std::string_view rest, const Dialect& dialect) {
  for (const std::string_view symbol : kSymbols) {
    if (rest.substr(0, symbol.size()) == symbol && Applies(symbol, dialect)) return symbol.size();
  }
  return 1;
}

}  // namespace dvt::sql
