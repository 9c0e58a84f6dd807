#include "dvt/cli/version.h"

namespace dvt::cli {

std::string VersionText() {
  return std::string("dvt ") + kDvtVersion + "\n  projects and artifacts as dbt " + kDbtVersion +
         "\n  engine: DuckDB, in process";
}

}  // namespace dvt::cli
