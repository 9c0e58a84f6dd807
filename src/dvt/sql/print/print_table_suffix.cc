// Samples, moments of the past, pivots, row patterns: what stands behind tables.
#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

// WITH (NOLOCK)
void Writer::TableHints(const Node* table) {
  const Node* hints = table->Child(kTableHintsSlot);
  if (hints == nullptr || !dialect_.Has(Feature::kTableHints)) return;
  Put(" WITH ");
  Columns(hints);
}

void Writer::TableAlias(const Node* alias, bool said) {
  if (alias == nullptr) return;
  if (alias->Child(0) != nullptr) {
    Put(dialect_.Has(Feature::kBareTableAliases) && !said ? " " : " AS ");
    Identifier(alias->Child(0));
  }
  if (const Node* columns = alias->Child(1)) {
    if (alias->Child(0) == nullptr) Put(" AS ");
    Columns(columns);
  }
  if (alias->text == "AT" && alias->Child(2) != nullptr) {
    Put(" AT ");
    Identifier(alias->Child(2));
  } else if (alias->Child(2) != nullptr && dialect_.Has(Feature::kUnnestOffset)) {
    Put(" WITH OFFSET AS ");
    Identifier(alias->Child(2));
  }
}

// The words of a join whose tables are read in the order they are written.
void Writer::DirectedJoin(const Node* join) {
  switch (join->op) {
    case Op::kLeft: Put("LEFT "); break;
    case Op::kRight: Put("RIGHT "); break;
    case Op::kFull: Put("FULL "); break;
    case Op::kCross: Put("CROSS "); break;
    default: Put(join->Has(kInnerWord) ? "INNER " : ""); break;
  }
  Put(join->Has(kOuterWord) ? "OUTER DIRECTED JOIN " : "DIRECTED JOIN ");
}

void Writer::Sample(const Node* sample) {
  Put(" ");
  if (sample->op == Op::kCustom) return Put(sample->text);
  Sample(sample, dialect_.Has(Feature::kSampleWord) && !dialect_.Has(Feature::kTableSample) ? "SAMPLE " : "TABLESAMPLE ");
}

void Writer::Sample(const Node* sample, std::string_view word) {
  Put(word);
  const bool rows = sample->Has(kRowCount);
  std::string_view method = sample->text;
  if (dialect_.Has(Feature::kSampleNoMethod)) method = {};
  if (dialect_.Has(Feature::kSampleMethod)) {
    const bool plain = dialect_.Has(Feature::kSamplePlain);
    if (!plain && rows) method = "RESERVOIR";
    if (method.empty()) method = plain ? "BERNOULLI" : "SYSTEM";
  }
  if (!method.empty()) {
    Put(method);
    Put(" ");
  }
  Put("(");
  if (const Node* buckets = sample->Child(2)) {
    Put("BUCKET ");
    Expression(sample->Child(0), 0);
    Put(" OUT OF ");
    Expression(buckets, 0);
    if (const Node* column = sample->Child(3)) {
      Put(" ON ");
      Expression(column, 0);
    }
  } else {
    Expression(sample->Child(0), 0);
    if (rows) Put(" ROWS");
    if (sample->Has(kPercent) && !dialect_.Has(Feature::kSamplePlain)) Put(" PERCENT");
  }
  Put(")");
  if (const Node* seed = sample->Child(1)) {
    Put(dialect_.Has(Feature::kSampleSeed) ? " SEED (" : " REPEATABLE (");
    Expression(seed, 0);
    Put(")");
  }
}

void Writer::TimeTravel(const Node* travel) {
  auto point = [&](std::string_view word, const Node* what) {
    if (what == nullptr) return;
    Put(" ");
    Put(word);
    Put(" (");
    Expression(what, 0);
    Put(")");
  };
  const bool flashback = dialect_.Has(Feature::kFlashback);
  if (travel->text == "VERSION" || travel->text == "TIMESTAMP" || travel->text == "SYSTEM_TIME") {
    Put(" ");
    if (flashback) {
      Put(travel->text == "VERSION" ? "AS OF SCN " : "AS OF TIMESTAMP ");
      return Expression(travel->Child(0), 0);
    }
    if (travel->text == "SYSTEM_TIME") Put("FOR ");
    const bool plain = travel->text == "SYSTEM_TIME" && !dialect_.Has(Feature::kScripts) && !dialect_.Has(Feature::kProcedural);
    Put(plain ? "TIMESTAMP" : travel->text);
    Put(" AS OF ");
    return Expression(travel->Child(0), 0);
  }
  if (travel->text.starts_with("SYSTEM_TIME ")) {
    Put(" FOR ");
    Put(travel->text);
    if (travel->Child(0) != nullptr) Put(" "), Expression(travel->Child(0), 0);
    if (travel->Child(1) != nullptr) Put(travel->text.ends_with("FROM") ? " TO " : " AND "), Expression(travel->Child(1), 0);
    return;
  }
  point("CHANGES", travel->Child(2));
  point(travel->text, travel->Child(0));
  point("END", travel->Child(1));
}

void Writer::Pivot(const Node* pivot) {
  Table(pivot->Child(1));
  if (options_.pretty)
    Break();
  else
    Put(" ");
  Put(pivot->Has(kUnpivot) ? "UNPIVOT" : "PIVOT");
  if (pivot->Has(kIncludeNulls)) Put(" INCLUDE NULLS ");
  if (pivot->Has(kExcludeNulls)) Put(" EXCLUDE NULLS ");
  Put("(");
  List(pivot->Child(2));
  const Node* fields = pivot->Child(3);
  Put(" FOR ");
  List(fields, " ");
  if (const Node* value = pivot->Child(4)) {
    Put(" DEFAULT ON NULL (");
    Expression(value, 0);
    Put(")");
  }
  if (const Node* group = pivot->Child(5)) {
    Put(" GROUP BY ");
    List(group);
  }
  Put(")");
  TableAlias(pivot->Child(0));
}

// One part of MATCH_RECOGNIZE; with `lines`, every item on its own line when pretty.
void Writer::MatchPart(std::string_view keyword, const Node* list, bool lines) {
  if (list == nullptr) return;
  Clause(keyword);
  if (list->Is(Kind::kCommand)) return Put(list->text);
  ++indent_;
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(lines && options_.pretty ? "," : ", ");
    if (lines && options_.pretty) Break();
    const Node* item = list->Child(i);
    if (item->Is(Kind::kAlias) && !item->text.empty()) {
      Put(item->text);
      Put(" ");
    }
    if (keyword == "DEFINE") {
      Identifier(item->Child(1));
      Put(" AS ");
      Expression(item->Child(0), 0);
    } else {
      Any(item);
    }
  }
  --indent_;
}

void Writer::MatchRecognize(const Node* match) {
  Table(match->Child(kMatchTable));
  if (options_.pretty)
    Break();
  else
    Put(" ");
  Put("MATCH_RECOGNIZE (");
  ++indent_;
  auto raw = [&](const Node* text) {
    if (text == nullptr) return;
    Break();
    Put(text->text);
  };
  MatchPart("PARTITION BY", match->Child(kMatchPartition), false);
  MatchPart("ORDER BY", match->Child(kMatchOrder), true);
  MatchPart("MEASURES", match->Child(kMatchMeasures), true);
  raw(match->Child(kMatchRows));
  raw(match->Child(kMatchAfter));
  if (const Node* pattern = match->Child(kMatchPattern)) {
    Break();
    Put("PATTERN (");
    Put(pattern->text);
    Put(")");
  }
  MatchPart("DEFINE", match->Child(kMatchDefine), true);
  --indent_;
  if (options_.pretty) Break();
  Put(")");
  TableAlias(match->Child(kMatchAlias));
}

void Writer::SemanticView(const Node* call) {
  Put("SEMANTIC_VIEW(");
  const Node* args = call->Child(kArgsSlot);
  ++indent_;
  if (options_.pretty) Break();
  Any(args->Child(0));
  for (uint32_t i = 1; i < args->count; ++i) {
    Clause(args->Child(i)->text);
    List(args->Child(i));
  }
  --indent_;
  if (options_.pretty) Break();
  Put(")");
}

// GLOBAL LEFT ANY JOIN: place, side and strictness in this order.
void Writer::StrictJoin(const Node* join) {
  if (join->Has(kGlobal)) Put("GLOBAL ");
  if (join->Has(kNatural)) Put("NATURAL ");
  switch (join->op) {
    case Op::kLeft: Put("LEFT "); break;
    case Op::kRight: Put("RIGHT "); break;
    case Op::kFull: Put("FULL "); break;
    case Op::kCross: Put("CROSS "); break;
    default:
      if (join->Has(kLeftWord)) Put("LEFT ");
      break;
  }
  if (join->Has(kOuterWord)) Put("OUTER ");
  if (join->Has(kInnerWord)) Put("INNER ");
  if (join->Has(kAsof) && join->text != "ASOF") Put("ASOF ");
  if (join->op == Op::kSemi || join->op == Op::kAnti) Put(join->op == Op::kSemi ? "SEMI " : "ANTI ");
  if (!join->text.empty()) {
    Put(join->text);
    Put(" ");
  }
  Put("JOIN ");
  JoinRight(join);
}

}  // namespace dvt::sql
