#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dvt/base/result/diagnostics.h"
#include "dvt/base/text/value.h"
#include "dvt/model/node.h"
#include "dvt/model/semantic.h"

namespace dvt::model {

/// dbt_project.yml (or dvt_project.yml), rendered.
struct ProjectConfig {
  std::string name;
  std::string version;
  std::string profile;
  std::string folder;  ///< absolute path of the project
  std::string file;    ///< path of the project file
  std::vector<std::string> model_paths{"models"};
  std::vector<std::string> seed_paths{"seeds"};
  std::vector<std::string> test_paths{"tests"};
  std::vector<std::string> snapshot_paths{"snapshots"};
  std::vector<std::string> function_paths{"functions"};
  std::vector<std::string> analysis_paths{"analyses"};
  std::vector<std::string> macro_paths{"macros"};
  std::string target_path = "target";
  std::vector<std::string> clean_targets{"target"};
  std::string packages_path = "dbt_packages";
  std::vector<std::string> docs_paths;  ///< empty: all resource folders
  Value vars;
  Value models;  ///< the +config trees
  Value seeds;
  Value tests;
  Value snapshots;
  Value functions;
  Value sources;
  Value analyses;
  Value exposures;
  Value unit_tests;
  Value quoting;
  Value dispatch;
  Value flags;
  Value on_run_start;
  Value on_run_end;
  Value raw;
};

/// One profile: named connections and settings.
struct Profile {
  std::string name;
  std::string file;
  std::string target;  ///< default output
  Value outputs;       ///< name → settings map, env_var rendered
  int threads = 1;
  std::map<std::string, std::string> broken_outputs;  ///< name → why it could not be read
};

/// computes.yml.
struct Computes {
  std::string file;
  std::string default_name;
  Value computes;  ///< name → settings
};

/// Everything a run knows. Built by `project`, completed by compiling; shared read-only afterwards.
struct Manifest {
  ProjectConfig project;
  Profile profile;
  Computes computes;
  std::string target;                 ///< the chosen output
  std::map<std::string, Node> nodes;  ///< by unique id
  std::map<std::string, Node> disabled;
  std::map<std::string, Node> unit_tests;  ///< of type kUnitTest
  std::map<std::string, Node> operations;  ///< the statements of on-run-start and on-run-end; filled when a command begins
  std::map<std::string, SourceNode> sources;
  std::map<std::string, SourceNode> disabled_sources;
  std::map<std::string, MacroNode> macros;
  std::map<std::string, ExposureNode> exposures;
  std::map<std::string, SemanticNode> semantic_nodes;  ///< metrics, semantic models, saved queries
  std::map<std::string, GroupNode> groups;
  Value selectors = Value::MakeList();  ///< selectors.yml: {name, description, definition, default}, with their marks
  Value docs = Value::MakeMap();        ///< docs blocks: id → {name, package_name, path, original_file_path, block_contents}
  Value cli_vars = Value::MakeMap();    ///< --vars
  std::map<std::string, ProjectConfig> packages;  ///< installed packages, the root project left out
  Diagnostics diagnostics;

  /// The node or unit test of that id, or null.
  const Node* FindNode(const std::string& id) const;
};

}  // namespace dvt::model
