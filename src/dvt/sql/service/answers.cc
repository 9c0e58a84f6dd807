#include "dvt/sql/service/answers.h"

#include "dvt/base/text/text.h"
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
      DVT_ASSIGN(field.type, ReadTypeName(column.value.ToText(), dialect));
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

Value ErrorsValue(const Diagnostics& found) {
  Value errors = Value::MakeList();
  for (const auto& item : found.items()) {
    Value error = Value::MakeMap();
    error.Set("line", item.place.line);
    error.Set("column", item.place.column);
    error.Set("message", item.message);
    error.Set("hint", item.hint);
    errors.Push(std::move(error));
  }
  return errors;
}

Value TreeAnswer(const Ast& ast) {
  Value statements = Value::MakeList();
  for (const Node* statement : ast.statements) statements.Push(Tree(statement));
  Value out = Value::MakeMap();
  out.Set("statements", std::move(statements));
  return out;
}

}  // namespace dvt::sql
