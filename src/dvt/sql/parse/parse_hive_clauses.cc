// Clauses of Hive's family: lateral views, sorting without a total order, several inserts from one source, versions of tables, literals with a suffix.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::LateralViewAhead() const { return Has(Feature::kLateralView) && Is(Kw::kLATERAL) && IsWord("VIEW", 1); }

// LATERAL VIEW [OUTER] f(x) [t] [AS a, b]: a join whose right side is the function's rows.
Node* Parser::LateralView(Node* left) {
  Node* join = Slots(Kind::kJoin, 4);
  join->begin = left->begin;
  join->op = Op::kLateralView;
  at_ += 2;
  join->Set(kOuterWord, Eat(Kw::kOUTER));
  Node* function = Call(DottedName());
  Node* alias = New(Kind::kTableAlias, {nullptr, nullptr});
  if (!Is(Kw::kAS) && IsImplicitAlias(true)) alias->children[0] = AnyWord("an alias");
  if (Eat(Kw::kAS) || (alias->children[0] == nullptr && IsImplicitAlias(true))) {
    alias->children[1] = New(Kind::kList);
    do Add(alias->children[1], AnyWord("a column name"));
    while (EatSymbol(","));
  }
  const bool named = alias->children[0] != nullptr || alias->children[1] != nullptr;
  join->children[0] = left;
  join->children[1] = NewAt(function->begin, Kind::kTableFunction, {named ? alias : nullptr, function});
  return join;
}

// CLUSTER BY, DISTRIBUTE BY and SORT BY stand among the items of ORDER BY, each with its clause's name.
bool Parser::SortClause(Node* query) {
  if (!Has(Feature::kSortBy) || !IsAhead(1, Kw::kBY)) return false;
  static constexpr std::string_view kClauses[] = {"CLUSTER BY", "DISTRIBUTE BY", "SORT BY"};
  for (const std::string_view clause : kClauses) {
    if (!IsWord(clause.substr(0, clause.size() - 3))) continue;
    at_ += 2;
    Node* list = OrderList();
    Node* all = query->children[kOrderSlot];
    if (all == nullptr) all = query->children[kOrderSlot] = New(Kind::kList);
    for (Node* item : list->Children()) {
      item->text = clause;
      Add(all, item);
    }
    return true;
  }
  return false;
}

// FROM x INSERT … SELECT … INSERT … SELECT …
bool Parser::MultiInsertAhead() const {
  if (!Has(Feature::kInsertOverwrite) || !Is(Kw::kFROM)) return false;
  int open = 0;
  for (size_t n = 1; Ahead(n).type != Tok::kEnd && !(open == 0 && SymbolAhead(n, ";")); ++n) {
    if (SymbolAhead(n, "(")) ++open;
    if (SymbolAhead(n, ")")) --open;
    if (open < 0 || (open == 0 && IsAhead(n, Kw::kSELECT))) return false;
    if (open == 0 && IsAhead(n, Kw::kINSERT)) return true;
  }
  return false;
}

Node* Parser::MultiInsert() {
  Node* statement = New(Kind::kMultiInsert);
  Next();
  Add(statement, FromList());
  while (Is(Kw::kINSERT)) Add(statement, Insert(nullptr));
  return statement;
}

// [TABLE] t [PARTITION (…)] [IF NOT EXISTS] behind INSERT INTO or INSERT OVERWRITE.
void Parser::InsertTarget(Node* insert) {
  if (Has(Feature::kInsertOverwrite) && IsWord("OVERWRITE")) {
    Next();
    insert->text = "INSERT OVERWRITE TABLE";
  }
  if (Has(Feature::kStagedFiles) && IsWord("OVERWRITE") && IsAhead(1, Kw::kINTO)) {
    at_ += 2;
    insert->text = "INSERT OVERWRITE TABLE";
  }
  if (Is(Kw::kTABLE) && Ahead(1).type != Tok::kSymbol) Next();
}

// INSERT OVERWRITE [LOCAL] DIRECTORY '…' with its properties as written, up to the query.
Node* Parser::InsertDirectory() {
  std::string text = "INSERT";
  while (!AtEnd() && !QueryAhead(0)) {
    const Token& t = Next();
    text += " " + (t.type == Tok::kString ? QuoteString(d_, t.text) : ToUpper(SourceOf(t.begin, t.end)));
  }
  return Phrase("INSERT DIRECTORY", {Word(text), Query()});
}

// CACHE [LAZY] TABLE t [OPTIONS('k' = 'v')] [[AS] query], UNCACHE TABLE [IF EXISTS] t
bool Parser::CacheAhead() const {
  if (!Has(Feature::kInsertOverwrite)) return false;
  if (IsWord("UNCACHE")) return IsAhead(1, Kw::kTABLE);
  return IsWord("CACHE") && IsAhead(IsWord("LAZY", 1) ? 2 : 1, Kw::kTABLE);
}

Node* Parser::Cache() {
  std::string words;
  while (!Is(Kw::kTABLE)) words += ToUpper(Next().text) + " ";
  Next();
  words += "TABLE";
  if (Eat(Kw::kIF, Kw::kEXISTS)) words += " IF EXISTS";
  Node* cache = Phrase("CACHE TABLE", {Word(words), DottedName()});
  if (IsWord("OPTIONS") && SymbolAhead(1, "(")) {
    Next();
    std::string options;
    ExpectSymbol("(");
    do {
      options += (options.empty() ? "OPTIONS(" : ", ") + QuoteString(d_, StringLiteral()->text);
      EatSymbol("=");
      options += " = " + QuoteString(d_, StringLiteral()->text);
    } while (EatSymbol(","));
    ExpectSymbol(")");
    Add(cache, Word(options + ")"));
  }
  if (Is(Kw::kAS) || QueryAhead(0)) {
    Eat(Kw::kAS);
    Add(cache, Word("AS"));
    Add(cache, Query());
  }
  return cache;
}

// t VERSION AS OF 1, t TIMESTAMP AS OF '…'
bool Parser::VersionAhead() const {
  const size_t n = Is(Kw::kFOR) && Has(Feature::kLateralView) ? 1 : 0;
  if (!Has(Feature::kAsOfVersion) || !IsAhead(n + 1, Kw::kAS) || !IsWord("OF", n + 2)) return false;
  return IsWord("VERSION", n) || IsAhead(n, Kw::kTIMESTAMP) ||
         (n == 1 && (IsWord("SYSTEM_VERSION", n) || IsWord("SYSTEM_TIME", n)));
}

Node* Parser::Version() {
  Node* travel = New(Kind::kTimeTravel, {nullptr, nullptr, nullptr});
  Eat(Kw::kFOR);
  travel->text = Is(Kw::kTIMESTAMP) || IsWord("SYSTEM_TIME") ? "TIMESTAMP" : "VERSION";
  at_ += 3;
  travel->children[0] = Expression();
  return travel;
}

// 'a' 'b' is CONCAT('a', 'b').
Node* Parser::JoinedLiterals() {
  Node* text = StringLiteral();
  if (Cur().type != Tok::kString || Has(Feature::kCanonicalNames) || Has(Feature::kAdjacentStrings)) return text;
  Node* all = MakeFunction(arena_, "CONCAT", {text});
  all->begin = text->begin;
  while (Cur().type == Tok::kString) Add(all->children[kArgsSlot], StringLiteral());
  return all;
}

// A number; 1L and 10BD are casts. A decimal is as wide as it is written.
Node* Parser::Number() {
  const Token& token = Next();
  const bool suffixed = Has(Feature::kNumberSuffixes) && (token.text.back() | 32) >= 'a' && !token.text.starts_with("0x");
  if (!suffixed) return NewAt(token.begin, Kind::kNumber, {}, PlainNumber(token.text));
  const std::string text = ToUpper(token.text);
  size_t end = text.size();
  while (end > 0 && text[end - 1] >= 'A' && text[end - 1] <= 'Z') --end;
  const std::string suffix = text.substr(end);
  const std::string_view digits = token.text.substr(0, end);
  if (suffix == "BD") return NewAt(token.begin, Kind::kCast, {MakeString(arena_, digits), DecimalOf(digits)});
  const std::string_view type = suffix == "L"   ? "BIGINT"
                                : suffix == "S" ? "SMALLINT"
                                : suffix == "Y" ? "TINYINT"
                                : suffix == "F" ? "FLOAT"
                                                : "DOUBLE";
  return NewAt(token.begin, Kind::kCast, {NewAt(token.begin, Kind::kNumber, {}, digits), MakeTypeName(arena_, type)});
}

Node* Parser::DecimalOf(std::string_view digits) {
  const size_t exponent_at = std::min(digits.find_first_of("eE"), digits.size());
  const std::string_view mantissa = digits.substr(0, exponent_at);
  int64_t scale = exponent_at < digits.size() ? -std::stoll(std::string(digits.substr(exponent_at + 1))) : 0;
  std::string unscaled;
  bool fraction = false;
  for (const char c : mantissa) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    unscaled += c;
    if (fraction) ++scale;
  }
  unscaled.erase(0, std::min(unscaled.find_first_not_of('0'), unscaled.size()));
  if (Has(Feature::kDecimalsTrimmed)) {
    if (unscaled.empty()) scale = 0;
    while (!unscaled.empty() && unscaled.back() == '0') unscaled.pop_back(), --scale;
  }
  int64_t precision = std::max<int64_t>(static_cast<int64_t>(unscaled.size()), 1);
  if (scale < 0) precision -= scale, scale = 0;
  return MakeTypeName(arena_, "DECIMAL", {std::max(precision, scale), scale});
}

// TRANSFORM(a, b) USING 'script' [AS (c, d)]: the script's words stay behind the call.
Node* Parser::Transformed(Node* call) {
  if (!Has(Feature::kTransformUsing) || !call->Is(Kind::kFunction) || !EqualsIgnoreCase(call->text, "TRANSFORM") ||
      !Is(Kw::kUSING))
    return call;
  Next();
  Node* phrase = NewAt(call->begin, Kind::kPhrase, {call, New(Kind::kWord, {}, "USING"), Primary()}, "TRANSFORM");
  if (Is(Kw::kAS) && SymbolAhead(1, "(") && Ahead(3).type == Tok::kWord) {  // the outputs have types
    Next();
    Node* columns = CreateColumns();
    columns->kind = Kind::kTuple;
    Add(phrase, New(Kind::kWord, {}, "AS"));
    Add(phrase, columns);
  }
  return phrase;
}

// 5 HOURS 30 MINUTES, '23' HOUR + '59' MINUTE: more intervals behind one.
Node* Parser::IntervalSum(Node* interval) {
  auto amount = [&](size_t n) { return Ahead(n).type == Tok::kNumber || Ahead(n).type == Tok::kString; };
  while (Has(Feature::kIntervalSums) && !interval->text.empty()) {
    const size_t sign = IsSymbol("+") ? 1 : 0;
    if (!amount(sign) || Ahead(sign + 1).type != Tok::kWord) break;
    const size_t back = at_;
    at_ += sign;
    Node* next = NewAt(Cur().begin, Kind::kInterval, {Primary()});
    const std::string_view written = Cur().text;
    next->text = IntervalUnit(false);
    next->Set(kPluralUnit, written.size() == next->text.size() + 1);
    next->Set(kChained, false);
    if (next->text.empty()) {
      at_ = back;
      break;
    }
    Node* sum = NewAt(interval->begin, Kind::kBinary, {interval, next}, {}, Op::kAdd);
    sum->text = interval->text;  // says that a unit was read
    interval = sum;
  }
  if (interval->Is(Kind::kBinary)) interval->text = {}, interval->Set(kChained);
  return interval;
}

}  // namespace dvt::sql
