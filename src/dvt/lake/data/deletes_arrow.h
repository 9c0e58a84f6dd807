#pragma once

#include <arrow/record_batch.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "dvt/lake/iceberg/manifest.h"
#include "dvt/lake/storage/file_store.h"

namespace dvt::lake {

/// The keys of rows that equality deletes take away.
struct EqualityKeys {
  std::vector<NestedField> fields;
  std::unordered_set<std::string> keys;
};

/// What is deleted of one data file. Immutable once made; shared by the readers of its row groups.
struct FileDeletes {
  std::vector<int64_t> positions;  ///< sorted, each once
  std::vector<std::shared_ptr<const EqualityKeys>> equality;

  bool empty() const { return positions.empty() && equality.empty(); }
  /// Which rows of a batch are left. `first_row` is the place of its first row in the file, `fields` are its columns.
  Result<std::vector<bool>> Survivors(const arrow::RecordBatch& batch, const std::vector<NestedField>& fields,
                                      int64_t first_row) const;
  /// Those rows.
  Result<std::shared_ptr<arrow::RecordBatch>> Apply(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                    const std::vector<NestedField>& fields, int64_t first_row) const;
};

/// Reads delete files, each once, for the data files of a scan. Thread-safe.
class DeleteReader {
 public:
  DeleteReader(FileStore& store, const Schema& schema) : store_(store), schema_(schema) {}

  Result<std::shared_ptr<const FileDeletes>> For(const DataFile& data,
                                                 const std::vector<std::shared_ptr<const DataFile>>& deletes);

 private:
  using Positions = std::map<std::string, std::vector<int64_t>>;  // by data file

  Result<std::shared_ptr<const Positions>> ReadPositions(const DataFile& file);
  Result<std::shared_ptr<const EqualityKeys>> ReadKeys(const DataFile& file);

  FileStore& store_;
  const Schema& schema_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Positions>> positions_;
  std::map<std::string, std::shared_ptr<const EqualityKeys>> keys_;
};

/// The rows' values of some fields as byte strings that are equal if and only if the values are (nulls included).
Result<std::vector<std::string>> RowKeys(const std::vector<NestedField>& key, const std::vector<NestedField>& fields,
                                         const arrow::RecordBatch& batch);

}  // namespace dvt::lake
