#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

// Calls whose arguments are joined by words.
void Writer::SpecialCall(const Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (node->text == "CONVERT_USING") {
    Put("CONVERT(");
    Expression(args->Child(0), 0);
    Put(" USING ");
    Put(args->Child(1)->Child(0)->text);
    return Put(")");
  }
  Put("MATCH(");
  List(args->Child(0));
  Put(") AGAINST(");
  Expression(args->Child(1), 0);
  if (!args->Child(2)->text.empty()) {
    Put(" ");
    Put(args->Child(2)->text);
  }
  Put(")");
}

// The name of a call, in the letters that the options ask for.
void Writer::CallName(const Node* node, bool approximate) {
  if (approximate)
    Put("APPROXIMATE COUNT");
  else if (node->Has(kQuotedName))
    Put(QuoteIdentifier(dialect_, node->text));
  else
    Put(options_.functions == PrintOptions::Names::kLower   ? ToLower(node->text)
        : options_.functions == PrintOptions::Names::kUpper ? ToUpper(node->text)
                                                            : std::string(node->text));
}

// OVERLAY(a PLACING b FROM c), SUBSTRING(a FROM b FOR c); false (nothing written) for other calls.
bool Writer::WordedArguments(const Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (args->count >= 3 && dialect_.Has(Feature::kOverlay) && EqualsIgnoreCase(node->text, "OVERLAY")) {
    static constexpr std::string_view kBefore[] = {"(", " PLACING ", " FROM ", " FOR "};
    for (uint32_t i = 0; i < args->count && i < 4; ++i) {
      Put(kBefore[i]);
      Expression(args->Child(i), 0);
    }
    Put(")");
    return true;
  }
  if ((args->count == 2 || args->count == 3) && dialect_.Has(Feature::kSubstringWords) &&
      EqualsIgnoreCase(node->text, "SUBSTRING")) {
    static constexpr std::string_view kBefore[] = {"(", " FROM ", " FOR "};
    for (uint32_t i = 0; i < args->count; ++i) {
      Put(kBefore[i]);
      Expression(args->Child(i), 0);
    }
    Put(")");
    return true;
  }
  return false;
}

// What stands behind the parentheses: WITHIN GROUP, KEEP, FILTER, OVER.
void Writer::CallSuffix(const Node* node) {
  if (const Node* within = node->Child(kWithinSlot)) {
    Put(" WITHIN GROUP (ORDER BY ");
    List(within);
    Put(")");
  }
  if (const Node* keep = node->Child(kKeepSlot)) {
    Put(" KEEP (");
    Put(keep->Child(0)->text);
    Put(" ORDER BY ");
    List(keep->Child(1));
    Put(")");
  }
  if (const Node* filter = node->Child(kFilterSlot)) {
    Put(" FILTER(WHERE");
    ++indent_;
    Break();
    Expression(filter, 0);
    --indent_;
    Put(")");
  }
  if (const Node* end = node->Child(kFromEndSlot); end != nullptr && dialect_.Has(Feature::kNthFromEnd)) {
    Put(" ");
    Put(end->text);
  }
  if (!dialect_.Has(Feature::kNullsInCall) && !node->Has(kNullsWithin)) Nulls(node);
  if (const Node* over = node->Child(kOverSlot)) {
    Put(" OVER ");
    const bool named = over->Is(Kind::kWindow) && over->Child(0) != nullptr && over->Child(1) == nullptr &&
                       over->Child(2) == nullptr && over->Child(3) == nullptr && dialect_.Has(Feature::kCanonicalNames);
    if (over->Is(Kind::kIdentifier) || named)
      Identifier(named ? over->Child(0) : over);
    else
      Window(over);
  }
}

void Writer::Function(const Node* node) {
  if (dialect_.Has(Feature::kWrittenPaths) && node->text == "GET_PATH") return ColonPath(node);
  if (node->text == "CONVERT_USING" || node->text == "MATCH_AGAINST") return SpecialCall(node);
  if (node->text == "SEMANTIC_VIEW" && dialect_.Has(Feature::kSemanticView)) return SemanticView(node);
  if (const Node* schema = node->Child(kSchemaSlot)) {
    Dotted(schema);
    Put(".");
  }
  const bool approximate = dialect_.Has(Feature::kApproximateCalls) && !dialect_.Has(Feature::kCanonicalNames) &&
                           EqualsIgnoreCase(node->text, "APPROX_DISTINCT");
  CallName(node, approximate);
  const Node* args = node->Child(kArgsSlot);
  if (args != nullptr && WordedArguments(node)) return;
  if (const Node* parameters = node->Child(kParameterSlot)) {
    Put("(");
    List(parameters);
    Put(")");
  }
  if (!node->Has(kNoParens)) {
    Put("(");
    if (node->Has(kDistinctArgs) || approximate) Put("DISTINCT ");
    const bool bare_query =
        args != nullptr && args->count == 1 && args->Child(0)->Is(Kind::kSubquery) &&
        (EqualsIgnoreCase(node->text, "ARRAY") || EqualsIgnoreCase(node->text, "MULTISET") ||
         (args->Child(0)->Has(kNoParens) && (dialect_.Has(Feature::kFromFirst) || dialect_.Has(Feature::kParametricCalls))));
    if (bare_query)
      Query(args->Child(0)->Child(kInnerSlot));
    else if (args != nullptr)
      Arguments(args);
    CallClauses(node);
    if (const Node* tail = node->Child(kCallTailSlot); tail != nullptr && dialect_.Has(Feature::kRawCalls)) {
      if (args->count > 0) Put(" ");
      Put(tail->text);
    }
    if (const Node* separator = node->Child(kSeparatorSlot)) {
      Put(dialect_.Has(Feature::kCanonicalNames) ? ", " : " SEPARATOR ");
      Expression(separator, 0);
    }
    Put(")");
  }
  CallSuffix(node);
}

// v:a.b[0]
void Writer::ColonPath(const Node* node) {
  const Node* args = node->Child(kArgsSlot);
  Expression(args->Child(0), kAtom);
  Put(":");
  Put(args->Child(1)->text);
}

// (value).field, $1.field and model!method(…)
void Writer::Field(const Node* node) {
  Expression(node->Child(0), kAtom);
  Put(node->text == "!" ? "!" : node->text == "^" ? ".^" : ".");
  Expression(node->Child(1), 0);
}

// STRUCT(1 AS a, 2)
void Writer::StructCall(const Node* node) {
  Put("STRUCT(");
  for (uint32_t i = 0; i < node->count; ++i) {
    const Node* field = node->Child(i);
    if (i > 0) Put(", ");
    if (!field->Is(Kind::kAlias) || field->Child(1) == nullptr) {
      Any(field);
      continue;
    }
    Expression(field->Child(0), 0);
    if (field->Child(1)->text == "_" + std::to_string(i)) continue;  // a place, not a name
    Put(" AS ");
    Put(options_.identify == Identify::kAsWritten ? QuoteIdentifierIfNeeded(dialect_, field->Child(1)->text) : std::string());
    if (options_.identify != Identify::kAsWritten) Identifier(field->Child(1));
  }
  Put(")");
}

// ANY (SELECT …), ANY(array), ALL (…); what was SOME goes without the blank.
void Writer::Quantified(const Node* node) {
  const Node* value = node->Child(0);
  const bool apart = value->Is(Kind::kRow) || (value->IsQuery() && node->text.empty()) || node->Has(kNoParens);
  Put(node->op != Op::kAny ? (apart || like_pattern_ ? "ALL " : "ALL") : apart ? "ANY " : "ANY");
  like_pattern_ = false;
  if (value->IsQuery() || value->Is(Kind::kRow) || node->Has(kNoParens)) return Expression(value, 0);
  Put("(");
  Expression(value, 0);
  Put(")");
}

// FIRST_VALUE(x, TRUE) and its kin.
bool Writer::SkipsByArgument(const Node* node) const {
  static constexpr std::string_view kNames[] = {"FIRST", "LAST", "FIRST_VALUE", "LAST_VALUE"};
  if (!dialect_.Has(Feature::kIgnoreNullsTrue)) return false;
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view name) { return EqualsIgnoreCase(node->text, name); });
}

// EXTRACT(part FROM value), or DATE_PART.
void Writer::Extract(const Node* node) {
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
  Put(")");
}

// POSITION(a IN b)
void Writer::Position(const Node* node) {
  Put("POSITION(");
  Expression(node->Child(0), dialect_.precedence->range + 1);
  Put(" IN ");
  Expression(node->Child(1), dialect_.precedence->range + 1);
  Put(")");
}

// x -> y, LAMBDA x : y
void Writer::Lambda(const Node* node) {
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
  Expression(node->Child(1), 0);
}

// name => value, name := value, name: value
void Writer::NamedArgument(const Node* node) {
  if (node->op == Op::kPairArg) {
    Expression(node->Child(0), 0);
    Put(": ");
    return Expression(node->Child(1), 0);
  }
  Identifier(node->Child(0));
  Put(node->op == Op::kAssignArg ? " := " : " => ");
  Expression(node->Child(1), 0);
}

void Writer::Nulls(const Node* node) {
  if (node->Has(kIgnoreNulls) && !SkipsByArgument(node)) Put(" IGNORE NULLS");
  if (node->Has(kRespectNulls)) Put(" RESPECT NULLS");
}

// What may stand behind the arguments inside the parentheses.
void Writer::CallClauses(const Node* node) {
  if (node->Has(kIgnoreNulls) && SkipsByArgument(node)) Put(", TRUE");
  const bool inside = dialect_.Has(Feature::kNullsInCall) || node->Has(kNullsWithin), first = dialect_.Has(Feature::kCallClauses);
  if (inside && first) Nulls(node);
  if (const Node* extreme = node->Child(kMaxMinSlot)) {
    Put(" ");
    Any(extreme);
  }
  if (const Node* order = node->Child(kArgOrderSlot)) {
    Put(" ORDER BY ");
    List(order);
  }
  if (const Node* limit = node->Child(kCallLimitSlot)) {
    Put(" LIMIT ");
    Expression(limit, 0);
  }
  if (inside && !first) Nulls(node);
}

void Writer::Window(const Node* window) {
  Put("(");
  std::string_view gap;
  auto part = [&](std::string_view keyword, const Node* list) {
    if (list == nullptr) return;
    Put(gap);
    Put(keyword);
    List(list);
    gap = " ";
  };
  if (const Node* base = window->Child(0)) {
    Identifier(base);
    gap = " ";
  }
  part(window->Child(1) != nullptr && window->Child(1)->Has(kNot) ? "PARTITION BY EXCLUDING " : "PARTITION BY ",
       window->Child(1));
  part("ORDER BY ", window->Child(2));
  if (const Node* frame = window->Child(3)) {
    Put(gap);
    Frame(frame);
  }
  Put(")");
}

void Writer::Frame(const Node* frame) {
  Put(frame->op == Op::kRows ? "ROWS " : frame->op == Op::kRange ? "RANGE " : "GROUPS ");
  if (frame->Child(1) != nullptr) Put("BETWEEN ");
  FrameBound(frame->Child(0));
  if (frame->Child(1) != nullptr) {
    Put(" AND ");
    FrameBound(frame->Child(1));
  }
  if (!frame->text.empty()) {
    Put(" ");
    Put(frame->text);
  }
}

void Writer::FrameBound(const Node* bound) {
  if (bound->op == Op::kCurrentRow) return Put("CURRENT ROW");
  if (bound->Child(0) != nullptr)
    Expression(bound->Child(0), 0);
  else
    Put("UNBOUNDED");
  if (bound->op != Op::kNone) Put(bound->op == Op::kPreceding ? " PRECEDING" : " FOLLOWING");
}

}  // namespace dvt::sql
