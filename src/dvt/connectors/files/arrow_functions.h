#pragma once

#include "dvt/connectors/files/file_format.h"

namespace dvt::connectors::files {

/// The functions that read and write files as they lie in the module libdvt_arrow (columnar/ipc/arrow_functions.h tells why).
struct ArrowFunctions {
  Result<FileFacts> (*inspect)(const std::string& path, FileFormat format, char delimiter);
  Result<columnar::Stream> (*open_file)(const std::string& path, FileFormat format, char delimiter,
                                        const std::vector<std::string>& columns, int first_group, int groups, int64_t batch_rows);
  Result<std::unique_ptr<FileWriter>> (*make_file_writer)(const std::string& path, FileFormat format, char delimiter,
                                                          const columnar::Fields& fields, FileCompression compression);
};

namespace with_arrow {

Result<FileFacts> Inspect(const std::string& path, FileFormat format, char delimiter);
Result<columnar::Stream> OpenFile(const std::string& path, FileFormat format, char delimiter,
                                  const std::vector<std::string>& columns, int first_group, int groups, int64_t batch_rows);
Result<std::unique_ptr<FileWriter>> MakeFileWriter(const std::string& path, FileFormat format, char delimiter,
                                                   const columnar::Fields& fields, FileCompression compression);

}  // namespace with_arrow
}  // namespace dvt::connectors::files

/// What the module exports for this folder.
extern "C" const dvt::connectors::files::ArrowFunctions* dvt_arrow_files();
