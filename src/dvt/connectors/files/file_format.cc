#include "dvt/connectors/files/file_format.h"

#include <filesystem>

#include "dvt/base/process/shared_library.h"
#include "dvt/base/text/text.h"
#include "dvt/connectors/files/arrow_functions.h"

namespace dvt::connectors::files {

std::optional<FileFormat> FormatOf(std::string_view path) {
  const std::string ending = ToLower(std::filesystem::path(path).extension().string());
  if (ending == ".csv" || ending == ".tsv") return FileFormat::kCsv;
  if (ending == ".jsonl" || ending == ".ndjson" || ending == ".json") return FileFormat::kJsonLines;
  if (ending == ".parquet") return FileFormat::kParquet;
  return std::nullopt;
}

std::string_view EndingOf(FileFormat format) {
  switch (format) {
    case FileFormat::kCsv: return ".csv";
    case FileFormat::kJsonLines: return ".jsonl";
    case FileFormat::kParquet: return ".parquet";
  }
  return "";
}

namespace {

Result<const ArrowFunctions*> Arrow() {
  DVT_ASSIGN(void* const function, FindFunction("libdvt_arrow.so", "dvt_arrow_files"));
  return reinterpret_cast<decltype(&dvt_arrow_files)>(function)();
}

}  // namespace

Result<FileFacts> Inspect(const std::string& path, FileFormat format, char delimiter) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->inspect(path, format, delimiter);
}

Result<columnar::Stream> OpenFile(const std::string& path, FileFormat format, char delimiter,
                                  const std::vector<std::string>& columns, int first_group, int groups, int64_t batch_rows) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->open_file(path, format, delimiter, columns, first_group, groups, batch_rows);
}

std::optional<FileCompression> CompressionOf(std::string_view name) {
  static constexpr std::pair<std::string_view, FileCompression> kNames[] = {{"zstd", FileCompression::kZstd},
                                                                            {"none", FileCompression::kNone},
                                                                            {"snappy", FileCompression::kSnappy},
                                                                            {"gzip", FileCompression::kGzip},
                                                                            {"lz4", FileCompression::kLz4}};
  for (const auto& [known, compression] : kNames) {
    if (name == known) return compression;
  }
  return std::nullopt;
}

Result<std::unique_ptr<FileWriter>> MakeFileWriter(const std::string& path, FileFormat format, char delimiter,
                                                   const columnar::Fields& fields, FileCompression compression) {
  DVT_ASSIGN(const auto* arrow, Arrow());
  return arrow->make_file_writer(path, format, delimiter, fields, compression);
}

}  // namespace dvt::connectors::files
