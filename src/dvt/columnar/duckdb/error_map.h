#pragma once

#include <duckdb.h>

#include <stop_token>
#include <string>
#include <string_view>

#include "dvt/base/result/result.h"

namespace dvt::columnar::duckdb {

/// An Error from DuckDB's text ("Catalog Error: Table with name …"): the kind before the colon decides the code and becomes the
/// vendor code. Texts without a kind are decided by `type`.
Error MapError(std::string_view message, duckdb_error_type type = DUCKDB_ERROR_INVALID);
/// The error of a failed result; kCancelled if `stop` was requested.
Error MapResultError(duckdb_result* result, const std::stop_token& stop = {});

}  // namespace dvt::columnar::duckdb
