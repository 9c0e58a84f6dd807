// Clauses: joins, grouping, ordering, limits and set operations.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

enum class NullPlace { kFirst, kLast };

NullPlace DefaultNulls(const Dialect& dialect, bool descending) {
  if (dialect.Has(Feature::kNullsAlwaysLast)) return NullPlace::kLast;
  const bool low = dialect.Has(Feature::kNullsLow);
  return low != descending ? NullPlace::kFirst : NullPlace::kLast;
}

// The select item that a bare name in ORDER BY means, without its alias; nullptr if it means none.
Node* OutputOf(const Node* items, const Node* key) {
  if (!key->Is(Kind::kColumn) || key->count != 1) return nullptr;
  for (Node* item : items->Children()) {
    if (!EqualsIgnoreCase(AliasOrName(item), key->Child(0)->text)) continue;
    return item->Is(Kind::kAlias) ? item->Child(0) : item;
  }
  return nullptr;
}

// Rows with objects, which are calls there that VALUES does not take.
bool HoldsObjects(const Node* values, const Dialect& target) {
  if (target.nested.structure != "OBJECT") return false;
  for (const Node* row : values->Child(kInnerSlot)->Children()) {
    for (const Node* value : row->Children()) {
      if (value->Is(Kind::kStruct) || (value->Is(Kind::kFunction) && EqualsIgnoreCase(value->text, "STRUCT"))) return true;
    }
  }
  return false;
}

}  // namespace

// Keys by which values are made one: texts that differ only in case may fall together.
void Rewriter::TextKeys(const Node* list, std::string_view what) {
  if (list == nullptr || !CollationsDiffer()) return;
  for (const Node* key : list->Children()) {
    const Node* value = key->Is(Kind::kAlias) || key->Is(Kind::kOrderItem) ? key->Child(0) : key;
    if (!IsText(value)) continue;
    Note(Verdict::kDifferent, key, std::string(what),
         "texts that differ only in case or trailing blanks are one value in only one of " + std::string(from_.name) + " and " +
             std::string(to_.name));
    return;
  }
}

// t SEMI JOIN u ON c is t WHERE EXISTS(SELECT 1 FROM u WHERE c).
void Rewriter::SemiJoins(Node* select) {
  Node* from = select->Child(kFromSlot);
  if (from == nullptr || from->count == 0 || to_.Has(Feature::kSemiJoinWords)) return;
  Node*& table = from->children[from->count - 1];
  while (table->Is(Kind::kJoin) && (table->op == Op::kSemi || table->op == Op::kAnti) && table->Child(2) != nullptr) {
    Node* inner = MakeSelect(arena_);
    Append(arena_, inner->Child(kItemsSlot), MakeNumber(arena_, 1));
    inner->children[kFromSlot] = NewNode(arena_, Kind::kList, {table->Child(1)});
    inner->children[kWhereSlot] = table->Child(2);
    Node* sub = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
    sub->children[kInnerSlot] = inner;
    Node* exists = NewNode(arena_, Kind::kExists, {sub});
    if (table->op == Op::kAnti) exists = MakeNot(arena_, exists);
    Node*& where = select->children[kWhereSlot];
    where = where == nullptr ? exists : MakeBinary(arena_, Op::kAnd, where, exists);
    table = table->children[0];
  }
}

void Rewriter::Select(Node* select) {
  StructRows(select);
  ArraysAsJoins(select);
  SemiJoins(select);
  AliasKeys(select);
  ExplodedItems(select);
  JoinedUnnest(select);
  SampledRows(select);
  auto needs = [&](const Node* part, Feature feature, std::string_view construct) {
    if (part != nullptr && !to_.Has(feature))
      Note(Verdict::kUnsupported, part, std::string(construct), std::string(to_.name) + " has no " + std::string(construct));
  };
  needs(select->Child(kQualifySlot), Feature::kQualify, "QUALIFY");
  if (const Node* into = select->Child(kIntoSlot); into != nullptr && (into->count > 1 || into->text == "BULK COLLECT"))
    Note(Verdict::kUnsupported, into, "SELECT INTO", "values are not put into variables in " + std::string(to_.name));
  needs(select->Child(kConnectSlot), Feature::kConnectBy, "CONNECT BY");
  if (select->Child(kLockSlot) != nullptr) Note(Verdict::kDifferent, select, "row locks", "locks are not the same everywhere");
  const Node* distinct = select->Child(kDistinctSlot);
  if (distinct != nullptr && distinct->count > 0) needs(distinct, Feature::kDistinctOn, "DISTINCT ON");
  if (distinct != nullptr) TextKeys(distinct->count > 0 ? distinct : select->Child(kItemsSlot), "DISTINCT");
  for (const Node* item : select->Child(kItemsSlot)->Children()) {
    if (!item->Is(Kind::kStar)) continue;
    needs(item->Child(4), Feature::kColumnTransformers, "APPLY");
    Star(select, item);
  }
  if (!to_.Has(Feature::kExcludeBehind)) needs(select->Child(kExcludeSlot), Feature::kStarExcept, "EXCLUDE");
  Truth(select->children[kWhereSlot]);
  Truth(select->children[kHavingSlot]);
  AliasesInConditions(select);
  Node* group = select->Child(kGroupSlot);
  if (group == nullptr) return;
  TextKeys(group, "GROUP BY of texts");
  if (group->Has(kAll)) needs(group, Feature::kGroupByAll, "GROUP BY ALL");
  if (group->Has(kWithRollup) && !to_.Has(Feature::kWithRollup)) {
    if (to_.Has(Feature::kGroupingSets)) {
      Node* rollup = Made(NewNode(arena_, Kind::kRollup));
      for (Node* key : group->Children()) Append(arena_, rollup, key);
      group->count = 0;
      Append(arena_, group, rollup);
      group->Set(kWithRollup, false);
    } else {
      Note(Verdict::kUnsupported, group, "WITH ROLLUP", std::string(to_.name) + " has no ROLLUP");
    }
  }
  const auto& sets = group->Children();
  const bool grouping = std::any_of(sets.begin(), sets.end(), [](const Node* n) {
    return n->Is(Kind::kRollup) || n->Is(Kind::kCube) || n->Is(Kind::kGroupingSets);
  });
  if (grouping && !to_.Has(Feature::kGroupingSets)) {
    if (group->count == 1 && group->Child(0)->Is(Kind::kRollup) && to_.Has(Feature::kWithRollup)) {
      Node* rollup = group->Child(0);
      group->count = 0;
      for (Node* key : rollup->Children()) Append(arena_, group, key);
      group->Set(kWithRollup);
    } else {
      Note(Verdict::kUnsupported, group, "grouping sets", std::string(to_.name) + " has no grouping sets");
    }
  }
}

// Where conditions may name outputs, another system would look for a column.
void Rewriter::AliasesInConditions(const Node* select) {
  const bool having = to_.Has(Feature::kLocaleTextOrder),
             where = from_.Has(Feature::kAliasInWhere) && !to_.Has(Feature::kAliasInWhere);
  auto check = [&](const Node* condition) {
    for (const Node* item : select->Child(kItemsSlot)->Children()) {
      if (!item->Is(Kind::kAlias)) continue;
      const bool used = Contains(condition, [&](const Node* n) {
        return n->Is(Kind::kColumn) && n->count == 1 && EqualsIgnoreCase(n->Child(0)->text, item->Child(1)->text) &&
               !Equal(n, item->Child(0));
      });
      if (used)
        Note(Verdict::kDifferent, condition, "alias in a condition",
             "'" + std::string(item->Child(1)->text) + "' may be the output in one system and a column in the other");
    }
  };
  if (having) check(select->Child(kHavingSlot));
  if (where) check(select->Child(kWhereSlot));
}

// Without parentheses, an operand that binds otherwise becomes a derived table.
void Rewriter::WrapBranches(Node* set) {
  for (uint32_t slot : {kLeftSlot, kRightSlot}) {
    Node* branch = InnerQuery(set->Child(slot));
    const bool bare = branch->Is(Kind::kSelect) && branch->Child(kOrderSlot) == nullptr && branch->Child(kLimitSlot) == nullptr &&
                      branch->Child(kOffsetSlot) == nullptr;
    if (bare || branch->Is(Kind::kValues) ||
        ((slot == kLeftSlot || branch->Has(kChained)) && branch->Is(Kind::kSetOperation) &&
         !set->Child(slot)->Is(Kind::kSubquery))) {
      set->children[slot] = branch;
      continue;
    }
    Node* outer = MakeSelect(arena_);
    Append(arena_, outer->Child(kItemsSlot), NewNode(arena_, Kind::kStar));
    Node* tables = NewNode(arena_, Kind::kList);
    Append(arena_, tables, MakeDerivedTable(arena_, branch, "branch"));
    outer->children[kFromSlot] = tables;
    set->children[slot] = outer;
  }
}

// (VALUES …) AS v(x, y) as a chain of SELECTs, where the columns of VALUES cannot be named.
void Rewriter::NamedValues(Node* table) {
  const Node* alias = table->Child(0);
  const Node* names = alias == nullptr ? nullptr : alias->Child(1);
  const Node* rows = InnerQuery(table->Child(1))->Child(kInnerSlot);
  Node* all = nullptr;
  for (const Node* row : rows->Children()) {
    Node* select = MakeSelect(arena_);
    for (uint32_t i = 0; i < row->count; ++i) {
      Node* value = row->children[i];
      const bool named = names != nullptr && i < names->count && names->Child(i)->Is(Kind::kIdentifier);
      if (named && all == nullptr) value = NewNode(arena_, Kind::kAlias, {value, names->Child(i)});
      Append(arena_, select->Child(kItemsSlot), value);
    }
    if (all == nullptr) {
      all = select;
      continue;
    }
    Node* both = NewSlots(arena_, Kind::kSetOperation, kSetSlots);
    both->op = Op::kUnion;
    both->Set(kAll);
    both->children[kLeftSlot] = all;
    both->children[kRightSlot] = select;
    all = both;
  }
  Node* sub = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
  sub->children[kInnerSlot] = BalanceChain(all);
  table->children[1] = sub;
  if (names != nullptr) table->children[0] = NewNode(arena_, Kind::kTableAlias, {alias->Child(0), nullptr});
}

void Rewriter::SetOperation(Node* node) {
  if (to_.Has(Feature::kFlatSetOperators)) WrapBranches(node);
  if (!from_.Has(Feature::kSetDistinctWord) && !node->Has(kAll)) node->Set(kDistinctSet, to_.Has(Feature::kSetDistinctWord));
  if (node->op != Op::kUnion && node->Has(kAll) && !to_.Has(Feature::kIntersectExceptAll)) {
    Note(Verdict::kUnsupported, node, "EXCEPT ALL or INTERSECT ALL", std::string(to_.name) + " has no such operation");
  }
  // FULL by name fills what one side lacks with NULL, as UNION BY NAME does where it has no sides.
  const bool sided = !node->text.empty() || node->Child(kMatchedSlot) != nullptr;
  const bool filled = node->text.starts_with("FULL") && node->Has(kByName) && node->Child(kMatchedSlot) == nullptr;
  if (sided && !to_.Has(Feature::kSidedSetOperators) && !to_.Has(Feature::kCanonicalNames) &&
      !(filled && to_.Has(Feature::kByNameUnion)))
    Note(Verdict::kUnsupported, node, std::string(node->text) + " of a set operation",
         std::string(to_.name) + " has no such operation");
  if (node->Has(kByName) && !to_.Has(Feature::kByNameUnion))
    Note(Verdict::kUnsupported, node, "UNION BY NAME", std::string(to_.name) + " has no such operation");
  if (node->Has(kAll)) return;
  if (const Node* first = LeftmostSelect(node)) TextKeys(first->Child(kItemsSlot), "set operation");
}

// What a star leaves out; over USING or NATURAL, it shows the common columns in other places.
void Rewriter::Star(const Node* select, const Node* star) {
  const bool chooses = star->Child(1) != nullptr || star->Child(2) != nullptr || star->Child(3) != nullptr;
  if (chooses && !to_.Has(Feature::kStarExcept)) Unsupported(star, "* EXCLUDE");
  const Node* from = select->Child(kFromSlot);
  if (from == nullptr || star->Child(0) != nullptr || from_.Has(Feature::kUsingInPlace) == to_.Has(Feature::kUsingInPlace))
    return;
  const auto merges = [](const Node* n) { return n->Is(Kind::kJoin) && (n->Has(kNatural) || n->Child(3) != nullptr); };
  bool found = false;
  sql::Visit(from, [&](const Node* node) {
    found = found || merges(node);
    return !node->IsQuery();
  });
  if (found) Note(Verdict::kDifferent, star, "* over USING", "common columns stand in another order in " + std::string(to_.name));
}

// A sample of everything is everything; hints about indexes go where they are not known.
void Rewriter::TableSample(Node* table) {
  const Node* sample = table->Child(kSampleSlot);
  if (sample == nullptr) return;
  int64_t size = 0;
  const bool whole =
      HasExactForms() && !customary_ && !sample->Has(kRowCount) && IsNumber(sample->Child(0), &size) && size == 100;
  const bool hint = customary_ && sample->Is(Kind::kSample, Op::kCustom) && !to_.Has(Feature::kIndexHints);
  if (whole || hint) table->children[kSampleSlot] = nullptr;
}

void Rewriter::Join(Node* node) {
  const bool strict = from_.Has(Feature::kJoinStrictness) && !to_.Has(Feature::kJoinStrictness);
  for (const std::string_view own : {"ANY", "SEMI", "ANTI", "PASTE"}) {
    if (strict && node->text == own && !to_.Has(Feature::kCanonicalNames)) Unsupported(node, std::string(own) + " JOIN");
  }
  const bool hinted = !from_.Has(Feature::kJoinByType) && !node->text.empty();
  if (hinted && !(node->text == "DIRECTED" ? to_.Has(Feature::kDirectedJoin) : to_.Has(Feature::kJoinHints)) &&
      to_.Has(Feature::kJoinByType))
    node->text = {};
  if (node->op == Op::kFull && !to_.Has(Feature::kFullJoin)) Unsupported(node, "FULL JOIN");
  if ((node->op == Op::kSemi || node->op == Op::kAnti) && !to_.Has(Feature::kSemiAntiJoin))
    Unsupported(node, "SEMI or ANTI JOIN");
  if (node->op == Op::kPositional && !to_.Has(Feature::kPositionalJoin)) Unsupported(node, "POSITIONAL JOIN");
  if (node->Has(kAsof) && !to_.Has(Feature::kAsofJoin)) Unsupported(node, "ASOF JOIN");
  if (node->Has(kStraight) && !to_.Has(Feature::kStraightJoin)) node->Set(kStraight, false);
  if ((node->Has(kNatural) || node->Child(3) != nullptr) && CollationsDiffer()) {
    Note(Verdict::kDifferent, node, "NATURAL or USING", "joined texts would ignore case in only one of the two systems");
  }
  Truth(node->children[2]);
  if (node->Child(2) == nullptr && node->Child(3) == nullptr && !node->Has(kNatural) && !node->Has(kAsof)) BareJoin(node);
}

// A join without a condition: where that is an error, it is a comma; an inner one is a cross join.
void Rewriter::BareJoin(Node* join) {
  const bool missing = join->op >= Op::kInner && join->op <= Op::kFull;
  if (missing && from_.Has(Feature::kBareJoin) && !to_.Has(Feature::kBareJoin)) {
    if (from_.Has(Feature::kJoinAlwaysOn) || !customary_) {
      join->children[2] = Made(NewNode(arena_, Kind::kBoolean, {}, {}, Op::kTrue));
      return;
    }
    if (join->op != Op::kInner)
      Note(Verdict::kDifferent, join, "outer join without a condition", "rows without a partner are lost");
    join->op = Op::kComma;
    return;
  }
  if (join->op == Op::kInner && !to_.Has(Feature::kJoinAlwaysOn)) join->op = Op::kCross;
}

void Rewriter::Table(Node* node) {
  if (node->Is(Kind::kTable)) TableSample(node);
  if (node->Is(Kind::kJoin)) return Join(node);
  if (node->Has(kLateral) && !to_.Has(Feature::kLateral)) Unsupported(node, "LATERAL");
  if (node->Has(kLateral) && MayLack("LATERAL", -1))
    Note(Verdict::kDifferent, node, "LATERAL", "not every system or version of " + std::string(to_.name) + " has it");
  if (node->Is(Kind::kTableFunction)) TableCall(node);
  if (node->Is(Kind::kPivot)) PivotNames(node);
  if (node->Child(3) != nullptr && node->Is(Kind::kTable) && !to_.Has(Feature::kTimeTravel)) Unsupported(node, "time travel");
  if (node->Is(Kind::kMatchRecognize) && !to_.Has(Feature::kMatchRecognize)) Unsupported(node, "MATCH_RECOGNIZE");
  if (node->Is(Kind::kTableFunction) && node->Has(kWithOrdinality) && !(HasExactForms() && !customary_))
    Unsupported(node, "WITH ORDINALITY");
  // As a table, the series of PostgreSQL and DuckDB are the same.
  const Node* series = node->Is(Kind::kTableFunction) ? node->Child(1) : nullptr;
  if (series != nullptr && EqualsIgnoreCase(series->text, "GENERATE_SERIES") && to_.Has(Feature::kTildeRegex) &&
      series->Child(kArgsSlot)->count > 1) {
    const columnar::TypeKind kind = TypeOf(series->Child(kArgsSlot)->Child(0)).kind;
    const bool moments = kind == columnar::TypeKind::kTimestamp || (kind == columnar::TypeKind::kDate && default_settings());
    if (columnar::DataType(kind).is_integer() || (moments && HasExactForms())) Made(node->Child(1));
  }
  const Node* values = node->Is(Kind::kDerivedTable) ? InnerQuery(node->Child(1)) : nullptr;
  if (values != nullptr && values->Is(Kind::kValues) &&
      (!to_.Has(Feature::kValuesTable) || (customary_ && HoldsObjects(values, to_))))
    NamedValues(node);
}

// 1 + 2 as 3.
static Node* FoldedSum(Arena& arena, Node* value) {
  int64_t left = 0, right = 0;
  const bool sum = value != nullptr && value->Is(Kind::kBinary, Op::kAdd) && IsNumber(value->Child(0), &left) &&
                   IsNumber(value->Child(1), &right) && left < 1000000000 && right < 1000000000;
  return sum ? MakeNumber(arena, left + right) : value;
}

void Rewriter::Limit(Node* query) {
  const Node* limit = query->Child(kLimitSlot);
  if (to_.Has(Feature::kLimitNumbers)) {
    if (limit != nullptr && limit->count > 0) query->children[kLimitSlot]->children[0] = FoldedSum(arena_, limit->children[0]);
    query->children[kOffsetSlot] = FoldedSum(arena_, query->children[kOffsetSlot]);
  }
  if (limit == nullptr && query->Child(kOffsetSlot) != nullptr && to_.Has(Feature::kOffsetNeedsLimit))
    query->children[kLimitSlot] = NewNode(arena_, Kind::kLimit, {NewNode(arena_, Kind::kNull)});
  if (limit == nullptr) return;
  const bool postgres_like = to_.Has(Feature::kFetch);
  if (limit->Has(kWithTies) && TiesByRank(query)) return;
  if (limit->Has(kWithTies) && !postgres_like)
    Note(Verdict::kUnsupported, limit, "WITH TIES", std::string(to_.name) + " has no FETCH … WITH TIES");
  if (limit->Has(kPercent) && !to_.Has(Feature::kLimitPercent))
    Note(Verdict::kUnsupported, limit, "LIMIT in percent", std::string(to_.name) + " has no such limit");
}

void Rewriter::Window(Node* node) {
  if (node->Child(1) != nullptr && FoldsTexts()) {
    for (Node*& key : node->Child(1)->Children()) key = IsPlainText(key) ? TextKey(key) : key;
  } else if (node->Child(1) != nullptr) {
    TextKeys(node->Child(1), "PARTITION BY");
  }
  const Node* frame = node->Child(3);
  const bool distance = frame != nullptr && frame->op == Op::kRange && !to_.Has(Feature::kNullsOrdering) &&
                        std::any_of(frame->Children().begin(), frame->Children().end(),
                                    [](const Node* bound) { return bound != nullptr && bound->count > 0; });
  if (node->Child(2) != nullptr && !(customary_ && distance)) Order(node->Child(2), nullptr);  // such windows take one key
  if (frame != nullptr && frame->op == Op::kRange && !to_.Has(Feature::kNullsOrdering)) {
    for (const Node* bound : frame->Children()) {
      if (bound->count > 0)
        Note(Verdict::kUnsupported, frame, "RANGE with a distance", "it is not known in " + std::string(to_.name));
    }
  }
  if (frame != nullptr && (frame->Is(Kind::kFrame, Op::kGroups) || !frame->text.empty()) &&
      !to_.Has(Feature::kWindowFrameGroups)) {
    Note(Verdict::kUnsupported, frame, "window frame", std::string(to_.name) + " has no GROUPS and EXCLUDE");
  }
}

// A text sorts by what it is compared by.
void Rewriter::OrderByKey(Node* item, const Node* query) {
  Node* key = item->Child(0);
  const Node* select = query != nullptr && query->Is(Kind::kSelect) ? query : nullptr;
  const Node* named = nullptr;  // the output that the key means
  int64_t ordinal = 0;
  if (select != nullptr) {
    const Node* items = select->Child(kItemsSlot);
    if (IsNumber(key, &ordinal) && ordinal >= 1 && ordinal <= items->count)
      named = items->Child(static_cast<uint32_t>(ordinal - 1));
    for (const Node* each : items->Children()) {
      const bool alias =
          each->Is(Kind::kAlias) && key->Is(Kind::kColumn) && key->count == 1 && each->Child(1)->Is(Kind::kIdentifier);
      if (alias && EqualsIgnoreCase(each->Child(1)->text, key->Child(0)->text)) named = each;
    }
  }
  const Node* value = named == nullptr ? key : named->Is(Kind::kAlias) ? named->Child(0) : named;
  const columnar::TypeKind kind = TypeOf(value).kind;
  const bool unknown = query != nullptr && select == nullptr;
  if (kind != columnar::TypeKind::kString && !(unknown && kind == columnar::TypeKind::kUnknown)) return;
  if (Unparen(value)->Is(Kind::kString)) return;
  const bool plain = select != nullptr ? select->Child(kDistinctSlot) == nullptr : query == nullptr;
  if (!plain || (named != nullptr && !Unparen(value)->Is(Kind::kColumn))) {
    Note(Verdict::kDifferent, item, "order of texts",
         "texts sort differently in " + std::string(from_.name) + " and " + std::string(to_.name));
    return;
  }
  item->children[0] = TextKey(named == nullptr ? key : Clone(arena_, value));
}

// FETCH FIRST n ROWS WITH TIES as QUALIFY RANK() OVER (ORDER BY …) <= n.
bool Rewriter::TiesByRank(Node* query) {
  const Node* limit = query->Child(kLimitSlot);
  const Node* order = query->Child(kOrderSlot);
  const bool plain = HasExactForms() && !customary_ && query->Is(Kind::kSelect) && order != nullptr &&
                     query->Child(kOffsetSlot) == nullptr && query->Child(kGroupSlot) == nullptr &&
                     query->Child(kDistinctSlot) == nullptr && query->Child(kQualifySlot) == nullptr &&
                     limit->Child(0) != nullptr && limit->Child(0)->Is(Kind::kNumber);
  if (!plain) return false;
  for (const Node* item : order->Children()) {
    int64_t ordinal = 0;
    if (IsNumber(item->Child(0), &ordinal) || !Unparen(item->Child(0))->Is(Kind::kColumn)) return false;
  }
  Node* rank = MakeFunction(arena_, "RANK", {});
  SetChild(arena_, rank, kOverSlot, NewNode(arena_, Kind::kWindow, {nullptr, nullptr, Clone(arena_, order)}));
  SetChild(arena_, query, kQualifySlot, Settled(MakeBinary(arena_, Op::kLe, rank, Clone(arena_, limit->Child(0)))));
  query->children[kLimitSlot] = nullptr;
  return true;
}

// Where NULLs stand is said, if the other side would put them elsewhere: by words, or else by a key in front of the item's own.
// `ordinal` is the number of an output by which the item orders.
Node* Rewriter::NullsKey(Node* item, const Node* query, std::optional<int64_t> ordinal) {
  const bool descending = item->Has(kDesc);
  const NullPlace wanted = item->Has(kNullsFirst)  ? NullPlace::kFirst
                           : item->Has(kNullsLast) ? NullPlace::kLast
                                                   : DefaultNulls(from_, descending);
  const bool same = wanted == DefaultNulls(to_, descending);
  const bool words = to_.Has(Feature::kNullsOrdering) && !same;
  item->Set(kNullsFirst, words && wanted == NullPlace::kFirst);
  item->Set(kNullsLast, words && wanted == NullPlace::kLast);
  if (same || words) return nullptr;
  const Node* outputs = query != nullptr && query->Is(Kind::kSelect) ? query->Child(kItemsSlot) : nullptr;
  Node* key = item->Child(0);
  if (ordinal && outputs != nullptr && *ordinal >= 1 && *ordinal <= outputs->count &&
      !outputs->Child(static_cast<uint32_t>(*ordinal - 1))->Is(Kind::kStar)) {
    const Node* chosen = outputs->Child(static_cast<uint32_t>(*ordinal - 1));
    key = Clone(arena_, chosen->Is(Kind::kAlias) ? chosen->Child(0) : chosen);
  } else if (Node* output = outputs == nullptr ? nullptr : OutputOf(outputs, key);
             output != nullptr && !IsVolatile(output, from_)) {
    key = item->children[0] = Clone(arena_, output);  // an expression sees columns, not outputs
  } else if (ordinal || (query != nullptr && query->Is(Kind::kSetOperation) && !to_.Has(Feature::kPlainSetBranches))) {
    Note(Verdict::kDifferent, item, "ORDER BY", "NULLs would stand at the other end");
    return nullptr;
  }
  const FunctionSpec* call = key->Is(Kind::kFunction) ? FindFunction(from_, key->text) : nullptr;
  if (call != nullptr && (call->flags & kVolatile) != 0) return nullptr;  // RANDOM() is never NULL
  Node* is_null = NewNode(arena_, Kind::kIs, {Clone(arena_, key), NewNode(arena_, Kind::kNull)});
  if (customary_) {
    Node* when = NewNode(arena_, Kind::kWhen, {is_null, MakeNumber(arena_, 1)});
    is_null = NewNode(arena_, Kind::kCase, {nullptr, MakeNumber(arena_, 0), when});
  }
  Node* extra = NewNode(arena_, Kind::kOrderItem, {is_null});
  if (wanted == NullPlace::kFirst) extra->Set(kDesc);
  return extra;
}

// The places of NULLs are said; and whether it matters that texts are ordered otherwise.
void Rewriter::Order(Node* list, const Node* query) {
  const bool matters =
      query == nullptr || query->Child(kLimitSlot) != nullptr || query->Child(kOffsetSlot) != nullptr ||
      (query->Is(Kind::kSelect) && query->Child(kDistinctSlot) != nullptr && query->Child(kDistinctSlot)->count > 0);
  const bool order_differs = TextOrdersDiffer();
  std::vector<Node*> items;
  for (Node* item : list->Children()) {
    if (item->Is(Kind::kOrderItem)) {
      const Node* key = item->Child(0);
      int64_t number = 0;
      std::optional<int64_t> ordinal;
      if (query != nullptr && IsNumber(key, &number)) ordinal = number;
      if (FoldsTexts()) {
        OrderByKey(item, query);
      } else if (matters && order_differs && TypeOf(key).kind == columnar::TypeKind::kString) {
        Note(Verdict::kDifferent, item, "order of texts",
             "texts sort differently in " + std::string(from_.name) + " and " + std::string(to_.name));
      }
      if (Node* nulls = NullsKey(item, query, ordinal)) items.push_back(nulls);
    }
    items.push_back(item);
  }
  if (items.size() == list->count) return;
  Node* fresh = MakeList(arena_, items);
  list->children = fresh->children;
  list->count = fresh->count;
  list->capacity = fresh->capacity;
}

}  // namespace dvt::sql
