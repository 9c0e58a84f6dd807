#pragma once

#include <functional>
#include <memory>
#include <string>

#include "dvt/connectors/api/connector.h"
#include "dvt/connectors/postgres/connection.h"

namespace dvt::connectors::postgres {

/// Called once when a reader is done with its connection. `finished`: the result was read to its end, the connection is idle.
using ReleaseConnection = std::function<void(bool finished)>;

struct CopyRequest {
  std::string before;  ///< statements to run first, empty or ending in ';'
  std::string sql;     ///< a query that can stand inside COPY (…) TO STDOUT
  int64_t batch_rows = 10'000;
  std::string described;  ///< for error contexts
};

/// Streams the query's rows by binary COPY. The connection must outlive the stream's use of it, until `release` was called.
Result<columnar::Stream> OpenCopyStream(Connection& connection, columnar::Fields fields, CopyRequest request,
                                        std::stop_token stop, ReleaseConnection release);

/// The same bytes undecoded: tuples only, without header and trailer, in chunks of about 128 KB.
Result<std::unique_ptr<RawStream>> OpenRawCopy(Connection& connection, CopyRequest request, std::stop_token stop,
                                               ReleaseConnection release);

/// Streams the rows of the prepared unnamed statement in binary format, row by row (for what COPY cannot hold).
Result<columnar::Stream> OpenRowStream(Connection& connection, columnar::Fields fields, std::stop_token stop,
                                       ReleaseConnection release);

}  // namespace dvt::connectors::postgres
