#pragma once

#include <string>
#include <string_view>

#include "dvt/base/result/result.h"

namespace dvt::connectors::mysql {

/// The class of a MySQL/MariaDB server or client error number, with the SQLSTATE's class as a second source.
ErrorCode ClassifyError(unsigned number, std::string_view sqlstate);
/// An Error with class, vendor code ("1146") and, where one is known, a hint. The text is the server's.
Error MakeServerError(unsigned number, std::string_view sqlstate, std::string_view message);
/// Errors by which a server refuses LOAD DATA LOCAL as such (not the file or the rows).
bool ForbidsLocalInfile(unsigned number);

}  // namespace dvt::connectors::mysql
