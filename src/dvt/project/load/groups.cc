#include "dvt/base/text/text.h"
#include "dvt/project/load/loader_internal.h"

namespace dvt::project {

void Loader::CheckGroup(const Value& group, const std::string& package, const std::string& owner, const Place& place) {
  if (!group.is_string() || manifest_.groups.count("group." + package + "." + group.as_string()) > 0) return;
  std::vector<std::string> names;
  for (const auto& [id, each] : manifest_.groups) names.push_back(each.name);
  manifest_.diagnostics.Fail(
      "The group '" + group.as_string() + "' of " + owner + " does not exist." + DidYouMean(group.as_string(), names), place,
      names.empty() ? "define it under `groups:` of a property file" : "groups are: " + Join(names, ", "));
}

// Every group that something names is one of its package.
void Loader::CheckGroups() {
  for (const auto& [id, node] : manifest_.nodes)
    CheckGroup(node.config["group"], node.package, std::string(model::ResourceTypeName(node.type)) + " '" + node.name + "'",
               node.place);
  for (const auto& [id, other] : manifest_.semantic_nodes) CheckGroup(other.config["group"], other.package, id, other.place);
}

}  // namespace dvt::project
