#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt::lake {

/// Puts the rows of batches of one schema in the order of the groups they belong to, each group's in the order they came. Reads what there is once from
/// front to back, and writes at as many places as there are groups.
class RowScatter {
 public:
  using Batch = std::shared_ptr<arrow::RecordBatch>;

  /// `group_of_row`: for the rows of all batches, one after another; below `groups`. There is at least one batch. `short_decimals`: decimals of up to
  /// 18 digits come in 64 bits each if all do fit.
  RowScatter(std::vector<Batch> batches, const std::vector<uint32_t>& group_of_row, size_t groups, bool short_decimals);

  /// A column in the new order. Different columns may be asked for by different threads.
  Result<std::shared_ptr<arrow::Array>> Column(int column) const;
  /// The place of each group's first row, and behind the last the number of all.
  const std::vector<uint32_t>& begins() const { return begins_; }

 private:
  Result<std::shared_ptr<arrow::Array>> Fixed(int column, int width) const;
  Result<std::shared_ptr<arrow::Array>> Bits(int column) const;
  Result<std::shared_ptr<arrow::Array>> Texts(int column) const;
  Result<std::shared_ptr<arrow::Array>> Taken(int column) const;
  /// Null if a number has more than 64 bits.
  Result<std::shared_ptr<arrow::Array>> ShortDecimals(int column) const;
  Result<std::shared_ptr<arrow::Array>> Made(int column, std::vector<std::shared_ptr<arrow::Buffer>> buffers,
                                             std::shared_ptr<arrow::DataType> type = nullptr) const;
  template <class Each>
  void EachBatch(int column, Each each) const;
  template <class T>
  void Spread(int column, uint8_t* out) const;

  std::vector<Batch> batches_;
  std::vector<uint32_t> begins_;
  std::vector<uint32_t> place_of_row_;
  bool short_decimals_;
};

}  // namespace dvt::lake
