#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dvt/lake/data/parquet_writer_arrow.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

/// The data files of one write. Thread-safe.
class NewFiles {
 public:
  NewFiles(const Table& table, ParquetWrite options, PartitionSpec spec, int sort_order_id);

  const ParquetWrite& options() const { return options_; }
  const PartitionSpec& spec() const { return spec_; }
  /// Begins a file of a partition.
  Result<std::unique_ptr<ParquetWriter>> Open(const PartitionValues& values);
  /// Ends a file.
  Status Close(ParquetWriter& writer, const PartitionValues& values);
  /// What was closed, in the order in which it was begun.
  std::vector<DataFile> Take();
  /// Removes every file that was begun.
  void Remove();

 private:
  const std::shared_ptr<FileStore> store_;
  const ParquetWrite options_;
  const PartitionSpec spec_;
  const int sort_order_id_;
  const std::string folder_, run_;

  std::mutex mutex_;
  std::vector<DataFile> files_;
  std::vector<std::string> begun_;
};

}  // namespace dvt::lake
