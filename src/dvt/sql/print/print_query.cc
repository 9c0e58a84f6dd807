#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

std::string Print(const Node* node, const Dialect& dialect, const PrintOptions& options) {
  Writer writer(dialect, options);
  writer.Any(node);
  return writer.Take();
}

void Writer::Any(const Node* node) {
  if (node == nullptr) return;
  if (node->IsQuery()) return Query(node);
  if (node->IsTable()) return Table(node);
  switch (node->kind) {
    case Kind::kInsert:
    case Kind::kMultiInsert:
    case Kind::kUpdate:
    case Kind::kDelete:
    case Kind::kMerge:
    case Kind::kCreate:
    case Kind::kAlter:
    case Kind::kDrop:
    case Kind::kCommand:
    case Kind::kBlock:
    case Kind::kInsertAll:
    case Kind::kIfStatement:
    case Kind::kWhileStatement:
    case Kind::kDeclare:
    case Kind::kSetVariable:
    case Kind::kExecute:
    case Kind::kTransaction:
    case Kind::kDeclaration:
      if (node->comments != nullptr) Comments(node, true);
      Statement(node);
      if (node->comments != nullptr) Comments(node, false);
      return;
    case Kind::kWith: return With(node);
    case Kind::kTableAlias: return TableAlias(node);
    case Kind::kName: return Dotted(node);
    case Kind::kList: return List(node);
    case Kind::kOrderItem:
      OrderItem(node);
      if (node->comments != nullptr && node != held_) Comments(node, false);
      return;
    case Kind::kGroupBy: return GroupBy(node);
    case Kind::kTypeName: return TypeName(node);
    case Kind::kWindow: return Window(node);
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kTuple:
    case Kind::kSetting: return Phrase(node);
    case Kind::kColumnDef:
      ColumnDef(node);
      if (node->comments != nullptr) Comments(node, false);
      return;
    default: Expression(node, 0);
  }
}

void Writer::Query(const Node* query) {
  if (query->comments != nullptr) Comments(query, true);
  QueryBody(query);
  if (query->comments != nullptr) Comments(query, false);
}

void Writer::QueryBody(const Node* query) {
  switch (query->kind) {
    case Kind::kSelect: Select(query); break;
    case Kind::kSetOperation: SetOperation(query); break;
    case Kind::kValues: Values(query); break;
    default:
      if (const Node* with = query->Child(kWithSlot)) With(with);
      ParenthesizedQuery(query->Child(kInnerSlot));
      Tail(query);
      TableAlias(query->Child(kOperandAlias));
  }
}

void Writer::ParenthesizedQuery(const Node* query) {
  const bool lines = options_.pretty && !query->Is(Kind::kValues);
  Put("(");
  if (lines) ++indent_, Break();
  Query(query);
  if (lines) --indent_, Break();
  Put(")");
}

void Writer::With(const Node* with) {
  Put(with->Has(kRecursive) ? "WITH RECURSIVE " : "WITH ");
  for (uint32_t i = 0; i < with->count; ++i) {
    const Node* cte = with->Child(i);
    if (i > 0) Put(", ");
    if (cte->Child(1) != nullptr && cte->Child(1)->Is(Kind::kCommand)) {
      Put(cte->Child(1)->text);
      continue;
    }
    const Node* alias = cte->Child(0);
    if (cte->Has(kScalar)) {
      Expression(cte->Child(1), 0);
      Put(" AS ");
      Identifier(alias->Child(0));
      continue;
    }
    Identifier(alias->Child(0));
    if (alias->Child(1) != nullptr) Columns(alias->Child(1));
    if (alias->comments != nullptr) Comments(alias, false);
    if (cte->Child(3) != nullptr) Put(" "), Any(cte->Child(3));
    Put(" AS ");
    if (cte->Has(kMaterialized)) Put("MATERIALIZED ");
    if (cte->Has(kNotMaterialized)) Put("NOT MATERIALIZED ");
    const Node* body = cte->Child(1);
    if (body->IsQuery() && !body->Is(Kind::kSubquery)) {
      ParenthesizedQuery(body);
    } else if (body->Is(Kind::kSubquery)) {
      Any(body);
    } else {
      Put("(");
      Any(body);
      Put(")");
    }
    if (cte->Child(2) != nullptr) {  // SEARCH …, CYCLE …
      Put(" ");
      Any(cte->Child(2));
    }
  }
  Break();
}

// FROM a, b
void Writer::FromClause(const Node* from) {
  Clause("FROM");
  if (from->Is(Kind::kList)) {
    for (uint32_t i = 0; i < from->count; ++i) {
      if (i > 0) Put(", ");
      Table(from->Child(i));
    }
  } else {
    Table(from);
  }
}

// GROUP BY a, b
void Writer::GroupClause(const Node* group) {
  if (options_.pretty && group->count > 0) {
    Break();
    Put("GROUP BY");
    Lines(group->Children());
    if (group->Has(kWithRollup)) Put(" WITH ROLLUP");
  } else {
    Clause("GROUP BY");
    GroupBy(group);
  }
}

// WINDOW name AS (…)
void Writer::WindowClause(const Node* windows) {
  Clause("WINDOW");
  for (uint32_t i = 0; i < windows->count; ++i) {
    if (i > 0) Put(", ");
    Identifier(windows->Child(i)->Child(0));
    Put(" AS ");
    Window(windows->Child(i)->Child(1));
  }
}

void Writer::Select(const Node* select) {
  if (const Node* with = select->Child(kWithSlot)) With(with);
  Put("SELECT ");
  if (const Node* hint = select->Child(kHintSlot); hint != nullptr && dialect_.Has(Feature::kOptimizerHints))
    Put("/*+ "), Put(hint->text), Put(" */ ");
  if (const Node* distinct = select->Child(kDistinctSlot)) {
    Put("DISTINCT ");
    if (distinct->count > 0) {
      Put("ON (");
      List(distinct);
      Put(") ");
    }
  }
  const Feature word = select->text.starts_with("AS ") ? Feature::kSelectAsStruct : Feature::kSelectModifiers;
  if (!select->text.empty() && dialect_.Has(word)) Put(select->text), Put(" ");
  Top(select);
  if (const Node* items = select->Child(kItemsSlot)) {
    if (options_.pretty)
      Lines(items->Children());
    else
      List(items);
  }
  if (const Node* names = select->Child(kExcludeSlot)) Put(" EXCLUDE "), Columns(names);
  if (const Node* into = select->Child(kIntoSlot)) Into(into);
  if (const Node* from = select->Child(kFromSlot)) FromClause(from);
  if (const Node* prewhere = select->Child(kPrewhereSlot); prewhere != nullptr && dialect_.Has(Feature::kPrewhere)) {
    Clause("PREWHERE");
    Expression(prewhere, 0);
  }
  if (const Node* where = select->Child(kWhereSlot)) {
    ClauseExpression("WHERE", where);
  }
  if (const Node* connect = select->Child(kConnectSlot)) Connect(connect);
  if (const Node* group = select->Child(kGroupSlot)) GroupClause(group);
  if (const Node* having = select->Child(kHavingSlot)) {
    ClauseExpression("HAVING", having);
  }
  const Node* qualify = select->Child(kQualifySlot);
  const bool qualify_first = qualify != nullptr && dialect_.Has(Feature::kScripts);
  if (qualify_first) ClauseExpression("QUALIFY", qualify);
  if (const Node* windows = select->Child(kWindowSlot)) WindowClause(windows);
  if (qualify != nullptr && !qualify_first) {
    ClauseExpression("QUALIFY", qualify);
  }
  if (const Node* sample = select->Child(kSampleClauseSlot)) {
    Clause("USING");
    Sample(sample, "SAMPLE ");
  }
  Tail(select);
}

void Writer::GroupBy(const Node* group) {
  if (group->Has(kAll) && group->count == 0) return Put("ALL");
  for (uint32_t i = 0; i < group->count; ++i) {
    if (i > 0) Put(group->Child(i)->Is(Kind::kGroupingSets) && group->Child(i)->Has(kBehindKeys) ? " " : ", ");
    Any(group->Child(i));
  }
  if (group->Has(kWithRollup)) Put(" WITH ROLLUP");
  if (group->Has(kWithCube)) Put(" WITH CUBE");
  if (!group->text.empty() && dialect_.Has(Feature::kLimitBy)) Put(" "), Put(group->text);
}

// A branch that binds more loosely, or that has clauses of its own, needs parentheses.
void Writer::SetBranch(const Node* branch, const Node* parent, bool right) {
  bool wrap = branch->Child(kWithSlot) != nullptr || branch->Child(kOrderSlot) != nullptr ||
              branch->Child(kLimitSlot) != nullptr || branch->Child(kOffsetSlot) != nullptr;
  if (branch->Is(Kind::kSetOperation)) {
    const bool tighter = branch->op == Op::kIntersect && parent->op != Op::kIntersect;
    const bool flat = dialect_.Has(Feature::kFlatSetOperators);
    wrap = wrap || (right && !(branch->Has(kChained) && branch->op == parent->op)) ||
           (!flat && !tighter && parent->op == Op::kIntersect && branch->op != Op::kIntersect);
  }
  if (branch->Is(Kind::kSubquery)) wrap = false;
  if (!right && branch->Is(Kind::kSelect) && branch->Child(kWithSlot) == nullptr && dialect_.Has(Feature::kBranchTails))
    wrap = false;
  if (branch->Is(Kind::kSelect) && dialect_.Has(Feature::kTailsInBranches)) wrap = branch->Child(kWithSlot) != nullptr;
  if (TopInstead(branch) && branch->Child(kOrderSlot) == nullptr && branch->Child(kWithSlot) == nullptr) wrap = false;
  if (wrap)
    ParenthesizedQuery(branch);
  else
    Query(branch);
}

void Writer::SetOperation(const Node* set) {
  if (const Node* with = set->Child(kWithSlot)) With(with);
  SetBranch(set->Child(kLeftSlot), set, false);
  Break();
  const bool sided = dialect_.Has(Feature::kSidedSetOperators);
  if (!set->text.empty() && sided) Put(set->text), Put(" ");
  Put(set->op == Op::kUnion ? "UNION" : set->op == Op::kExcept ? "EXCEPT" : "INTERSECT");
  if (set->Has(kAll) && (set->op == Op::kUnion || !dialect_.Has(Feature::kBareSetsKeepAll))) Put(" ALL");
  if (set->Has(kDistinctSet) && dialect_.Has(Feature::kSetDistinctWord)) Put(" DISTINCT");
  if (set->Has(kByName)) Put(" BY NAME");
  if (const Node* matched = set->Child(kMatchedSlot); matched != nullptr && sided) Put(" ON "), Columns(matched);
  Break();
  SetBranch(set->Child(kRightSlot), set, true);
  Tail(set);
}

// ORDER BY, LIMIT, OFFSET, FOR UPDATE.
void Writer::Tail(const Node* query) {
  if (const Node* order = query->Child(kOrderSlot)) OrderClauses(order);
  if (query->Is(Kind::kSelect)) {
    if (const Node* limit_by = query->Child(kLimitBySlot)) {
      Clause("LIMIT");
      Any(limit_by);
    }
  }
  Limit(query);
  if (const Node* lock = query->Child(kLockSlot)) {
    if (lock->Is(Kind::kTailClause) || lock->Is(Kind::kList)) return TailClauses(lock);
    Break();
    Put(lock->text);
  }
}

void Writer::Table(const Node* table) {
  if (table->text == "STREAM") Put("STREAM ");
  TableBody(table);
  if (table->comments != nullptr) Comments(table, false);
}

// A table by its name, with all that may stand behind it.
void Writer::NamedTable(const Node* table) {
  if (table->Has(kByName)) Put("ONLY ");
  Dotted(table->Child(1));
  if (const Node* options = table->Child(4)) {
    Put(" (");
    List(options);
    Put(")");
  }
  if (const Node* part = table->Child(kPartitionSlot); part != nullptr) Partition(part);
  const Node* travel = table->Child(3);
  const bool behind = travel != nullptr && travel->text.starts_with("SYSTEM_TIME") && !dialect_.Has(Feature::kFlashback) &&
                      !dialect_.Has(Feature::kTableHints);
  const bool sample_first = dialect_.Has(Feature::kSampleFirst) || (travel != nullptr && dialect_.Has(Feature::kFlashback));
  if (sample_first && table->Child(2) != nullptr) Sample(table->Child(2));
  if (travel != nullptr && !behind) TimeTravel(travel);
  if (hints_first_) TableHints(table);
  TableAlias(table->Child(0));
  if (behind) TimeTravel(travel);
  if (!hints_first_) TableHints(table);
  if (table->Child(2) != nullptr && !sample_first) Sample(table->Child(2));
  if (table->Has(kFinal)) Put(" FINAL");
  if (const Node* rate = table->Child(kRateSlot); rate != nullptr && dialect_.Has(Feature::kFinalTables)) Put(" "), Any(rate);
}

void Writer::TableBody(const Node* table) {
  switch (table->kind) {
    case Kind::kTable: return NamedTable(table);
    case Kind::kDerivedTable:
      if (table->Has(kLateral)) Put("LATERAL ");
      if (const Node* values = BareValues(table))
        Query(values);
      else if (table->Child(1)->Is(Kind::kSubquery))
        Query(table->Child(1));
      else
        ParenthesizedQuery(table->Child(1));
      TableAlias(table->Child(0), table->Has(kLateral) || table->Child(1)->Is(Kind::kValues));
      if (table->Child(2) != nullptr) Sample(table->Child(2));
      return;
    case Kind::kTableFunction:
      if (table->Has(kLateral)) Put("LATERAL ");
      Expression(table->Child(1), 0);
      if (table->Has(kWithOrdinality)) Put(" WITH ORDINALITY");
      if (const Node* rows = table->Child(kTableHintsSlot)) RowColumns(rows);
      TableAlias(table->Child(0), table->Has(kLateral) || table->Child(1)->text == "UNNEST");
      if (table->Child(2) != nullptr) Sample(table->Child(2));
      return;
    case Kind::kParenTable:
      if (table->Has(kNoParens)) {  // a JOIN b JOIN c ON … ON …
        ++indent_;
        Table(table->Child(1));
        --indent_;
        return;
      }
      Put("(");
      Table(table->Child(1));
      Put(")");
      TableAlias(table->Child(0));
      return;
    case Kind::kJoin: return Join(table);
    case Kind::kPivot: return Pivot(table);
    case Kind::kMatchRecognize: return MatchRecognize(table);
    default: Expression(table, 0);
  }
}

void Writer::Join(const Node* join) {
  Table(join->Child(0));
  if (join->op == Op::kComma) {
    Put(", ");
    return Table(join->Child(1));
  }
  if (join->op == Op::kLateralView) return LateralView(join);
  Break();
  if (join->op == Op::kArrayJoin) {
    Put(join->text.empty() ? "ARRAY JOIN " : "LEFT ARRAY JOIN ");
    return List(join->Child(1));
  }
  const bool strict = join->Has(kGlobal) || join->text == "ANY" || join->text == "ALL" || join->text == "ASOF" ||
                      join->text == "PASTE" || join->text == "SEMI" || join->text == "ANTI";
  if (dialect_.Has(Feature::kJoinStrictness) || (strict && dialect_.Has(Feature::kCanonicalNames))) return StrictJoin(join);
  if (join->Has(kNatural)) Put("NATURAL ");
  if (join->Has(kAsof)) Put("ASOF ");
  if (join->Has(kApplied)) {
    Put(join->op == Op::kLeft ? "OUTER APPLY " : "CROSS APPLY ");
    return Table(join->Child(1));
  }
  if (!join->text.empty() && dialect_.Has(Feature::kJoinHints)) {
    Put(join->op == Op::kLeft ? "LEFT " : join->op == Op::kRight ? "RIGHT " : join->op == Op::kFull ? "FULL " : "INNER ");
    if (join->Has(kOuterWord)) Put("OUTER ");
    Put(join->text);
    Put(" JOIN ");
  } else {
    JoinWords(join);
  }
  JoinRight(join);
}

// What is joined, and on which condition. A join on the right side is a unit of its own.
void Writer::JoinRight(const Node* join) {
  const Node* right = join->Child(1);
  if (right->Is(Kind::kJoin)) {
    Put("(");
    Table(right);
    Put(")");
  } else {
    Table(right);
  }
  if (const Node* match = join->Child(4)) {
    Put(" MATCH_CONDITION (");
    Expression(match, 0);
    Put(")");
  }
  if (join->Child(5) != nullptr) Put(" "), Any(join->Child(5));
  ++indent_;
  if (const Node* on = join->Child(2)) {
    Clause("ON");
    Expression(on, 0);
  }
  const bool bare = join->Child(2) == nullptr && join->Child(3) == nullptr && !join->Has(kNatural) && join->op != Op::kCross;
  if (bare && dialect_.Has(Feature::kJoinAlwaysOn)) Clause("ON"), Put("TRUE");
  if (const Node* columns = join->Child(3)) {
    Clause("USING");
    Columns(columns);
  }
  --indent_;
}

void Writer::JoinWords(const Node* join) {
  if (join->text == "DIRECTED" && dialect_.Has(Feature::kDirectedJoin)) return DirectedJoin(join);
  if (!join->text.empty() && dialect_.Has(Feature::kJoinByType)) {
    Put("JOIN BY (TYPE ");
    Put(join->text);
    return Put(") ");
  }
  const bool outer = join->Has(kOuterWord);
  const bool one_sided = (join->op == Op::kSemi || join->op == Op::kAnti) && dialect_.Has(Feature::kPositionalJoin) &&
                         !dialect_.Has(Feature::kCanonicalNames);
  if (join->Has(kLeftWord) && !one_sided) Put("LEFT ");
  if (join->Has(kRightWord)) Put("RIGHT ");
  if (outer && join->op == Op::kInner) Put("OUTER ");
  switch (join->op) {
    case Op::kLeft: Put(outer ? "LEFT OUTER JOIN " : "LEFT JOIN "); break;
    case Op::kRight: Put(outer ? "RIGHT OUTER JOIN " : "RIGHT JOIN "); break;
    case Op::kFull: Put(outer ? "FULL OUTER JOIN " : "FULL JOIN "); break;
    case Op::kCross: Put("CROSS JOIN "); break;
    case Op::kSemi: Put("SEMI JOIN "); break;
    case Op::kAnti: Put("ANTI JOIN "); break;
    case Op::kPositional: Put("POSITIONAL JOIN "); break;
    default: Put(join->Has(kStraight) ? "STRAIGHT_JOIN " : join->Has(kInnerWord) ? "INNER JOIN " : "JOIN "); break;
  }
}

}  // namespace dvt::sql
