#pragma once

#include <arrow/record_batch.h>

#include <functional>
#include <memory>
#include <vector>

#include "dvt/lake/data/spill_log_arrow.h"
#include "dvt/lake/iceberg/partition.h"

namespace dvt::lake {

/// Brings rows into a table's sort order, of any number with bounded memory: sorted runs wait on disk and are merged. Not thread-safe, but different
/// runs may be merged by different threads.
class RowSort {
 public:
  using Batch = std::shared_ptr<arrow::RecordBatch>;
  /// A run's pieces, in order.
  using Run = std::vector<SpillLog::Segment>;

  /// `fields` are the columns of the rows.
  RowSort(SortOrder order, std::vector<NestedField> fields);

  int order_id() const { return order_.id; }
  /// Sorts the rows and keeps them.
  Result<Run> Keep(const Batch& rows, SpillLog& log) const;
  /// Hands on the rows of all runs in order, several thousand at a time.
  Status Merge(const std::vector<Run>& runs, const SpillLog& log, const std::function<Status(Batch)>& take) const;

 private:
  struct Cursor;
  Result<std::shared_ptr<arrow::Array>> KeysOf(const arrow::RecordBatch& rows) const;
  Result<Batch> Sorted(const Batch& with_keys) const;
  Result<Batch> Window(std::vector<Cursor>& cursors) const;

  SortOrder order_;
  std::vector<NestedField> fields_;
  std::shared_ptr<arrow::Schema> with_keys_;  // the columns, then the keys
};

}  // namespace dvt::lake
