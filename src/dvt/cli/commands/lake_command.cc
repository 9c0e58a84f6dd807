#include "dvt/base/process/shared_library.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/commands/lake_functions.h"

namespace dvt::cli {

Result<int> LakeCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(void* const function, FindFunction("libdvt_iceberg.so", "dvt_iceberg_functions"));
  return reinterpret_cast<decltype(&dvt_iceberg_functions)>(function)()->command(options.lake, stop);
}

void CloseLake() {
  if (void* const function = FindLoadedFunction("libdvt_iceberg.so", "dvt_iceberg_functions"))
    reinterpret_cast<decltype(&dvt_iceberg_functions)>(function)()->close();
}

}  // namespace dvt::cli
