#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

namespace {

bool IsLiteral(const Node* node) {
  const Node* bare = Unparen(node);
  return bare->Is(Kind::kString) || bare->Is(Kind::kNumber) || bare->Is(Kind::kNull) || bare->Is(Kind::kBoolean) ||
         (bare->Is(Kind::kCast) && bare->Child(0)->Is(Kind::kString));
}

enum class NullPlace { kFirst, kLast };

NullPlace DefaultNulls(const Dialect& dialect, bool descending) {
  if (dialect.Has(Feature::kNullsAlwaysLast)) return NullPlace::kLast;
  const bool low = dialect.Has(Feature::kNullsLow);
  return low != descending ? NullPlace::kFirst : NullPlace::kLast;
}

}  // namespace

void Rewriter::Note(Verdict verdict, const Node* node, std::string construct, std::string message) {
  verdict_ = std::max(verdict_, verdict);
  const Place place = source_.empty() ? Place{} : PlaceAt(source_, node->begin);
  notes_.push_back({verdict, std::move(construct), std::move(message), place});
}

DataType Rewriter::TypeOf(const Node* node) const { return InferType(node, from_, types_ ? types_ : [](const Node&) { return DataType(); }); }

bool Rewriter::IsText(const Node* node) const {
  const DataType type = TypeOf(node);
  return type.is_text();  // unknown counts: it might be text
}

void Rewriter::Run(Node*& slot) { Walk(slot); }

void Rewriter::Walk(Node*& slot) {
  if (slot == nullptr) return;
  if (slot->Is(Kind::kSelect)) Select(slot);
  if (slot->IsQuery()) {
    if (Node* order = slot->Child(kOrderSlot)) Order(order);
  }
  // Parents first: types are inferred in the source's dialect, from children that have not been rewritten.
  Node* replaced = Visit(slot);
  slot = replaced;
  for (Node*& child : slot->Children()) Walk(child);
}

Node* Rewriter::Visit(Node* node) {
  switch (node->kind) {
    case Kind::kBinary: return Binary(node);
    case Kind::kLike: return Like(node);
    case Kind::kCast: return Cast(node);
    case Kind::kInterval: return Interval(node);
    case Kind::kExtract: return Extract(node);
    case Kind::kFunction: return Function(node);
    case Kind::kIn:
    case Kind::kBetween: return Comparison(node);
    case Kind::kCollate: Note(Verdict::kUnsupported, node, "COLLATE", "collations are not the same in " + std::string(to_.name)); return node;
    case Kind::kWindow:
      if (node->Child(2) != nullptr) Order(node->Child(2));
      return node;
    case Kind::kParameter: Note(Verdict::kUnsupported, node, "parameter", "parameters cannot be translated"); return node;
    case Kind::kSample: Note(Verdict::kDifferent, node, "TABLESAMPLE", "samples differ"); return node;
    case Kind::kLambda:
    case Kind::kStruct:
    case Kind::kMap:
      if (!to_.Has(Feature::kStructBraces)) Note(Verdict::kUnsupported, node, "nested value", std::string(to_.name) + " has no such values");
      return node;
    case Kind::kArray:
    case Kind::kSubscript:
      if (!to_.Has(Feature::kArrayBrackets)) Note(Verdict::kUnsupported, node, "array", std::string(to_.name) + " has no arrays");
      return node;
    case Kind::kAtTimeZone:
      if (!to_.Has(Feature::kAtTimeZone)) Note(Verdict::kUnsupported, node, "AT TIME ZONE", std::string(to_.name) + " has no such operator");
      return node;
    case Kind::kPosition:
      if (!to_.Has(Feature::kPositionFunction)) return MakeFunction(arena_, "INSTR", {node->Child(1), node->Child(0)});
      return node;
    default: return node;
  }
}

void Rewriter::Select(Node* select) {
  if (select->Child(kQualifySlot) != nullptr && !to_.Has(Feature::kQualify)) Note(Verdict::kUnsupported, select, "QUALIFY", std::string(to_.name) + " has no QUALIFY");
  if (const Node* distinct = select->Child(kDistinctSlot); distinct != nullptr && distinct->count > 0 && !to_.Has(Feature::kDistinctOn)) {
    Note(Verdict::kUnsupported, select, "DISTINCT ON", std::string(to_.name) + " has no DISTINCT ON");
  }
  const bool collations_differ = from_.Has(Feature::kCaseInsensitiveText) != to_.Has(Feature::kCaseInsensitiveText);
  if (const Node* group = select->Child(kGroupSlot); group != nullptr && collations_differ) {
    for (const Node* key : group->Children()) {
      if (IsText(key)) Note(Verdict::kDifferent, key, "GROUP BY of texts", "texts that differ only in case or trailing blanks group together in one of " + std::string(from_.name) + " and " + std::string(to_.name));
    }
  }
  if (select->Child(kDistinctSlot) != nullptr && collations_differ) {
    Note(Verdict::kDifferent, select, "DISTINCT", "texts that differ only in case are one value in only one of " + std::string(from_.name) + " and " + std::string(to_.name));
  }
}

// Where NULLs stand is said, if the other side would put them elsewhere.
void Rewriter::Order(Node* list) {
  std::vector<Node*> items;
  bool changed = false;
  for (Node* item : list->Children()) {
    if (!item->Is(Kind::kOrderItem)) {
      items.push_back(item);
      continue;
    }
    const bool descending = item->Has(kDesc);
    const NullPlace wanted = item->Has(kNullsFirst) ? NullPlace::kFirst : item->Has(kNullsLast) ? NullPlace::kLast : DefaultNulls(from_, descending);
    if (wanted != DefaultNulls(to_, descending)) {
      if (to_.Has(Feature::kNullsOrdering)) {
        item->Set(wanted == NullPlace::kFirst ? kNullsFirst : kNullsLast);
      } else {
        Node* is_null = NewNode(arena_, Kind::kIs, {Clone(arena_, item->Child(0)), NewNode(arena_, Kind::kNull)});
        Node* extra = NewNode(arena_, Kind::kOrderItem, {is_null});
        if (wanted == NullPlace::kFirst) extra->Set(kDesc);
        items.push_back(extra);
        changed = true;
      }
    }
    items.push_back(item);
  }
  if (!changed) return;
  Node* fresh = MakeList(arena_, items);
  list->children = fresh->children;
  list->count = fresh->count;
  list->capacity = fresh->capacity;
}

Node* Rewriter::Binary(Node* node) {
  switch (node->op) {
    case Op::kDiv: return Division(node);
    case Op::kConcat: return Concatenation(node);
    case Op::kEq: case Op::kNeq: case Op::kLt: case Op::kLe: case Op::kGt: case Op::kGe: return Comparison(node);
    case Op::kNullSafeEq:
      if (!to_.Has(Feature::kNullSafeEquals)) node->op = Op::kNotDistinctFrom;
      return node;
    case Op::kNotDistinctFrom:
      if (to_.Has(Feature::kNullSafeEquals)) node->op = Op::kNullSafeEq;
      return node;
    case Op::kDistinctFrom:
      if (!to_.Has(Feature::kNullSafeEquals)) return node;
      node->op = Op::kNullSafeEq;
      return MakeNot(arena_, MakeParen(arena_, node));
    case Op::kIsOp:
      node->op = Op::kNotDistinctFrom;
      return node;
    case Op::kIntDiv:
      if (!to_.Has(Feature::kDivOperator) && !to_.Has(Feature::kSlashSlash)) Note(Verdict::kUnsupported, node, "integer division", std::string(to_.name) + " has no such operator");
      return node;
    case Op::kXor:
      if (!to_.Has(Feature::kXorOperator)) Note(Verdict::kUnsupported, node, "XOR", std::string(to_.name) + " has no such operator");
      return node;
    case Op::kPow:
      if (!to_.Has(Feature::kCaretIsPower)) return MakeFunction(arena_, "POWER", {node->Child(0), node->Child(1)});
      return node;
    case Op::kMod:
      if (to_.Has(Feature::kSlashNullOnZero) != from_.Has(Feature::kSlashNullOnZero) && !IsLiteral(node->Child(1))) {
        Note(Verdict::kDifferent, node, "%", "a zero divisor gives NULL in one and an error in the other");
      }
      return node;
    case Op::kRegexMatch: case Op::kRegexNoMatch: case Op::kRegexIMatch: case Op::kRegexINoMatch:
      Note(Verdict::kUnsupported, node, "regular expression", "the flavours of regular expressions differ");
      return node;
    case Op::kJsonGet: case Op::kJsonGetText: case Op::kJsonPath: case Op::kJsonPathText: case Op::kContains: case Op::kContainedBy: case Op::kHasKey:
    case Op::kHasAny: case Op::kHasAll:
      Note(Verdict::kUnsupported, node, "JSON operator", "JSON paths are read differently");
      return node;
    case Op::kOverlaps: case Op::kCustom:
      Note(Verdict::kUnsupported, node, "operator " + std::string(node->text), "it is not known in " + std::string(to_.name));
      return node;
    case Op::kAdd:
    case Op::kSub:
      if (to_.Has(Feature::kDynamicTyping)) {
        const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
        if (!left.is_numeric() || !right.is_numeric()) Note(Verdict::kUnsupported, node, "date arithmetic", "dates are texts in " + std::string(to_.name));
      }
      return node;
    default: return node;
  }
}

// 7 / 2 is 3 or 3.5, and 1 / 0 an error, infinity or NULL.
Node* Rewriter::Division(Node* node) {
  const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
  const bool known = left.is_numeric() && right.is_numeric();
  const bool integers = left.is_integer() && right.is_integer();
  if (from_.Has(Feature::kSlashIsInteger) != to_.Has(Feature::kSlashIsInteger)) {
    if (!known && !left.is_temporal()) {
      Note(Verdict::kDifferent, node, "division", "if both sides are integers, " + std::string(from_.name) + (from_.Has(Feature::kSlashIsInteger) ? " drops" : " keeps") +
                                                      " the fraction and " + std::string(to_.name) + " does not; cast one side to say which is meant");
    } else if (integers && from_.Has(Feature::kSlashIsInteger)) {
      node->op = Op::kIntDiv;
    } else if (integers) {
      node->children[0] = MakeCast(arena_, node->Child(0), MakeTypeName(arena_, to_.Has(Feature::kDynamicTyping) ? "REAL" : "DOUBLE PRECISION"));
    }
  }
  const bool from_null = from_.Has(Feature::kSlashNullOnZero), to_null = to_.Has(Feature::kSlashNullOnZero);
  const Node* divisor = Unparen(node->Child(1));
  const bool safe = divisor->Is(Kind::kNumber) || (divisor->Is(Kind::kFunction) && EqualsIgnoreCase(divisor->text, "NULLIF"));
  if (from_null && !to_null && !safe) {
    node->children[1] = MakeFunction(arena_, "NULLIF", {node->Child(1), MakeNumber(arena_, 0)});
  } else if (!from_null && to_null && !safe) {
    Note(Verdict::kDifferent, node, "division", "a zero divisor is an error in " + std::string(from_.name) + " and NULL in " + std::string(to_.name));
  }
  return node;
}

Node* Rewriter::Concatenation(Node* node) {
  if (to_.Has(Feature::kPipesConcat)) return node;
  return MakeFunction(arena_, "CONCAT", {node->Child(0), node->Child(1)});
}

Node* Rewriter::Comparison(Node* node) {
  if (from_.Has(Feature::kCaseInsensitiveText) == to_.Has(Feature::kCaseInsensitiveText)) return node;
  bool text = IsText(node->Child(0));
  if (!text) return node;
  // A text literal against a typed column takes the column's type.
  for (uint32_t i = 1; i < node->count && i < 3; ++i) {
    const DataType other = node->Child(i)->Is(Kind::kList) || node->Child(i)->IsQuery() ? DataType() : TypeOf(node->Child(i));
    text = text && (other.is_text() || other.kind == TypeKind::kNull);
  }
  if (text) {
    Note(Verdict::kDifferent, node, "text comparison", "it ignores case and trailing blanks by default in " +
                                                           std::string(from_.Has(Feature::kCaseInsensitiveText) ? from_.name : to_.name) + ", not in " +
                                                           std::string(from_.Has(Feature::kCaseInsensitiveText) ? to_.name : from_.name));
  }
  return node;
}

Node* Rewriter::Like(Node* node) {
  const bool from_ignores = from_.Has(Feature::kLikeIgnoresCase), to_ignores = to_.Has(Feature::kLikeIgnoresCase);
  if (node->op == Op::kLikeOp) {
    if (from_ignores == to_ignores) return node;
    if (from_ignores && to_.Has(Feature::kIlike)) {
      node->op = Op::kIlikeOp;
      return node;
    }
    Note(Verdict::kDifferent, node, "LIKE", "it ignores case in " + std::string(to_.name) + ", not in " + std::string(from_.name));
    return node;
  }
  if (node->op == Op::kIlikeOp) {
    if (to_.Has(Feature::kIlike)) return node;
    node->op = Op::kLikeOp;
    if (!to_ignores) Note(Verdict::kUnsupported, node, "ILIKE", std::string(to_.name) + " has no ILIKE");
    else if (to_.Has(Feature::kDynamicTyping)) Note(Verdict::kDifferent, node, "ILIKE", "LIKE ignores the case of ASCII letters only in " + std::string(to_.name));
    return node;
  }
  Note(Verdict::kUnsupported, node, "pattern match", "the flavours of patterns differ");
  return node;
}

Node* Rewriter::Cast(Node* node) {
  const Node* value = Unparen(node->Child(0));
  auto type = ParseTypeName(from_, Print(node->Child(1), from_));
  if (!type || type->kind == TypeKind::kUnknown) {
    Note(Verdict::kUnsupported, node, "CAST", "type " + Print(node->Child(1), from_) + " is not known");
    return node;
  }
  if (to_.Has(Feature::kDynamicTyping)) {
    // Date and time literals are texts there; a CAST would make numbers of them.
    if (value->Is(Kind::kString) && type->is_temporal() && type->kind != TypeKind::kInterval) return node->Child(0);
    if (type->is_temporal() || type->kind == TypeKind::kDecimal || type->kind == TypeKind::kBool) {
      Note(Verdict::kUnsupported, node, "CAST", "casts to " + type->ToString() + " mean something else in " + std::string(to_.name));
      return node;
    }
  }
  auto name = RenderTypeName(to_, *type);
  if (!name) {
    Note(Verdict::kUnsupported, node, "CAST", name.error().message());
    return node;
  }
  const DataType source = TypeOf(node->Child(0));
  if (type->is_integer() && !source.is_integer() && (from_.Has(Feature::kDynamicTyping) || to_.Has(Feature::kDynamicTyping))) {
    Note(Verdict::kDifferent, node, "CAST", "a cast to a whole number cuts in SQLite and rounds elsewhere");
  }
  if (type->kind == TypeKind::kString && !source.is_text() && !value->Is(Kind::kString) && !source.is_integer() && source.kind != TypeKind::kDate) {
    Note(Verdict::kDifferent, node, "CAST", "the text of " + source.ToString() + " values is not the same everywhere");
  }
  const bool mysql_cast = to_.Has(Feature::kDatePartKeywords) && to_.Has(Feature::kBacktickIdentifiers);
  if (mysql_cast) {
    // MySQL casts to a few names only.
    if (type->is_integer()) *name = type->kind == TypeKind::kUInt64 ? "UNSIGNED" : "SIGNED";
    else if (type->kind == TypeKind::kString) *name = type->length > 0 ? "CHAR(" + std::to_string(type->length) + ")" : "CHAR";
    else if (type->kind == TypeKind::kDecimal && type->precision == 0) *name = "DECIMAL(38, 18)";
    else if (type->kind == TypeKind::kTimestamp) *name = "DATETIME(6)";
  }
  if (type->kind == TypeKind::kDecimal && type->precision == 0 && to_.Has(Feature::kStructBraces)) *name = "DECIMAL(38, 18)";
  Node* fresh = NewNode(arena_, Kind::kCast, {node->Child(0), NewNode(arena_, Kind::kTypeName, {}, arena_.Copy(*name), Op::kScalarType)});
  fresh->flags = node->flags;
  fresh->begin = node->begin;
  if (node->Has(kTry) && !to_.Has(Feature::kTryCast)) Note(Verdict::kUnsupported, node, "TRY_CAST", std::string(to_.name) + " has no TRY_CAST");
  return fresh;
}

Node* Rewriter::Interval(Node* node) {
  if (to_.Has(Feature::kDynamicTyping)) {
    Note(Verdict::kUnsupported, node, "INTERVAL", "dates are texts in " + std::string(to_.name));
    return node;
  }
  if (!to_.Has(Feature::kIntervalString) && node->text.empty() && node->Child(0)->Is(Kind::kString)) {
    // '3 months' → INTERVAL 3 MONTH, for one number and one unit.
    const auto parts = Split(std::string(TrimView(node->Child(0)->text)), ' ');
    const std::string number = parts.empty() ? "" : parts[0];
    const bool whole = parts.size() == 2 && !number.empty() && number.find_first_not_of("0123456789-") == std::string::npos;
    std::string unit = whole ? ToUpper(parts[1]) : "";
    if (!unit.empty() && unit.back() == 'S') unit.pop_back();
    static constexpr std::string_view kUnits[] = {"SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"};
    if (std::find(std::begin(kUnits), std::end(kUnits), unit) == std::end(kUnits)) {
      Note(Verdict::kUnsupported, node, "INTERVAL", "'" + std::string(node->Child(0)->text) + "' cannot be written in " + std::string(to_.name));
      return node;
    }
    node->children[0] = NewNode(arena_, Kind::kNumber, {}, arena_.Copy(number));
    node->text = arena_.Copy(unit);
  }
  return node;
}

Node* Rewriter::Extract(Node* node) {
  static constexpr std::string_view kPlain[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "QUARTER"};
  if (std::find(std::begin(kPlain), std::end(kPlain), node->text) == std::end(kPlain)) {
    Note(Verdict::kDifferent, node, "EXTRACT(" + std::string(node->text) + ")", "this field is counted differently");
    return node;
  }
  if (!to_.Has(Feature::kExtract)) Note(Verdict::kUnsupported, node, "EXTRACT", std::string(to_.name) + " has no EXTRACT");
  return node;
}

}  // namespace dvt::sql
