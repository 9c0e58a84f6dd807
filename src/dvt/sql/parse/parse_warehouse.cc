// BigQuery's own syntax: names with dashes and digits, UNNEST WITH OFFSET, set operations by sides, models as arguments, scripts.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/time_formats.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// A part of a table's name: also my-project-1, whose dashes stand without blanks.
Node* Parser::TablePart() {
  if (Has(Feature::kDashedNames) && Cur().type == Tok::kNumber) return DigitName();
  if (!Has(Feature::kDashedNames) || Cur().type != Tok::kWord || !SymbolAhead(1, "-") || Ahead(1).begin != Cur().end ||
      Ahead(2).begin != Ahead(1).end)
    return AnyWord("a table");
  const uint32_t begin = Cur().begin;
  uint32_t end = Next().end;
  while (Cur().begin == end && (IsSymbol("-") || Cur().type == Tok::kWord || Cur().type == Tok::kNumber)) {
    Token& token = tokens_[at_];
    end = token.end;
    if (token.type == Tok::kNumber && token.text.ends_with('.')) {  // my-project-1.data: the dot belongs to the name
      --end;
      token = {Tok::kSymbol, Kw::kNone, Symbol("."), end, end + 1, SourceOf(end, end + 1)};
      break;
    }
    Next();
  }
  return NewAt(begin, Kind::kIdentifier, {}, SourceOf(begin, end));
}

// A part of a name that begins with digits, t.25ab: quoted from now on.
Node* Parser::DigitName() {
  const uint32_t begin = Cur().begin;
  uint32_t end = Cur().end;
  if (Cur().text.ends_with('.')) {
    --end;
    tokens_[at_] = {Tok::kSymbol, Kw::kNone, Symbol("."), end, end + 1, SourceOf(end, end + 1)};
  } else {
    Next();
    if (Cur().begin == end && Cur().type == Tok::kWord) end = Next().end;
  }
  Node* name = NewAt(begin, Kind::kIdentifier, {}, SourceOf(begin, end));
  name->Set(kQuoted, !Has(Feature::kTupleValues));  // t.1 is a place there
  return name;
}

// Views of INFORMATION_SCHEMA are one name with its dot; the view's name is the alias.
void Parser::InformationSchema(Node* table) {
  static constexpr std::string_view kSchema = "INFORMATION_SCHEMA";
  if (!Has(Feature::kDashedNames) || !Has(Feature::kUnnestOffset)) return;
  Node* name = table->Child(1);
  Node* view = name->Child(name->count - 1);
  if (name->count == 1) {
    const size_t at = view->text.find("INFORMATION_SCHEMA.");
    if (at == std::string_view::npos || !view->Has(kQuoted)) return;
    if (table->Child(0) == nullptr) table->children[0] = New(Kind::kTableAlias, {MakeIdentifier(arena_, view->text), nullptr});
    return;
  }
  Node* schema = name->Child(name->count - 2);
  const bool whole = EqualsIgnoreCase(schema->text, kSchema);
  if (!whole && !(schema->text.size() > kSchema.size() &&
                  EqualsIgnoreCase(schema->text.substr(schema->text.size() - kSchema.size()), kSchema)))
    return;
  if (table->Child(0) == nullptr) {
    table->children[0] = New(Kind::kTableAlias, {MakeIdentifier(arena_, view->text, view->Has(kQuoted)), nullptr});
  }
  schema->text = arena_.Copy(std::string(schema->text) + "." + std::string(view->text));
  schema->Set(kQuoted);
  name->count -= 1;
}

// UNNEST(x) AS item WITH OFFSET [AS place]
void Parser::UnnestOffset(Node* table) {
  if (!Has(Feature::kUnnestOffset) || !Is(Kw::kWITH) || !IsAhead(1, Kw::kOFFSET)) return;
  at_ += 2;
  table->Set(kWithOffset);
  Node* place = nullptr;
  if (Eat(Kw::kAS))
    place = AnyWord("an alias");
  else if (IsImplicitAlias(true))
    place = AnyWord("an alias");
  else
    place = MakeIdentifier(arena_, "offset", false);
  if (table->Child(0) == nullptr) table->children[0] = New(Kind::kTableAlias, {nullptr, nullptr});
  SetChild(arena_, table->children[0], 2, place);
}

namespace {

bool Names(const Node* table, const Node* first) {
  if (table->Is(Kind::kJoin)) return Names(table->Child(0), first) || Names(table->Child(1), first);
  return EqualsIgnoreCase(AliasOrName(table), first->text);
}

}  // namespace

// FROM a, b is a cross join; FROM t, t.items reads the array.
Node* Parser::CrossJoined(Node* left, Node* right) {
  Node** first = &right;
  while ((*first)->Is(Kind::kJoin)) first = &(*first)->children[0];
  Node* table = *first;
  if (Has(Feature::kUnnestOnDots) && table->Is(Kind::kTable) && table->Child(1)->count > 1 &&
      Names(left, table->Child(1)->Child(0))) {
    Node* column = NewAt(table->begin, Kind::kColumn);
    for (Node* part : table->Child(1)->Children()) Add(column, part);
    Node* call = MakeFunction(arena_, "UNNEST", {column});
    *first = NewAt(table->begin, Kind::kTableFunction, {table->Child(0), call});
  }
  Node* join = Slots(Kind::kJoin, 4);
  join->op = Op::kCross;
  join->children[0] = left;
  join->children[1] = *first;
  if (first == &right) return join;
  *first = join;
  return right;
}

// [INNER | FULL | LEFT] [OUTER] UNION …: whether the sides of a set operation are ahead.
bool Parser::SidesAhead() const {
  if (!Has(Feature::kSidedSetOperators)) return false;
  for (size_t n = 0; n < 3; ++n) {
    switch (Ahead(n).kw) {
      case Kw::kINNER:
      case Kw::kFULL:
      case Kw::kLEFT:
      case Kw::kOUTER: break;
      case Kw::kUNION:
      case Kw::kEXCEPT:
      case Kw::kINTERSECT: return n > 0;
      default: return false;
    }
  }
  return IsAhead(3, Kw::kUNION);
}

std::string_view Parser::SetSides() {
  const uint32_t begin = Cur().begin;
  uint32_t end = begin;
  while (!Is(Kw::kUNION) && !Is(Kw::kEXCEPT) && !Is(Kw::kINTERSECT)) end = Next().end;
  return arena_.Copy(ToUpper(SourceOf(begin, end)));
}

// BY NAME ON (a, b) and its older spellings [STRICT] CORRESPONDING [BY (a, b)].
void Parser::SetByName(Node* set) {
  const bool strict = IsWord("STRICT") && IsWord("CORRESPONDING", 1);
  if (Is(Kw::kBY) && IsAhead(1, Kw::kNAME)) {
    at_ += 2;
    set->Set(kByName);
    if (Eat(Kw::kON)) SetChild(arena_, set, kMatchedSlot, NameList());
  } else if (strict || IsWord("CORRESPONDING")) {
    at_ += strict ? 2 : 1;
    set->Set(kByName);
    if (set->text.empty() && !strict) set->text = "INNER";
    if (Eat(Kw::kBY)) SetChild(arena_, set, kMatchedSlot, NameList());
  }
}

// MODEL a.b and TABLE c.d as arguments.
Node* Parser::ModelArgument() {
  Node* word = New(Kind::kWord, {}, Is(Kw::kTABLE) ? "TABLE" : "MODEL");
  Next();
  Node* name = New(Kind::kName);
  do Add(name, TablePart());
  while (EatSymbol("."));
  return NewAt(word->begin, Kind::kPhrase, {word, name}, word->text);
}

bool Parser::ModelArgumentAhead() const {
  if (!Has(Feature::kModelArguments) || !(Is(Kw::kTABLE) || IsWord("MODEL"))) return false;
  return Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName;
}

// CAST(x AS DATE FORMAT 'YYYY') reads x by a format: PARSE_DATE('%Y', x). Texts keep their FORMAT.
Node* Parser::ParsedByFormat(Node* cast) {
  const std::string_view type = cast->Child(1)->text;
  const TimeFormat* alphabet = FindTimeFormat("teradata");
  const Node* zone = cast->Child(2)->Is(Kind::kAtTimeZone) && type == "TIMESTAMP" ? cast->Child(2)->Child(1) : nullptr;
  const Node* pattern = zone != nullptr ? Unparen(cast->Child(2)->Child(0)) : cast->Child(2);
  if ((type != "DATE" && type != "TIMESTAMP" && type != "DATETIME" && type != "TIME") || alphabet == nullptr ||
      !pattern->Is(Kind::kString))
    return cast;
  const std::string format = FromStrftime(FindTimeFormat(d_.time_format), ToStrftime(*alphabet, pattern->text), true);
  const std::string_view name = type == "DATE" ? "PARSED_DATE" : type == "TIMESTAMP" ? "PARSED_TIMESTAMP" : "";
  Node* call = MakeFunction(arena_, name.empty() ? arena_.Copy("PARSE_" + std::string(type)) : name,
                            {MakeString(arena_, format), cast->Child(0)});
  call->begin = cast->begin;
  if (zone == nullptr) return call;
  return MakeFunction(arena_, "PARSE_TIMESTAMP", {MakeString(arena_, format), cast->children[0], cast->children[2]->children[1]});
}

// DECLARE a, b TYPE DEFAULT value
Node* Parser::DeclareVariables() {
  Node* names = New(Kind::kList);
  Node* phrase = New(Kind::kPhrase, {New(Kind::kWord, {}, "DECLARE"), names}, "DECLARE");
  Next();
  do Add(names, AnyWord("a variable"));
  while (EatSymbol(","));
  if (!Is(Kw::kDEFAULT)) Add(phrase, TypeName());
  if (Is(Kw::kDEFAULT)) {
    Add(phrase, New(Kind::kWord, {}, "DEFAULT"));
    Next();
    Add(phrase, Expression());
  }
  return phrase;
}

// EXPORT DATA [WITH CONNECTION name] OPTIONS (…) AS query
Node* Parser::Export() {
  if (!Has(Feature::kScripts) || !IsWord("EXPORT") || !IsWord("DATA", 1)) return nullptr;
  at_ += 2;
  Node* phrase = Phrase("EXPORT DATA", {Word("EXPORT DATA")});
  if (Eat(Kw::kWITH)) {
    if (!IsWord("CONNECTION")) Unexpected("CONNECTION");
    Next();
    Add(phrase, Word("WITH CONNECTION"));
    Add(phrase, DottedName());
  }
  if (!OptionsAhead()) Unexpected("OPTIONS");
  Node* options = Options();
  for (Node* each : options->Child(1)->Children()) {
    if (each->Is(Kind::kSetting) && EqualsIgnoreCase(each->Child(0)->text, "FORMAT")) each->children[0] = Word("FORMAT");
  }
  Add(phrase, options);
  Expect(Kw::kAS, "AS");
  Add(phrase, Word("AS"));
  Add(phrase, Query());
  return phrase;
}

// LOOP, WHILE, REPEAT, IF and FOR of scripts are kept as written.
bool Parser::ScriptAhead() const {
  if (!Has(Feature::kScripts)) return false;
  if (IsWord("LOOP") || IsWord("WHILE") || IsWord("REPEAT")) return Ahead(1).type != Tok::kSymbol && Ahead(1).type != Tok::kEnd;
  if (IsWord("EXCEPTION") || IsWord("ELSEIF") || IsWord("UNTIL") || Is(Kw::kELSE)) return Ahead(1).type != Tok::kEnd;
  if (IsWord("LEAVE") || IsWord("ITERATE") || IsWord("RAISE")) return true;
  if (Is(Kw::kIF)) return Ahead(1).type == Tok::kWord;
  return Is(Kw::kFOR) && Ahead(1).type == Tok::kWord && IsAhead(2, Kw::kIN);
}

}  // namespace dvt::sql
