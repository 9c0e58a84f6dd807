#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/columnar/duckdb/handles.h"
#include "dvt/columnar/duckdb/read_chunk.h"

namespace dvt::columnar::duckdb {

/// A query ready to run, with neutral result columns.
struct PreparedQuery {
  Statement statement;
  Fields fields;
  int times_prepared = 1;          ///< 2 if it had to be cast
  std::vector<std::string> notes;  ///< "column tags: a map travels as JSON text"
};

/// Prepares one query; columns whose types have no direct home are cast by a query around it (its ORDER BY stays in force).
Result<PreparedQuery> PrepareQuery(Connection& connection, const std::string& sql);

struct StreamOptions {
  std::stop_token stop;
  int64_t batch_rows = 32'768;           ///< a batch ends at this many rows,
  size_t batch_bytes = size_t{2} << 20;  ///< or bytes, whichever comes first (by whole chunks of 2,048 rows)
  /// Sees every error of the execution first and returns what is to be reported.
  std::function<Error(Error)> explain;
  /// Called once, before DuckDB's result is closed: the stream ends early or at its end.
  std::function<void()> on_close;
};

/// Runs the query as its batches are pulled, never holding more than DuckDB's streaming buffer. The connection is busy until the
/// stream is drained or destroyed. Stopping interrupts the query: Next then fails as kCancelled.
Result<Stream> RunStreaming(std::shared_ptr<Connection> connection, PreparedQuery query, StreamOptions options);

}  // namespace dvt::columnar::duckdb
