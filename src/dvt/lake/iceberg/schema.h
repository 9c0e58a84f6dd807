#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dvt/lake/iceberg/type.h"

namespace dvt::lake {

/// A table's columns as of one moment.
struct Schema {
  int id = 0;
  std::vector<NestedField> fields;
  std::vector<int> identifier_ids;  ///< the columns of the row's key

  /// A field at any depth, or nullptr. O(fields).
  const NestedField* Find(int field_id) const;
  /// By dotted path ("address.city", "tags.element"); columns first, case counts unless `any_case`.
  const NestedField* Find(std::string_view path, bool any_case = false) const;
  /// The dotted path of a field; empty if there is none.
  std::string PathOf(int field_id) const;
  /// The largest id in use.
  int HighestId() const;
  /// The names of the columns, in order.
  std::vector<std::string> Names() const;
  /// True if a list or a map lies between the table and the field: it has no bounds.
  bool IsRepeated(int field_id) const;

  /// Equal columns (ids included) and key; the schema's own id does not count.
  friend bool operator==(const Schema& a, const Schema& b);
};

/// Gives every field a new id, counting from `next_id`, columns before what they hold, as the spec's writers do. Returns the
/// first id not used. `renamed`, if given, gets each (old id, new id).
int AssignFreshIds(std::vector<NestedField>& fields, int next_id, std::vector<std::pair<int, int>>* renamed = nullptr);

Value SchemaToJson(const Schema& schema);
Result<Schema> SchemaFromJson(const Value& json);
Value TypeToJson(const Type& type);
Result<Type> TypeFromJson(const Value& json);

/// Where a file's columns come from when the file has no ids: names by id (property schema.name-mapping.default).
struct NameMapping {
  struct Entry {
    int id = 0;  ///< 0: none
    std::vector<std::string> names;
    std::vector<Entry> fields;
  };
  std::vector<Entry> fields;

  static Result<NameMapping> FromJson(const Value& json);
  Value ToJson() const;
  /// The mapping a table without the property has: its own names.
  static NameMapping Of(const Schema& schema);
};

}  // namespace dvt::lake
