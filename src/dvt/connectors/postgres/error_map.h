#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "dvt/base/result/result.h"
#include "dvt/connectors/postgres/settings.h"

namespace dvt::connectors::postgres {

/// The class of a five-character SQLSTATE; kUnknown if no table knows it.
ErrorCode ClassifySqlState(std::string_view sqlstate);
/// A server's error report. Places inside `sql` (may be empty) become "line 3, column 7 of the query".
Error ErrorFromResult(const PGresult* result, const Settings& settings, std::string_view sql = {});
/// A failed or broken connection: the SQLSTATE inside the message if there is one, else the message's class.
Error ErrorFromConnection(PGconn* connection, const Settings& settings, bool connecting);

}  // namespace dvt::connectors::postgres
