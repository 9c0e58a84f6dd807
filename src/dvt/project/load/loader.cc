#include <algorithm>
#include <filesystem>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/project_file.h"
#include "dvt/project/load/yaml_check.h"
#include "dvt/project/packages/package_list.h"
#include "dvt/project/profiles/profiles.h"

namespace dvt::project {
namespace {

/// Folders below `folder`, sorted.
std::vector<std::string> Subfolders(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
    if (at->is_directory(code)) names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ConnectionNames NamesFromSettings(const std::string& type, const Value& settings) {
  ConnectionNames names;
  auto first = [&](std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
      const Value& value = settings[key];
      if (!value.is_null() && !value.is_list() && !value.is_map()) return value.ToText();
    }
    return std::string();
  };
  names.schema = first({"schema", "dataset"});
  if (type == "mysql" || type == "mariadb") {
    if (names.schema.empty()) names.schema = first({"database", "dbname"});
    return names;
  }
  names.database = first({"database", "dbname", "catalog", "project"});
  if (names.schema.empty()) names.schema = type == "postgres" ? "public" : "main";
  if (names.database.empty() && type == "sqlite") names.database = "main";
  if (names.database.empty() && type == "duckdb") {
    std::string path = first({"path"});
    names.database = path.empty() || path[0] == ':' ? "memory" : FileStem(path);
  }
  return names;
}

}  // namespace

Value EffectiveVars(const model::ProjectConfig& root, const std::string& package, const Value& package_vars,
                    const Value& cli_vars) {
  Value vars = Value::MakeMap();
  auto add = [&](const Value& layer, bool plain_only) {
    if (!layer.is_map()) return;
    for (const auto& entry : layer.map()) {
      if (!plain_only || !entry.value.is_map()) vars.Set(entry.key, entry.value);
    }
  };
  add(package_vars, false);
  add(package_vars[package], false);
  add(root.vars, false);
  add(root.vars[package], false);
  add(cli_vars, false);
  return vars;
}

Value TargetContext(const model::Profile& profile, const std::string& target, const ConnectionNames& names) {
  Value context = Value::MakeMap();
  const Value& settings = profile.outputs[target];
  if (settings.is_map()) {
    for (const auto& entry : settings.map()) {
      if (!IsSecretSetting(entry.key)) context.Set(entry.key, entry.value);
    }
  }
  context.Set("name", target);
  context.Set("target_name", target);
  context.Set("profile_name", profile.name);
  context.Set("schema", names.schema);
  context.Set("database", names.database);
  if (!context.Find("dbname")) context.Set("dbname", names.database);
  context.Set("threads", profile.threads);
  return context;
}

const Package* Loader::PackageOf(const std::string& name) const {
  for (const auto& package : packages_) {
    if (package->config.name == name) return package.get();
  }
  return packages_.front().get();
}

Status Loader::Stop() const {
  if (manifest_.diagnostics.has_errors()) return manifest_.diagnostics.ToError(ErrorCode::kConfig);
  return {};
}

Status Loader::LoadConfiguration() {
  read_env_ = std::make_shared<ReadEnvironment>(options_.env ? options_.env : ProcessEnvironment());
  env_ = [read = read_env_](const std::string& name) { return read->Look(name); };
  home_ = options_.home.empty() ? HomeFolder() : options_.home;
  YamlScope scope;
  scope.vars = options_.vars.is_map() ? options_.vars : Value::MakeMap();
  scope.env = env_;
  manifest_.cli_vars = scope.vars;
  DVT_ASSIGN(std::string file, FindProjectFile(options_.project_dir));
  // The profile comes first: the project file may say {{ target.… }}.
  std::string name = options_.profile;
  if (name.empty()) {
    DVT_ASSIGN(name, ProfileNamed(file, scope, frontend_));
  }
  const std::string folder = file.substr(0, std::max<size_t>(1, file.rfind('/')));
  DVT_TRY(ChooseProfile(folder, name, scope));
  scope.target = TargetContext(manifest_.profile, manifest_.target, NamesOf(manifest_.target, {}));
  DVT_ASSIGN(manifest_.project, ReadProjectFile(file, scope, frontend_, manifest_.diagnostics));
  DVT_TRY(Stop());
  manifest_.project.profile = name;
  scope.target = Value();
  DVT_ASSIGN(manifest_.computes, LoadComputes(folder, home_, manifest_.profile.name, scope, frontend_, manifest_.diagnostics));
  return Stop();
}

Status Loader::ChooseProfile(const std::string& folder, const std::string& name, const YamlScope& scope) {
  DVT_ASSIGN(std::string profiles, FindProfilesFile({options_.profiles_dir, folder, home_, env_}));
  DVT_ASSIGN(manifest_.profile, LoadProfile(profiles, name, scope, frontend_, options_.connection_types, manifest_.diagnostics));
  DVT_TRY(Stop());
  model::Profile& profile = manifest_.profile;
  target_forced_ = !options_.target.empty();
  manifest_.target = target_forced_ ? options_.target : profile.target;
  DVT_ASSIGN(const Value* output, FindTarget(profile, manifest_.target));
  const Value& threads = (*output)["threads"];
  if (!threads.is_null() && (!threads.is_int() || threads.as_int() < 1)) {
    return Error(ErrorCode::kConfig,
                 "'threads' of output '" + manifest_.target + "' must be a number above 0, found " + ToJson(threads))
        .At(PlaceOf(profile.file, threads.mark()));
  }
  profile.threads = options_.threads.value_or(threads.is_int() ? static_cast<int>(threads.as_int()) : 1);
  return {};
}

Status Loader::LoadPackages() {
  YamlScope scope;
  scope.vars = manifest_.cli_vars;
  scope.env = env_;
  scope.target = TargetContext(manifest_.profile, manifest_.target, NamesOf(manifest_.target, {}));
  scope.dispatch = manifest_.project.dispatch;
  auto root = std::make_unique<Package>();
  root->config = manifest_.project;
  root->root = true;
  packages_.push_back(std::move(root));
  std::string installed = JoinPath(manifest_.project.folder, manifest_.project.packages_path);
  for (const auto& name : Subfolders(installed)) {
    std::string file = JoinPath(JoinPath(installed, name), "dbt_project.yml");
    if (!FileExists(file)) continue;
    auto package = std::make_unique<Package>();
    Diagnostics ignored;  // the package's own business
    DVT_ASSIGN(package->config, ReadProjectFile(file, scope, frontend_, ignored));
    for (const auto& other : packages_) {
      if (other->config.name == package->config.name) {
        return Error(ErrorCode::kConfig,
                     "Two packages are named '" + package->config.name + "': " + other->config.file + " and " + file);
      }
    }
    manifest_.packages[package->config.name] = package->config;
    packages_.push_back(std::move(package));
  }
  DVT_ASSIGN(const auto wanted, ReadPackageList(manifest_.project.folder, scope, frontend_));
  if (wanted.size() >= packages_.size()) {
    return Error(ErrorCode::kConfig, std::to_string(wanted.size()) + " packages are asked for, " +
                                         std::to_string(packages_.size() - 1) + " are installed in " +
                                         manifest_.project.packages_path)
        .At(wanted.front().place)
        .WithHint("run `dvt deps`");
  }
  for (auto& package : packages_) {
    package->scope = scope;
    package->scope.vars = EffectiveVars(manifest_.project, package->config.name, package->root ? Value() : package->config.vars,
                                        manifest_.cli_vars);
    if (HasTemplate(package->scope.vars)) frontend_.VariablesAreTemplates();
    DVT_ASSIGN(package->files, ReadPackageFiles(package->config, pool_));
  }
  return {};
}

Status Loader::LoadMacros() {
  for (auto& macro : frontend_.BuiltinMacros()) manifest_.macros.emplace(macro.unique_id, std::move(macro));
  std::vector<std::string> own;
  for (const auto& package : packages_) {
    for (const auto& file : package->files) {
      if (file.kind != FileKind::kMacro) continue;
      auto blocks = frontend_.AddMacroFile(package->config.name, file.original_path, file.text);
      if (!blocks) {
        manifest_.diagnostics.Fail(blocks.error());
        continue;
      }
      for (auto& block : *blocks) {
        model::MacroNode& macro = block.macro;
        macro.package = package->config.name;
        macro.unique_id = "macro." + macro.package + "." + macro.name;
        macro.path = file.original_path;
        macro.original_path = file.original_path;
        auto [at, added] = manifest_.macros.emplace(macro.unique_id, macro);
        if (!added) {
          manifest_.diagnostics.Fail("The macro '" + macro.name + "' is defined twice: " + at->second.place.ToString() + " and " +
                                         macro.place.ToString(),
                                     macro.place, "rename or remove one of them");
        }
        own.push_back(macro.unique_id);
      }
    }
  }
  DVT_TRY(Stop());
  for (auto& [id, macro] : manifest_.macros) macro.depends_on_macros = frontend_.MacroDependencies(macro);
  return {};
}

void Loader::LoadProperties() {
  struct Task {
    const Package* package;
    const SourceFile* file;
    std::vector<Patch> patches;
    Diagnostics findings;
  };
  std::vector<Task> tasks;
  for (const auto& package : packages_) {
    for (const auto& file : package->files) {
      if (file.kind == FileKind::kProperty) tasks.push_back({package.get(), &file, {}, {}});
    }
  }
  Parallel(tasks.size(), [&](size_t i) {
    Task& task = tasks[i];
    task.patches = ReadPropertyFile(*task.file, task.package->config.name, task.package->scope, frontend_, task.findings);
  });
  for (auto& task : tasks) {
    manifest_.diagnostics.Append(task.findings);
    std::move(task.patches.begin(), task.patches.end(), std::back_inserter(patches_));
  }
  for (auto& patch : patches_) {
    auto [at, added] = patch_index_.emplace(patch.package + "|" + patch.section + "|" + patch.name, &patch);
    if (added || patch.section == "sources" || patch.section == "unit_tests") continue;
    manifest_.diagnostics.Fail(
        "There are two entries for " + patch.owner() + ": " + at->second->place.ToString() + " and " + patch.place.ToString(),
        patch.place, "merge them into one");
  }
}

Result<model::Manifest> Loader::Run() {
  DVT_TRY(LoadConfiguration());
  DVT_TRY(LoadPackages());
  if (LoadCached()) {
    DVT_TRY(ParseMacros());
    return std::move(manifest_);
  }
  DVT_TRY(frontend_.Prepare());
  DVT_TRY(LoadMacros());
  LoadDocs();
  LoadProperties();
  LoadSelectors();
  DVT_TRY(Stop());
  IndexVersions();
  BuildFileNodes();
  BuildSources();
  BuildExposures();
  BuildGroups();
  BuildSemanticNodes();
  PatchMacros();
  DVT_TRY(Stop());
  BuildGenericTests();
  NameNodes();
  DVT_TRY(Stop());
  WarnUnusedPatches();
  WarnUnusedConfigs();
  NameRelations();
  Link();
  LinkContracts();
  WarnWithoutEventTime();
  CheckGovernance();
  CheckGroups();
  CheckDuplicateRelations();
  BuildUnitTests();
  DVT_TRY(Stop());
  DescribeAll();
  DVT_TRY(Stop());
  StoreCache();
  return std::move(manifest_);
}

const ConnectionNames& Loader::NamesOf(const std::string& connection, const Place& place) {
  auto known = connection_names_.find(connection);
  if (known != connection_names_.end()) return known->second;
  ConnectionNames names;
  if (auto output = FindOutput(manifest_.profile, connection, place); output) {
    std::string type = (**output)["type"].ToText();
    names = options_.connection_names ? options_.connection_names(type, **output) : NamesFromSettings(type, **output);
  } else {
    manifest_.diagnostics.Fail(output.error());
  }
  return connection_names_.emplace(connection, std::move(names)).first->second;
}

Result<model::Manifest> LoadProject(const LoadOptions& options, TemplateFrontend& frontend, ThreadPool* pool) {
  return Loader(options, frontend, pool).Run();
}

Result<model::ProjectConfig> LoadProjectConfig(const LoadOptions& options, TemplateFrontend& frontend, Diagnostics& diagnostics) {
  YamlScope scope;
  scope.vars = options.vars.is_map() ? options.vars : Value::MakeMap();
  scope.env = options.env ? options.env : ProcessEnvironment();
  DVT_ASSIGN(std::string file, FindProjectFile(options.project_dir));
  return ReadProjectFile(file, scope, frontend, diagnostics);
}

}  // namespace dvt::project
