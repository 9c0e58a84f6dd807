// Words that begin something other than a column or an ordinary call.
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// Calls with words between their arguments: CAST(x AS type), EXTRACT(part FROM x) …; nullptr (nothing eaten) for others.
Node* Parser::WordedCall() {
  switch (Cur().kw) {
    case Kw::kCAST: return CastCall(false);
    case Kw::kTRY_CAST:
      if (Has(Feature::kTryCast)) return CastCall(true);
      break;
    case Kw::kCONVERT:
      if (Has(Feature::kProcedural)) return ConvertToType();
      if (Has(Feature::kCharsetIntroducer) || (Has(Feature::kCanonicalNames) && IsAhead(3, Kw::kUSING))) return ConvertCall();
      break;
    case Kw::kEXTRACT:
      if (Has(Feature::kExtract) && !(Has(Feature::kKeepFunctionCase) && SymbolAhead(3, ","))) return Extract();
      break;
    case Kw::kSUBSTRING:
    case Kw::kSUBSTR:
    case Kw::kMID:
      if (Has(Feature::kSubstringFrom)) return Substring();
      break;
    case Kw::kTRIM:
      if (Has(Feature::kTrimFrom)) return Trim();
      break;
    case Kw::kPOSITION:
      if (Has(Feature::kPositionFunction) || (Has(Feature::kParametricCalls) && IsAhead(3, Kw::kIN))) return Position();
      break;
    case Kw::kOVERLAY:
      if (Has(Feature::kOverlay)) return Overlay();
      break;
    case Kw::kMATCH:
      if (Has(Feature::kMatchAgainst)) return MatchAgainst(Cur().begin);
      break;
    default: break;
  }
  return nullptr;
}

// Whether the word INTERVAL begins a literal.
bool Parser::IntervalAhead() const {
  const bool call = SymbolAhead(1, "(");
  if (IsAhead(1, Kw::kIS) || IsAhead(1, Kw::kIN) || IsAhead(1, Kw::kAND) || IsAhead(1, Kw::kOR)) return false;  // a column
  if (Has(Feature::kIntervalType) && !call && Ahead(1).type != Tok::kSymbol && Ahead(1).type != Tok::kEnd &&
      !IsAhead(1, Kw::kFROM) && !IsAhead(1, Kw::kAS) && !IsAhead(1, Kw::kIS) &&
      (Ahead(1).type != Tok::kWord || Has(Feature::kIntervalUnitOutside) || Has(Feature::kFromFirst)))
    return true;
  if (Has(Feature::kIntervalType) && (call || SymbolAhead(1, "-")) && Has(Feature::kFromFirst)) return true;
  if (Has(Feature::kIntervalType) && Has(Feature::kIntervalUnitOutside) && (call || SymbolAhead(1, "-"))) return true;
  return false;
}

// ROW(a, b)
Node* Parser::RowConstructor() {
  const uint32_t begin = Cur().begin;
  Next();
  Next();
  Node* row = NewAt(begin, Kind::kRow);
  row->Set(kExplicitRow);
  if (d_.nested.structure == "ROW") row->text = "STRUCT";
  if (!IsSymbol(")")) {
    do Add(row, Expression());
    while (EatSymbol(","));
  }
  ExpectSymbol(")");
  return row;
}

// MAP {key: value}
Node* Parser::MapLiteral() {
  const uint32_t begin = Cur().begin;
  Next();
  Next();
  Node* map = NewAt(begin, Kind::kMap);
  if (!IsSymbol("}")) {
    do {
      Node* key = Expression();
      ExpectSymbol(":");
      Add(map, New(Kind::kRow, {key, Expression()}));
    } while (EatSymbol(","));
  }
  ExpectSymbol("}");
  return map;
}

// Functions that are called without parentheses: CURRENT_DATE …; nullptr (nothing eaten) for a column of that name.
Node* Parser::NiladicFunction() {
  if (Has(Feature::kCanonicalNames) && (Is(Kw::kUTC_DATE) || Is(Kw::kUTC_TIME) || Is(Kw::kUTC_TIMESTAMP))) return nullptr;
  if (!SymbolAhead(1, "(") && !SymbolAhead(1, ".") && FindFunction(d_, Cur().text, 0) != nullptr) {
    Node* f = New(Kind::kFunction, {New(Kind::kList)}, Cur().text);
    f->Set(kNoParens);
    Next();
    return f;
  }
  return nullptr;
}

// nullptr (nothing eaten) if the word begins a column or an ordinary call here.
Node* Parser::ReservedPrimary() {
  const uint32_t begin = Cur().begin;
  const bool call = SymbolAhead(1, "(");
  switch (Cur().kw) {
    case Kw::kNULL: Next(); return NewAt(begin, Kind::kNull);
    case Kw::kTRUE: Next(); return NewAt(begin, Kind::kBoolean, {}, {}, Op::kTrue);
    case Kw::kFALSE: Next(); return NewAt(begin, Kind::kBoolean, {}, {}, Op::kFalse);
    case Kw::kDEFAULT:
      if (!call && !SymbolAhead(1, ".")) return Next(), NewAt(begin, Kind::kDefault);
      break;
    case Kw::kCASE: return Case();
    case Kw::kEXISTS:
      if (call && (QueryAhead(2) || !Has(Feature::kCallableExists))) {
        Next();
        if (!QueryAhead(1)) Unexpected("a query in EXISTS");
        return NewAt(begin, Kind::kExists, {Subquery()});
      }
      break;
    case Kw::kINTERVAL: return IntervalAhead() ? Interval() : nullptr;
    case Kw::kDATE:
    case Kw::kTIME:
    case Kw::kTIMESTAMP:
    case Kw::kDATETIME:
    case Kw::kTIMESTAMPTZ: return TypeAhead() ? TypedLiteral() : nullptr;
    case Kw::kARRAY:
      if (SymbolAhead(1, "[") && Has(Feature::kArrayKeyword)) return Next(), ArrayElements("]");
      if (call && QueryAhead(2) && Has(Feature::kArrayKeyword)) {
        Next();
        return NewAt(begin, Kind::kFunction, {New(Kind::kList, {Subquery()})}, "ARRAY");
      }
      break;
    case Kw::kROW: return call && !(SymbolAhead(2, ")") && IsAhead(3, Kw::kOVER)) ? RowConstructor() : nullptr;
    case Kw::kMAP: return SymbolAhead(1, "{") && Has(Feature::kMapBraces) ? MapLiteral() : nullptr;
    case Kw::kBINARY:
      if (Has(Feature::kCharsetIntroducer) && !SymbolAhead(1, ")") && !SymbolAhead(1, ",") && !SymbolAhead(1, ".")) {
        Next();
        return NewAt(begin, Kind::kCast, {Expression(d_.precedence->unary), MakeTypeName(arena_, "BINARY")});
      }
      break;
    case Kw::kLAMBDA:
      if (Has(Feature::kLambdaKeyword) && NameAhead(1)) return Lambda();
      break;
    case Kw::kCURRENT_DATE:
    case Kw::kCURRENT_TIME:
    case Kw::kCURRENT_TIMESTAMP:
    case Kw::kCURRENT_USER:
    case Kw::kLOCALTIME:
    case Kw::kLOCALTIMESTAMP:
    case Kw::kSESSION_USER:
    case Kw::kUTC_DATE:
    case Kw::kUTC_TIME:
    case Kw::kUTC_TIMESTAMP: return NiladicFunction();
    default: return call ? WordedCall() : nullptr;
  }
  return nullptr;
}

}  // namespace dvt::sql
