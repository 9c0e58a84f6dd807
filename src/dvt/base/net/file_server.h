#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "dvt/base/result/result.h"

namespace dvt {

/// Serves the files of `folder` by HTTP on `host` until the stop (cpp-httplib; port 0: a free one). `started` gets the address once it can be
/// asked. kConnection if the port cannot be had. Paths that leave the folder are not found.
Status ServeFolder(const std::string& folder, const std::string& host, int port,
                   const std::function<void(const std::string& address)>& started, std::stop_token stop);

}  // namespace dvt
