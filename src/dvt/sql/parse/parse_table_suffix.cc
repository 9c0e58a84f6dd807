// What may stand behind a table: samples and moments of the past.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::UsingColumns() {
  Node* list = New(Kind::kList);
  const bool bare = Has(Feature::kJoinStrictness) && !IsSymbol("(");  // USING a, b
  if (!bare) ExpectSymbol("(");
  do {
    Node* name = AnyWord("a column name");
    while (EatSymbol(".")) name = AnyWord("a column name");
    Add(list, name);
  } while (EatSymbol(","));
  if (!bare) ExpectSymbol(")");
  return list;
}

bool Parser::SampleAhead() const {
  if (!Is(Kw::kTABLESAMPLE) && !(Has(Feature::kSampleWord) && IsWord("SAMPLE"))) return false;
  if (Has(Feature::kUsingSample) && Ahead(1).type == Tok::kNumber) return true;
  return SymbolAhead(1, "(") || (Ahead(1).type == Tok::kWord && SymbolAhead(2, "("));
}

// TABLESAMPLE [method] (5 PERCENT | 5 ROWS | 5 | BUCKET 1 OUT OF 5 [ON x]) [SEED | REPEATABLE (n)]
Node* Parser::Sample() {
  Node* sample = New(Kind::kSample, {nullptr, nullptr, nullptr, nullptr});
  Next();
  if (Cur().type == Tok::kNumber && Has(Feature::kUsingSample)) {
    SampleSize(sample);
    return sample;
  }
  if (!IsSymbol("(")) sample->text = arena_.Copy(ToUpper(Next().text));
  ExpectSymbol("(");
  if (IsWord("BUCKET")) {
    BucketSample(sample);
  } else {
    sample->children[0] = Prefix(0);
    if (EatSymbol("%") || Eat(Kw::kPERCENT))
      sample->Set(kPercent);
    else if (Eat(Kw::kROWS) || Eat(Kw::kROW))
      sample->Set(kRowCount);
    else if (Has(Feature::kSamplePlain) && sample->text != "ROW" && sample->text != "BLOCK")
      sample->Set(kPercent);
  }
  ExpectSymbol(")");
  if ((IsWord("REPEATABLE") || IsWord("SEED")) && SymbolAhead(1, "(")) {
    at_ += 2;
    sample->children[1] = Expression();
    ExpectSymbol(")");
  }
  return sample;
}

// 10%, 10 PERCENT (bernoulli), 5 ROWS (reservoir, 42): the size before the method.
void Parser::SampleSize(Node* sample) {
  sample->children[0] = Primary();
  if (EatSymbol("%") || Eat(Kw::kPERCENT)) {
    sample->Set(kPercent);
  } else {
    if (!Eat(Kw::kROWS)) Eat(Kw::kROW);
    sample->Set(kRowCount);
  }
  if (!EatSymbol("(")) return;
  sample->text = arena_.Copy(ToUpper(Next().text));
  if (EatSymbol(",")) sample->children[1] = Expression();
  ExpectSymbol(")");
}

// USING SAMPLE 10% (bernoulli), USING SAMPLE reservoir(50 ROWS) REPEATABLE (100); nullptr if there is none.
Node* Parser::SampleClause() {
  if (!Has(Feature::kUsingSample) || !Is(Kw::kUSING) || !IsWord("SAMPLE", 1)) return nullptr;
  Next();
  Node* sample = Sample();
  if (!sample->Has(kPercent)) sample->Set(kRowCount);
  return sample;
}

Node* Parser::BucketSample(Node* sample) {
  Next();
  sample->children[0] = Primary();
  if (!EatWord("OUT") || !EatWord("OF")) Unexpected("OUT OF");
  sample->children[2] = Primary();
  if (Eat(Kw::kON)) sample->children[3] = Expression();
  return sample;
}

// The table with its sample, if there is one.
Node* Parser::Sampled(Node* table) {
  if (SampleAhead()) SetChild(arena_, table, 2, Sample());
  return table;
}

bool Parser::TimeTravelAhead() const {
  if (!Has(Feature::kTimeTravel) || !SymbolAhead(1, "(") || !SymbolAhead(3, "=>")) return false;
  return Is(Kw::kAT) || IsWord("BEFORE") || IsWord("CHANGES");
}

// (TIMESTAMP => …)
Node* Parser::TravelPoint() {
  ExpectSymbol("(");
  Node* point = Argument();
  ExpectSymbol(")");
  return point;
}

// [CHANGES (…)] AT | BEFORE (…) [END (…)]
Node* Parser::TimeTravel() {
  Node* travel = New(Kind::kTimeTravel, {nullptr, nullptr, nullptr});
  if (EatWord("CHANGES")) travel->children[2] = TravelPoint();
  if (Is(Kw::kAT) || IsWord("BEFORE")) {
    travel->text = Is(Kw::kAT) ? "AT" : "BEFORE";
    Next();
    travel->children[0] = TravelPoint();
  }
  if (Is(Kw::kEND) && SymbolAhead(1, "(")) {
    Next();
    travel->children[1] = TravelPoint();
  }
  return travel;
}

}  // namespace dvt::sql
