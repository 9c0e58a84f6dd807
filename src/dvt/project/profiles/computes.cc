#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/yaml_check.h"
#include "dvt/project/profiles/profiles.h"

namespace dvt::project {
namespace {

const Keys& ComputeTypes() {
  static const Keys types = {"duckdb", "spark"};
  return types;
}

void CheckCompute(const std::string& name, const Value& compute, YamlCheck& check) {
  std::string owner = "compute '" + name + "'";
  if (!check.IsMap(compute, "computes")) return;
  std::string type = check.RequiredText(compute, "type", owner);
  if (type == "duckdb") {
    check.KnownKeys(compute, {"type", "threads", "memory_limit", "temp_directory", "config"}, owner, true);
    const Value& threads = compute["threads"];
    if (!threads.is_null() && (!threads.is_int() || threads.as_int() < 1)) {
      check.Fail("'threads' of " + owner + " must be a number above 0, found " + ToJson(threads), threads.mark());
    }
  } else if (type == "spark") {
    check.KnownKeys(compute, {"type", "remote", "master", "version", "config"}, owner, true);
  } else if (!type.empty()) {
    check.Fail("Unknown compute type '" + type + "' of " + owner + "." + DidYouMean(type, ComputeTypes()), compute["type"].mark(),
               "types: " + Join(ComputeTypes(), ", "));
  }
}

/// The mapping that holds `target` and `computes`: the root itself, the profile's entry, or the only entry.
const Value* ComputeSection(const Value& root, const std::string& profile) {
  const Value* computes = root.Find("computes");
  if (computes && computes->is_map()) return &root;
  if (const Value* entry = root.Find(profile)) return entry;
  if (const Value* entry = root.Find("default")) return entry;
  return root.map().size() == 1 ? &root.map()[0].value : nullptr;
}

}  // namespace

Result<model::Computes> LoadComputes(const std::string& project_dir, const std::string& home, const std::string& profile,
                                     const YamlScope& scope, TemplateFrontend& frontend, Diagnostics& diagnostics) {
  model::Computes computes;
  computes.computes = Value::MakeMap();
  std::string file = JoinPath(project_dir, "computes.yml");
  if (!FileExists(file) && !home.empty()) file = JoinPath(home, ".dvt/computes.yml");
  if (!FileExists(file)) return computes;
  computes.file = file;
  DVT_ASSIGN(std::string text, ReadFile(file));
  DVT_ASSIGN(Value root, ParseYaml(text, file));
  if (root.is_null()) return computes;
  YamlScope secret_scope = scope;
  secret_scope.secrets_allowed = true;
  DVT_TRY(RenderTree(root, {}, secret_scope, frontend, file));
  YamlCheck check(file, diagnostics);
  if (!check.IsMap(root, "computes.yml")) return computes;
  const Value* section = ComputeSection(root, profile);
  if (!section) return computes;  // it speaks of other profiles only
  std::string owner = "computes.yml";
  if (!check.IsMap(*section, owner)) return computes;
  check.KnownKeys(*section, {"target", "default", "computes", "outputs"}, owner, true);
  const Value* map = check.Map(*section, section->Find("computes") ? "computes" : "outputs", owner);
  if (!map) return computes;
  computes.computes = *map;
  for (const auto& entry : map->map()) CheckCompute(entry.key, entry.value, check);
  computes.default_name = check.Text(*section, section->Find("target") ? "target" : "default", owner);
  if (!computes.default_name.empty() && !map->Find(computes.default_name)) {
    std::vector<std::string> names;
    for (const auto& entry : map->map()) names.push_back(entry.key);
    check.Fail("There is no compute '" + computes.default_name + "'." + DidYouMean(computes.default_name, names),
               (*section)[section->Find("target") ? "target" : "default"].mark(), "computes: " + Join(names, ", "));
  }
  return computes;
}

}  // namespace dvt::project
