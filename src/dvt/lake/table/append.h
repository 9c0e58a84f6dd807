#pragma once

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/lake/table/table.h"

namespace dvt::lake {

struct AppendOptions {
  bool evolve_schema = true;   ///< new columns are added, types widened (UnionByName)
  bool leave_out_new = false;  ///< where the schema does not evolve: columns that the table does not have are not written
  bool drop_missing = false;   ///< where it does: columns that the rows do not have are dropped from the table
  std::string branch = "main";
  bool create_branch = false;  ///< a branch that is not there is made, from main; else it is kNotFound
  Properties summary;          ///< kept in the snapshot's summary
  /// Set by the same commit where they differ: properties of the table, and descriptions of columns by dotted path (any case; those that
  /// there are not count for nothing). Others stay.
  Properties properties = {};
  std::map<std::string, std::string> docs = {};
};

/// What a write did.
struct WriteOutcome {
  int64_t rows = 0;
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t rows_removed = 0;
  std::optional<int64_t> snapshot_id;  ///< none if there was nothing to commit
};

/// How a table that is made from rows is laid out.
struct TableLayout {
  std::string partition_by;  ///< as ParsePartitionSpec reads it; empty: not partitioned
  std::string sorted_by;     ///< as ParseSortOrder reads it
  Properties properties;     ///< set; others stay
};

/// Makes a new table and its first snapshot in one commit: nobody sees it without its rows, and nothing is left of a failure.
/// kAlreadyExists if somebody else makes it meanwhile.
Result<WriteOutcome> CreateFrom(const std::shared_ptr<RestCatalog>& catalog, const TableIdentifier& identifier,
                                columnar::Stream rows, const TableLayout& layout, const AppendOptions& options,
                                std::stop_token stop);
/// Makes the rows all that a table holds, in one snapshot: its columns, partitioning and order become those of the rows and the layout. A column
/// keeps its id where its type stays or is widened.
Result<WriteOutcome> Rebuild(Table& table, columnar::Stream rows, const TableLayout& layout, const AppendOptions& options,
                             std::stop_token stop);

/// Appends the rows of a stream of any length in one snapshot, with bounded memory. A stream that fails leaves the table as it was and no files.
Result<WriteOutcome> Append(Table& table, columnar::Stream rows, const AppendOptions& options, std::stop_token stop);
/// The schema of a new table for such rows; ids from 1.
Result<Schema> SchemaOfStream(columnar::Stream& rows);

}  // namespace dvt::lake
