#pragma once

#include <stop_token>

#include "dvt/base/result/result.h"
#include "dvt/cli/options.h"
#include "dvt/model/results.h"

namespace dvt::cli {

struct Workspace;

/// A command's exit code: 0 done, 1 a node failed, 2 the project, the command line or the profile is wrong.
using CommandFunction = Result<int> (*)(const Options& options, std::stop_token stop);

/// The function of a command, or null. One line a command, in commands.cc.
CommandFunction FindCommand(const std::string& name);

Result<int> BuildCommand(const Options& options, std::stop_token stop);  ///< run, build, seed, snapshot, test
Result<int> PlanCommand(const Options& options, std::stop_token stop);
Result<int> CompileCommand(const Options& options, std::stop_token stop);
Result<int> ShowCommand(const Options& options, std::stop_token stop);
Result<int> ParseCommand(const Options& options, std::stop_token stop);
Result<int> ListCommand(const Options& options, std::stop_token stop);
Result<int> DebugCommand(const Options& options, std::stop_token stop);
Result<int> CleanCommand(const Options& options, std::stop_token stop);
Result<int> InitCommand(const Options& options, std::stop_token stop);
Result<int> RunOperationCommand(const Options& options, std::stop_token stop);
Result<int> SourceFreshnessCommand(const Options& options, std::stop_token stop);
Result<int> RetryCommand(const Options& options, std::stop_token stop);
Result<int> DocsGenerateCommand(const Options& options, std::stop_token stop);
Result<int> DocsServeCommand(const Options& options, std::stop_token stop);
Result<int> DepsCommand(const Options& options, std::stop_token stop);
Result<int> LakeCommand(const Options& options, std::stop_token stop);  ///< catalog, namespace, table, scan, append, …
Result<int> ExtractCommand(const Options& options, std::stop_token stop);
Result<int> SqlCommand(const Options& options, std::stop_token stop);  ///< transpile, format, parse, analyze, lineage

/// The first rows of the seeds that a run loaded (seed --show).
void ShowSeeds(Workspace& w, const model::RunResults& results, const Options& options, std::stop_token stop);

}  // namespace dvt::cli
