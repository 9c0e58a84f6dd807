// MATCH_RECOGNIZE, and the clauses inside SEMANTIC_VIEW.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::MatchRecognize(Node* table) {
  Depth depth(*this);
  Node* match = Slots(Kind::kMatchRecognize, kMatchSlots);
  match->begin = table->begin;
  match->children[kMatchTable] = table;
  Next();
  ExpectSymbol("(");
  // Words up to the next part, kept as written.
  auto words = [&](std::initializer_list<std::string_view> stops) {
    const uint32_t begin = Cur().begin;
    uint32_t end = begin;
    auto stop = [&] { return std::any_of(stops.begin(), stops.end(), [&](std::string_view word) { return IsWord(word); }); };
    while (!AtEnd() && !IsSymbol(")") && !stop()) end = Next().end;
    return NewAt(begin, Kind::kCommand, {}, SourceOf(begin, end));
  };
  if (Eat(Kw::kPARTITION, Kw::kBY)) match->children[kMatchPartition] = ExpressionList();
  if (Eat(Kw::kORDER, Kw::kBY)) match->children[kMatchOrder] = OrderList();
  if (EatWord("MEASURES")) {
    Node* measures = New(Kind::kList);
    do {
      std::string_view frame = IsWord("FINAL") ? "FINAL" : IsWord("RUNNING") ? "RUNNING" : "";
      if (!frame.empty()) Next();
      Node* value = Expression();
      Expect(Kw::kAS, "AS");
      Add(measures, NewAt(value->begin, Kind::kAlias, {value, AnyWord("an alias")}, frame));
    } while (EatSymbol(","));
    match->children[kMatchMeasures] = measures;
  }
  if (IsWord("ONE") || Is(Kw::kALL)) match->children[kMatchRows] = words({"AFTER", "PATTERN"});
  if (IsWord("AFTER")) match->children[kMatchAfter] = words({"PATTERN"});
  if (EatWord("PATTERN")) {
    const uint32_t begin = Cur().end;
    SkipBalanced();
    match->children[kMatchPattern] = NewAt(begin, Kind::kCommand, {}, SourceOf(begin, tokens_[at_ - 1].begin));
  }
  if (EatWord("DEFINE")) {
    Node* defines = New(Kind::kList);
    do {
      Node* symbol = AnyWord("a symbol of the pattern");
      Expect(Kw::kAS, "AS");
      Add(defines, NewAt(symbol->begin, Kind::kAlias, {Expression(), symbol}));
    } while (EatSymbol(","));
    match->children[kMatchDefine] = defines;
  }
  ExpectSymbol(")");
  match->children[kMatchAlias] = TableAlias();
  return match;
}

// SEMANTIC_VIEW(view METRICS … DIMENSIONS … FACTS … WHERE …): each clause a list whose text is its keyword.
Node* Parser::SemanticView() {
  Node* call = Slots(Kind::kFunction, 1);
  call->text = "SEMANTIC_VIEW";
  at_ += 2;
  static constexpr std::string_view kClauses[] = {"METRICS", "DIMENSIONS", "FACTS", "WHERE"};
  Node* args = New(Kind::kList, {DottedName(), nullptr, nullptr, nullptr, nullptr});
  while (!IsSymbol(")")) {
    const auto* clause =
        std::find_if(std::begin(kClauses), std::end(kClauses), [&](std::string_view word) { return IsWord(word); });
    if (clause == std::end(kClauses)) Unexpected("METRICS, DIMENSIONS, FACTS or WHERE");
    Next();
    Node* list = New(Kind::kList, {}, *clause);
    do {
      Node* item = Expression();
      if (Eat(Kw::kAS)) item = NewAt(item->begin, Kind::kAlias, {item, AnyWord("an alias")});
      Add(list, item);
    } while (EatSymbol(","));
    args->children[1 + (clause - std::begin(kClauses))] = list;
  }
  Next();
  Node* present = New(Kind::kList);
  for (Node* arg : args->Children()) {
    if (arg != nullptr) Add(present, arg);
  }
  call->children[kArgsSlot] = present;
  return call;
}

}  // namespace dvt::sql
