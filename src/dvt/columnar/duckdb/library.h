#pragma once

#include "dvt/base/result/result.h"

namespace dvt::columnar::duckdb {

/// Loads libduckdb, unless that is done. The functions of duckdb.h that the program links only hand their calls on to it
/// (cmake/dvt_forward_duckdb.cmake), so that commands without a DuckDB database start without it.
Status LoadLibrary();

/// A function of libduckdb. Ends the program where the library cannot be loaded: LoadLibrary tells before.
void* Function(const char* name);

}  // namespace dvt::columnar::duckdb
