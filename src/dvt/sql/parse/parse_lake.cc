// Lakes' own statements and tables: DECLARE VARIABLE, FROM STREAM t.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::VariableAhead() const {
  if (!Has(Feature::kUsingFormat) || !IsWord("DECLARE")) return false;
  const size_t n = IsAhead(1, Kw::kOR) && IsAhead(2, Kw::kREPLACE) ? 3 : 1;
  return Ahead(n).type == Tok::kWord || Ahead(n).type == Tok::kQuotedName;
}

// DECLARE [OR REPLACE] [VARIABLE] a, b [type] [DEFAULT x | = x]
Node* Parser::DeclareVariable() {
  Next();
  Node* declare = Phrase("DECLARE", {Word("DECLARE")});
  if (Eat(Kw::kOR)) {
    Next();
    Add(declare, Word("OR REPLACE"));
  }
  if ((IsWord("VARIABLE") || IsWord("VAR")) && NameAhead(1)) Next();
  Node* names = New(Kind::kList);
  do Add(names, AnyWord("a variable"));
  while (EatSymbol(","));
  Add(declare, names);
  if (Cur().type == Tok::kWord && !Is(Kw::kDEFAULT)) Add(declare, TypeName());
  if (Eat(Kw::kDEFAULT) || EatSymbol("=")) {
    Add(declare, Word("="));
    Add(declare, Expression());
  }
  return declare;
}

// STREAM t; nullptr if there is none.
Node* Parser::StreamTable() {
  if (!Has(Feature::kWrittenPaths) || !IsWord("STREAM") || !(SymbolAhead(1, "(") || NameAhead(1)) || IsAhead(1, Kw::kAS))
    return nullptr;
  Next();
  Node* table = TablePrimary();
  table->text = "STREAM";
  return table;
}

}  // namespace dvt::sql
