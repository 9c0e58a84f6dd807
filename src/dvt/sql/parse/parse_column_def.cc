// Columns of a definition: types, constraints of columns and of tables.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::ParenExpression() {
  ExpectSymbol("(");
  Node* tuple = New(Kind::kTuple, {Expression()});
  ExpectSymbol(")");
  return tuple;
}

// The source from `begin` to the last token read, with single blanks; comments stay with their tokens.
Node* Parser::RawSince(uint32_t begin) {
  size_t token = at_ - 1;
  while (token > 0 && tokens_[token - 1].begin >= begin) --token;
  std::string text;
  for (; token < at_; ++token) {
    const std::string_view piece = SourceOf(tokens_[token].begin, tokens_[token].end);
    const bool apart = !text.empty() && tokens_[token - 1].end != tokens_[token].begin;
    if (apart && text.back() != '(' && piece != ")") text += ' ';
    text += piece;
  }
  return NewAt(begin, Kind::kWord, {}, arena_.Copy(text));
}

// One piece of a definition that no rule reads, as written: tokens without blanks between, parentheses as a whole.
// OPTIONS (key = value), whose values are expressions.
bool Parser::OptionsAhead() const { return Has(Feature::kScripts) && IsWord("OPTIONS") && SymbolAhead(1, "("); }

Node* Parser::Options() {
  Next();
  return Phrase("OPTIONS", {Word("OPTIONS"), SettingTuple()});
}

Node* Parser::PhrasePiece() {
  if (Cur().type == Tok::kString) return StringLiteral();
  const uint32_t begin = Cur().begin;
  do {
    if (IsSymbol("("))
      SkipBalanced();
    else
      Next();
  } while (!AtEnd() && Cur().begin == tokens_[at_ - 1].end && !IsSymbol(",") && !IsSymbol(")") && !IsSymbol(";"));
  return RawSince(begin);
}

// (key = value, 'key' = 'value', key value)
Node* Parser::SettingTuple() {
  Depth depth(*this);
  Node* tuple = New(Kind::kTuple);
  ExpectSymbol("(");
  while (!IsSymbol(")")) {
    Node* key = Cur().type == Tok::kString ? StringLiteral() : nullptr;
    if (key == nullptr) {
      const uint32_t begin = Cur().begin;
      do Next();
      while (IsSymbol(".") || (Cur().type != Tok::kEnd && tokens_[at_ - 1].end == Cur().begin && !IsSymbol("=") &&
                               !IsSymbol(",") && !IsSymbol(")")));
      key = RawSince(begin);
      if (Has(Feature::kQuotedSettings)) {
        std::string_view name = key->text;
        if (name.size() > 1 && name.front() == '`' && name.back() == '`') name = name.substr(1, name.size() - 2);
        key = MakeString(arena_, name);
      }
    }
    const bool bare = Has(Feature::kQuotedSettings) && !IsSymbol("=") && !IsSymbol(",") && !IsSymbol(")");
    if (EatSymbol("=") || bare) key = New(Kind::kSetting, {key, SettingValue()});
    if (Has(Feature::kProceduralDdl) && key->Is(Kind::kSetting) && IsSymbol("(") && EqualsIgnoreCase(tokens_[at_ - 1].text, "ON"))
      key->children[1] = Phrase("SWITCH KEY", {Word("ON"), SettingTuple()});  // ON(HISTORY_TABLE=dbo.h)
    Node* phrase = key;
    while (!AtEnd() && !IsSymbol(",") && !IsSymbol(")")) {
      if (!phrase->Is(Kind::kPhrase)) phrase = Phrase({}, {key});
      Add(phrase, Is(Kw::kTRUE) || Is(Kw::kFALSE) ? SettingValue() : PhrasePiece());
    }
    Add(tuple, phrase);
    if (!EatSymbol(",")) break;
  }
  ExpectSymbol(")");
  return tuple;
}

// As written up to a closing parenthesis, a semicolon or the end, perhaps up to a comma.
Node* Parser::RestPhrase(bool stop_at_comma) {
  const uint32_t begin = Cur().begin;
  if (AtEnd() || IsSymbol(")") || IsSymbol(";")) Unexpected("more of the definition");
  while (!AtEnd() && !IsSymbol(")") && !IsSymbol(";") && !(stop_at_comma && IsSymbol(","))) {
    if (IsSymbol("("))
      SkipBalanced();
    else
      Next();
  }
  return RawSince(begin);
}

// (a, b DESC, lower(c)): what keys and indexes are made of.
Node* Parser::KeyColumns() {
  ExpectSymbol("(");
  Node* tuple = New(Kind::kTuple);
  do {
    if (SymbolAhead(1, "(") && Ahead(2).type == Tok::kNumber && SymbolAhead(3, ")")) {  // the first characters of a text
      Node* part = PhrasePiece();
      if (Is(Kw::kASC) || Is(Kw::kDESC)) part = Phrase("KEY", {part, Word(ToUpper(Next().text))});
      Add(tuple, part);
      continue;
    }
    Node* item = OrderItem();
    while (!IsSymbol(",") && !IsSymbol(")") && !AtEnd()) {  // operator classes, TIMESERIES …
      if (!item->Is(Kind::kPhrase)) item = Phrase("KEY", {item});
      Add(item, PhrasePiece());
    }
    Add(tuple, item);
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return tuple;
}

// REFERENCES t (a) MATCH FULL ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE …
Node* Parser::References() {
  Node* phrase = Phrase("REFERENCES", {Word("REFERENCES")});
  Next();
  Add(phrase, DottedName());
  if (IsSymbol("(")) Add(phrase, KeyColumns());
  while (true) {
    if (Is(Kw::kON) && (IsAhead(1, Kw::kDELETE) || IsAhead(1, Kw::kUPDATE))) {
      std::string words = "ON " + ToUpper(Ahead(1).text);
      at_ += 2;
      words += " " + ToUpper(Next().text);
      if (Is(Kw::kNULL) || Is(Kw::kDEFAULT) || IsWord("ACTION")) words += " " + ToUpper(Next().text);
      Add(phrase, Word(words));
    } else if (Is(Kw::kMATCH)) {
      Next();
      Add(phrase, Word("MATCH " + ToUpper(Next().text)));
    } else if (IsWord("DEFERRABLE") || IsWord("ENFORCED") || IsWord("RELY") || IsWord("NORELY") || IsWord("INITIALLY")) {
      std::string words = ToUpper(Next().text);
      if (words == "INITIALLY") words += " " + ToUpper(Next().text);
      Add(phrase, Word(words));
    } else if (Is(Kw::kNOT) && (EqualsIgnoreCase(Ahead(1).text, "DEFERRABLE") || EqualsIgnoreCase(Ahead(1).text, "ENFORCED"))) {
      Next();
      Add(phrase, Word("NOT " + ToUpper(Next().text)));
    } else {
      return phrase;
    }
  }
}

// GENERATED ALWAYS AS IDENTITY (…), GENERATED BY DEFAULT ON NULL AS IDENTITY, GENERATED ALWAYS AS (expression) STORED.
Node* Parser::Generated() {
  Node* phrase = Phrase("GENERATED", {});
  std::string words = "GENERATED";
  Next();
  while (!Is(Kw::kAS)) {
    if (Cur().type != Tok::kWord) Unexpected("AS");
    words += " " + ToUpper(Next().text);
  }
  Next();
  words += " AS";
  if (EatWord("IDENTITY")) {
    phrase->text = "IDENTITY";
    Add(phrase, Word(words + " IDENTITY"));
    if (IsSymbol("(")) {
      Next();
      Add(phrase, New(Kind::kTuple, {RestPhrase(false)}));
      ExpectSymbol(")");
    }
    return phrase;
  }
  Add(phrase, Word(words));
  if (IsSymbol("("))
    Add(phrase, ParenExpression());
  else
    while (Cur().type == Tok::kWord && (Is(Kw::kROW) || IsWord("START") || Is(Kw::kEND) || IsWord("HIDDEN")))
      Add(phrase, Word(ToUpper(Next().text)));
  if (IsWord("STORED") || IsWord("VIRTUAL") || IsWord("PERSISTED")) Add(phrase, Word(ToUpper(Next().text)));
  return phrase;
}

// PRIMARY KEY, UNIQUE, CHECK (…), REFERENCES …; nullptr (nothing eaten) for anything else.
Node* Parser::ColumnKey() {
  if (Is(Kw::kKEY) && Has(Feature::kKeyIsIndex)) {
    Next();
    return Phrase("PRIMARY KEY", {Word("PRIMARY KEY")});
  }
  if (IsWord("PRIMARY") && IsAhead(1, Kw::kKEY)) {
    at_ += 2;
    Node* phrase = Phrase("PRIMARY KEY", {Word("PRIMARY KEY")});
    if (Is(Kw::kASC) || Is(Kw::kDESC)) Add(phrase, Word(ToUpper(Next().text)));
    return phrase;
  }
  if (Eat(Kw::kUNIQUE)) {
    Eat(Kw::kKEY);
    return Phrase("UNIQUE", {Word("UNIQUE")});
  }
  if (IsWord("CHECK") && SymbolAhead(1, "(")) {
    Next();
    return Phrase("CHECK", {Word("CHECK"), ParenExpression()});
  }
  if (IsWord("REFERENCES")) return References();
  if (IsWord("FOREIGN") && IsAhead(1, Kw::kKEY) && EqualsIgnoreCase(Ahead(2).text, "REFERENCES")) {
    at_ += 2;
    return Phrase("FOREIGN KEY", {Word("FOREIGN KEY"), References()});
  }
  return nullptr;
}

// AUTO_INCREMENT, IDENTITY(1, 1); nullptr (nothing eaten) for anything else.
Node* Parser::IdentityColumn() {
  if (IsWord("AUTOINCREMENT") && SymbolAhead(1, "(")) {
    Next();
    Node* start = KeyColumns();
    start->kind = Kind::kList;
    return Phrase("IDENTITY COLUMN", {New(Kind::kFunction, {start}, "IDENTITY")});
  }
  if (IsWord("AUTO_INCREMENT") || IsWord("AUTOINCREMENT")) return Phrase("AUTO_INCREMENT", {Word(ToUpper(Next().text))});
  if (IsWord("IDENTITY")) {
    Next();
    Node* phrase = Phrase("IDENTITY COLUMN", {Word("IDENTITY")});
    if (IsSymbol("(")) phrase->children[0] = New(Kind::kFunction, {KeyColumns()}, "IDENTITY");
    if (phrase->children[0]->Is(Kind::kFunction)) phrase->children[0]->children[0]->kind = Kind::kList;
    return phrase;
  }
  return nullptr;
}

// CHARACTER SET utf8, ASCII; nullptr (nothing eaten) for anything else.
Node* Parser::ColumnCharset() {
  if (((Is(Kw::kCHARACTER) || Is(Kw::kCHAR)) && IsAhead(1, Kw::kSET)) || (IsWord("CHARSET") && Ahead(1).type != Tok::kSymbol)) {
    at_ += IsWord("CHARSET") ? 1 : 2;
    return Phrase("CHARACTER SET", {Word("CHARACTER SET"), AnyWord("a character set")});
  }
  if (Has(Feature::kKeyIsIndex) && (IsWord("ASCII") || IsWord("UNICODE"))) {
    const std::string_view charset = IsWord("ASCII") ? "latin1" : "ucs2";
    Next();
    return Phrase("CHARACTER SET", {Word("CHARACTER SET"), Word(charset)});
  }
  return nullptr;
}

// One constraint of a column, or nullptr where the definition ends.
Node* Parser::ColumnConstraint() {
  if (AtEnd() || IsSymbol(",") || IsSymbol(")") || IsSymbol(";")) return nullptr;
  PolicyWord(nullptr, true);
  if (Node* tags = Tags()) return tags;
  if (Node* clause = EngineColumnClause()) return clause;
  const int tight = d_.precedence->range + 1;  // DEFAULT 1 NOT NULL: the NOT is the next constraint's
  if (Node* key = ColumnKey()) return key;
  if (EatWord("CONSTRAINT")) {
    Node* name = Identifier("a constraint's name");
    Node* inner = ColumnConstraint();
    Node* phrase = Phrase("CONSTRAINT", {Word("CONSTRAINT"), name});
    if (inner != nullptr) Add(phrase, inner);
    return phrase;
  }
  if (Eat(Kw::kNOT, Kw::kNULL)) return Phrase("NOT NULL", {Word("NOT NULL")});
  if (Eat(Kw::kNULL)) return Phrase("NULL", {Word("NULL")});
  if (Is(Kw::kDEFAULT)) {
    Next();
    return Phrase("DEFAULT", {Word("DEFAULT"), Expression(tight)});
  }
  if (IsWord("GENERATED")) return Generated();
  if (Is(Kw::kAS) && SymbolAhead(1, "(")) {
    Next();
    Node* phrase = Phrase("COMPUTED", {Word(Has(Feature::kComputedGenerated) ? "GENERATED ALWAYS AS" : "AS"), ParenExpression()});
    if (IsWord("STORED") || IsWord("VIRTUAL") || IsWord("PERSISTED")) Add(phrase, Word(ToUpper(Next().text)));
    return phrase;
  }
  if (IsWord("COMMENT") && Ahead(1).type == Tok::kString) {
    Next();
    return Phrase("COMMENT", {Word("COMMENT"), StringLiteral()});
  }
  if (Eat(Kw::kCOLLATE)) return Phrase("COLLATE", {Word("COLLATE"), Cur().type == Tok::kString ? Primary() : DottedName()});
  if (Node* identity = IdentityColumn()) return identity;
  if (Is(Kw::kON) && IsAhead(1, Kw::kUPDATE)) {
    at_ += 2;
    return Phrase("ON UPDATE", {Word("ON UPDATE"), Expression(tight)});
  }
  if (Node* charset = ColumnCharset()) return charset;
  if (OptionsAhead()) return Options();
  Node* other = PhrasePiece();
  if (other->Is(Kind::kWord) && IsSymbol("=")) {
    Next();
    return New(Kind::kSetting, {other, PhrasePiece()});
  }
  return other;
}

bool Parser::TableConstraintAhead() const {
  if (Cur().type != Tok::kWord) return false;
  const bool key = IsAhead(1, Kw::kKEY);
  if (IsWord("CONSTRAINT")) return Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName;
  if (IsWord("PRIMARY") || IsWord("FOREIGN")) return key;
  if (IsWord("CHECK")) return SymbolAhead(1, "(");
  if (IsWord("PROJECTION")) return SymbolAhead(2, "(") && Has(Feature::kSettingsClause);
  if (Is(Kw::kUNIQUE))
    return SymbolAhead(1, "(") || key || IsAhead(1, Kw::kNULLS) || IsAhead(1, Kw::kINDEX) || SymbolAhead(2, "(");
  if (Is(Kw::kLIKE)) return true;
  if (Is(Kw::kINDEX) || (Is(Kw::kKEY) && !Has(Feature::kSettingsClause)))
    return SymbolAhead(1, "(") || SymbolAhead(2, "(") || IsAhead(2, Kw::kUSING) || Ahead(2).type == Tok::kWord;
  if (IsWord("EXCLUDE")) return IsAhead(1, Kw::kUSING) || SymbolAhead(1, "(");
  if (IsWord("PERIOD")) return IsAhead(1, Kw::kFOR);
  if (IsWord("FULLTEXT") || IsWord("SPATIAL")) return key || IsAhead(1, Kw::kINDEX) || SymbolAhead(1, "(") || SymbolAhead(2, "(");
  return false;
}

// PRIMARY KEY (…), UNIQUE name (…), INDEX, FOREIGN KEY (…) REFERENCES …: goes to the end of `phrase`.
void Parser::TableKey(Node* phrase) {
  const bool foreign = IsWord("FOREIGN");
  std::string words;
  while (Cur().type == Tok::kWord &&
         (IsWord("PRIMARY") || IsWord("FOREIGN") || Is(Kw::kUNIQUE) || Is(Kw::kKEY) || Is(Kw::kINDEX) || IsWord("FULLTEXT") ||
          IsWord("SPATIAL") || IsWord("CLUSTERED") || IsWord("NONCLUSTERED")))
    words += (words.empty() ? "" : " ") + ToUpper(Next().text);
  if (Has(Feature::kKeyIsIndex)) {
    if (words == "KEY") words = "INDEX";
    if (words == "UNIQUE KEY" || words == "UNIQUE INDEX") words = "UNIQUE";
    if (words == "FULLTEXT" || words == "FULLTEXT KEY") words = "FULLTEXT INDEX";
    if (words == "SPATIAL" || words == "SPATIAL KEY") words = "SPATIAL INDEX";
  }
  if (words.empty() && IsWord("EXCLUDE") && IsAhead(1, Kw::kUSING) && SymbolAhead(3, "(")) {
    const std::string method = "EXCLUDE USING " + std::string(Ahead(2).text);
    at_ += 3;
    Add(phrase, Word(method + std::string(PhrasePiece()->text)));
  } else if (!words.empty()) {
    Add(phrase, Word(words));
  }
  const bool excluded = words.empty() && phrase->count > 0 && phrase->Child(phrase->count - 1)->text.starts_with("EXCLUDE");
  if (!excluded && (Cur().type == Tok::kQuotedName || (Cur().type == Tok::kWord && !Is(Kw::kUSING))) && SymbolAhead(1, "("))
    Add(phrase, Identifier("a name"));
  if (Cur().type == Tok::kString && Has(Feature::kDoubleQuotedStrings) && SymbolAhead(1, "("))
    Add(phrase, MakeIdentifier(arena_, Next().text, true));
  if (Is(Kw::kNULLS)) {
    const uint32_t begin = Cur().begin;
    while (Cur().type == Tok::kWord) Next();
    Add(phrase, RawSince(begin));
  }
  if (!words.empty() && IsSymbol("(")) Add(phrase, KeyColumns());
  if (foreign && IsWord("REFERENCES")) Add(phrase, References());
}

Node* Parser::TableConstraint() {
  Node* phrase = Phrase("CONSTRAINT", {});
  if (EatWord("CONSTRAINT")) {
    const bool key = IsAhead(1, Kw::kKEY) || IsAhead(1, Kw::kINDEX) || SymbolAhead(1, "(");
    const bool unnamed = ((IsWord("PRIMARY") || IsWord("FOREIGN")) && IsAhead(1, Kw::kKEY)) ||
                         (Has(Feature::kKeyIsIndex) && key && (Is(Kw::kUNIQUE) || IsWord("CHECK")));
    if (!unnamed) {
      Add(phrase, Word("CONSTRAINT"));
      Add(phrase, Identifier("a constraint's name"));
    }
  }
  if (Node* constraint = EngineConstraint()) {
    Add(phrase, constraint);
  } else if (IsWord("CHECK") && SymbolAhead(1, "(")) {
    Next();
    Add(phrase, Word("CHECK"));
    Add(phrase, ParenExpression());
  } else if (Is(Kw::kLIKE)) {
    Next();
    Add(phrase, Word("LIKE"));
    Add(phrase, DottedName());
  } else {
    TableKey(phrase);
  }
  while (!AtEnd() && !IsSymbol(",") && !IsSymbol(")") && !IsSymbol(";")) {
    Node* more = ColumnConstraint();
    if (more == nullptr) break;
    if (more->Is(Kind::kSetting) && Has(Feature::kKeyIsIndex))
      more = Phrase("SETTING", {more->children[0], Word("="), more->children[1]});
    Add(phrase, more);
  }
  return phrase;
}

Node* Parser::ColumnDef() {
  Node* column = New(Kind::kColumnDef, {nullptr, nullptr});
  column->children[0] = AnyWord("a column name");
  while (IsSymbol(".") || (IsSymbol("[") && SymbolAhead(1, "]"))) Fail("nested column names are not supported here");
  const bool typed = (Cur().type == Tok::kWord || Cur().type == Tok::kQuotedName) && !IsStructural(Cur().kw) &&
                     !Is(Kw::kDEFAULT) && !Is(Kw::kUNIQUE) && !Is(Kw::kNULL) && !Is(Kw::kCOLLATE) && !IsWord("COMMENT") &&
                     !IsWord("PRIMARY") && !IsWord("OPTIONS") && !IsWord("ALIAS") && !IsWord("MATERIALIZED") &&
                     !IsWord("GENERATED") && !IsWord("ENCODE") && !IsWord("CHECK") && !IsWord("REFERENCES") &&
                     !IsWord("CONSTRAINT") && !Is(Kw::kAS);
  if (typed) column->children[1] = TypeName();
  Node* constraints = New(Kind::kList);
  auto half = [&] { return (Is(Kw::kNOT) || IsWord("PRIMARY") || IsWord("CHECK")) && SymbolAhead(1, ")"); };
  while (Node* each = half() ? nullptr : ColumnConstraint()) Add(constraints, each);
  if (half()) Next(), Unexpected("the rest of the constraint");
  if (constraints->count > 0) SetChild(arena_, column, 2, constraints);
  return column;
}

Node* Parser::CreateColumns() {
  Node* list = New(Kind::kList);
  ExpectSymbol("(");
  do {
    if (IsSymbol(")")) break;
    if (IsWord("CONSTRAINT") && SymbolAhead(1, ")")) Next(), Unexpected("a constraint");
    size_t first = at_;
    Node* entry = TableConstraintAhead() ? TableConstraint() : ColumnDef();
    TakeComments(entry, first);
    Add(list, entry);
  } while (EatSymbol(","));
  ExpectSymbol(")");
  return list;
}

}  // namespace dvt::sql
