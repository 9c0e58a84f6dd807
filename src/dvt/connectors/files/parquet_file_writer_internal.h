#pragma once

#include "dvt/connectors/files/file_format.h"

namespace dvt::connectors::files::with_arrow {

/// Writes one Parquet file, its columns encoded by as many threads as there are cores. kUnsupported where Parquet has no such type.
Result<std::unique_ptr<FileWriter>> MakeParquetWriter(const std::string& path, const columnar::Fields& fields,
                                                      FileCompression compression);

}  // namespace dvt::connectors::files::with_arrow
