#pragma once

#include <functional>
#include <optional>

#include "dvt/lake/filter/expression.h"
#include "dvt/lake/iceberg/manifest.h"

namespace dvt::lake {

/// What is known of the values of one column in a file, a row group or a partition. Nothing known: everything is possible.
struct ValueRange {
  bool may_be_null = true;
  bool may_be_value = true;  ///< some value is not null
  bool may_be_nan = true;
  bool may_be_ordered = true;  ///< some value is neither null nor NaN
  std::optional<Literal> lower;
  std::optional<Literal> upper;
  bool exact = false;  ///< the bounds are values that occur, not rounded
};

/// Looks up what is known of a column.
using RangeOf = std::function<ValueRange(int field_id, const Type& type)>;

/// False only if no row can be taken by the filter.
bool MightMatch(const BoundFilter& filter, const RangeOf& range);
/// True only if every row is taken.
bool AllMatch(const BoundFilter& filter, const RangeOf& range);

/// A file's columns, by its statistics.
ValueRange RangeOfFile(const DataFile& file, int field_id, const Type& type);
/// False only if no row of the file can be taken, by its statistics.
bool FileMightMatch(const BoundFilter& filter, const DataFile& file);

/// The filter on partition values that every row taken by `filter` passes. `field_id`s of the outcome are places in the spec, counted from 1.
BoundFilter ProjectFilter(const BoundFilter& filter, const PartitionSpec& spec, const Schema& schema);
/// False only if no row of the partition can be taken. Of a filter made by ProjectFilter.
bool PartitionMightMatch(const BoundFilter& projected, const PartitionValues& values);

/// Which files a plan keeps, by statistics, partition and manifest: literally those that PyIceberg keeps, so that plans can be compared. That is all files
/// that might match and some that cannot: NULL is kept for <>, NOT IN, NOT LIKE and IS NOT NAN, bounds say nothing for NOT LIKE where NULLs are counted, nor for
/// lists of more than 200 values. Manifests may be passed over that PyIceberg reads, but none with such a file.
bool PlanKeepsFile(const BoundFilter& filter, const DataFile& file);
bool PlanKeepsPartition(const BoundFilter& projected, const PartitionValues& values);
bool PlanKeepsManifest(const BoundFilter& projected, const ManifestFile& manifest);

}  // namespace dvt::lake
