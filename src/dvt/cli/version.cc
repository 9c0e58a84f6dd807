#include "dvt/cli/version.h"

namespace dvt::cli {

// dbt's layout: what drives dbt takes the first number for the version of dbt.
std::string VersionText() {
  return std::string("Core:\n  - installed: ") + kDbtVersion + "\n\nPlugins:\n  - dvt: " + kDvtVersion +
         " - this program, which runs projects as that dbt does\n";
}

std::string VersionLine() { return std::string("dvt ") + kDvtVersion + ", projects and artifacts as dbt " + kDbtVersion; }

}  // namespace dvt::cli
