// Definitions over engines: keys, times to live, settings, the cluster that they stand in; dictionaries and where these come from.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// One clause of a table or a dictionary; nullptr if none of these stands here.
Node* Parser::EngineClause() {
  if (!Has(Feature::kSettingsClause)) return nullptr;
  if (IsWord("PRIMARY") && IsAhead(1, Kw::kKEY) && !SymbolAhead(2, "(")) {
    at_ += 2;
    Node* keys = New(Kind::kTuple);
    do Add(keys, Expression());
    while (EatSymbol(","));
    return Phrase("PRIMARY KEY", {Word("PRIMARY KEY"), keys});
  }
  if (EatWord("TTL")) {
    Node* actions = New(Kind::kList);
    do Add(actions, LifeAction());
    while (EatSymbol(","));
    return Phrase("TTL", {Word("TTL"), actions});
  }
  if (IsWord("SETTINGS") && Ahead(1).type == Tok::kWord) {
    Next();
    return Phrase("SETTINGS", {Word("SETTINGS"), ExpressionList()});
  }
  if (IsWord("ENGINE") && Ahead(1).type == Tok::kWord) {
    Next();
    return New(Kind::kSetting, {Word("ENGINE"), SettingValue()}, "ENGINE");
  }
  if (Is(Kw::kTO) && NameAhead(1)) {
    Next();
    Node* phrase = Phrase("TO", {Word("TO"), DottedName()});
    if (IsSymbol("(")) Fail("columns behind a target are kept as written");
    return phrase;
  }
  const bool source = IsWord("SOURCE") || IsWord("LAYOUT") || IsWord("LIFETIME") || Is(Kw::kRANGE);
  return source && SymbolAhead(1, "(") ? DictionaryPart() : nullptr;
}

// d + INTERVAL 1 MONTH [DELETE [WHERE …]] [TO DISK '…'] [RECOMPRESS CODEC(…)] [GROUP BY … SET …]
Node* Parser::LifeAction() {
  Node* value = Expression();
  Node* action = Phrase("LIFE", {value});
  if (Is(Kw::kDELETE)) Add(action, Word(ToUpper(Next().text)));
  if (Is(Kw::kTO)) {
    Next();
    Add(action, Word("TO " + ToUpper(Next().text)));
    Add(action, PhrasePiece());
  }
  if (IsWord("RECOMPRESS")) {
    Next();
    Add(action, Word("RECOMPRESS"));
    Add(action, PhrasePiece());
  }
  if (Eat(Kw::kGROUP, Kw::kBY)) {
    Add(action, Word("GROUP BY"));
    Add(action, ExpressionList());
    if (Eat(Kw::kSET)) Add(action, Word("SET")), Add(action, ExpressionList());
  }
  if (Eat(Kw::kWHERE)) Add(action, Word("WHERE")), Add(action, Expression());
  return action->count == 1 ? value : action;
}

// SOURCE(CLICKHOUSE(TABLE 't' DB 'd')), LAYOUT(FLAT), RANGE(MIN a MAX b); LIFETIME(300) is LIFETIME(MIN 0 MAX 300).
Node* Parser::DictionaryPart() {
  if (IsWord("LIFETIME") || Is(Kw::kRANGE)) {
    std::string text = ToUpper(Next().text);
    ExpectSymbol("(");
    text += "(MIN " + (EatWord("MIN") ? std::string(Next().text) : std::string("0"));
    if (!EatWord("MAX") && !text.ends_with(" 0")) Unexpected("MAX");
    text += " MAX " + std::string(Next().text);
    ExpectSymbol(")");
    return Word(text + ")");
  }
  Node* part = Phrase("DICTIONARY", {Word(ToUpper(Next().text))});
  ExpectSymbol("(");
  Add(part, Word(AnyWord("a kind")->text));
  Node* settings = New(Kind::kTuple);
  if (EatSymbol("(")) {
    while (!IsSymbol(")")) {
      Node* key = Word(AnyWord("a setting")->text);
      Add(settings, Phrase({}, {key, PhrasePiece()}));
    }
    Next();
  }
  Add(part, settings);
  ExpectSymbol(")");
  return part;
}

// MATERIALIZED, ALIAS, EPHEMERAL and TTL of a column; nullptr if none of these stands here.
Node* Parser::EngineColumnClause() {
  if (!Has(Feature::kSettingsClause)) return nullptr;
  for (const std::string_view word : {"MATERIALIZED", "ALIAS", "EPHEMERAL", "TTL"}) {
    if (!IsWord(word)) continue;
    Next();
    Node* clause = Phrase(word, {Word(word)});
    const bool bare = AtEnd() || IsSymbol(",") || IsSymbol(")") || IsWord("COMMENT") || IsWord("CODEC");
    if (!bare || word != "EPHEMERAL") Add(clause, Expression());
    return clause;
  }
  return nullptr;
}

// CHECK a > 0, ASSUME a > 0 and PROJECTION p (SELECT …) behind a constraint's name; nullptr if none of these stands here.
Node* Parser::EngineConstraint() {
  if (!Has(Feature::kSettingsClause)) return nullptr;
  if (IsWord("CHECK") || IsWord("ASSUME")) {
    Node* word = Word(ToUpper(Next().text));
    Node* condition = Expression();
    if (!condition->Is(Kind::kParen)) condition = NewAt(condition->begin, Kind::kParen, {condition});
    return Phrase("CHECK", {word, condition});
  }
  if (!IsWord("PROJECTION") || !SymbolAhead(2, "(")) return nullptr;
  Next();
  Node* name = Identifier("a projection's name");
  return Phrase("PROJECTION", {Word("PROJECTION"), name, Subquery()});
}

// Whether an action upon a table is one that is kept as written.
bool Parser::OpenActionAhead() const {
  if (!Has(Feature::kSettingsClause)) return false;
  const Token& next = Ahead(1);
  if (Is(Kw::kDROP)) {
    for (const std::string_view word : {"PROJECTION", "PART", "DETACHED", "STATISTICS"}) {
      if (EqualsIgnoreCase(next.text, word) && Ahead(2).type != Tok::kEnd) return true;
    }
    return false;
  }
  if (!IsWord("MODIFY")) return false;
  for (const std::string_view word : {"ORDER", "SETTING", "COMMENT", "QUERY", "SAMPLE", "REFRESH", "STATISTICS"}) {
    if (EqualsIgnoreCase(next.text, word)) return true;
  }
  return IsAhead(1, Kw::kCOLUMN) && (EqualsIgnoreCase(Ahead(3).text, "MODIFY") || EqualsIgnoreCase(Ahead(3).text, "RESET"));
}

}  // namespace dvt::sql
