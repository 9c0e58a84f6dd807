#include "dvt/cli/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "dvt/artifacts/state/state_files.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/ui/display.h"
#include "dvt/connectors/registry/registry.h"
#include "dvt/graph/select/contract_changes.h"
#include "dvt/graph/select/select.h"
#include "dvt/project/load/load.h"

namespace dvt::cli {

namespace {

// The name in the project file, read before anything else: it decides whose macros win. Empty if the file is missing or broken; the
// loader then says so properly.
std::string ProjectName(const std::string& start) {
  std::string folder = AbsolutePath(start.empty() ? "." : start);
  for (;;) {
    for (const char* name : {"dvt_project.yml", "dbt_project.yml"}) {
      const std::string file = JoinPath(folder, name);
      if (!FileExists(file)) continue;
      auto text = ReadFile(file);
      if (!text) return "";
      auto yaml = ParseYaml(*text, file);
      return yaml && (*yaml)["name"].is_string() ? (*yaml)["name"].as_string() : "";
    }
    const size_t slash = folder.rfind('/');
    if (slash == std::string::npos || slash == 0) return "";
    folder.resize(slash);
  }
}

project::ConnectionNames NamesOf(const std::string& type, const Value& settings) {
  connectors::ConnectionConfig config;
  config.name = "connection";
  config.type = type;
  config.settings = settings;
  auto connector = connectors::MakeConnector(config);
  if (!connector) return {};
  return {(*connector)->default_database(), (*connector)->default_schema()};
}

project::RelationWriter WriterOf(const std::string& type, const Value& settings) {
  connectors::ConnectionConfig config;
  config.name = "connection";
  config.type = type;
  config.settings = settings;
  auto connector = connectors::MakeConnector(config);
  if (!connector) return {};
  return [connector = *connector](const std::string& database, const std::string& schema, const std::string& identifier) {
    return connector->QuoteRelation({database, schema, identifier});
  };
}

Value ArgumentsValue(const Options& options) {
  Value args = Value::MakeMap();
  args.Set("which", options.command);
  args.Set("project_dir", options.project_dir.empty() ? "." : options.project_dir);
  args.Set("invocation_command", "dvt " + Join(options.arguments, " "));
  Value select = Value::MakeList(), exclude = Value::MakeList();
  for (const auto& item : options.select) select.Push(item);
  for (const auto& item : options.exclude) exclude.Push(item);
  args.Set("select", std::move(select));
  args.Set("exclude", std::move(exclude));
  args.Set("full_refresh", options.full_refresh);
  args.Set("fail_fast", options.fail_fast);
  args.Set("empty", options.empty);
  const auto text = [](const std::string& given) { return given.empty() ? Value() : Value(given); };
  args.Set("sample", text(options.sample));
  args.Set("event_time_start", text(options.event_time_start));
  args.Set("event_time_end", text(options.event_time_end));
  return args;
}

Status WarnAll(const Diagnostics& diagnostics, const Options& options, run::Observer& observer) {
  for (const auto& item : diagnostics.items()) {
    if (item.severity != Severity::kWarning) continue;
    const std::string text = (item.place.known() ? item.place.ToString() + ": " : "") + item.message;
    if (options.warn_error) return Error(ErrorCode::kConfig, text).WithHint(item.hint);
    observer.Message(Severity::kWarning, "Warning: " + text + (item.hint.empty() ? "" : "\n          hint: " + item.hint));
  }
  return {};
}

// --empty, --sample and the times of microbatch models.
Status ReadTimes(const Options& options, double now, run::RunOptions& into) {
  into.empty = options.empty;
  if (!options.sample.empty()) {
    DVT_ASSIGN(into.sample, run::ParseSample(options.sample, static_cast<int64_t>(now * 1e6)));
  }
  if (options.event_time_start.empty() != options.event_time_end.empty()) {
    return Error(ErrorCode::kInvalidArgument, "--event-time-start and --event-time-end belong together")
        .WithHint("give both, or neither");
  }
  if (options.event_time_start.empty()) return {};
  DVT_ASSIGN(into.event_time_start, run::ParseMoment(options.event_time_start));
  DVT_ASSIGN(into.event_time_end, run::ParseMoment(options.event_time_end));
  if (*into.event_time_start < *into.event_time_end) return {};
  return Error(ErrorCode::kInvalidArgument, "--event-time-start must be before --event-time-end");
}

// The artifacts of earlier runs that --state and --defer-state name.
Status ReadStates(Workspace& w, const Options& options) {
  const std::string sources = JoinPath(w.run.target_folder, "sources.json");
  auto read = [&](const std::string& folder, std::unique_ptr<model::PreviousState>& into) -> Status {
    if (folder.empty()) return {};
    DVT_ASSIGN(auto state, artifacts::ReadPreviousState(AbsolutePath(JoinPath(w.manifest.project.folder, folder)), sources));
    into = std::make_unique<model::PreviousState>(std::move(state));
    return {};
  };
  DVT_TRY(read(options.state, w.previous));
  DVT_TRY(read(options.defer_state, w.deferred_state));
  w.run.previous = w.deferred_state != nullptr ? w.deferred_state.get() : w.previous.get();
  if (!options.defer || (w.run.previous != nullptr && w.run.previous->has_manifest)) return {};
  return Error(ErrorCode::kInvalidArgument, "--defer needs the manifest.json of an earlier run")
      .WithHint("name its folder with --state");
}

}  // namespace

Result<Value> ParseVars(const std::string& text) {
  if (text.empty()) return Value::MakeMap();
  DVT_ASSIGN(Value vars, ParseYaml(text, "--vars"));
  if (vars.is_null()) return Value::MakeMap();
  if (!vars.is_map()) return Error(ErrorCode::kInvalidArgument, "--vars must be a mapping, such as '{day: 2024-01-31}'");
  return vars;
}

artifacts::Metadata Workspace::metadata() const {
  artifacts::Metadata metadata;
  metadata.invocation_id = run.invocation_id;
  metadata.invocation_started_at = artifacts::UtcTimestamp(run.started);
  const Value* output = manifest.profile.outputs.Find(manifest.target);
  if (output != nullptr && (*output)["type"].is_string()) metadata.adapter_type = (*output)["type"].as_string();
  return metadata;
}

Result<std::vector<std::string>> Workspace::Select(const Options& options, const std::set<std::string>& types) const {
  graph::SelectOptions select;
  select.select = options.select;
  select.exclude = options.exclude;
  DVT_ASSIGN(select.indirect, graph::ParseIndirectSelection(options.indirect_selection));
  select.resource_types = std::set<std::string>(options.resource_types.begin(), options.resource_types.end());
  if (select.resource_types.empty()) select.resource_types = types;
  select.previous = previous.get();
  Diagnostics diagnostics;
  const auto compares = [](const std::string& text) { return text.find("state:modified") != std::string::npos; };
  if (previous != nullptr && std::any_of(options.select.begin(), options.select.end(), compares)) {
    graph::CheckContractChanges(manifest, *previous, diagnostics);
    if (diagnostics.has_errors()) return diagnostics.ToError(ErrorCode::kConfig);
  }
  DVT_ASSIGN(auto ids, graph::Select(*dag, manifest, select, diagnostics));
  DVT_TRY(WarnAll(diagnostics, options, *observer));
  return ids;
}

Result<std::unique_ptr<Workspace>> OpenWorkspace(const Options& options, std::stop_token stop) {
  auto workspace = std::make_unique<Workspace>();
  Workspace& w = *workspace;
  w.observer = MakeDisplay(DetectTerminal(options.no_progress, options.no_color, options.quiet));
  w.pool = std::make_unique<ThreadPool>(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  w.bridge = std::make_unique<run::TemplateBridge>(ProjectName(options.project_dir));
  DVT_TRY(w.bridge->Initialize());
  project::LoadOptions load;
  load.project_dir = options.project_dir.empty() ? "." : options.project_dir;
  load.profiles_dir = options.profiles_dir;
  load.profile = options.profile;
  load.target = options.target;
  if (options.threads > 0) load.threads = options.threads;
  DVT_ASSIGN(load.vars, ParseVars(options.vars_text));
  load.env = project::ProcessEnvironment();
  load.home = HomeFolder();
  load.connection_names = NamesOf;
  load.relation_writer = WriterOf;
  for (const auto& kind : connectors::ConnectorKinds()) {
    load.connection_types.push_back(kind.type);
    load.connection_types.insert(load.connection_types.end(), kind.aliases.begin(), kind.aliases.end());
  }
  DVT_ASSIGN(w.manifest, project::LoadProject(load, *w.bridge, w.pool.get()));
  DVT_TRY(WarnAll(w.manifest.diagnostics, options, *w.observer));
  const std::string target_path = options.target_path.empty() ? w.manifest.project.target_path : options.target_path;
  w.run.manifest = &w.manifest;
  w.run.macros = w.bridge->macros();
  w.run.target_folder = JoinPath(w.manifest.project.folder, target_path);
  w.connections = std::make_unique<run::Connections>(w.manifest.profile, w.manifest.computes, w.manifest.project.folder,
                                                     JoinPath(w.run.target_folder, "tmp"));
  w.run.connections = w.connections.get();
  w.run.observer = w.observer.get();
  w.run.options.command = options.command;
  w.run.options.full_refresh = options.full_refresh;
  w.run.options.fail_fast = options.fail_fast;
  w.run.options.warn_error = options.warn_error;
  w.run.options.defer = options.defer;
  w.run.options.favor_state = options.favor_state;
  w.run.options.threads = options.threads;
  w.run.options.compute = options.compute;
  w.run.options.cli_vars = load.vars;
  w.run.options.arguments = ArgumentsValue(options);
  DVT_TRY(ReadStates(w, options));
  w.run.invocation_id = NewUuid();
  w.run.started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  DVT_TRY(ReadTimes(options, w.run.started, w.run.options));
  DVT_ASSIGN(auto dag, graph::Dag::Build(w.manifest));
  w.dag = std::make_unique<graph::Dag>(std::move(dag));
  w.index = std::make_unique<run::NodeIndex>(w.manifest);
  w.compiler = std::make_unique<run::Compiler>(w.run, *w.index);
  w.catalog = std::make_unique<run::PlanCatalog>(*w.connections, stop);
  w.runner = std::make_unique<run::NodeRunner>(w.run, *w.compiler, *w.catalog);
  return workspace;
}

}  // namespace dvt::cli
