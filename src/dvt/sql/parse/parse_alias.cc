// Which words are aliases without AS: a question of what may follow.
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

// Whether a name and a colon stand before what is called so.
bool Parser::PrefixAliasAhead() const {
  return Has(Feature::kPrefixAliases) && NameAhead() && Ahead(1).type == Tok::kSymbol && Ahead(1).text == ":";
}

// Whether the current word, which may begin a clause, an operator or a join, is an alias here.
bool Parser::AliasKeyword(bool table) const {
  const Token& t = Cur();
  switch (t.kw) {
    case Kw::kOFFSET:
    case Kw::kFETCH:
    case Kw::kWINDOW:
    case Kw::kQUALIFY:
    case Kw::kFOR:
    case Kw::kRETURNING:
    case Kw::kSET:
    case Kw::kVALUES:
    case Kw::kLEFT:
    case Kw::kRIGHT:
    case Kw::kFULL:
    case Kw::kSTRAIGHT_JOIN:
    case Kw::kLATERAL:
    case Kw::kEND:
    case Kw::kASC:
    case Kw::kDESC:
    case Kw::kOVER:
    case Kw::kESCAPE:
    case Kw::kLOCK:
    case Kw::kROWS:
    case Kw::kRANGE:
    case Kw::kSEPARATOR: return false;
    case Kw::kILIKE:
    case Kw::kSIMILAR:
    case Kw::kREGEXP:
    case Kw::kRLIKE:
    case Kw::kGLOB:
    case Kw::kISNULL:
    case Kw::kNOTNULL:
    case Kw::kDIV:
    case Kw::kXOR:
    case Kw::kMATCH: return IsReserved(d_, t.text) ? false : true;
    case Kw::kUSE:
    case Kw::kFORCE:
    case Kw::kIGNORE: return !(table && Has(Feature::kIndexHints));
    case Kw::kASOF: return !(Has(Feature::kAsofJoin) && (IsAhead(1, Kw::kJOIN) || IsAhead(1, Kw::kLEFT)));
    case Kw::kSEMI:
    case Kw::kANTI: return !(Has(Feature::kSemiAntiJoin) && IsAhead(1, Kw::kJOIN));
    case Kw::kPOSITIONAL: return !(Has(Feature::kPositionalJoin) && IsAhead(1, Kw::kJOIN));
    case Kw::kPIVOT:
    case Kw::kUNPIVOT: return !Has(Feature::kPivot) || !(SymbolAhead(1, "(") || IsAhead(2, Kw::kNULLS));
    case Kw::kTABLESAMPLE: return !table && !SymbolAhead(1, "(");
    case Kw::kOUTER: return !IsAhead(1, Kw::kJOIN) && !((Has(Feature::kApply) || Has(Feature::kFlashback)) && IsWord("APPLY", 1));
    default:
      if (IsWord("MINUS")) return !QueryAhead(1);
      if (table && (SampleAhead() || TimeTravelAhead())) return false;
      if (table && IsWord("MATCH_CONDITION") && Has(Feature::kMatchCondition)) return false;
      if (table && IsWord("MATCH_RECOGNIZE") && Has(Feature::kMatchRecognize)) return false;
      if (table && IsWord("DIRECTED") && Has(Feature::kDirectedJoin)) return false;
      return !(table && IsReserved(d_, t.text));
  }
}

// Whether the current word, without AS, is an alias.
bool Parser::IsImplicitAlias(bool table) const {
  const Token& t = Cur();
  if (t.type == Tok::kQuotedName) return true;
  if (t.type == Tok::kString && !table)
    return (Has(Feature::kDoubleQuotedStrings) && !Has(Feature::kTripleQuotes)) || Has(Feature::kDoubleQuotedFallback) ||
           Has(Feature::kEqualsAlias);
  if (t.type != Tok::kWord) return false;
  if (Is(Kw::kIS) && Ahead(1).type == Tok::kEnd && Has(Feature::kCanonicalNames)) return true;
  if ((!table || (Is(Kw::kQUALIFY) && !Has(Feature::kQualify))) && (Is(Kw::kLIMIT) || Is(Kw::kOFFSET) || Is(Kw::kQUALIFY)) &&
      Ahead(1).type == Tok::kEnd)
    return true;                                                                            // nothing is limited
  if (table && Has(Feature::kMatchCondition) && IsWord("MATCH_CONDITION", 1)) return true;  // a JOIN limit MATCH_CONDITION (…)
  if (IsStructural(t.kw)) return false;
  if (Is(Kw::kINSERT) && Has(Feature::kInsertOverwrite) && (table || IsAhead(1, Kw::kINTO) || IsWord("OVERWRITE", 1)))
    return false;
  if (table && Is(Kw::kAT) && Has(Feature::kUnnestAt) && NameAhead(1)) return false;
  if (table && IsWord("OUTPUT") && Has(Feature::kOutputClause) && (Ahead(1).type == Tok::kWord || SymbolAhead(1, "*")))
    return false;
  if (!table && ExcludeAhead()) return false;
  if (!table && IsWord("APPLY") && SymbolAhead(1, "(") && Has(Feature::kColumnTransformers)) return false;
  if (!table && IsWord("PER") && SymbolAhead(1, "(") && Has(Feature::kCanonicalNames)) return false;
  if (!table && IsWord("OPERATOR") && SymbolAhead(1, "(")) return false;
  if (table && Has(Feature::kNearestJoin)) {
    const size_t word = IsWord("APPROX") ? 1 : 0;
    if (IsWord("NEAREST", word) && Ahead(word + 1).type == Tok::kNumber) return false;
  }
  if (table && Has(Feature::kOutputClause) && IsWord("OUTPUT") && SymbolAhead(2, ".")) return false;
  if (StoreClauseAhead(table) || SidesAhead()) return false;
  if (table && (TimeTravelAhead() || VersionAhead())) return false;
  if ((t.kw == Kw::kNone || t.kw == Kw::kPARTITION) && ClauseWordAhead(table)) return false;
  if (Has(Feature::kSortBy) && IsAhead(1, Kw::kBY) && (IsWord("SORT") || IsWord("CLUSTER") || IsWord("DISTRIBUTE"))) return false;
  if (!table && Is(Kw::kLATERAL)) return true;
  if (table && Is(Kw::kEND) && SymbolAhead(1, "(") && Has(Feature::kTimeTravel)) return true;
  if (table && Is(Kw::kWINDOW) && !IsAhead(2, Kw::kAS)) return true;
  return AliasKeyword(table);
}

}  // namespace dvt::sql
