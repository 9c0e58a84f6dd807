#pragma once

#include <optional>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

/// The error of the last failed call of a stream that Table::Scan or Table::Read made, whole; nothing for other streams.
std::optional<Error> ErrorOfStream(const ArrowArrayStream& stream);

/// The next batch of any stream, with the whole error of one that Table::Scan or Table::Read made.
Result<columnar::Array> NextWhole(columnar::Stream& stream);

/// The Arrow form of columns, as scans give them.
Result<columnar::Schema> ExportColumns(const Schema& schema);

}  // namespace dvt::lake
