#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"

namespace dvt::connectors::files {

enum class FileFormat { kCsv, kJsonLines, kParquet };

/// By the ending: .csv, .tsv, .jsonl, .ndjson, .json, .parquet.
std::optional<FileFormat> FormatOf(std::string_view path);
std::string_view EndingOf(FileFormat format);

/// What a file holds, found without reading all of it: CSV and JSON types come from the first megabytes.
struct FileFacts {
  columnar::Fields fields;
  std::optional<int64_t> rows;  ///< known for Parquet
  int row_groups = 1;
  int64_t bytes = 0;
};
Result<FileFacts> Inspect(const std::string& path, FileFormat format, char delimiter);

/// Streams the named columns (all if empty) in file order. `first_group`/`groups` choose row groups of a Parquet file.
Result<columnar::Stream> OpenFile(const std::string& path, FileFormat format, char delimiter,
                                  const std::vector<std::string>& columns, int first_group, int groups, int64_t batch_rows);

/// Writes batches to one file. Not visible under its final name before Finish renames it. One thread at a time; destroyed before Close, it leaves
/// an unfinished file.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual Status Write(const ArrowArray& batch) = 0;
  /// The same of a batch that the writer may keep for a while; errors may be of earlier ones.
  virtual Status Take(columnar::Array batch) { return Write(batch.get()); }
  virtual Status Close() = 0;
};
/// Of Parquet's pages.
enum class FileCompression { kZstd, kNone, kSnappy, kGzip, kLz4 };
/// "zstd", "none", "snappy", "gzip", "lz4".
std::optional<FileCompression> CompressionOf(std::string_view name);
/// `path` is the file actually written.
Result<std::unique_ptr<FileWriter>> MakeFileWriter(const std::string& path, FileFormat format, char delimiter,
                                                   const columnar::Fields& fields,
                                                   FileCompression compression = FileCompression::kZstd);

}  // namespace dvt::connectors::files
