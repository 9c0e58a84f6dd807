// Sequences, stages, and the policies that columns and tables are under.
#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

// In which order the options of a sequence are written.
int RankOf(std::string_view option) {
  static constexpr std::string_view kOrder[] = {"COMMENT", "AS", "START", "INCREMENT", "MINVALUE", "MAXVALUE", "CACHE"};
  const std::string_view first = option.substr(0, option.find(' '));
  for (size_t i = 0; i < std::size(kOrder); ++i) {
    if (first == kOrder[i]) return static_cast<int>(i);
  }
  return static_cast<int>(std::size(kOrder));
}

}  // namespace

// START [WITH] [=] 1, INCREMENT [BY] [=] 2, MINVALUE 1 …; nullptr if the current word is none of these.
Node* Parser::SequenceNumber() {
  std::string words = ToUpper(Cur().text);
  const bool counts = words == "START" || words == "INCREMENT";
  if (!counts && words != "MINVALUE" && words != "MAXVALUE" && words != "CACHE") return nullptr;
  Next();
  if (counts) {
    if (!Eat(Kw::kWITH)) Eat(Kw::kBY);
    words += words == "START" ? " WITH" : " BY";
  }
  EatSymbol("=");
  return Phrase(arena_.Copy(words), {Word(words), PhrasePiece()});
}

// What stands behind the name of a sequence, in one order; an owner that is none is left out.
Node* Parser::SequenceOptions() {
  std::vector<Node*> options;
  while (!AtEnd() && !IsSymbol(";")) {
    if (EatSymbol(",")) continue;
    if (Cur().type != Tok::kWord) Unexpected("an option of the sequence");
    if (Is(Kw::kWITH) && (IsWord("START", 1) || IsWord("INCREMENT", 1))) Next();
    if (IsWord("OWNED") && IsAhead(1, Kw::kBY)) {
      at_ += 2;
      if (!EatWord("NONE")) options.push_back(Phrase("OWNED BY", {Word("OWNED BY"), DottedName()}));
    } else if (Eat(Kw::kAS)) {
      options.push_back(Phrase("AS", {Word("AS"), TypeName()}));
    } else if (Node* number = SequenceNumber()) {
      options.push_back(number);
    } else if (SymbolAhead(1, "=")) {
      const std::string_view key = arena_.Copy(ToUpper(Cur().text));
      at_ += 2;
      options.push_back(New(Kind::kSetting, {Word(key), PhrasePiece()}, key));
    } else {
      const std::string_view word = arena_.Copy(ToUpper(Next().text));
      options.push_back(Phrase("OPTION", {Word(word)}));
      if (word == "NO" && Cur().type == Tok::kWord) Add(options.back(), Word(ToUpper(Next().text)));
    }
  }
  std::stable_sort(options.begin(), options.end(),
                   [](const Node* a, const Node* b) { return RankOf(a->text) < RankOf(b->text); });
  Node* list = New(Kind::kList);
  for (Node* each : options) Add(list, each);
  return list->count == 0 ? nullptr : list;
}

// WITH before a masking policy and a tag says nothing; before a policy of rows it is always written.
void Parser::PolicyWord(Node* list, bool of_column) {
  if (!Has(Feature::kStagedFiles)) return;
  const size_t n = Is(Kw::kWITH) ? 1 : 0;
  if (IsWord("TAG", n) || (of_column && (IsWord("MASKING", n) || IsWord("PROJECTION", n)))) {
    at_ += n;
  } else if (!of_column && n == 0 && tokens_[at_ - 1].kw != Kw::kWITH && Is(Kw::kROW) && IsWord("ACCESS", 1) &&
             IsWord("POLICY", 2)) {
    Add(list, Word("WITH"));
  }
}

// TAG (a='x', b='y'); nullptr if none is ahead.
Node* Parser::Tags() {
  if (!Has(Feature::kStagedFiles) || !IsWord("TAG") || !SymbolAhead(1, "(")) return nullptr;
  Next();
  return Word("TAG " + TightTuple());
}

}  // namespace dvt::sql
