// Hints: to the optimizer behind the verb, to tables, to joins, to the whole query; and FOR XML, FOR JSON.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

constexpr std::string_view kTableHintWords[] = {"FASTFIRSTROW",
                                                "FORCESCAN",
                                                "FORCESEEK",
                                                "HOLDLOCK",
                                                "IGNORE_CONSTRAINTS",
                                                "IGNORE_TRIGGERS",
                                                "INDEX",
                                                "KEEPDEFAULTS",
                                                "KEEPIDENTITY",
                                                "NOEXPAND",
                                                "NOLOCK",
                                                "NOWAIT",
                                                "PAGLOCK",
                                                "READCOMMITTED",
                                                "READPAST",
                                                "READUNCOMMITTED",
                                                "REPEATABLEREAD",
                                                "ROWLOCK",
                                                "SERIALIZABLE",
                                                "READCOMMITTEDLOCK",
                                                "SNAPSHOT",
                                                "TABLOCK",
                                                "TABLOCKX",
                                                "UPDLOCK",
                                                "XLOCK",
                                                "SPATIAL_WINDOW_MAX_CELLS"};

// The first words of query hints, each with the words one of which must follow (none: anything may).
struct QueryHint {
  std::string_view word;
  std::string_view next = {};  ///< separated by blanks; "#": a number; "=": an equals sign
};
constexpr QueryHint kQueryHints[] = {{"RECOMPILE"},
                                     {"NO_PERFORMANCE_SPOOL"},
                                     {"IGNORE_NONCLUSTERED_COLUMNSTORE_INDEX"},
                                     {"DISABLE_OPTIMIZED_PLAN_FORCING"},
                                     {"LABEL", "="},
                                     {"MAX_GRANT_PERCENT", "="},
                                     {"MIN_GRANT_PERCENT", "="},
                                     {"MAXDOP", "#"},
                                     {"MAXRECURSION", "#"},
                                     {"FAST", "#"},
                                     {"QUERYTRACEON", "#"},
                                     {"LOOP", "JOIN"},
                                     {"MERGE", "JOIN UNION"},
                                     {"HASH", "JOIN GROUP UNION"},
                                     {"ORDER", "GROUP"},
                                     {"CONCAT", "UNION"},
                                     {"EXPAND", "VIEWS"},
                                     {"FORCE", "ORDER EXTERNALPUSHDOWN SCALEOUTEXECUTION"},
                                     {"DISABLE", "EXTERNALPUSHDOWN SCALEOUTEXECUTION"},
                                     {"KEEP", "PLAN"},
                                     {"KEEPFIXED", "PLAN"},
                                     {"ROBUST", "PLAN"},
                                     {"PARAMETERIZATION", "SIMPLE FORCED"},
                                     {"OPTIMIZE", "FOR"},
                                     {"USE", "PLAN HINT"},
                                     {"TABLE", "HINT"}};

bool HasWord(std::string_view list, std::string_view word) {
  const auto words = Split(list, ' ');
  return std::any_of(words.begin(), words.end(), [&](const std::string& each) { return EqualsIgnoreCase(each, word); });
}

}  // namespace

// /*+ … */ behind the verb, or nullptr.
Node* Parser::OptimizerHint() {
  if (Cur().type != Tok::kHint) return nullptr;
  Node* hint = New(Kind::kHint, {}, Cur().text);
  Next();
  return hint;
}

// The pieces between commas up to the closing parenthesis of the list that has just been opened, as written; the parenthesis is eaten.
Node* Parser::RawItems() {
  Node* list = New(Kind::kList);
  while (true) {
    const uint32_t begin = Cur().begin;
    uint32_t end = begin;
    while (!IsSymbol(",") && !IsSymbol(")")) {
      if (AtEnd()) Unexpected("')'");
      if (IsSymbol("("))
        SkipBalanced();
      else
        Next();
      end = tokens_[at_ - 1].end;
    }
    if (end == begin) Unexpected("a word");
    Add(list, NewAt(begin, Kind::kCommand, {}, SourceOf(begin, end)));
    if (EatSymbol(",")) continue;
    ExpectSymbol(")");
    return list;
  }
}

// (NOLOCK) behind a table, with or without WITH.
bool Parser::TableHintsAhead() const {
  if (!Has(Feature::kTableHints)) return false;
  const size_t open = Is(Kw::kWITH) ? 1 : 0;
  if (!SymbolAhead(open, "(") || Ahead(open + 1).type != Tok::kWord) return false;
  if (open == 1) return true;
  const Token& word = Ahead(1);
  const bool known = std::any_of(std::begin(kTableHintWords), std::end(kTableHintWords),
                                 [&](std::string_view each) { return EqualsIgnoreCase(each, word.text); });
  return known && (SymbolAhead(2, ")") || SymbolAhead(2, ",") || SymbolAhead(2, "("));
}

void Parser::TableHints(Node* table) {
  Eat(Kw::kWITH);
  ExpectSymbol("(");
  SetChild(arena_, table, kTableHintsSlot, RawItems());
}

// OPTION(…) at the end of a statement.
Node* Parser::QueryOptions() {
  Node* options = New(Kind::kTailClause, {}, "OPTION");
  Next();
  ExpectSymbol("(");
  for (size_t n = 0, open = 0; Ahead(n).type != Tok::kEnd; ++n) {
    if (SymbolAhead(n, "(")) ++open;
    if (SymbolAhead(n, ")") && open-- == 0) break;
    const bool first = open == 0 && (n == 0 || SymbolAhead(n - 1, ","));
    if (first) CheckQueryHint(n);
  }
  Node* items = RawItems();
  for (Node* item : items->Children()) Add(options, item);
  return options;
}

void Parser::CheckQueryHint(size_t n) {
  const Token& word = Ahead(n);
  const Token& next = Ahead(n + 1);
  for (const QueryHint& hint : kQueryHints) {
    if (!EqualsIgnoreCase(word.text, hint.word)) continue;
    const bool fits = hint.next.empty()  ? next.type == Tok::kSymbol
                      : hint.next == "#" ? next.type == Tok::kNumber || next.type == Tok::kParameter
                      : hint.next == "=" ? next.type == Tok::kSymbol && next.text == "="
                                         : next.type == Tok::kWord && HasWord(hint.next, next.text);
    if (fits) return;
  }
  at_ += n;
  Fail("'" + std::string(word.text) + "' does not begin a query hint; expected one such as RECOMPILE, MAXDOP n or HASH JOIN");
}

// FOR XML PATH('x'), TYPE and FOR JSON AUTO: items as written, up to the end of the query.
Node* Parser::ForXml() {
  Node* clause = New(Kind::kTailClause);
  Next();
  clause->text = IsWord("XML") ? "FOR XML" : "FOR JSON";
  Next();
  do {
    const uint32_t begin = Cur().begin;
    uint32_t end = begin;
    while (!AtEnd() && !IsSymbol(",") && !IsSymbol(")") && !IsSymbol(";") && !(IsWord("OPTION") && SymbolAhead(1, "("))) {
      if (IsSymbol("("))
        SkipBalanced();
      else
        Next();
      end = tokens_[at_ - 1].end;
    }
    if (end == begin) Unexpected("a mode such as PATH or AUTO");
    Add(clause, NewAt(begin, Kind::kCommand, {}, SourceOf(begin, end)));
  } while (EatSymbol(","));
  return clause;
}

// Clauses behind ORDER BY and its kin; they chain in kLockSlot. False: none here.
bool Parser::TailClause(Node* query) {
  Node* clause = nullptr;
  if (Has(Feature::kForXml) && Is(Kw::kFOR) && (IsWord("XML", 1) || IsWord("JSON", 1)))
    clause = ForXml();
  else if (QueryOptionsAhead())
    clause = QueryOptions();
  if (clause == nullptr) return false;
  Node*& slot = query->children[kLockSlot];
  if (slot == nullptr)
    slot = clause;
  else if (slot->Is(Kind::kList))
    Add(slot, clause);
  else
    slot = New(Kind::kList, {slot, clause});
  return true;
}

bool Parser::QueryOptionsAhead() const { return Has(Feature::kQueryOptions) && IsWord("OPTION") && SymbolAhead(1, "("); }

}  // namespace dvt::sql
