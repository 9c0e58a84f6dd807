// Statements of database servers: triggers, composite types, COPY, commands with options in parentheses.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// CREATE TYPE t AS (a INT, b TEXT) and CREATE TRIGGER … WHEN (condition) EXECUTE FUNCTION F(); nullptr for what goes otherwise.
Node* Parser::ServerCreate() {
  if (!Has(Feature::kTildeRegex)) return nullptr;
  const size_t start = at_;
  size_t n = IsAhead(1, Kw::kOR) ? 3 : 1;
  const bool type = IsWord("TYPE", 1);
  if (IsWord("CONSTRAINT", n)) ++n;
  if (!type && !IsWord("TRIGGER", n)) return nullptr;
  try {
    if (type) {
      at_ += 2;
      Node* create = Slots(Kind::kCreate, kCreateSlots);
      create->text = "TYPE";
      create->children[kCreateName] = DottedName();
      if (Eat(Kw::kAS) && IsSymbol("(")) {
        Node* fields = CreateColumns();
        fields->kind = Kind::kTuple;
        create->children[kCreateTail] = New(Kind::kList, {Phrase("BODY", {Word("AS"), fields})});
        if (AtEnd() || IsSymbol(";")) return create;
      }
    } else {
      while (!AtEnd() && !IsSymbol(";") && !Is(Kw::kWHEN) && !IsWord("EXECUTE")) Next();
      Node* phrase = Phrase("TRIGGER", {RawSince(tokens_[start].begin)});
      if (Eat(Kw::kWHEN)) Add(phrase, Phrase("WHEN", {Word("WHEN"), ParenExpression()}));
      if (EatWord("EXECUTE") && (EatWord("FUNCTION") || EatWord("PROCEDURE"))) {
        Add(phrase, Word("EXECUTE FUNCTION"));
        Add(phrase, Expression());
        if (AtEnd() || IsSymbol(";")) return phrase;
      }
    }
  } catch (const ParseFailure&) {
    // Kept as written.
  }
  at_ = start;
  return nullptr;
}

// COPY t FROM 'file' WITH (FORMAT csv, HEADER TRUE), COPY (query) TO STDOUT; nullptr for what goes otherwise.
Node* Parser::ServerCopy() {
  if (!Has(Feature::kTildeRegex) || !Has(Feature::kTransactionalDdl) || !IsWord("COPY")) return nullptr;
  const size_t start = at_;
  Next();
  Node* copy = Phrase("COPY", {Word("COPY")});
  try {
    if (IsSymbol("(")) {
      Add(copy, Subquery());
    } else {
      Add(copy, DottedName());
      if (IsSymbol("(")) {
        Node* columns = NameList();
        columns->kind = Kind::kTuple;
        Add(copy, columns);
      }
    }
    if (Is(Kw::kFROM) || Is(Kw::kTO)) {
      Add(copy, Word(ToUpper(Next().text)));
      Add(copy, Cur().type == Tok::kString ? StringLiteral() : Word(ToUpper(Next().text)));
      Eat(Kw::kWITH);
      if (IsSymbol("(")) {
        Add(copy, Word("WITH"));
        Add(copy, SettingTuple());
      }
      if (AtEnd() || IsSymbol(";")) return copy;
    }
  } catch (const ParseFailure&) {
    // Kept as written.
  }
  at_ = start;
  return nullptr;
}

}  // namespace dvt::sql
