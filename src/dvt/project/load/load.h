#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dvt/base/fwd.h"
#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/model/project.h"
#include "dvt/project/load/template_frontend.h"

namespace dvt::project {

/// Where relations of a connection live when nothing else is said.
struct ConnectionNames {
  std::string database;  ///< empty: the system names none
  std::string schema;
};

/// Writes a relation as SQL, quoted; empty text if the system has none.
using RelationWriter =
    std::function<std::string(const std::string& database, const std::string& schema, const std::string& identifier)>;

struct LoadOptions {
  std::string project_dir = ".";  ///< a folder at or below the one that holds dbt_project.yml
  std::string profiles_dir;       ///< --profiles-dir; empty: SPEC's search order
  std::string profile;            ///< --profile; empty: the project's
  std::string target;             ///< --target; empty: the profile's default
  std::optional<int> threads;     ///< --threads
  Value vars = Value::MakeMap();  ///< --vars
  EnvLookup env;                  ///< null: the process environment
  std::string home;               ///< null: $HOME
  std::string cache_name;         ///< file in the target folder where findings are kept for the next run; empty: nowhere
  std::string target_path;        ///< --target-path; empty: the project's
  bool read_cache = true;         ///< --partial-parse: use them
  std::string program_stamp;      ///< differs between programs that may find out different things
  bool needs_macros = true;       ///< templates are rendered later on: macros are parsed even if findings are used
  /// Database and schema of an output; null: from its settings (`database`/`dbname`/`catalog`, `schema`).
  std::function<ConnectionNames(const std::string& type, const Value& settings)> connection_names;
  /// How relations of an output are written; null: relations have no text.
  std::function<RelationWriter(const std::string& type, const Value& settings)> relation_writer;
  /// Output types that exist, for errors about `type:`; empty: not checked.
  std::vector<std::string> connection_types;
};

/// The process environment. Secret variables that are read are registered with SecretRegistry.
EnvLookup ProcessEnvironment();

/// Finds, reads and checks the whole project: configuration, profile, computes, every file, links between nodes. With errors,
/// the result is one Error that lists all of them (code kConfig, exit code 2); warnings are in Manifest::diagnostics.
/// `pool` may be null. Thread-compatible.
Result<model::Manifest> LoadProject(const LoadOptions& options, TemplateFrontend& frontend, ThreadPool* pool);

/// Only the project file, for commands that need no nodes (clean, debug).
Result<model::ProjectConfig> LoadProjectConfig(const LoadOptions& options, TemplateFrontend& frontend, Diagnostics& diagnostics);

/// Variables that templates of `package` see: --vars over the project's `vars:` (global ones, then the package's own).
Value EffectiveVars(const model::ProjectConfig& root, const std::string& package, const Value& package_vars,
                    const Value& cli_vars);

/// `target` as templates see it: the output's settings without secrets, plus name, schema, type, threads, profile_name.
Value TargetContext(const model::Profile& profile, const std::string& target, const ConnectionNames& names);

}  // namespace dvt::project
