#pragma once

#include <string>
#include <vector>

#include "dvt/lake/iceberg/schema.h"
#include "dvt/lake/iceberg/transform.h"

namespace dvt::lake {

/// One value of a partition tuple: a column and how it is transformed.
struct PartitionField {
  int source_id = 0;
  int field_id = 0;  ///< from 1000 on
  std::string name;
  Transform transform;

  friend bool operator==(const PartitionField& a, const PartitionField& b) {
    return a.source_id == b.source_id && a.field_id == b.field_id && a.name == b.name && a.transform == b.transform;
  }
};

/// How rows are dealt to files. A table may have had several.
struct PartitionSpec {
  int id = 0;
  std::vector<PartitionField> fields;

  bool is_unpartitioned() const;
  /// The struct that a data file's partition is, as of a schema: names, ids and result types.
  Type PartitionType(const Schema& schema) const;
  int HighestFieldId() const;  ///< 999 if there is none
};

/// A partition of a spec: one literal a field.
using PartitionValues = std::vector<Literal>;

/// The first of `preferred` and then the newest of `others` that has all columns a spec is made of; `preferred` if none has.
const Schema& SchemaWithSources(const PartitionSpec& spec, const Schema& preferred, const std::vector<Schema>& others);

/// "day=2024-01-01/region=eu", names and values escaped for use as folders; empty for unpartitioned.
std::string PartitionPath(const PartitionSpec& spec, const Schema& schema, const PartitionValues& values);

struct SortField {
  int source_id = 0;
  Transform transform;
  bool descending = false;
  bool nulls_last = false;

  friend bool operator==(const SortField& a, const SortField& b) {
    return a.source_id == b.source_id && a.transform == b.transform && a.descending == b.descending &&
           a.nulls_last == b.nulls_last;
  }
};

/// How the rows of a file are ordered; order 0 is none.
struct SortOrder {
  int id = 0;
  std::vector<SortField> fields;
};

Value PartitionSpecToJson(const PartitionSpec& spec);
Result<PartitionSpec> PartitionSpecFromJson(const Value& json);
/// The fields alone, as v1's partition-spec has them.
Result<std::vector<PartitionField>> PartitionFieldsFromJson(const Value& json);
Value SortOrderToJson(const SortOrder& order);
Result<SortOrder> SortOrderFromJson(const Value& json);

/// Reads "day(ts), bucket(16, id), region, truncate(4, name), years(ts)" against a schema. Names of fields are the spec's customary ones
/// (ts_day, id_bucket, region, name_trunc). kNotFound names a missing column, kInvalidArgument a transform that does not fit.
Result<PartitionSpec> ParsePartitionSpec(const std::string& text, const Schema& schema);
/// Reads "region, ts desc, day(ts) asc nulls last" against a schema.
Result<SortOrder> ParseSortOrder(const std::string& text, const Schema& schema);

}  // namespace dvt::lake
