// Clauses that one dialect has alone: EXCLUDE behind the items, tails of branches, APPLY, subcolumns, places of unnested items.
#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// SELECT a, * EXCLUDE (b), SELECT a, * EXCLUDE b, c: all items but these.
bool Parser::ExcludeAhead() const {
  if (!Has(Feature::kExcludeBehind) || !(Is(Kw::kEXCLUDE) || IsWord("EXCLUDE"))) return false;
  return SymbolAhead(1, "(") || Ahead(1).type == Tok::kQuotedName || (Ahead(1).type == Tok::kWord && !IsAhead(1, Kw::kFROM));
}

void Parser::ExcludeBehind(Node* select) {
  if (!ExcludeAhead()) return;
  Next();
  const bool paren = EatSymbol("(");
  Node* names = New(Kind::kList);
  do Add(names, AnyWord("a column name"));
  while (EatSymbol(","));
  if (paren) ExpectSymbol(")");
  SetChild(arena_, select, kExcludeSlot, names);
}

// SELECT … ORDER BY a LIMIT 1 UNION …: the clauses of the first operand. Without a second one they are the whole query's, and stand where they should.
void Parser::BranchTail(Node* left) {
  if (Has(Feature::kBranchTails) && left->Is(Kind::kSelect) && TailAhead()) Clause([&] { QueryTail(left); });
}

// * EXCEPT (a), and * EXCEPT a, * EXCEPT 'pattern' where columns are transformed: no set operation.
bool Parser::ExceptedAhead() const {
  if (SymbolAhead(1, "(")) return true;
  const Token& next = Ahead(1);
  if (!Has(Feature::kColumnTransformers) || next.kw == Kw::kALL || next.kw == Kw::kDISTINCT) return false;
  return next.type == Tok::kString || next.type == Tok::kQuotedName || (next.type == Tok::kWord && !IsStructural(next.kw));
}

// (SELECT 1) AS x UNION …
void Parser::OperandAlias(Node* operand) {
  const bool reads = Has(Feature::kCanonicalNames) || Has(Feature::kScripts);
  if (!reads || !operand->Is(Kind::kSubquery) || !Is(Kw::kAS) || !NameAhead(1)) return;
  const Kw behind = Ahead(2).kw;
  const Kw before = tokens_[at_ - 1].kw;
  const bool set = behind == Kw::kUNION || behind == Kw::kEXCEPT || behind == Kw::kINTERSECT;
  if (set || before != Kw::kNone || SymbolAhead(2, ")")) SetChild(arena_, operand, kOperandAlias, TableAlias(false));
}

// * APPLY(sum) APPLY(x -> x + 1), COLUMNS('a') APPLY(sum)
Node* Parser::Transformers(Node* value) {
  while (Has(Feature::kColumnTransformers) && IsWord("APPLY") && SymbolAhead(1, "(")) {
    Next();
    const uint32_t begin = Cur().begin;
    SkipBalanced();
    Node* word = NewAt(begin, Kind::kWord, {}, arena_.Copy("APPLY" + std::string(SourceOf(begin, tokens_[at_ - 1].end))));
    if (value->Is(Kind::kStar)) {
      if (value->Child(4) == nullptr) SetChild(arena_, value, 4, New(Kind::kList));
      Add(value->children[4], word);
    } else if (value->Is(Kind::kPhrase) && value->text == "APPLY") {
      Add(value, word);
    } else {
      value = NewAt(value->begin, Kind::kPhrase, {value, word}, "APPLY");
    }
  }
  return value;
}

bool Parser::SubcolumnAhead() const {
  if (!Has(Feature::kSubcolumnTypes)) return false;
  return (IsSymbol(".") && (SymbolAhead(1, ":") || SymbolAhead(1, "^"))) || (IsSymbol("[") && SymbolAhead(1, "]"));
}

// v.:Int64 and v.:"Array(JSON)" are v as that type, v[] is v as an array of JSON, v.^a the object below a.
Node* Parser::Subcolumn(Node* value) {
  Node* type = nullptr;
  if (IsSymbol("[")) {
    at_ += 2;
    type = NewAt(value->begin, Kind::kTypeName, {MakeTypeName(arena_, "JSON")}, {}, Op::kArrayType);
  } else if (SymbolAhead(1, "^")) {
    at_ += 2;
    return NewAt(value->begin, Kind::kField, {value, AnyWord("a subcolumn")}, "^");
  } else {
    at_ += 2;
    if (Cur().type == Tok::kQuotedName || SymbolAhead(1, ".")) {  // in quotes a text of its own, in front of a dot one word
      std::vector<LexFailure> odd;
      ParseOptions options;
      Parser inner(ast_, d_, Lex(Cur().text, d_, arena_, false, odd), options);
      try {
        type = inner.TypeName();
      } catch (const ParseFailure&) {
        type = nullptr;
      }
      if (type == nullptr || !odd.empty() || !inner.AtEnd()) Unexpected("a type");
      Next();
    } else {
      type = TypeName();
    }
  }
  return NewAt(value->begin, Kind::kCast, {value, type}, ".:");
}

// APPROXIMATE COUNT(DISTINCT x), APPROXIMATE PERCENTILE_DISC(…); nullptr if it is none.
Node* Parser::ApproximateCall() {
  if (!Has(Feature::kApproximateCalls) || !IsWord("APPROXIMATE") || Ahead(1).type != Tok::kWord || !SymbolAhead(2, "("))
    return nullptr;
  Next();
  Node* call = Primary();
  if (!call->Is(Kind::kFunction)) Fail("this call cannot be approximate");
  if (EqualsIgnoreCase(call->text, "COUNT") && call->Has(kDistinctArgs) && !options_.placeholders) {
    call->text = "APPROX_DISTINCT";
    call->Set(kDistinctArgs, false);
    return call;
  }
  call->text = arena_.Copy("APPROXIMATE " + ToUpper(call->text));
  return call;
}

// ROWS FROM (f(a) AS t(b INT), g(c)) [WITH ORDINALITY]: as a call, whose arguments may be named.
Node* Parser::RowsFrom() {
  const uint32_t begin = Cur().begin;
  at_ += 2;
  ExpectSymbol("(");
  Node* args = New(Kind::kTuple);
  do {
    Node* call = Primary();
    Node* alias = Is(Kw::kAS) ? TableAlias() : nullptr;
    Add(args, alias == nullptr ? call : NewAt(call->begin, Kind::kTableFunction, {alias, call}));
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return NewAt(begin, Kind::kPhrase, {New(Kind::kWord, {}, "ROWS FROM"), args}, "ROWS FROM");
}

// {df}, #t, ROWS FROM (…), UNPIVOT t.o: tables of other shapes; nullptr if none stands here.
Node* Parser::OddTable() {
  const uint32_t begin = Cur().begin;
  if (Is(Kw::kROWS) && IsAhead(1, Kw::kFROM) && SymbolAhead(2, "("))
    return NewAt(begin, Kind::kTableFunction, {nullptr, RowsFrom()});
  if (Is(Kw::kUNPIVOT) && Has(Feature::kUnnestAt) && NameAhead(1)) return UnpivotedObject();
  Node* name = nullptr;
  if (IsSymbol("{") && Has(Feature::kBraceVariables) && Ahead(1).type == Tok::kWord && SymbolAhead(2, "}")) {
    at_ += 3;
    name = NewAt(begin, Kind::kParameter, {}, SourceOf(begin, tokens_[at_ - 1].end));
  } else if (IsSymbol("#") && Has(Feature::kHashTables) && Ahead(1).type == Tok::kWord && Ahead(1).begin == Cur().end) {
    at_ += 2;
    name = NewAt(begin, Kind::kIdentifier, {}, SourceOf(begin, tokens_[at_ - 1].end));
  }
  if (IsSymbol("{") && Has(Feature::kBraceParameters)) name = BraceParameter();  // {t: Identifier}
  if (name == nullptr) return nullptr;
  return NewAt(begin, Kind::kTable, {nullptr, NewAt(begin, Kind::kName, {name}), nullptr});
}

// FROM t.items AS item AT place
void Parser::UnnestPlace(Node* table) {
  if (!Has(Feature::kUnnestAt) || !Is(Kw::kAT) || !NameAhead(1)) return;
  Next();
  Node*& alias = table->children[kAliasSlot];
  if (alias == nullptr) alias = New(Kind::kTableAlias, {nullptr, nullptr});
  alias->text = "AT";
  SetChild(arena_, alias, 2, AnyWord("a name"));
}

// UNPIVOT t.o[0] AS value AT key as a table
Node* Parser::UnpivotedObject() {
  const uint32_t begin = Cur().begin;
  Node* word = Word(ToUpper(Next().text));
  return NewAt(begin, Kind::kTableFunction, {nullptr, NewAt(begin, Kind::kPhrase, {word, Expression()}, "UNPIVOT")});
}

// What stands between the table and the columns: REPLACE WHERE condition.
void Parser::InsertModifier(Node* insert) {
  Node* modifier = nullptr;
  const uint32_t begin = Cur().begin;
  if (Has(Feature::kReplaceWhere) && Is(Kw::kREPLACE) && IsAhead(1, Kw::kWHERE)) {
    at_ += 2;
    modifier = NewAt(begin, Kind::kPhrase, {Word("REPLACE WHERE"), Expression()}, "REPLACE WHERE");
  }
  if (Has(Feature::kSettingsClause) && IsWord("SETTINGS") && Ahead(1).type == Tok::kWord) {
    Next();
    modifier = NewAt(begin, Kind::kPhrase, {Word("SETTINGS"), ExpressionList()}, "SETTINGS");
  }
  if (Has(Feature::kSettingsClause) && Is(Kw::kPARTITION) && IsAhead(1, Kw::kBY)) {
    at_ += 2;
    modifier = NewAt(begin, Kind::kPhrase, {Word("PARTITION BY"), Expression()}, "PARTITION BY");
  }
  if (modifier != nullptr) SetChild(arena_, insert, kInsertReplaced, modifier);
}

}  // namespace dvt::sql
