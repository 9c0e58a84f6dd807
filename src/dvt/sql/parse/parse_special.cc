#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// The name of a character set: a word, quoted only where it must be.
Node* Parser::Charset() {
  if (Cur().type != Tok::kQuotedName) {
    if (Cur().type != Tok::kWord && Cur().type != Tok::kString) Unexpected("a character set");
    return Word(Next().text);
  }
  for (const char c : Cur().text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!plain) return AnyWord("a character set");
  }
  return Word(Next().text);
}

// What a cast's type may say beyond the type: CHARACTER SET utf8mb4, COLLATE "de_DE".
void Parser::TypeSuffix(Node* type) {
  if (((Is(Kw::kCHARACTER) || Is(Kw::kCHAR)) && IsAhead(1, Kw::kSET)) || IsWord("CHARSET")) {
    at_ += IsWord("CHARSET") ? 1 : 2;
    Add(type, Phrase("CHARACTER SET", {Word("CHARACTER SET"), Charset()}));
  }
  if (Eat(Kw::kCOLLATE)) Add(type, Phrase("COLLATE", {Word("COLLATE"), DottedName()}));
}

Node* Parser::CastCall(bool is_try) {
  Node* cast = New(Kind::kCast);
  at_ += 2;
  Add(cast, Expression());
  if (!is_try && Has(Feature::kParametricCalls) && EatSymbol(",")) {  // CAST(x, 'Int32'): the type is a text
    Node* call = MakeFunction(arena_, "CAST", {cast->Child(0), Expression()});
    ExpectSymbol(")");
    return call;
  }
  Expect(Kw::kAS, "AS");
  Add(cast, TypeName());
  TypeSuffix(cast->children[1]);
  if (Has(Feature::kCastFormat) && EatWord("FORMAT")) Add(cast, Unparen(Expression()));
  ExpectSymbol(")");
  if (cast->count == 3 && !is_try) return ParsedByFormat(cast);
  cast->Set(kTry, is_try);
  return cast;
}

// MySQL: CONVERT(x, type) is a cast; CONVERT(x USING charset) changes only the character set.
Node* Parser::ConvertCall() {
  uint32_t begin = Cur().begin;
  at_ += 2;
  Node* value = Expression();
  if (Eat(Kw::kUSING)) {
    Node* charset = Charset();
    ExpectSymbol(")");
    Node* type = MakeTypeName(arena_, "CHAR");
    Append(arena_, type, Phrase("CHARACTER SET", {Word("CHARACTER SET"), charset}));
    return NewAt(begin, Kind::kCast, {value, type});
  }
  ExpectSymbol(",");
  Node* type = TypeName();
  TypeSuffix(type);
  ExpectSymbol(")");
  return NewAt(begin, Kind::kCast, {value, type});
}

// CONVERT(type, value, style) and TRY_CONVERT.
Node* Parser::ConvertToType() {
  Node* call = Slots(Kind::kFunction, 3);
  call->text = Cur().text;
  at_ += 2;
  Node* args = New(Kind::kList, {TypeName()});
  call->children[kArgsSlot] = args;
  while (EatSymbol(",")) Add(args, Expression());
  ExpectSymbol(")");
  if (args->count < 2) Unexpected("a value to convert");
  return call;
}

Node* Parser::Extract() {
  Node* node = New(Kind::kExtract);
  at_ += 2;
  if (Cur().type != Tok::kWord && Cur().type != Tok::kString) Unexpected("a date part");
  std::string field = options_.placeholders ? std::string(Cur().text) : ToUpper(Cur().text);
  if (Has(Feature::kDatePartCall) && SymbolAhead(1, ",")) {  // EXTRACT('month', x)
    Node* part = Primary();
    Next();
    Node* call = NewAt(node->begin, Kind::kFunction, {New(Kind::kList, {part, Expression()})}, "DATE_PART");
    ExpectSymbol(")");
    return call;
  }
  Next();
  if (Has(Feature::kCastFormat) && IsSymbol("(")) {  // WEEK(MONDAY)
    Next();
    field += "(" + ToUpper(AnyWord("a day")->text) + ")";
    ExpectSymbol(")");
  }
  node->text = arena_.Copy(field);
  Expect(Kw::kFROM, "FROM");
  Add(node, Expression());
  ExpectSymbol(")");
  return node;
}

Node* Parser::Substring() {
  Node* call = Slots(Kind::kFunction, 3);
  call->text = Is(Kw::kSUBSTRING) ? std::string_view("SUBSTRING") : Cur().text;
  at_ += 2;
  Node* args = New(Kind::kList);
  call->children[kArgsSlot] = args;
  Add(args, Expression());
  if (Is(Kw::kSIMILAR)) Fail("SUBSTRING … SIMILAR is not supported");
  if (Is(Kw::kFROM) || Is(Kw::kFOR)) {
    if (Eat(Kw::kFROM))
      Add(args, Expression());
    else
      Add(args, MakeNumber(arena_, 1));
    if (Eat(Kw::kFOR)) Add(args, Expression());
    if (args->count == 2 && Eat(Kw::kFROM)) args->children[1] = Expression();
  } else {
    while (EatSymbol(",")) Add(args, Expression());
  }
  ExpectSymbol(")");
  return CallTail(call);
}

Node* Parser::Trim() {
  Node* trim = New(Kind::kTrim, {nullptr, nullptr}, {}, Op::kBoth);
  at_ += 2;
  if (Eat(Kw::kLEADING))
    trim->op = Op::kLeading;
  else if (Eat(Kw::kTRAILING))
    trim->op = Op::kTrailing;
  else if (Eat(Kw::kBOTH))
    trim->Set(kExplicitBoth);
  if (Eat(Kw::kFROM)) {
    trim->children[0] = Expression();
    if (EatSymbol(",")) trim->children[1] = Expression();
  } else {
    Node* first = Expression();
    if (Eat(Kw::kFROM)) {
      trim->children[1] = first;
      trim->children[0] = Expression();
    } else {
      trim->children[0] = first;
      if (EatSymbol(",")) trim->children[1] = Expression();
    }
  }
  ExpectSymbol(")");
  return trim;
}

Node* Parser::Position() {
  Node* node = New(Kind::kPosition);
  at_ += 2;
  bool no_in = std::exchange(no_in_, true);
  Add(node, Expression());
  no_in_ = no_in;
  if (EatSymbol(",")) {  // POSITION(needle, haystack)
    Add(node, Expression());
    if (EatSymbol(",")) {  // … from a place on
      Node* call = MakeFunction(arena_, "CHARINDEX", {node->children[0], node->children[1], Expression()});
      ExpectSymbol(")");
      return call;
    }
  } else {
    Expect(Kw::kIN, "IN");
    Add(node, Expression());
  }
  ExpectSymbol(")");
  return node;
}

Node* Parser::Overlay() {
  Node* call = Slots(Kind::kFunction, 3);
  call->text = "OVERLAY";
  at_ += 2;
  Node* args = New(Kind::kList, {Expression()});
  call->children[kArgsSlot] = args;
  if (IsSymbol(",")) {
    while (EatSymbol(",")) Add(args, Expression());
    ExpectSymbol(")");
    return call;
  }
  Expect(Kw::kPLACING, "PLACING");
  Add(args, Expression());
  Expect(Kw::kFROM, "FROM");
  Add(args, Expression());
  if (Eat(Kw::kFOR)) Add(args, Expression());
  ExpectSymbol(")");
  return call;
}

// The unit behind an interval's value: DAY, "YEAR TO MONTH", DAY_HOUR; upper case without plural s.
std::string_view Parser::IntervalUnit(bool required) {
  static constexpr std::string_view kUnits[] = {"MICROSECOND",
                                                "MILLISECOND",
                                                "SECOND",
                                                "MINUTE",
                                                "HOUR",
                                                "DAY",
                                                "WEEK",
                                                "MONTH",
                                                "QUARTER",
                                                "YEAR",
                                                "DECADE",
                                                "CENTURY",
                                                "MILLENNIUM",
                                                "SECOND_MICROSECOND",
                                                "MINUTE_MICROSECOND",
                                                "MINUTE_SECOND",
                                                "HOUR_MICROSECOND",
                                                "HOUR_SECOND",
                                                "HOUR_MINUTE",
                                                "DAY_MICROSECOND",
                                                "DAY_SECOND",
                                                "DAY_MINUTE",
                                                "DAY_HOUR",
                                                "YEAR_MONTH"};
  if (Cur().type == Tok::kWord) {
    std::string word = ToUpper(Cur().text);
    std::string single = word.size() > 3 && word.back() == 'S' ? word.substr(0, word.size() - 1) : word;
    if (single == "CENTURIE") single = "CENTURY";
    if (single == "MILLENNIA") single = "MILLENNIUM";
    if (options_.placeholders && word.starts_with("ARG")) return Next(), arena_.Copy(word);
    for (std::string_view unit : kUnits) {
      if (single != unit) continue;
      Next();
      const auto digits = [&]() -> std::string {  // DAY(3)
        if (!IsSymbol("(") || Ahead(1).type != Tok::kNumber) return "";
        at_ += 3;
        return Has(Feature::kFlashback) ? "(" + std::string(tokens_[at_ - 2].text) + ")" : "";
      };
      single += digits();
      if (Is(Kw::kTO) && Ahead(1).type == Tok::kWord && Ahead(2).type != Tok::kString) {
        Next();
        std::string full = single + " TO " + ToUpper(Cur().text);
        Next();
        full += digits();
        return arena_.Copy(full);
      }
      return single.size() > unit.size() ? arena_.Copy(single) : unit;
    }
  }
  if (required) Unexpected("an interval unit (DAY, MONTH, …)");
  return {};
}

Node* Parser::Interval() {
  Node* node = New(Kind::kInterval);
  Next();
  bool needs_unit = Has(Feature::kIntervalUnitOutside);
  if (IsSymbol("(") && Ahead(1).type == Tok::kNumber && SymbolAhead(2, ")") && Ahead(3).type == Tok::kString)
    at_ += 3;  // INTERVAL(6) '…'
  Node* value = nullptr;
  if (Cur().type == Tok::kString || Cur().type == Tok::kEString) {
    value = New(Kind::kString, {}, Cur().text, Op::kPlain);
    Next();
    if (Has(Feature::kIntervalString)) needs_unit = false;  // the string may hold its units
  } else {
    value = needs_unit ? Expression() : Prefix(0);
    needs_unit = true;
  }
  Add(node, value);
  const std::string_view written = Cur().text;
  node->text = IntervalUnit(needs_unit && !value->Is(Kind::kString) && !Has(Feature::kCanonicalNames));
  node->Set(kPluralUnit, !node->text.empty() && written.size() == node->text.size() + 1);
  if (needs_unit && node->text.empty() && !Has(Feature::kCanonicalNames)) Unexpected("an interval unit (DAY, MONTH, …)");
  return IntervalSum(node);
}

Node* Parser::MatchAgainst(uint32_t begin) {
  at_ += 2;
  Node* columns = New(Kind::kList);
  do Add(columns, Expression());
  while (EatSymbol(","));
  ExpectSymbol(")");
  if (!EatWord("AGAINST")) Unexpected("AGAINST");
  ExpectSymbol("(");
  bool no_in = std::exchange(no_in_, true);
  Node* query = Expression();
  no_in_ = no_in;
  uint32_t mode = Cur().begin, end = mode;
  while (!IsSymbol(")") && !AtEnd()) end = Next().end;
  ExpectSymbol(")");
  Node* args = NewAt(begin, Kind::kList, {columns, query, NewAt(mode, Kind::kCommand, {}, SourceOf(mode, end))});
  return NewAt(begin, Kind::kFunction, {args}, "MATCH_AGAINST");
}

Node* Parser::WindowSpec() {
  Depth depth(*this);
  Node* window = New(Kind::kWindow, {nullptr, nullptr, nullptr, nullptr});
  if (Has(Feature::kScripts) && NameAhead()) {  // WINDOW a AS b
    window->children[0] = Identifier("a window name");
    return window;
  }
  ExpectSymbol("(");
  const bool distributed = IsWord("DISTRIBUTE") && IsAhead(1, Kw::kBY) && Has(Feature::kInsertOverwrite);
  const bool sorted = IsWord("SORT") && IsAhead(1, Kw::kBY) && Has(Feature::kInsertOverwrite);
  if (NameAhead() && !Is(Kw::kPARTITION) && !Is(Kw::kROWS) && !Is(Kw::kRANGE) && !Is(Kw::kGROUPS) && !distributed && !sorted)
    window->children[0] = Identifier("a window name");
  if (Eat(Kw::kPARTITION, Kw::kBY) || (EatWord("DISTRIBUTE") && Eat(Kw::kBY))) {
    Node* list = New(Kind::kList);
    const bool others = IsWord("EXCLUDING") && (Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName);
    if (others) Next();
    list->Set(kNot, others);
    const bool excluding = IsWord("EXCLUDING") && Ahead(1).type == Tok::kWord;
    if (excluding) Next();
    do Add(list, Expression());
    while (EatSymbol(","));
    if (excluding) list->children[0] = Phrase("EXCLUDING", {Word("EXCLUDING"), list->children[0]});
    window->children[1] = list;
  }
  if (Eat(Kw::kORDER, Kw::kBY) || (EatWord("SORT") && Eat(Kw::kBY))) window->children[2] = OrderList();
  if (Is(Kw::kROWS) || Is(Kw::kRANGE) || Is(Kw::kGROUPS)) window->children[3] = Frame();
  ExpectSymbol(")");
  return window;
}

Node* Parser::Frame() {
  Node* frame = New(Kind::kFrame, {}, {}, Is(Kw::kROWS) ? Op::kRows : Is(Kw::kRANGE) ? Op::kRange : Op::kGroups);
  Next();
  if (Eat(Kw::kBETWEEN)) {
    Add(frame, FrameBound());
    Expect(Kw::kAND, "AND");
    Add(frame, FrameBound());
  } else {
    Add(frame, FrameBound());
  }
  if (Is(Kw::kEXCLUDE)) {
    uint32_t begin = Cur().begin, end = begin;
    Next();
    while (Cur().type == Tok::kWord) end = Next().end;
    frame->text = arena_.Copy(ToUpper(SourceOf(begin, end)));
  }
  return frame;
}

Node* Parser::FrameBound() {
  Node* bound = New(Kind::kFrameBound);
  if (Eat(Kw::kCURRENT)) {
    Expect(Kw::kROW, "ROW");
    bound->op = Op::kCurrentRow;
    return bound;
  }
  if (!Eat(Kw::kUNBOUNDED)) Add(bound, Expression((*d_.precedence)[Op::kAnd]));
  if (Eat(Kw::kPRECEDING))
    bound->op = Op::kPreceding;
  else if (Eat(Kw::kFOLLOWING))
    bound->op = Op::kFollowing;
  else if (!Has(Feature::kCanonicalNames))
    Unexpected("PRECEDING or FOLLOWING");
  return bound;
}

// a INT in (a INT, b) -> …
bool Parser::LambdaParameterTyped(size_t n) const {
  return Has(Feature::kTypedLambdas) && Ahead(n).type == Tok::kWord && Ahead(n + 1).type == Tok::kWord &&
         FindType(d_, ToUpper(Ahead(n + 1).text)) != nullptr;
}

// x -> …, (x, y) -> …, lambda x: …
bool Parser::LambdaAhead() const {
  if (Is(Kw::kLAMBDA) && Has(Feature::kLambdaKeyword) && NameAhead(1)) return true;
  if (!Has(Feature::kLambdaArrow)) return false;
  if (IsSymbol("(")) {
    size_t n = 1;
    const auto skip = [&] { n += LambdaParameterTyped(n) ? 1 : 0; };
    for (skip(); Ahead(n).type == Tok::kWord && SymbolAhead(n + 1, ","); skip()) n += 2;
    return Ahead(n).type == Tok::kWord && SymbolAhead(n + 1, ")") && SymbolAhead(n + 2, "->");
  }
  // A one-word left side is a lambda's parameter only inside a call, and only if no JSON key follows.
  if (options_.placeholders && Cur().text.starts_with("ARG")) return false;
  if (LambdaParameterTyped(0) && SymbolAhead(2, "->")) return true;
  return Cur().type == Tok::kWord && NameAhead() && SymbolAhead(1, "->") && Ahead(2).type != Tok::kString &&
         Ahead(2).type != Tok::kNumber;
}

Node* Parser::Lambda() {
  Node* parameters = New(Kind::kList);
  uint32_t begin = Cur().begin;
  bool keyword = Is(Kw::kLAMBDA) && Has(Feature::kLambdaKeyword) && !SymbolAhead(1, "->");
  if (keyword) Next();
  bool paren = EatSymbol("(");
  std::vector<Node*> types;
  do {
    Add(parameters, Identifier("a parameter name"));
    types.push_back(Has(Feature::kTypedLambdas) && Cur().type == Tok::kWord ? TypeName() : nullptr);
  } while (EatSymbol(","));
  if (paren) ExpectSymbol(")");
  ExpectSymbol(keyword ? ":" : "->");
  Node* body = Expression();
  for (uint32_t i = 0; i < parameters->count; ++i) {
    if (types[i] == nullptr) continue;
    Rewrite(body, [&](Node* node) -> Node* {
      const bool same =
          node->Is(Kind::kColumn) && node->count == 1 && EqualsIgnoreCase(node->Child(0)->text, parameters->Child(i)->text);
      return same ? NewAt(node->begin, Kind::kCast, {node, Clone(arena_, types[i])}) : node;
    });
  }
  return NewAt(begin, Kind::kLambda, {parameters, body});
}

}  // namespace dvt::sql
