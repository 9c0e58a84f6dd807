// Statements of procedures, and the clauses of queries that some systems alone have.
#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

// Whether a limit without an offset is said as TOP behind SELECT.
bool Writer::TopInstead(const Node* query) const {
  const Node* limit = query->Child(kLimitSlot);
  return dialect_.Has(Feature::kTop) && dialect_.Has(Feature::kNoLimit) && query->Is(Kind::kSelect) && limit != nullptr &&
         query->Child(kOffsetSlot) == nullptr && !limit->Has(kFetch);
}

void Writer::Top(const Node* query) {
  if (!TopInstead(query)) return;
  const Node* limit = query->Child(kLimitSlot);
  const Node* count = limit->Child(0);
  if (options_.pretty) {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    Break();
  }
  Put("TOP ");
  const bool bare = count->Is(Kind::kNumber);
  if (!bare) Put("(");
  Expression(count, 0);
  if (!bare) Put(")");
  if (limit->Has(kPercent)) Put(" PERCENT");
  if (limit->Has(kWithTies)) Put(" WITH TIES");
  if (query->Child(kItemsSlot)->count > 0) Put(" ");
}

void Writer::Into(const Node* into) {
  const bool bulk = into->text == "BULK COLLECT";
  Clause(bulk ? "BULK COLLECT INTO" : "INTO");
  if (!bulk && !into->text.empty()) {
    Put(into->text);
    Put(" ");
  }
  List(into);
}

// A list of outputs whose last entry may be INTO.
void Writer::Returning(const Node* list) {
  if (list == nullptr) return;
  Clause(dialect_.Has(Feature::kOutputClause) ? "OUTPUT" : "RETURNING");
  for (uint32_t i = 0; i < list->count; ++i) {
    if (list->Child(i)->Is(Kind::kInto)) {
      Into(list->Child(i));
      continue;
    }
    if (i > 0) Put(", ");
    Any(list->Child(i));
  }
}

// OUTPUT stands before the source of the rows.
void Writer::Output(const Node* list) {
  if (dialect_.Has(Feature::kOutputClause)) Returning(list);
}

void Writer::Hint(const Node* hint) {
  if (hint == nullptr || !dialect_.Has(Feature::kOptimizerHints)) return;
  Put(" /*+ ");
  Put(hint->text);
  Put(" */");
}

void Writer::Connect(const Node* connect) {
  if (const Node* start = connect->Child(0)) {
    Clause("START WITH");
    Expression(start, 0);
  }
  if (const Node* condition = connect->Child(1)) {
    Clause(connect->Has(kNoCycle) ? "CONNECT BY NOCYCLE" : "CONNECT BY");
    Expression(condition, 0);
  }
}

// FOR XML PATH, TYPE and OPTION(RECOMPILE), where the dialect has them.
void Writer::TailClauses(const Node* clauses) {
  if (clauses->Is(Kind::kList)) {
    for (const Node* each : clauses->Children()) TailClauses(each);
    return;
  }
  if (clauses->Is(Kind::kPhrase)) {
    if (!dialect_.Has(Feature::kSettingsClause)) return;
    Break();
    return Any(clauses);
  }
  const bool options = clauses->text == "OPTION";
  if (!dialect_.Has(options ? Feature::kQueryOptions : Feature::kForXml)) return;
  Break();
  Put(clauses->text);
  Put(options ? "(" : " ");
  if (options_.pretty && !options) {
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    ++indent_;
    for (uint32_t i = 0; i < clauses->count; ++i) {
      if (i > 0) Put(",");
      Break();
      Put(clauses->Child(i)->text);
    }
    --indent_;
    return;
  }
  List(clauses);
  if (options) Put(")");
}

// WITH (name type 'path', …) behind a function that reads rows.
void Writer::RowColumns(const Node* columns) {
  Put(" WITH (");
  indent_ += 2;
  for (uint32_t i = 0; i < columns->count; ++i) {
    if (i > 0) Put(options_.pretty ? "," : ", ");
    if (options_.pretty) Break();
    Any(columns->Child(i));
  }
  indent_ -= 2;
  if (options_.pretty) Break();
  Put(")");
}

void Writer::Scope(const Node* scope) {
  const bool symbol = dialect_.Has(Feature::kScopeOperator);
  if (!symbol) Put("SCOPE_RESOLUTION(");
  if (scope->Child(0) != nullptr) {
    Expression(scope->Child(0), kAtom);
    if (!symbol) Put(", ");
  }
  if (symbol) Put("::");
  Expression(scope->Child(1), 0);
  if (!symbol) Put(")");
}

// INSERT ALL WHEN a THEN INTO t VALUES (…) … SELECT …
void Writer::InsertAll(const Node* statement) {
  Put(statement->text);
  for (uint32_t i = 1; i < statement->count; ++i) {
    const Node* branch = statement->Child(i);
    if (const Node* condition = branch->Child(0)) {
      Put(condition->Is(Kind::kDefault) ? " ELSE" : " WHEN ");
      if (!condition->Is(Kind::kDefault)) Expression(condition, 0), Put(" THEN");
    }
    for (const Node* insert : branch->Child(1)->Children()) {
      Put(" INTO ");
      Table(insert->Child(kInsertTable));
      if (insert->Child(kInsertColumns) != nullptr) Put(" "), Columns(insert->Child(kInsertColumns));
      if (insert->Child(kInsertSource) == nullptr) continue;
      Put(" VALUES (");
      List(insert->Child(kInsertSource)->Child(kInnerSlot)->Child(0));
      Put(")");
    }
  }
  Put(" ");
  Any(statement->Child(0));
}

// @name type = value
void Writer::Declaration(const Node* statement) {
  Expression(statement->Child(0), 0);
  Put(" ");
  if (statement->Child(1)->Is(Kind::kList)) {
    Put("TABLE ");
    Definitions(statement->Child(1));
  } else {
    TypeName(statement->Child(1));
  }
  if (statement->Child(2) != nullptr) Put(" = "), Expression(statement->Child(2), 0);
}

// EXECUTE name a, b
void Writer::Execute(const Node* statement) {
  Put("EXECUTE ");
  Any(statement->Child(0));
  for (const Node* argument : statement->Child(1)->Children()) {
    Put(argument == statement->Child(1)->Child(0) ? " " : ", ");
    Any(argument);
    if (argument->Is(Kind::kList)) Put(" "), Put(argument->text);
  }
}

void Writer::Procedural(const Node* statement) {
  auto inner = [&](const Node* each) {
    Any(each);
    Put(";");
    Break();
  };
  switch (statement->kind) {
    case Kind::kInsertAll: return InsertAll(statement);
    case Kind::kBlock:
      Put("BEGIN ");
      if (!statement->text.empty()) Put(statement->text), Put(" ");
      for (const Node* each : statement->Children()) inner(each);
      Put("END");
      if (!statement->text.empty()) Put(" "), Put(statement->text);
      return;
    case Kind::kIfStatement:
      Put("IF ");
      Expression(statement->Child(0), 0);
      Put(" ");
      Any(statement->Child(1));
      if (statement->Child(2) == nullptr) return;
      Put(statement->Child(1)->Is(Kind::kBlock) ? "; ELSE " : " ELSE ");
      return Any(statement->Child(2));
    case Kind::kWhileStatement:
      Put("WHILE ");
      Expression(statement->Child(0), 0);
      Put(" ");
      return Any(statement->Child(1));
    case Kind::kDeclare: Put("DECLARE "); return List(statement);
    case Kind::kDeclaration: return Declaration(statement);
    case Kind::kSetVariable:
      Put("SET ");
      Expression(statement->Child(0), 0);
      Put(" "), Put(statement->text), Put(" ");
      return Expression(statement->Child(1), 0);
    case Kind::kExecute: return Execute(statement);
    case Kind::kTransaction:
      Put(statement->text);
      if (dialect_.Has(Feature::kProcedural)) Put(" TRANSACTION");
      for (const Node* part : statement->Children()) {
        if (part == nullptr) continue;
        Put(" ");
        Any(part);
      }
      return;
    default: Put(statement->text);
  }
}

}  // namespace dvt::sql
