// Entries of the project file's config trees that no resource is below.
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/project/load/config_merge.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {
namespace {

using Paths = std::set<std::string>;  // "shop.staging": every front of the full names

void AddFronts(const std::vector<std::string>& fqn, Paths& paths) {
  std::string front;
  for (const auto& part : fqn) {
    front += front.empty() ? part : "." + part;
    paths.insert(front);
  }
}

// The innermost named folders of a tree that are no front of a name.
void Unused(const Value& tree, const std::string& above, const std::string& section, const Paths& paths, YamlCheck& check) {
  for (const auto& entry : tree.map()) {
    if (entry.key.empty() || entry.key[0] == '+' || !entry.value.is_map() || IsConfigKey(entry.key)) continue;
    const std::string path = above.empty() ? entry.key : above + "." + entry.key;
    if (paths.count(path) > 0) {
      Unused(entry.value, path, section, paths, check);
      continue;
    }
    std::vector<std::string> beside;
    for (const auto& other : paths) {
      const bool sibling = other.size() > above.size() && other.starts_with(above) &&
                           (above.empty() || other[above.size()] == '.') &&
                           other.find('.', above.size() + 1) == std::string::npos;
      if (sibling) beside.push_back(above.empty() ? other : other.substr(above.size() + 1));
    }
    check.Warn(
        "UnusedResourceConfigPath",
        "No resource is below '" + section + "." + path + "', so its configs apply to nothing." + DidYouMean(entry.key, beside),
        entry.key_mark);
  }
}

}  // namespace

void Loader::WarnUnusedConfigs() {
  const auto section_of = [](model::ResourceType type) {
    switch (type) {
      case model::ResourceType::kSeed: return "seeds";
      case model::ResourceType::kSnapshot: return "snapshots";
      case model::ResourceType::kFunction: return "functions";
      case model::ResourceType::kTest: return "data_tests";
      case model::ResourceType::kAnalysis: return "analyses";
      default: return "models";
    }
  };
  std::map<std::string, Paths> paths;
  for (const auto* nodes : {&manifest_.nodes, &manifest_.disabled}) {
    for (const auto& [id, node] : *nodes) AddFronts(node.fqn, paths[section_of(node.type)]);
  }
  for (const auto* sources : {&manifest_.sources, &manifest_.disabled_sources}) {
    for (const auto& [id, source] : *sources) AddFronts(source.fqn, paths["sources"]);
  }
  const model::ProjectConfig& project = manifest_.project;
  YamlCheck check(project.file.substr(project.file.rfind('/') + 1), manifest_.diagnostics);
  const std::pair<const char*, const Value*> trees[] = {{"models", &project.models},       {"seeds", &project.seeds},
                                                        {"snapshots", &project.snapshots}, {"data_tests", &project.tests},
                                                        {"analyses", &project.analyses},   {"sources", &project.sources},
                                                        {"functions", &project.functions}};
  for (const auto& [section, tree] : trees) {
    if (tree->is_map()) Unused(*tree, "", section, paths[section], check);
  }
}

}  // namespace dvt::project
