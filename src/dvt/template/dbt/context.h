#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/model/node.h"
#include "dvt/template/dbt/adapter_api.h"
#include "dvt/template/dbt/macro_catalog.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

/// Answers ref, source, config and doc for one node. While parsing it records the calls; while compiling it resolves them.
class NodeResolver {
 public:
  virtual ~NodeResolver() = default;
  virtual Result<Object> Ref(const model::RefCall& call) = 0;
  virtual Result<Object> Source(const model::SourceCall& call) = 0;
  /// function('name'), function('package', 'name'): what stands for it in SQL.
  virtual Result<Object> Function(const model::RefCall& call) {
    return Error(ErrorCode::kUnsupported, "function() cannot be used here").At(call.place);
  }
  /// config(…) in the text: `kwargs` is a map. Returns nothing to the template.
  virtual Status Config(const Value& kwargs, const Place& place) = 0;
  /// config.get(name): nullopt if it is not set.
  virtual std::optional<Value> ConfigGet(std::string_view name) = 0;
  virtual Result<std::string> Doc(const std::string& package, const std::string& name) { return std::string(); }
  /// A macro was called by name: for depends_on.macros.
  virtual void MacroUsed(const MacroCatalog::Entry& entry) {}
};

/// Looks an environment variable up; nullopt: not set. The default reads the process environment.
using EnvLookup = std::function<std::optional<std::string>(const std::string&)>;

/// What one node's context is made from. Pointers are not owned and must outlive the context; null leaves the feature out with a
/// clear error when it is used.
struct ContextParams {
  std::shared_ptr<const MacroCatalog> macros;
  std::string package;  ///< whose macros are found first (the node's)
  std::string project_name;
  /// Makes `model`, a map in the manifest's shape, on first use; null: no node.
  std::function<Value()> node;
  std::optional<RelationParts> this_relation;
  Value target;                       ///< `target`: name, schema, type, threads, … without secrets
  std::map<std::string, Value> vars;  ///< effective for the package, command line first
  Value cli_vars;
  EnvLookup env;
  bool secrets_allowed = false;  ///< DBT_ENV_SECRET_…/DVT_ENV_SECRET_… may be read: profiles.yml, packages.yml
  bool execute = false;
  std::string invocation_id;
  double run_started_at = 0;                              ///< seconds since the epoch, UTC
  std::optional<std::pair<double, double>> batch_window;  ///< seconds of UTC: `model.batch.event_time_start` and `_end`
  std::function<Value()> flags;                           ///< FULL_REFRESH, WHICH, …; made on first use; null: none is set
  std::function<Value()> graph;                           ///< made on first use
  std::shared_ptr<GraphAdditions> graph_additions;  ///< of the run; null: what templates add to `graph` ends with the context
  /// Of the project: project_name, version, vars, cli_vars, args, dependencies (name → the same of a package); null: nothing is known.
  std::function<Value()> project;
  Value dispatch;  ///< dbt_project.yml `dispatch`: list of {macro_namespace, search_order}
  std::function<std::vector<std::string>()> selected_resources;  ///< unique ids of this run, made on first use; null: none
  Value invocation_args;
  std::string dbt_version = "1.12.0";
  std::string thread_id = "Thread-1";
  AdapterApi* adapter = nullptr;
  NodeResolver* resolver = nullptr;
  std::function<void(const std::string& message, bool to_terminal)> log;  ///< log()
  std::function<void(const std::string& message)> print;
  /// exceptions.warn(); a failure is raised there.
  std::function<Status(const std::string& message, const Place& place)> warn;
  std::function<Status(const std::string& text)> write;  ///< write(), and what the statement `main` is going to run
  Limits limits;
  bool lenient_undefined = false;  ///< parsing
  /// A unit test's: "macro", "package.macro" or a variable → what it gives instead, whatever a macro is called with; null: none.
  Value overrides;
  /// Further variables, last: sql, pre_hooks, compiled_code, schemas, results …
  std::vector<std::pair<std::string, Object>> extra;
};

/// The environment with Jinja's and dbt's filters (as_text, as_bool, as_number, as_native); made once, shared.
std::shared_ptr<const Environment> DbtEnvironment();

/// The complete context of a model, test, hook, operation or macro call.
Result<std::unique_ptr<Context>> MakeNodeContext(const ContextParams& params);
/// Only what YAML files may use: var, env_var, target, return, fromjson, … (`params` may be nearly empty).
Result<std::unique_ptr<Context>> MakeYamlContext(const ContextParams& params);

/// Renders every string of a YAML tree (keys are left alone), typed as RenderNative does. Strings without tags are not touched.
Result<Value> RenderYaml(const Value& value, Context& context, const std::string& file);

/// adapter.dispatch(name, package) as C++.
/// Whether a built-in macro's name leads to a macro of the project or of a package, by itself or by dispatch.
bool IsOverridden(const ContextParams& params, const std::string& name);
Result<Object> DispatchMacro(const ContextParams& params, const std::string& name, const std::string& package);

}  // namespace dvt::tmpl
