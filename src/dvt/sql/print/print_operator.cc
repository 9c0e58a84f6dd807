// Operators and predicates, with the parentheses that their precedence asks for.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

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

void Writer::Unary(const Node* node) {
  if (dialect_.Has(Feature::kBitwiseCalls) && BitwiseCall(node)) return;
  Put(node->op == Op::kNot      ? "NOT "
      : node->op == Op::kNeg    ? "-"
      : node->op == Op::kPlus   ? "+"
      : node->op == Op::kBitNot ? "~"
      : node->op == Op::kSpread ? "*"
      : node->op == Op::kPrior  ? "PRIOR "
                                : "CONNECT_BY_ROOT ");
  const Node* operand = node->Child(0);
  const bool double_minus =
      node->op == Op::kNeg && (operand->Is(Kind::kUnary, Op::kNeg) || (operand->Is(Kind::kNumber) && operand->text[0] == '-'));
  if (double_minus) Put(" ");
  if (node->op == Op::kNot && (operand->Is(Kind::kIs) || operand->Is(Kind::kIn)) && dialect_.Has(Feature::kNotInParens)) {
    Put("(");
    Expression(operand, 0);
    return Put(")");
  }
  return Expression(operand, node->op == Op::kNot ? dialect_.precedence->not_ : dialect_.precedence->unary);
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

// a BETWEEN b AND c
void Writer::Between(const Node* node) {
  const int level = dialect_.precedence->range + 1;
  Expression(node->Child(0), level);
  Put(node->Has(kNot) ? " NOT BETWEEN " : " BETWEEN ");
  if (node->Has(kSymmetric)) Put("SYMMETRIC ");
  Expression(node->Child(1), level);
  Put(" AND ");
  Expression(node->Child(2), level);
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

// a IS NOT NULL
void Writer::Is(const Node* node) {
  if (node->Child(0)->Is(Kind::kBinary) && node->Child(0)->op >= Op::kEq && node->Child(0)->op <= Op::kNotDistinctFrom) {
    Put("(");  // (a = b) IS NULL reads better, and the same everywhere
    Expression(node->Child(0), 0);
    Put(")");
  } else {
    Expression(node->Child(0), dialect_.precedence->is);
  }
  Put(node->Has(kNot) ? " IS NOT " : " IS ");
  Expression(node->Child(1), dialect_.precedence->is + 1);
}

// a COLLATE name
void Writer::Collate(const Node* node) {
  Expression(node->Child(0), dialect_.precedence->collate);
  Put(" COLLATE ");
  Dotted(node->Child(1));
}

// a AT TIME ZONE b
void Writer::AtTimeZone(const Node* node) {
  Expression(node->Child(0), dialect_.precedence->at_zone);
  Put(" AT TIME ZONE ");
  Expression(node->Child(1), dialect_.precedence->at_zone + 1);
}

}  // namespace dvt::sql
