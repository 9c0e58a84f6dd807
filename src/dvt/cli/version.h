#pragma once

#include <string>

namespace dvt::cli {

/// "dvt 0.1.0" with the versions of its parts.
std::string VersionText();
inline constexpr const char kDvtVersion[] = "0.1.0";
/// The dbt version whose project format and artifacts dvt follows.
inline constexpr const char kDbtVersion[] = "1.12.0";

}  // namespace dvt::cli
