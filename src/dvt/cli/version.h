#pragma once

#include <string>

namespace dvt::cli {

/// What --version prints: lines as `dbt --version` has them.
std::string VersionText();
/// "dvt 0.1.0, projects and artifacts as dbt 1.12.0"
std::string VersionLine();
inline constexpr const char kDvtVersion[] = "0.1.0";
/// The dbt version whose project format and artifacts dvt follows.
inline constexpr const char kDbtVersion[] = "1.12.0";

}  // namespace dvt::cli
