#pragma once

#include <cstddef>
#include <string>

namespace dvt::run {

/// The position behind white space and comments that begin at `at`.
size_t SkipBlank(const std::string& sql, size_t at);

}  // namespace dvt::run
