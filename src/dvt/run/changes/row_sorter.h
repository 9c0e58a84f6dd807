#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/run/changes/key_rows.h"

namespace dvt::run {

/// Sorts any number of rows by their keys in bounded memory: what does not fit is spilled in sorted runs, which are merged at the end.
/// Add may be called from several threads.
class RowSorter {
 public:
  /// `memory_bytes` holds rows before they are spilled into unnamed files of `folder`; a few MB at least.
  RowSorter(std::string folder, size_t memory_bytes);
  Status Add(const std::vector<KeyRow>& rows, size_t count);
  /// All rows in order; a key that came twice comes twice. Ends the adding.
  Result<std::unique_ptr<SortedRows>> Finish();
  int64_t rows() const { return rows_; }

 private:
  struct Entry {
    uint64_t prefix;  // the key's first bytes, as a number that sorts like them
    const char* row;  // hash, length (4 bytes), key
  };
  void Keep(const KeyRow& row);
  void Sort();
  Status Spill();
  static std::string_view KeyOf(const Entry& entry);
  friend class MemoryRows;

  std::string folder_;
  size_t memory_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_used_ = 0;
  size_t block_size_ = 0;
  size_t bytes_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::unique_ptr<RowSpool>> runs_;
  int64_t rows_ = 0;
};

}  // namespace dvt::run
