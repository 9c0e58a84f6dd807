#pragma once

#include <stop_token>
#include <string>

#include "dvt/base/result/result.h"

namespace dvt {

/// The body of a GET of an http or https address (libcurl; redirects are followed, proxies are the environment's). kNotFound for 404,
/// kConnection for anything else than 200, kCancelled after a stop. Thread-safe.
Result<std::string> HttpGet(const std::string& address, std::stop_token stop);

}  // namespace dvt
