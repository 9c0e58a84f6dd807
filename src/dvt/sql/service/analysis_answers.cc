// What `analyze` and `lineage` answer.
#include <map>
#include <set>

#include "dvt/sql/analyze/lineage.h"
#include "dvt/sql/analyze/needed_columns.h"
#include "dvt/sql/analyze/qualify.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/analyze/statement_query.h"
#include "dvt/sql/print/printer.h"
#include "dvt/sql/service/answers.h"

namespace dvt::sql {

namespace {

Value ListOf(const std::set<std::string>& names) {
  Value list = Value::MakeList();
  for (const auto& name : names) list.Push(name);
  return list;
}

// One statement and the analysis of the query in it.
class StatementAnswer {
 public:
  StatementAnswer(Ast& ast, Node* statement, const Dialect& dialect, SchemaProvider* schema)
      : ast_(ast), dialect_(dialect), schema_(schema), statement_(statement), parts_(QueryOf(ast.arena, statement, dialect)) {}

  Status Analyze() {
    for (const auto& table : ReferencedTables(statement_, dialect_)) {
      tables_.insert(table.name.ToString());
      if (table.written) written_.insert(table.name.ToString());
    }
    if (parts_.query == nullptr) return {};
    AnalyzeOptions options;
    options.strict = false;
    options.source = ast_.source;
    options.file = ast_.file;
    DVT_ASSIGN(analysis_, sql::Analyze(parts_.query, dialect_, schema_, options));
    NameTargets();
    NameOutputs();
    return {};
  }

  Value Analysis() const {
    Value out = Value::MakeMap(), names = Value::MakeList(), types = Value::MakeList(), columns = Value::MakeMap();
    out.Set("tables", ListOf(tables_));
    out.Set("written", ListOf(written_));
    if (parts_.query == nullptr) return out;
    std::set<std::string> written;  // a statement may say more than once what goes to a column
    for (size_t i = 0; i < names_.size(); ++i) {
      if (!statement_->IsQuery() && !written.insert(names_[i]).second) continue;
      names.Push(names_[i]);
      const auto& type = analysis_.root()->output[i].type;
      auto text = RenderTypeName(dialect_, type);
      types.Push(type.kind == columnar::TypeKind::kUnknown || !text ? type.ToString() : *text);
    }
    const NeededColumns needed(analysis_, dialect_);
    std::map<std::string, std::set<std::string>> by_table;
    for (const auto& source : analysis_.sources()) {
      if (source.kind == SourceKind::kTable) by_table[source.relation.ToString()].merge(needed.Of(source));
    }
    for (const auto& [table, of_table] : by_table) columns.Set(table, ListOf(of_table));
    out.Set("output_columns", std::move(names));
    out.Set("types", std::move(types));
    out.Set("columns", std::move(columns));
    out.Set("lineage", Lineage());
    return out;
  }

  Value LineageWithTree() const {
    Value out = Value::MakeMap(), tree = Value::MakeList();
    out.Set("lineage", Lineage());
    for (size_t i = 0; i < names_.size(); ++i) {
      LineageStep step = LineageTree(analysis_, *analysis_.root(), i);
      step.name = names_[i];
      tree.Push(StepValue(step));
    }
    out.Set("tree", std::move(tree));
    return out;
  }

  const std::set<std::string>& tables() const { return tables_; }
  const std::set<std::string>& written() const { return written_; }

 private:
  // INSERT without a list of columns means those of the table, in order.
  void NameTargets() {
    if (!statement_->Is(Kind::kInsert) || !parts_.targets.empty() || schema_ == nullptr) return;
    for (const auto& table : ReferencedTables(statement_, dialect_)) {
      const columnar::Fields* columns = table.written ? schema_->Columns(table.name) : nullptr;
      for (size_t i = 0; columns != nullptr && i < columns->size(); ++i) parts_.targets.push_back((*columns)[i].name);
      if (columns != nullptr) return;
    }
  }

  // By the columns they go to, their own names, or their positions.
  void NameOutputs() {
    const auto& output = analysis_.root()->output;
    for (size_t i = 0; i < output.size(); ++i) {
      std::string name = i < parts_.targets.size() ? parts_.targets[i] : output[i].name;
      if (name.empty()) name = FoldIdentifier(dialect_, "_col_" + std::to_string(i), false);
      names_.push_back(std::move(name));
    }
  }

  Value Lineage() const {
    std::map<std::string, std::set<std::string>> by_name;
    for (size_t i = 0; i < names_.size(); ++i) {
      auto& from = by_name[names_[i]];
      for (const auto& column : LineageOf(analysis_, *analysis_.root(), i))
        from.insert(column.table.ToString() + "." + column.column);
    }
    Value lineage = Value::MakeMap();
    for (const auto& name : names_) lineage.Set(name, ListOf(by_name[name]));
    return lineage;
  }

  Value StepValue(const LineageStep& step) const {
    Value out = Value::MakeMap();
    out.Set("name", step.name);
    if (!step.relation.empty()) out.Set("relation", step.relation);
    if (step.expression != nullptr && !step.expression->Is(Kind::kStar)) {
      const Node* value = step.expression->Is(Kind::kAlias) ? step.expression->Child(0) : step.expression;
      out.Set("expression", Print(value, dialect_));
    }
    if (step.base) out.Set("base", true);
    Value from = Value::MakeList();
    for (const auto& below : step.from) from.Push(StepValue(below));
    if (!step.from.empty()) out.Set("from", std::move(from));
    return out;
  }

  Ast& ast_;
  const Dialect& dialect_;
  SchemaProvider* schema_;
  Node* statement_;
  StatementQuery parts_;
  sql::Analysis analysis_;
  std::set<std::string> tables_, written_;
  std::vector<std::string> names_;
};

Result<std::vector<StatementAnswer>> AnalyzeAll(Ast& ast, const Dialect& dialect, SchemaProvider* schema) {
  std::vector<StatementAnswer> all;
  for (Node* statement : ast.statements) {
    all.emplace_back(ast, statement, dialect, schema);
    DVT_TRY(all.back().Analyze());
  }
  if (all.empty()) return Error(ErrorCode::kSyntax, "there is no statement");
  return all;
}

}  // namespace

Result<Value> AnalysisAnswer(Ast& ast, const Dialect& dialect, SchemaProvider* schema, bool qualify) {
  DVT_ASSIGN(const auto all, AnalyzeAll(ast, dialect, schema));
  if (all.size() == 1) {
    Value out = all.front().Analysis();
    if (!qualify || !ast.root()->IsQuery()) return out;
    QualifyOptions options = QualifyOptions::Everything();
    options.analyze.source = ast.source;
    options.analyze.file = ast.file;
    Node* query = Clone(ast.arena, ast.root());
    DVT_TRY(Qualify(ast.arena, query, dialect, schema, options));
    PrintOptions print;
    print.identify = Identify::kAsNeeded;
    out.Set("qualified", Print(query, dialect, print));
    return out;
  }
  std::set<std::string> tables, written;
  Value statements = Value::MakeList(), out = Value::MakeMap();
  for (const auto& each : all) {
    tables.insert(each.tables().begin(), each.tables().end());
    written.insert(each.written().begin(), each.written().end());
    statements.Push(each.Analysis());
  }
  out.Set("tables", ListOf(tables));
  out.Set("written", ListOf(written));
  out.Set("statements", std::move(statements));
  return out;
}

Result<Value> LineageAnswer(Ast& ast, const Dialect& dialect, SchemaProvider* schema) {
  DVT_ASSIGN(const auto all, AnalyzeAll(ast, dialect, schema));
  if (all.size() == 1) return all.front().LineageWithTree();
  Value statements = Value::MakeList(), out = Value::MakeMap();
  for (const auto& each : all) statements.Push(each.LineageWithTree());
  out.Set("statements", std::move(statements));
  return out;
}

}  // namespace dvt::sql
