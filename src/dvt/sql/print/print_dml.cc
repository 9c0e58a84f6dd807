// INSERT, UPDATE, DELETE and MERGE.
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Statement(const Node* statement) {
  switch (statement->kind) {
    case Kind::kInsert: return Insert(statement);
    case Kind::kUpdate: return Update(statement);
    case Kind::kMultiInsert: return MultiInsert(statement);
    case Kind::kDelete: return Delete(statement);
    case Kind::kMerge: return Merge(statement);
    case Kind::kCreate: return Create(statement);
    case Kind::kAlter: return Alter(statement);
    case Kind::kDrop: return Drop(statement);
    case Kind::kCommand: return Put(statement->text);
    default: return Procedural(statement);
  }
}

// a = 1, b = c OR d: the right sides need no parentheses.
void Writer::Assignments(const Node* list) {
  for (uint32_t i = 0; i < list->count; ++i) {
    if (i > 0) Put(", ");
    Any(list->Child(i)->Child(0));
    Put(" ");
    Put(list->Child(i)->text);  // a += 1
    Put("= ");
    Any(list->Child(i)->Child(1));
  }
}

void Writer::AssignmentLines(const Node* list) {
  ++indent_;
  for (uint32_t i = 0; i < list->count; ++i) {
    Break();
    Node one = *list;
    one.children += i;
    one.count = 1;
    Assignments(&one);
    if (i + 1 < list->count) Put(",");
  }
  --indent_;
}

// VALUES (1), (2): a row a line when pretty.
void Writer::Values(const Node* values) {
  if (const Node* with = values->Child(kWithSlot)) With(with);
  Put("VALUES");
  const Node* rows = values->Child(kInnerSlot);
  ++indent_;
  for (uint32_t i = 0; rows != nullptr && i < rows->count; ++i) {
    if (i > 0) Put(",");
    if (inline_values_)
      Put(" ");
    else
      Break();
    Put("(");
    List(rows->Child(i));
    Put(")");
  }
  --indent_;
  Tail(values);
}

// PARTITION(p) of a table that is read, PARTITION(day = '…', hour) of one that is written.
void Writer::Partition(const Node* part) {
  if (part->Is(Kind::kList)) {
    Put(" PARTITION(");
    List(part);
    return Put(")");
  }
  if (part->Is(Kind::kPhrase)) return Put(" "), Any(part);
  if (!dialect_.Has(Feature::kTablePartitions)) return;
  Put(" ");
  Put(part->text);
}

// ON CONFLICT (…) DO …, ON DUPLICATE KEY UPDATE …
void Writer::OnConflict(const Node* conflict) {
  if (conflict->Has(kDuplicateKey)) {
    Clause(dialect_.Has(Feature::kCanonicalNames) ? "ON DUPLICATE KEY UPDATE SET" : "ON DUPLICATE KEY UPDATE");
    return Assignments(conflict->Child(1));
  }
  Put(conflict->Child(0) != nullptr ? " ON CONFLICT" : " ON CONFLICT ");
  if (conflict->Child(4) != nullptr) {
    Put("ON CONSTRAINT ");
    Identifier(conflict->Child(4));
    Put(" ");
  }
  if (conflict->Child(0) != nullptr) {
    Put("(");
    List(conflict->Child(0));
    Put(") ");
  }
  if (conflict->Child(3) != nullptr) {
    Put("WHERE ");
    Expression(conflict->Child(3), 0);
    Put(" ");
  }
  Put(conflict->Has(kDoNothing) ? "DO NOTHING" : "DO UPDATE SET ");
  if (conflict->Child(1) != nullptr) Assignments(conflict->Child(1));
  if (conflict->Child(2) != nullptr) {
    Put(" WHERE ");
    Expression(conflict->Child(2), 0);
  }
}

void Writer::Insert(const Node* insert) {
  if (const Node* with = insert->Child(kInsertWith)) With(with);
  const bool into = insert->text == "INSERT OVERWRITE TABLE" && dialect_.Has(Feature::kStagedFiles);
  Put(insert->text.empty() ? "INSERT" : into ? "INSERT OVERWRITE INTO" : insert->text);
  Hint(insert->Child(kInsertHint));
  if (const Node* table = insert->Child(kInsertTable)) {
    Put(insert->text.find("OVERWRITE") == std::string_view::npos ? " INTO " : " ");
    if (table->Is(Kind::kTableFunction)) Put("FUNCTION ");
    Table(table);
  }
  if (insert->Has(kIfExists)) Put(" IF EXISTS");
  if (const Node* modifier = insert->Child(kInsertReplaced)) Put(" "), Any(modifier);
  if (const Node* columns = insert->Child(kInsertColumns)) {
    Put(" ");
    if (options_.pretty && insert->Child(kInsertTable) != nullptr)
      Definitions(columns);
    else
      Columns(columns);
  }
  Output(insert->Child(kInsertReturning));
  if (insert->Has(kByName)) Put(" BY NAME");
  if (insert->Child(kInsertTable) != nullptr)
    Break();
  else
    Put(" ");  // WHEN NOT MATCHED THEN INSERT (a) VALUES (1)
  inline_values_ = insert->Child(kInsertTable) == nullptr;
  if (insert->Child(kInsertSource) != nullptr && !insert->Child(kInsertSource)->Is(Kind::kDefault))
    Any(insert->Child(kInsertSource));
  else
    Put("DEFAULT VALUES");
  inline_values_ = false;
  TableAlias(insert->Child(kInsertRowAlias));
  if (const Node* conflict = insert->Child(kInsertConflict)) OnConflict(conflict);
  if (!dialect_.Has(Feature::kOutputClause)) Returning(insert->Child(kInsertReturning));
}

void Writer::Update(const Node* update) {
  if (const Node* with = update->Child(0)) With(with);
  Put("UPDATE");
  Hint(update->Child(9));
  Put(" ");
  Table(update->Child(1));
  Put(" SET ");
  Assignments(update->Child(2));
  Output(update->Child(5));
  if (const Node* from = update->Child(3)) {
    Clause("FROM");
    for (uint32_t i = 0; i < from->count; ++i) {
      if (i > 0) Put(", ");
      Table(from->Child(i));
    }
  }
  static constexpr std::string_view kKeywords[] = {"WHERE", "RETURNING", "ORDER BY", "LIMIT"};
  for (uint32_t i = 4; i < update->count && i < 8; ++i) {
    if (update->Child(i) == nullptr) continue;
    if (i == 5) {
      if (!dialect_.Has(Feature::kOutputClause)) Returning(update->Child(5));
      continue;
    }
    if (i == 4) {
      ClauseExpression(kKeywords[0], update->Child(i));
      continue;
    }
    Clause(kKeywords[i - 4]);
    Any(update->Child(i)->Is(Kind::kLimit) ? update->Child(i)->Child(0) : update->Child(i));
  }
  if (const Node* options = update->Child(8)) TailClauses(options);
}

void Writer::Delete(const Node* del) {
  if (const Node* with = del->Child(0)) With(with);
  Put("DELETE");
  Hint(del->Child(8));
  const bool bare = dialect_.Has(Feature::kScripts) || dialect_.Has(Feature::kNoLimit) ||
                    dialect_.Has(Feature::kMultiTableDelete) || (dialect_.Has(Feature::kCanonicalNames) && del->Has(kFromTables));
  Put(del->Has(kWithoutFrom) && bare ? " " : " FROM ");
  Table(del->Child(1));
  if (const Node* more = del->Child(9)) {
    for (const Node* table : more->Children()) Put(", "), Table(table);
  }
  Output(del->Child(4));
  if (const Node* list = del->Child(2)) {
    Clause(del->Has(kFromTables) ? "FROM" : "USING");
    for (uint32_t i = 0; i < list->count; ++i) {
      if (i > 0) Put(", ");
      Table(list->Child(i));
    }
  }
  static constexpr std::string_view kKeywords[] = {"WHERE", "RETURNING", "ORDER BY", "LIMIT"};
  for (uint32_t i = 3; i < del->count && i < 7; ++i) {
    if (del->Child(i) == nullptr) continue;
    if (i == 4) {
      if (!dialect_.Has(Feature::kOutputClause)) Returning(del->Child(4));
      continue;
    }
    if (i == 3) {
      ClauseExpression(kKeywords[0], del->Child(i));
      continue;
    }
    Clause(kKeywords[i - 3]);
    Any(del->Child(i)->Is(Kind::kLimit) ? del->Child(i)->Child(0) : del->Child(i));
  }
  if (const Node* options = del->Child(7)) TailClauses(options);
}

void Writer::MergeAction(const Node* action) {
  switch (action->kind) {
    case Kind::kUpdate:
      Put("UPDATE");
      if (action->Has(kAll)) Put(action->text == "SET" ? " SET *" : " *");
      if (action->Has(kByName)) Put(dialect_.Has(Feature::kUsingFormat) ? " SET *" : " ALL BY NAME");
      if (action->Child(2) == nullptr) return;
      Put(" SET");
      if (options_.pretty)
        AssignmentLines(action->Child(2));
      else
        Put(" "), Assignments(action->Child(2));
      if (action->Child(4) != nullptr) {
        Put(" WHERE ");
        Expression(action->Child(4), 0);
      }
      return;
    case Kind::kInsert:
      Put("INSERT");
      if (action->Child(kInsertSource) == nullptr) return Put(" *");
      if (action->Child(kInsertColumns) != nullptr) {
        Put(" ");
        Columns(action->Child(kInsertColumns));
      }
      if (action->Child(kInsertSource)->Is(Kind::kWord) && action->Child(kInsertSource)->text.empty()) return;
      if (action->Child(kInsertSource)->Is(Kind::kDefault)) return Put(" DEFAULT VALUES");
      Put(" ");
      return Any(action->Child(kInsertSource));
    case Kind::kDelete: return Put("DELETE");
    default: Any(action);
  }
}

void Writer::Merge(const Node* merge) {
  if (merge->Child(0) != nullptr) With(merge->Child(0));
  Put("MERGE INTO ");
  hints_first_ = true;
  Table(merge->Child(1));
  hints_first_ = false;
  Clause("USING");
  Table(merge->Child(2));
  Clause(merge->Child(3)->Is(Kind::kTuple) ? "USING" : "ON");
  Any(merge->Child(3));
  for (const Node* when : merge->Child(4)->Children()) {
    Break();
    Put("WHEN ");
    Put(when->text);
    if (when->Child(0) != nullptr) {
      Put(" AND ");
      Expression(when->Child(0), 0);
    }
    Put(" THEN ");
    MergeAction(when->Child(1));
    if (when->Child(2) != nullptr) {
      Put(" WHERE ");
      Expression(when->Child(2), 0);
    }
  }
  if (merge->Child(5) != nullptr) {
    Returning(merge->Child(5));
  }
  if (const Node* options = merge->Child(6)) TailClauses(options);
}

}  // namespace dvt::sql
