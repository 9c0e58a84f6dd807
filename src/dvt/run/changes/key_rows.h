#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "dvt/base/result/result.h"
#include "dvt/columnar/hash/row_hash.h"

namespace dvt::run {

/// A row as change detection keeps it: its encoded key and the md5 of all its values.
struct KeyRow {
  std::string key;
  columnar::RowDigest hash{};
};

/// A hash that no row has: whatever the row is now, it counts as changed.
inline constexpr columnar::RowDigest kUnknownHash{};

/// Rows in the order of their keys' bytes, each key once. One thread at a time.
class SortedRows {
 public:
  virtual ~SortedRows() = default;
  /// False at the end. `row` keeps its buffers between calls.
  virtual Result<bool> Next(KeyRow& row) = 0;
};

/// Rows in a file without a name, which goes when it is closed: written once, in any order that shares prefixes, then read once.
class RowSpool : public SortedRows {
 public:
  /// Makes the folder if it is missing.
  static Result<std::unique_ptr<RowSpool>> Open(const std::string& folder);
  Status Append(std::string_view key, const columnar::RowDigest& hash);
  /// Ends writing; Next may follow.
  Status Rewind();
  Result<bool> Next(KeyRow& row) override;
  int64_t rows() const { return rows_; }

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  RowSpool(std::unique_ptr<std::FILE, Closer> file, std::string folder) : file_(std::move(file)), folder_(std::move(folder)) {}
  std::unique_ptr<std::FILE, Closer> file_;
  std::string folder_;
  std::string last_;
  int64_t rows_ = 0;
  int64_t read_ = 0;
};

/// Writes one record: the bytes shared with the key before, the rest of the key, the hash. kDisk when the disk is full.
Status WriteRow(std::FILE* file, const std::string& before, std::string_view key, const columnar::RowDigest& hash,
                const std::string& path);
/// Reads one record into `row`, whose key is the one before. False if the file is cut off.
bool ReadRow(std::FILE* file, KeyRow& row);

}  // namespace dvt::run
