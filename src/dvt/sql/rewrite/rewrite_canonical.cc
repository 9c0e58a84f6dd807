// Spellings of one meaning brought to one form: where NOT stands, units of intervals, VALUES as an operand.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// "15 days" → "15" and "DAYS": one number and one word; false for anything else.
bool SplitInterval(std::string_view text, std::string& number, std::string& unit) {
  const std::string trimmed(TrimView(text));
  size_t at = 0;
  if (at < trimmed.size() && (trimmed[at] == '-' || trimmed[at] == '+')) ++at;
  const size_t digits = at;
  while (at < trimmed.size() && ((trimmed[at] >= '0' && trimmed[at] <= '9') || trimmed[at] == '.')) ++at;
  if (at == digits) return false;
  number = trimmed.substr(0, at);
  while (at < trimmed.size() && trimmed[at] == ' ') ++at;
  unit = ToUpper(std::string_view(trimmed).substr(at));
  if (unit.empty()) return false;
  for (const char c : unit) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

}  // namespace

// INTERVAL 3 DAY and INTERVAL '3 day' are INTERVAL '3' DAY.
Node* Rewriter::OneInterval(Node* node) {
  Node* value = node->children[0];
  if (node->text == "WEEK" && to_.Has(Feature::kWeeksAsDays)) {
    std::string number, unit;
    if (value->Is(Kind::kString) && SplitInterval(std::string(value->text) + " W", number, unit))
      value = NewNode(arena_, Kind::kNumber, {}, arena_.Copy(number));
    Node* week = NewNode(arena_, Kind::kInterval, {MakeString(arena_, "7")}, "DAY");
    return MakeParen(arena_, MakeBinary(arena_, Op::kMul, value, week));
  }
  if (value->Is(Kind::kNumber) && !node->text.empty()) {
    node->children[0] = NewNode(arena_, Kind::kString, {}, value->text, Op::kPlain);
    return node;
  }
  if (value->Is(Kind::kUnary, Op::kNeg) && value->Child(0)->Is(Kind::kNumber) && !node->text.empty()) {
    node->children[0] = MakeString(arena_, "-" + std::string(value->Child(0)->text));
    return node;
  }
  std::string number, unit;
  if (!value->Is(Kind::kString) || !node->text.empty() || !SplitInterval(value->text, number, unit)) return node;
  if (number.find('.') != std::string::npos && !to_.Has(Feature::kCanonicalNames)) return node;
  node->children[0] = NewNode(arena_, Kind::kString, {}, arena_.Copy(number), Op::kPlain);
  if (unit.size() > 3 && unit.back() == 'S' && unit != "CENTURIES") {
    unit.pop_back();
    node->Set(kPluralUnit);
  }
  node->text = arena_.Copy(unit);
  return node->text == "WEEK" && to_.Has(Feature::kWeeksAsDays) ? OneInterval(node) : node;
}

// x IS TRUE is x, where nothing else says so.
Node* Rewriter::WithoutTruthTest(Node* node) {
  Node* value = node->children[0];
  if (!customary_) {
    Node* test = MakeBinary(arena_, node->Has(kNot) ? Op::kDistinctFrom : Op::kNotDistinctFrom, value, node->children[1]);
    test->begin = node->begin;
    return test;
  }
  Note(Verdict::kDifferent, node, "IS TRUE", "of NULL it is NULL");
  Node* test = node->Child(1)->Is(Kind::kBoolean, Op::kTrue) ? value : MakeNot(arena_, value);
  return Canonical(node->Has(kNot) ? MakeNot(arena_, test) : test);
}

// VALUES (1), (2) as SELECT * FROM (VALUES (1), (2)) AS _values, with its tail.
Node* Rewriter::SelectFromValues(Node* values) {
  Node* select = MakeSelect(arena_);
  Append(arena_, select->Child(kItemsSlot), NewNode(arena_, Kind::kStar));
  for (const uint32_t slot : {kWithSlot, kOrderSlot, kLimitSlot, kOffsetSlot, kLockSlot}) {
    select->children[slot] = values->Child(slot);
    values->children[slot] = nullptr;
  }
  Node* alias = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, "_values", false), nullptr});
  Node* table = NewNode(arena_, Kind::kDerivedTable, {alias, values});
  select->children[kFromSlot] = NewNode(arena_, Kind::kList, {table});
  return select;
}

// a < ANY(array) as EXISTS(array, x -> a < x).
Node* Rewriter::AnyAsExists(Node* node) {
  std::string name = "x";
  for (const Node* each : FindAll(node->children[0], Kind::kIdentifier)) {
    if (EqualsIgnoreCase(each->text, name)) name = "_x";
  }
  auto item = [&] { return MakeIdentifier(arena_, name, false); };
  Node* array = node->children[1]->children[0];
  node->children[1] = NewNode(arena_, Kind::kColumn, {item()});
  Node* test = NewNode(arena_, Kind::kLambda, {NewNode(arena_, Kind::kList, {item()}), node});
  return Made(MakeFunction(arena_, "EXISTS", {array, test}));
}

// Powers are calls; arrows take JSON paths.
Node* Rewriter::CanonicalOperator(Node* node) {
  if ((node->op == Op::kJsonPath || node->op == Op::kJsonPathText) && to_.Has(Feature::kCanonicalNames))
    return MakeFunction(arena_, node->op == Op::kJsonPath ? "JSONB_EXTRACT" : "JSONB_EXTRACT_SCALAR",
                        {node->Child(0), node->Child(1)});
  if (node->op == Op::kIntDiv && customary_ && to_.Has(Feature::kCanonicalNames)) {
    node->op = Op::kDiv;
    return NewNode(arena_, Kind::kCast, {node, Made(MakeTypeName(arena_, "BIGINT"))});
  }
  if (node->op == Op::kNullSafeEq && to_.Has(Feature::kCanonicalNames)) node->op = Op::kNotDistinctFrom;
  if (node->op == Op::kCustom && node->text == "MEMBER OF" && customary_ && !to_.Has(Feature::kCharsetIntroducer))
    return MakeFunction(arena_, "JSON_ARRAY_CONTAINS", {node->Child(0), Unparen(node->Child(1))});
  if (node->op == Op::kEq && !assigns_ && to_.Has(Feature::kEqualsNull) &&
      (node->Child(0)->Is(Kind::kNull) || node->Child(1)->Is(Kind::kNull)))
    return NewNode(arena_, Kind::kNull);
  const Node* any = node->count == 2 ? node->Child(1) : nullptr;
  if (any != nullptr && any->Is(Kind::kQuantified, Op::kAny) && customary_ && &from_ != &to_ && !any->Child(0)->IsQuery() &&
      to_.Has(Feature::kCallableExists) && !any->Child(0)->Is(Kind::kRow) && node->op >= Op::kEq &&
      node->op <= Op::kNotDistinctFrom)
    return AnyAsExists(node);
  if (node->op == Op::kEq && customary_ && any != nullptr && any->Is(Kind::kQuantified, Op::kAny) && !any->Child(0)->IsQuery() &&
      !any->Child(0)->Is(Kind::kRow))
    return CallOf(node, "equals_any", {node->Child(0), any->children[0]});
  if (node->op == Op::kPow && (to_.Has(Feature::kStarStarIsPower) || to_.Has(Feature::kCanonicalNames) ||
                               (customary_ && to_.Has(Feature::kCaretIsPower))))
    return MakeFunction(arena_, "POWER", {node->Child(0), node->Child(1)});
  if (node->op == Op::kRegexMatch && customary_ && &from_ == &to_ && to_.Has(Feature::kSpreadColumns)) {
    Note(Verdict::kDifferent, node, "~", "it matches whole texts, REGEXP_MATCHES any part of them");
    return MakeFunction(arena_, "REGEXP_MATCHES", {node->Child(0), node->Child(1)});
  }
  if (node->op == Op::kJsonGet && customary_ && &from_ == &to_ && to_.Has(Feature::kCharsetIntroducer))
    return MakeFunction(arena_, "JSON_EXTRACT", {node->Child(0), node->Child(1)});
  if (node->op == Op::kIntDiv && customary_ && to_.Has(Feature::kCharsetIntroducer) && node->Child(0)->Is(Kind::kBinary))
    node->children[0] = MakeParen(arena_, node->children[0]);
  const bool arrow = node->op == Op::kJsonGet || node->op == Op::kJsonGetText;
  if (arrow && customary_ &&
      (to_.Has(Feature::kArrowsApart) || to_.Has(Feature::kCanonicalNames) || from_.Has(Feature::kArrowsApart) ||
       from_.Has(Feature::kCanonicalNames)))
    node->children[1] = JsonPath(node->children[1]);
  if (arrow && customary_ && !to_.Has(Feature::kArrowsApart) &&
      (to_.Has(Feature::kCanonicalNames) || (&from_ != &to_ && from_.Has(Feature::kArrowsApart)))) {
    return MakeFunction(arena_, node->op == Op::kJsonGet ? "JSON_EXTRACT" : "JSON_EXTRACT_SCALAR",
                        {node->Child(0), node->Child(1)});
  }
  return node;
}

// 'a' is '$.a', and 0 is '$[0]'.
Node* Rewriter::JsonPath(Node* key) {
  const Node* bare = Unparen(key);
  std::string path;
  if (bare->Is(Kind::kNumber)) path = "$[" + std::string(bare->text) + "]";
  if (bare->Is(Kind::kString) && !bare->text.empty() && bare->text[0] != '$' && bare->text[0] != '/' &&
      bare->text.find_first_of("'\"") == std::string_view::npos) {
    bool plain = true;
    for (const char c : bare->text)
      plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                        c == '[' || c == ']' || c == '*');
    path = plain ? "$." + std::string(bare->text) : "$.\"" + std::string(bare->text) + "\"";
  }
  return path.empty() ? key : MakeString(arena_, path);
}

// STRUCT_EXTRACT(x, 'a') is x.a where x is a column or such a field.
Node* Rewriter::ExtractedField(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (!node->Is(Kind::kFunction) || !EqualsIgnoreCase(node->text, "STRUCT_EXTRACT") || args->count != 2) return nullptr;
  Node* value = args->Child(0);
  if (Node* inner = ExtractedField(value)) value = inner;
  const Node* field = args->Child(1);
  const bool named = field->Is(Kind::kString) || (field->Is(Kind::kColumn) && field->count == 1);
  if (!value->Is(Kind::kColumn) || !named) return nullptr;
  Node* column = NewNode(arena_, Kind::kColumn, {});
  column->begin = node->begin;
  for (Node* part : value->Children()) Append(arena_, column, part);
  Append(arena_, column,
         field->Is(Kind::kString) ? MakeIdentifier(arena_, field->text, false) : const_cast<Node*>(field->Child(0)));
  return column;
}

// GROUP_CONCAT(a, b SEPARATOR s) as STRING_AGG of the joined parts.
Node* Rewriter::JoinedTexts(Node* node) {
  Node* args = node->Child(kArgsSlot);
  Node* separator = node->Child(kSeparatorSlot);
  if (!EqualsIgnoreCase(node->text, "GROUP_CONCAT") || args->count == 0 || (args->count == 1 && separator == nullptr))
    return node;
  Node* joined = args->children[0];
  const bool operators = (!to_.Has(Feature::kPipesConcat) || to_.Has(Feature::kTildeRegex) || to_.Has(Feature::kStructBraces)) &&
                         !to_.Has(Feature::kCanonicalNames);
  for (uint32_t i = 1; operators && i < args->count; ++i)
    joined = Made(MakeBinary(arena_, to_.Has(Feature::kPipesConcat) ? Op::kConcat : Op::kAdd, joined, args->children[i]));
  if (!operators && args->count > 1) joined = Made(MakeFunction(arena_, "CONCAT", args->Children()));
  if (separator == nullptr) separator = MakeString(arena_, ",");
  node->children[kArgsSlot] = NewNode(arena_, Kind::kList, {joined, separator});
  SetChild(arena_, node, kSeparatorSlot, nullptr);
  node->text = "STRING_AGG";
  return node;
}

// GROUP_CONCAT(a, b) is GROUP_CONCAT(CONCAT(a, b) SEPARATOR ',').
Node* Rewriter::SeparatedTexts(Node* node) {
  Node* args = node->Child(kArgsSlot);
  if (!EqualsIgnoreCase(node->text, "GROUP_CONCAT") || args->count == 0) return node;
  if (args->count > 1)
    node->children[kArgsSlot] = NewNode(arena_, Kind::kList, {MakeFunction(arena_, "CONCAT", args->Children())});
  if (node->Child(kSeparatorSlot) == nullptr) SetChild(arena_, node, kSeparatorSlot, MakeString(arena_, ","));
  return node;
}

Node* Rewriter::CanonicalCall(Node* node) {
  if (customary_ && from_.Has(Feature::kCharsetIntroducer))
    node = to_.Has(Feature::kCharsetIntroducer) ? SeparatedTexts(node) : JoinedTexts(node);
  const Node* args = node->Child(kArgsSlot);
  if (customary_ || &from_ == &to_) node = NamedFields(node);
  if (&from_ != &to_ && customary_ && !to_.Has(Feature::kCanonicalNames) && !to_.Has(Feature::kSpreadColumns)) {
    if (Node* field = ExtractedField(node)) return field;
  }
  if (&from_ != &to_ && from_.Has(Feature::kSpreadColumns) && args != nullptr && args->count == 2 &&
      EqualsIgnoreCase(node->text, "XOR"))
    return MakeBinary(arena_, Op::kBitXor, args->Child(0), args->Child(1));
  if (args != nullptr && args->count > 0 && from_.Has(Feature::kSpreadColumns) && (customary_ || &from_ == &to_) &&
      EqualsIgnoreCase(node->text, "STRUCT_PACK")) {
    Node* fields = NewNode(arena_, Kind::kStruct);
    for (uint32_t i = 0; i < args->count; ++i) {
      Node* arg = args->children[i];
      Node* name = arg->Is(Kind::kNamedArg) ? arg->Child(0) : MakeIdentifier(arena_, "_" + std::to_string(i));
      Node* value = arg->Is(Kind::kNamedArg) ? arg->Child(1) : arg;
      Append(arena_, fields, NewNode(arena_, Kind::kAlias, {value, name}));
    }
    fields->comments = node->comments;
    return fields;
  }
  if (args != nullptr && args->count == 2 && to_.Has(Feature::kSpreadColumns) &&
      (EqualsIgnoreCase(node->text, "LIST_HAS_ANY") || EqualsIgnoreCase(node->text, "ARRAY_HAS_ANY")))
    return MakeBinary(arena_, Op::kOverlaps, args->Child(0), args->Child(1));
  if (node->Child(kWithinSlot) != nullptr && to_.Has(Feature::kSpreadColumns) && args != nullptr && args->count == 1) {
    const bool cont = EqualsIgnoreCase(node->text, "PERCENTILE_CONT"), disc = EqualsIgnoreCase(node->text, "PERCENTILE_DISC");
    Node* order = node->Child(kWithinSlot);
    if ((cont || disc) && order->count == 1) {  // the value is the first argument
      Node* call = MakeFunction(arena_, cont ? "QUANTILE_CONT" : "QUANTILE_DISC",
                                {Clone(arena_, order->Child(0)->Child(0)), args->Child(0)});
      for (uint32_t slot = 1; slot < node->count; ++slot) {
        if (slot != kWithinSlot && node->Child(slot) != nullptr) SetChild(arena_, call, slot, node->Child(slot));
      }
      SetChild(arena_, call, kArgOrderSlot, order);
      return call;
    }
  }
  return node;
}

// x NOT IN y as NOT x IN y.
Node* Rewriter::NotInFront(Node* node) {
  if (!node->Has(kNot)) return node;
  node->Set(kNot, false);
  Node* negated = MakeNot(arena_, node);
  negated->begin = node->begin;
  return negated;
}

// x IS UNKNOWN is x IS NULL.
Node* Rewriter::CanonicalTest(Node* node) {
  const Node* what = node->Child(1);
  if (what->Is(Kind::kColumn) && what->count == 1 && EqualsIgnoreCase(what->Child(0)->text, "UNKNOWN"))
    node->children[1] = NewNode(arena_, Kind::kNull);
  if (what->Is(Kind::kBoolean) && to_.Has(Feature::kNoTruthTests)) return WithoutTruthTest(node);
  if (from_.Has(Feature::kRowNullTests) && node->Child(1)->Is(Kind::kNull)) return node;
  return NotInFront(node);
}

// x NOT IN (SELECT …) is x <> ALL (…) where the source reads it so; x IN UNNEST(y) is IN of a query.
Node* Rewriter::CanonicalIn(Node* node) {
  if (node->Has(kGlobal) && !to_.Has(Feature::kCanonicalNames)) return node;
  if (node->Has(kNot) && customary_ && from_.Has(Feature::kNotInIsAll) && node->Child(1)->IsQuery()) {
    Node* all = NewNode(arena_, Kind::kQuantified, {node->Child(1)}, {}, Op::kEvery);
    all->begin = node->begin;
    return MakeBinary(arena_, Op::kNeq, node->Child(0), all);
  }
  if (customary_ && to_.Has(Feature::kCanonicalNames) && node->Child(1)->Is(Kind::kFunction) &&
      EqualsIgnoreCase(node->Child(1)->text, "UNNEST")) {
    Node* select = MakeSelect(arena_);
    Append(arena_, select->Child(kItemsSlot), node->children[1]);
    node->children[1] = select;
  }
  return NotInFront(node);
}

// EXTRACT(DOW FROM x) is of DAYOFWEEK, MINS are MINUTE.
Node* Rewriter::CanonicalExtract(Node* node) {
  if (!customary_ || &from_ != &to_ || !to_.Has(Feature::kPrefixAliases)) return node;
  const std::string unit = UnitWord(MakeString(arena_, node->text));
  if (!unit.empty() && unit.find("WEEK") == std::string::npos) node->text = arena_.Copy(unit);
  if (EqualsIgnoreCase(node->text, "DOW")) node->text = "DAYOFWEEK";
  return node;
}

// POSITION(x IN y) as the target's call.
Node* Rewriter::CanonicalPosition(Node* node) {
  if (customary_ && to_.Has(Feature::kPrefixAliases)) return MakeFunction(arena_, "STRPOS", {node->Child(1), node->Child(0)});
  if (customary_ && to_.Has(Feature::kStagedFiles)) return MakeFunction(arena_, "CHARINDEX", {node->Child(0), node->Child(1)});
  if (&from_ == &to_ && to_.Has(Feature::kParametricCalls))
    return MakeFunction(arena_, "POSITION", {node->Child(1), node->Child(0)});
  return to_.Has(Feature::kCanonicalNames) ? MakeFunction(arena_, "STR_POSITION", {node->Child(1), node->Child(0)}) : node;
}

// Queries of VALUES alone are selects; a branch with a LIMIT stands in parentheses.
Node* Rewriter::CanonicalQuery(Node* node) {
  auto wrap_values = [&](uint32_t slot) {
    if (node->Child(slot) != nullptr && node->Child(slot)->Is(Kind::kValues))
      node->children[slot] = SelectFromValues(node->children[slot]);
  };
  if (node->Is(Kind::kCte)) wrap_values(1);
  if (node->Is(Kind::kSubquery)) wrap_values(kInnerSlot);
  if (node->Is(Kind::kSetOperation)) {
    if (const Node* left = node->Child(kLeftSlot); customary_ && &from_ != &to_ && to_.Has(Feature::kBranchTails) &&
                                                   left->Is(Kind::kSelect) && left->Child(kLimitSlot) != nullptr) {
      Node* inner = NewNode(arena_, Kind::kSubquery);
      SetChild(arena_, inner, kInnerSlots - 1, nullptr);
      inner->children[kInnerSlot] = node->children[kLeftSlot];
      node->children[kLeftSlot] = inner;
    }
    wrap_values(kLeftSlot);
    wrap_values(kRightSlot);
  }
  if (node->Is(Kind::kDerivedTable)) {  // (VALUES …) stays what it is; with a tail it is a query
    Node* inner = node->Child(1);
    Node* values = inner->Is(Kind::kSubquery) ? inner->Child(kInnerSlot) : inner;
    const bool bare = values != nullptr && values->Is(Kind::kValues) && values->Child(kOrderSlot) == nullptr &&
                      values->Child(kLimitSlot) == nullptr && values->Child(kOffsetSlot) == nullptr &&
                      values->Child(kWithSlot) == nullptr;
    if (bare) node->children[1] = values;
  }
  return node;
}

Node* Rewriter::Canonical(Node* node) {
  switch (node->kind) {
    case Kind::kIs: return CanonicalTest(node);
    case Kind::kBinary:
      // x !~ y is NOT x ~ y
      if (node->op == Op::kRegexNoMatch || node->op == Op::kRegexINoMatch) {
        node->op = node->op == Op::kRegexNoMatch ? Op::kRegexMatch : Op::kRegexIMatch;
        Node* negated = MakeNot(arena_, node);
        negated->begin = node->begin;
        return negated;
      }
      return CanonicalOperator(node);
    case Kind::kLike:
      if (node->op == Op::kRegexp && customary_ && &from_ == &to_ && to_.Has(Feature::kCharsetIntroducer)) {
        Node* call = MakeFunction(arena_, "REGEXP_LIKE", {node->Child(0), node->Child(1)});
        return node->Has(kNot) ? MakeNot(arena_, call) : call;
      }
      return node->op == Op::kSimilarTo ? NotInFront(node) : node;
    case Kind::kBetween: return NotInFront(node);
    case Kind::kIn: return CanonicalIn(node);
    case Kind::kUnary:
      while (node->op == Op::kPlus || (node->op == Op::kNeg && node->Child(0)->Is(Kind::kUnary, Op::kPlus))) {
        if (node->op == Op::kPlus) return node->Child(0);
        node->children[0] = node->Child(0)->children[0];
      }
      return node;
    case Kind::kNumber:
      if (node->text.find('_') != std::string_view::npos) node->text = arena_.Copy(ReplaceAll(std::string(node->text), "_", ""));
      if (node->text.starts_with('.')) node->text = arena_.Copy("0" + std::string(node->text));
      return node;
    case Kind::kFunction: return CanonicalCall(node);
    case Kind::kExtract: return CanonicalExtract(node);
    case Kind::kStruct: {
      const bool named =
          std::all_of(node->Children().begin(), node->Children().end(), [](const Node* each) { return each->Is(Kind::kAlias); });
      return customary_ && &from_ == &to_ && named && to_.nested.structure == "OBJECT" ? Structure(node) : node;
    }
    case Kind::kPosition: return CanonicalPosition(node);
    case Kind::kInterval: return OneInterval(node);
    case Kind::kFrame:
      if (EqualsIgnoreCase(node->text, "EXCLUDE NO OTHERS")) node->text = {};
      if (node->Child(1) == nullptr && node->count > 0)  // ROWS 1 PRECEDING
        SetChild(arena_, node, 1, NewNode(arena_, Kind::kFrameBound, {}, {}, Op::kCurrentRow));
      return node;
    case Kind::kSetOperation:
    case Kind::kCte:
    case Kind::kSubquery:
    case Kind::kDerivedTable: return CanonicalQuery(node);
    default: return node;
  }
}

}  // namespace dvt::sql
