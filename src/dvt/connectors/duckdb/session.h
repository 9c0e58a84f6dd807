#pragma once

#include <memory>

#include "dvt/connectors/duckdb/instance.h"

namespace dvt::connectors::duckdb {

std::unique_ptr<Session> MakeSession(std::shared_ptr<duck::Connection> connection);

/// A sink into an existing table; `columns` are the table's own names of the request's fields.
Result<std::unique_ptr<Sink>> MakeSink(std::shared_ptr<duck::Connection> connection, const SinkRequest& request,
                                       const columnar::RelationName& table, const std::vector<std::string>& columns,
                                       std::stop_token stop);

/// The error of a statement, with what to do about it where that is known.
Error ExplainStatement(Error error);

}  // namespace dvt::connectors::duckdb
