#pragma once

#include <arrow/record_batch.h>

#include "dvt/lake/iceberg/partition.h"

namespace dvt::lake {

/// The rows of a batch that belong to one partition.
struct PartitionRows {
  PartitionValues values;
  std::shared_ptr<arrow::RecordBatch> batch;
};

/// Deals the rows of batches to partitions. `fields` are the batches' columns.
class Partitioner {
 public:
  Partitioner(PartitionSpec spec, std::vector<NestedField> fields) : spec_(std::move(spec)), fields_(std::move(fields)) {}

  /// The parts of a batch, in the order of their first rows. kInvalidArgument for transforms that cannot be computed.
  Result<std::vector<PartitionRows>> Split(const std::shared_ptr<arrow::RecordBatch>& batch) const;

 private:
  PartitionSpec spec_;
  std::vector<NestedField> fields_;
};

/// A partition as a key for maps.
std::string PartitionKey(const PartitionValues& values);

}  // namespace dvt::lake
