#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

Node* Parser::Primary() {
  const Token& t = Cur();
  switch (t.type) {
    case Tok::kNumber: return Number();
    case Tok::kString:
    case Tok::kEString: return Has(Feature::kLateralView) ? JoinedLiterals() : StringLiteral();
    case Tok::kUnicodeString: {
      Node* node = New(Kind::kString, {}, t.text, Op::kUnicode);
      Next();
      if (IsWord("UESCAPE") && Ahead(1).type == Tok::kString) Next(), Add(node, StringLiteral());
      return node;
    }
    case Tok::kNationalString:
    case Tok::kHexString:
    case Tok::kBitString:
    case Tok::kBytesString: {
      Op op = t.type == Tok::kNationalString ? Op::kNational
              : t.type == Tok::kHexString    ? Op::kHex
              : t.type == Tok::kBitString    ? Op::kBit
                                             : Op::kBytes;
      Node* node = New(Kind::kString, {}, t.text, op);
      Next();
      return node;
    }
    case Tok::kParameter: {
      Node* node = New(Kind::kParameter, {}, t.text);
      Next();
      return node;
    }
    case Tok::kQuotedName: return ColumnOrCall();
    case Tok::kWord: return WordPrimary();
    case Tok::kSymbol:
      if (IsSymbol("(")) return Parenthesised();
      if (IsSymbol("[") && Has(Feature::kArrayBrackets)) return ArrayElements("]");
      if (Node* braced = BracePrimary()) return braced;
      if (IsSymbol(":") && Ahead(1).begin == Cur().end &&
          ((Ahead(1).type == Tok::kNumber && Has(Feature::kColonPath)) ||
           (Ahead(1).type == Tok::kWord && Has(Feature::kStagedFiles)) ||
           (Ahead(1).type == Tok::kWord && (Has(Feature::kCanonicalNames) || Has(Feature::kUsingFormat))))) {
        const uint32_t begin = Next().begin;  // :1, :a
        const uint32_t end = Next().end;
        return NewAt(begin, Kind::kParameter, {}, SourceOf(begin, end));
      }
      if (Node* other = SymbolPrimary()) return other;
      if (SpreadAhead()) return Spread();
      if (IsSymbol("*")) return Star(nullptr);
      if (IsSymbol("::") && Has(Feature::kScopeOperator)) return Scope(nullptr);
      if (IsSymbol("@") && Has(Feature::kTildeRegex)) {
        Next();
        return MakeFunction(arena_, "ABS", {Expression((*d_.precedence)[Op::kCustom])});
      }
      break;
    default: break;
  }
  Unexpected("an expression");
}

// {fn f(x)}, {'a': 1}, {a: type}; nullptr (nothing eaten) if no brace opens a value.
Node* Parser::BracePrimary() {
  if (!IsSymbol("{")) return nullptr;
  if (IsWord("FN", 1) && Ahead(2).type == Tok::kWord && SymbolAhead(3, "(")) {  // {fn f(x)}: the call itself
    at_ += 2;
    Node* call = Expression();
    ExpectSymbol("}");
    return call;
  }
  if (Has(Feature::kObjectStar) && (SymbolAhead(1, "*") || SymbolAhead(2, "."))) return ObjectStar();
  if ((Has(Feature::kStructBraces) || Has(Feature::kObjectStar))) return Braces();
  if (Has(Feature::kBraceParameters)) return Ahead(1).type == Tok::kWord ? BraceParameter() : BraceMap();
  return nullptr;
}

Node* Parser::WordPrimary() {
  if (Node* node = ReservedPrimary()) return node;
  if (Node* special = OddWordPrimary()) return special;
  if (Node* next = NextValue()) return next;
  if (Node* call = WordOperator()) return call;
  if (Node* call = ApproximateCall()) return call;
  if (Has(Feature::kProcedural) && IsWord("TRY_CONVERT") && SymbolAhead(1, "(")) return ConvertToType();
  if (Has(Feature::kCharsetIntroducer) && Cur().text[0] == '_' && Cur().text.size() > 3 &&
      (Ahead(1).type == Tok::kString || Ahead(1).type == Tok::kHexString || Ahead(1).type == Tok::kBitString)) {
    Node* charset = Word(Cur().text);  // _utf8mb4'text'
    Next();
    return Phrase("INTRODUCER", {charset, Primary()});
  }
  if (Has(Feature::kLambdaArrow) && (SymbolAhead(1, "->") || SymbolAhead(2, "->")) && LambdaAhead()) return Lambda();
  bool callable =
      SymbolAhead(1, "(") &&
      ((Is(Kw::kEXISTS) && Has(Feature::kCallableExists)) ||
       (Is(Kw::kCOLLATE) && (Has(Feature::kStagedFiles) || Has(Feature::kDashedNames) || Has(Feature::kCanonicalNames))) ||
       Is(Kw::kLEFT) || Is(Kw::kRIGHT) || Is(Kw::kIF) || Is(Kw::kREPLACE) || Is(Kw::kINSERT) || Is(Kw::kVALUES) ||
       Is(Kw::kDEFAULT) || Is(Kw::kLIKE) || (Is(Kw::kTABLE) && Has(Feature::kTableKeyword)));
  const bool group = Is(Kw::kGROUP) && (SymbolAhead(1, ")") || SymbolAhead(1, ","));  // a column of that name, as an argument
  const bool schema = Is(Kw::kDEFAULT) && SymbolAhead(1, ".");
  if (!callable && !group && !schema && IsStructural(Cur().kw)) Unexpected("an expression");
  if (!callable && (Is(Kw::kWHEN) || Is(Kw::kEND) || Is(Kw::kASC) || Is(Kw::kDESC) || Is(Kw::kSET) || Is(Kw::kFETCH)) &&
      IsReserved(d_, Cur().text)) {
    Unexpected("an expression");
  }
  if ((Has(Feature::kSafeCast) || Has(Feature::kCanonicalNames)) && IsWord("SAFE_CAST") && SymbolAhead(1, "("))
    return CastCall(true);
  if (Node* call = BareCall()) return call;
  if (TypeAhead()) return TypedLiteral();
  if (TypedConstructorAhead()) return TypedConstructor();
  if (TypeValueAhead()) return TypeValue();
  if (Node* choice = IfThen()) return choice;
  return ColumnOrCall();
}

// Names with dots, then perhaps a call or a star.
Node* Parser::ColumnOrCall() {
  uint32_t begin = Cur().begin;
  Node* column = New(Kind::kColumn);
  Add(column, AnyWord("a name"));
  while (IsSymbol(".")) {
    if (SymbolAhead(1, "*")) {
      Next();
      Node* name = NewAt(begin, Kind::kName);
      for (Node* part : column->Children()) Add(name, part);
      return Star(name);
    }
    if (SubcolumnAhead()) break;
    if (column->count >= 4 && !DottedCallAhead()) break;
    if (Ahead(1).type == Tok::kParameter && Has(Feature::kStagedFiles)) {  // t.$1
      Next();
      Add(column, New(Kind::kIdentifier, {}, Cur().text));
      Next();
      break;
    }
    Next();
    Add(column, Has(Feature::kDashedNames) && Cur().type == Tok::kNumber ? DigitName() : AnyWord("a name after '.'"));
    if (IsSymbol("(")) break;
  }
  if (IsSymbol("!") && Has(Feature::kModelCall) && Ahead(1).type == Tok::kWord) {
    Next();
    return NewAt(begin, Kind::kField, {column, ColumnOrCall()}, "!");
  }
  if (IsSymbol("(") && SymbolAhead(1, "+") && SymbolAhead(2, ")") && Has(Feature::kOuterMarks)) {
    at_ += 3;
    column->Set(kOuterMark);
    return column;
  }
  if (!IsSymbol("(") ||
      (column->count == 1 && column->children[0]->Has(kQuoted) && Has(Feature::kBackslashEscapes) && !Has(Feature::kDashedNames)))
    return column;
  if (column->count == 2 && Has(Feature::kMethodCalls)) {
    // a.f(x): a method call unless the function lives in a schema; both read the same here.
    column->count -= 1;
    return MethodCall(column, column->children[column->count]);
  }
  Node* name = NewAt(begin, Kind::kName);
  for (Node* part : column->Children()) Add(name, part);
  if (name->count == 1 && EqualsIgnoreCase(name->Child(0)->text, "SCOPE_RESOLUTION")) return ScopeCall();
  return Call(name);
}

// The parentheses behind a function's name, and what may follow them.
Node* Parser::Call(Node* name) {
  Depth depth(*this);
  Node* function = name->children[name->count - 1];
  Node* call = Slots(Kind::kFunction, 3);
  call->begin = name->begin;
  call->text = function->text;
  call->Set(kQuotedName, function->Has(kQuoted) && !(name->count > 1 && Has(Feature::kKeepFunctionCase) &&
                                                     FindFunction(d_, ToUpper(function->text)) != nullptr));
  if (name->count > 1) {
    name->count -= 1;
    SetChild(arena_, call, kSchemaSlot, name);
  }
  const bool array = EqualsIgnoreCase(call->text, "ARRAY") && name->count == 1 && !QueryAhead(1) && !call->Has(kQuotedName);
  Arguments(call);
  const uint32_t given = call->children[kArgsSlot]->count;
  if (name->count == 1 && EqualsIgnoreCase(call->text, "IF") && (given < 2 || given > 3) && !call->Has(kQuotedName))
    Fail("IF takes a condition and one or two values");
  if (array && call->children[kArgsSlot]->count < 10000 && Has(Feature::kArrayCalls)) return ArrayOf(call);
  if (IsSymbol("(") && Has(Feature::kParametricCalls)) {
    SetChild(arena_, call, kParameterSlot, call->children[kArgsSlot]);
    Arguments(call);
  }
  return CallTail(call);
}

Node* Parser::Argument() {
  if (ModelArgumentAhead()) return ModelArgument();
  if (Has(Feature::kScripts) && IsWord("WEEK") && SymbolAhead(1, "(") && IsWord("SUNDAY", 2) && SymbolAhead(3, ")")) {
    at_ += 4;  // the default
    return New(Kind::kColumn, {MakeIdentifier(arena_, "WEEK", false)});
  }
  const bool name = Cur().type == Tok::kWord || (Cur().type == Tok::kQuotedName && Has(Feature::kPrefixAliases));
  if (name && (SymbolAhead(1, "=>") || SymbolAhead(1, ":=")) && Has(Feature::kNamedArguments)) {
    Node* argument = AnyWord("an argument name");
    Op op = IsSymbol("=>") ? Op::kArrowArg : Op::kAssignArg;
    Next();
    Node* value = QueryAhead(0) && !IsSymbol("(") ? Query() : Expression();
    return NewAt(argument->begin, Kind::kNamedArg, {argument, value}, {}, op);
  }
  const Kw behind = IsSymbol("(") ? Ahead(BehindParenthesis(0)).kw : Kw::kNone;
  const bool set = behind == Kw::kUNION || behind == Kw::kEXCEPT || behind == Kw::kINTERSECT;
  if (QueryAhead(0) && (!IsSymbol("(") || set)) {  // f(SELECT …), f((SELECT …) UNION …)
    Node* sub = Slots(Kind::kSubquery, kInnerSlots);
    const bool bare = !IsSymbol("(");
    sub->children[kInnerSlot] = Query();
    sub->Set(kNoParens, bare || set);
    return sub;
  }
  if (LambdaAhead()) return Lambda();
  if (IsWord("VARIADIC") && !SymbolAhead(1, ")") && !SymbolAhead(1, ",")) {
    Next();
    return Phrase("VARIADIC", {Word("VARIADIC"), Expression()});
  }
  Node* value = Expression();
  if (Has(Feature::kAliasedArguments) && Is(Kw::kAS)) {
    Next();
    return NewAt(value->begin, Kind::kAlias, {value, AnyWord("a name")});
  }
  return value;
}

void Parser::Arguments(Node* call) {
  ExpectSymbol("(");
  Node* args = New(Kind::kList);
  call->children[kArgsSlot] = args;
  if (HasRawArguments(call)) {
    Add(args, RestPhrase(false));
    return ExpectSymbol(")");
  }
  if (Eat(Kw::kDISTINCT))
    call->Set(kDistinctArgs);
  else
    Eat(Kw::kALL);
  const bool clauses = TakesCallClauses(call);
  while (!IsSymbol(")") && !Is(Kw::kORDER) && !Is(Kw::kSEPARATOR)) {
    if (clauses && args->count == 0 && (IsWord("RETURNING") || IsAhead(1, Kw::kON))) break;
    Add(args, IsSymbol("*") && !SpreadAhead() ? Star(nullptr) : clauses ? JsonArgument() : Argument());
    if (Is(Kw::kFROM) && args->count == 1 && EqualsIgnoreCase(call->text, "DATE_PART")) {
      Next();  // DATE_PART(day FROM x)
      continue;
    }
    if (Has(Feature::kCanonicalNames) && args->count == 1 && Eat(Kw::kTO))  // CEIL(a TO DAY)
      args->children[0] = Phrase("TO", {args->children[0], Word("TO"), AnyWord("a unit")});
    if (!EatSymbol(",")) break;
    while (args->children[args->count - 1]->Is(Kind::kNamedArg) && EatSymbol(",")) {}
  }
  const bool unknown = Has(Feature::kCanonicalNames) && FindFunction(d_, ToUpper(call->text)) == nullptr;
  if (Is(Kw::kIGNORE) && IsAhead(1, Kw::kNULLS)) call->Set(kIgnoreNulls), call->Set(kNullsWithin, unknown), at_ += 2;
  if (Is(Kw::kRESPECT) && IsAhead(1, Kw::kNULLS)) call->Set(kRespectNulls), at_ += 2;
  if (Has(Feature::kCallClauses) && Is(Kw::kHAVING)) {
    Next();
    Node* word = New(Kind::kWord, {}, IsWord("MAX") ? "HAVING MAX" : "HAVING MIN");
    Next();
    SetChild(arena_, call, kMaxMinSlot, NewAt(word->begin, Kind::kPhrase, {word, Expression()}));
  }
  if (Eat(Kw::kORDER, Kw::kBY)) SetChild(arena_, call, kArgOrderSlot, OrderList());
  if ((Has(Feature::kCallClauses) || Has(Feature::kCanonicalNames)) && Eat(Kw::kLIMIT))
    SetChild(arena_, call, kCallLimitSlot, Expression());
  if (Is(Kw::kIGNORE) && IsAhead(1, Kw::kNULLS)) call->Set(kIgnoreNulls), at_ += 2;
  if (Has(Feature::kCharsetIntroducer) && Eat(Kw::kSEPARATOR)) SetChild(arena_, call, kSeparatorSlot, Primary());
  if (Is(Kw::kUSING) && Has(Feature::kCharsetIntroducer) && args->count > 0) {  // CHAR(65 USING utf8)
    Next();
    Node*& last = args->children[args->count - 1];
    Node* value = last;
    last = Phrase("USING", {value, Word("USING")});
    Add(last, Charset());
  }
  if (clauses) {
    if (Node* tail = CallTailClauses()) SetChild(arena_, call, kCallTailSlot, tail);
  }
  if (Has(Feature::kCanonicalNames) && IsSymbol(")") && EqualsIgnoreCase(call->text, "IF") && !call->Has(kQuotedName) &&
      (args->count < 2 || args->count > 3))
    Fail("IF takes a condition and one or two values");
  if (!IsSymbol(")")) Unexpected(args->count > 0 ? "',' or ')'" : "an argument or ')'");
  Next();
}

Node* Parser::Star(Node* qualifier) {
  Node* star = New(Kind::kStar);
  if (qualifier != nullptr) star->begin = qualifier->begin;
  ExpectSymbol("*");
  if (qualifier != nullptr) Add(star, qualifier);
  if (Node* pattern = StarPattern()) SetChild(arena_, star, 5, pattern);
  if (Has(Feature::kStarExcept) && (IsWord("EXCLUDE") || Is(Kw::kEXCLUDE) || (Is(Kw::kEXCEPT) && ExceptedAhead()))) {
    Next();
    Node* names = New(Kind::kList);
    bool paren = EatSymbol("(");
    do {
      Node* name = Cur().type == Tok::kString && Has(Feature::kColumnTransformers) ? StringLiteral() : AnyWord("a column name");
      while (EatSymbol(".")) {
        Node* table = name;
        name = AnyWord("a column name");
        if (Has(Feature::kSpreadColumns) && table->Is(Kind::kIdentifier))
          name = NewAt(table->begin, Kind::kColumn, {table, name});
      }
      Add(names, name);
    } while (paren && EatSymbol(","));
    if (paren) ExpectSymbol(")");
    SetChild(arena_, star, 1, names);
  }
  for (int slot : {2, 3}) {
    if (!Has(Feature::kStarReplace) || !Is(slot == 2 ? Kw::kREPLACE : Kw::kRENAME)) continue;
    Next();
    Node* items = New(Kind::kList);
    bool paren = EatSymbol("(");
    do {
      Node* value = Expression();
      Expect(Kw::kAS, "AS");
      Add(items, NewAt(value->begin, Kind::kAlias, {value, AnyWord("a column name")}));
    } while (paren && EatSymbol(","));
    if (paren) ExpectSymbol(")");
    SetChild(arena_, star, static_cast<uint32_t>(slot), items);
  }
  if (star->Child(5) == nullptr && Has(Feature::kSpreadColumns)) {
    if (Node* pattern = StarPattern()) SetChild(arena_, star, 5, pattern);
  }
  return Transformers(star);
}

Node* Parser::Parenthesised() {
  Depth depth(*this);
  uint32_t begin = Cur().begin;
  if (QueryAhead(0)) {
    // ((SELECT 1) + 1) is an expression, ((SELECT 1) UNION …) a query: look behind the parenthesis that closes the inner one.
    bool query = !SymbolAhead(1, "(");
    if (!query) {
      int open = 1;
      size_t m = 2;
      for (; open > 0 && Ahead(m).type != Tok::kEnd; ++m) open += SymbolAhead(m, "(") ? 1 : SymbolAhead(m, ")") ? -1 : 0;
      Kw after = Ahead(m).kw;
      query = after == Kw::kUNION || after == Kw::kEXCEPT || after == Kw::kINTERSECT || after == Kw::kORDER ||
              after == Kw::kLIMIT || SymbolAhead(m, ")");
    }
    if (query) return Subquery();
  }
  if (LambdaAhead()) return Lambda();
  Next();
  if (EatSymbol(")")) return NewAt(begin, Kind::kRow);
  bool no_in = std::exchange(no_in_, false);
  Node* first = AliasedElement();
  no_in_ = no_in;
  if (!IsSymbol(",")) {
    ExpectSymbol(")");
    return NewAt(begin, Kind::kParen, {first});
  }
  Node* row = NewAt(begin, Kind::kRow, {first});
  while (EatSymbol(",")) {
    if (IsSymbol(")") && Has(Feature::kTrailingCommas)) break;
    Add(row, AliasedElement());
  }
  ExpectSymbol(")");
  return row;
}

Node* Parser::ArrayElements(std::string_view close) {
  Depth depth(*this);
  Node* array = New(Kind::kArray);
  Next();
  if (!IsSymbol(close)) {
    do {
      if (IsSymbol(close) && Has(Feature::kTrailingCommas)) break;
      Add(array, IsSymbol("[") ? ArrayElements("]") : Expression());
    } while (EatSymbol(","));
    if (Is(Kw::kFOR) && Has(Feature::kStructBraces) && array->count == 1) array->children[0] = Comprehension(array->children[0]);
  }
  ExpectSymbol(close);
  return array;
}

}  // namespace dvt::sql
