#pragma once

#include <sqlite3.h>

#include <string>

#include "dvt/base/result/result.h"

namespace dvt::connectors::sqlite {

/// The error of the handle's last call, by SQLite's extended code first and its text second.
Error MapError(sqlite3* handle, int code, const std::string& path);

}  // namespace dvt::connectors::sqlite
