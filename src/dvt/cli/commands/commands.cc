#include <algorithm>
#include <iterator>

#include "dvt/cli/commands/command.h"

namespace dvt::cli {

CommandFunction FindCommand(const std::string& name) {
  static constexpr struct {
    const char* name;
    CommandFunction function;
  } kCommands[] = {
      {"run", &BuildCommand},
      {"build", &BuildCommand},
      {"seed", &BuildCommand},
      {"test", &BuildCommand},
      {"plan", &PlanCommand},
      {"compile", &CompileCommand},
      {"show", &ShowCommand},
      {"parse", &ParseCommand},
      {"ls", &ListCommand},
      {"debug", &DebugCommand},
      {"clean", &CleanCommand},
      {"init", &InitCommand},
      {"extract", &ExtractCommand},
      {"sql", &SqlCommand},
      {"lake", &LakeCommand},
      {"snapshot", &BuildCommand},
      {"clone", &BuildCommand},
      {"deps", &DepsCommand},
      {"docs generate", &DocsGenerateCommand},
      {"docs serve", &DocsServeCommand},
      {"retry", &RetryCommand},
      {"run-operation", &RunOperationCommand},
      {"source freshness", &SourceFreshnessCommand},
  };
  const auto* found =
      std::find_if(std::begin(kCommands), std::end(kCommands), [&](const auto& command) { return name == command.name; });
  return found == std::end(kCommands) ? nullptr : found->function;
}

}  // namespace dvt::cli
