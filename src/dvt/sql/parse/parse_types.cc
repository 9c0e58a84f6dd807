// Type names, and the literals and constructors that begin with one.
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// Behind the n-th token ahead, which is '<': the token behind the matching '>', or 0 if it does not look like a type's arguments.
size_t Parser::BehindAngles(size_t n) const {
  int open = 0;
  for (;; ++n) {
    const Token& t = Ahead(n);
    if (t.type == Tok::kSymbol) {
      if (t.symbol == Symbol("<")) ++open;
      if (t.symbol == Symbol("<>") && open == 0) return n + 1;
      if (t.symbol == Symbol(">")) --open;
      if (t.symbol == Symbol(">>")) open -= 2;
      const bool inside = t.symbol == Symbol("<") || t.symbol == Symbol(">") || t.symbol == Symbol(">>") ||
                          t.symbol == Symbol(",") || t.symbol == Symbol("(") || t.symbol == Symbol(")") ||
                          t.symbol == Symbol(":");
      if (!inside || open < 0) return 0;
      if (open == 0) return n + 1;
    } else if (t.type != Tok::kWord && t.type != Tok::kQuotedName && t.type != Tok::kNumber) {
      return 0;
    }
  }
}

// Whether the current word is a type name in front of a string literal: DATE '2020-01-01', timestamp with time zone '…'.
bool Parser::TypeAhead() const {
  if (Cur().type != Tok::kWord) return false;
  size_t n = 1;
  switch (Cur().kw) {
    case Kw::kDATE:
    case Kw::kDATETIME:
    case Kw::kTIMESTAMPTZ: break;
    case Kw::kTIME:
    case Kw::kTIMESTAMP:
      if (SymbolAhead(n, "(") && Ahead(n + 1).type == Tok::kNumber && SymbolAhead(n + 2, ")")) n += 3;
      if (IsAhead(n, Kw::kWITH) && IsWord("LOCAL", n + 1) && IsAhead(n + 2, Kw::kTIME) && IsAhead(n + 3, Kw::kZONE)) n += 4;
      if ((IsAhead(n, Kw::kWITH) || IsAhead(n, Kw::kWITHOUT)) && IsAhead(n + 1, Kw::kTIME) && IsAhead(n + 2, Kw::kZONE)) n += 3;
      break;
    default:
      if (Has(Feature::kAngleTypes) && SymbolAhead(1, "<") && BehindAngles(1) > 0) {
        n = BehindAngles(1);
        break;
      }
      if ((!Has(Feature::kDoubleColonCast) && !Has(Feature::kTypedLiterals)) || IsStructural(Cur().kw) ||
          Cur().kw == Kw::kINTERVAL || FindType(d_, ToUpper(Cur().text)) == nullptr)
        return false;
      if (IsWord("DOUBLE") && Ahead(1).kw == Kw::kPRECISION) n = 2;
  }
  return (Ahead(n).type == Tok::kString || Ahead(n).type == Tok::kEString) &&
         (ast_.source[Ahead(n).begin] != '"' || Has(Feature::kTypedLiterals));
}

// The type of TIMESTAMP '2020-01-01 00:00:00.10 +02:00' where its digits and its zone count: TIMESTAMP(2) WITH TIME ZONE.
Node* Parser::LiteralType(Node* type, std::string_view text) {
  const bool moment = type->text == "TIMESTAMP" || type->text == "TIME";
  if (!Has(Feature::kLiteralDigits) || !moment || type->count > 0) return type;
  const size_t colon = text.find(':');
  size_t at = colon == std::string_view::npos ? text.size() : text.find_first_not_of("0123456789:", colon);
  int64_t digits = 0;
  if (at < text.size() && text[at] == '.') {
    const size_t end = std::min(text.find_first_not_of("0123456789", at + 1), text.size());
    digits = static_cast<int64_t>(end - at - 1);
    at = end;
  }
  const bool zone = at < text.size();
  return MakeTypeName(arena_,
                      type->text == "TIME" ? (zone ? "TIME WITH TIME ZONE" : "TIME")
                      : zone               ? "TIMESTAMP WITH TIME ZONE"
                                           : "TIMESTAMP",
                      {digits});
}

Node* Parser::TypedLiteral() {
  uint32_t begin = Cur().begin;
  Node* type = TypeName();
  Node* text = StringLiteral();
  if (options_.placeholders && text->text == "epoch") return Phrase("", {Word(type->text), text});  // a template's own form
  if (type->text == "JSON" && Has(Feature::kLiteralDigits))
    return NewAt(begin, Kind::kFunction, {New(Kind::kList, {text})}, "JSON_PARSE");
  Node* literal = NewAt(begin, Kind::kCast, {text, LiteralType(type, text->text)});
  if (EqualsIgnoreCase(type->text, "JSON") || Has(Feature::kLenientCasts) || Has(Feature::kFlashback)) literal->text = "LITERAL";
  return literal;
}

// ARRAY<INT64>[1, 2], STRUCT<a INT64>(1)
bool Parser::TypedConstructorAhead() const {
  if (!Has(Feature::kAngleTypes) || Cur().type != Tok::kWord || !(SymbolAhead(1, "<") || SymbolAhead(1, "<>"))) return false;
  if (!EqualsIgnoreCase(Cur().text, "ARRAY") && !EqualsIgnoreCase(Cur().text, "STRUCT")) return false;
  const size_t n = BehindAngles(1);
  return n > 0 && (SymbolAhead(n, "(") || SymbolAhead(n, "["));
}

Node* Parser::TypedConstructor() {
  uint32_t begin = Cur().begin;
  Node* type = TypeName();
  Node* value = nullptr;
  if (IsSymbol("[")) {
    value = ArrayElements("]");
  } else if (type->op == Op::kArrayType) {
    value = ArrayElements(")");
  } else {
    Node* call = Slots(Kind::kFunction, 3);
    call->text = "STRUCT";
    Arguments(call);
    value = call;
  }
  return NewAt(begin, Kind::kCast, {value, type});
}

// The end of a type's arguments; '>>' closes two.
void Parser::CloseType(std::string_view close) {
  if (close == ">" && IsSymbol(">>")) {
    Token& token = tokens_[at_];
    token.begin += 1;
    token.text = token.text.substr(1);
    token.symbol = Symbol(">");
    return;
  }
  ExpectSymbol(close);
}

// One field of a structure: "a INT", "a: INT" or only a type.
Node* Parser::TypeField() {
  Node* name = nullptr;
  const bool named = SymbolAhead(1, ":") || ((Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName) &&
                                             (Cur().type == Tok::kWord || Cur().type == Tok::kQuotedName));
  if (named) {
    name = AnyWord("a field name");
    EatSymbol(":");
  }
  Node* field = NewAt(Cur().begin, Kind::kColumnDef, {name, TypeName()});
  uint32_t rest = Cur().begin, end = rest;
  while (Is(Kw::kNOT) || Is(Kw::kNULL) || IsWord("COMMENT") || IsWord("OPTIONS")) {  // what is said of the field besides
    Next();
    if (Cur().type == Tok::kString) Next();
    if (IsSymbol("(")) SkipBalanced();
    end = tokens_[at_ - 1].end;
  }
  if (end > rest) field->text = SourceOf(rest, end);
  return field;
}

// The argument of a type that takes more than numbers: 'a' = 1, Nullable(String), a.b String, max_size = 2, SKIP a.b.
Node* Parser::TypeArgument() {
  const bool word = Cur().type == Tok::kWord || Cur().type == Tok::kQuotedName;
  if (!word) return Expression();
  size_t n = 1;
  while (SymbolAhead(n, ".")) n += 2;
  if (Ahead(n).type == Tok::kWord || Ahead(n).type == Tok::kQuotedName) {
    Node* name = New(Kind::kName);
    Add(name, AnyWord("a field name"));
    while (EatSymbol(".")) Add(name, AnyWord("a field name"));
    return NewAt(name->begin, Kind::kColumnDef, {name, TypeName()});
  }
  if (SymbolAhead(n, "=")) return Expression();
  return TypeName();
}

// What stands in the parentheses or angles behind a type's name.
void Parser::TypeArguments(Node* type, std::string_view name) {
  const NestedForms& forms = d_.nested;
  const bool angles = IsSymbol("<") || IsSymbol("<>");
  if (EatSymbol("<>")) return;
  const std::string_view close = angles ? ">" : ")";
  const bool array = EqualsIgnoreCase(name, forms.array) || name == "ARRAY" || (angles && name == "LIST");
  const bool structure = EqualsIgnoreCase(name, forms.structure) || name == "STRUCT" || name == "ROW" || name == "UNION";
  const bool map = EqualsIgnoreCase(name, forms.map) || name == "MAP";
  Next();
  if (EatSymbol(close)) return;
  do {
    if (IsSymbol(close) && Has(Feature::kTrailingCommas)) break;
    if (structure) {
      Add(type, TypeField());
    } else if (array || map || angles) {
      Add(type, TypeName());
    } else if (Has(Feature::kTypedArguments)) {
      Add(type, TypeArgument());
    } else if (Cur().type == Tok::kNumber && (IsAhead(1, Kw::kCHAR) || IsWord("BYTE", 1))) {  // VARCHAR2(10 CHAR)
      const std::string length(Next().text);
      Add(type, NewAt(Cur().begin, Kind::kCommand, {}, arena_.Copy(length + " " + ToUpper(Cur().text))));
      Next();
    } else if (Cur().type == Tok::kNumber || Cur().type == Tok::kString) {
      Add(type, Primary());
    } else if (IsSymbol("-")) {
      Add(type, Prefix(0));
    } else {
      Node* name = NewAt(Cur().begin, Kind::kColumn, {AnyWord("a type parameter")});
      if (Has(Feature::kTildeRegex)) name->children[0]->text = arena_.Copy(ToUpper(name->children[0]->text));  // GEOMETRY(POINT)
      while (EatSymbol(".")) Add(name, AnyWord("a name after '.'"));
      Add(type, name);
    }
  } while (EatSymbol(","));
  CloseType(close);
  if (array && type->count == 1)
    type->op = Op::kArrayType;
  else if (structure)
    type->op = Op::kStructType;
  else if (map && type->count == 2)
    type->op = Op::kMapType;
}

// The words of a type's name up to its arguments, joined by one blank, in upper case.
std::string Parser::TypeWords() {
  const bool quotable = Has(Feature::kBracketIdentifiers) || (Has(Feature::kTildeRegex) && Cur().text != "char");
  const bool known = quotable && FindType(d_, ToUpper(Cur().text)) != nullptr;  // [int] is INT
  std::string name = Cur().type == Tok::kQuotedName && !known ? std::string(Cur().text) : ToUpper(Cur().text);
  if (Has(Feature::kKeepTypeCase) && FindType(d_, name) == nullptr && !EqualsIgnoreCase(name, d_.nested.array) &&
      !EqualsIgnoreCase(name, d_.nested.structure) && !EqualsIgnoreCase(name, d_.nested.map))
    name = Cur().text;
  const size_t first = at_;
  Next();
  while (EatSymbol(".")) Next();
  if (at_ > first + 1)
    return std::string(SourceOf(tokens_[first].begin, tokens_[at_ - 1].end));  // a type of a schema, as written
  if (name == "DOUBLE" && Eat(Kw::kPRECISION)) name += " PRECISION";
  if (name == "BINARY" && Has(Feature::kTildeRegex) && Eat(Kw::kVARYING)) name += " VARYING";
  if ((name == "CHARACTER" || name == "CHAR" || name == "NCHAR" || name == "NATIONAL" || name == "BIT") && Eat(Kw::kVARYING))
    name += " VARYING";
  if (name == "NATIONAL" && (Is(Kw::kCHAR) || Is(Kw::kCHARACTER) || IsWord("VARCHAR"))) {
    name = IsWord("VARCHAR") ? "VARCHAR" : "CHAR";
    Next();
    if (Eat(Kw::kVARYING)) name = "VARCHAR";
  }
  if (name == "LONG" && (IsWord("TEXT") || IsWord("BLOB"))) name += ToUpper(Next().text);
  return name;
}

// What may stand behind the arguments: time zones, units, signs, character sets.
void Parser::TypeTail(std::string& name, const Node* type) {
  if (name == "TIMESTAMP" && Is(Kw::kWITH) && IsWord("LOCAL", 1) && IsAhead(2, Kw::kTIME) && IsAhead(3, Kw::kZONE)) {
    name += " WITH LOCAL TIME ZONE";
    at_ += 4;
  }
  if ((name == "TIMESTAMP" || name == "TIME") && (Is(Kw::kWITH) || Is(Kw::kWITHOUT)) && IsAhead(1, Kw::kTIME) &&
      IsAhead(2, Kw::kZONE)) {
    if (Is(Kw::kWITH)) name += " WITH TIME ZONE";
    at_ += 3;
  }
  if (name == "INTERVAL" && type->count == 0) {
    std::string_view unit = IntervalUnit(false);
    if (!unit.empty()) name += " " + std::string(unit);
  }
  if (!Has(Feature::kCharsetIntroducer)) return;
  while (Is(Kw::kUNSIGNED) || Is(Kw::kSIGNED) || IsWord("INTEGER")) {
    if (Is(Kw::kUNSIGNED)) name += " UNSIGNED";
    Next();
  }
}

// A type with arguments, fields and array brackets. Names of several words become one, upper case.
Node* Parser::TypeName() {
  Depth depth(*this);
  Node* type = New(Kind::kTypeName, {}, {}, Op::kScalarType);
  if ((Cur().type != Tok::kWord && Cur().type != Tok::kQuotedName) || Is(Kw::kFROM)) Unexpected("a type name");
  type->Set(kQuotedName, Cur().type == Tok::kQuotedName && Has(Feature::kKeepTypeCase) &&
                             (Cur().text == "char" || FindType(d_, ToUpper(Cur().text)) == nullptr));
  const size_t first = at_;
  std::string name = TypeWords();
  // A name that no dialect knows is somebody's own type, and stays as written.
  if (at_ == first + 1 && FindType(d_, name) == nullptr && FindType(Neutral(), name) == nullptr) {
    const bool known = FindType(d_, ToUpper(name)) != nullptr || !Has(Feature::kOwnTypesOnly);
    if (!known) at_ = first, Unexpected("a type");
    name = tokens_[first].text;
  }
  if (IsSymbol("(") || ((IsSymbol("<") || IsSymbol("<>")) && Has(Feature::kAngleTypes))) TypeArguments(type, name);
  TypeTail(name, type);
  type->text = arena_.Copy(name);
  while (true) {
    if (IsSymbol("[") && !Has(Feature::kColonPath) &&
        (SymbolAhead(1, "]") || (Ahead(1).type == Tok::kNumber && SymbolAhead(2, "]")))) {
      if (Has(Feature::kAngleTypes) && type->op == Op::kArrayType && type->text == "ARRAY") return type;  // ARRAY<INT64>[]
      Node* array = NewAt(type->begin, Kind::kTypeName, {type}, {}, Op::kArrayType);
      Next();
      if (Cur().type == Tok::kNumber) Add(array, Primary());
      ExpectSymbol("]");
      type = array;
    } else if (Is(Kw::kARRAY) && Has(Feature::kArrayKeyword) && Has(Feature::kTildeRegex)) {
      Next();
      type = NewAt(type->begin, Kind::kTypeName, {type}, {}, Op::kArrayType);
      if (IsSymbol("[") && Ahead(1).type == Tok::kNumber && SymbolAhead(2, "]")) {  // INT ARRAY[3]
        Next();
        Add(type, Primary());
        ExpectSymbol("]");
      }
    } else {
      return type;
    }
  }
}

}  // namespace dvt::sql
