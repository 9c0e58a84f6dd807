#include "dvt/cli/workspace.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "dvt/artifacts/run_results/run_results_file.h"
#include "dvt/artifacts/state/state_files.h"
#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/flags.h"
#include "dvt/cli/log/project_stats.h"
#include "dvt/cli/version.h"
#include "dvt/connectors/registry/registry.h"
#include "dvt/graph/select/contract_changes.h"
#include "dvt/graph/select/select.h"
#include "dvt/project/load/load.h"
#include "dvt/project/packages/version_range.h"
#include "dvt/run/tasks/hooks.h"

namespace dvt::cli {

namespace {

// Another program, or another build of it, may read a project in another way.
std::string ProgramStamp() {
  struct stat info {};
  if (::stat("/proc/self/exe", &info) != 0) return kDvtVersion;
  return fmt::format("{} {} {}.{}", kDvtVersion, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
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

// `args` of run_results.json: the flags, and what was selected.
Value ArgumentsValue(const Options& options, const Value& vars) {
  Value args = FlagsValue(options);
  args.Set("project_dir", options.project_dir.empty() ? "." : options.project_dir);
  args.Set("invocation_command", "dvt " + Join(options.arguments, " "));
  args.Set("vars", vars);
  Value select = Value::MakeList(), exclude = Value::MakeList();
  for (const auto& item : options.select) select.Push(item);
  for (const auto& item : options.exclude) exclude.Push(item);
  args.Set("select", std::move(select));
  args.Set("exclude", std::move(exclude));
  if (options.command == "show") args.Set("limit", options.limit);
  return args;
}

// When the run began, for what asks (run_started_at, the last batch, --sample): now, or the moment that DVT_NOW says, so that a run can
// be repeated as of then. Seconds since the epoch.
Result<double> MomentOfRun(const project::EnvLookup& env) {
  const auto said = env("DVT_NOW");
  if (!said || said->empty()) return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  auto micros = run::ParseMoment(*said);
  if (!micros) return std::move(micros).error().Within("in the environment variable DVT_NOW");
  return static_cast<double>(*micros) / 1e6;
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

// --resource-type within what the command can do; "default" is the command's own, "all" also has analyses.
std::set<std::string> WantedTypes(const std::vector<std::string>& asked, const std::set<std::string>& own) {
  static const std::set<std::string> all = {"model",    "seed",   "snapshot",       "test",        "unit_test", "source",
                                            "exposure", "metric", "semantic_model", "saved_query", "analysis",  "function"};
  std::set<std::string> wanted;
  for (const auto& type : asked) {
    if (type == "all") {
      wanted.insert(own.empty() ? all.begin() : own.begin(), own.empty() ? all.end() : own.end());
    } else if (type == "default") {
      wanted.insert(own.empty() ? all.begin() : own.begin(), own.empty() ? all.end() : own.end());
      if (own.empty()) wanted.erase("analysis");
    } else {
      wanted.insert(type);
    }
  }
  return asked.empty() ? own : wanted;
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
  if (w.previous != nullptr && w.previous->folder == AbsolutePath(w.run.target_folder)) {
    Diagnostic same;
    same.code = "WarnStateTargetEqual";
    same.message = fmt::format(
        "The state and target directories are the same: '{}'. Every command writes its artifacts there, "
        "over those that --state is to compare with.",
        options.state);
    DVT_TRY(Warn(options, same));
  }
  DVT_TRY(read(options.defer_state, w.deferred_state));
  w.run.previous = w.deferred_state != nullptr ? w.deferred_state.get() : w.previous.get();
  if (!options.defer || (w.run.previous != nullptr && w.run.previous->has_manifest)) return {};
  return Error(ErrorCode::kInvalidArgument, "--defer needs the manifest.json of an earlier run")
      .WithHint("name its folder with --state");
}

// --record and --replay: what stands between the run and its sources.
Status SetTape(Workspace& w, const Options& options) {
  for (const auto& [name, folder] : {std::pair{"record", &options.record}, std::pair{"replay", &options.replay}}) {
    if (options.given.contains(name) && folder->empty())
      return Error(ErrorCode::kInvalidArgument, fmt::format("--{} names no folder", name))
          .WithHint("give it one, such as tests/extracts");
  }
  std::unique_ptr<run::ExtractTape> tape;
  if (!options.record.empty()) {
    DVT_ASSIGN(tape, run::RecordTo(AbsolutePath(options.record), "dvt " + Join(options.arguments, " "), options.invocation_id));
  } else if (!options.replay.empty()) {
    DVT_ASSIGN(tape, run::ReplayFrom(AbsolutePath(options.replay), [&w](const std::string& connection) {
                 if (connection == w.manifest.target) return true;
                 return std::any_of(w.run.selected.begin(), w.run.selected.end(), [&](const std::string& id) {
                   const auto node = w.manifest.nodes.find(id);
                   return node != w.manifest.nodes.end() && node->second.connection == connection;
                 });
               }));
  }
  if (tape != nullptr) w.connections->SetTape(std::move(tape));
  return {};
}

// Whether the project and its packages may be run by the dbt that dvt stands for.
Status CheckVersions(const model::Manifest& manifest) {
  auto check = [](const model::ProjectConfig& project) -> Status {
    const Value& wanted = project.raw["require-dbt-version"];
    if (wanted.is_null()) return {};
    const Place place{project.file, wanted.mark().line, wanted.mark().column};
    project::VersionRange range;
    const Value::List items = wanted.is_list() ? wanted.list() : Value::List{wanted};
    for (const auto& item : items) {
      auto added = range.Add(item.ToText());
      if (!added) return std::move(added).error().At(place);
    }
    if (range.empty() || range.Allows(*project::Version::Parse(kDbtVersion))) return {};
    return Error(ErrorCode::kConfig,
                 fmt::format("'{}' requires dbt {}, and dvt stands for dbt {}", project.name, range.ToString(), kDbtVersion))
        .At(place)
        .WithHint("widen require-dbt-version, or run with --no-version-check");
  };
  DVT_TRY(check(manifest.project));
  for (const auto& [name, package] : manifest.packages) DVT_TRY(check(package));
  return {};
}

// What the command line says about loading.
Result<project::LoadOptions> LoadOptionsOf(const Options& options) {
  project::LoadOptions load;
  load.project_dir = options.project_dir.empty() ? "." : options.project_dir;
  load.profiles_dir = options.profiles_dir;
  load.profile = options.profile;
  load.target = options.target;
  if (options.threads > 0) load.threads = options.threads;
  DVT_ASSIGN(load.vars, ParseVars(options.vars_text));
  load.cache_name = "partial_parse.dvt";
  load.target_path = options.target_path;
  load.read_cache = options.partial_parse;
  load.program_stamp = ProgramStamp();
  load.needs_macros = options.command != "ls" && options.command != "parse";
  load.env = project::ProcessEnvironment();
  load.home = HomeFolder();
  load.connection_names = NamesOf;
  load.relation_writer = WriterOf;
  for (const auto& kind : connectors::ConnectorKinds()) {
    load.connection_types.push_back(kind.type);
    load.connection_types.insert(load.connection_types.end(), kind.aliases.begin(), kind.aliases.end());
  }
  return load;
}

}  // namespace

Result<Value> ParseVars(const std::string& text) {
  if (text.empty()) return Value::MakeMap();
  DVT_ASSIGN(Value vars, ParseYaml(text, "--vars"));
  if (vars.is_null()) return Value::MakeMap();
  if (!vars.is_map()) return Error(ErrorCode::kInvalidArgument, "--vars must be a mapping, such as '{day: 2024-01-31}'");
  return vars;
}

Status Warn(const Options& options, const Diagnostic& warning) {
  const std::string text = (warning.place.known() ? warning.place.ToString() + ": " : "") + warning.message;
  const auto treatment = options.warn_policy.Of(warning.code);
  if (treatment == model::WarnPolicy::Treatment::kSilence) return {};
  if (treatment == model::WarnPolicy::Treatment::kFail) return Error(ErrorCode::kConfig, text).WithHint(warning.hint);
  run::LogEvent event = run::EventForPeople(
      warning.code.empty() ? "Note" : warning.code, warning.code.empty() ? "Z050" : model::WarningCode(warning.code),
      text + (warning.hint.empty() ? "" : "\n          hint: " + warning.hint), run::LogLevel::kWarn);
  event.data.Set("msg", warning.message);
  options.observer->Event(event);
  return {};
}

Status WarnAll(const Options& options, const Diagnostics& diagnostics) {
  for (const auto& item : diagnostics.items()) {
    if (item.severity == Severity::kWarning) DVT_TRY(Warn(options, item));
  }
  return {};
}

void Print(const Options& options, const std::string& name, const std::string& code, const std::string& text, Value data) {
  run::LogEvent event;
  event.name = name;
  event.code = code;
  event.audience = run::Audience::kOutput;
  event.message = text;
  event.data = std::move(data);
  options.observer->Event(event);
}

void PrintLine(const Options& options, const std::string& text) {
  Value data = Value::MakeMap();
  data.Set("msg", text);
  Print(options, "PrintEvent", "Z052", text, std::move(data));
}

namespace {

std::deque<std::unique_ptr<run::Connections>>& LeftOpen() {
  static auto& left = *new std::deque<std::unique_ptr<run::Connections>>;
  return left;
}

}  // namespace

void CloseConnections() { LeftOpen().clear(); }

Workspace::~Workspace() {
  static auto& kept = *new std::deque<model::Manifest>;
  kept.push_back(std::move(manifest));
  pool.reset();
  LeftOpen().push_back(std::move(connections));
}

artifacts::Metadata Workspace::metadata() const {
  artifacts::Metadata metadata;
  metadata.invocation_id = run.invocation_id;
  metadata.invocation_started_at = artifacts::UtcTimestamp(run.started);
  const Value* output = manifest.profile.outputs.Find(manifest.target);
  if (output != nullptr && (*output)["type"].is_string()) metadata.adapter_type = (*output)["type"].as_string();
  return metadata;
}

Status Workspace::FinishTape() const {
  if (connections->tape() == nullptr) return {};
  DVT_ASSIGN(const std::string text, connections->tape()->Finish());
  if (text.empty()) return {};
  run::LogEvent event = run::EventForPeople("Note", "Z050", text);
  event.data.Set("msg", text);
  observer->Event(event);
  return {};
}

namespace {

void TellWritten(run::Observer& observer, const char* type, const std::string& path) {
  run::LogEvent event;
  event.name = "ArtifactWritten";
  event.code = "P001";
  event.level = run::LogLevel::kDebug;
  event.message = fmt::format("Wrote artifact {} to {}", type, path);
  event.data.Set("artifact_path", path);
  event.data.Set("artifact_type", type);
  observer.Event(event);
}

}  // namespace

Status Workspace::WriteManifest() const {
  if (!write_json) return {};
  DVT_TRY(artifacts::WriteManifest(run.target_folder, manifest, metadata(), pool.get()));
  TellWritten(*observer, "WritableManifest", JoinPath(run.target_folder, "manifest.json"));
  return {};
}

Status Workspace::WriteRunResults(const model::RunResults& results) const {
  if (!write_json) return {};
  DVT_TRY(artifacts::WriteRunResults(run.target_folder, results, metadata()));
  TellWritten(*observer, "RunExecutionResult", JoinPath(run.target_folder, "run_results.json"));
  return {};
}

Result<std::vector<std::string>> Workspace::Select(const Options& options, const std::set<std::string>& types) const {
  graph::SelectOptions select;
  select.select = options.select;
  select.exclude = options.exclude;
  select.selector = options.selector;
  if (!options.selector.empty() && !(options.select.empty() && options.exclude.empty()))
    observer->Message(Severity::kWarning, "Warning: --select and --exclude do not count beside --selector");
  DVT_ASSIGN(select.indirect, graph::ParseIndirectSelection(options.indirect_selection));
  select.resource_types = WantedTypes(options.resource_types, types);
  select.excluded_types = std::set<std::string>(options.excluded_types.begin(), options.excluded_types.end());
  select.previous = previous.get();
  Diagnostics diagnostics;
  const auto compares = [](const std::string& text) { return text.find("state:modified") != std::string::npos; };
  if (previous != nullptr && std::any_of(options.select.begin(), options.select.end(), compares)) {
    graph::CheckContractChanges(manifest, *previous, diagnostics);
    if (diagnostics.has_errors()) return diagnostics.ToError(ErrorCode::kConfig);
  }
  DVT_ASSIGN(auto ids, graph::Select(*dag, manifest, select, diagnostics));
  DVT_TRY(WarnAll(options, diagnostics));
  return ids;
}

std::vector<std::string> Workspace::WithText(std::vector<std::string> ids) const {
  std::erase_if(ids, [&](const std::string& id) {
    const auto found = manifest.nodes.find(id);
    return found != manifest.nodes.end() && found->second.type == model::ResourceType::kModel &&
           TrimView(found->second.raw_code).empty();
  });
  return ids;
}

Result<std::unique_ptr<Workspace>> OpenWorkspace(const Options& options, std::stop_token stop) {
  auto workspace = std::make_unique<Workspace>();
  Workspace& w = *workspace;
  w.observer = options.observer;
  w.write_json = options.write_json;
  w.pool = std::make_unique<ThreadPool>(static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
  w.bridge = std::make_unique<run::TemplateBridge>(ReadProjectHead(options.project_dir).name);
  DVT_ASSIGN(const project::LoadOptions load, LoadOptionsOf(options));
  DVT_ASSIGN(w.manifest, project::LoadProject(load, *w.bridge, w.pool.get()));
  if (options.version_check) DVT_TRY(CheckVersions(w.manifest));
  DVT_TRY(WarnAll(options, w.manifest.diagnostics));
  TellAdapter(*w.observer, w.metadata().adapter_type);
  TellFound(*w.observer, w.manifest);
  const std::string target_path = options.target_path.empty() ? w.manifest.project.target_path : options.target_path;
  w.run.manifest = &w.manifest;
  w.manifest.operations = run::AllHookNodes(w.run);
  w.run.macros = w.bridge->macros();
  w.run.target_folder = JoinPath(w.manifest.project.folder, target_path);
  w.connections = std::make_unique<run::Connections>(w.manifest.profile, w.manifest.computes, w.manifest.project.folder,
                                                     JoinPath(w.run.target_folder, "tmp"));
  w.connections->SetTransferSettings(w.manifest.project.raw["transfer"], w.manifest.project.file);
  w.run.connections = w.connections.get();
  w.run.observer = w.observer.get();
  w.run.options.command = options.command;
  w.run.options.full_refresh = options.full_refresh;
  w.run.options.fail_fast = options.fail_fast;
  w.run.options.warn_policy = options.warn_policy;
  w.run.options.print = options.print;
  w.run.options.flags = FlagsValue(options);
  w.run.options.defer = options.defer;
  w.run.options.favor_state = options.favor_state;
  w.run.options.threads = options.threads;
  w.run.options.compute = options.compute;
  w.run.options.cli_vars = load.vars;
  w.run.options.arguments = ArgumentsValue(options, load.vars);
  DVT_TRY(ReadStates(w, options));
  w.run.invocation_id = options.invocation_id;
  DVT_ASSIGN(w.run.started, MomentOfRun(load.env));
  DVT_TRY(ReadTimes(options, w.run.started, w.run.options));
  DVT_ASSIGN(auto dag, graph::Dag::Build(w.manifest));
  w.dag = std::make_unique<graph::Dag>(std::move(dag));
  w.index = std::make_unique<run::NodeIndex>(w.manifest);
  w.compiler = std::make_unique<run::Compiler>(w.run, *w.index);
  DVT_TRY(SetTape(w, options));
  w.catalog = std::make_unique<run::PlanCatalog>(*w.connections, stop);
  w.catalog->OnRetry([observer = w.observer.get()](const std::string& text) { observer->Message(Severity::kWarning, text); });
  w.runner = std::make_unique<run::NodeRunner>(w.run, *w.compiler, *w.catalog);
  return workspace;
}

}  // namespace dvt::cli
