#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// The binary operator that a word stands for in this dialect, or kNone.
Op Parser::WordOp(Kw kw) const {
  switch (kw) {
    case Kw::kAND: return Op::kAnd;
    case Kw::kOR: return Op::kOr;
    case Kw::kXOR: return Has(Feature::kXorOperator) ? Op::kXor : Op::kNone;
    case Kw::kDIV: return Has(Feature::kDivOperator) ? Op::kIntDiv : Op::kNone;
    case Kw::kMOD: return Has(Feature::kModOperator) ? Op::kMod : Op::kNone;
    default: return Op::kNone;
  }
}

// The binary operator at the current token, and how many tokens it takes in *power's place; kNone if there is none.
Op Parser::BinaryOp(int* tokens) const {
  *tokens = 1;
  const Token& t = Cur();
  if (t.type == Tok::kWord) return WordOp(t.kw);
  if (t.type == Tok::kParameter && t.text == "?" && Has(Feature::kJsonContainment)) return Op::kHasKey;
  if (t.type != Tok::kSymbol) return Op::kNone;
  switch (t.symbol) {
    case Symbol("="): return Op::kEq;
    case Symbol("=="): return Has(Feature::kDoubleEquals) ? Op::kEq : Op::kNone;
    case Symbol("<>"):
    case Symbol("!="): return Op::kNeq;
    case Symbol("<"): return Op::kLt;
    case Symbol("<="): return Op::kLe;
    case Symbol(">"): return Op::kGt;
    case Symbol(">="): return Op::kGe;
    case Symbol("<=>"): return Op::kNullSafeEq;
    case Symbol("+"): return Op::kAdd;
    case Symbol("-"): return Op::kSub;
    case Symbol("*"): return Op::kMul;
    case Symbol("/"): return Op::kDiv;
    case Symbol("//"): return Op::kIntDiv;
    case Symbol("%"): return Op::kMod;
    case Symbol("^"): return Has(Feature::kCaretIsPower) ? Op::kPow : Op::kBitXor;
    case Symbol("**"): return Op::kPow;
    case Symbol("||"): return Has(Feature::kDoublePipeIsOr) ? Op::kOr : Op::kConcat;
    case Symbol("&&"): return Has(Feature::kDoubleAmpIsAnd) ? Op::kAnd : Op::kOverlaps;
    case Symbol("|"): return Op::kBitOr;
    case Symbol("&"): return Op::kBitAnd;
    case Symbol("<<"): return Op::kShiftLeft;
    case Symbol(">>"): return Op::kShiftRight;
    case Symbol("#"): return Has(Feature::kHashIsXor) ? Op::kBitXor : Op::kNone;
    case Symbol("->"): return Has(Feature::kArrowJson) ? Op::kJsonGet : Op::kNone;
    case Symbol("->>"): return Has(Feature::kArrowJson) ? Op::kJsonGetText : Op::kNone;
    case Symbol("#>"): return Op::kJsonPath;
    case Symbol("#>>"): return Op::kJsonPathText;
    case Symbol("^="): return Op::kNeq;
    case Symbol("@>"): return Op::kContains;
    case Symbol("<@"): return Op::kContainedBy;
    case Symbol("?|"): return Op::kHasAny;
    case Symbol("?&"): return Op::kHasAll;
    case Symbol("~"): return Has(Feature::kTildeRegex) ? Op::kRegexMatch : Op::kNone;
    case Symbol("!~"): return Op::kRegexNoMatch;
    case Symbol("~*"): return Op::kRegexIMatch;
    case Symbol("!~*"): return Op::kRegexINoMatch;
    case Symbol("<->"):
    case Symbol("@@"):
    case Symbol("@?"):
    case Symbol("#-"):
    case Symbol("~~"):
    case Symbol("~~*"):
    case Symbol("!~~"):
    case Symbol("!~~*"):
    case Symbol("^@"):
    case Symbol("&<"):
    case Symbol("-|-"):
    case Symbol("&>"): return Op::kCustom;
    default: return Op::kNone;
  }
}

Node* Parser::Expression(int power) {
  Depth depth(*this);
  Node* left = Prefix(power);
  int links = 0;
  while (true) {
    bool matched = false;
    left = Infix(left, power, matched);
    if (!matched) {
      if (links > 0) left = BalanceChain(left);
      const bool ternary = power == 0 && Has(Feature::kTernary) && Cur().type == Tok::kParameter && Cur().text == "?";
      return ternary ? Ternary(left) : left;
    }
    ++links;
  }
}

Node* Parser::Prefix(int power) {
  uint32_t begin = Cur().begin;
  const Precedence& p = *d_.precedence;
  if (Is(Kw::kNOT)) {
    Next();
    return NewAt(begin, Kind::kUnary, {Expression(p.not_ - 1)}, {}, Op::kNot);
  }
  Op op = Op::kNone;
  if (IsWord("PRIOR") && Has(Feature::kConnectBy) && !SymbolAhead(1, ".") && !SymbolAhead(1, ",") &&
      !(Has(Feature::kCanonicalNames) && IsAhead(1, Kw::kAS)))
    op = Op::kPrior;
  else if (IsWord("CONNECT_BY_ROOT") && Has(Feature::kConnectBy))
    op = Op::kConnectByRoot;
  else if (IsSymbol("-"))
    op = Op::kNeg;
  else if (IsSymbol("+"))
    op = Op::kPlus;
  else if (IsSymbol("~"))
    op = Op::kBitNot;
  else if (IsSymbol("!") && Has(Feature::kBangNot))
    op = Op::kNot;
  if (op == Op::kNone) {
    const size_t first = at_;
    Node* value = Postfix(Primary());
    if (!comments_.empty()) AddComments(value, CommentsSince(first, false));
    return value;
  }
  Next();
  Node* unary = NewAt(begin, Kind::kUnary, {Expression(p.unary - 1)}, {}, op);
  return op == Op::kNot && Has(Feature::kMultiTableDelete) ? NewAt(begin, Kind::kParen, {unary}) : unary;
}

// One operator behind `left` that binds tighter than `power`; `matched` says whether there was one.
Node* Parser::Infix(Node* left, int power, bool& matched) {
  const Precedence& p = *d_.precedence;
  if (Cur().type == Tok::kWord) {
    if (Is(Kw::kCOLLATE)) {
      if (p.collate <= power) return left;
      Next();
      matched = true;
      if (Cur().type == Tok::kString && (Has(Feature::kStagedFiles) || Has(Feature::kDashedNames)))
        return MakeFunction(arena_, "COLLATE", {left, Primary()});
      return NewAt(left->begin, Kind::kCollate,
                   {left, Cur().type == Tok::kString && Has(Feature::kWithFill) ? NewAt(Cur().begin, Kind::kName, {Primary()})
                          : Cur().kw == Kw::kBINARY || Cur().type == Tok::kString
                              ? NewAt(Cur().begin, Kind::kName, {AnyWord("a collation")})
                              : DottedName()});
    }
    if (Is(Kw::kAT) && IsAhead(1, Kw::kTIME) && Has(Feature::kAtTimeZone)) {
      if (p.at_zone <= power) return left;
      at_ += 2;
      Expect(Kw::kZONE, "ZONE");
      matched = true;
      return NewAt(left->begin, Kind::kAtTimeZone, {left, Expression(p.at_zone)});
    }
    Node* predicate = Predicate(left, power, matched);
    if (matched) return predicate;
  }
  if (IsWord("OPERATOR") && SymbolAhead(1, "(") && (Has(Feature::kTildeRegex) || Has(Feature::kCanonicalNames))) {
    int custom = p[Op::kCustom];
    if (custom <= power) return left;
    Next();
    ExpectSymbol("(");
    uint32_t begin = Cur().begin;
    while (!IsSymbol(")") && !AtEnd()) Next();
    std::string_view text = SourceOf(begin, Cur().begin);
    ExpectSymbol(")");
    matched = true;
    const Comment* comments = comments_.empty() ? nullptr : CommentsSince(at_ - 1, true);
    Node* right = Expression(custom);
    Node* binary =
        NewAt(left->begin, Kind::kBinary, {left, right}, arena_.Copy("OPERATOR(" + std::string(text) + ")"), Op::kCustom);
    AddComments(binary, comments);
    return binary;
  }
  if (Node* special = SpecialOperator(left, power)) {
    matched = true;
    return special;
  }
  int tokens = 1;
  Op op = BinaryOp(&tokens);
  if (op == Op::kNone) return left;
  int mine = p[op];
  if (mine == 0 || mine <= power) return left;
  std::string_view text = op == Op::kCustom ? Cur().text : std::string_view{};
  Next();
  matched = true;
  const Comment* comments = comments_.empty() ? nullptr : CommentsSince(at_ - 1, true);
  Node* binary = NewAt(left->begin, Kind::kBinary, {left, Comparand(mine)}, text, op);
  AddComments(binary, comments);
  return binary;
}

// The right side of an operator: ANY (…), ALL (…) or an expression.
Node* Parser::Comparand(int power) {
  if ((Is(Kw::kANY) || Is(Kw::kALL)) && Ahead(1).type == Tok::kWord && SymbolAhead(2, "(")) {  // LIKE ANY f(x)
    Node* node = New(Kind::kQuantified, {}, {}, Is(Kw::kALL) ? Op::kEvery : Op::kAny);
    Next();
    Add(node, Expression(power));
    node->Set(kNoParens);
    return node;
  }
  if ((Is(Kw::kANY) || Is(Kw::kSOME) || Is(Kw::kALL)) && SymbolAhead(1, "(")) {
    Node* node = New(Kind::kQuantified, {}, Is(Kw::kSOME) ? std::string_view("SOME") : "", Is(Kw::kALL) ? Op::kEvery : Op::kAny);
    Next();
    if (QueryAhead(1)) {
      Add(node, Subquery());
    } else {
      Next();
      Node* value = Expression();
      if (IsSymbol(",")) value = NewAt(value->begin, Kind::kRow, {value});
      while (EatSymbol(",")) Add(value, Expression());
      Add(node, value);
      ExpectSymbol(")");
    }
    return node;
  }
  return Expression(power);
}

// The pattern operator that a word stands for in this dialect, or kNone.
Op Parser::PatternOp(Kw kw) const {
  switch (kw) {
    case Kw::kLIKE: return Op::kLikeOp;
    case Kw::kILIKE: return Has(Feature::kIlike) ? Op::kIlikeOp : Op::kNone;
    case Kw::kSIMILAR: return Has(Feature::kSimilarTo) ? Op::kSimilarTo : Op::kNone;
    case Kw::kREGEXP:
    case Kw::kRLIKE: return Has(Feature::kRegexpOperator) || Has(Feature::kRegexpCall) ? Op::kRegexp : Op::kNone;
    case Kw::kGLOB: return Has(Feature::kGlobOperator) ? Op::kGlob : Op::kNone;
    default: return Op::kNone;
  }
}

// Behind BETWEEN.
Node* Parser::BetweenTail(Node* left, bool negated) {
  const int range = d_.precedence->range;
  const bool symmetric = Eat(Kw::kSYMMETRIC);
  if (!symmetric && !SymbolAhead(1, ",")) EatWord("ASYMMETRIC");
  Node* low = Expression(range);
  Expect(Kw::kAND, "AND of BETWEEN");
  Node* between = NewAt(left->begin, Kind::kBetween, {left, low, Expression(range)});
  between->Set(kSymmetric, symmetric);
  between->Set(kNot, negated);
  return between;
}

// Behind LIKE, SIMILAR, REGEXP and their kin: the pattern and its escape.
Node* Parser::LikeTail(Node* left, Op op, bool negated) {
  const int range = d_.precedence->range;
  if (op == Op::kSimilarTo) Expect(Kw::kTO, "TO");
  Node* pattern = Comparand(range);
  Node* escape = Eat(Kw::kESCAPE) ? Expression(range) : nullptr;
  if (op == Op::kRegexp && Has(Feature::kRegexpCall)) {
    Node* call = MakeFunction(arena_, "REGEXP_LIKE", {left, pattern});
    call->begin = left->begin;
    return negated ? NewAt(left->begin, Kind::kUnary, {call}, {}, Op::kNot) : call;
  }
  Node* like = NewAt(left->begin, Kind::kLike, {left, pattern, escape}, {}, op);
  const bool apart = pattern->Is(Kind::kQuantified) ? Has(Feature::kStagedFiles) : op == Op::kSimilarTo || op == Op::kGlob;
  if (negated && apart && (Has(Feature::kStagedFiles) || Has(Feature::kPrefixAliases)))
    return NewAt(left->begin, Kind::kUnary, {like}, {}, Op::kNot);
  if (op == Op::kRegexp && Has(Feature::kRlike) && negated) return NewAt(left->begin, Kind::kUnary, {like}, {}, Op::kNot);
  like->Set(kNot, negated);
  return like;
}

// IS, IN, BETWEEN, LIKE and their kin, with an optional NOT.
Node* Parser::Predicate(Node* left, int power, bool& matched) {
  const Precedence& p = *d_.precedence;
  if (Is(Kw::kIS)) {
    if (p.is <= power || (Ahead(1).type == Tok::kEnd && Has(Feature::kCanonicalNames))) return left;
    matched = true;
    return IsTail(left);
  }
  if ((Is(Kw::kISNULL) || Is(Kw::kNOTNULL)) && Has(Feature::kNotNullPostfix)) {
    if (p.is <= power) return left;
    Node* is = NewAt(left->begin, Kind::kIs, {left, New(Kind::kNull)});
    is->Set(kNot, Is(Kw::kNOTNULL));
    Next();
    matched = true;
    return is;
  }
  const bool global =
      Has(Feature::kGlobalIn) && IsWord("GLOBAL") && (IsAhead(1, Kw::kIN) || IsAhead(1, Kw::kNOT)) && p.range > power;
  if (global) Next();
  bool negated = Is(Kw::kNOT);
  const Token& word = Ahead(negated ? 1 : 0);
  if (negated && word.kw == Kw::kNULL && Has(Feature::kNotNullPostfix) && p.is > power) {
    at_ += 2;
    matched = true;
    Node* is = NewAt(left->begin, Kind::kIs, {left, New(Kind::kNull)});
    is->Set(kNot);
    return is;
  }
  const Op op = PatternOp(word.kw);
  if (op == Op::kNone && word.kw != Kw::kIN && word.kw != Kw::kBETWEEN) return left;
  if (word.kw == Kw::kIN && no_in_ && !negated) return left;
  if (p.range <= power) return left;
  matched = true;
  if (negated) Next();
  Next();
  if (word.kw == Kw::kIN) {
    Node* in = InTail(left, negated);
    in->Set(kGlobal, global);
    return in;
  }
  return word.kw == Kw::kBETWEEN ? BetweenTail(left, negated) : LikeTail(left, op, negated);
}

Node* Parser::IsTail(Node* left) {
  Next();
  bool negated = Eat(Kw::kNOT);
  if (Is(Kw::kDISTINCT) && IsAhead(1, Kw::kFROM)) {
    at_ += 2;
    return NewAt(left->begin, Kind::kBinary, {left, Expression(d_.precedence->is)}, {},
                 negated ? Op::kNotDistinctFrom : Op::kDistinctFrom);
  }
  Node* what = nullptr;
  if (IsWord("JSON")) {  // x IS JSON OBJECT WITH UNIQUE KEYS
    Node* test = NewAt(left->begin, Kind::kPhrase, {left, Word(JsonTest())}, "IS JSON");
    return negated ? NewAt(left->begin, Kind::kUnary, {test}, {}, Op::kNot) : test;
  }
  if (Is(Kw::kNULL))
    what = New(Kind::kNull);
  else if (Is(Kw::kTRUE))
    what = New(Kind::kBoolean, {}, {}, Op::kTrue);
  else if (Is(Kw::kFALSE))
    what = New(Kind::kBoolean, {}, {}, Op::kFalse);
  else if (Is(Kw::kUNKNOWN))
    what = New(Kind::kColumn, {New(Kind::kIdentifier, {}, "UNKNOWN")});
  if (Cur().type == Tok::kParameter && !Has(Feature::kIsAnything)) what = New(Kind::kParameter, {}, Cur().text);
  if (what != nullptr) {
    Next();
    Node* is = NewAt(left->begin, Kind::kIs, {left, what});
    is->Set(kNot, negated);
    return IsSymbol("::") ? Postfix(is) : is;
  }
  if (!Has(Feature::kIsAnything)) Unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM");
  Node* right = Expression(d_.precedence->is);
  return NewAt(left->begin, Kind::kBinary, {left, right}, {}, negated ? Op::kDistinctFrom : Op::kNotDistinctFrom);
}

Node* Parser::InTail(Node* left, bool negated) {
  Node* right = nullptr;
  if (IsSymbol("(")) {
    const Token& behind = Ahead(SymbolAhead(1, "(") ? BehindParenthesis(1) : 1);
    if (QueryAhead(0) && QueryAhead(1) && behind.symbol != Symbol(",")) {
      right = Subquery();
    } else {
      right = New(Kind::kList);
      Next();
      if (!IsSymbol(")")) {
        do {
          if (IsSymbol(")") && Has(Feature::kTrailingCommas)) break;
          Add(right, Expression());
        } while (EatSymbol(","));
      }
      ExpectSymbol(")");
    }
  } else {
    right = Expression(d_.precedence->range);
    if (right->Is(Kind::kArray) && right->count > 0 && (Has(Feature::kTupleValues) || Has(Feature::kPrefixAliases)))
      right->kind = Kind::kList;
  }
  Node* in = NewAt(left->begin, Kind::kIn, {left, right});
  in->Set(kNot, negated);
  return in;
}

// value.function(arguments): the value is the first argument.
Node* Parser::MethodCall(Node* value, Node* function) {
  // Behind a dot any word may stand, but this one is written in front of the parentheses from now on.
  if (!function->Has(kQuoted) && IsStructural(LookUpKeyword(function->text)))
    Fail("'" + std::string(function->text) + "' is no function");
  Node* call = Call(NewAt(function->begin, Kind::kName, {function}));
  if (!call->Is(Kind::kFunction)) Fail("this function cannot be called with a dot");
  Node* args = NewAt(value->begin, Kind::kList, {value});
  for (Node* arg : call->children[kArgsSlot]->Children()) Add(args, arg);
  call->children[kArgsSlot] = args;
  return call;
}

// value[i], value[from:to:step]
Node* Parser::Subscript(Node* value) {
  Next();
  Node* begin = IsSymbol(":") ? nullptr : Expression();
  if (EatSymbol(":")) {
    Node* slice = New(Kind::kSlice, {begin, nullptr, nullptr});
    if (IsSymbol("-") && SymbolAhead(1, ":"))
      Next();
    else if (!IsSymbol("]") && !IsSymbol(":"))
      slice->children[1] = Expression();
    if (EatSymbol(":")) slice->children[2] = Expression();
    begin = slice;
  }
  ExpectSymbol("]");
  return NewAt(value->begin, Kind::kSubscript, {value, begin});
}

// value.field, value.function(…), behind the dot.
Node* Parser::FieldAccess(Node* value) {
  Node* field = AnyWord("a field name");
  const bool call = IsSymbol("(") && Has(Feature::kCanonicalNames) && value->Is(Kind::kColumn);
  if (call) {  // a.b.c.d.f()
    return NewAt(value->begin, Kind::kField, {value, Call(NewAt(field->begin, Kind::kName, {field}))});
  } else if (IsSymbol("(") && Has(Feature::kMethodCalls)) {  // method call: value.function(args)
    return MethodCall(value, field);
  } else {
    return NewAt(value->begin, Kind::kField, {value, field});
  }
}

// Casts, subscripts and field accesses behind a primary.
Node* Parser::Postfix(Node* value) {
  if (Has(Feature::kFlashback) && value->Is(Kind::kParen) && (IsWord("DAY") || IsWord("YEAR")) &&
      (IsAhead(1, Kw::kTO) || (SymbolAhead(1, "(") && IsAhead(4, Kw::kTO)))) {  // (a - b) DAY(9) TO SECOND(3)
    const uint32_t begin = Cur().begin;
    while (!Eat(Kw::kTO)) Next();
    Next();
    if (IsSymbol("(")) SkipBalanced();
    value = Phrase("INTERVAL", {value, Word(SourceOf(begin, tokens_[at_ - 1].end))});
  }
  while (true) {
    const bool key =
        Ahead(1).type == Tok::kWord || Ahead(1).type == Tok::kQuotedName || (SymbolAhead(1, "[") && Has(Feature::kWrittenPaths));
    const bool mark = Cur().type == Tok::kParameter && Cur().text == "?" && SymbolAhead(1, "::") && Has(Feature::kTryCastMark);
    if (IsSymbol(":") && Has(Feature::kColonPath) && Ahead(1).begin == Cur().end && key) {
      value = ColonPath(value);
    } else if (mark) {
      at_ += 2;
      value = NewAt(value->begin, Kind::kCast, {value, TypeName()});
      value->Set(kTry);
    } else if (Cur().type == Tok::kNumber && Cur().text.starts_with('.') && Cur().begin == tokens_[at_ - 1].end &&
               Has(Feature::kDashedNames)) {  // (1, 'a').1
      Node* place = New(Kind::kIdentifier, {}, Cur().text.substr(1));
      Next();
      value = NewAt(value->begin, Kind::kField, {value, place});
    } else if (SubcolumnAhead()) {
      value = Subcolumn(value);
    } else if (IsWord("APPLY") && Has(Feature::kColumnTransformers) && value->Is(Kind::kFunction) && SymbolAhead(1, "(")) {
      value = Transformers(value);
    } else if (Is(Kw::kOVER) && SymbolAhead(1, "(") && Has(Feature::kCanonicalNames) && value->Is(Kind::kParen)) {
      Next();  // (LEAD(a)) OVER (…)
      value = NewAt(value->begin, Kind::kPhrase, {value, New(Kind::kWord, {}, "OVER"), WindowSpec()}, "OVER");
    } else if (IsSymbol("::") && Has(Feature::kScopeOperator) && FindType(d_, ToUpper(Ahead(1).text)) == nullptr) {
      value = Scope(value);
    } else if (const bool lenient = Cur().type == Tok::kParameter && Cur().text == "?" && SymbolAhead(1, "::");
               Has(Feature::kDoubleColonCast) && (IsSymbol("::") || lenient)) {
      at_ += lenient ? 2 : 1;  // x?::INT gives NULL where x::INT fails
      Node* cast = NewAt(value->begin, Kind::kCast, {value, TypeName()});
      cast->Set(kTry, lenient);
      value = cast;
    } else if (IsSymbol("[") && (Has(Feature::kArrayBrackets) || Has(Feature::kArrayKeyword))) {
      value = Subscript(value);
    } else if (IsSymbol(".") &&
               (value->Is(Kind::kParen) || value->Is(Kind::kSubscript) || value->Is(Kind::kFunction) || value->Is(Kind::kField) ||
                value->Is(Kind::kStruct) || value->Is(Kind::kCast) || value->Is(Kind::kString) || value->Is(Kind::kColumn) ||
                value->Is(Kind::kSubquery) || value->Is(Kind::kArray) || value->Is(Kind::kParameter))) {
      Next();
      if (IsSymbol("*")) {
        Next();
        return NewAt(value->begin, Kind::kField, {value, New(Kind::kStar)});
      }
      value = FieldAccess(value);
    } else {
      return value;
    }
  }
}

}  // namespace dvt::sql
