#pragma once

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

struct AppendOptions {
  bool evolve_schema = true;  ///< new columns are added, types widened (UnionByName)
  std::string branch = "main";
  Properties summary;  ///< kept in the snapshot's summary
};

/// What a write did.
struct WriteOutcome {
  int64_t rows = 0;
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t rows_removed = 0;
  std::optional<int64_t> snapshot_id;  ///< none if there was nothing to commit
};

/// Appends the rows of a stream of any length in one snapshot, with bounded memory. A stream that fails leaves the table as it was and no files.
Result<WriteOutcome> Append(Table& table, columnar::Stream rows, const AppendOptions& options, std::stop_token stop);
/// The schema of a new table for such rows; ids from 1.
Result<Schema> SchemaOfStream(columnar::Stream& rows);

}  // namespace dvt::lake
