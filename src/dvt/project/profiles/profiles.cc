#include "dvt/project/profiles/profiles.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/load.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

std::vector<std::string> KeysOf(const Value& map) {
  std::vector<std::string> keys;
  if (map.is_map()) {
    for (const auto& entry : map.map()) keys.push_back(entry.key);
  }
  return keys;
}

std::string TextOf(const Value& value) { return value.is_map() || value.is_list() ? std::string() : value.ToText(); }

/// Registers the secret settings of the outputs. A password that equals a public setting (user "postgres", password
/// "postgres") is left out: blanking it would blank ordinary words and hide nothing.
void RegisterSecrets(const Value& outputs) {
  std::set<std::string> open;
  std::vector<std::string> secret;
  auto visit = [&](auto&& self, const Value& value, bool hidden) -> void {
    if (value.is_map()) {
      for (const auto& entry : value.map()) self(self, entry.value, hidden || IsSecretSetting(entry.key, TextOf(entry.value)));
    } else if (value.is_list()) {
      for (const auto& item : value.list()) self(self, item, hidden);
    } else if (hidden && !value.is_null() && !value.is_bool()) {
      secret.push_back(value.ToText());
    } else {
      open.insert(value.ToText());
    }
  };
  visit(visit, outputs, false);
  for (const auto& entry : outputs.map()) open.insert(entry.key);
  for (const auto& value : secret) {
    if (!open.count(value)) SecretRegistry::Register(value);
  }
}

void CheckOutput(const Value& output, const std::string& name, const std::vector<std::string>& types, YamlCheck& check) {
  std::string owner = "output '" + name + "'";
  std::string type = check.RequiredText(output, "type", owner);
  if (type.empty() || types.empty()) return;
  for (const auto& known : types) {
    if (known == type) return;
  }
  check.Fail("Unknown connection type '" + type + "' of " + owner + "." + DidYouMean(type, types), output["type"].mark(),
             "types: " + Join(types, ", "));
}

}  // namespace

std::vector<std::string> ProfileFolders(const ProfileSearch& search) {
  if (!search.profiles_dir.empty()) return {AbsolutePath(search.profiles_dir)};
  std::vector<std::string> folders;
  for (const char* name : {"DVT_PROFILES_DIR", "DBT_PROFILES_DIR"}) {
    auto value = search.env ? search.env(name) : std::nullopt;
    if (value && !value->empty()) folders.push_back(AbsolutePath(*value));
  }
  folders.push_back(search.project_dir);
  if (!search.home.empty()) {
    folders.push_back(JoinPath(search.home, ".dvt"));
    folders.push_back(JoinPath(search.home, ".dbt"));
  }
  return folders;
}

Result<std::string> FindProfilesFile(const ProfileSearch& search) {
  auto folders = ProfileFolders(search);
  for (const auto& folder : folders) {
    std::string file = JoinPath(folder, "profiles.yml");
    if (FileExists(file)) return file;
  }
  return Error(ErrorCode::kConfig, "No profiles.yml found in " + Join(folders, ", "))
      .WithHint("put one beside dbt_project.yml or into ~/.dvt, or give --profiles-dir");
}

Result<model::Profile> LoadProfile(const std::string& file, const std::string& name, const YamlScope& scope,
                                   TemplateFrontend& frontend, const std::vector<std::string>& connection_types,
                                   Diagnostics& diagnostics) {
  DVT_ASSIGN(std::string text, ReadFile(file));
  DVT_ASSIGN(Value root, ParseYaml(text, file));
  if (!root.is_map()) return Error(ErrorCode::kConfig, "profiles.yml must be a mapping of profiles").At({file, 1, 1});
  if (name.empty()) {
    return Error(ErrorCode::kConfig, "The project file names no profile").WithHint("add `profile: <name>`, or give --profile");
  }
  const Value* entry = root.Find(name);
  auto names = KeysOf(root);
  if (!entry) {
    return Error(ErrorCode::kConfig, "Could not find profile named '" + name + "' in profiles.yml." + DidYouMean(name, names))
        .At({file, 0, 0})
        .WithHint("profiles there: " + Join(names, ", "));
  }
  YamlCheck check(file, diagnostics);
  std::string owner = "profile '" + name + "'";
  model::Profile profile;
  profile.name = name;
  profile.file = file;
  profile.outputs = Value::MakeMap();
  if (!check.IsMap(*entry, owner)) return profile;
  check.KnownKeys(*entry, {"target", "outputs", "threads", "config"}, owner);
  YamlScope secret_scope = scope;
  secret_scope.secrets_allowed = true;
  Value target = (*entry)["target"];
  DVT_TRY(RenderTree(target, {}, secret_scope, frontend, file));
  profile.target = target.is_null() ? "default" : target.ToText();
  const Value* outputs = check.Map(*entry, "outputs", owner);
  if (!outputs || outputs->map().empty()) {
    check.Fail(owner + " has no outputs", entry->mark(), "each entry of `outputs:` is a connection");
    return profile;
  }
  for (const auto& output : outputs->map()) {
    if (!check.IsMap(output.value, "the outputs of " + owner)) continue;
    Value settings = output.value;
    if (Status rendered = RenderTree(settings, {}, secret_scope, frontend, file); !rendered) {
      profile.broken_outputs[output.key] = rendered.error().ToString();
      continue;
    }
    CheckOutput(settings, output.key, connection_types, check);
    profile.outputs.map().push_back({output.key, std::move(settings), output.key_mark});
  }
  RegisterSecrets(profile.outputs);
  return profile;
}

Result<const Value*> FindOutput(const model::Profile& profile, const std::string& name, const Place& place) {
  if (const Value* output = profile.outputs.Find(name)) return output;
  if (auto broken = profile.broken_outputs.find(name); broken != profile.broken_outputs.end()) {
    return Error(ErrorCode::kConfig, "The connection '" + name + "' cannot be read: " + broken->second).At(place);
  }
  auto names = KeysOf(profile.outputs);
  for (const auto& [broken, why] : profile.broken_outputs) names.push_back(broken);
  return Error(ErrorCode::kConfig,
               "There is no connection '" + name + "' in profile '" + profile.name + "'." + DidYouMean(name, names))
      .At(place)
      .WithHint("outputs in " + profile.file + ": " + Join(names, ", "));
}

Result<const Value*> FindTarget(const model::Profile& profile, const std::string& name) {
  auto names = KeysOf(profile.outputs);
  for (const auto& [broken, why] : profile.broken_outputs) names.push_back(broken);
  if (std::find(names.begin(), names.end(), name) != names.end()) return FindOutput(profile, name, {profile.file, 0, 0});
  std::string list;
  for (const auto& each : names) list += "\n - " + each;
  return Error(ErrorCode::kConfig, "The profile '" + profile.name + "' does not have a target named '" + name + "'." +
                                       DidYouMean(name, names) + " The valid target names for this profile are:" + list)
      .At({profile.file, 0, 0});
}

EnvLookup ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    if (IsSecretVariable(name)) SecretRegistry::Register(value);
    return std::string(value);
  };
}

}  // namespace dvt::project
