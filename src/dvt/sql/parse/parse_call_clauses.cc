// Clauses inside of calls: JSON_OBJECT('a': 1 ABSENT ON NULL RETURNING CLOB), LISTAGG(x, ',' ON OVERFLOW TRUNCATE), NTH_VALUE(…) FROM LAST.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// IS JSON [VALUE | ARRAY | OBJECT | SCALAR] [{WITH | WITHOUT} UNIQUE [KEYS]]
std::string_view Parser::JsonTest() {
  std::string text = "IS JSON";
  Next();
  const auto word = [&](std::string_view each) {
    if (!IsWord(each)) return false;
    text += " " + std::string(each);
    Next();
    return true;
  };
  word("VALUE") || word("ARRAY") || word("OBJECT") || word("SCALAR");
  if ((IsWord("WITH") || IsWord("WITHOUT")) && IsWord("UNIQUE", 1) && (word("WITH") || word("WITHOUT"))) {
    word("UNIQUE");
    if (IsWord("KEYS")) Next();
    text += " KEYS";
  }
  return arena_.Copy(text);
}

namespace {

constexpr std::string_view kTailFirst[] = {"NULL",   "ABSENT", "EMPTY",   "ERROR", "TRUE",    "FALSE", "RETURNING",
                                           "STRICT", "WITH",   "WITHOUT", "ON",    "DEFAULT", "FORMAT"};

}  // namespace

// Whether such clauses may stand in a call of that name.
bool Parser::TakesCallClauses(const Node* call) const {
  static constexpr std::string_view kCalls[] = {"JSON_OBJECT", "JSON_ARRAY",  "JSON_OBJECTAGG", "JSON_ARRAYAGG", "LISTAGG",
                                                "JSON_VALUE",  "JSON_EXISTS", "JSON_QUERY",     "JSON_TABLE"};
  if (!Has(Feature::kRawCalls)) return false;
  return std::any_of(std::begin(kCalls), std::end(kCalls),
                     [&](std::string_view name) { return EqualsIgnoreCase(name, call->text); });
}

// 'a': 1, KEY 'a' VALUE 1, 'a' IS 1; values may be FORMAT JSON.
Node* Parser::JsonArgument() {
  const bool key_word = Is(Kw::kKEY) && !SymbolAhead(1, ",") && !SymbolAhead(1, ")") && !SymbolAhead(1, ":");
  if (key_word) Next();
  Node* value = key_word ? Primary() : Argument();
  const bool pair = IsSymbol(":") || IsWord("VALUE") || (key_word && Is(Kw::kIS));
  if (pair) {
    Next();
    Node* content = Argument();
    value = NewAt(value->begin, Kind::kNamedArg, {value, JsonFormat(content)}, {}, Op::kPairArg);
  }
  return JsonFormat(value);
}

Node* Parser::JsonFormat(Node* value) {
  if (!IsWord("FORMAT") || !IsWord("JSON", 1)) return value;
  at_ += 2;
  return Phrase("FORMAT JSON", {value, Word("FORMAT JSON")});
}

// What stands behind the last argument, in upper case but for names and strings; nullptr if nothing does.
Node* Parser::CallTailClauses() {
  const bool begins =
      Cur().type == Tok::kWord && std::any_of(std::begin(kTailFirst), std::end(kTailFirst),
                                              [&](std::string_view word) { return EqualsIgnoreCase(Cur().text, word); });
  if (!begins) return nullptr;
  const uint32_t begin = Cur().begin;
  uint32_t end = begin;
  while (!IsSymbol(")") && !AtEnd()) {
    if (IsSymbol("("))
      SkipBalanced();
    else
      Next();
    end = tokens_[at_ - 1].end;
  }
  return NewAt(begin, Kind::kCommand, {}, SourceOf(begin, end));
}

// FROM FIRST, FROM LAST behind NTH_VALUE(…).
void Parser::FromEnd(Node* call) {
  if (!Is(Kw::kFROM) || !(IsAhead(1, Kw::kFIRST) || IsAhead(1, Kw::kLAST))) return;
  if (!IsAhead(2, Kw::kOVER) && !IsAhead(2, Kw::kIGNORE) && !IsAhead(2, Kw::kRESPECT)) return;
  Next();
  SetChild(arena_, call, kFromEndSlot, New(Kind::kWord, {}, Is(Kw::kLAST) ? "FROM LAST" : "FROM FIRST"));
  Next();
}

Node* Parser::CallTail(Node* call) {
  FromEnd(call);
  if (Is(Kw::kWITHIN) && IsAhead(1, Kw::kGROUP)) {
    at_ += 2;
    ExpectSymbol("(");
    if (!Eat(Kw::kORDER, Kw::kBY)) Unexpected("ORDER BY");
    SetChild(arena_, call, kWithinSlot, OrderList());
    ExpectSymbol(")");
  }
  if (IsWord("KEEP") && SymbolAhead(1, "(") && Has(Feature::kConnectBy) &&
      IsWord("DENSE_RANK", 2)) {  // the rows that an aggregate sees
    at_ += 3;
    Node* keep = Phrase("KEEP", {Word("DENSE_RANK " + ToUpper(Next().text))});
    if (!Eat(Kw::kORDER, Kw::kBY)) Unexpected("ORDER BY");
    Add(keep, OrderList());
    ExpectSymbol(")");
    SetChild(arena_, call, kKeepSlot, keep);
  }
  if (Is(Kw::kFILTER) && SymbolAhead(1, "(") && Has(Feature::kFilterClause)) {
    at_ += 2;
    Eat(Kw::kWHERE);
    call->children[kFilterSlot] = Expression();
    ExpectSymbol(")");
  }
  if (Is(Kw::kIGNORE) && IsAhead(1, Kw::kNULLS)) call->Set(kIgnoreNulls), at_ += 2;
  if (Is(Kw::kRESPECT) && IsAhead(1, Kw::kNULLS)) call->Set(kRespectNulls), at_ += 2;
  if (Is(Kw::kOVER) && (SymbolAhead(1, "(") || NameAhead(1))) {
    Next();
    call->children[kOverSlot] = IsSymbol("(") ? WindowSpec() : Identifier("a window name");
  }
  if (Has(Feature::kCanonicalNames) && IsWord("PER") && SymbolAhead(1, "(")) {  // AGG(x) PER (a, b)
    at_ += 2;
    Node* keys = New(Kind::kTuple);
    do Add(keys, Expression());
    while (EatSymbol(","));
    ExpectSymbol(")");
    return NewAt(call->begin, Kind::kPhrase, {call, New(Kind::kWord, {}, "PER"), keys});
  }
  return call;
}

// INSERT ALL INTO a VALUES (…) INTO b …, INSERT FIRST WHEN c THEN INTO a … ELSE INTO b … SELECT …
bool Parser::InsertAllAhead() const {
  if (!Is(Kw::kINSERT)) return false;
  const size_t n = Is(Kw::kINSERT) && (IsAhead(1, Kw::kALL) || IsAhead(1, Kw::kFIRST)) ? 2 : 1;
  return IsAhead(n, Kw::kWHEN) || (n == 2 && IsAhead(2, Kw::kINTO));
}

Node* Parser::InsertAll() {
  Node* all = New(Kind::kInsertAll, {nullptr});
  Next();
  all->text = Is(Kw::kFIRST) ? "INSERT FIRST" : "INSERT ALL";
  if (!Eat(Kw::kFIRST)) Eat(Kw::kALL);
  while (Is(Kw::kWHEN) || Is(Kw::kELSE) || Is(Kw::kINTO)) {
    Node* branch = New(Kind::kWhen, {nullptr, New(Kind::kList)});
    if (Eat(Kw::kWHEN)) {
      branch->children[0] = Expression();
      Expect(Kw::kTHEN, "THEN");
    } else if (Eat(Kw::kELSE)) {
      branch->children[0] = New(Kind::kDefault);
    }
    while (Eat(Kw::kINTO)) {
      Node* insert = Slots(Kind::kInsert, kInsertSlots);
      insert->children[kInsertTable] = New(Kind::kTable, {nullptr, DottedName(), nullptr});
      if (IsSymbol("(")) insert->children[kInsertColumns] = NameList();
      if (Is(Kw::kVALUES)) {
        Node* values = Slots(Kind::kValues, kInnerSlots);
        Next();
        Node* rows = New(Kind::kList);
        Node* row = New(Kind::kRow);
        ExpectSymbol("(");
        do Add(row, Is(Kw::kDEFAULT) ? (Next(), New(Kind::kDefault)) : Expression());
        while (EatSymbol(","));
        ExpectSymbol(")");
        Add(rows, row);
        values->children[kInnerSlot] = rows;
        insert->children[kInsertSource] = values;
      }
      Add(branch->children[1], insert);
    }
    Add(all, branch);
  }
  all->children[0] = Query();
  return all;
}

}  // namespace dvt::sql
