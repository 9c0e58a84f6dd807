#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/cli/commands/lake_options.h"
#include "dvt/model/warn_policy.h"
#include "dvt/run/observer.h"

namespace dvt::cli {

/// What a command is asked to do: the command line, completed from the environment and the project file by ResolveFlags. Paths are
/// as typed.
struct Options {
  std::string command;
  std::string invocation_id;                ///< UUID of this call
  std::shared_ptr<run::Observer> observer;  ///< hears what the command does; made by main
  std::set<std::string> given;              ///< flags that were typed, such as "log-format"
  std::string project_dir;
  std::string profiles_dir;
  std::string profile;
  std::string target;
  std::string target_path;
  std::string compute;
  std::vector<std::string> select;
  std::vector<std::string> exclude;
  std::string selector;                     ///< --selector: a name of selectors.yml
  std::vector<std::string> models;          ///< ls --models: as --select, only models
  std::vector<std::string> resource_types;  ///< "all" and "default" included
  std::vector<std::string> excluded_types;
  std::vector<std::string> output_keys;  ///< ls --output json; each may hold several, split by spaces
  std::string indirect_selection = "eager";
  std::string vars_text;
  int threads = 0;
  bool full_refresh = false;
  bool fail_fast = false;
  bool store_failures = false;
  bool empty = false;            ///< --empty
  std::string sample;            ///< --sample "3 days"
  std::string event_time_start;  ///< --event-time-start, of microbatch models
  std::string event_time_end;
  bool show = false;  ///< seed --show: print the first rows of what was loaded
  bool no_progress = false;
  bool quiet = false;
  bool debug = false;
  bool print = true;                      ///< print() of macros
  std::string log_format = "default";     ///< text, debug, json, default: of the terminal
  std::string log_format_file = "debug";  ///< of the log file
  std::string log_level = "info";         ///< debug, info, warn, error, none
  std::string log_level_file = "debug";
  std::string log_path;  ///< folder of dbt.log; empty: logs of the project
  int log_file_max_bytes = 10 * 1024 * 1024;
  int printer_width = 80;
  bool use_colors = true;
  bool use_colors_file = true;
  bool write_json = true;     ///< artifacts are written
  bool version_check = true;  ///< require-dbt-version is held to
  bool single_threaded = false;
  bool idle = false;  ///< what dbt's flags about things that dvt does not have are put into
  int idle_number = 0;
  bool warn_error = false;
  bool partial_parse = true;       ///< findings of an earlier run are used
  std::string warn_error_options;  ///< YAML
  model::WarnPolicy warn_policy;   ///< of both
  bool json = false;               ///< plan --json, ls --output json
  bool connection_only = false;    ///< debug --connection
  std::string record;              ///< run, build, …: folder that keeps the extracts
  std::string replay;              ///< folder whose extracts are read instead of the sources
  std::string html;                ///< plan --html: the page's file; empty: plan.html of the target folder
  std::string output;              ///< ls/show: text, json, name, path, selector
  std::string inline_sql;          ///< show/compile --inline
  int limit = 5;                   ///< show --limit; -1: all rows
  std::string state;               ///< folder of an earlier run's artifacts
  std::string defer_state;         ///< another one for --defer
  bool defer = false;
  bool favor_state = false;
  bool no_compile = false;         ///< docs generate
  bool empty_catalog = false;      ///< docs generate
  std::string host = "127.0.0.1";  ///< docs serve
  int port = 8080;
  bool browser = true;                 ///< opened if there is a terminal
  std::string macro;                   ///< run-operation MACRO
  std::string args_text;               ///< run-operation --args
  std::string add_package;             ///< deps --add-package
  std::string package_source = "hub";  ///< deps --source: hub, git, local
  bool upgrade = false;                ///< deps
  bool lock_only = false;              ///< deps --lock
  std::string init_name;               ///< init NAME
  std::string table;                   ///< extract: connection.schema.table
  std::vector<std::string> key;        ///< extract --key
  std::vector<std::string> columns;    ///< extract --columns
  bool hashes = false;                 ///< extract --hashes
  bool changes = false;                ///< extract --changes
  std::string verb;                    ///< sql: transpile, format, parse, analyze, lineage
  std::vector<std::string> texts;      ///< sql: files, or SQL with --text; none: standard input
  bool batch = false;                  ///< sql: JSON lines
  std::string read;                    ///< sql: dialects
  std::string write;
  bool pretty = false;
  bool strict = false;      ///< sql transpile: differences are errors
  std::string identify;     ///< sql: as-written, as-needed, always
  std::string schema_file;  ///< sql: JSON of tables, columns and types
  LakeOptions lake;
  std::vector<std::string> arguments;  ///< as typed, for run_results.json
};

/// Parses argv. An error's code is kInvalidArgument; its text ends with how to get help. If help or the version was asked for,
/// `printed` gets the text and the command stays empty.
Result<Options> ParseOptions(int argc, char** argv, std::string& printed);

}  // namespace dvt::cli
