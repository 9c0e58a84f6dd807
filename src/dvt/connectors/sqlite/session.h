#pragma once

#include <memory>

#include "dvt/connectors/sqlite/handle.h"

namespace dvt::connectors::sqlite {

std::unique_ptr<Session> MakeSession(std::shared_ptr<Handle> handle);

/// Begins the write transaction; `table` is quoted and `columns` are the table's own names of the fields.
Result<std::unique_ptr<Sink>> MakeSink(std::unique_ptr<Handle> handle, columnar::Fields fields, const std::string& table,
                                       const std::vector<std::string>& columns, std::stop_token stop);

}  // namespace dvt::connectors::sqlite
