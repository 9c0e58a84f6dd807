#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::lake {

/// A source of Arrow batches. One thread at a time.
class BatchPuller {
 public:
  virtual ~BatchPuller() = default;
  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  /// Null at the end.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};

/// The C stream of a source; maps and all nested types included. Errors come through as their text.
Result<columnar::Stream> PullStream(std::unique_ptr<BatchPuller> source);

}  // namespace dvt::lake
