#pragma once

#include <mysql.h>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/columnar/c_abi/batch_builder.h"
#include "dvt/columnar/c_abi/stream.h"
#include "dvt/connectors/mysql/connection.h"
#include "dvt/connectors/mysql/settings.h"

namespace dvt::connectors::mysql {

/// Columns of a prepared query, from the server, without running it.
struct QueryShape {
  columnar::Fields fields;
  std::vector<std::string> notes;
};
Result<QueryShape> PrepareShape(Connection& connection, std::string_view sql, const ReadConventions& conventions,
                                std::stop_token stop);

struct ReadRows {
  std::string sql;
  ReadConventions conventions;
  int64_t batch_rows = 10'000;
  /// Non-empty: the columns that the rows must have; kType if the table changed meanwhile.
  columnar::Fields expected;
};

/// Streams a query's rows unbuffered. Values are decoded in place, from the network packet into the column builders.
/// Statements that cannot be prepared are read by the text protocol. `done` is called once, when the connection is free again
/// (drained, or the query killed and the rest discarded), or unusable.
Result<columnar::Stream> OpenRows(std::shared_ptr<Connection> connection, ReadRows request, std::stop_token stop,
                                  std::function<void(const std::shared_ptr<Connection>&)> done);

}  // namespace dvt::connectors::mysql
