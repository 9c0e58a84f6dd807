#include "dvt/lake/iceberg/schema.h"

#include <algorithm>
#include <functional>

#include "dvt/base/text/text.h"

namespace dvt::lake {

namespace {

const NestedField* FindId(const std::vector<NestedField>& fields, int id) {
  for (const auto& field : fields) {
    if (field.id == id) return &field;
    if (const auto* found = FindId(field.type.fields, id)) return found;
  }
  return nullptr;
}

bool Same(std::string_view a, std::string_view b, bool any_case) { return any_case ? EqualsIgnoreCase(a, b) : a == b; }

// Names may hold dots themselves, so every field whose name is a prefix of the path is tried.
const NestedField* FindPath(const std::vector<NestedField>& fields, std::string_view path, bool any_case) {
  for (const auto& field : fields) {
    if (Same(field.name, path, any_case)) return &field;
    const size_t size = field.name.size();
    if (path.size() > size + 1 && path[size] == '.' && Same(field.name, path.substr(0, size), any_case)) {
      if (const auto* found = FindPath(field.type.fields, path.substr(size + 1), any_case)) return found;
    }
  }
  return nullptr;
}

bool PathTo(const std::vector<NestedField>& fields, int id, std::string& path) {
  const size_t length = path.size();
  for (const auto& field : fields) {
    path += (length == 0 ? "" : ".") + field.name;
    if (field.id == id || PathTo(field.type.fields, id, path)) return true;
    path.resize(length);
  }
  return false;
}

int Highest(const std::vector<NestedField>& fields) {
  int highest = 0;
  for (const auto& field : fields) highest = std::max({highest, field.id, Highest(field.type.fields)});
  return highest;
}

bool Repeated(const std::vector<NestedField>& fields, int id, bool inside) {
  for (const auto& field : fields) {
    if (field.id == id) return inside;
    const bool repeats = field.type.id == TypeId::kList || field.type.id == TypeId::kMap;
    if (Repeated(field.type.fields, id, inside || repeats)) return true;
  }
  return false;
}

}  // namespace

const NestedField* Schema::Find(int field_id) const { return FindId(fields, field_id); }

const NestedField* Schema::Find(std::string_view path, bool any_case) const { return FindPath(fields, path, any_case); }

std::string Schema::PathOf(int field_id) const {
  std::string path;
  return PathTo(fields, field_id, path) ? path : std::string();
}

int Schema::HighestId() const { return Highest(fields); }

std::vector<std::string> Schema::Names() const {
  std::vector<std::string> names;
  for (const auto& field : fields) names.push_back(field.name);
  return names;
}

bool Schema::IsRepeated(int field_id) const { return Repeated(fields, field_id, false); }

bool operator==(const Schema& a, const Schema& b) {
  return Type::Struct(a.fields) == Type::Struct(b.fields) && a.identifier_ids == b.identifier_ids;
}

int AssignFreshIds(std::vector<NestedField>& fields, int next_id, std::vector<std::pair<int, int>>* renamed) {
  for (auto& field : fields) {
    if (renamed != nullptr) renamed->emplace_back(field.id, next_id);
    field.id = next_id++;
  }
  for (auto& field : fields) next_id = AssignFreshIds(field.type.fields, next_id, renamed);
  return next_id;
}

}  // namespace dvt::lake
