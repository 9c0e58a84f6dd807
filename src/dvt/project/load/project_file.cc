#include "dvt/project/load/project_file.h"

#include <algorithm>
#include <cctype>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/property_file.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

const Keys& ProjectKeys() {
  static const Keys keys = {"name",
                            "version",
                            "config-version",
                            "profile",
                            "model-paths",
                            "seed-paths",
                            "test-paths",
                            "analysis-paths",
                            "macro-paths",
                            "snapshot-paths",
                            "docs-paths",
                            "asset-paths",
                            "function-paths",
                            "target-path",
                            "log-path",
                            "packages-install-path",
                            "clean-targets",
                            "query-comment",
                            "require-dbt-version",
                            "require-dvt-version",
                            "flags",
                            "dbt-cloud",
                            "quoting",
                            "dispatch",
                            "vars",
                            "on-run-start",
                            "on-run-end",
                            "models",
                            "seeds",
                            "snapshots",
                            "sources",
                            "tests",
                            "data_tests",
                            "analyses",
                            "exposures",
                            "unit_tests",
                            "metrics",
                            "semantic-models",
                            "saved-queries",
                            "functions",
                            "restrict-access",
                            "packages",
                            "source-paths",
                            "data-paths",
                            "modules-path",
                            "profile_env",
                            "transfer",
                            "dvt"};
  return keys;
}

bool IsProjectName(const std::string& name) {
  if (name.empty() || (!std::isalpha(static_cast<unsigned char>(name[0])) && name[0] != '_')) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

/// Reads the members of the project mapping into the struct.
class ProjectReader {
 public:
  ProjectReader(const Value& root, model::ProjectConfig& config, YamlCheck& check)
      : root_(root), config_(config), check_(check) {}

  void Read() {
    check_.KnownKeys(root_, ProjectKeys(), kOwner, /*error=*/true);
    ReadName();
    config_.version = check_.Text(root_, "version", kOwner);
    config_.profile = check_.Text(root_, "profile", kOwner);
    Renamed("source-paths", "model-paths", "ConfigSourcePathDeprecation");
    Renamed("data-paths", "seed-paths", "ConfigDataPathDeprecation");
    Renamed("modules-path", "packages-install-path", "PackageInstallPathDeprecation");
    Paths("source-paths", config_.model_paths);
    Paths("data-paths", config_.seed_paths);
    Paths("model-paths", config_.model_paths);
    Paths("seed-paths", config_.seed_paths);
    Paths("test-paths", config_.test_paths);
    Paths("snapshot-paths", config_.snapshot_paths);
    Paths("function-paths", config_.function_paths);
    Paths("analysis-paths", config_.analysis_paths);
    Paths("macro-paths", config_.macro_paths);
    Paths("docs-paths", config_.docs_paths);
    if (auto path = check_.Text(root_, "target-path", kOwner); !path.empty()) config_.target_path = path;
    for (const char* key : {"modules-path", "packages-install-path"}) {
      if (auto path = check_.Text(root_, key, kOwner); !path.empty()) config_.packages_path = path;
    }
    config_.clean_targets = {config_.target_path};
    Paths("clean-targets", config_.clean_targets);
    Tree("models", config_.models);
    Tree("seeds", config_.seeds);
    Tree("snapshots", config_.snapshots);
    Tree("functions", config_.functions);
    Tree("sources", config_.sources);
    Tree("analyses", config_.analyses);
    Tree("exposures", config_.exposures);
    Tree("unit_tests", config_.unit_tests);
    Tree(root_.Find("data_tests") ? "data_tests" : "tests", config_.tests);
    Member("vars", config_.vars);
    Member("quoting", config_.quoting);
    Member("flags", config_.flags);
    if (const Value* dispatch = check_.List(root_, "dispatch", kOwner)) config_.dispatch = *dispatch;
    config_.on_run_start = HookList("on-run-start");
    config_.on_run_end = HookList("on-run-end");
    if (const Value* quoting = root_.Find("quoting")) {
      check_.KnownKeys(*quoting, {"database", "schema", "identifier", "column", "snowflake_ignore_case"}, "'quoting'", true);
    }
  }

 private:
  static constexpr const char* kOwner = "the project file";

  void ReadName() {
    config_.name = check_.RequiredText(root_, "name", kOwner);
    if (config_.name.empty() || IsProjectName(config_.name)) return;
    check_.Fail("'" + config_.name + "' is not a valid project name", root_["name"].mark(),
                "use letters, digits and underscores, beginning with a letter");
  }

  void Renamed(const std::string& old_key, const std::string& new_key, const std::string& warning) {
    const Value* value = root_.Find(old_key);
    if (!value) return;
    const std::string hint = "rename it to '" + new_key + "'";
    if (root_.Find(new_key) != nullptr)
      return check_.Fail("'" + old_key + "' and '" + new_key + "' are one setting by its old and its new name", value->mark(),
                         "leave '" + old_key + "' out");
    check_.Warn(warning, "'" + old_key + "' is called '" + new_key + "' now", value->mark(), hint);
  }

  void Paths(std::string_view key, std::vector<std::string>& paths) {
    if (!root_.Find(key)) return;
    paths = check_.Texts(root_, key, kOwner);
    for (auto& path : paths) {
      while (path.size() > 1 && path.back() == '/') path.pop_back();
      if (path.rfind("./", 0) == 0) path.erase(0, 2);
    }
  }

  void Member(std::string_view key, Value& out) {
    if (const Value* value = check_.Map(root_, key, kOwner)) out = *value;
  }

  void Tree(std::string_view key, Value& out) {
    Member(key, out);
    CheckConfigTree(out, std::string(key), check_.file(), check_.diagnostics());
  }

  Value HookList(std::string_view key) {
    Value hooks = Value::MakeList();
    for (auto& text : check_.Texts(root_, key, kOwner)) hooks.Push(std::move(text));
    return hooks;
  }

  const Value& root_;
  model::ProjectConfig& config_;
  YamlCheck& check_;
};

}  // namespace

Result<std::string> FindProjectFile(const std::string& folder) {
  std::string start = AbsolutePath(folder.empty() ? "." : folder);
  if (!IsFolder(start))
    return Error(ErrorCode::kConfig, "Invalid value for '--project-dir': Path '" + start + "' does not exist");
  for (std::string at = start;;) {
    for (const char* name : {"dbt_project.yml", "dvt_project.yml"}) {
      std::string file = JoinPath(at, name);
      if (FileExists(file)) return file;
    }
    size_t slash = at.rfind('/');
    if (slash == std::string::npos || at == "/") break;
    at = slash == 0 ? "/" : at.substr(0, slash);
  }
  return Error(ErrorCode::kConfig, "No dbt_project.yml found at or above " + start)
      .WithHint("run the command inside a project, give --project-dir, or make a project with `dvt init`");
}

namespace {

Result<Value> ReadRoot(const std::string& file, const std::string& name, std::vector<RepeatedKey>& repeated) {
  DVT_ASSIGN(std::string text, ReadFile(file));
  DVT_ASSIGN(Value root, ParseYamlWithRepeats(text, name, repeated));
  if (root.is_map()) return root;
  return Error(ErrorCode::kConfig, root.is_null() ? "The project file is empty"
                                                  : "The project file must be a mapping, found a " + std::string(root.TypeName()))
      .At({name, root.mark().line, root.mark().column});
}

}  // namespace

Result<std::string> ProfileNamed(const std::string& file, const YamlScope& scope, TemplateFrontend& frontend) {
  const std::string name = file.substr(file.rfind('/') + 1);
  std::vector<RepeatedKey> repeated;
  DVT_ASSIGN(const Value root, ReadRoot(file, name, repeated));
  Value profile = root["profile"];
  DVT_TRY(RenderTree(profile, {}, scope, frontend, name));
  return profile.is_null() || profile.is_list() || profile.is_map() ? std::string() : profile.ToText();
}

Result<model::ProjectConfig> ReadProjectFile(const std::string& file, const YamlScope& scope, TemplateFrontend& frontend,
                                             Diagnostics& diagnostics) {
  const size_t slash = file.rfind('/');
  const std::string name = file.substr(slash + 1);
  std::vector<RepeatedKey> repeated;
  DVT_ASSIGN(Value root, ReadRoot(file, name, repeated));
  WarnOfRepeats(repeated, name, diagnostics);
  Keys later = {"on-run-start", "on-run-end", "query-comment", "+pre-hook", "+post-hook", "+pre_hook",
                "+post_hook",   "pre-hook",   "post-hook",     "pre_hook",  "post_hook",  "vars"};
  // Without a target, what depends on it waits too.
  if (scope.target.is_null()) {
    for (const char* tree : {"models", "seeds", "snapshots", "sources", "tests", "data_tests", "analyses", "exposures",
                             "unit_tests", "metrics", "semantic-models", "saved-queries", "quoting", "dispatch", "flags"})
      later.emplace_back(tree);
  }
  DVT_TRY(RenderTree(root, later, scope, frontend, name));
  model::ProjectConfig config;
  config.file = file;
  config.folder = slash == 0 ? "/" : file.substr(0, slash);
  YamlCheck check(name, diagnostics);
  ProjectReader(root, config, check).Read();
  config.raw = std::move(root);
  return config;
}

}  // namespace dvt::project
