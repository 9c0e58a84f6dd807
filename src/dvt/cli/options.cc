#include "dvt/cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/cli/flags.h"
#include "dvt/cli/version.h"

namespace dvt::cli {

namespace {

// Flags that dbt takes before the command as well as after it: where connections, folders and the earlier run are.
void AddPlaces(CLI::App* app, Options& o) {
  app->add_option("--project-dir", o.project_dir, "Folder with dbt_project.yml (default: here or above)");
  app->add_option("--profiles-dir", o.profiles_dir, "Folder with profiles.yml");
  app->add_option("--profile", o.profile, "Profile to use instead of the project's");
  app->add_option("-t,--target", o.target, "Connection that models are built in");
  app->add_option("--target-path", o.target_path, "Folder for artifacts (default: target)");
  app->add_option("--vars", o.vars_text, "Variables as YAML, for example '{day: 2024-01-31}'");
  app->add_option("--threads", o.threads, "Nodes run at a time")->check(CLI::PositiveNumber);
  app->add_flag("--single-threaded,!--no-single-threaded", o.single_threaded, "One node at a time");
  app->add_option("--state", o.state, "Folder with the artifacts of an earlier run");
  app->add_flag("--defer,!--no-defer", o.defer, "Read what is neither selected nor there where --state built it");
  app->add_option("--defer-state", o.defer_state, "Another state folder for --defer");
  app->add_flag("--favor-state,!--no-favor-state", o.favor_state, "With --defer: there, even if it is here too");
  app->add_option("--indirect-selection", o.indirect_selection, "Which tests come along")
      ->check(CLI::IsMember({"eager", "cautious", "buildable", "empty"}));
}

// … what is said, where and how.
void AddLog(CLI::App* app, Options& o) {
  const CLI::IsMember formats({"text", "debug", "json", "default"}), levels({"debug", "info", "warn", "error", "none"});
  app->add_flag("-d,--debug,!--no-debug", o.debug, "Say more: every statement that is run");
  app->add_flag("-q,--quiet,!--no-quiet", o.quiet, "Only errors");
  app->add_flag("--print,!--no-print", o.print, "Print what macros give to print()");
  app->add_flag("--no-progress", o.no_progress, "Plain lines, no live display");
  app->add_flag("--use-colors,!--no-use-colors,!--no-color", o.use_colors, "Colours, also where there is no terminal");
  app->add_flag("--use-colors-file,!--no-use-colors-file", o.use_colors_file, "Colours in the log file");
  app->add_option("--log-format", o.log_format, "Of the terminal and the log file: text, debug, json, default")->check(formats);
  app->add_option("--log-format-file", o.log_format_file, "Of the log file")->check(formats);
  app->add_option("--log-level", o.log_level, "From which level on: debug, info, warn, error, none")->check(levels);
  app->add_option("--log-level-file", o.log_level_file, "Of the log file")->check(levels);
  app->add_option("--log-path", o.log_path, "Folder of dbt.log (default: logs)");
  app->add_option("--log-file-max-bytes", o.log_file_max_bytes, "Size at which a new log file begins; 0: never")
      ->check(CLI::NonNegativeNumber);
  app->add_option("--printer-width", o.printer_width, "Columns of the log's lines")->check(CLI::PositiveNumber);
}

// … what counts as a failure, and what is written.
void AddOutcome(CLI::App* app, Options& o) {
  app->add_flag("-x,--fail-fast,!--no-fail-fast", o.fail_fast, "Stop at the first failure");
  app->add_flag("--warn-error,!--no-warn-error", o.warn_error, "Warnings are errors");
  app->add_option("--warn-error-options", o.warn_error_options, "Some are, as YAML: '{error: all, warn: [NothingToDo]}'");
  app->add_flag("--partial-parse,!--no-partial-parse", o.partial_parse,
                "Use what an earlier run found out about an unchanged project");
  app->add_flag("--write-json,!--no-write-json", o.write_json, "Write manifest.json and run_results.json");
  app->add_flag("--version-check,!--no-version-check", o.version_check, "Hold to the project's require-dbt-version");
}

void AddCommon(CLI::App* app, Options& o) {
  AddPlaces(app, o);
  AddLog(app, o);
  AddOutcome(app, o);
  for (const auto& name : IdleSwitches())
    app->add_flag("--" + name + ",!--no-" + name, o.idle, "As in dbt; changes nothing here")->group("");
  app->add_option("--maximum-seed-size-mib", o.idle_number, "As in dbt; changes nothing here")->group("");
}

const std::vector<std::string>& ResourceTypes() {
  static const std::vector<std::string> types = {"all",       "default", "model",    "seed",   "snapshot",       "test",
                                                 "unit_test", "source",  "exposure", "metric", "semantic_model", "saved_query",
                                                 "analysis",  "function"};
  return types;
}

void AddSelection(CLI::App* app, Options& o) {
  const bool lists = app->get_name() == "ls" || app->get_name() == "list";
  app->add_option(lists ? "-s,--select" : "-s,--select,-m,--models,--model", o.select,
                  "Nodes to take: names, tags, paths, graph operators");
  if (lists) app->add_option("-m,--models,--model", o.models, "As --select, but only models")->excludes("--select");
  app->add_option("--exclude", o.exclude, "Nodes to leave out");
  app->add_option("--selector", o.selector, "A selector of selectors.yml, instead of --select and --exclude");
  app->add_option("--resource-type,--resource-types", o.resource_types, "Only nodes of this type")
      ->check(CLI::IsMember(ResourceTypes()))
      ->envname("DBT_RESOURCE_TYPES");
  app->add_option("--exclude-resource-type,--exclude-resource-types", o.excluded_types, "No nodes of this type")
      ->check(CLI::IsMember(ResourceTypes()))
      ->envname("DBT_EXCLUDE_RESOURCE_TYPES");
}

// Which rows are read.
void AddTimes(CLI::App* app, Options& o) {
  app->add_flag("--empty,!--no-empty", o.empty, "Read no rows: build everything with its columns only");
  app->add_option("--sample", o.sample,
                  "Read only a stretch of what has an event_time: '3 days', or '{start: 2024-01-01, end: 2024-01-05}'");
  app->add_option("--event-time-start", o.event_time_start, "Microbatch models: first batch to run");
  app->add_option("--event-time-end", o.event_time_end, "Microbatch models: where the last batch to run ends");
}

void AddRun(CLI::App* app, Options& o) {
  AddTimes(app, o);
  app->add_flag("-f,--full-refresh", o.full_refresh, "Rebuild incremental models and seeds from scratch");
  app->add_flag("--store-failures,!--no-store-failures", o.store_failures, "Keep the rows that data tests find");
  app->add_option("--compute", o.compute, "Engine for federated models, from computes.yml");
}

// Extracts that are kept, or that were.
void AddRecording(CLI::App* app, Options& o, bool records = true) {
  auto* replay =
      app->add_option("--replay", o.replay, "Read the extracts that --record kept in this folder; no source is opened");
  if (records) app->add_option("--record", o.record, "Keep what the sources give in this folder, for --replay")->excludes(replay);
}

CLI::App* AddCommand(CLI::App& app, Options& o, const char* name, const char* about) {
  CLI::App* command = app.add_subcommand(name, about);
  // Dozens of options for each of twenty commands cost more than the rest of a start: only what was typed gets them.
  if (std::find(o.arguments.begin(), o.arguments.end(), name) != o.arguments.end()) AddCommon(command, o);
  command->callback([&o, name] { o.command = name; });
  return command;
}

void AddSql(CLI::App& app, Options& o) {
  CLI::App* sql = app.add_subcommand("sql", "Translate, format, parse or analyse SQL; no project needed");
  sql->require_subcommand(1);
  for (const auto& [name, about] :
       {std::pair{"transpile", "Write SQL of one dialect in another, and say where the meaning differs"},
        std::pair{"format", "Print SQL evenly"}, std::pair{"parse", "The syntax tree as JSON"},
        std::pair{"analyze", "Tables, columns, output columns and lineage as JSON"},
        std::pair{"lineage", "Which columns each output column comes from, as JSON"}}) {
    CLI::App* verb = sql->add_subcommand(name, about);
    verb->callback([&o, name = std::string(name)] {
      o.command = "sql";
      o.verb = name;
    });
    verb->add_option("texts", o.texts, "Files, or SQL itself; none: standard input");
    verb->add_flag("--batch", o.batch, "JSON lines in, JSON lines out");
    verb->add_option("-r,--read", o.read, "Dialect of the text (default: neutral)");
    verb->add_option("-w,--write", o.write, "Dialect to write (default: as --read)");
    verb->add_flag("-p,--pretty", o.pretty, "One clause a line");
    verb->add_flag("--strict", o.strict, "What cannot keep its meaning is an error");
    verb->add_option("--identify", o.identify, "Which identifiers are quoted")
        ->check(CLI::IsMember({"as-written", "as-needed", "always"}));
    verb->add_option("--schema", o.schema_file, "JSON file: {table: {column: type}}");
  }
}

// Commands beside the graph, or about what earlier runs left.
void AddArtifactCommands(CLI::App& app, Options& o) {
  CLI::App* operation = AddCommand(app, o, "run-operation", "Call a macro");
  operation->add_option("macro", o.macro, "Its name, or package.name")->required();
  operation->add_option("--args", o.args_text, "Its arguments as YAML, such as '{days: 3}'");
  CLI::App* source = app.add_subcommand("source", "Look at sources");
  source->require_subcommand(1);
  CLI::App* freshness = AddCommand(*source, o, "freshness", "Say how old the newest rows are; writes target/sources.json");
  freshness->callback([&o] { o.command = "source freshness"; });
  AddSelection(freshness, o);
  freshness->add_option("-o,--output", o.output, "Another file than target/sources.json");
  CLI::App* docs = app.add_subcommand("docs", "Documentation of the project");
  docs->require_subcommand(1);
  CLI::App* generate = AddCommand(*docs, o, "generate", "Write target/index.html, manifest.json and catalog.json");
  generate->callback([&o] { o.command = "docs generate"; });
  AddSelection(generate, o);
  AddRun(generate, o);
  generate->add_flag("--no-compile{true},--compile{false}", o.no_compile, "Leave compiled SQL out");
  generate->add_flag("--empty-catalog", o.empty_catalog, "Do not ask the databases");
  CLI::App* serve = AddCommand(*docs, o, "serve", "Serve the documentation that `docs generate` wrote");
  serve->callback([&o] { o.command = "docs serve"; });
  serve->add_option("--host", o.host, "Address to listen on")->capture_default_str();
  serve->add_option("--port", o.port, "Port to listen on; 0: a free one")->check(CLI::Range(0, 65535))->capture_default_str();
  serve->add_flag("--browser,!--no-browser", o.browser, "Open a browser, if there is a terminal");
  CLI::App* retry = AddCommand(app, o, "retry", "Run again what failed or was skipped");
  AddRun(retry, o);
  CLI::App* deps = AddCommand(app, o, "deps", "Install the packages of packages.yml");
  deps->add_flag("--upgrade", o.upgrade, "Choose versions anew, whatever package-lock.yml says");
  deps->add_flag("--lock", o.lock_only, "Only write package-lock.yml");
  deps->add_option("--add-package", o.add_package, "Add NAME@VERSION to packages.yml first");
  deps->add_option("--source", o.package_source, "Where the added package is")->check(CLI::IsMember({"hub", "git", "local"}));
}

void AddExtract(CLI::App& app, Options& o) {
  CLI::App* extract = AddCommand(app, o, "extract", "Stream a table, its hashes, or what changed in it since the last time");
  extract
      ->add_option("table", o.table, "connection.schema.table, or connection.table; the connection is an output of profiles.yml")
      ->required();
  extract->add_option("--columns", o.columns, "Only these, such as id,name (default: all)")->delimiter(',');
  extract->add_option("--key", o.key, "Columns that name a row (default: the primary key, or a unique index)")->delimiter(',');
  auto* hashes = extract->add_flag("--hashes", o.hashes, "The key and the md5 of each row, computed by the source where it can");
  extract->add_flag("--changes", o.changes, "Rows inserted, changed or deleted since the last --changes; kept in target/state")
      ->excludes(hashes);
  extract->add_flag("-f,--full-refresh", o.full_refresh, "With --changes: forget the last time, every row is new");
  extract->add_option("-o,--output", o.output, "File: .parquet, .csv, .tsv or .jsonl (default: CSV on the terminal)");
}

void AddCommands(CLI::App& app, Options& o) {
  for (const auto& [name, about] :
       {std::pair{"run", "Build models"}, std::pair{"build", "Seeds, models, snapshots and tests, in order"},
        std::pair{"seed", "Load CSV seeds"}, std::pair{"snapshot", "Keep the states of rows that change"},
        std::pair{"test", "Run data tests"}, std::pair{"clone", "Views of what an earlier run built, instead of building it"}}) {
    CLI::App* command = AddCommand(app, o, name, about);
    AddSelection(command, o);
    AddRun(command, o);
  }
  for (const char* name : {"run", "build", "test", "snapshot"}) AddRecording(app.get_subcommand(name), o);
  for (const char* name : {"build", "seed"})
    app.get_subcommand(name)->add_flag("--show", o.show, "Print the first rows of the loaded seeds");
  CLI::App* plan = AddCommand(app, o, "plan", "Show how models would run: what each source does, what moves, what loads");
  AddSelection(plan, o);
  AddRun(plan, o);
  AddRecording(plan, o, false);
  auto* json = plan->add_flag("--json", o.json, "The plan as JSON");
  plan->add_option(
          "--html", o.html,
          "One page with the plan as a picture, with the numbers of the last run where it followed the same plan (default: "
          "plan.html in the target folder)")
      ->expected(0, 1)
      ->excludes(json);
  CLI::App* compile = AddCommand(app, o, "compile", "Render models to SQL under target/compiled");
  AddSelection(compile, o);
  AddRun(compile, o);
  compile->add_option("--inline", o.inline_sql, "Compile this text instead of a model");
  CLI::App* show = AddCommand(app, o, "show", "Run a model's query and print its first rows");
  AddSelection(show, o);
  AddRun(show, o);
  AddRecording(show, o);
  show->add_option("--inline", o.inline_sql, "A query instead of a model");
  show->add_option("--limit", o.limit, "Rows to show; -1: all")->capture_default_str();
  show->add_option("--output", o.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  CLI::App* parse = AddCommand(app, o, "parse", "Read the project and write target/manifest.json");
  AddSelection(parse, o);
  for (const char* name : {"ls", "list"}) {
    CLI::App* ls = AddCommand(app, o, name, "List nodes");
    ls->callback([&o] { o.command = "ls"; });
    AddSelection(ls, o);
    ls->add_option("--output", o.output, "selector, name, path or json")
        ->check(CLI::IsMember({"selector", "name", "path", "json"}));
    ls->add_option("--output-keys", o.output_keys, "With --output json: only these, such as 'name config.materialized'");
  }
  AddCommand(app, o, "debug", "Check configuration, connections and computes")
      ->add_flag("--connection", o.connection_only, "Only whether the target answers");
  AddCommand(app, o, "clean", "Remove the project's clean-targets");
  AddSql(app, o);
  AddLakeCommand(app, o);
  AddExtract(app, o);
  AddArtifactCommands(app, o);
  CLI::App* init = AddCommand(app, o, "init", "Write a new project that runs");
  init->add_option("name", o.init_name, "Name of the project and its folder");
}

}  // namespace

namespace {

// Long names of the options that were typed before (depth 0) or after the command.
void CollectGiven(const CLI::App& app, int depth, std::set<std::string>& before, std::set<std::string>& after) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() == 0) continue;
    for (const auto& name : option->get_lnames()) (depth == 0 ? before : after).insert(name);
  }
  for (const CLI::App* command : app.get_subcommands()) CollectGiven(*command, depth + 1, before, after);
}

Status NoteGiven(const CLI::App& app, Options& options) {
  std::set<std::string> before, after;
  CollectGiven(app, 0, before, after);
  for (const auto& name : before) {
    if (after.contains(name))
      return Error(ErrorCode::kInvalidArgument, "--" + name + " was given before and after the command")
          .WithHint("give it once, in either place");
  }
  options.given = std::move(after);
  options.given.merge(before);
  return {};
}

}  // namespace

Result<Options> ParseOptions(int argc, char** argv, std::string& printed) {
  Options o;
  CLI::App app{"dvt: run a dbt-style project whose models join tables across databases", "dvt"};
  app.set_version_flag("--version,-v,-V", VersionText());
  app.require_subcommand(1);
  app.fallthrough(false);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // an option given twice: the last one counts
  for (int i = 1; i < argc; ++i) o.arguments.emplace_back(argv[i]);
  if (argc == 2 && (o.arguments[0] == "--version" || o.arguments[0] == "-v" || o.arguments[0] == "-V")) {
    printed = VersionText();
    return Options{};
  }
  AddCommon(&app, o);
  AddCommands(app, o);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion&) {
    printed = VersionText();
    return Options{};
  } catch (const CLI::CallForHelp&) {
    printed = app.get_subcommands().empty() ? app.help() : app.get_subcommands().front()->help();
    return Options{};
  } catch (const CLI::ParseError& error) {
    std::vector<std::string> names;
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
    std::string message = error.what();
    if (argc > 1 && app.get_subcommands().empty() && argv[1][0] != '-') {
      message = "there is no command '" + std::string(argv[1]) + "'." + DidYouMean(argv[1], names);
    }
    return Error(ErrorCode::kInvalidArgument, message).WithHint("dvt --help lists the commands, dvt COMMAND --help its options");
  }
  DVT_TRY(NoteGiven(app, o));
  return o;
}

}  // namespace dvt::cli
