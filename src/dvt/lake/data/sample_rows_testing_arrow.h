#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <string>
#include <vector>

#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

/// What the values of a test's rows are like.
struct SampleValues {
  int64_t different = 50;
  double nulls = 0.1;
  bool in_runs = false;
};

/// A column of every primitive type, required and optional, and nested ones.
Schema SampleSchema();
/// Batches of so many rows each, always the same. They are slices, so that arrays do not begin where their buffers do.
Batches SampleRows(const Schema& schema, SampleValues values, const std::vector<int64_t>& sizes);

/// A folder of a test's own, which goes with it.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::string File(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace dvt::lake
