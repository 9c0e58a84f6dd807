// What stands between the columns of a definition and its body: storage, partitioning, options, comments.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

// How a property that begins with these words goes on.
enum class Shape { kWordsOnly, kFormat, kTuple, kKeys, kString, kName, kExpression, kSettings, kNumber };
struct PropertyShape {
  std::string_view words;
  Shape shape;
};

constexpr PropertyShape kShapes[] = {
    {"PARTITIONED BY", Shape::kTuple},
    {"PARTITION BY", Shape::kExpression},
    {"CLUSTER BY", Shape::kExpression},
    {"CLUSTERED BY", Shape::kKeys},
    {"SORTED BY", Shape::kKeys},
    {"ORDER BY", Shape::kExpression},
    {"PRIMARY KEY", Shape::kExpression},
    {"SAMPLE BY", Shape::kExpression},
    {"USING TEMPLATE", Shape::kExpression},
    {"USING", Shape::kFormat},
    {"STORED AS", Shape::kFormat},
    {"TBLPROPERTIES", Shape::kSettings},
    {"OPTIONS", Shape::kSettings},
    {"WITH", Shape::kSettings},
    {"SERDEPROPERTIES", Shape::kSettings},
    {"LOCATION", Shape::kString},
    {"STORED BY", Shape::kString},
    {"INHERITS", Shape::kKeys},
    {"DISTKEY", Shape::kKeys},
    {"SORTKEY", Shape::kKeys},
    {"COMPOUND SORTKEY", Shape::kKeys},
    {"ON COMMIT PRESERVE ROWS", Shape::kWordsOnly},
    {"ON COMMIT DELETE ROWS", Shape::kWordsOnly},
    {"ON COMMIT DROP", Shape::kWordsOnly},
    {"ON CLUSTER", Shape::kName},
    {"ROW FORMAT SERDE", Shape::kString},
    {"WITH NO DATA", Shape::kWordsOnly},
    {"WITH DATA", Shape::kWordsOnly},
    {"WITH NO SCHEMA BINDING", Shape::kWordsOnly},
    {"LIKE", Shape::kName},
    {"CLONE", Shape::kName},
    {"COPY", Shape::kName},
    {"TABLESPACE", Shape::kName},
    {"PCTFREE", Shape::kNumber},
    {"PCTUSED", Shape::kNumber},
    {"INITRANS", Shape::kNumber},
    {"MAXTRANS", Shape::kNumber},
    {"LOGGING", Shape::kWordsOnly},
    {"NOLOGGING", Shape::kWordsOnly},
};

}  // namespace

// key = value, 'key' = 'value', key value.
Node* Parser::SettingValue() {
  if ((Cur().type == Tok::kWord && SymbolAhead(1, "[")) || Has(Feature::kScripts)) return Expression();
  if (Is(Kw::kTRUE) || Is(Kw::kFALSE)) return Word(ToUpper(Next().text));
  return PhrasePiece();
}

// STORAGE (INITIAL 64K NEXT 1M)
Node* Parser::Storage() {
  static constexpr std::string_view kWords[] = {"INITIAL",   "NEXT",      "MINEXTENTS",  "MAXEXTENTS",       "PCTINCREASE",
                                                "FREELISTS", "FREELIST",  "GROUPS",      "OPTIMAL",          "BUFFER_POOL",
                                                "ENCRYPT",   "UNLIMITED", "KEEP",        "RECYCLE",          "DEFAULT",
                                                "NULL",      "MAXSIZE",   "FLASH_CACHE", "CELL_FLASH_CACHE", "NONE"};
  at_ += 2;
  std::string text = "STORAGE (";
  while (!IsSymbol(")")) {
    bool known = false;
    for (const std::string_view word : kWords) known = known || (Cur().type == Tok::kWord && EqualsIgnoreCase(Cur().text, word));
    if (!known && Cur().type != Tok::kNumber) throw ParseFailure{Cur().begin, "this is no property of a table's storage", true};
    text += (text.back() == '(' ? "" : " ") + ToUpper(Cur().text);
    const bool number = Next().type == Tok::kNumber;
    if (number && Cur().type == Tok::kWord && Cur().text.size() == 1) text += ToUpper(Next().text);  // 64 K
  }
  Next();
  return Word(text + ")");
}

// (a, b), (BUCKET(4, a), DAYS(b), c): what a table is partitioned by.
Node* Parser::PartitionColumns() {
  const bool transforms = Has(Feature::kLateralView) && Ahead(1).type == Tok::kWord && SymbolAhead(2, "(");
  Node* columns = transforms ? nullptr : CreateColumns();
  if (transforms) {  // BUCKET(4, a), DAYS(b), c
    columns = New(Kind::kList);
    Next();
    do Add(columns, SymbolAhead(1, "(") ? Expression() : ColumnDef());
    while (EatSymbol(","));
    ExpectSymbol(")");
  }
  columns->kind = Kind::kTuple;
  return columns;
}

// (key = value, …)
Node* Parser::PropertySettings() {
  Node* tuple = SettingTuple();
  for (Node* setting : tuple->Children()) {
    const bool own = setting->Is(Kind::kSetting) && EqualsIgnoreCase(setting->Child(0)->text, "LOCATION");
    const bool format = setting->Is(Kind::kSetting) && EqualsIgnoreCase(setting->Child(0)->text, "FORMAT");
    if (format && Has(Feature::kScripts)) setting->children[0] = Word("FORMAT");
    if (own && Has(Feature::kTableSettings) && setting->Child(0)->Is(Kind::kWord)) setting->children[0] = Word("LOCATION");
  }
  return tuple;
}

// PARTITION BY RANGE (…) (PARTITION … VALUES LESS THAN …), as written; nullptr (nothing eaten) for anything else.
Node* Parser::PartitionClause() {
  if (!(!Has(Feature::kScripts) && !Has(Feature::kSettingsClause) && Is(Kw::kPARTITION) && IsAhead(1, Kw::kBY) &&
        (Has(Feature::kKeyIsIndex) || SymbolAhead(3, "("))))
    return nullptr;
  const Token& behind = Ahead(BehindParenthesis(3));
  if (Has(Feature::kTransactionalDdl) && Has(Feature::kTildeRegex) &&
      (behind.type == Tok::kEnd || behind.symbol == Symbol(";"))) {
    at_ += 2;
    return Phrase("PARTITION BY", {Word("PARTITION BY"), Expression()});
  }
  const uint32_t begin = Cur().begin;
  while (!AtEnd() && !IsSymbol(";") && !Is(Kw::kAS) && !IsSymbol(")")) {
    if (IsSymbol("("))
      SkipBalanced();
    else
      Next();
  }
  return RawSince(begin);
}

// A property whose words are known, with what they take; nullptr (nothing eaten) for anything else.
Node* Parser::ShapedProperty() {
  for (const auto& each : kShapes) {
    size_t n = 0;
    bool same = true;
    for (const auto& word : Split(each.words, ' ')) {
      same = same && Ahead(n).type == Tok::kWord && EqualsIgnoreCase(Ahead(n).text, word);
      ++n;
    }
    if (!same) continue;
    const bool parens = SymbolAhead(n, "(");
    if ((each.shape == Shape::kTuple || each.shape == Shape::kKeys || each.shape == Shape::kSettings) && !parens) continue;
    if (each.shape == Shape::kString && Ahead(n).type != Tok::kString) continue;
    if (each.shape == Shape::kNumber && Ahead(n).type != Tok::kNumber) continue;
    if (SymbolAhead(n, "=")) continue;
    if (each.shape == Shape::kFormat &&
        (!(Has(Feature::kQuotedSettings) || Has(Feature::kTableSettings)) ||
         (Ahead(n).type != Tok::kWord && !(Ahead(n).type == Tok::kString && Has(Feature::kTableSettings))) ||
         IsWord("INPUTFORMAT", n)))
      continue;
    at_ += n;
    Node* phrase = Phrase(each.words, {Word(each.words)});
    switch (each.shape) {
      case Shape::kWordsOnly: return phrase;
      case Shape::kFormat: Add(phrase, Word(arena_.Copy(ToUpper(Next().text)))); return phrase;
      case Shape::kTuple: Add(phrase, PartitionColumns()); return phrase;
      case Shape::kKeys: Add(phrase, KeyColumns()); return phrase;
      case Shape::kSettings: Add(phrase, PropertySettings()); return phrase;
      case Shape::kName: Add(phrase, Cur().type == Tok::kString ? Primary() : DottedName()); return phrase;
      case Shape::kString:
      case Shape::kNumber: Add(phrase, Primary()); return phrase;
      case Shape::kExpression: {
        Node* list = New(Kind::kList);
        do Add(list, OrderItem());
        while (EatSymbol(","));
        Add(phrase, list);
        return phrase;
      }
    }
  }
  return nullptr;
}

// ENGINE=InnoDB, DEFAULT CHARSET = utf8, COMMENT 'text'; nullptr (nothing eaten) for anything else.
Node* Parser::TableOption() {
  std::string words;
  const size_t start = at_;
  while (Cur().type == Tok::kWord && !Is(Kw::kAS) && !Is(Kw::kWHERE) && words.size() < 60) {
    words += (words.empty() ? "" : " ") + ToUpper(Next().text);
    if (Has(Feature::kKeyIsIndex)) {
      if (words.ends_with("CHARSET")) words.replace(words.size() - 7, 7, "CHARACTER SET");
      if (words.ends_with("CHAR SET")) words.replace(words.size() - 8, 8, "CHARACTER SET");
      if (words == "DEFAULT COLLATE") words = "COLLATE";
      const bool named = words == "CHARACTER SET" || words == "DEFAULT CHARACTER SET" || words == "COLLATE";
      if (named && (Cur().type == Tok::kWord || Cur().type == Tok::kString))
        return New(Kind::kSetting, {Word(words), SettingValue()}, arena_.Copy(words));
      if (words == "COMMENT" && Cur().type == Tok::kString) return New(Kind::kSetting, {Word(words), SettingValue()}, "COMMENT");
    }
    if (IsSymbol("=")) {
      Next();
      Node* value = Has(Feature::kStagedFiles) && IsSymbol("(") ? Word(TightTuple()) : SettingValue();
      return New(Kind::kSetting, {Word(words), value}, arena_.Copy(words));
    }
    if (Cur().type == Tok::kString && words == "COMMENT") return Phrase("COMMENT", {Word(words), Primary()});
  }
  at_ = start;
  return nullptr;
}

Node* Parser::Property() {
  if (Has(Feature::kConnectBy) && IsWord("STORAGE") && SymbolAhead(1, "(")) return Storage();
  if (Node* tags = Tags()) return tags;
  if (Node* clause = EngineClause()) return clause;
  if (Has(Feature::kScripts) && Is(Kw::kFOR) && IsWord("SYSTEM_TIME", 1) &&
      IsAhead(2, Kw::kAS)) {  // CLONE t FOR SYSTEM_TIME AS OF x
    at_ += 4;
    return Phrase("FOR", {Word("FOR SYSTEM_TIME AS OF"), Expression()});
  }
  if (Has(Feature::kScripts) && Is(Kw::kWITH) && !EqualsIgnoreCase(tokens_[at_ - 1].text, "REMOTE") &&
      (IsWord("CONNECTION", 1) || IsAhead(1, Kw::kPARTITION)))
    throw ParseFailure{Cur().begin, "tables of other stores are kept as written"};
  if (IsWord("CALLED") && !IsAhead(1, Kw::kON)) Fail("expected CALLED ON NULL INPUT");
  if (Is(Kw::kPARTITION) && Has(Feature::kTildeRegex) && !IsAhead(1, Kw::kBY) && !EqualsIgnoreCase(Ahead(1).text, "OF"))
    Fail("expected PARTITION BY or PARTITION OF");
  if (Node* partitions = PartitionClause()) return partitions;
  if (Node* shaped = ShapedProperty()) return shaped;
  if (Node* option = TableOption()) return option;
  return PhrasePiece();
}

Node* Parser::Properties(bool may_have_columns) {
  Node* list = New(Kind::kList);
  while (!AtEnd() && !IsSymbol(";") && !Is(Kw::kAS) && !BodyAhead()) {
    if (may_have_columns && list->count > 0 && list->Child(list->count - 1)->Is(Kind::kSetting) && IsSymbol("(")) break;
    const Node* last = list->count == 0 ? nullptr : list->Child(list->count - 1);
    if (last != nullptr && last->text == "ON CLUSTER" && IsSymbol("(") && !QueryAhead(0)) break;  // the columns
    PolicyWord(list, false);
    Add(list, Property());
    if (Has(Feature::kTimeTravel) && tokens_[at_ - 1].type != Tok::kSymbol && TimeTravelAhead()) {  // CLONE t AT (…)
      Node* moment = Phrase("AT", {Word(ToUpper(Next().text))});
      Add(moment, New(Kind::kTuple, {TravelPoint()}));
      Add(list, moment);
    }
    if (IsSymbol(",")) {
      // MySQL separates table options by commas if it likes.
      if (!Ahead(1).text.empty() && Ahead(1).type == Tok::kWord && SymbolAhead(2, "="))
        Next();
      else
        Fail("unexpected ','");
    }
  }
  return list->count == 0 ? nullptr : list;
}

}  // namespace dvt::sql
