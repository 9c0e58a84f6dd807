#pragma once

#include <functional>
#include <memory>

#include "dvt/columnar/c_abi/stream.h"
#include "dvt/connectors/sqlite/handle.h"

namespace dvt::connectors::sqlite {

/// Result columns of a query. A column with a declared type (a plain table column, also through views) has that type. Any other
/// (an expression) gets its type from the storage classes of the first rows, so the query is begun: integers → int64, integers
/// and reals → float64, text → text, blobs → binary, mixed or nothing but NULL → text.
Result<columnar::Fields> QueryFields(Handle& handle, std::string_view sql);

struct ReadOptionsOf {
  int64_t batch_rows = 10'000;
  /// Takes the connection back when the stream ends; `drained` is false if it ended before its last row.
  std::function<void(std::unique_ptr<Handle>, bool drained)> give_back;
};

/// Streams the rows of one query as `fields`. A further result column, if there is one, is the rowid and only named in errors.
/// A value that does not fit its column's type is kData.
Result<columnar::Stream> ReadQuery(std::unique_ptr<Handle> handle, std::string_view sql, columnar::Fields fields,
                                   ReadOptionsOf options);
/// The same over a connection that its owner keeps alive and idle until the stream ends.
Result<columnar::Stream> ReadQuery(std::shared_ptr<Handle> handle, std::string_view sql, columnar::Fields fields);

}  // namespace dvt::connectors::sqlite
