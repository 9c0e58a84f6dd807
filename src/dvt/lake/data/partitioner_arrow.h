#pragma once

#include <arrow/record_batch.h>

#include "dvt/lake/iceberg/partition.h"

namespace dvt::lake {

/// Which partition each of some rows belongs to.
struct DealtRows {
  std::vector<PartitionValues> parts;  ///< in the order of their first rows
  std::vector<uint32_t> part_of_row;
};

/// Deals the rows of batches to partitions. `fields` are the batches' columns. Thread-safe.
class Partitioner {
 public:
  Partitioner(PartitionSpec spec, std::vector<NestedField> fields) : spec_(std::move(spec)), fields_(std::move(fields)) {}

  /// The rows of all batches, one after another. kInvalidArgument for transforms that cannot be computed.
  Result<DealtRows> Deal(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) const;

 private:
  PartitionSpec spec_;
  std::vector<NestedField> fields_;
};

/// A partition as a key for maps.
std::string PartitionKey(const PartitionValues& values);

}  // namespace dvt::lake
