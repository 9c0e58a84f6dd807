#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/base/text/value.h"
#include "dvt/model/node.h"
#include "dvt/model/project.h"

namespace dvt::project {

/// Looks an environment variable up; nullopt: not set.
using EnvLookup = std::function<std::optional<std::string>(const std::string&)>;

/// What the templates of a YAML file may see.
struct YamlScope {
  Value vars = Value::MakeMap();  ///< effective variables, command line first
  Value target;                   ///< `target` (name, schema, type, threads, …), null while profiles are read
  Value dispatch;                 ///< the project's `dispatch`: where macros are looked for
  bool secrets_allowed = false;   ///< profiles.yml, computes.yml, packages.yml: DBT_ENV_SECRET_… may be read
  EnvLookup env;                  ///< never null
};

/// One `config(…)` call found or run in a model.
struct ConfigCall {
  Value kwargs = Value::MakeMap();
  Place place;
};

/// What a model, test or snapshot says about itself.
struct ModelCalls {
  std::vector<model::RefCall> refs;
  std::vector<model::SourceCall> sources;
  std::vector<model::RefCall> functions;
  std::vector<ConfigCall> configs;  ///< in order
  std::vector<std::string> macros;  ///< unique ids of macros called, built-in ones included; each once
  bool needs_render = false;  ///< the calls depend on rendering (in branches, loops, macros, by variables): call RenderModel
};

/// A macro, test or materialization block of a macro file; `snapshot` blocks are models of their own.
struct FileBlock {
  enum class Kind { kMacro, kTest, kMaterialization, kSnapshot };
  Kind kind = Kind::kMacro;
  model::MacroNode macro;  ///< name as dbt knows it: "test_x", "materialization_x_default"; for a snapshot its name
  std::string body;        ///< snapshots: the text between the tags
};

/// The template language, seen from project loading; implemented on top of dvt::tmpl. Every method may be called from several
/// threads at once, except AddMacroFile, whose calls all come before any other (RenderYaml excepted).
class TemplateFrontend {
 public:
  virtual ~TemplateFrontend() = default;

  /// Called once before macros are added or models are looked at; YAML may have been rendered before.
  virtual Status Prepare() { return {}; }

  /// Renders every string of the tree that holds `{{` or `{%`; keys are left alone; marks are kept. Results have dbt's types
  /// (text unless a filter such as `as_bool` made another type). Errors carry the file and the mark of the string.
  virtual Result<Value> RenderYaml(const Value& tree, const YamlScope& scope, const std::string& file) = 0;

  /// Whether something that was rendered so far depends on the clock or on chance, so that it is good for this run only.
  virtual bool DependsOnMoment() const { return false; }

  /// Variables of the project or of a package hold templates, which may say ref, source or config: what reads a variable has to be
  /// rendered to know what it calls. Called before models are looked at.
  virtual void VariablesAreTemplates() {}

  /// The names and places of a macro file's blocks; keeps the parsed file so that models can call it. `path` is relative to the
  /// project folder of `package`.
  virtual Result<std::vector<FileBlock>> AddMacroFile(const std::string& package, const std::string& path,
                                                      std::string_view text) = 0;
  /// The built-in macros, package "dvt", for the manifest.
  virtual std::vector<model::MacroNode> BuiltinMacros() = 0;
  /// Unique ids of the macros that a macro calls, for the manifest; called once all files were added.
  virtual std::vector<std::string> MacroDependencies(const model::MacroNode& macro) = 0;
  /// The blocks of a snapshot file, without keeping them.
  virtual Result<std::vector<FileBlock>> SnapshotBlocks(const std::string& package, const std::string& path,
                                                        std::string_view text) = 0;

  /// Looks at the syntax tree of a model (or test, analysis, expression in YAML). Places count from `place`, which is the text's
  /// first character. Errors are syntax errors.
  virtual Result<ModelCalls> ExtractModel(const std::string& package, std::string_view text, const Place& place) = 0;
  /// Renders with `execute` false and records what is called. `node` carries raw_code and all configuration known so far;
  /// `vars` are effective for its package. The result replaces that of ExtractModel.
  virtual Result<ModelCalls> RenderModel(const model::Node& node, const YamlScope& scope) = 0;

  /// generate_schema_name, generate_alias_name and generate_database_name of the project (or of a package): `macro` is the
  /// name, `custom` the configured value or null. nullopt if only the built-in rule applies.
  virtual Result<std::optional<std::string>> GenerateName(std::string_view macro, const Value& custom, const model::Node& node,
                                                          const YamlScope& scope) = 0;
};

}  // namespace dvt::project
