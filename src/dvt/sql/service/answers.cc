#include "dvt/sql/service/answers.h"

#include <map>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/lineage.h"
#include "dvt/sql/analyze/needed_columns.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

namespace {

bool IsColumnMap(const Value& value) {
  for (const auto& entry : value.map()) {
    if (entry.value.is_map()) return false;
  }
  return true;
}

Result<void> AddTables(MapSchema& schema, const Value& value, std::vector<std::string> path, const Dialect& dialect) {
  for (const auto& entry : value.map()) {
    std::vector<std::string> parts = path;
    parts.push_back(FoldIdentifier(dialect, entry.key, false));
    if (!entry.value.is_map()) return Error(ErrorCode::kInvalidArgument, "\"schema\" maps tables to columns to types");
    if (!entry.value.map().empty() && !IsColumnMap(entry.value)) {
      DVT_TRY(AddTables(schema, entry.value, parts, dialect));
      continue;
    }
    columnar::Fields fields;
    for (const auto& column : entry.value.map()) {
      columnar::Field field;
      field.name = FoldIdentifier(dialect, column.key, false);
      DVT_ASSIGN(field.type, ParseTypeName(dialect, column.value.ToText()));
      fields.push_back(std::move(field));
    }
    columnar::RelationName name;
    name.name = parts.back();
    if (parts.size() > 1) name.schema = parts[parts.size() - 2];
    if (parts.size() > 2) name.database = parts[parts.size() - 3];
    schema.Add(std::move(name), std::move(fields));
  }
  return {};
}

Value Tree(const Node* node) {
  if (node == nullptr) return {};
  Value out = Value::MakeMap();
  out.Set("kind", KindName(node->kind));
  if (!node->text.empty()) out.Set("text", node->text);
  if (node->op != Op::kNone) out.Set("op", static_cast<int>(node->op));
  if (node->flags != 0) out.Set("flags", static_cast<int>(node->flags));
  out.Set("offset", static_cast<int64_t>(node->begin));
  if (node->count > 0) {
    Value children = Value::MakeList();
    for (const Node* child : node->Children()) children.Push(Tree(child));
    out.Set("children", std::move(children));
  }
  return out;
}

Value ListOf(const std::set<std::string>& names) {
  Value list = Value::MakeList();
  for (const auto& name : names) list.Push(name);
  return list;
}

}  // namespace

Result<MapSchema> SchemaOf(const Value& request, const Dialect& dialect) {
  MapSchema schema;
  const Value* given = request.Find("schema");
  if (given == nullptr || given->is_null()) return schema;
  if (!given->is_map()) return Error(ErrorCode::kInvalidArgument, "\"schema\" maps tables to columns to types");
  DVT_TRY(AddTables(schema, *given, {}, dialect));
  return schema;
}

Value NoteValue(const TranspileNote& note) {
  Value out = Value::MakeMap();
  if (!VerdictCode(note.verdict).empty()) out.Set("code", VerdictCode(note.verdict));
  out.Set("verdict", VerdictName(note.verdict));
  out.Set("construct", note.construct);
  out.Set("message", note.message);
  out.Set("line", note.place.line);
  out.Set("column", note.place.column);
  return out;
}

Value TreeAnswer(const Ast& ast) {
  Value statements = Value::MakeList();
  for (const Node* statement : ast.statements) statements.Push(Tree(statement));
  Value out = Value::MakeMap();
  out.Set("statements", std::move(statements));
  return out;
}

Result<Value> AnalysisAnswer(Ast& ast, const Dialect& dialect, SchemaProvider* schema) {
  if (ast.root() == nullptr || !ast.root()->IsQuery()) return Error(ErrorCode::kUnsupported, "only queries can be analysed");
  AnalyzeOptions options;
  options.strict = false;
  options.source = ast.source;
  DVT_ASSIGN(Analysis analysis, Analyze(ast.root(), dialect, schema, options));
  std::set<std::string> tables;
  for (const auto& table : ReferencedTables(ast.root(), dialect)) tables.insert(table.name.name);
  Value out = Value::MakeMap();
  out.Set("tables", ListOf(tables));
  const Scope& root = *analysis.root();
  Value output = Value::MakeList(), lineage = Value::MakeMap();
  for (size_t i = 0; i < root.output.size(); ++i) {
    const std::string name = root.output[i].name.empty() ? "_col_" + std::to_string(i) : root.output[i].name;
    output.Push(name);
    std::set<std::string> from;
    for (const auto& column : LineageOf(analysis, root, i)) from.insert(column.table.name + "." + column.column);
    lineage.Set(name, ListOf(from));
  }
  out.Set("output_columns", std::move(output));
  const NeededColumns needed(analysis, dialect);
  std::map<std::string, std::set<std::string>> by_table;
  for (const auto& source : analysis.sources()) {
    if (source.kind == SourceKind::kTable) by_table[source.relation.name].merge(needed.Of(source));
  }
  Value columns = Value::MakeMap();
  for (const auto& [table, names] : by_table) columns.Set(table, ListOf(names));
  out.Set("columns", std::move(columns));
  out.Set("lineage", std::move(lineage));
  return out;
}

}  // namespace dvt::sql
