#include <unordered_set>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"
#include "dvt/project/load/yaml_check.h"

namespace dvt::project {

// selectors.yml beside the project file; what its definitions mean is the graph's business.
void Loader::LoadSelectors() {
  static constexpr const char* kFile = "selectors.yml";
  const std::string path = JoinPath(manifest_.project.folder, kFile);
  if (!FileExists(path)) return;
  auto text = ReadFile(path);
  auto root = text ? ParseYaml(*text, kFile) : Result<Value>(text.error());
  if (root) {
    if (Status rendered = RenderTree(*root, {}, packages_.front()->scope, frontend_, kFile); !rendered) root = rendered.error();
  }
  if (!root) {
    manifest_.diagnostics.Fail(root.error());
    return;
  }
  if (root->is_null()) return;
  YamlCheck check(kFile, manifest_.diagnostics);
  if (!check.IsMap(*root, kFile)) return;
  check.KnownKeys(*root, {"selectors", "version"}, kFile, true);
  const Value* list = check.List(*root, "selectors", kFile);
  if (list == nullptr) return;
  std::unordered_set<std::string> names;
  std::string by_default;
  for (const auto& entry : list->list()) {
    if (!check.IsMap(entry, "'selectors'")) continue;
    const std::string name = check.RequiredText(entry, "name", "a selector");
    const std::string owner = "selector '" + name + "'";
    if (name.empty()) continue;
    check.KnownKeys(entry, {"name", "description", "definition", "default"}, owner, true);
    if (!names.insert(name).second)
      check.Fail("There are two selectors named '" + name + "'", entry.mark(), "rename one of them");
    if (entry["definition"].is_null()) check.Fail(owner + " needs a 'definition'", entry.mark());
    Value selector = entry;
    if (const Value* is_default = entry.Find("default")) {
      const bool yes = EqualsIgnoreCase(is_default->ToText(), "true");
      if (!yes && !EqualsIgnoreCase(is_default->ToText(), "false"))
        check.Fail("'default' of " + owner + " must be true or false, found " + ToJson(*is_default), is_default->mark());
      if (yes && !by_default.empty())
        check.Fail("Both selector '" + by_default + "' and " + owner + " are the default", is_default->mark(),
                   "keep one of them");
      if (yes) by_default = name;
      selector.Set("default", yes);
    }
    manifest_.selectors.Push(std::move(selector));
  }
}

}  // namespace dvt::project
