#include "dvt/lake/iceberg/column_change.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

/// Where a column lies: the fields that it is one of, and what those are members of (null: the table).
struct Spot {
  std::vector<NestedField>* fields = nullptr;
  const NestedField* above = nullptr;
  size_t at = 0;

  NestedField& field() const { return (*fields)[at]; }
};

std::vector<std::string> NamesOf(const std::vector<NestedField>& fields) {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  return names;
}

// Columns whose name has dots are found before members of that path.
Result<Spot> Find(std::vector<NestedField>& fields, const NestedField* above, const std::string& path, const std::string& whole) {
  for (size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == path) return Spot{&fields, above, i};
  for (auto& field : fields)
    if (field.type.is_nested() && path.starts_with(field.name + "."))
      return Find(field.type.fields, &field, path.substr(field.name.size() + 1), whole);
  return Error(ErrorCode::kNotFound, fmt::format("the table has no column '{}'.{}", whole, DidYouMean(path, NamesOf(fields))));
}

bool IsFree(const std::vector<NestedField>& fields, const std::string& name, int except) {
  return std::none_of(fields.begin(), fields.end(),
                      [&](const NestedField& each) { return each.id != except && EqualsIgnoreCase(each.name, name); });
}

// The first column at or below a field that something needs.
const NestedField* FirstUsed(const NestedField& field, const std::map<int, std::string>& uses) {
  if (uses.contains(field.id)) return &field;
  for (const auto& inner : field.type.fields)
    if (const NestedField* found = FirstUsed(inner, uses)) return found;
  return nullptr;
}

// "a.b" of "a.b.c"; the whole table for a name without dots, or if the table has no such column.
Result<std::vector<NestedField>*> Above(Schema& schema, const std::string& path, std::string& name) {
  const size_t dot = path.rfind('.');
  name = dot == std::string::npos ? path : path.substr(dot + 1);
  if (dot == std::string::npos) return &schema.fields;
  DVT_ASSIGN(const Spot spot, Find(schema.fields, nullptr, path.substr(0, dot), path.substr(0, dot)));
  if (spot.field().type.id != TypeId::kStruct)
    return Error(ErrorCode::kType,
                 fmt::format("'{}' is {}, no struct that could get a member", path.substr(0, dot), spot.field().type.ToString()));
  return &spot.field().type.fields;
}

Error Exists(const std::string& column) {
  return Error(ErrorCode::kAlreadyExists, fmt::format("the table has a column '{}' already", column));
}

Status Add(const ColumnChange& change, EvolvedSchema& out) {
  std::string name;
  DVT_ASSIGN(auto* fields, Above(out.schema, change.column, name));
  if (name.empty()) return Error(ErrorCode::kInvalidArgument, "a column needs a name");
  if (!IsFree(*fields, name, 0)) return Exists(change.column);
  NestedField field;
  field.name = name;
  auto type = ParsePrimitiveType(change.to);
  if (!type)
    return std::move(type)
        .error()
        .WithHint(
            "types are boolean, int, long, float, double, decimal(P, S), date, time, timestamp, timestamptz, string, uuid, "
            "fixed[L] and binary")
        .Within(fmt::format("for the column '{}'", change.column));
  field.type = *std::move(type);
  field.doc = change.doc;
  field.id = ++out.last_column_id;
  fields->push_back(std::move(field));
  return {};
}

Status Rename(const ColumnChange& change, const Spot& spot) {
  if (spot.above != nullptr && spot.above->type.id != TypeId::kStruct)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is a part of a {} and has no name of its own", change.column, spot.above->type.ToString()));
  if (change.to.empty()) return Error(ErrorCode::kInvalidArgument, fmt::format("'{}' needs a new name", change.column));
  if (!IsFree(*spot.fields, change.to, spot.field().id)) return Exists(change.to);
  spot.field().name = change.to;
  return {};
}

Status Drop(const ColumnChange& change, const std::map<int, std::string>& uses, const Spot& spot, Schema& schema) {
  if (spot.above != nullptr && spot.above->type.id != TypeId::kStruct)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is a part of a {} and cannot be dropped alone", change.column, spot.above->type.ToString()));
  if (const NestedField* used = FirstUsed(spot.field(), uses))
    return Error(ErrorCode::kConstraint,
                 fmt::format("the column '{}' is needed for the table's {}", schema.PathOf(used->id), uses.at(used->id)))
        .WithHint("change that first");
  if (spot.fields->size() == 1)
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("'{}' is the only column{}", change.column, spot.above != nullptr ? " of its struct" : ""));
  spot.fields->erase(spot.fields->begin() + static_cast<std::ptrdiff_t>(spot.at));
  return {};
}

Status Retype(const ColumnChange& change, const Spot& spot) {
  auto type = ParsePrimitiveType(change.to);
  if (!type) return std::move(type).error().Within(fmt::format("for the column '{}'", change.column));
  if (spot.above != nullptr && spot.above->type.id == TypeId::kMap && spot.at == 0)
    return Error(ErrorCode::kType, fmt::format("'{}' is the key of a map, whose type cannot change", change.column));
  if (!(spot.field().type == *type) && !CanPromote(spot.field().type, *type))
    return Error(ErrorCode::kType, fmt::format("the column '{}' is {} and cannot become {}", change.column,
                                               spot.field().type.ToString(), type->ToString()))
        .WithHint("int may become long, float double, and decimals may get more digits before the point");
  spot.field().type = *std::move(type);
  return {};
}

Status MakeOptional(const ColumnChange& change, const Spot& spot, const Schema& schema) {
  const auto& key = schema.identifier_ids;
  if (std::find(key.begin(), key.end(), spot.field().id) != key.end())
    return Error(ErrorCode::kConstraint, fmt::format("the column '{}' is of the table's key and cannot be null", change.column));
  if (spot.above != nullptr && spot.above->type.id == TypeId::kMap && spot.at == 0)
    return Error(ErrorCode::kConstraint, fmt::format("'{}' is the key of a map and cannot be null", change.column));
  spot.field().required = false;
  return {};
}

void ExtendLevel(std::vector<NameMapping::Entry>& entries, const std::vector<NestedField>& fields) {
  for (const auto& field : fields) {
    auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.id == field.id; });
    if (found == entries.end()) {
      entries.push_back({field.id, {}, {}});
      found = entries.end() - 1;
    }
    if (std::find(found->names.begin(), found->names.end(), field.name) == found->names.end()) {
      for (auto& entry : entries) std::erase(entry.names, field.name);  // a name means one column
      found->names.push_back(field.name);
    }
    ExtendLevel(found->fields, field.type.fields);
  }
}

}  // namespace

Status ApplyColumnChange(const ColumnChange& change, const std::map<int, std::string>& uses, EvolvedSchema& schema) {
  const Schema before = schema.schema;
  if (change.kind == ColumnChange::Kind::kAdd) {
    DVT_TRY(Add(change, schema));
    schema.changed = true;
    return {};
  }
  DVT_ASSIGN(const Spot spot, Find(schema.schema.fields, nullptr, change.column, change.column));
  const std::string doc = spot.field().doc;
  switch (change.kind) {
    case ColumnChange::Kind::kRename: DVT_TRY(Rename(change, spot)); break;
    case ColumnChange::Kind::kDrop: DVT_TRY(Drop(change, uses, spot, schema.schema)); break;
    case ColumnChange::Kind::kRetype: DVT_TRY(Retype(change, spot)); break;
    case ColumnChange::Kind::kOptional: DVT_TRY(MakeOptional(change, spot, schema.schema)); break;
    case ColumnChange::Kind::kDescribe: spot.field().doc = change.to; break;
    case ColumnChange::Kind::kAdd: break;
  }
  const bool described = change.kind == ColumnChange::Kind::kDescribe && doc != change.to;
  schema.changed = schema.changed || described || !(schema.schema == before);
  return {};
}

Status SetKey(Schema& schema, const std::vector<std::string>& columns) {
  schema.identifier_ids.clear();
  for (const auto& column : columns) {
    DVT_ASSIGN(const Spot spot, Find(schema.fields, nullptr, column, column));
    NestedField& field = spot.field();
    const bool floating = field.type.id == TypeId::kFloat || field.type.id == TypeId::kDouble;
    if (spot.above != nullptr || field.type.is_nested() || floating)
      return Error(ErrorCode::kType, fmt::format("the column '{}' cannot be of a table's key", column))
          .WithHint("keys are columns of the table itself, and no floating-point numbers");
    field.required = true;
    schema.identifier_ids.push_back(field.id);
  }
  return {};
}

void ExtendMapping(NameMapping& mapping, const Schema& schema) { ExtendLevel(mapping.fields, schema.fields); }

}  // namespace dvt::lake
