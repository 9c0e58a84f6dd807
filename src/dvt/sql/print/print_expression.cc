#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

namespace {

constexpr int kAtom = 100;

}  // namespace

// How tightly the outermost operator of a node binds in this dialect; atoms bind tightest.
int Writer::Level(const Node* node) const {
  const Precedence& p = *dialect_.precedence;
  switch (node->kind) {
    case Kind::kBinary: {
      if ((node->op == Op::kMod || node->op == Op::kIntDiv) && dialect_.Has(Feature::kModFunction)) return kAtom;
      if (node->op == Op::kXor && dialect_.Has(Feature::kWordOperators)) return kAtom;
      const int level = p[node->op];
      return level > 0 ? level : p[Op::kCustom] > 0 ? p[Op::kCustom] : 7;
    }
    case Kind::kUnary: return node->op == Op::kNot ? p.not_ : p.unary;
    case Kind::kIs: return p.is;
    case Kind::kLike:
    case Kind::kBetween:
    case Kind::kIn: return p.range;
    case Kind::kCollate: return p.collate;
    case Kind::kAtTimeZone: return p.at_zone;
    case Kind::kQuantified:
    case Kind::kAlias:
    case Kind::kLambda:
    case Kind::kNamedArg:
    case Kind::kOrderItem: return 0;
    default: return kAtom;
  }
}

void Writer::Expression(const Node* node, int parent_level) {
  if (node == nullptr) return;
  if (node->IsQuery()) {
    if (node->Is(Kind::kSubquery))
      Query(node);
    else
      ParenthesizedQuery(node);
    return;
  }
  const int level = Level(node);
  const bool arrow = node->Is(Kind::kBinary) && (node->op == Op::kJsonGet || node->op == Op::kJsonGetText);
  const bool apart = arrow && parent_level > 0 && !arrow_inside_ && dialect_.Has(Feature::kArrowsApart);
  const bool wrap = (level != 0 && level < parent_level) || apart;
  arrow_inside_ = false;
  if (wrap) Put("(");
  ExpressionBody(node);
  if (wrap) Put(")");
  if (node->comments != nullptr && node != held_) Comments(node, false);
}

void Writer::ExpressionBody(const Node* node) {
  const Precedence& p = *dialect_.precedence;
  switch (node->kind) {
    case Kind::kIdentifier: return Identifier(node);
    case Kind::kColumn:
    case Kind::kName:
      Dotted(node);
      if (node->Is(Kind::kColumn) && node->Has(kOuterMark) && dialect_.Has(Feature::kOuterMarks)) Put(" (+)");
      return;
    case Kind::kScope: return Scope(node);
    case Kind::kStar: return Star(node);
    case Kind::kNumber: return Put(node->text);
    case Kind::kParameter: return Parameter(node);
    case Kind::kString: return String(node);
    case Kind::kBoolean: return Put(node->op == Op::kTrue ? "TRUE" : "FALSE");
    case Kind::kNull: return Put("NULL");
    case Kind::kDefault: return Put("DEFAULT");
    case Kind::kUnary: {
      if (dialect_.Has(Feature::kBitwiseCalls) && BitwiseCall(node)) return;
      Put(node->op == Op::kNot      ? "NOT "
          : node->op == Op::kNeg    ? "-"
          : node->op == Op::kPlus   ? "+"
          : node->op == Op::kBitNot ? "~"
          : node->op == Op::kSpread ? "*"
          : node->op == Op::kPrior  ? "PRIOR "
                                    : "CONNECT_BY_ROOT ");
      const Node* operand = node->Child(0);
      const bool double_minus = node->op == Op::kNeg &&
                                (operand->Is(Kind::kUnary, Op::kNeg) || (operand->Is(Kind::kNumber) && operand->text[0] == '-'));
      if (double_minus) Put(" ");
      if (node->op == Op::kNot && (operand->Is(Kind::kIs) || operand->Is(Kind::kIn)) && dialect_.Has(Feature::kNotInParens)) {
        Put("(");
        Expression(operand, 0);
        return Put(")");
      }
      return Expression(operand, node->op == Op::kNot ? p.not_ : p.unary);
    }
    case Kind::kBinary: return Binary(node);
    case Kind::kLike: return Like(node);
    case Kind::kBetween:
      Expression(node->Child(0), p.range + 1);
      Put(node->Has(kNot) ? " NOT BETWEEN " : " BETWEEN ");
      if (node->Has(kSymmetric)) Put("SYMMETRIC ");
      Expression(node->Child(1), p.range + 1);
      Put(" AND ");
      return Expression(node->Child(2), p.range + 1);
    case Kind::kIn: return In(node);
    case Kind::kIs:
      if (node->Child(0)->Is(Kind::kBinary) && node->Child(0)->op >= Op::kEq && node->Child(0)->op <= Op::kNotDistinctFrom) {
        Put("(");  // (a = b) IS NULL reads better, and the same everywhere
        Expression(node->Child(0), 0);
        Put(")");
      } else {
        Expression(node->Child(0), p.is);
      }
      Put(node->Has(kNot) ? " IS NOT " : " IS ");
      return Expression(node->Child(1), p.is + 1);
    case Kind::kExists: Put("EXISTS"); return Expression(node->Child(0), 0);
    case Kind::kQuantified: return Quantified(node);
    case Kind::kCase: return Case(node);
    case Kind::kCast: return Cast(node);
    case Kind::kTypeName: return TypeName(node);
    case Kind::kFunction: return Function(node);
    case Kind::kExtract:
      if (dialect_.Has(Feature::kDatePartCall)) {
        Put("DATE_PART(");
        Put(node->text);
        Put(", ");
        Expression(node->Child(0), 0);
        return Put(")");
      }
      Put("EXTRACT(");
      Put(node->text);
      Put(" FROM ");
      Expression(node->Child(0), 0);
      return Put(")");
    case Kind::kPosition:
      Put("POSITION(");
      Expression(node->Child(0), p.range + 1);
      Put(" IN ");
      Expression(node->Child(1), p.range + 1);
      return Put(")");
    case Kind::kTrim: return Trim(node);
    case Kind::kInterval: return Interval(node);
    case Kind::kCollate:
      Expression(node->Child(0), p.collate);
      Put(" COLLATE ");
      return Dotted(node->Child(1));
    case Kind::kAtTimeZone:
      Expression(node->Child(0), p.at_zone);
      Put(" AT TIME ZONE ");
      return Expression(node->Child(1), p.at_zone + 1);
    case Kind::kRow:
      if (node->Has(kExplicitRow)) Put(node->text == "STRUCT" && dialect_.Has(Feature::kCanonicalNames) ? "STRUCT" : "ROW");
      Put("(");
      List(node);
      return Put(")");
    case Kind::kArray:
      Put(dialect_.nested.literal);
      Arguments(node, node->count == 0 ? 0 : 2 * (node->count - 1));
      return Put(dialect_.nested.literal.back() == '(' ? ")" : "]");
    case Kind::kStruct:
      if (dialect_.Has(Feature::kCanonicalNames)) return StructCall(node);
      Put("{");
      for (uint32_t i = 0; i < node->count; ++i) {
        if (i > 0) Put(", ");
        if (node->Child(i)->Is(Kind::kStar)) {
          Star(node->Child(i));
          continue;
        }
        Put(QuoteString(dialect_, node->Child(i)->Child(1)->text));
        Put(": ");
        Expression(node->Child(i)->Child(0), 0);
      }
      return Put("}");
    case Kind::kMap:
      Put("MAP {");
      for (uint32_t i = 0; i < node->count; ++i) {
        if (i > 0) Put(", ");
        Expression(node->Child(i)->Child(0), 0);
        Put(": ");
        Expression(node->Child(i)->Child(1), 0);
      }
      return Put("}");
    case Kind::kLambda: {
      const Node* names = node->Child(0);
      if (dialect_.Has(Feature::kLambdaWords)) {
        Put("LAMBDA ");
        List(names);
        Put(" : ");
        return Expression(node->Child(1), 0);
      }
      if (names->count != 1) Put("(");
      List(names);
      if (names->count != 1) Put(")");
      Put(" -> ");
      return Expression(node->Child(1), 0);
    }
    case Kind::kNamedArg:
      if (node->op == Op::kPairArg) {
        Expression(node->Child(0), 0);
        Put(": ");
        return Expression(node->Child(1), 0);
      }
      Identifier(node->Child(0));
      Put(node->op == Op::kAssignArg ? " := " : " => ");
      return Expression(node->Child(1), 0);
    case Kind::kSubscript:
      if (node->Child(0)->Is(Kind::kArray) && dialect_.Has(Feature::kArraysApart)) {
        Put("(");
        Expression(node->Child(0), 0);
        Put(")");
      } else {
        Expression(node->Child(0), kAtom);
      }
      Put("[");
      Expression(node->Child(1), 0);
      return Put("]");
    case Kind::kSlice:
      if (node->Child(0) != nullptr) Expression(node->Child(0), 0);
      Put(":");
      if (node->Child(1) != nullptr)
        Expression(node->Child(1), 0);
      else if (node->Child(2) != nullptr)
        Put("-");
      if (node->Child(2) != nullptr) {
        Put(":");
        Expression(node->Child(2), 0);
      }
      return;
    case Kind::kField: return Field(node);
    case Kind::kParen:
      Put("(");
      if (options_.pretty) {
        ++indent_;
        Break();
      }
      Expression(node->Child(0), 0);
      if (options_.pretty) {
        --indent_;
        Break();
      }
      return Put(")");
    case Kind::kAlias:
      Expression(node->Child(0), 0);
      Put(" AS ");
      if (node->text == "TEXT" && dialect_.Has(Feature::kScripts)) return Put(QuoteString(dialect_, node->Child(1)->text));
      return node->Child(1)->Is(Kind::kList) ? Columns(node->Child(1)) : Identifier(node->Child(1));
    case Kind::kOrderItem: return OrderItem(node);
    case Kind::kList: return List(node);
    case Kind::kRollup:
    case Kind::kCube:
    case Kind::kGroupingSets: return GroupedKeys(node);
    case Kind::kWindow: return Window(node);
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kTuple:
    case Kind::kSetting: return Phrase(node);
    default:
      if (node->IsTable()) return Table(node);
      if (node->Is(Kind::kPhrase)) return Phrase(node);
      Put(node->text);
  }
}

std::string_view Writer::Operator(const Node* node) const {
  switch (node->op) {
    case Op::kOr: return "OR";
    case Op::kXor: return "XOR";
    case Op::kAnd: return "AND";
    case Op::kEq: return "=";
    case Op::kNeq: return "<>";
    case Op::kLt: return "<";
    case Op::kLe: return "<=";
    case Op::kGt: return ">";
    case Op::kGe: return ">=";
    case Op::kNullSafeEq: return "<=>";
    case Op::kDistinctFrom: return "IS DISTINCT FROM";
    case Op::kNotDistinctFrom: return "IS NOT DISTINCT FROM";
    case Op::kBitOr: return "|";
    case Op::kBitXor: return dialect_.Has(Feature::kHashIsXor) ? "#" : "^";
    case Op::kBitAnd: return "&";
    case Op::kShiftLeft: return "<<";
    case Op::kShiftRight: return ">>";
    case Op::kAdd: return "+";
    case Op::kSub: return "-";
    case Op::kMul: return "*";
    case Op::kDiv: return "/";
    case Op::kIntDiv: return dialect_.Has(Feature::kSlashSlash) ? "//" : "DIV";
    case Op::kMod: return "%";
    case Op::kPow: return dialect_.Has(Feature::kStarStarIsPower) ? "**" : "^";
    case Op::kConcat: return "||";
    case Op::kJsonGet: return "->";
    case Op::kJsonGetText: return "->>";
    case Op::kJsonPath: return "#>";
    case Op::kJsonPathText: return "#>>";
    case Op::kContains: return "@>";
    case Op::kContainedBy: return "<@";
    case Op::kHasKey: return "?";
    case Op::kHasAny: return "?|";
    case Op::kHasAll: return "?&";
    case Op::kOverlaps: return "&&";
    case Op::kRegexMatch: return "~";
    case Op::kRegexNoMatch: return "!~";
    case Op::kRegexIMatch: return "~*";
    case Op::kRegexINoMatch: return "!~*";
    case Op::kIsOp: return "IS";
    default: return node->text;
  }
}

void Writer::Binary(const Node* node) {
  if (options_.pretty && (node->op == Op::kAnd || node->op == Op::kOr)) return Connectors(node);
  if (node->op == Op::kXor && dialect_.Has(Feature::kWordOperators)) {
    Put("xor(");
    Expression(node->Child(0), 0);
    Put(", ");
    Expression(node->Child(1), 0);
    return Put(")");
  }
  if ((node->op == Op::kMod || node->op == Op::kIntDiv) && dialect_.Has(Feature::kModFunction)) {
    Put(node->op == Op::kMod ? "MOD(" : "DIV(");
    Expression(Unparen(node->Child(0)), 0);
    Put(", ");
    Expression(Unparen(node->Child(1)), 0);
    return Put(")");
  }
  if (dialect_.Has(Feature::kBitwiseCalls) && BitwiseCall(node)) return;
  const int level = Level(node);
  // Only AND, OR, + and * may lose the parentheses of an equal operator on the right; comparisons on neither side.
  const bool comparison = node->op >= Op::kEq && node->op <= Op::kNotDistinctFrom;
  const bool associative = node->op == Op::kAnd || node->op == Op::kOr;
  arrow_inside_ = node->op == Op::kJsonGet || node->op == Op::kJsonGetText;
  Expression(node->Child(0), comparison && !dialect_.Has(Feature::kCanonicalNames) ? level + 1 : level);
  const std::string_view op = Operator(node);
  Put(" ");
  Put(op);
  if (!(op.ends_with(" OF") && node->Child(1)->Is(Kind::kParen))) Put(" ");  // a MEMBER OF(b)
  if (node->comments != nullptr) {
    const size_t before = out_.size();
    Comments(node, true);
    if (out_.size() > before) Put(" ");
  }
  const Kind right = node->Child(1)->kind;
  const bool predicate =
      right == Kind::kIn || right == Kind::kLike || right == Kind::kBetween ||
      (right == Kind::kBinary && node->Child(1)->op >= Op::kEq && node->Child(1)->op <= Op::kNotDistinctFrom) ||
      (right == Kind::kUnary && node->Child(1)->op == Op::kNot);
  if (predicate && (node->op == Op::kDistinctFrom || node->op == Op::kNotDistinctFrom)) {
    Put("(");
    Expression(node->Child(1), 0);
    return Put(")");
  }
  const bool chained = node->Child(1)->Has(kChained) && node->Child(1)->Is(Kind::kBinary, node->op);
  Expression(node->Child(1), associative || chained ? level : level + 1);
}

void Writer::Like(const Node* node) {
  const int level = dialect_.precedence->range;
  Expression(node->Child(0), level + 1);
  Put(node->Has(kNot) ? " NOT " : " ");
  switch (node->op) {
    case Op::kIlikeOp: Put("ILIKE "); break;
    case Op::kSimilarTo: Put("SIMILAR TO "); break;
    case Op::kRegexp: Put(dialect_.Has(Feature::kRlike) ? "RLIKE " : "REGEXP "); break;
    case Op::kGlob: Put("GLOB "); break;
    default: Put("LIKE "); break;
  }
  like_pattern_ = node->Child(1)->Is(Kind::kQuantified);
  Expression(node->Child(1), level + 1);
  if (const Node* escape = node->Child(2)) {
    Put(" ESCAPE ");
    Expression(escape, level + 1);
  }
}

void Writer::In(const Node* node) {
  Expression(node->Child(0), dialect_.precedence->range + 1);
  if (node->Has(kGlobal)) Put(" GLOBAL");
  Put(node->Has(kNot) ? " NOT IN " : " IN ");
  const Node* set = node->Child(1);
  if (set->IsQuery()) return Expression(set, 0);
  if (!set->Is(Kind::kList)) return Expression(set, kAtom);
  Put("(");
  List(set);
  Put(")");
}

void Writer::Case(const Node* node) {
  if (options_.pretty && Width(node) > 80) return LongCase(node);
  Put("CASE");
  if (node->Child(0) != nullptr) {
    Put(" ");
    Expression(node->Child(0), 0);
  }
  for (uint32_t i = 2; i < node->count; ++i) {
    Put(" WHEN ");
    Expression(node->Child(i)->Child(0), 0);
    Put(" THEN ");
    Expression(node->Child(i)->Child(1), 0);
  }
  if (node->Child(1) != nullptr) {
    Put(" ELSE ");
    Expression(node->Child(1), 0);
  }
  Put(" END");
}

void Writer::Star(const Node* node) {
  if (node->Child(0) != nullptr) {
    Dotted(node->Child(0));
    Put(".");
  }
  Put("*");
  if (node->Child(5) != nullptr) Put(" "), Any(node->Child(5));
  static constexpr std::string_view kWords[] = {"EXCLUDE (", "REPLACE (", "RENAME ("};
  for (uint32_t i = 1; i <= 3; ++i) {
    if (node->Child(i) == nullptr) continue;
    Break();
    Put(i == 1 && dialect_.Has(Feature::kExceptStar) ? "EXCEPT (" : kWords[i - 1]);
    List(node->Child(i));
    Put(")");
  }
  if (node->Child(4) != nullptr) Put(" "), List(node->Child(4), " ");
}

void Writer::OrderItem(const Node* item) {
  Expression(item->Child(0), 0);
  if (item->Has(kDesc))
    Put(" DESC");
  else if (item->Has(kAsc))
    Put(" ASC");
  if (dialect_.Has(Feature::kNullsOrdering) && item->Has(kNullsFirst)) Put(" NULLS FIRST");
  if (dialect_.Has(Feature::kNullsOrdering) && item->Has(kNullsLast)) Put(" NULLS LAST");
  if (item->Child(1) != nullptr) {
    Put(" ");
    Any(item->Child(1));
  }
}

void Writer::Identifier(const Node* identifier) {
  const bool quote = options_.identify == Identify::kAlways ||
                     (options_.identify == Identify::kSafe &&
                      (identifier->Has(kQuoted) || FoldIdentifier(dialect_, identifier->text, false) == identifier->text)) ||
                     (options_.identify == Identify::kAsWritten && identifier->Has(kQuoted));
  if (options_.fold && !identifier->Has(kQuoted)) {
    const std::string folded = FoldIdentifier(dialect_, identifier->text, false);
    return Put(quote ? QuoteIdentifier(dialect_, folded) : folded);
  }
  if (quote) return Put(QuoteIdentifier(dialect_, identifier->text));
  // An unquoted name keeps its spelling unless it would be read as something else.
  if (identifier->Has(kQuoted)) return Put(QuoteIdentifierIfNeeded(dialect_, identifier->text));
  if (dialect_.Has(Feature::kUnquotedKeywords)) return Put(identifier->text);
  const bool group_all = dialect_.Has(Feature::kGroupByAll) && EqualsIgnoreCase(identifier->text, "all");
  if (IsReserved(dialect_, identifier->text) && !group_all) return Put(QuoteIdentifier(dialect_, identifier->text));
  Put(identifier->text);
}

void Writer::Dotted(const Node* name) {
  for (uint32_t i = 0; i < name->count; ++i) {
    if (i > 0) Put(".");
    const bool any_word = i > 0 && dialect_.Has(Feature::kAnyWordBehindDot) && options_.identify == Identify::kAsWritten;
    if (any_word && !name->Child(i)->Has(kQuoted) && IsReserved(dialect_, name->Child(i)->text))
      Put(name->Child(i)->text);
    else if (name->Child(i)->Is(Kind::kIdentifier))
      Identifier(name->Child(i));
    else
      Expression(name->Child(i), 0);
  }
}

void Writer::Columns(const Node* list) {
  Put("(");
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(", ");
    const Node* each = list->Child(i);
    if (each->Is(Kind::kColumnDef)) {
      Identifier(each->Child(0));
      if (each->Child(1) != nullptr) {
        Put(" ");
        TypeName(each->Child(1));
      }
    } else {
      Any(each);
    }
  }
  Put(")");
}

void Writer::List(const Node* list, std::string_view separator) {
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(separator);
    Any(list->Child(i));
  }
}

}  // namespace dvt::sql
