#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "dvt/artifacts/manifest/manifest_file.h"
#include "dvt/base/thread/thread_pool.h"
#include "dvt/cli/options.h"
#include "dvt/graph/dag/dag.h"
#include "dvt/run/context/compiler.h"
#include "dvt/run/context/plan_catalog.h"
#include "dvt/run/context/run_context.h"
#include "dvt/run/context/template_bridge.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::cli {

/// A loaded project with everything a command needs, wired together. Lives for one command.
struct Workspace {
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<run::TemplateBridge> bridge;
  model::Manifest manifest;
  std::unique_ptr<model::PreviousState> previous;        ///< --state
  std::unique_ptr<model::PreviousState> deferred_state;  ///< --defer-state
  std::unique_ptr<run::Connections> connections;
  run::RunContext run;
  std::unique_ptr<graph::Dag> dag;
  std::unique_ptr<run::NodeIndex> index;
  std::unique_ptr<run::Compiler> compiler;
  std::unique_ptr<run::PlanCatalog> catalog;
  std::unique_ptr<run::NodeRunner> runner;
  std::shared_ptr<run::Observer> observer;
  bool write_json = true;

  Workspace() = default;
  /// The project itself is left to the end of the process, which takes it back at once: taking it apart costs milliseconds. Its
  /// connections are left to CloseConnections.
  ~Workspace();
  artifacts::Metadata metadata() const;
  /// Writes manifest.json / run_results.json to the target folder, unless --no-write-json forbids it.
  Status WriteManifest() const;
  Status WriteRunResults(const model::RunResults& results) const;
  /// Ends a recording, and says what it holds.
  Status FinishTape() const;
  /// Unique ids chosen by --select, --exclude and `types` (empty: --resource-type, else everything), in dependency order.
  /// `ids` without models whose file is blank: they are part of the project, but there is nothing to run.
  std::vector<std::string> WithText(std::vector<std::string> ids) const;
  Result<std::vector<std::string>> Select(const Options& options, const std::set<std::string>& types) const;
};

/// Closes what workspaces of the past have left open. To be called when nothing else is to be done: the servers' processes that end then take
/// the processor from everybody else on their machine.
void CloseConnections();

/// Loads the project for a command. Errors end with exit code 2.
Result<std::unique_ptr<Workspace>> OpenWorkspace(const Options& options, std::stop_token stop);

/// Tells a warning, or fails with it, or says nothing, as the flags want.
Status Warn(const Options& options, const Diagnostic& warning);
Status WarnAll(const Options& options, const Diagnostics& diagnostics);
/// What a command was asked for, as one event: `text` on the terminal.
void Print(const Options& options, const std::string& name, const std::string& code, const std::string& text, Value data);
void PrintLine(const Options& options, const std::string& text);

/// Text in YAML given to --vars, as a map.
Result<Value> ParseVars(const std::string& text);

}  // namespace dvt::cli
