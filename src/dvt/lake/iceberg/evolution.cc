#include "dvt/lake/iceberg/evolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

Error Conflict(const std::string& path, const Type& from, const Type& to) {
  return Error(ErrorCode::kType,
               fmt::format("the column '{}' is {} in the table and {} in the data", path, from.ToString(), to.ToString()))
      .WithHint("cast the data to the table's type, or write it to another column");
}

Error Twice(const NestedField& one, const NestedField& other, const std::string& column) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("the data have '{}' and '{}', which both are the table's column '{}'", one.name, other.name, column))
      .WithHint("leave one out, or give it another name");
}

// True if values of the data's type can be written into the table's without a change of the table.
bool Holds(const Type& table, const Type& data) {
  if (CanPromote(data, table)) return true;
  if (data.id == TypeId::kFixed && table.id == TypeId::kBinary) return true;
  if (data.id == TypeId::kBinary && table.id == TypeId::kFixed) return true;  // the lengths are checked with the values
  if (data.id == TypeId::kFixed && data.length == 16 && table.id == TypeId::kUuid) return true;
  if (data.id == TypeId::kDecimal && table.id == TypeId::kDecimal)
    return data.precision - data.scale <= table.precision - table.scale && data.scale <= table.scale;
  return false;
}

class SchemaUnion {
 public:
  SchemaUnion(const Schema& table, int last_column_id) : key_(table.identifier_ids), last_id_(last_column_id) {}

  Status Merge(std::vector<NestedField>& into, const std::vector<NestedField>& incoming, const std::string& path) {
    std::map<int, const NestedField*> taken;  // columns of the table, and what comes for them
    for (const auto& data : incoming) {
      const std::string name = path.empty() ? data.name : path + "." + data.name;
      auto found = std::find_if(into.begin(), into.end(), [&](const NestedField& field) { return field.name == data.name; });
      if (found == into.end())
        found = std::find_if(into.begin(), into.end(),
                             [&](const NestedField& field) { return EqualsIgnoreCase(field.name, data.name); });
      if (found == into.end()) {
        Add(into, data);
        taken[into.back().id] = &data;
        continue;
      }
      if (const auto other = taken.emplace(found->id, &data); !other.second)
        return Twice(*other.first->second, data, found->name);
      DVT_TRY(Widen(*found, data, name));
    }
    return {};
  }

  int last_id() const { return last_id_; }
  bool changed() const { return changed_; }

 private:
  void Add(std::vector<NestedField>& into, const NestedField& data) {
    std::vector<NestedField> fresh = {data};
    last_id_ = AssignFreshIds(fresh, last_id_ + 1) - 1;
    fresh[0].required = false;  // rows that are there already have no value
    into.push_back(std::move(fresh[0]));
    changed_ = true;
  }

  Status Widen(NestedField& field, const NestedField& data, const std::string& path) {
    const bool key = std::find(key_.begin(), key_.end(), field.id) != key_.end();
    if (field.required && !data.required && !key && field.name != "key") {
      field.required = false;
      changed_ = true;
    }
    if (data.type.id == TypeId::kUnknown) return {};
    if (field.type.is_nested() || data.type.is_nested()) return WidenNested(field, data, path);
    if (Holds(field.type, data.type)) return {};
    if (!CanPromote(field.type, data.type)) return Conflict(path, field.type, data.type);
    field.type = data.type;
    changed_ = true;
    return {};
  }

  Status WidenNested(NestedField& field, const NestedField& data, const std::string& path) {
    if (field.type.id != data.type.id) return Conflict(path, field.type, data.type);
    if (field.type.id == TypeId::kStruct) return Merge(field.type.fields, data.type.fields, path);
    for (size_t i = 0; i < field.type.fields.size(); ++i)
      DVT_TRY(Widen(field.type.fields[i], data.type.fields[i], path + "." + field.type.fields[i].name));
    return {};
  }

  std::vector<int> key_;
  int last_id_;
  bool changed_ = false;
};

}  // namespace

Result<EvolvedSchema> UnionByName(const Schema& table, const std::vector<NestedField>& incoming, int last_column_id) {
  EvolvedSchema out;
  out.schema = table;
  SchemaUnion merged(table, last_column_id);
  DVT_TRY(merged.Merge(out.schema.fields, incoming, {}));
  out.changed = merged.changed();
  out.last_column_id = merged.last_id();
  return out;
}

namespace {

const NestedField* Named(const std::vector<NestedField>& fields, const std::string& name) {
  for (const bool any_case : {false, true})
    for (const auto& field : fields)
      if (any_case ? EqualsIgnoreCase(field.name, name) : field.name == name) return &field;
  return nullptr;
}

void KeepKeys(const Schema& before, Schema& after) {
  after.identifier_ids.clear();
  for (const int id : before.identifier_ids) {
    const NestedField* field = after.Find(id);
    if (field != nullptr && field->required) after.identifier_ids.push_back(id);
  }
}

}  // namespace

EvolvedSchema DropMissing(EvolvedSchema table, const std::vector<NestedField>& incoming) {
  const Schema before = table.schema;
  std::erase_if(table.schema.fields, [&](const NestedField& field) { return Named(incoming, field.name) == nullptr; });
  table.changed = table.changed || table.schema.fields.size() != before.fields.size();
  KeepKeys(before, table.schema);
  return table;
}

EvolvedSchema RebuiltSchema(const Schema& table, const std::vector<NestedField>& incoming, int last_column_id) {
  EvolvedSchema out;
  out.last_column_id = last_column_id;
  for (const auto& data : incoming) {
    NestedField field = data;
    const NestedField* known = Named(table.fields, data.name);
    if (known != nullptr && known->type.is_primitive() && (known->type == data.type || CanPromote(known->type, data.type))) {
      field.id = known->id;
      field.doc = known->doc;
    } else {
      std::vector<NestedField> fresh = {std::move(field)};
      out.last_column_id = AssignFreshIds(fresh, out.last_column_id + 1) - 1;
      field = std::move(fresh[0]);
    }
    out.schema.fields.push_back(std::move(field));
  }
  KeepKeys(table, out.schema);
  out.changed = !(out.schema == table);
  return out;
}

bool SetDocs(Schema& schema, const std::map<std::string, std::string>& docs) {
  bool changed = false;
  for (const auto& [path, doc] : docs) {
    const NestedField* found = schema.Find(path);
    if (found == nullptr) found = schema.Find(path, true);
    if (found == nullptr || found->doc == doc) continue;
    const_cast<NestedField*>(found)->doc = doc;  // a part of `schema`, which may be changed
    changed = true;
  }
  return changed;
}

Status CheckFitsSchema(const Schema& table, const std::vector<NestedField>& incoming) {
  for (const auto& data : incoming) {
    const NestedField* field = table.Find(data.name);
    if (field == nullptr) field = table.Find(data.name, true);
    if (field == nullptr)
      return Error(ErrorCode::kType,
                   fmt::format("the table has no column '{}'.{}", data.name, DidYouMean(data.name, table.Names())))
          .WithHint("allow schema evolution, or leave the column out");
  }
  DVT_ASSIGN(const EvolvedSchema merged, UnionByName(table, incoming, table.HighestId()));
  for (const auto& field : merged.schema.fields) {
    const NestedField* now = table.Find(field.id);
    if (now != nullptr && !(now->type == field.type)) return Conflict(field.name, now->type, field.type);
  }
  return {};
}

}  // namespace dvt::lake
